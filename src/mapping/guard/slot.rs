//! One slot of the guard's table, which a signal handler may read while its mapping is registered, given up, or replaced by
//! another. The folder `loom` tries every order of these steps that the memory model allows.

use super::record::FaultRecord;
use super::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering, fence};
use crate::os::memory_map::MappedFile;

/// A mapping that the guard answers for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuardedMapping {
    /// Address of its first page.
    pub start: usize,
    /// In bytes, whole pages.
    pub length: usize,
    pub descriptor: i32,
    /// Byte of the file under the first page.
    pub offset: u64,
    /// The file as the kernel's list of mappings names it, if the pages may be another's by now and the guard has to look first.
    /// An inode of 0 if they are surely ours.
    pub file: MappedFile,
}

#[derive(Debug)]
pub struct Slot {
    /// Whether a mapping has this slot. Cleared when the last handler that may read the fields has left, which is later than
    /// `start` is.
    pub(super) is_taken: AtomicBool,
    /// Address of the first page; 0 while nothing is guarded. Set last and cleared first.
    pub(super) start: AtomicUsize,
    pub(super) length: AtomicUsize,
    pub(super) descriptor: AtomicI32,
    pub(super) offset: AtomicU64,
    pub(super) major: AtomicU64,
    pub(super) minor: AtomicU64,
    pub(super) inode: AtomicU64,
    pub record: FaultRecord,
}

impl Slot {
    /// Takes the slot for a mapping, unless another has it. Called by one thread at a time.
    pub fn take(&self, mapping: GuardedMapping) -> bool {
        // Acquire: handlers that read the fields for the mapping before have left.
        if self.is_taken.load(Ordering::Acquire) {
            return false;
        }
        self.is_taken.store(true, Ordering::Relaxed);
        self.length.store(mapping.length, Ordering::Relaxed);
        self.descriptor.store(mapping.descriptor, Ordering::Relaxed);
        self.offset.store(mapping.offset, Ordering::Relaxed);
        self.major.store(mapping.file.major, Ordering::Relaxed);
        self.minor.store(mapping.file.minor, Ordering::Relaxed);
        self.inode.store(mapping.file.inode, Ordering::Relaxed);
        self.record.reset();
        // Release: a handler that finds the address finds the fields.
        self.start.store(mapping.start, Ordering::Release);
        true
    }

    /// Ends the guard: returns when no handler is at work for this mapping any more.
    pub fn give_up(&self) {
        self.start.store(0, Ordering::Relaxed);
        // With the fence in `FaultRecord::enter`: either the handler sees that the start is 0, or we see that it has entered.
        fence(Ordering::SeqCst);
        self.record.wait_until_idle();
        self.is_taken.store(false, Ordering::Release);
    }

    /// What the slot guards. While it is given to another mapping the fields may be some of each, unless the caller knows that
    /// one of them is registered all the while, or has entered the record.
    pub fn mapping(&self) -> Option<GuardedMapping> {
        let start = self.start.load(Ordering::Acquire);
        (start != 0).then(|| GuardedMapping {
            start,
            length: self.length.load(Ordering::Relaxed),
            descriptor: self.descriptor.load(Ordering::Relaxed),
            offset: self.offset.load(Ordering::Relaxed),
            file: MappedFile {
                major: self.major.load(Ordering::Relaxed),
                minor: self.minor.load(Ordering::Relaxed),
                inode: self.inode.load(Ordering::Relaxed),
                offset: self.offset.load(Ordering::Relaxed),
            },
        })
    }

    /// For a handler: does something about the mapping that holds an address, if that is this one. It stays registered, and the
    /// fields stay as they are, until that is done.
    pub fn answer<T>(
        &self,
        address: usize,
        answer: impl FnOnce(&GuardedMapping, &FaultRecord) -> T,
    ) -> Option<T> {
        // Most slots are of other mappings: these are not entered.
        self.mapping().filter(|mapping| mapping.holds(address))?;
        self.record.enter();
        // The mapping may have been given up before the record was entered.
        let mapping = self.mapping().filter(|mapping| mapping.holds(address));
        let answered = mapping.map(|mapping| answer(&mapping, &self.record));
        self.record.leave();
        answered
    }
}

impl GuardedMapping {
    pub fn holds(&self, address: usize) -> bool {
        address >= self.start && address - self.start < self.length
    }

    /// The address after its last byte.
    pub fn end(&self) -> usize {
        self.start.saturating_add(self.length)
    }

    pub fn is_borrowed(&self) -> bool {
        self.file.inode != 0
    }

    /// Whether the page at an address inside is the file's, as it should be.
    pub fn is_shown_at(&self, address: usize, file_at: impl Fn(usize) -> Option<MappedFile>) -> bool {
        let inside = address.wrapping_sub(self.start);
        let expected = MappedFile {
            offset: self.offset.wrapping_add(inside as u64),
            ..self.file
        };
        !self.is_borrowed() || file_at(address) == Some(expected)
    }
}
