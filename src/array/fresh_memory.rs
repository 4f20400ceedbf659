//! Memory of a reserved array behind its elements, which nobody has stored to yet. Left alone, the system brings each page in
//! at the first store to it: it interrupts, and writes zeros that are written over at once. Huge pages take a tenth of that
//! time; where there are none, one write for many pages and one read for each few of them take three quarters of it.

use std::ops::Range;

use rustix::io::Errno;

use super::Array;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::huge_pages::{self, HUGE_PAGE};
use crate::os::memory::{page_size, round_up_to_pages};

/// From so many bytes on a system call is nothing beside what it does.
const MUCH: u64 = 256 * 1024;
/// Bytes that are brought in at a time, before it is known that they are needed.
const AHEAD: u64 = 1024 * 1024;
/// The same of huge pages: a fifth of a millisecond.
const HUGE_PAGES_AHEAD: u64 = 2 * HUGE_PAGE;
/// Bytes that are cleared and then written at a time, where both is done.
pub(super) const PIECE: u64 = 2 * HUGE_PAGE;
/// Bytes around a read for which the system maps what is there already.
const AROUND: usize = 64 * 1024;

static ZEROS: [u8; AHEAD as usize] = [0; AHEAD as usize];

impl Array {
    /// Copies elements, which do not lie there themselves, behind the end of a reserved array, where there is room.
    pub(super) fn lay_down(&mut self, source: Region<'_>) -> Result<()> {
        let (start, bytes) = (self.byte_length(), source.len() as u64);
        if !self.has_fresh_memory(bytes) {
            self.bring_some_in(bytes);
            return self.lay_down_at(start, source);
        }
        self.in_pieces(bytes, |array, piece| {
            let part = source.part((piece.start - start) as usize, (piece.end - piece.start) as usize);
            array.lay_down_at(piece.start, part).map(|()| true)
        })
    }

    /// Whether so much behind the end is better written piece by piece.
    pub(super) fn has_fresh_memory(&self, bytes: u64) -> bool {
        self.is_reserved() && bytes >= MUCH && !self.storage().is_exposed()
    }

    /// Brings memory in for many bytes behind the end, which there is room for, and has each piece of them written before the
    /// next comes: what is written to memory that was just cleared finds it in the cache. `write` gets the place of a piece in
    /// the window, and says whether it is to go on.
    pub(super) fn in_pieces(
        &mut self,
        bytes: u64,
        mut write: impl FnMut(&Self, Range<u64>) -> Result<bool>,
    ) -> Result<()> {
        let mut at = self.byte_length();
        let end = at + bytes;
        while at < end {
            let piece = at..end.min(at - at % PIECE + PIECE);
            self.bring_huge_pages_in(piece.end, 0);
            at = piece.end;
            if !write(self, piece)? {
                break;
            }
            // Before the next piece brings in what is missing before it.
            self.touched = self.touched.max(at);
        }
        Ok(())
    }

    /// What was never touched is written by the system, where it is much.
    fn lay_down_at(&self, at: u64, source: Region<'_>) -> Result<()> {
        let touched = self.touched.max(at).min(at + source.len() as u64);
        let known = source.part(0, (touched - at) as usize);
        let fresh = source.part(known.len(), source.len() - known.len());
        if (fresh.len() as u64) < MUCH {
            self.store_at(at, source);
            return Ok(());
        }
        self.require_uncut()?;
        self.store_at(at, known);
        match self.write_fresh(fresh, touched) {
            // A limit for files, which holds for stores to memory of the array's own as little as for any others.
            Err(Error::System { errno, .. })
                if errno == Errno::FBIG.raw_os_error() && !self.storage().is_exposed() =>
            {
                self.store_at(touched, fresh);
                Ok(())
            }
            done => done,
        }
    }

    fn store_at(&self, at: u64, bytes: Region<'_>) {
        let end = at + bytes.len() as u64;
        self.window().region(end).copy_from(at as usize, bytes);
    }

