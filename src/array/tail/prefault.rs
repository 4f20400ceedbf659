//! Takes memory for a reserved array before elements are stored behind its end. See [`Mapping::prefault`].

use std::sync::Arc;

use crate::array::Array;
use crate::kernels::Region;
use crate::mapping::{Mapping, Window};
use crate::os::huge_pages::{self, HUGE_PAGE};

/// From this size on, bytes are stored in pieces, each right after its memory was taken.
const MANY: u64 = 256 * 1024;
/// Bytes of a piece. The kernel fills new memory with zeros. While these are in the processor's cache, storing to it is fast.
const PIECE: u64 = 2 * HUGE_PAGE;
/// How many bytes are taken at most beyond those that are needed now.
const AHEAD: u64 = 2 * HUGE_PAGE;

/// The memory that an array has behind its end.
#[derive(Clone, Debug, Default)]
pub(in crate::array) struct Prefault {
    /// The window has memory up to this byte, or up to the end of the elements, if that is later.
    populated_end: u64,
    /// The system has refused huge pages, so it is not asked again.
    is_refused: bool,
}

impl Prefault {
    /// Takes memory from `start` up to about `end`. If that fails, the kernel takes it at the first store.
    fn prefault(&mut self, mapping: &Mapping, window: &Window, start: u64, end: u64) {
        // A small array gets no huge page, because it may be one of many.
        if end < HUGE_PAGE || self.is_refused {
            return;
        }
        let start = start.max(self.populated_end);
        let range = huge_pages::nearest(start..end);
        if range.is_empty() {
            return;
        }
        match mapping.prefault(window, start, range.clone()) {
            Ok(()) => self.populated_end = range.end,
            Err(error) => self.is_refused = !error.may_pass(),
        }
    }
}

impl Array {
    /// Whether memory is taken before so many bytes are stored behind the end.
    pub(in crate::array) fn can_prefault(&self, bytes: u64) -> bool {
        self.is_reserved() && bytes >= MANY && !self.storage().is_exposed()
    }

    /// Takes memory for bytes that are about to be stored behind the end.
    pub(super) fn prefault(&mut self, added: u64) {
        if self.can_prefault(added) {
            self.prefault_to(self.byte_length() + added);
        }
    }

    fn prefault_to(&mut self, end: u64) {
        let (start, end) = (self.byte_length(), end.min(self.capacity() * self.itemsize()));
        self.prefault
            .prefault(self.memory.mapping(), self.memory.window(), start, end);
    }

    /// Copies elements from elsewhere to behind the end. There must be room for them.
    pub(super) fn store_behind_end(&mut self, source: Region<'_>) {
        let (start, bytes) = (self.byte_length(), source.len() as u64);
        if bytes < PIECE || !self.can_prefault(bytes) {
            self.prefault_ahead(start + bytes);
            let memory = self.memory.region(start + bytes);
            memory.copy_from(start as usize, source);
            return;
        }
        let mut pieces = self.pieces_behind_end();
        let mut stored = 0;
        while stored < source.len() {
            let piece = pieces.next((source.len() - stored) as u64);
            piece.copy_from(0, source.part(stored, piece.len()));
            stored += piece.len();
        }
        self.prefault = pieces.prefault;
    }

    /// Takes memory up to `end` and some beyond it, and lets JavaScript append that far without a call.
    fn prefault_ahead(&mut self, end: u64) {
        const LEAST: u64 = 2 * HUGE_PAGE;
        if end <= self.state.prefaulted().saturating_mul(self.itemsize()) {
            return;
        }
        let ahead = if end < LEAST {
            end
        } else {
            end + AHEAD.min(end / 2)
        };
        if !self.storage().is_exposed() {
            self.prefault_to(ahead);
        }
        let bytes = if self.prefault.is_refused || self.storage().is_exposed() {
            u64::MAX
        } else if self.prefault.populated_end > end {
            self.prefault.populated_end
        } else {
            ahead.min(self.capacity() * self.itemsize())
        };
        self.state.set_prefaulted(bytes.max(LEAST) / self.itemsize());
    }

    /// Called before the file is truncated to the array's length.
    pub(super) fn forget_prefaulted(&mut self) {
        self.prefault.populated_end = 0;
        self.state.set_prefaulted(0);
    }

    /// The memory behind the end, which nobody else sees. A thread that does not have the array may write to it.
    pub(in crate::array) fn pieces_behind_end(&self) -> PiecesBehindEnd {
        PiecesBehindEnd {
            mapping: self.mapping().clone(),
            window: self.window().clone(),
            at: self.byte_length(),
            unit: self.row_bytes(),
            prefault: self.prefault.clone(),
        }
    }
}

