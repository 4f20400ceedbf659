//! How an array is opened on a file or in new memory: where its elements begin and end, and how much room it gets.

use std::sync::Arc;

use super::shape::{Shape, WantedShape};
use super::{Array, End, Extent, Tail};
use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::storage::{Access, Flags, NpyHeader, Storage};
use crate::typecode::Typecode;

/// Where an array begins and ends in its file and how much room it gets, as the user asked for; in bytes and elements.
#[derive(Clone, Debug, Default)]
pub struct Placement {
    pub offset: u64,
    pub length: Option<u64>,
    /// Not together with a length.
    pub shape: Option<WantedShape>,
    pub capacity: Option<u64>,
    /// Whether the array may truncate a file that ends inside an element.
    pub cut_tail: bool,
}

impl Placement {
    /// The shape of a new or raw array, and the number of its elements, if the user gave one. Checks that the bytes can be counted, before
    /// a file is created or truncated.
    pub(super) fn resolve(&self, itemsize: u64) -> Result<(Shape, Option<u64>)> {
        if self.length.is_some() && self.shape.is_some() {
            return Err(Error::OutOfRange {
                name: "options.length",
                requirement: String::from("undefined if options.shape is given"),
                received: self.length.unwrap_or(0).to_string(),
            });
        }
        countable_bytes("options.length", self.length.unwrap_or(0), itemsize)?;
        countable_bytes("options.capacity", self.capacity.unwrap_or(0), itemsize)?;
        match &self.shape {
            None => Ok((Shape::flat(), self.length)),
            Some(wanted) => Ok((wanted.resolve(itemsize)?, wanted.length())),
        }
    }

    /// The lengths of the axes behind axis 0.
    fn row_lengths(&self) -> &[u64] {
        self.shape.as_ref().map_or(&[], WantedShape::row_lengths)
    }
}

impl Array {
    /// An array in memory of its own, with room for `capacity` elements.
    pub fn anonymous(element_type: impl Into<ElementType>, capacity: u64) -> Result<Array> {
        Array::in_memory(element_type.into(), Shape::flat(), capacity)
    }

    fn in_memory(element_type: ElementType, shape: Shape, capacity: u64) -> Result<Array> {
        let mapping = Mapping::new(Arc::new(Storage::anonymous()?), 0, Access::ReadWrite);
        let (flags, extent) = (Flags::ReadWrite, Extent::Whole);
        let mut array = Array::over_bytes(mapping, element_type, flags, (extent, shape), Tail::Exact, 0)?;
        array.reserve_more(capacity)?;
        Ok(array)
    }

    /// Zeros in memory of its own, with room for `placement.capacity` elements or more. The system gives the memory when it is touched.
    ///
    /// # Errors
    /// `OutOfRange` for more than 2^53 bytes; `ENOMEM` for more than there is.
    pub fn zeros(element_type: impl Into<ElementType>, placement: &Placement) -> Result<Array> {
        let element_type = element_type.into();
        let itemsize = element_type.itemsize() as u64;
        countable_bytes("init", placement.length.unwrap_or(0), itemsize)?;
        let (shape, length) = placement.resolve(itemsize)?;
        let length = length.unwrap_or(0);
        let mut array = Array::in_memory(element_type, shape, placement.capacity.unwrap_or(0))?;
        array.require_memory(length)?;
        array.make_room(length)?;
        array.state.set(length, array.capacity());
        Ok(array)
    }

