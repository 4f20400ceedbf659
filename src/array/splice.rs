//! Insertion, removal and slice assignment: elements move, the file grows or shrinks.

use std::ops::Range;

use super::slice::{Bounds, element_index, insertion_index, rising};
use super::{Array, Snapshot};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::gather::{self, Stride};
use crate::mapping::guard::guards_any_of;
use crate::os::available::copied;

impl Array {
    /// Inserts an element before an index. An index beyond either end means that end.
    pub fn insert(&mut self, index: i64, element: &Element) -> Result<()> {
        self.require_access("insert")?;
        self.require_whole_rows("insert", 1)?;
        let _change = self.begin_length_change("insert")??;
        let at = insertion_index(index, self.length());
        self.replace(at..at, Region::of(element.bytes()))
    }

    /// Removes an element, and copies it to one of the same size: to return it would take a fifth of the time of a call, because
    /// the processor waits when it copies bytes that it has just written.
    ///
    /// # Errors
    /// `Empty`, `IndexOutOfRange`; `ValueOutOfRange` for a character that is not a code point.
    pub fn pop_into(&mut self, index: i64, element: &mut Element) -> Result<()> {
        self.require_access("pop")?;
        self.require_whole_rows("pop", 1)?;
        let resizable = self.begin_length_change("pop")?;
        if self.length() == 0 {
            return Err(Error::Empty { operation: "pop" });
        }
        let at = element_index(index, self.length())?;
        self.read_element(at, element);
        // If the element cannot be returned, it stays in the array.
        element.require_readable(&self.element_type)?;
        self.check_faults_within((at + 1) * self.itemsize())?;
        let _change = resizable?;
        self.replace(at..at + 1, Region::empty())
    }

    /// Removes the first equal element; false if the array has none.
    pub fn remove(&mut self, needle: &Element) -> Result<bool> {
        self.require_access("remove")?;
        self.require_whole_rows("remove", 1)?;
        let resizable = self.begin_length_change("remove")?;
        let Some(at) = self.find(needle, 0, i64::MAX) else {
            return Ok(false);
        };
        let _change = resizable?;
        self.replace(at..at + 1, Region::empty()).map(|()| true)
    }

    pub fn clear(&mut self) -> Result<()> {
        let resizable = self.begin_length_change("clear")?;
        if self.length() == 0 {
            return Ok(());
        }
        let _change = resizable?;
        self.truncate(0)
    }

    pub fn delete_slice(&mut self, bounds: Bounds) -> Result<()> {
        let resizable = self.begin_length_change("deleteSlice")?;
        let stride = bounds.resolve(self.length())?;
        if stride.count == 0 {
            return Ok(());
        }
        self.require_whole_rows("deleteSlice", stride.count as u64)?;
        let _change = resizable?;
        self.delete(stride)
    }

    /// Python's `a[start:stop:step] = values`. With step 1 the length may change. Otherwise the sizes must agree, except that an
    /// empty source deletes the slice. The source may be this array's own memory.
    pub fn set_slice(&mut self, source: Region<'_>, bounds: Bounds) -> Result<()> {
        self.require_writable("setSlice")?;
        self.require_whole(source)?;
        let count = source.len() / self.element_type.itemsize();
        let mut stride = bounds.resolve(self.length())?;
        let _change = if stride.count == count {
            None
        } else {
            let resizable = self.begin_length_change("setSlice")?;
            stride = bounds.resolve(self.length())?;
            (stride.count != count).then_some(resizable).transpose()?
        };
        if stride.step == 1 || count == 0 {
            self.require_whole_rows("setSlice", count.abs_diff(stride.count) as u64)?;
        }
        let mut copy = Vec::new();
        let source = unmapped(source, &mut copy)?;
        if stride.count == count {
            self.begin_write_in_place("setSlice")?;
            gather::scatter(source, self.region(), stride, self.element_type.itemsize());
            return Ok(());
        }
        if stride.step == 1 {
            let start = stride.start as u64;
            return self.replace(start..start + stride.count as u64, source);
        }
        if count == 0 {
            return self.delete(stride);
        }
        Err(Error::OutOfRange {
            name: "values",
            requirement: format!(
                "{} elements long, because a slice with a step keeps its length",
                stride.count
            ),
            received: count.to_string(),
        })
    }

    /// The same with the elements of another array, or of this one. Changes nothing if they could not be read.
    pub fn set_slice_with(&mut self, source: &Snapshot, bounds: Bounds) -> Result<()> {
        let copy = copied(source.region())?;
        source.check_faults()?;
        self.set_slice(Region::of(&copy), bounds)
    }