/// Memory behind the elements that is written from its beginning on, a piece at a time.
pub(in crate::array) struct PiecesBehindEnd {
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    /// Where the next piece begins in the window.
    at: u64,
    /// The bytes of an element, or of a row of several elements.
    unit: u64,
    prefault: Prefault,
}

impl PiecesBehindEnd {
    /// The next piece, of at most `bytes`. The caller writes to all of it. Each piece but the last ends with a whole element or row.
    pub fn next(&mut self, bytes: u64) -> Region<'_> {
        let (start, last) = (self.at, self.at + bytes);
        let border = (start + self.unit).next_multiple_of(PIECE);
        let end = last.min(border - border % self.unit);
        self.prefault.prefault(&self.mapping, &self.window, start, end);
        self.prefault.populated_end = self.prefault.populated_end.max(end);
        self.at = end;
        self.window
            .region(end)
            .part(start as usize, (end - start) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::os::memory::round_up_to_pages;
    use crate::typecode::Typecode;
    use std::os::unix::fs::MetadataExt;

    const CAPACITY: u64 = 8 * HUGE_PAGE;

    fn bytes(capacity: u64) -> Array {
        Array::anonymous(Typecode::parse("B").unwrap(), capacity).unwrap()
    }

    fn memory_taken(array: &Array) -> u64 {
        array.storage().file().metadata().unwrap().blocks() * 512
    }

    /// Appends as JavaScript does: by a store while there is room, else by a call. Returns the number of calls.
    fn append_as_javascript(array: &mut Array, to: u64) -> usize {
        let mut calls = 0;
        while array.length() < to {
            let length = array.length();
            let value = [length as u8 | 1];
            if length < array.state.room() {
                array.window().region(length + 1).write(length as usize, &value);
                array.state.set(length + 1, array.capacity());
            } else {
                array.append(&Element::from_bytes(&value)).unwrap();
                calls += 1;
            }
        }
        calls
    }

    fn require_as_appended(array: &Array) {
        let there = array.region().to_vec().unwrap();
        assert!(there.iter().enumerate().all(|(at, byte)| *byte == at as u8 | 1));
    }

    #[test]
    fn append_takes_memory_before_javascript_stores_to_it() {
        let mut array = bytes(CAPACITY);
        append_as_javascript(&mut array, HUGE_PAGE);
        if !array.storage().is_exposed() && !crate::os::portable::is_forced() {
            assert_eq!(memory_taken(&array), HUGE_PAGE);
        }
        let calls = append_as_javascript(&mut array, 2 * HUGE_PAGE + 1);
        assert!((1..=2).contains(&calls), "{calls}");
        assert!(array.prefault.is_refused || memory_taken(&array) >= 3 * HUGE_PAGE);
        let calls = append_as_javascript(&mut array, CAPACITY);
        assert!(calls < 5, "{calls}");
        assert!(array.prefault.is_refused || memory_taken(&array) == CAPACITY);
        require_as_appended(&array);
    }

    #[test]
    fn append_after_truncate_keeps_the_new_elements() {
        let mut array = bytes(CAPACITY);
        append_as_javascript(&mut array, 2 * HUGE_PAGE);
        for length in [MANY + 5, 3, 2 * HUGE_PAGE - 7] {
            array.truncate(length.min(array.length())).unwrap();
            append_as_javascript(&mut array, 2 * HUGE_PAGE + 3);
            require_as_appended(&array);
        }
        array.trim().unwrap();
        assert_eq!(memory_taken(&array), round_up_to_pages(array.length()));
        array.reserve(CAPACITY).unwrap();
        append_as_javascript(&mut array, CAPACITY);
        require_as_appended(&array);
    }

    #[test]
    fn large_and_small_appends_in_turn_keep_all_elements() {
        let mut array = bytes(0);
        let mut model = Vec::new();
        for round in 0..12 {
            let large = vec![round | 64; (MANY as usize + 4097) * usize::from(round % 3 == 0) + 70_000];
            array.extend(Region::of(&large)).unwrap();
            model.extend_from_slice(&large);
            let from = array.length();
            append_as_javascript(&mut array, from + 50_000);
            model.extend((from..from + 50_000).map(|at| at as u8 | 1));
        }
        assert!(array.region().to_vec().unwrap() == model);
    }

    /// Faults this thread has taken so far.
    fn faults() -> i64 {
        let status = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
        // Behind the name, which may hold spaces: the state is the first field there, these are the eighth.
        let (_, fields) = status.rsplit_once(") ").unwrap();
        fields.split(' ').nth(7).unwrap().parse().unwrap()
    }

    #[test]
    fn append_with_and_without_huge_pages_keeps_all_elements() {
        for refused in [false, true] {
            let mut array = bytes(0);
            array.prefault.is_refused = refused;
            let mut model = Vec::new();
            for (round, large) in [1, HUGE_PAGE, 0, 3 * HUGE_PAGE + 5, MANY, 5 * HUGE_PAGE / 2]
                .into_iter()
                .enumerate()
            {
                let large = vec![round as u8 | 64; large as usize];
                array.extend(Region::of(&large)).unwrap();
                model.extend_from_slice(&large);
                let from = array.length();
                append_as_javascript(&mut array, from + HUGE_PAGE + 77);
                model.extend((from..from + HUGE_PAGE + 77).map(|at| at as u8 | 1));
                array.truncate(array.length() - 9).unwrap();
                model.truncate(model.len() - 9);
            }
            assert!(array.region().to_vec().unwrap() == model, "refused: {refused}");
            assert!(array.prefault.populated_end <= array.byte_length() + AHEAD + HUGE_PAGE / 2);
            array.repeat(2).unwrap();
            array.insert(0, &Element::from_bytes(&[3])).unwrap();
            array.trim().unwrap();
            assert_eq!(memory_taken(&array), round_up_to_pages(array.length()));
            let model = [vec![3], model.repeat(2)].concat();
            assert!(array.region().to_vec().unwrap() == model, "refused: {refused}");
        }
    }

    #[test]
    fn large_append_at_any_border_keeps_all_elements() {
        let mebibyte = HUGE_PAGE / 2;
        let source: Vec<u8> = (0..5 * HUGE_PAGE).map(|at| (at % 251) as u8 | 1).collect();
        for refused in [false, true] {
            for begin in (0..=9).map(|whole| whole * mebibyte + mebibyte / 2) {
                for added in [MANY, mebibyte, 2 * mebibyte, 5 * mebibyte + 77] {
                    for by_appending in [false, true] {
                        let mut array = bytes(0);
                        array.prefault.is_refused = refused;
                        if by_appending {
                            array.extend(Region::of(&source[..begin as usize - 9])).unwrap();
                            append_as_javascript(&mut array, begin);
                            array.truncate(begin - 9).unwrap();
                        } else {
                            array.extend(Region::of(&source[..begin as usize])).unwrap();
                            array.trim().unwrap();
                            array.reserve(begin + added).unwrap();
                            array.truncate(begin - 9).unwrap();
                        }
                        array.extend(Region::of(&source[..added as usize])).unwrap();
                        let there = array.region().to_vec().unwrap();
                        let (before, behind) = there.split_at(begin as usize - 9);
                        let is_whole = before == &source[..before.len()] && behind == &source[..behind.len()];
                        assert!(
                            is_whole,
                            "{begin} + {added}, appended: {by_appending}, refused: {refused}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn extend_from_memory_behind_the_end_copies_it_first() {
        let many = 3 * HUGE_PAGE as usize;
        let source: Vec<u8> = (0..many).map(|at| (at % 251) as u8).collect();
        for left in [1, 5000, HUGE_PAGE + 3] {
            let mut array = bytes(0);
            array.extend(Region::of(&source)).unwrap();
            let window = array.window().clone();
            array.truncate(left).unwrap();
            array.extend(window.region(many as u64)).unwrap();
            let model = [&source[..left as usize], &source].concat();
            assert!(array.region().to_vec().unwrap() == model, "{left}");
        }
    }

    #[test]
    fn extend_takes_huge_pages_if_the_system_has_them() {
        if crate::os::portable::skips("only Linux has huge pages, and tells a thread's faults") {
            return;
        }
        let source = vec![7; 16 * HUGE_PAGE as usize];
        let mut array = bytes(0);
        let before = faults();
        array.extend(Region::of(&source)).unwrap();
        let taken = faults() - before;
        assert!(array.prefault.is_refused || taken < 100, "{taken}");
        assert!(array.region().to_vec().unwrap() == source);
        // A small array gets none: it may be one of many.
        let mut small = bytes(0);
        small
            .extend(Region::of(&source[..HUGE_PAGE as usize - 1]))
            .unwrap();
        assert_eq!(memory_taken(&small), HUGE_PAGE);
    }

    #[test]
    fn append_to_an_exposed_reserved_array_calls_the_core_once() {
        let mut array = bytes(0);
        array.handle().unwrap();
        array.reserve(CAPACITY).unwrap();
        assert!(append_as_javascript(&mut array, CAPACITY) <= 1);
        require_as_appended(&array);
    }
}
