//! The end of an array in its file, for a job that appends to the file without the array.

use std::sync::{Arc, Weak};

use super::reserved::Reservation;
use super::{End, Tail};
use crate::array::Array;
use crate::array::jobs::Progress;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::Mapping;
use crate::storage::{NpyHeader, Storage};

pub(in crate::array) struct FileEnd {
    storage: Arc<Storage>,
    /// The byte of the file at which the array begins.
    offset: u64,
    /// The byte at which the array ended when the job began.
    start: u64,
    itemsize: u64,
    kind: Kind,
}

enum Kind {
    Exact(End),
    Npy(NpyHeader),
    Reserved {
        reservation: Weak<Reservation>,
        /// The byte at which the file ends.
        room_end: u64,
    },
}

impl FileEnd {
    /// The end of an exact array, or of one in a `.npy` file, when its process ends.
    pub(super) fn at_exit(
        mapping: &Mapping,
        end: &End,
        npy: Option<&NpyHeader>,
        itemsize: u64,
    ) -> Result<FileEnd> {
        let (storage, offset) = (mapping.storage().clone(), mapping.offset());
        let (start, kind) = match npy.cloned() {
            None => (offset, Kind::Exact(end.clone())),
            Some(mut header) => (offset + header.count(&storage)? * itemsize, Kind::Npy(header)),
        };
        Ok(FileEnd {
            storage,
            offset,
            start,
            itemsize,
            kind,
        })
    }

    /// Writes elements behind those that were appended before. After an error, none of them count.
    pub fn append(&mut self, elements: Region<'_>, progress: &mut Progress) -> Result<()> {
        let position = self.start + progress.appended;
        let end = position + elements.len() as u64;
        let storage = &self.storage;
        progress.wasted_to = end;
        match &mut self.kind {
            Kind::Exact(file) => {
                let (_change, bytes) = file.begin_change(storage)?;
                if bytes == 0 && storage.size()? < self.offset {
                    return Err(Error::MemoryFault);
                }
                // If the file ends inside an element or row, appended bytes would not be whole ones.
                file.require_whole(bytes).map_err(|error| storage.named(error))?;
                storage
                    .append(&[elements], self.offset + bytes)
                    .map_err(|unfinished| unfinished.error)?;
            }
            Kind::Npy(header) => {
                storage.write_at(elements, position)?;
                header.set_count(storage, (end - self.offset) / self.itemsize)?;
            }
            Kind::Reserved {
                reservation,
                room_end,
            } => {
                storage.require_size(*room_end)?;
                if end > *room_end {
                    // The array has not abandoned the job, so its reservation exists.
                    let reservation = reservation.upgrade().ok_or(Error::Closed)?;
                    reservation.check_end(*room_end)?;
                    storage.grow(*room_end, end)?;
                    *room_end = end;
                    progress.room_end = end;
                }
                storage.write_at(elements, position)?;
            }
        }
        progress.wasted_to = 0;
        Ok(())
    }
}

impl Array {
    pub(in crate::array) fn file_end(&self) -> FileEnd {
        let start = self.file_position(self.length());
        FileEnd {
            storage: self.storage().clone(),
            offset: self.mapping().offset(),
            start,
            itemsize: self.itemsize(),
            kind: match &self.tail {
                Tail::Exact => Kind::Exact(self.end.clone()),
                Tail::Npy(npy) => Kind::Npy(npy.header().clone()),
                Tail::Reserved(reserved) => Kind::Reserved {
                    reservation: reserved.reservation(),
                    room_end: self.file_position(self.capacity()),
                },
            },
        }
    }

    /// Takes over what a job has appended.
    ///
    /// # Errors
    /// The system's.
    pub(in crate::array) fn take_over_appended(&mut self, progress: Progress) -> Result<()> {
        if progress.wasted_to > 0 {
            self.note_slack(progress.wasted_to);
            // Gives blocks back to a full disk. The caller gets the first error.
            let _ = self.truncate_slack();
        }
        if let Tail::Reserved(_) = self.tail {
            let length = self.length() + progress.appended / self.itemsize();
            let room = progress.room_end.saturating_sub(self.file_position(0)) / self.itemsize();
            let capacity = self.capacity().max(length).max(room);
            self.memory.cover(capacity * self.itemsize())?;
            self.state.set(length, capacity);
        } else if progress.appended > 0 {
            let bytes = self.bytes_in_file()?;
            self.set_bytes(bytes)?;
        }
        Ok(())
    }
}
