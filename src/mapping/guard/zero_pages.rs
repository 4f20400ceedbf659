//! What the handler does about a fault in one of our mappings: it maps zero pages where the file has none.
#![allow(unsafe_code, reason = "maps fixed pages over mappings of this crate")]

use std::os::fd::BorrowedFd;
use std::sync::atomic::Ordering;

use super::record::FaultRecord;
use super::slot::GuardedMapping;
use super::{FAULTS, gap, slots};
use crate::os::{memory, memory_map};

/// Maps zeros at an address, if it is in a guarded mapping. Returns whether it did, so that the touch can be repeated.
pub fn map_zeros_at(address: usize) -> bool {
    // Pages of our own first: a slot of borrowed pages may describe what was mapped there before.
    [false, true].into_iter().any(|borrowed| {
        slots().any(|slot| {
            let mapped = slot.with_mapping_at(address, |mapping, record| {
                mapping.is_borrowed() == borrowed
                    && mapping.shows_file_at(address, memory_map::file_at)
                    && mapping.map_zeros(address, record)
            });
            mapped == Some(true)
        })
    })
}

impl GuardedMapping {
    /// Maps zero pages from the end of the file on. If the fault is before the end, at a hole on a full disk or a bad block, maps
    /// one zero page there.
    fn map_zeros(&self, address: usize, record: &FaultRecord) -> bool {
        let page = memory::page_size() as usize;
        let fault_page = (address - self.start) / page * page;
        let end = self.end_of_file().min(self.length as u64) as usize;
        let (from, to) = if fault_page >= end {
            (end, self.length)
        } else {
            (fault_page, fault_page + page)
        };
        // In this order: a thread that reads one of these zeros sees the new count, and a thread that sees the new count sees the
        // record.
        record.add(from..to);
        gap();
        FAULTS.fetch_add(1, Ordering::SeqCst);
        gap();
        // SAFETY: the pages belong to a mapping that was promised to `Guarded::new`, and its owner waits until the handler has
        // left. Nobody can read their old contents.
        unsafe { memory::map_zeros((self.start + from) as *mut u8, to - from) }.is_ok()
    }

    /// The first byte of the mapping behind the last page of the file.
    fn end_of_file(&self) -> u64 {
        if self.descriptor < 0 {
            return 0;
        }
        // SAFETY: open by the promise made at `Guarded::new`. If it were not, `fstat` would answer EBADF.
        let descriptor = unsafe { BorrowedFd::borrow_raw(self.descriptor) };
        let size = rustix::fs::fstat(descriptor).map_or(0, |stat| stat.st_size as u64);
        memory::round_up_to_pages(size).saturating_sub(self.offset)
    }
}
