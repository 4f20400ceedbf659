//! Arrays in `.npy` files: the header's count is the length. What lies behind the counted elements is slack, which NumPy
//! does not look at. So the file is one that NumPy reads at every moment: elements are written before they are counted,
//! and no longer counted before they are cut off.

use std::sync::Arc;

use super::placement::longer_than;
use super::{Array, Extent, Placement, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::Mapping;
use crate::storage::{Access, Flags, Format, NpyHeader, Storage};
use crate::typecode::Typecode;

impl Array {
    /// An array in a `.npy` file, of the header's type where none is given. `open` must not empty the file.
    ///
    /// # Errors
    /// The system's; `InvalidNpy`, `UnsupportedNpy`, `OtherDtype`; `InvalidTypecode` where a file is made of no type;
    /// `OutOfRange` where `placement` does not fit.
    pub fn open_npy(
        typecode: Option<&'static Typecode>,
        flags: Flags,
        placement: Placement,
        open: impl FnOnce() -> Result<Storage>,
    ) -> Result<Array> {
        if placement.offset != 0 {
            return Err(Error::OutOfRange {
                name: "options.offset",
                requirement: String::from("0 for a .npy file, whose header says where its elements begin"),
                received: placement.offset.to_string(),
            });
        }
        let storage = Arc::new(open()?);
        Self::on_npy(&storage, typecode, flags, placement).inspect_err(|_| storage.undo(flags))
    }

    fn on_npy(
        storage: &Arc<Storage>,
        typecode: Option<&'static Typecode>,
        flags: Flags,
        placement: Placement,
    ) -> Result<Array> {
        let mut npy = if flags == Flags::CreateOrEmpty || (flags.creates() && storage.size()? == 0) {
            let typecode = typecode.map_or_else(|| Typecode::parse(""), Ok)?;
            placement.require_countable(typecode.itemsize() as u64)?;
            NpyHeader::create(storage, typecode)?
        } else {
            NpyHeader::read(storage)?
        };
        let typecode = typecode.unwrap_or(npy.header().typecode);
        npy.header()
            .require(typecode)
            .map_err(|error| storage.named(error))?;
        require_counted(storage, &npy, typecode)?;
        let extent = place(storage, &mut npy, typecode, flags, placement.length)?;
        if extent == Extent::Whole && flags.access() == Access::ReadWrite {
            npy.mend(storage)?;
            cut_behind(storage, &npy, typecode)?;
        }
        let mapping = Mapping::new(storage.clone(), npy.header().data_start, flags.access());
        Array::over(mapping, typecode, flags, extent, Some(npy))?.with_room(placement.capacity)
    }

    pub fn format(&self) -> Format {
        match self.npy {
            Some(_) => Format::Npy,
            None => Format::Raw,
        }
    }

    /// The lengths of all dimensions; of an array that is not all of a file of several, its length.
    pub fn shape(&self) -> Vec<u64> {
        match &self.npy {
            Some(npy) if !npy.header().is_row() && npy.header().count == self.length() => {
                npy.header().shape.clone()
            }
            _ => vec![self.length()],
        }
    }

    /// Bytes of the elements there are by now, of an exact array: those that a header counts, else all to the file's end.
    pub(super) fn elements_there(&mut self) -> Result<u64> {
        let itemsize = self.itemsize();
        let storage = self.mapping.storage();
        let counted = match &mut self.npy {
            Some(npy) if self.extent == Extent::Whole => Some(npy.count(storage)?),
            _ => None,
        };
        // The size is asked last: by then all that is counted is there.
        let there = self.mapping.bytes()?;
        Ok(counted.map_or(there, |count| count.min(there / itemsize) * itemsize))
    }

    /// Writes behind the last element of an exact array. Of a file without a header that makes the array longer.
    pub(super) fn write_behind(&mut self, parts: &[Region<'_>], end: u64) -> Result<()> {
        let storage = self.mapping.storage();
        if self.npy.is_none() {
            return storage.append(parts, end);
        }
        storage.require_possible(parts.iter().map(|part| part.len() as u64).sum())?;
        let mut at = end;
        for part in parts {
            if let Err(error) = storage.write_at(*part, at) {
                // A full disk gets back what it gave. Of a failure of that nothing more is to be told.
                self.slack_end = u64::MAX;
                let _ = self.cut_slack();
                return Err(error);
            }
            at += part.len() as u64;
        }
        Ok(())
    }

    /// Refuses a length that a header has no room to say.
    pub(super) fn require_countable(&self, length: u64) -> Result<()> {
        self.npy.as_ref().map_or(Ok(()), |npy| npy.require_room(length))
    }

    /// Says in the file that an exact array has another length, where that is not the file's size.
    pub(super) fn set_count(&mut self, length: u64) -> Result<()> {
        if let Some(npy) = &mut self.npy {
            npy.set_count(self.mapping.storage(), length)?;
        }
        Ok(())
    }

    /// Cuts off what this array left behind the counted elements. A file that is longer than that was made so by another,
    /// which may need it.
    pub(super) fn cut_slack(&mut self) -> Result<()> {
        let slack_end = std::mem::take(&mut self.slack_end);
        let Some(npy) = self.npy.as_mut().filter(|_| slack_end > 0) else {
            return Ok(());
        };
        let storage = self.mapping.storage();
        let count = npy.count(storage)?;
        let (end, size) = (self.file_position(count), storage.size()?);
        if size > end && size <= slack_end {
            self.release_pages_behind(count);
            storage.cut(end)?;
        }
        Ok(())
    }
}

/// Refuses a file that has fewer elements than its header counts.
fn require_counted(storage: &Storage, npy: &NpyHeader, typecode: &Typecode) -> Result<()> {
    let header = npy.header();
    let there = storage.size()?.saturating_sub(header.data_start) / typecode.itemsize() as u64;
    if header.count <= there {
        return Ok(());
    }
    Err(storage.named(Error::InvalidNpy {
        reason: format!(
            "its header counts {} elements, it ends after {there}",
            header.count
        ),
        path: None,
    }))
}

/// Byte behind the last element that is counted.
fn counted_end(npy: &NpyHeader, typecode: &Typecode) -> u64 {
    npy.header().data_start + npy.header().count * typecode.itemsize() as u64
}

fn cut_behind(storage: &Storage, npy: &NpyHeader, typecode: &Typecode) -> Result<()> {
    let end = counted_end(npy, typecode);
    if storage.size()? > end {
        storage.cut(end)?;
    }
    Ok(())
}

/// Whether an array is to be all of a file or a part of fixed length; makes the file longer where the flags create.
fn place(
    storage: &Storage,
    npy: &mut NpyHeader,
    typecode: &Typecode,
    flags: Flags,
    length: Option<u64>,
) -> Result<Extent> {
    let (count, is_row) = (npy.header().count, npy.header().is_row());
    let length = length.unwrap_or(count);
    if length > count && !(flags.creates() && is_row) {
        return Err(longer_than(count, length));
    }
    if length > count {
        let added = countable_bytes("options.length", length, typecode.itemsize() as u64)?
            - count * typecode.itemsize() as u64;
        npy.require_room(length)?;
        // What lies behind the counted elements are no zeros.
        cut_behind(storage, npy, typecode)?;
        let end = counted_end(npy, typecode);
        storage.grow(end, end + added)?;
        npy.set_count(storage, length)?;
    }
    Ok(if is_row && length >= count {
        Extent::Whole
    } else {
        Extent::Fixed(length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileExt;

    fn scratch() -> File {
        crate::os::memory_file::scratch()
    }

    fn open(file: &File, flags: Flags, length: Option<u64>) -> Result<Array> {
        let placement = Placement {
            length,
            ..Placement::default()
        };
        let open = || Storage::from_descriptor(file.as_raw_fd(), flags.without_emptying());
        Array::open_npy(Some(Typecode::parse("h").unwrap()), flags, placement, open)
    }

    fn size(file: &File) -> u64 {
        file.metadata().unwrap().len()
    }

    #[test]
    fn elements_are_written_behind_the_counted_ones_and_slack_is_cut_by_trim() {
        let file = scratch();
        let mut array = open(&file, Flags::CreateOrEmpty, None).unwrap();
        array.extend(Region::of(&[1, 0, 2, 0, 3, 0])).unwrap();
        array.pop(0).unwrap();
        assert_eq!(size(&file), 134);
        let mut reader = open(&file, Flags::Read, None).unwrap();
        assert_eq!(reader.region().to_vec().unwrap(), [2, 0, 3, 0]);
        array.extend(Region::of(&[4, 0])).unwrap();
        assert_eq!((size(&file), reader.refresh().unwrap()), (134, 3));
        assert_eq!(reader.region().to_vec().unwrap(), [2, 0, 3, 0, 4, 0]);
        array.clear().unwrap();
        array.flush().unwrap();
        assert_eq!(size(&file), 134);
        array.trim().unwrap();
        assert_eq!((size(&file), reader.refresh().unwrap()), (128, 0));
    }

    #[test]
    fn what_one_left_behind_is_not_cut_once_another_has_reserved_more() {
        let file = scratch();
        let mut one = open(&file, Flags::CreateOrEmpty, None).unwrap();
        one.extend(Region::of(&[0; 20])).unwrap();
        let mut other = open(&file, Flags::ReadWrite, None).unwrap();
        one.clear().unwrap();
        other.reserve(1000).unwrap();
        one.trim().unwrap();
        assert_eq!(size(&file), 128 + 2000);
        drop(other);
        assert_eq!(size(&file), 128);
    }

    #[test]
    fn the_length_asked_for_is_made_of_zeros_or_refused() {
        let file = scratch();
        assert_eq!(open(&file, Flags::CreateOrKeep, Some(3)).unwrap().length(), 3);
        file.write_all_at(&[7; 6], 134).unwrap();
        let array = open(&file, Flags::CreateOrKeep, Some(5)).unwrap();
        assert_eq!(array.region().to_vec().unwrap(), [0; 10]);
        let beyond = open(&file, Flags::ReadWrite, Some(6)).err().unwrap();
        assert_eq!(beyond.code(), "ERR_OUT_OF_RANGE");
        assert_eq!(
            open(&file, Flags::ReadWrite, Some(2)).unwrap().extent(),
            Extent::Fixed(2)
        );
    }
}
