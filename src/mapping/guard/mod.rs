//! The SIGBUS guard: a touch of mapped memory reads zeros, instead of ending the process, after the file was truncated.
//!
//! There is one handler for the process, installed with the first mapping, and a table of the mappings it guards. On a fault the
//! handler records where it will map zeros, then counts the fault, then maps them. So a thread that reads one of these zeros and
//! then loads the fault counter sees the new count.
#![allow(unsafe_code, reason = "takes promises about addresses and descriptors")]

mod record;
mod signal;
mod slot;
mod zero_pages;

use std::fs::File;
use std::os::fd::BorrowedFd;
use std::ptr;
use std::sync::atomic::{
    AtomicBool, AtomicI32, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};
use std::sync::{Mutex, PoisonError};

use rustix::fs::fstat;

use crate::error::{Error, Result};
use crate::os::memory_map::{self, MappedFile, Mappings};
use record::FaultRecord;
pub use record::Recorded;
use slot::{GuardedMapping, Slot};

/// The atomics of a slot and its record. The folder `loom` puts loom's atomics in their place.
mod sync {
    pub use std::sync::atomic;
    pub use std::thread;
}

/// The fault counter: how many faults this process has met, in any mapping. It wraps around.
static FAULTS: AtomicU32 = AtomicU32::new(0);

/// The fault counter. Load it before a record: a fault that is counted is recorded.
pub fn faults() -> u32 {
    // On every processor, the caller's earlier loads come before the load of the counter.
    fence(Ordering::Acquire);
    FAULTS.load(Ordering::SeqCst)
}

/// Counts a loss of mapped bytes for which no signal came.
pub fn count_fault() {
    FAULTS.fetch_add(1, Ordering::SeqCst);
}

/// The fault counter itself, which JavaScript reads.
pub fn fault_counter() -> &'static AtomicU32 {
    &FAULTS
}

/// Does nothing in the product. Unit tests sleep here, so that other threads run between two steps whose order is tested.
pub fn gap() {
    #[cfg(test)]
    std::thread::sleep(std::time::Duration::from_micros(20));
}

const SLOTS: usize = 512;

/// A part of the table. Parts are added and never removed, so a handler may walk them at any time.
struct Part {
    slots: [Slot; SLOTS],
    next: AtomicPtr<Part>,
}

impl Part {
    const fn new() -> Part {
        Part {
            slots: [const { free_slot() }; SLOTS],
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    fn next(&self) -> Option<&'static Part> {
        // SAFETY: parts are leaked boxes, so the pointer stays valid.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }
}

/// Not a function of `Slot`, because loom's atomics cannot be made in a constant.
const fn free_slot() -> Slot {
    Slot {
        is_taken: AtomicBool::new(false),
        start: AtomicUsize::new(0),
        length: AtomicUsize::new(0),
        descriptor: AtomicI32::new(-1),
        offset: AtomicU64::new(0),
        major: AtomicU64::new(0),
        minor: AtomicU64::new(0),
        inode: AtomicU64::new(0),
        record: FaultRecord {
            word: AtomicU64::new(record::NONE),
            left: AtomicU32::new(0),
            end: AtomicUsize::new(0),
        },
    }
}

static TABLE: Part = Part::new();

fn slots() -> impl Iterator<Item = &'static Slot> {
    std::iter::successors(Some(&TABLE), |part| part.next()).flat_map(|part| &part.slots)
}

/// The largest number of slots that were in use at once. The slots behind them were never used.
static EVER_USED: AtomicUsize = AtomicUsize::new(0);

/// The slots that were ever used, which are few. A mapping that the caller holds is among them.
fn used_slots() -> impl Iterator<Item = &'static Slot> {
    slots().take(EVER_USED.load(Ordering::Acquire))
}