    /// Opens an array on the file that `open` opens. Checks the placement first, because `open` may truncate the file.
    ///
    /// # Errors
    /// The system's; `OutOfRange` if `placement` does not fit the file and the flags do not create.
    pub fn open(
        element_type: impl Into<ElementType>,
        flags: Flags,
        placement: Placement,
        open: impl FnOnce() -> Result<Storage>,
    ) -> Result<Array> {
        let element_type = element_type.into();
        let (itemsize, alignment) = (element_type.itemsize() as u64, element_type.alignment());
        if !placement.offset.is_multiple_of(alignment as u64) {
            return Err(offset_error(
                match element_type.scalar() {
                    Some(_) => format!("a multiple of the element size, {alignment}"),
                    None => format!("a multiple of {alignment}, half the size of a complex number"),
                },
                placement.offset,
            ));
        }
        let (shape, length) = placement.resolve(itemsize)?;
        let storage = Arc::new(open()?);
        let fitted = fit(&storage, flags, &placement, length, (itemsize, shape.row()));
        let opened = fitted.and_then(|(extent, size)| {
            let mapping = Mapping::new(storage.clone(), placement.offset, flags.access());
            let bytes = size.saturating_sub(placement.offset);
            let mut array =
                Array::over_bytes(mapping, element_type, flags, (extent, shape), Tail::Exact, bytes)?;
            array.end.cuts = placement.cut_tail;
            array.with_room(placement.capacity)
        });
        opened.inspect_err(|_| storage.undo(flags))
    }

    /// Opens an array in a `.npy` file, of the header's type if none is given. `open` must not truncate the file.
    ///
    /// # Errors
    /// The system's; `InvalidNpy`, `UnsupportedNpy`, `OtherDtype`; `InvalidTypecode` if a file is created and no type is given;
    /// `OutOfRange` if `placement` does not fit.
    pub fn open_npy(
        element_type: Option<ElementType>,
        flags: Flags,
        placement: Placement,
        open: impl FnOnce() -> Result<Storage>,
    ) -> Result<Array> {
        if placement.offset != 0 {
            return Err(offset_error(
                String::from("0 for a .npy file, because its header says where the elements begin"),
                placement.offset,
            ));
        }
        if placement.cut_tail {
            return Err(Error::OutOfRange {
                name: "options.tail",
                requirement: String::from(
                    "undefined for a .npy file, because its header counts the elements",
                ),
                received: String::from("'cut'"),
            });
        }
        if let Some(element_type) = &element_type {
            placement.resolve(element_type.itemsize() as u64)?;
        }
        let storage = Arc::new(open()?);
        let opened = Self::open_header(&storage, element_type, flags, &placement);
        opened.inspect_err(|_| storage.undo(flags))
    }

    fn open_header(
        storage: &Arc<Storage>,
        element_type: Option<ElementType>,
        flags: Flags,
        placement: &Placement,
    ) -> Result<Array> {
        let is_new = flags == Flags::CreateOrTruncate || (flags.creates() && storage.size()? == 0);
        let mut npy = if is_new {
            let element_type = element_type.as_ref().ok_or_else(Typecode::missing)?;
            NpyHeader::create(storage, element_type, placement.row_lengths())?
        } else {
            NpyHeader::read(storage)?
        };
        let element_type = element_type.unwrap_or_else(|| npy.header().element_type.clone());
        npy.header()
            .require(&element_type)
            .map_err(|error| storage.named(error))?;
        require_counted(storage, &npy, &element_type)?;
        let (_, mut length) = placement.resolve(element_type.itemsize() as u64)?;
        if let Some(wanted) = placement.shape.as_ref().filter(|_| !is_new) {
            length = Some(wanted.length_in(npy.header())?);
        }
        let extent = fit_npy(storage, &mut npy, &element_type, flags, length)?;
        let whole = Shape::of(npy.header());
        let shape = match extent {
            // Without a shape, a part has one axis.
            Extent::Fixed(length) if length < npy.header().count && placement.shape.is_none() => {
                Shape::flat()
            }
            _ => whole,
        };
        if extent == Extent::Whole && flags.access() == Access::ReadWrite {
            npy.repair(storage)?;
            truncate_slack(storage, &npy, &element_type)?;
        }
        let mapping = Mapping::new(storage.clone(), npy.header().data_start, flags.access());
        Array::over(mapping, element_type, flags, (extent, shape), Some(npy))?.with_room(placement.capacity)
    }

    /// Reserves room, if the user asked for it.
    fn with_room(mut self, capacity: Option<u64>) -> Result<Array> {
        if let Some(capacity) = capacity {
            self.reserve(capacity)?;
        }
        Ok(self)
    }
}

fn offset_error(requirement: String, offset: u64) -> Error {
    Error::OutOfRange {
        name: "options.offset",
        requirement,
        received: offset.to_string(),
    }
}

