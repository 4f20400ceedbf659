//! The end of a file that a job adds elements to by writes.

use std::sync::Arc;

use super::Job;
use crate::array::{Array, Tail};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::storage::{NpyHeader, Storage};

/// Bytes that a reserved file is made longer by before it is written to. That may mean to clear them, and `close` waits.
pub(super) const GROWN_AT_ONCE: u64 = 4 << 20;

pub(super) struct FileEnd {
    storage: Arc<Storage>,
    /// Where the array begins in the file, and where it ended before.
    offset: u64,
    place: u64,
    /// How many elements there were.
    length: u64,
    itemsize: u64,
    grows: Growing,
}

enum Growing {
    /// A reserved file, which has room up to a byte, and gets some up to another at most.
    IntoRoom {
        end: u64,
        most: u64,
    },
    Counted(NpyHeader),
    ByAppending,
}

impl FileEnd {
    /// Adds elements behind so many bytes that were added before.
    pub fn add(&mut self, job: &Job, elements: Region<'_>, before: u64) -> Result<()> {
        let (storage, place) = (&self.storage, self.place + before);
        let added = before + elements.len() as u64;
        match &mut self.grows {
            Growing::IntoRoom { end, most } => {
                storage.require_size(*end)?;
                let needed = self.place + added;
                if needed > *end {
                    let generous = needed.max((*end + GROWN_AT_ONCE).min(*most));
                    // What is read may fit where more does not.
                    let room = storage
                        .grow(*end, generous)
                        .map(|()| generous)
                        .or_else(|_| storage.grow(*end, needed).map(|()| needed))?;
                    job.made_room(room);
                    *end = room;
                }
                storage.write_at(elements, place)
            }
            Growing::Counted(npy) => {
                storage.write_at(elements, place)?;
                npy.set_count(storage, self.length + added / self.itemsize)
            }
            Growing::ByAppending => {
                // What is appended must begin at an element of the array.
                let there = storage
                    .size()?
                    .checked_sub(self.offset)
                    .ok_or(Error::MemoryFault)?;
                if !there.is_multiple_of(self.itemsize) {
                    return Err(storage.named(Error::ragged(there, self.itemsize as usize)));
                }
                storage.append(&[elements], place)
            }
        }
    }
}

impl Array {
    /// Where a job is going to add at most so many bytes.
    pub(super) fn file_end(&self, wanted: u64) -> FileEnd {
        let place = self.file_position(self.length());
        FileEnd {
            storage: self.storage().clone(),
            offset: self.mapping().offset(),
            itemsize: self.itemsize(),
            length: self.length(),
            place,
            grows: match &self.tail {
                Tail::Exact => Growing::ByAppending,
                Tail::Npy(npy) => Growing::Counted(npy.header().clone()),
                Tail::Reserved(_) => Growing::IntoRoom {
                    end: self.file_position(self.capacity()),
                    most: place + wanted,
                },
            },
        }
    }
}