/// Guards one mapping until it is dropped.
#[derive(Debug)]
pub struct Guarded(&'static Slot);

impl Guarded {
    /// Guards `length` bytes of whole pages at `start`, which show a file from `offset` on.
    ///
    /// # Safety
    /// - The range is a mapping that belongs to the caller until this is dropped.
    /// - The descriptor stays open until then.
    pub unsafe fn new(start: usize, length: usize, descriptor: i32, offset: u64) -> Result<Guarded> {
        Self::register(start, length, descriptor, offset, MappedFile::default())
    }

    /// Guards pages that belong to somebody else, who may unmap them at any time. The guard checks that they still show the
    /// file before it maps zeros over them.
    ///
    /// # Safety
    /// - The descriptor stays open until this is dropped.
    ///
    /// # Errors
    /// `UnsupportedRuntime` if the kernel does not tell what is mapped there.
    pub unsafe fn borrowed(start: usize, length: usize, descriptor: i32, offset: u64) -> Result<Guarded> {
        let mapped = memory_map::file_at(start).filter(|mapped| mapped.inode != 0 && mapped.offset == offset);
        let mapped = mapped.ok_or(Error::UnsupportedRuntime {
            feature: "list of mappings in /proc",
        })?;
        Self::register(start, length, descriptor, offset, mapped)
    }

    fn register(
        start: usize,
        length: usize,
        descriptor: i32,
        offset: u64,
        file: MappedFile,
    ) -> Result<Guarded> {
        static REGISTER: Mutex<()> = Mutex::new(());
        let _one_at_a_time = REGISTER.lock().unwrap_or_else(PoisonError::into_inner);
        signal::install()?;
        let mapping = GuardedMapping {
            start,
            length,
            descriptor,
            offset,
            file,
        };
        let (at, slot) = loop {
            if let Some(taken) = slots().enumerate().find(|(_, slot)| slot.register(mapping)) {
                break taken;
            }
            add_part();
        };
        EVER_USED.fetch_max(at + 1, Ordering::AcqRel);
        Ok(Guarded(slot))
    }

    /// Where zeros are in the mapping. Valid while the mapping is guarded.
    pub fn zeros(&self) -> Zeros {
        Zeros(self.0)
    }

    /// Waits until no handler is running, and returns what to map again. `None` if the mapping has no zeros of the guard.
    pub fn recorded(&self) -> Option<Recorded> {
        self.0.record.recorded()
    }

    /// Clears the record after the file was mapped again. Returns false, and clears nothing, if a fault came in between.
    pub fn clear(&self, recorded: Recorded) -> bool {
        self.0.record.clear(recorded)
    }

    /// Whether the pages showed the file when the list of mappings was made. Always true for pages of our own.
    pub fn shows_file(&self, mappings: &Mappings) -> bool {
        let mapping = self.0.mapping().unwrap_or_default();
        mapping.shows_file_at(mapping.start, |address| mappings.file_at(address))
    }
}

/// Where the guard has mapped zeros over one mapping.
#[derive(Clone, Copy, Debug)]
pub struct Zeros(&'static Slot);

impl Zeros {
    /// The first byte of the mapping that reads as zero because of the guard.
    pub fn from(self) -> Option<usize> {
        self.0.record.first_zero()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // Waits for handlers: one may be about to map zeros, and the pages may soon belong to another mapping.
        self.0.unregister();
    }
}

/// Whether any byte of a range is in a guarded mapping. All mappings of files in this package are guarded.
///
/// If the bytes are in a mapping, the caller must hold it, so that its slot does not change during the call. A slot that is being
/// reused for another mapping may give a false `true`, which only costs the caller a copy.
pub fn guards_any_of(start: usize, length: usize) -> bool {
    used_slots()
        .filter_map(Slot::mapping)
        .any(|mapping| start < mapping.end() && mapping.start < start.saturating_add(length))
}

/// Whether any byte of a range shows a file from a position on, through any guarded mapping of the file. May give a false `true`,
/// as above.
pub fn shows_file_from(start: usize, length: usize, file: &File, position: u64) -> bool {
    used_slots().filter_map(Slot::mapping).any(|mapping| {
        let from = mapping.start.max(start);
        let to = mapping.end().min(start.saturating_add(length));
        let shown = mapping
            .offset
            .saturating_add((to.wrapping_sub(mapping.start)) as u64);
        from < to && shown > position && mapping.is_of(file)
    })
}

/// Adds slots at the end of the table. Must be called by one thread at a time.
fn add_part() {
    let mut last = &TABLE;
    while let Some(next) = last.next() {
        last = next;
    }
    let part: &'static Part = Box::leak(Box::new(Part::new()));
    last.next.store(ptr::from_ref(part).cast_mut(), Ordering::Release);
}

impl GuardedMapping {
    /// Whether the mapping shows a file. True if that cannot be found out.
    fn is_of(&self, file: &File) -> bool {
        if self.descriptor < 0 {
            return true;
        }
        // SAFETY: open while the mapping is guarded. If the guard has just ended, `fstat` asks another file or fails.
        let descriptor = unsafe { BorrowedFd::borrow_raw(self.descriptor) };
        match (fstat(descriptor), fstat(file)) {
            (Ok(shown), Ok(own)) => (shown.st_dev, shown.st_ino) == (own.st_dev, own.st_ino),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_found_in_the_table_until_its_guard_is_dropped() {
        // SAFETY: no fault is raised there, so nothing but the table is used.
        let guarded = unsafe { Guarded::new(0x1000_0000, 0x2000, -1, 0) }.unwrap();
        let found = |address| slots().any(|slot| slot.with_mapping_at(address, |_, _| ()).is_some());
        assert!(found(0x1000_0000) && found(0x1000_1FFF));
        assert!(!found(0x0FFF_FFFF) && !found(0x1000_2000));
        assert_eq!(guarded.zeros().from(), None);
        assert!(guards_any_of(0x0FFF_FFFF, 2) && guards_any_of(0x1000_1FFF, usize::MAX));
        assert!(!guards_any_of(0x0FFF_FFFF, 1) && !guards_any_of(0x1000_2000, 1));
        drop(guarded);
        assert!(!found(0x1000_0000));
    }

    #[test]
    fn new_with_a_full_table_adds_slots() {
        let many: Vec<Guarded> = (1..=SLOTS + 5)
            // SAFETY: as above.
            .map(|n| unsafe { Guarded::new(0x7000_0000_0000 + n * 0x1000, 0x1000, -1, 0) }.unwrap())
            .collect();
        assert_eq!(
            slots()
                .filter_map(Slot::mapping)
                .filter(|mapping| mapping.holds(0x7000_0000_0000 + (SLOTS + 5) * 0x1000))
                .count(),
            1
        );
        drop(many);
    }
}
