//! The state that the core and the JavaScript layer share, in native memory.

use std::mem::offset_of;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// JavaScript sees it as a `Uint32Array`, because V8 is fastest with integers of 32 bits. One thread uses it. At the end of the
/// process another thread may read it, hence the atomics.
#[derive(Debug, Default)]
#[repr(C)]
pub struct State {
    /// In elements; [`State::BEYOND`] if that does not fit a word.
    length: AtomicU32,
    /// JavaScript may append up to this length: the prefaulted length, as far as it fits a word; 0 if the length does not fit, or if rows
    /// have more than one element.
    room: AtomicU32,
    /// 1 if JavaScript may write elements without a call, otherwise 0.
    writable: AtomicU32,
    /// The length, if it does not fit a word. Otherwise it may be out of date.
    long_length: Long,
    capacity: Long,
    /// The fault counter when the core last found no fault in this array. While the counter differs, JavaScript asks the core about
    /// each element.
    faults_seen: AtomicU32,
    /// The length up to which memory is prefaulted. JavaScript does not read it.
    prefaulted: AtomicU64,
    /// Whether JavaScript may append and remove single elements.
    has_single_elements: bool,
}

// lib/state.js has the same offsets.
const _: () = assert!(
    offset_of!(State, length) == 0
        && offset_of!(State, room) == 4
        && offset_of!(State, writable) == 8
        && offset_of!(State, long_length) == 12
        && offset_of!(State, capacity) == 20
        && offset_of!(State, faults_seen) == 28
        && State::BYTES >= 32
);

/// A number of more than 32 bits, the higher ones first.
#[derive(Debug, Default)]
#[repr(C)]
struct Long {
    high: AtomicU32,
    low: AtomicU32,
}

impl Long {
    fn get(&self) -> u64 {
        u64::from(self.high.load(Ordering::Relaxed)) << 32 | u64::from(self.low.load(Ordering::Relaxed))
    }

    fn set(&self, value: u64) {
        self.high.store((value >> 32) as u32, Ordering::Relaxed);
        self.low.store(value as u32, Ordering::Relaxed);
    }
}

impl State {
    /// Bytes of it that JavaScript sees.
    pub const BYTES: usize = offset_of!(State, prefaulted);

    /// In the place of a length that does not fit a word.
    const BEYOND: u32 = u32::MAX;

    /// The state of an array without elements. JavaScript appends and removes none by itself unless `has_single_elements`.
    pub fn new(writable: bool, has_single_elements: bool) -> State {
        State {
            writable: AtomicU32::new(u32::from(writable)),
            has_single_elements,
            ..State::default()
        }
    }

    pub fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed) != 0
    }

    pub fn set_writable(&self) {
        self.writable.store(1, Ordering::Relaxed);
    }

    pub fn capacity(&self) -> u64 {
        self.capacity.get()
    }

    /// Never more than the capacity, whatever the element path wrote.
    pub fn length(&self) -> u64 {
        let length = match self.length.load(Ordering::Relaxed) {
            Self::BEYOND => self.long_length.get(),
            length => u64::from(length),
        };
        length.min(self.capacity())
    }

    /// Lets JavaScript read elements by itself until there is another fault.
    pub fn set_faults_seen(&self, faults: u32) {
        self.faults_seen.store(faults, Ordering::Relaxed);
    }

    pub fn prefaulted(&self) -> u64 {
        self.prefaulted.load(Ordering::Relaxed)
    }

    /// The memory of the elements always counts as prefaulted.
    pub fn set_prefaulted(&self, length: u64) {
        self.prefaulted.store(length, Ordering::Relaxed);
        self.set(self.length(), self.capacity());
    }

    /// The length up to which JavaScript may append.
    #[cfg(test)]
    pub fn room(&self) -> u64 {
        self.room.load(Ordering::Relaxed).into()
    }

    pub fn set(&self, length: u64, capacity: u64) {
        self.prefaulted.fetch_max(length, Ordering::Relaxed);
        let in_word = |number: u64| number.min(u64::from(Self::BEYOND)) as u32;
        let (word, room) = match in_word(length) {
            Self::BEYOND => (Self::BEYOND, 0),
            word if !self.has_single_elements => (word, 0),
            word => (
                word,
                in_word(capacity.min(self.prefaulted())).min(Self::BEYOND - 1),
            ),
        };
        self.capacity.set(capacity);
        self.long_length.set(length);
        self.room.store(room, Ordering::Relaxed);
        self.length.store(word, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEYOND: u64 = u32::MAX as u64;

    fn ready() -> State {
        let state = State::new(true, true);
        state.set_prefaulted(u64::MAX);
        state
    }

    #[test]
    fn length_written_by_javascript_is_limited_to_the_capacity() {
        let state = ready();
        state.set(3, 5);
        assert_eq!((state.length(), state.capacity()), (3, 5));
        for (wrote, seen) in [(9, 5), (4, 4), (0, 0), (State::BEYOND, 3)] {
            state.length.store(wrote, Ordering::Relaxed);
            assert_eq!(state.length(), seen);
        }
    }

    #[test]
    fn set_of_a_length_beyond_a_word_gives_javascript_no_room() {
        let state = ready();
        for (length, capacity, word, room) in [
            (BEYOND - 1, BEYOND - 1, BEYOND - 1, BEYOND - 1),
            (BEYOND - 1, BEYOND + 9, BEYOND - 1, BEYOND - 1),
            (BEYOND, BEYOND + 9, BEYOND, 0),
            (BEYOND + 7, BEYOND + 9, BEYOND, 0),
            (1 << 40, 1 << 41, BEYOND, 0),
            (2, 1 << 41, 2, BEYOND - 1),
        ] {
            state.set(length, capacity);
            assert_eq!((state.length(), state.capacity()), (length, capacity));
            assert_eq!(u64::from(state.length.load(Ordering::Relaxed)), word);
            assert_eq!(state.room(), room);
        }
    }

    #[test]
    fn room_ends_at_the_prefaulted_length() {
        let state = State::new(true, true);
        state.set(3, 100);
        assert_eq!(state.room(), 3);
        state.set_prefaulted(10);
        assert_eq!(state.room(), 10);
        state.set(20, 100);
        state.set(4, 100);
        assert_eq!(state.room(), 20);
        state.set_prefaulted(200);
        assert_eq!((state.room(), state.length()), (100, 4));
    }
}
