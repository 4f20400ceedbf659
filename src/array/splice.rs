//! Insertion, removal and slice assignment: elements move, the file grows or shrinks.

use std::ops::Range;

use super::slice::{Bounds, element_index, insertion_index, rising};
use super::{Array, Lent};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::gather::{self, Stride};
use crate::mapping::guard::guards_any_of;
use crate::os::available::copied;

impl Array {
    /// Puts an element before an index; one beyond either end means that end.
    pub fn insert(&mut self, index: i64, element: &Element) -> Result<()> {
        self.begin_length_change("insert")??;
        let at = insertion_index(index, self.length());
        self.replace(at..at, Region::of(element.bytes()))
    }

    /// Takes an element out, and gives it.
    ///
    /// # Errors
    /// `Empty`, `IndexOutOfRange`; `ValueOutOfRange` for an element of a character type that is no code point.
    pub fn pop(&mut self, index: i64) -> Result<Element> {
        let resizable = self.begin_length_change("pop")?;
        if self.length() == 0 {
            return Err(Error::Empty { operation: "pop" });
        }
        let at = element_index(index, self.length())?;
        let element = self.element_at(at);
        // What cannot be given to the caller is not taken from the array.
        element.require_readable(self.typecode)?;
        self.require_sound_bytes((at + 1) * self.itemsize())?;
        resizable?;
        self.replace(at..at + 1, Region::empty())?;
        Ok(element)
    }

    /// Takes the first equal element out; says whether there was one.
    pub fn remove(&mut self, needle: &Element) -> Result<bool> {
        let resizable = self.begin_length_change("remove")?;
        let Some(at) = self.find(needle, 0, i64::MAX) else {
            return Ok(false);
        };
        resizable?;
        self.replace(at..at + 1, Region::empty()).map(|()| true)
    }

    pub fn clear(&mut self) -> Result<()> {
        let resizable = self.begin_length_change("clear")?;
        if self.length() == 0 {
            return Ok(());
        }
        resizable?;
        self.shorten(0)
    }

    pub fn delete_slice(&mut self, bounds: Bounds) -> Result<()> {
        let resizable = self.begin_length_change("deleteSlice")?;
        let stride = bounds.resolve(self.length())?;
        if stride.count == 0 {
            return Ok(());
        }
        resizable?;
        self.delete(stride)
    }

    /// Python's `a[start:stop:step] = values`. With step 1 the length may change; otherwise the sizes must agree,
    /// but no values at all delete the slice. The source may be this array's own memory.
    pub fn set_slice(&mut self, source: Region<'_>, bounds: Bounds) -> Result<()> {
        self.require_writable("setSlice")?;
        self.require_whole(source)?;
        let count = source.len() / self.typecode.itemsize();
        let mut stride = bounds.resolve(self.length())?;
        if stride.count != count {
            let resizable = self.begin_length_change("setSlice")?;
            stride = bounds.resolve(self.length())?;
            if stride.count != count {
                resizable?;
            }
        }
        // A source in mapped memory may be this array's, at this address or, by another mapping, at another: moving
        // elements about would change it on the way.
        let copy;
        let source = if guards_any_of(source.address(), source.len()) {
            copy = copied(source)?;
            Region::of(&copy)
        } else {
            source
        };
        if stride.count == count {
            self.begin_write_in_place("setSlice")?;
            gather::scatter(source, self.region(), stride, self.typecode.itemsize());
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
            requirement: format!("{} elements long, as the slice with a step is", stride.count),
            received: format!("{count} elements"),
        })
    }

    /// The same with the elements of another array, or of this one; nothing is changed if they could not be read.
    pub fn set_slice_with(&mut self, source: &Lent, bounds: Bounds) -> Result<()> {
        let copy = copied(source.region())?;
        source.require_sound()?;
        self.set_slice(Region::of(&copy), bounds)
    }

    fn delete(&mut self, stride: Stride) -> Result<()> {
        let stride = rising(stride);
        let start = stride.start as u64;
        match stride.count as u64 {
            0 => Ok(()),
            count if stride.step == 1 => self.replace(start..start + count, Region::empty()),
            count => {
                self.mapping.storage().require_cuttable()?;
                gather::remove(self.region(), stride, self.typecode.itemsize());
                // Of all the elements that there were: zeros from behind a cut may have been moved in front of it.
                self.require_sound_bytes(self.byte_length())?;
                self.shorten(self.length() - count)
            }
        }
    }

    /// Puts other elements, which lie outside this array's memory, in the place of a range. Called after
    /// [`Array::begin_length_change`].
    fn replace(&mut self, range: Range<u64>, source: Region<'_>) -> Result<()> {
        let (start, end) = (range.start * self.itemsize(), range.end * self.itemsize());
        let (old, added, removed) = (self.byte_length(), source.len() as u64, end - start);
        let new = old - removed + added;
        let tail = old - end;
        if added > removed {
            self.grow_to_replace(old, end, source, added - removed)?;
        } else if added < removed && tail > 0 {
            self.mapping.storage().require_cuttable()?;
        }
        let all = self.window.region(old.max(new));
        all.move_within(end as usize, (start + added) as usize, tail as usize);
        all.copy_from(start as usize, source);
        // Of all the elements that there were: zeros from behind a cut may have been moved in front of it.
        self.require_sound_bytes(old)?;
        if new < old {
            self.shorten(new / self.itemsize())?;
        }
        Ok(())
    }

    /// Makes the array longer by `growth` bytes. An exact one gets them in one appending write, and they are the very
    /// bytes that belong there in the end: readers see no zeros, and a full disk changes nothing.
    fn grow_to_replace(&mut self, old: u64, end: u64, source: Region<'_>, growth: u64) -> Result<()> {
        if self.is_reserved() {
            let length = self.length() + growth / self.itemsize();
            self.make_room(length)?;
            self.prefault(growth);
            self.state.set(length, self.capacity());
            return Ok(());
        }
        let window = self.window.clone();
        let tail = window.region(old).part(end as usize, (old - end) as usize);
        let growth = growth as usize;
        if tail.len() >= growth {
            self.append_exact(&[tail.part(tail.len() - growth, growth)])
        } else {
            let from_source = growth - tail.len();
            self.append_exact(&[source.part(source.len() - from_source, from_source), tail])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Flags;
    use crate::typecode::Typecode;

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_moves_in_a_file_that_cannot_get_shorter() {
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
    fn a_source_in_another_mapping_of_the_same_file_is_copied_first() {
        let mut array = Array::anonymous(Typecode::parse("B").unwrap(), 0).unwrap();
        array.extend(Region::of(b"0123456789")).unwrap();
        let handle = array.handle().unwrap();
        let other = Array::attach(&handle, Some(Flags::CopyOnWrite)).unwrap();
        let middle = Bounds {
            start: Some(1),
            stop: Some(3),
            step: None,
        };
        array.set_slice(other.region(), middle).unwrap();
        assert_eq!(array.region().to_vec().unwrap(), b"001234567893456789");
    }
}
