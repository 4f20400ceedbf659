//! What the guard did to one mapping: from which byte on it laid zero pages, and whether a handler is at work there now.
//!
//! Three parties use a record at the same time. A handler enters, says from where on zeros are going to lie, lays them and
//! leaves. A reader asks from where on zeros lie. A restore maps the file again and then clears the record, but only if no
//! handler has entered since it looked: else the zeros of that handler would lie there without a record.

use std::ops::Range;

use super::gap;
use super::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
use super::sync::thread;
use crate::os::memory::page_size;

/// The lower bits of the word: the first page of zeros, [`NONE`] where the mapping shows the file throughout.
const PAGE_BITS: u32 = 40;
pub(super) const NONE: u64 = (1 << PAGE_BITS) - 1;
/// One handler more that has entered, in the upper bits.
const ENTERED: u64 = 1 << PAGE_BITS;

#[derive(Debug)]
pub struct FaultRecord {
    /// The first page of zeros, and how many handlers have entered. Begins as [`NONE`].
    pub(super) word: AtomicU64,
    /// How many handlers have left.
    pub(super) left: AtomicU32,
    /// Where the zeros end at most; 0 stands for the end of the mapping.
    pub(super) end: AtomicUsize,
}

/// A record as it was when no handler was at work.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    word: u64,
    end: usize,
}

impl FaultRecord {
    /// For a handler: the slot of this record stays as it is until it leaves.
    pub fn enter(&self) {
        self.word.fetch_add(ENTERED, Ordering::AcqRel);
        // With the fence in `Slot::give_up`: either we see that the guard has ended, or whoever ends it sees that we have entered.
        fence(Ordering::SeqCst);
    }

    /// For a handler that has entered: zeros are going to lie on these bytes, which are whole pages.
    pub fn add(&self, zeros: Range<usize>) {
        let first = zeros.start as u64 / page_size();
        // The end goes first, so that a restore which sees the start sees an end that is as far.
        self.end.fetch_max(zeros.end, Ordering::AcqRel);
        let lower = |word: u64| (word & !NONE) | (word & NONE).min(first);
        let mut word = self.word.load(Ordering::Relaxed);
        while let Err(now) =
            self.word
                .compare_exchange_weak(word, lower(word), Ordering::AcqRel, Ordering::Relaxed)
        {
            word = now;
        }
    }

    /// Release: whoever sees that a handler has left sees all that it did.
    pub fn leave(&self) {
        self.left.fetch_add(1, Ordering::Release);
    }

    /// From which byte of the mapping on zeros may lie.
    pub fn first_zero(&self) -> Option<usize> {
        // The caller asks about bytes that it has read before. Without the fence a processor, or the compiler, may read them
        // after the record.
        fence(Ordering::Acquire);
        first_zero(self.word.load(Ordering::Acquire))
    }

    /// The record once no handler is at work; `None` where no zeros lie. A handler takes microseconds and waits for nobody.
    pub fn recorded(&self) -> Option<Recorded> {
        let word = self.wait_until_idle();
        first_zero(word)?;
        let end = self.end.load(Ordering::Acquire);
        Some(Recorded { word, end })
    }