/// Checks a placement against a file that was just opened, and makes the file longer if the flags create. Returns the file's size,
/// too.
fn fit(
    storage: &Storage,
    flags: Flags,
    placement: &Placement,
    length: Option<u64>,
    (itemsize, row): (u64, u64),
) -> Result<(Extent, u64)> {
    let mut size = storage.opening_size();
    let wanted = placement.offset + countable_bytes("options.length", length.unwrap_or(0), itemsize)?;
    if wanted > size {
        if flags.creates() {
            let bytes = size.saturating_sub(placement.offset);
            let mut end = End::new(itemsize, row, placement.offset, bytes);
            end.cuts = placement.cut_tail;
            size = make_longer(storage, end, wanted)?;
        } else if placement.offset > size {
            return Err(offset_error(
                format!("<= {size}, the size of the file in bytes"),
                placement.offset,
            ));
        } else if let Some(wanted) = &placement.shape {
            return Err(wanted.larger_than((size - placement.offset) / (itemsize * row)));
        } else if let Some(length) = length {
            return Err(longer_than((size - placement.offset) / itemsize, length));
        }
    }
    let extent = match length {
        Some(length) if wanted < size => Extent::Fixed(length),
        _ => Extent::Whole,
    };
    Ok((extent, size))
}

/// Makes a file longer, filled with zeros. They must not complete a partial element or row. Returns the file's size.
fn make_longer(storage: &Storage, mut end: End, wanted: u64) -> Result<u64> {
    let (_change, bytes) = end.begin_change(storage)?;
    end.require_whole(bytes).map_err(|error| storage.named(error))?;
    let size = storage.size()?;
    if wanted > size {
        storage.grow(size, wanted)?;
    }
    Ok(wanted.max(size))
}

/// The same for a `.npy` file, whose header counts the elements.
fn fit_npy(
    storage: &Storage,
    npy: &mut NpyHeader,
    element_type: &ElementType,
    flags: Flags,
    length: Option<u64>,
) -> Result<Extent> {
    let (count, row) = (npy.header().count, npy.header().row());
    let grows = npy.header().row_lengths().is_some();
    let length = length.unwrap_or(count);
    if length > count {
        if !(flags.creates() && grows) {
            return Err(longer_than(count, length));
        }
        if !length.is_multiple_of(row) {
            let operation = "open";
            return Err(Error::PartialRow { operation, row });
        }
        let bytes = countable_bytes("options.length", length, element_type.itemsize() as u64)?;
        npy.require_room(length)?;
        // The bytes behind the counted elements need not be zeros.
        truncate_slack(storage, npy, element_type)?;
        storage.grow(counted_end(npy, element_type), npy.header().data_start + bytes)?;
        npy.set_count(storage, length)?;
    }
    Ok(if grows && length >= count {
        Extent::Whole
    } else {
        Extent::Fixed(length)
    })
}

/// Checks that the file has as many elements as its header counts.
fn require_counted(storage: &Storage, npy: &NpyHeader, element_type: &ElementType) -> Result<()> {
    let header = npy.header();
    let found = storage.size()?.saturating_sub(header.data_start) / element_type.itemsize() as u64;
    if header.count <= found {
        return Ok(());
    }
    Err(storage.named(Error::InvalidNpy {
        reason: format!(
            "its header counts {} elements, but the file has only {found}. To read those, open it with format: 'raw', offset: {} \
             and its type, {}",
            header.count, header.data_start, header.descr
        ),
        path: None,
    }))
}

/// The byte behind the last counted element.
fn counted_end(npy: &NpyHeader, element_type: &ElementType) -> u64 {
    npy.header().data_start + npy.header().count * element_type.itemsize() as u64
}

fn truncate_slack(storage: &Storage, npy: &NpyHeader, element_type: &ElementType) -> Result<()> {
    let end = counted_end(npy, element_type);
    if storage.size()? > end {
        storage.truncate(end)?;
    }
    Ok(())
}

/// The error for more elements than a file has that may not be made longer.
fn longer_than(found: u64, length: u64) -> Error {
    Error::OutOfRange {
        name: "options.length",
        requirement: format!("<= {found}, the number of elements in the file"),
        received: length.to_string(),
    }
}