    fn write_fresh(&self, bytes: Region<'_>, at: u64) -> Result<()> {
        let storage = self.storage();
        storage.write_at(bytes, self.mapping().offset() + at)?;
        // Other memory than this may be mapped for reading only by that, and need the same again for a store.
        if !storage.is_exposed() {
            self.map(at, at + bytes.len() as u64);
        }
        Ok(())
    }

    /// Reads here and there in a range, all of which is there.
    fn map(&self, start: u64, end: u64) {
        let all = self.window().region(end);
        for offset in (start as usize..all.len()).step_by(AROUND) {
            std::hint::black_box(all.get::<u8>(offset));
        }
    }

    /// Before few bytes are appended, in memory of the array's own: memory for some of those to come. JavaScript appends
    /// until that is used up, and calls for more then.
    fn bring_some_in(&mut self, added: u64) {
        if self.storage().is_exposed() {
            self.state.set_ready(u64::MAX);
            return;
        }
        let end = self.byte_length() + added;
        if end <= self.state.ready() * self.itemsize() {
            return;
        }
        if end >= 2 * HUGE_PAGE {
            self.bring_huge_pages_in(end, HUGE_PAGES_AHEAD.min(end / 2));
        }
        let to = (end + AHEAD.min(end / 2)).min(self.room());
        if end >= MUCH {
            self.bring_zeros_in(self.touched.max(end), to);
        }
        self.state
            .set_ready(to.max(self.touched).max(MUCH) / self.itemsize());
    }

    /// Before bytes behind the end are stored to, in memory of the array's own: the memory for them, where they are many.
    pub(super) fn bring_much_in(&mut self, added: u64) {
        if added >= MUCH && !self.storage().is_exposed() {
            self.bring_huge_pages_in(self.byte_length() + added, 0);
        }
    }

    /// A huge page is taken where at least half of it is going to be used, so that none is left out between two appends.
    fn bring_huge_pages_in(&mut self, end: u64, ahead: u64) {
        if end < HUGE_PAGE || self.huge_pages_refused {
            return;
        }
        let known = self.touched.max(self.byte_length());
        let range = huge_pages::nearest(known..(end + ahead).min(self.room()));
        if range.is_empty() {
            return;
        }
        self.bring_zeros_in(known, range.start);
        match self
            .mapping()
            .bring_huge_pages_in(self.window(), known, range.clone())
        {
            Ok(()) => {
                self.touched = range.end;
                if range.end > self.room() {
                    // Where the file ends inside of a huge page it is mapped as small ones.
                    self.map(range.end - HUGE_PAGE, self.room());
                }
            }
            Err(error) => self.huge_pages_refused = !error.may_pass(),
        }
    }

    /// Whole pages of a range that nobody has stored to, at most [`AHEAD`] long.
    fn bring_zeros_in(&mut self, start: u64, end: u64) {
        let fresh = round_up_to_pages(start)..end - end % page_size();
        if !fresh.is_empty() {
            let zeros = Region::of(&ZEROS).part(0, (fresh.end - fresh.start) as usize);
            // Where it fails, the pages come as they always do.
            let _ = self.write_fresh(zeros, fresh.start);
            self.touched = fresh.end;
        }
    }

    /// Bytes there is room for.
    fn room(&self) -> u64 {
        self.capacity() * self.itemsize()
    }

