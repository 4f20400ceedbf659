//! What the handler does about a fault in one of our mappings: it lays zero pages where the file has none.
#![allow(unsafe_code, reason = "maps fixed pages over mappings of this crate")]

use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering;

use super::record::FaultRecord;
use super::slot::GuardedMapping;
use super::{FAULTS, gap, slots};
use crate::os::{memory, memory_map};

/// Whether the address is in a mapping that is guarded, and zeros lie there now, so that the touch can be tried again.
pub fn map_zeros_at(address: usize) -> bool {
    // An entry for borrowed pages may be about what was there before.
    [false, true].into_iter().any(|borrowed| {
        slots().any(|slot| {
            let answered = slot.answer(address, |mapping, record| {
                mapping.is_borrowed() == borrowed
                    && mapping.is_shown_at(address, memory_map::file_at)
                    && mapping.map_zeros(address, record)
            });
            answered == Some(true)
        })
    })
}

impl GuardedMapping {
    /// Lays zero pages from the file's end on, or over the one page that the file has and cannot give (a hole on a
    /// full disk, a bad block).
    fn map_zeros(&self, address: usize, record: &FaultRecord) -> bool {
        let page = memory::page_size() as usize;
        let touched = (address - self.start) / page * page;
        let end = self.end_of_file().min(self.length as u64) as usize;
        let (from, to) = if touched >= end {
            (end, self.length)
        } else {
            (touched, touched + page)
        };
        // In this order: a thread that reads one of these zeros can see the count, and a thread that sees the count can
        // see the record.
        record.add(from..to);
        gap();
        FAULTS.fetch_add(1, Ordering::SeqCst);
        gap();
        // SAFETY: the pages belong to a mapping that `Guarded::new` was promised, whose owner waits for the handler to
        // leave; nobody can read what they held.
        unsafe { memory::map_zeros((self.start + from) as *mut u8, to - from) }.is_ok()
    }

    /// The first byte of the mapping behind the file's last page.
    fn end_of_file(&self) -> u64 {
        if self.descriptor < 0 {
            return 0;
        }
        // SAFETY: open by the promise made at `Guarded::new`; a number that is none any more is EBADF.
        let descriptor = unsafe { BorrowedFd::borrow_raw(self.descriptor) };
        let size = rustix::fs::fstat(descriptor).map_or(0, |stat| stat.st_size as u64);
        memory::round_up_to_pages(size).saturating_sub(self.offset)
    }
}