/// The largest number of bytes that JavaScript can count.
pub(super) const COUNTABLE: u64 = 1 << 53;

/// The size of a number of elements in bytes.
///
/// # Errors
/// `OutOfRange` beyond 2^53, which JavaScript cannot count.
pub fn countable_bytes(name: &'static str, elements: u64, itemsize: u64) -> Result<u64> {
    elements
        .checked_mul(itemsize)
        .filter(|bytes| *bytes <= COUNTABLE)
        .ok_or_else(|| Error::OutOfRange {
            name,
            requirement: format!("<= {}, which makes 2^53 bytes", COUNTABLE / itemsize),
            received: elements.to_string(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Region;
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
        let open = || Storage::from_descriptor(file.as_raw_fd(), flags.without_truncation());
        Array::open_npy(Some(Typecode::parse("h").unwrap().into()), flags, placement, open)
    }

    fn size(file: &File) -> u64 {
        file.metadata().unwrap().len()
    }

    #[test]
    fn extend_of_npy_overwrites_slack_and_trim_removes_it() {
        let file = scratch();
        let mut array = open(&file, Flags::CreateOrTruncate, None).unwrap();
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
    fn trim_after_another_array_reserved_keeps_its_capacity() {
        let file = scratch();
        let mut one = open(&file, Flags::CreateOrTruncate, None).unwrap();
        one.extend(Region::of(&[0; 20])).unwrap();
        let mut other = open(&file, Flags::ReadWrite, None).unwrap();
        one.clear().unwrap();
        other.reserve(1000).unwrap();
        one.trim().unwrap();
        assert_eq!(size(&file), 128 + 2000);
        drop(other);
        assert_eq!(size(&file), 128);
    }

    /// Elements that cannot be read: their file was truncated.
    fn lost_elements() -> Array {
        let file = crate::array::samples::file_of(&[7; 8192]);
        let lost = crate::array::samples::over(&file, Flags::ReadWrite, None);
        file.set_len(0).unwrap();
        lost
    }

    #[test]
    fn extend_that_fails_keeps_the_capacity_of_another_array() {
        let file = scratch();
        let mut one = open(&file, Flags::CreateOrTruncate, None).unwrap();
        one.extend(Region::of(&[0; 20])).unwrap();
        let mut other = open(&file, Flags::ReadWrite, None).unwrap();
        other.reserve(10_000).unwrap();
        let error = one.extend(lost_elements().region()).unwrap_err();
        assert_eq!(error.code(), "ERR_MEMORY_FAULT");
        assert_eq!(size(&file), 128 + 20_000);
        other.extend(Region::of(&[1; 2])).unwrap();
    }

    #[test]
    fn extend_beyond_the_available_memory_keeps_the_slack() {
        let file = scratch();
        let mut array = open(&file, Flags::CreateOrTruncate, None).unwrap();
        array.extend(Region::of(&[0; 20])).unwrap();
        array.clear().unwrap();
        let huge = Array::anonymous(Typecode::parse("h").unwrap(), 1 << 40).unwrap();
        let error = array.extend(huge.window().region(1 << 41)).unwrap_err();
        assert_eq!(error.code(), "ENOMEM");
        assert_eq!(size(&file), 148);
    }

    #[test]
    fn append_to_npy_that_fails_counts_no_elements() {
        let file = scratch();
        let mut array = open(&file, Flags::CreateOrTruncate, None).unwrap();
        array.extend(Region::of(&[5; 8000])).unwrap();
        // Its header counts more elements than it has by now.
        file.set_len(128 + 40).unwrap();
        let lost = lost_elements();
        let parts = [Region::of(&[6; 20]), lost.region()];
        array.refresh().unwrap();
        let error = array.append_bytes(&parts).unwrap_err();
        assert_eq!(error.code(), "ERR_MEMORY_FAULT");
        assert_eq!(size(&file), 128 + 40);
        assert_eq!(open(&file, Flags::Read, None).unwrap().length(), 20);
    }

    #[test]
    fn open_npy_with_a_length_appends_zeros_or_fails() {
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
