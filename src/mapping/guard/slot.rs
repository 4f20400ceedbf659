//! One slot of the guard's table. A signal handler may read it while a mapping is registered there, unregistered, or replaced by
//! another one. The folder `loom` tests every order of these steps that the memory model allows.

use super::record::FaultRecord;
use super::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering, fence};
use crate::os::memory_map::MappedFile;

/// A mapping that is guarded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuardedMapping {
    /// Address of its first page.
    pub start: usize,
    /// In bytes; whole pages.
    pub length: usize,
    pub descriptor: i32,
    /// Byte of the file under the first page.
    pub offset: u64,
    /// For pages that somebody else may unmap: the file as the kernel's list of mappings names it, to be compared before zeros are
    /// mapped. The inode is 0 for pages of our own.
    pub file: MappedFile,
}

#[derive(Debug)]
pub struct Slot {
    /// Whether a mapping uses this slot. Cleared after `start`, once the last handler that may read the fields has left.
    pub(super) is_taken: AtomicBool,
    /// Address of the first page; 0 if nothing is guarded. Set last and cleared first.
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
    /// Uses the slot for a mapping. Returns false if another mapping uses it. Must be called by one thread at a time.
    pub fn register(&self, mapping: GuardedMapping) -> bool {
        // Acquire: handlers that read the fields of the mapping before this one have left.
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
        // Release: a handler that loads the address sees the other fields.
        self.start.store(mapping.start, Ordering::Release);
        true
    }

    /// Ends the guard. Returns once no handler is running for this mapping.
    pub fn unregister(&self) {
        self.start.store(0, Ordering::Relaxed);
        // Pairs with the fence in `FaultRecord::enter`: either the handler sees that `start` is 0, or we see that it has entered.
        fence(Ordering::SeqCst);
        self.record.wait_until_idle();
        self.is_taken.store(false, Ordering::Release);
    }

    /// The mapping in the slot. The fields may mix those of two mappings if the slot is reused during the call. That cannot happen
    /// if the caller keeps the mapping registered, or has entered the record.
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

    /// For a handler: calls a function with the mapping, if it holds an address. The mapping stays registered, and the fields stay
    /// as they are, until the function returns.
    pub fn with_mapping_at<T>(
        &self,
        address: usize,
        call: impl FnOnce(&GuardedMapping, &FaultRecord) -> T,
    ) -> Option<T> {
        // Slots of other mappings, which are most, are not entered.
        self.mapping().filter(|mapping| mapping.holds(address))?;
        self.record.enter();
        // Checked again: the mapping may have been unregistered before the record was entered.
        let mapping = self.mapping().filter(|mapping| mapping.holds(address));
        let result = mapping.map(|mapping| call(&mapping, &self.record));
        self.record.leave();
        result
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

    /// Whether the page at an address in the mapping still shows the file.
    pub fn shows_file_at(&self, address: usize, file_at: impl Fn(usize) -> Option<MappedFile>) -> bool {
        let inside = address.wrapping_sub(self.start);
        let expected = MappedFile {
            offset: self.offset.wrapping_add(inside as u64),
            ..self.file
        };
        !self.is_borrowed() || file_at(address) == Some(expected)
    }
}
