//! Appending elements, and taking over changes of the length by others.

use super::files::Mode;
use super::{Array, Extent, Snapshot};
use crate::element::Element;
use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::guard::shows_file_from;
use crate::os::available::copied;
use crate::storage::Flags;

impl Array {
    pub fn append(&mut self, element: &Element) -> Result<()> {
        self.require_access("append")?;
        self.require_whole_rows("append", 1)?;
        let _change = self.begin_length_change("append")??;
        self.append_bytes(&[Region::of(element.bytes())])
    }

    /// Appends elements, given as bytes. The source may be this array's own memory.
    ///
    /// # Errors
    /// `ReadOnly`, `FixedLength`, `RaggedLength`; the system's, such as `ENOMEM` if the source is memory of this file, which is
    /// copied first. Then nothing is changed.
    pub fn extend(&mut self, source: Region<'_>) -> Result<()> {
        self.extend_if("extend", source, || Ok(()))
    }

    /// The same for the elements of one row, which JavaScript appends with `append`.
    ///
    /// # Errors
    /// As [`Array::extend`].
    pub fn append_row(&mut self, source: Region<'_>) -> Result<()> {
        self.extend_if("append", source, || Ok(()))
    }

    /// Appends the elements of another array, or nothing if they could not be read.
    pub fn extend_with(&mut self, source: &Snapshot) -> Result<()> {
        self.extend_if("extend", source.region(), || source.check_faults())
    }

    /// Appends a copy of its own elements.
    pub fn extend_with_itself(&mut self) -> Result<()> {
        // Others may have changed their number. The append itself begins another change.
        let resizable = self.begin_length_change("extend")?;
        if self.length() == 0 {
            return Ok(());
        }
        drop(resizable?);
        let own = self.snapshot()?;
        self.extend_with(&own)
    }

    /// Appends elements, and takes them back if the check of their source fails afterwards.
    fn extend_if(
        &mut self,
        operation: &'static str,
        source: Region<'_>,
        check_source: impl Fn() -> Result<()>,
    ) -> Result<()> {
        self.require_whole(source)?;
        if source.is_empty() {
            // Takes over the length, but does not wait for appends of others, because nothing is appended.
            return self.begin_length_change_in(Mode::Async, operation).map(drop);
        }
        self.require_access(operation)?;
        self.require_whole_rows(operation, source.len() as u64 / self.itemsize())?;
        let _change = self.begin_length_change(operation)??;
        // An append would write over a source behind the end.
        if self.is_behind_the_end(source) || self.needs_aligned_copy(source) {
            let copy = copied(source)?;
            check_source()?;
            return self.append_bytes(&[Region::of(&copy)]);
        }
        let length = self.length();
        self.append_bytes(&[source])?;
        check_source().or_else(|error| {
            let appended = source.len() as u64 / self.itemsize();
            self.undo_append(length, length + appended)?;
            Err(error)
        })
    }

    /// Whether a source is memory of this file behind the elements, which an append writes over. It may be seen through any
    /// mapping: a view from before the array got shorter, or another array on the same file.
    fn is_behind_the_end(&self, source: Region<'_>) -> bool {
        let end = self.file_position(self.length());
        shows_file_from(source.address(), source.len(), self.storage().file(), end)
    }

    /// Takes over the size that others gave the file. Returns the length. An array of fixed length does not get longer.
    pub fn refresh(&mut self) -> Result<u64> {
        self.require_idle("refresh")?;
        self.memory.follow_file()?;
        let bytes = match self.extent {
            Extent::Fixed(length) => self
                .memory
                .mapping()
                .bytes()?
                .min(length.saturating_mul(self.itemsize())),
            Extent::Whole if self.flags == Flags::CopyOnWrite => {
                self.memory.mapping().bytes()?.min(self.byte_length())
            }
            Extent::Whole => self.bytes_in_file()?,
        };
        self.set_bytes(bytes)?;
        self.forget_faults();
        Ok(self.length())
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
    fn extend_of_nothing_is_allowed_for_a_fixed_length() {
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
    fn extend_copies_an_unaligned_source_only_for_an_exact_array() {
        let file = file_of(&[1; 4]);
        let mut array = over(&file, Flags::ReadWrite, None);
        let bytes = [8; 4];
        let at = bytes.as_ptr().addr() % 2;
        let (aligned, unaligned) = (Region::of(&bytes[at..at + 2]), Region::of(&bytes[1 - at..3 - at]));
        assert!(array.needs_aligned_copy(unaligned) && !array.needs_aligned_copy(aligned));
        array.reserve(100).unwrap();
        assert!(!array.needs_aligned_copy(unaligned));
        array.extend(unaligned).unwrap();
        assert_eq!(array.region().to_vec().unwrap()[4..], [8, 8]);
    }

    #[test]
    fn extend_of_a_ragged_file_fails_and_changes_nothing() {
        let file = file_of(&[1; 5]);
        let mut array = over(&file, Flags::ReadWrite, None);
        assert_eq!(array.length(), 2);
        array.extend(Region::empty()).unwrap();
        let error = array.extend(Region::of(&[1, 2])).unwrap_err();
        assert_eq!(error.code(), "ERR_RAGGED_LENGTH");
        assert_eq!(size(&file), 5);
    }

    #[test]
    fn extend_keeps_what_others_appended_before() {
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
    fn undo_append_keeps_what_others_append_meanwhile() {
        use std::os::unix::fs::FileExt;
        let file = file_of(&[1; 8]);
        let mut array = over(&file, Flags::ReadWrite, None);
        let theirs = file.try_clone().unwrap();
        array.on_truncate(Box::new(move |_| {
            let end = theirs.metadata().unwrap().len();
            theirs.write_all_at(&[9; 2], end).unwrap();
        }));
        array.undo_append(4, 4).unwrap();
        assert_eq!(size(&file), 8);
        array.undo_append(2, 4).unwrap();
        assert_eq!((size(&file), array.refresh().unwrap()), (10, 5));
    }

    #[test]
    fn extend_of_a_reserved_array_keeps_all_elements() {
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
            array.truncate(round).unwrap();
        }
    }

    #[test]
    fn refresh_of_a_truncated_file_releases_pages_for_every_kind_of_array() {
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
            let released_from = Rc::new(Cell::new(u64::MAX));
            let seen = released_from.clone();
            array.on_truncate(Box::new(move |end| seen.set(end)));
            file.set_len(10_000).unwrap();
            assert_eq!(array.refresh().unwrap(), 5_000);
            assert_eq!(released_from.get(), 12_288);
        }
    }
}
