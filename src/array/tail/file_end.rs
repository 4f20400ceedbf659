//! The end of an array in its file, for a job that appends to the file without the array.

use std::sync::Arc;

use super::Tail;
use crate::array::Array;
use crate::array::jobs::Progress;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::storage::{NpyHeader, Storage};

/// Bytes that the system is asked for at a time, if the file is memory.
const MEMORY_AT_ONCE: u64 = 64 << 20;

pub(in crate::array) struct FileEnd {
    storage: Arc<Storage>,
    /// Byte of the file at which the array begins, and at which it ended when the job began.
    offset: u64,
    start: u64,
    itemsize: u64,
    /// Up to which byte of the file there was memory when the system was asked.
    memory_end: u64,
    kind: Kind,
}

enum Kind {
    Exact,
    Npy(NpyHeader),
    /// The byte at which the file ends.
    Reserved(u64),
}

impl FileEnd {
    /// Appends elements. What was written before an error does not count.
    pub fn append(&mut self, elements: Region<'_>, progress: &mut Progress) -> Result<()> {
        let position = self.start + progress.appended;
        let end = position + elements.len() as u64;
        self.write(elements, position, end, progress)
            .inspect_err(|_| progress.wasted_to = end)?;
        progress.appended += elements.len() as u64;
        Ok(())
    }

    fn write(
        &mut self,
        elements: Region<'_>,
        position: u64,
        end: u64,
        progress: &mut Progress,
    ) -> Result<()> {
        let storage = &self.storage;
        if end > self.memory_end {
            storage.require_possible(MEMORY_AT_ONCE)?;
            self.memory_end = end + MEMORY_AT_ONCE;
        }
        match &mut self.kind {
            Kind::Exact => {
                let bytes = storage
                    .size()?
                    .checked_sub(self.offset)
                    .ok_or(Error::MemoryFault)?;
                // What is appended to a file that ends inside an element would not be elements.
                if !bytes.is_multiple_of(self.itemsize) {
                    let itemsize = self.itemsize as usize;
                    return Err(Error::RaggedLength { bytes, itemsize });
                }
                storage.append(&[elements], position)
            }
            Kind::Npy(header) => {
                storage.write_at(elements, position)?;
                header.set_count(storage, (end - self.offset) / self.itemsize)
            }
            Kind::Reserved(room_end) => {
                storage.require_size(*room_end)?;
                if end > *room_end {
                    storage.grow(*room_end, end)?;
                    *room_end = end;
                    progress.room_end = end;
                }
                storage.write_at(elements, position)
            }
        }
    }
}

impl Array {
    /// For a job that appends elements, for the first bytes of which there was memory when the system was asked.
    pub(in crate::array) fn file_end(&self, known: u64) -> FileEnd {
        let start = self.file_position(self.length());
        FileEnd {
            storage: self.storage().clone(),
            offset: self.mapping().offset(),
            start,
            itemsize: self.itemsize(),
            memory_end: start + known.max(MEMORY_AT_ONCE),
            kind: match &self.tail {
                Tail::Exact => Kind::Exact,
                Tail::Npy(npy) => Kind::Npy(npy.header().clone()),
                Tail::Reserved(_) => Kind::Reserved(self.file_position(self.capacity())),
            },
        }
    }

    /// Takes over what a job has appended.
    ///
    /// # Errors
    /// The system's
    pub(in crate::array) fn take_over_appended(&mut self, progress: Progress) -> Result<()> {
        if progress.wasted_to > 0 {
            self.note_slack(progress.wasted_to);
            // Gives a full disk its blocks back. An error of that tells the caller nothing new.
            let _ = self.cut_slack();
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