    /// The file is cut: what was brought in goes.
    pub(super) fn forget_memory_ahead(&mut self) {
        self.touched = 0;
        self.state.set_ready(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::typecode::Typecode;
    use std::os::unix::fs::MetadataExt;

    const CAPACITY: u64 = 3 * AHEAD;

    fn bytes(capacity: u64) -> Array {
        Array::anonymous(Typecode::parse("B").unwrap(), capacity).unwrap()
    }

    fn brought_in(array: &Array) -> u64 {
        array.storage().file().metadata().unwrap().blocks() * 512
    }

    /// As JavaScript appends: stores as long as there is room, and a call where there is none. Gives how many calls.
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
    fn memory_is_there_before_it_is_stored_to() {
        if crate::os::portable::skips("a temporary file has its blocks when it grows") {
            return;
        }
        let mut array = bytes(CAPACITY);
        assert!(append_as_javascript(&mut array, MUCH) <= 1);
        assert!(brought_in(&array) <= MUCH);
        append_as_javascript(&mut array, MUCH + 1);
        assert!(brought_in(&array) >= MUCH + MUCH / 2);
        let calls = append_as_javascript(&mut array, CAPACITY);
        assert!((2..10).contains(&calls), "{calls}");
        assert_eq!(brought_in(&array), CAPACITY);
        require_as_appended(&array);
    }

    #[test]
    fn what_was_taken_away_and_is_appended_again_stays() {
        let mut array = bytes(CAPACITY);
        append_as_javascript(&mut array, 2 * AHEAD);
        for length in [MUCH + 5, 3, 2 * AHEAD - 7] {
            array.truncate(length.min(array.length())).unwrap();
            append_as_javascript(&mut array, 2 * AHEAD + 3);
            require_as_appended(&array);
        }
        array.trim().unwrap();
        assert_eq!(brought_in(&array), round_up_to_pages(array.length()));
        array.reserve(CAPACITY).unwrap();
        append_as_javascript(&mut array, CAPACITY);
        require_as_appended(&array);
    }

    #[test]
    fn large_and_small_appends_take_turns() {
        let mut array = bytes(0);
        let mut model = Vec::new();
        for round in 0..12 {
            let large = vec![round | 64; (MUCH as usize + 4097) * usize::from(round % 3 == 0) + 70_000];
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
    fn huge_pages_or_small_ones_hold_the_same() {
        for refused in [false, true] {
            let mut array = bytes(0);
            array.huge_pages_refused = refused;
            let mut model = Vec::new();
            for (round, large) in [1, HUGE_PAGE, 0, 3 * HUGE_PAGE + 5, MUCH, 5 * HUGE_PAGE / 2]
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
            assert!(array.touched <= array.byte_length() + HUGE_PAGES_AHEAD + HUGE_PAGE / 2);
            array.repeat(2).unwrap();
            array.insert(0, &Element::from_bytes(&[3])).unwrap();
            array.trim().unwrap();
            assert_eq!(brought_in(&array), round_up_to_pages(array.length()));
            let model = [vec![3], model.repeat(2)].concat();
            assert!(array.region().to_vec().unwrap() == model, "refused: {refused}");
        }
    }

    #[test]
    fn nothing_is_lost_wherever_a_large_append_begins_and_ends() {
        let mebibyte = HUGE_PAGE / 2;
        let source: Vec<u8> = (0..5 * HUGE_PAGE).map(|at| (at % 251) as u8 | 1).collect();
        for refused in [false, true] {
            for begin in (0..=9).map(|whole| whole * mebibyte + mebibyte / 2) {
                for added in [MUCH, mebibyte, 2 * mebibyte, 5 * mebibyte + 77] {
                    for by_appending in [false, true] {
                        let mut array = bytes(0);
                        array.huge_pages_refused = refused;
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
    fn a_source_behind_the_end_is_taken_as_it_was() {
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
    fn huge_pages_are_taken_where_the_system_has_any() {
        if crate::os::portable::skips("only Linux has huge pages, and tells a thread's faults") {
            return;
        }
        let source = vec![7; 16 * HUGE_PAGE as usize];
        let mut array = bytes(0);
        let before = faults();
        array.extend(Region::of(&source)).unwrap();
        let taken = faults() - before;
        assert!(array.huge_pages_refused || taken < 100, "{taken}");
        assert!(array.region().to_vec().unwrap() == source);
        // A small array gets none: it may be one of many.
        let mut small = bytes(0);
        small
            .extend(Region::of(&source[..HUGE_PAGE as usize - 1]))
            .unwrap();
        assert_eq!(brought_in(&small), HUGE_PAGE);
    }

    #[test]
    fn what_others_can_see_is_left_to_them() {
        let mut array = bytes(0);
        array.handle().unwrap();
        array.reserve(CAPACITY).unwrap();
        assert!(append_as_javascript(&mut array, CAPACITY) <= 1);
        require_as_appended(&array);
    }
}