    fn delete(&mut self, stride: Stride) -> Result<()> {
        let stride = rising(stride);
        let start = stride.start as u64;
        match stride.count as u64 {
            0 => Ok(()),
            count if stride.step == 1 => self.replace(start..start + count, Region::empty()),
            count => {
                self.storage().require_shrinkable()?;
                gather::remove(self.region(), stride, self.element_type.itemsize());
                // All old elements: zeros from behind the end of a truncated file may have been moved in front of it.
                self.check_faults_within(self.byte_length())?;
                self.truncate(self.length() - count)
            }
        }
    }

    /// Replaces a range by other elements, which lie outside this array's memory. Called after [`Array::begin_length_change`].
    fn replace(&mut self, range: Range<u64>, source: Region<'_>) -> Result<()> {
        let (start, end) = (range.start * self.itemsize(), range.end * self.itemsize());
        let (old, added, removed) = (self.byte_length(), source.len() as u64, end - start);
        let new = old - removed + added;
        let tail = old - end;
        if added > removed {
            let window = self.window().clone();
            let tail = window.region(old).part(end as usize, tail as usize);
            let growth = (added - removed) as usize;
            // The last bytes of the array after the call.
            let from_tail = growth.min(tail.len());
            let from_source = growth - from_tail;
            self.grow_for(&[
                source.part(source.len() - from_source, from_source),
                tail.part(tail.len() - from_tail, from_tail),
            ])?;
        } else if added < removed && tail > 0 {
            self.storage().require_shrinkable()?;
        }
        let all = self.window().region(old.max(new));
        all.move_within(end as usize, (start + added) as usize, tail as usize);
        all.copy_from(start as usize, source);
        // All old elements: zeros from behind the end of a truncated file may have been moved in front of it.
        self.check_faults_within(old)?;
        if new < old {
            self.truncate(new / self.itemsize())?;
        }
        Ok(())
    }
}

/// The bytes of a source, outside of mapped memory. It may be memory of the array's file, through this or another mapping, which the
/// stores of the call would change. Then this is a copy, which `copy` keeps.
pub(super) fn unmapped<'a>(source: Region<'a>, copy: &'a mut Vec<u8>) -> Result<Region<'a>> {
    if !guards_any_of(source.address(), source.len()) {
        return Ok(source);
    }
    *copy = copied(source)?;
    Ok(Region::of(copy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Flags;
    use crate::typecode::Typecode;

    #[cfg(target_os = "linux")]
    #[test]
    fn pop_of_a_sealed_file_fails_and_moves_no_elements() {
        if crate::os::portable::skips("only Linux seals files, and those have no name") {
            return;
        }
        use super::super::Placement;
        use crate::storage::Storage;
        use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
        use std::os::fd::AsRawFd;
        use std::os::unix::fs::FileExt;
        let file = std::fs::File::from(
            memfd_create("sealed", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).unwrap(),
        );
        file.write_all_at(b"abcdef", 0).unwrap();
        fcntl_add_seals(&file, SealFlags::SHRINK).unwrap();
        let open = || Storage::from_descriptor(file.as_raw_fd(), Flags::ReadWrite);
        let typecode = Typecode::parse("B").unwrap();
        let mut array = Array::open(typecode, Flags::ReadWrite, Placement::default(), open).unwrap();
        let every_other = Bounds {
            step: Some(2),
            ..Bounds::default()
        };
        assert_eq!(array.pop(0).unwrap_err().code(), "EPERM");
        assert_eq!(array.delete_slice(every_other).unwrap_err().code(), "EPERM");
        assert_eq!(array.pop(-1).unwrap_err().code(), "EPERM");
        assert_eq!(array.region().to_vec().unwrap(), b"abcdef");
        array.insert(0, &Element::from_bytes(b"x")).unwrap();
        assert_eq!(array.region().to_vec().unwrap(), b"xabcdef");
    }

    #[test]
    fn set_slice_from_another_mapping_of_the_file_copies_the_source_first() {
        let mut array = Array::anonymous(Typecode::parse("B").unwrap(), 0).unwrap();
        array.extend(Region::of(b"0123456789")).unwrap();
        let handle = array.handle().unwrap();
        let other = Array::attach(Typecode::parse("B").unwrap(), &handle, Some(Flags::CopyOnWrite)).unwrap();
        let middle = Bounds {
            start: Some(1),
            stop: Some(3),
            step: None,
        };
        array.set_slice(other.region(), middle).unwrap();
        assert_eq!(array.region().to_vec().unwrap(), b"001234567893456789");
    }
}