    /// Forgets the zeros, unless a handler has entered since they were looked at. Says whether it did.
    pub fn clear(&self, recorded: Recorded) -> bool {
        // The end stays: a fault that comes now may have set it already, and one that is too far only maps more again.
        let cleared = recorded.word | NONE;
        self.word
            .compare_exchange(recorded.word, cleared, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Waits until no handler is at work; gives the word of that moment. After the end of the guard: a handler that enters then
    /// finds no mapping and leaves at once.
    pub fn wait_until_idle(&self) -> u64 {
        loop {
            if let Some(word) = self.idle_word() {
                return word;
            }
            thread::yield_now();
        }
    }

    /// Begins the record of another mapping. Handlers that look into the slot by mistake still enter and leave.
    pub fn reset(&self) {
        self.word.fetch_or(NONE, Ordering::AcqRel);
        self.end.store(0, Ordering::Release);
    }

    /// The word, if no handler was at work when it was loaded. Loaded after the number of those that have left: both numbers
    /// only grow, so where they agree, all that had entered had left by the first load. Both wrap around.
    fn idle_word(&self) -> Option<u64> {
        const MASK: u64 = (1 << (64 - PAGE_BITS)) - 1;
        let left = u64::from(self.left.load(Ordering::Acquire)) & MASK;
        gap();
        let word = self.word.load(Ordering::Acquire);
        (word >> PAGE_BITS == left).then_some(word)
    }
}

impl Recorded {
    /// The bytes among which zeros lie, of a mapping of so many.
    pub fn zeros(self, length: usize) -> Range<usize> {
        let start = first_zero(self.word).unwrap_or(length);
        let end = if self.end > start { self.end } else { length };
        start..end
    }
}

fn first_zero(word: u64) -> Option<usize> {
    let page = word & NONE;
    (page != NONE).then(|| (page * page_size()) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_zeros() -> FaultRecord {
        super::super::free_slot().record
    }

    fn record(record: &FaultRecord, zeros: Range<usize>) {
        record.enter();
        record.add(zeros);
        record.leave();
    }

    #[test]
    fn zeros_are_recorded_from_the_lowest_byte_to_the_highest() {
        let page = page_size() as usize;
        let faults = no_zeros();
        assert!(faults.recorded().is_none());
        record(&faults, 5 * page..9 * page);
        record(&faults, 2 * page..3 * page);
        assert_eq!(faults.first_zero(), Some(2 * page));
        assert_eq!(faults.recorded().unwrap().zeros(20 * page), 2 * page..9 * page);
        faults.reset();
        assert_eq!(faults.first_zero(), None);
    }

    #[test]
    fn a_record_is_not_cleared_once_another_handler_has_entered() {
        let page = page_size() as usize;
        let faults = no_zeros();
        record(&faults, 5 * page..9 * page);
        let old = faults.recorded().unwrap();
        record(&faults, 7 * page..8 * page);
        assert!(!faults.clear(old));
        let new = faults.recorded().unwrap();
        assert!(faults.clear(new));
        assert_eq!(faults.first_zero(), None);
    }

    #[test]
    fn the_count_of_handlers_wraps_around() {
        let faults = no_zeros();
        let most = (1 << (64 - PAGE_BITS)) - 1;
        faults.word.store(most << PAGE_BITS | NONE, Ordering::SeqCst);
        faults.left.store(most as u32, Ordering::SeqCst);
        record(&faults, 0..page_size() as usize);
        faults.wait_until_idle();
        assert_eq!(faults.first_zero(), Some(0));
    }

    // What broke: the word was loaded first, and a second handler that came and went in between stood for the first one.
    #[test]
    fn a_record_is_not_idle_while_one_handler_is_at_work_beside_others_that_come_and_go() {
        let faults = no_zeros();
        std::thread::scope(|scope| {
            faults.enter();
            let others = scope.spawn(|| {
                for _ in 0..2_000 {
                    faults.enter();
                    faults.leave();
                }
            });
            while !others.is_finished() {
                assert_eq!(faults.idle_word(), None);
            }
        });
        faults.leave();
        assert!(faults.idle_word().is_some());
    }

    // What broke: the end was reset after the record had been cleared, and took the end of a fault that came in between with it.
    #[test]
    fn zeros_that_are_recorded_after_a_clear_are_recorded_to_their_end() {
        let page = page_size() as usize;
        let faults = no_zeros();
        record(&faults, page..2 * page);
        assert!(faults.clear(faults.recorded().unwrap()));
        record(&faults, 2 * page..20 * page);
        record(&faults, page..2 * page);
        assert_eq!(faults.recorded().unwrap().zeros(40 * page), page..20 * page);
    }
}
