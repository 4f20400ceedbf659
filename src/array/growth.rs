//! The length: growing and shrinking, and what others did to it.

use super::{Array, Extent, Lent};
use crate::element::Element;
use crate::error::Result;
use crate::kernels::{self, Region};
use crate::mapping::guard::shows_file_from;
use crate::os::available::copied;
use crate::os::memory::round_up_to_pages;
use crate::storage::Flags;

/// Bytes that are written so fast that any other system call beside it counts.
const LITTLE: u64 = 4096;

/// What is appended.
#[derive(Clone, Copy, Debug)]
enum Source<'a> {
    /// It may be memory of the very file.
    Anywhere(Region<'a>),
    Elsewhere(Region<'a>),
}

impl Array {
    pub fn append(&mut self, element: &Element) -> Result<()> {
        self.extend_from(
            "append",
            Source::Elsewhere(Region::of(element.bytes())),
            || Ok(()),
        )
    }

    /// Appends elements, given as bytes. The source may be this array's own memory.
    ///
    /// # Errors
    /// `ReadOnly`, `FixedLength`, `RaggedLength`, and the system's, as `ENOMEM` where memory that is mapped already, and may be
    /// its own, has to be copied first; the array is then as it was.
    pub fn extend(&mut self, source: Region<'_>) -> Result<()> {
        self.extend_from("extend", Source::Anywhere(source), || Ok(()))
    }

    /// Whether a source is memory that the file gives out behind the elements, by whatever mapping, and that is about to be
    /// written: a view from before the array got shorter, or another array on the same file.
    fn lies_behind_the_end(&self, source: Region<'_>) -> bool {
        let end = self.file_position(self.length());
        shows_file_from(source.address(), source.len(), self.mapping.storage().file(), end)
    }

    /// Appends the elements of another array; none if they could not be read.
    pub fn extend_with(&mut self, source: &Lent) -> Result<()> {
        self.extend_from("extend", Source::Anywhere(source.region()), || {
            source.require_sound()
        })
    }

    /// Appends its own elements once more.
    pub fn extend_with_itself(&mut self) -> Result<()> {
        // Others may have changed their number.
        let _ = self.begin_length_change("extend")?;
        let own = self.lend()?;
        self.extend_with(&own)
    }

    fn extend_from(
        &mut self,
        operation: &'static str,
        source: Source<'_>,
        is_source_sound: impl Fn() -> Result<()>,
    ) -> Result<()> {
        let (Source::Anywhere(mut region) | Source::Elsewhere(mut region)) = source;
        self.require_whole(region)?;
        let resizable = self.begin_length_change(operation)?;
        if region.is_empty() {
            return Ok(());
        }
        resizable?;
        let copy;
        // Not before: others may have made the array shorter.
        if matches!(source, Source::Anywhere(_)) && self.lies_behind_the_end(region) {
            copy = copied(region)?;
            is_source_sound()?;
            region = Region::of(&copy);
        }
        let source = region;
        if self.reservation.is_some() {
            let length = self.length();
            let added = source.len() as u64 / self.itemsize();
            self.require_memory(length + added)?;
            self.make_room(length + added)?;
            self.store_behind_end(source)?;
            is_source_sound()?;
            // Elements that were stored where the file had been cut are lost, and do not count.
            self.require_sound_bytes((length + added) * self.itemsize())?;
            self.state.set(length + added, self.capacity());
            Ok(())
        } else if source.address().is_multiple_of(self.typecode.itemsize()) {
            self.append_exact(&[source])
        } else {
            // A write that meets a page of its source that is not in memory yet lets the file end at that page's
            // border for a moment. No element may lie across one.
            let copy = copied(source)?;
            self.append_exact(&[Region::of(&copy)])
        }
    }

    /// One appending write for all the parts. Where a header counts the elements it is told then.
    pub(super) fn append_exact(&mut self, parts: &[Region<'_>]) -> Result<()> {
        let added: u64 = parts.iter().map(|part| part.len() as u64).sum();
        // Before anything is written: what cannot be mapped afterwards is not to be in the file.
        let length = self.length() + added / self.itemsize();
        self.require_countable(length)?;
        self.cover(self.byte_length() + added)?;
        let end = self.file_position(self.length());
        self.write_behind(parts, end)?;
        if self.npy.is_none() && added <= LITTLE {
            // A call to ask for the size takes a third as long as the write. What others have appended since the size
            // was asked for is taken over by the next call, as what they append from now on.
            self.set_exact_length(length);
            return Ok(());
        }
        self.finish_growth(length)
    }

    /// Takes over a length once its elements are in the file: what the size says, appends of others included.
    pub(super) fn finish_growth(&mut self, length: u64) -> Result<()> {
        if self.npy.is_some() {
            self.set_count(length)?;
            self.set_exact_length(length);
            return Ok(());
        }
        let bytes = self.mapping.bytes()?;
        self.take_over(bytes)
    }

    /// Takes over what others did to the file's size; gives the length. An array of fixed length gets no longer.
    pub fn refresh(&mut self) -> Result<u64> {
        self.require_idle("refresh")?;
        self.follow_file()?;
        let bytes = self.mapping.bytes()?;
        let there = bytes / self.itemsize();
        let reservation = self.reservation.clone();
        let reserved_capacity = reservation.is_some().then(|| self.capacity().min(there));
        let length = match self.extent {
            Extent::Fixed(length) => length.min(there),
            Extent::Whole if reserved_capacity.is_some() || self.flags == Flags::CopyOnWrite => {
                self.length().min(there)
            }
            Extent::Whole => self.elements_there()? / self.itemsize(),
        };
        self.take_over(length * self.itemsize())?;
        self.window.note_lost_pages();
        self.window.go_on_without_lost_pages(self.byte_length());
        self.forget_faults();
        if let Some(capacity) = reserved_capacity {
            self.state.set(length, capacity);
        }
        if let Some(reservation) = reservation {
            reservation.accept_cut();
        }
        Ok(length)
    }

    /// Makes the array shorter. A reserved one keeps its file, an exact one cuts it; but where a header counts the
    /// elements the file stays as it is, since a reader that knows the old count may be at them just now.
    pub(super) fn shorten(&mut self, length: u64) -> Result<()> {
        if self.reservation.is_some() {
            // A process that is killed leaves the file as long as it is: what was taken away must not come back then.
            if self.mapping.storage().is_exposed() {
                let start = length * self.itemsize();
                let gone = self.byte_length() - start;
                let gone = self.region().part(start as usize, gone as usize);
                kernels::fill::fill(gone, &[0]);
            }
            self.state.set(length, self.capacity());
            return Ok(());
        }
        if self.npy.is_some() {
            self.slack_end = self.slack_end.max(self.file_position(self.length()));
            self.set_count(length)?;
            self.set_exact_length(length);
            return Ok(());
        }
        self.release_pages_behind(length);
        self.mapping.storage().cut(self.file_position(length))?;
        self.set_exact_length(length);
        Ok(())
    }

    /// Says that pages behind a length are about to go, so that no buffer on them stays in anybody's hand.
    pub(super) fn release_pages_behind(&self, length: u64) {
        // Pages count from the start of the file, not from the array's offset.
        let end = round_up_to_pages(self.file_position(length));
        (self.on_cut)(end.saturating_sub(self.mapping.offset()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::{file_of, over};
    use crate::typecode::Typecode;
    use std::cell::Cell;
    use std::rc::Rc;

    fn size(file: &std::fs::File) -> u64 {
        file.metadata().unwrap().len()
    }

    #[test]
    fn what_changes_nothing_is_allowed_where_the_length_is_fixed() {
        let file = file_of(&[1; 8]);
        for mut array in [
            over(&file, Flags::ReadWrite, Some(2)),
            over(&file, Flags::CopyOnWrite, None),
        ] {
            array.extend(Region::empty()).unwrap();
            let error = array.extend(Region::of(&[1, 2])).unwrap_err();
            assert_eq!(error.code(), "ERR_FIXED_LENGTH");
        }
        assert_eq!(size(&file), 8);
    }

    #[test]
    fn a_ragged_file_is_not_appended_to() {
        let file = file_of(&[1; 5]);
        let mut array = over(&file, Flags::ReadWrite, None);
        assert_eq!(array.length(), 2);
        array.extend(Region::empty()).unwrap();
        let error = array.extend(Region::of(&[1, 2])).unwrap_err();
        assert_eq!(error.code(), "ERR_RAGGED_LENGTH");
        assert_eq!(size(&file), 5);
    }

    #[test]
    fn an_exact_array_has_what_others_appended_before_its_own() {
        let file = file_of(&[]);
        let (mut one, mut other) = (
            over(&file, Flags::ReadWrite, None),
            over(&file, Flags::ReadWrite, None),
        );
        one.extend(Region::of(&[1, 1])).unwrap();
        other.extend(Region::of(&[2, 2])).unwrap();
        assert_eq!((one.length(), other.length()), (1, 2));
        assert_eq!(one.refresh().unwrap(), 2);
        assert_eq!(one.region().to_vec().unwrap(), [1, 1, 2, 2]);
    }

    #[test]
    fn much_that_is_appended_to_a_reserved_array_comes_out_whole() {
        const ELEMENTS: usize = 300_000;
        let bytes: Vec<u8> = (0..ELEMENTS * 2).map(|at| (at % 251) as u8).collect();
        let mut array = Array::anonymous(Typecode::parse("h").unwrap(), 0).unwrap();
        for round in 0..3 {
            // Fresh pages, then pages that were touched, then some of both.
            array.extend(Region::of(&bytes[..2 * ELEMENTS / 2])).unwrap();
            array.extend(Region::of(&bytes)).unwrap();
            assert!(
                array.region().to_vec().unwrap().ends_with(&bytes),
                "round {round}"
            );
            array.shorten(round).unwrap();
        }
    }

    #[test]
    fn buffers_on_pages_that_went_are_given_up_whatever_the_array() {
        const BYTES: usize = 3 << 20;
        for make in [
            |file: &std::fs::File| over(file, Flags::ReadWrite, None),
            |file: &std::fs::File| over(file, Flags::ReadWrite, Some(1 << 20)),
            |file: &std::fs::File| over(file, Flags::CopyOnWrite, None),
            |file: &std::fs::File| {
                let mut array = over(file, Flags::ReadWrite, None);
                array.reserve(4 << 20).unwrap();
                array
            },
        ] {
            let file = file_of(&vec![1; BYTES]);
            let mut array = make(&file);
            let cut = Rc::new(Cell::new(u64::MAX));
            let seen = cut.clone();
            array.on_cut(Box::new(move |end| seen.set(end)));
            file.set_len(10_000).unwrap();
            assert_eq!(array.refresh().unwrap(), 5_000);
            assert_eq!(cut.get(), 12_288);
        }
    }
}
