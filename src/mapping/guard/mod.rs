//! The SIGBUS guard: a touch of mapped memory whose file was cut meanwhile reads zeros instead of ending the process.
//!
//! One handler for the process, installed with the first mapping, and a table of the mappings it answers for. It records
//! where it is going to lay zeros, then counts the fault, then lays them. So a thread that reads one of these zeros and then
//! loads the counter always sees the new count.
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

/// The atomics of a slot and its record. The folder `loom` has others under these names.
mod sync {
    pub use std::sync::atomic;
    pub use std::thread;
}

/// How many faults the guard has answered in this process, in any mapping; wraps around.
static FAULTS: AtomicU32 = AtomicU32::new(0);

/// The number of faults so far. Ask for it before you ask for a record: a fault that is counted is recorded.
pub fn faults() -> u32 {
    // What the caller has read before is read before the counter, on every processor.
    fence(Ordering::Acquire);
    FAULTS.load(Ordering::SeqCst)
}

/// Counts a fault that the guard did not answer: something mapped was lost without one.
pub fn count_fault() {
    FAULTS.fetch_add(1, Ordering::SeqCst);
}

/// The counter itself, for JavaScript to read.
pub fn fault_counter() -> &'static AtomicU32 {
    &FAULTS
}

/// Does nothing in the product. Unit tests sleep here, so that other threads run between two steps whose order matters.
pub fn gap() {
    #[cfg(test)]
    std::thread::sleep(std::time::Duration::from_micros(20));
}

const SLOTS: usize = 512;

/// Part of the table. Parts are added, never taken away, so a handler may walk them at any time.
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
        // SAFETY: parts are leaked boxes, so what the pointer leads to is there for good.
        unsafe { self.next.load(Ordering::Acquire).as_ref() }
    }
}

/// Not a function of the slot's: what stands in for its atomics in the folder `loom` cannot be made in a constant.
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

/// How many slots were in use at once, at most: those behind them were never taken.
static EVER_USED: AtomicUsize = AtomicUsize::new(0);

/// The slots that may be in use, which are few of all. For a mapping that the caller knows of, since it is among them then.
fn used_slots() -> impl Iterator<Item = &'static Slot> {
    slots().take(EVER_USED.load(Ordering::Acquire))
}

/// The guard's promise for one mapping, kept until it is dropped.
#[derive(Debug)]
pub struct Guarded(&'static Slot);

impl Guarded {
    /// Answers for `length` bytes of whole pages at `start`, which show a file from `offset` on.
    ///
    /// # Safety
    /// - The range is one mapping of the caller's, and stays so until this is dropped.
    /// - The descriptor stays open until then.
    pub unsafe fn new(start: usize, length: usize, descriptor: i32, offset: u64) -> Result<Guarded> {
        Self::register(start, length, descriptor, offset, MappedFile::default())
    }

    /// The same for pages whose owner may give them away at any time: before anything is laid over them the guard looks
    /// whether they still show the file.
    ///
    /// # Safety
    /// - The descriptor stays open until this is dropped.
    ///
    /// # Errors
    /// `UnsupportedRuntime` where the kernel does not say what is mapped there.
    pub unsafe fn borrowed(start: usize, length: usize, descriptor: i32, offset: u64) -> Result<Guarded> {
        let there = memory_map::file_at(start).filter(|there| there.inode != 0 && there.offset == offset);
        let there = there.ok_or(Error::UnsupportedRuntime {
            feature: "list of mappings in /proc",
        })?;
        Self::register(start, length, descriptor, offset, there)
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
            if let Some(taken) = slots().enumerate().find(|(_, slot)| slot.take(mapping)) {
                break taken;
            }
            add_part();
        };
        EVER_USED.fetch_max(at + 1, Ordering::AcqRel);
        Ok(Guarded(slot))
    }

    /// Tells where zeros lie in the mapping, while it is guarded.
    pub fn zeros(&self) -> Zeros {
        Zeros(self.0)
    }

    /// What is to be mapped again, once no handler is at work; `None` where the mapping shows the file throughout.
    pub fn recorded(&self) -> Option<Recorded> {
        self.0.record.recorded()
    }

    /// Forgets zeros after the file was mapped over them, unless a fault came in between. Says whether it did.
    pub fn clear(&self, recorded: Recorded) -> bool {
        self.0.record.clear(recorded)
    }

    /// Whether the pages showed the file at some moment, as far as can be told; always those that are ours.
    pub fn is_there(&self, mappings: &Mappings) -> bool {
        let mapping = self.0.mapping().unwrap_or_default();
        mapping.is_shown_at(mapping.start, |address| mappings.file_at(address))
    }
}

/// Whether zeros lie over a mapping.
#[derive(Clone, Copy, Debug)]
pub struct Zeros(&'static Slot);

impl Zeros {
    /// From which byte of the mapping on zeros are read that are not the file's.
    pub fn from(self) -> Option<usize> {
        self.0.record.first_zero()
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        // A handler may be about to lay zeros, and the pages may be another mapping's soon.
        self.0.give_up();
    }
}

/// Whether any byte of a range is in a mapping that is guarded, which every mapping of a file here is.
///
/// The caller holds the mapping of these bytes, if they are in one. So its slot does not change meanwhile, and the answer is yes.
/// A slot that is given to another mapping just now may say yes by mistake, which costs the caller a copy.
pub fn guards_any_of(start: usize, length: usize) -> bool {
    used_slots()
        .filter_map(Slot::mapping)
        .any(|mapping| start < mapping.end() && mapping.start < start.saturating_add(length))
}

/// Whether any byte of a range is one of a file from a position on, by whatever mapping of it that is guarded. Yes by mistake as
/// above.
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

/// More slots at the end of the table. Called by one thread at a time.
fn add_part() {
    let mut last = &TABLE;
    while let Some(next) = last.next() {
        last = next;
    }
    let part: &'static Part = Box::leak(Box::new(Part::new()));
    last.next.store(ptr::from_ref(part).cast_mut(), Ordering::Release);
}

impl GuardedMapping {
    /// Whether the mapping is of a file; of one that can no longer be asked it may be.
    fn is_of(&self, file: &File) -> bool {
        if self.descriptor < 0 {
            return true;
        }
        // SAFETY: open while the mapping is guarded; where that has just ended, another file is asked, or none.
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
    fn a_slot_is_found_while_it_is_guarded() {
        // SAFETY: no memory is behind it and no fault is raised; the table alone is looked at.
        let guarded = unsafe { Guarded::new(0x1000_0000, 0x2000, -1, 0) }.unwrap();
        let found = |address| slots().any(|slot| slot.answer(address, |_, _| ()).is_some());
        assert!(found(0x1000_0000) && found(0x1000_1FFF));
        assert!(!found(0x0FFF_FFFF) && !found(0x1000_2000));
        assert_eq!(guarded.zeros().from(), None);
        assert!(guards_any_of(0x0FFF_FFFF, 2) && guards_any_of(0x1000_1FFF, usize::MAX));
        assert!(!guards_any_of(0x0FFF_FFFF, 1) && !guards_any_of(0x1000_2000, 1));
        drop(guarded);
        assert!(!found(0x1000_0000));
    }

    #[test]
    fn the_table_grows() {
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
