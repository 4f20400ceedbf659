//! The record of one mapping: from which byte on the guard mapped zeros, and whether a handler is running there now.
//!
//! Three parties use a record at the same time. A handler enters, records from where on it will map zeros, maps them and leaves.
//! A reader asks where the zeros begin. A restore maps the file again and then clears the record, but only if no handler has
//! entered since it read the record: otherwise the zeros of that handler would be left without a record.

use std::ops::Range;

use super::gap;
use super::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};
use super::sync::thread;
use crate::os::memory::page_size;

/// The lower bits of the word hold the first page of zeros, or [`NONE`] if the guard mapped none.
const PAGE_BITS: u32 = 40;
pub(super) const NONE: u64 = (1 << PAGE_BITS) - 1;
/// The upper bits count the handlers that have entered.
const ENTERED: u64 = 1 << PAGE_BITS;

#[derive(Debug)]
pub struct FaultRecord {
    /// The first page of zeros, and how many handlers have entered. The initial value is [`NONE`].
    pub(super) word: AtomicU64,
    /// How many handlers have left.
    pub(super) left: AtomicU32,
    /// An upper bound of where the zeros end; 0 stands for the end of the mapping.
    pub(super) end: AtomicUsize,
}

/// A copy of a record, made while no handler was running.
#[derive(Clone, Copy, Debug)]
pub struct Recorded {
    word: u64,
    end: usize,
}

impl FaultRecord {
    /// For a handler: the slot of this record does not change until `leave`.
    pub fn enter(&self) {
        self.word.fetch_add(ENTERED, Ordering::AcqRel);
        // Pairs with the fence in `Slot::unregister`: either we see that the guard has ended, or the thread that ends it sees that
        // we have entered.
        fence(Ordering::SeqCst);
    }

    /// For a handler that has entered: records that it will map zeros over these bytes, which are whole pages.
    pub fn add(&self, zeros: Range<usize>) {
        let first = zeros.start as u64 / page_size();
        // The end first, so that a restore which sees the new start also sees the new end.
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

    /// Release: a thread that sees that a handler has left sees all that the handler did.
    pub fn leave(&self) {
        self.left.fetch_add(1, Ordering::Release);
    }

    /// The first byte of the mapping that may be a zero of the guard.
    pub fn first_zero(&self) -> Option<usize> {
        // The caller asks about bytes that it has read. Without the fence, the processor or the compiler may read them after the
        // record.
        fence(Ordering::Acquire);
        first_zero(self.word.load(Ordering::Acquire))
    }

    /// Waits until no handler is running, and copies the record. `None` if there are no zeros. The wait is short: a handler takes
    /// microseconds and waits for nothing.
    pub fn recorded(&self) -> Option<Recorded> {
        let word = self.wait_until_idle();
        first_zero(word)?;
        let end = self.end.load(Ordering::Acquire);
        Some(Recorded { word, end })
    }

    /// Clears the record. Returns false, and clears nothing, if a handler has entered since the record was copied.
    pub fn clear(&self, recorded: Recorded) -> bool {
        // `end` stays, because a new fault may have set it already. An end that is too far only maps more pages again.
        let cleared = recorded.word | NONE;
        self.word
            .compare_exchange(recorded.word, cleared, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Waits until no handler is running, and returns the word of that moment. After the end of the guard, a handler that enters
    /// finds no mapping and leaves at once.
    pub fn wait_until_idle(&self) -> u64 {
        loop {
            if let Some(word) = self.idle_word() {
                return word;
            }
            thread::yield_now();
        }
    }

    /// Clears the record for another mapping. Keeps the counts, because handlers that search for an address may still enter.
    pub fn reset(&self) {
        self.word.fetch_or(NONE, Ordering::AcqRel);
        self.end.store(0, Ordering::Release);
    }

    /// The word, if no handler was running when it was loaded. `left` is loaded first: both counts only grow, so if they agree,
    /// all handlers that had entered had left at the first load. Both wrap around.
    fn idle_word(&self) -> Option<u64> {
        const MASK: u64 = (1 << (64 - PAGE_BITS)) - 1;
        let left = u64::from(self.left.load(Ordering::Acquire)) & MASK;
        gap();
        let word = self.word.load(Ordering::Acquire);
        (word >> PAGE_BITS == left).then_some(word)
    }
}

impl Recorded {
    /// The range that holds all zeros, in a mapping of `length` bytes.
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
    fn add_of_two_ranges_records_one_that_holds_both() {
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
    fn clear_after_another_handler_has_entered_keeps_the_record() {
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
    fn wait_until_idle_after_the_counts_wrapped_around_returns() {
        let faults = no_zeros();
        let most = (1 << (64 - PAGE_BITS)) - 1;
        faults.word.store(most << PAGE_BITS | NONE, Ordering::SeqCst);
        faults.left.store(most as u32, Ordering::SeqCst);
        record(&faults, 0..page_size() as usize);
        faults.wait_until_idle();
        assert_eq!(faults.first_zero(), Some(0));
    }

    // What broke: the word was loaded first, so a second handler that entered and left in between was taken for the first one.
    #[test]
    fn idle_word_while_one_handler_runs_and_others_come_and_go_is_none() {
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

    // What broke: the end was reset after the record had been cleared, which lost the end of a fault that came in between.
    #[test]
    fn add_after_a_clear_records_the_zeros_to_their_end() {
        let page = page_size() as usize;
        let faults = no_zeros();
        record(&faults, page..2 * page);
        assert!(faults.clear(faults.recorded().unwrap()));
        record(&faults, 2 * page..20 * page);
        record(&faults, page..2 * page);
        assert_eq!(faults.recorded().unwrap().zeros(40 * page), page..20 * page);
    }
}
