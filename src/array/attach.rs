//! Handles: another thread or process attaches to the array.

use super::shape::{MOST_AXES, Shape};
use super::{Array, Extent};
use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::sharing::handle::Handle;
use crate::storage::{Flags, Format, NpyHeader};

impl Array {
    /// What another thread or process needs to attach to this array, which is exact from now on.
    pub fn handle(&mut self) -> Result<Handle> {
        self.expose("handle")?;
        let length = match self.extent {
            Extent::Fixed(length) => Some(length),
            Extent::Whole => None,
        };
        let handle = Handle::of(self.mapping(), self.flags, length, self.format())?;
        let row_shape = self.shape.row_lengths().map(<[u64]>::to_vec);
        Ok(Handle { row_shape, ..handle })
    }

    /// The array that a handle leads to, with the handle's flags or lesser ones. The elements may have another type than those of
    /// the owner's array: they are the same bytes.
    ///
    /// # Errors
    /// `InvalidArgType` if elements of the type do not begin at the handle's offset; those of [`Handle::locate`].
    pub fn attach(
        element_type: impl Into<ElementType>,
        handle: &Handle,
        flags: Option<Flags>,
    ) -> Result<Array> {
        let element_type = element_type.into();
        let not_a_handle = || Error::InvalidArgType {
            name: "handle",
            requirement: "the result of handle(), unchanged",
        };
        if !handle.offset.is_multiple_of(element_type.alignment() as u64) {
            return Err(not_a_handle());
        }
        let rows = match &handle.row_shape {
            None => Shape::flat(),
            Some(lengths) => Shape::rows(lengths, element_type.itemsize() as u64)
                .filter(|_| lengths.len() < MOST_AXES)
                .ok_or_else(not_a_handle)?,
        };
        if handle
            .length
            .is_some_and(|length| !length.is_multiple_of(rows.row()))
        {
            return Err(not_a_handle());
        }
        let (mapping, flags) = handle.locate(flags)?;
        let extent = handle.length.map_or(Extent::Whole, Extent::Fixed);
        let (npy, shape) = match handle.format {
            Format::Npy => {
                let npy = header_of(handle, &mapping, &element_type)?;
                let whole = Shape::of(npy.header());
                let is_fixed = matches!(whole, Shape::Fixed { .. });
                (Some(npy), if is_fixed { whole } else { rows })
            }
            Format::Raw => (None, rows),
        };
        // The mapping may be one of this process. On overlayfs its file may have been copied up since.
        mapping.storage().follow_copy_up()?;
        let array = Array::over(mapping, element_type, flags, (extent, shape), npy)?;
        array.memory.follow_file()?;
        Ok(array)
    }
}

/// The header of a `.npy` file, if it still describes the elements of the handle.
fn header_of(handle: &Handle, mapping: &Mapping, element_type: &ElementType) -> Result<NpyHeader> {
    let npy = NpyHeader::read(mapping.storage())?;
    let header = npy.header();
    // A part of fixed length may have one axis.
    let has_rows = match (&handle.row_shape, handle.length) {
        (None, Some(_)) => true,
        (lengths, _) => header.row_lengths() == Some(lengths.as_deref().unwrap_or_default()),
    };
    if header.data_start != handle.offset || header.require(element_type).is_err() || !has_rows {
        return Err(Error::StaleHandle {
            reason: String::from("its .npy file now has elements of another type, shape or place"),
        });
    }
    Ok(npy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Placement;
    use crate::array::samples::{file_of, records};
    use crate::element::{Element, Number};
    use crate::storage::Storage;
    use crate::typecode::Typecode;
    use std::os::fd::AsRawFd;

    fn int() -> &'static Typecode {
        Typecode::parse("i").unwrap()
    }

    fn array() -> Array {
        let mut array = Array::anonymous(int(), 100).unwrap();
        for value in 0..10 {
            array
                .append(&Element::encode(int(), Number::Integer(value)).unwrap())
                .unwrap();
        }
        array
    }

    #[test]
    fn handle_makes_the_array_exact_and_attach_finds_the_same_window() {
        let mut array = array();
        let handle = array.handle().unwrap();
        assert_eq!(array.capacity(), 10);
        let other = Array::attach(int(), &handle, None).unwrap();
        assert_eq!(other.window().start(), array.window().start());
        assert_eq!(other.length(), 10);
        assert_eq!(array.handle().unwrap(), handle);
    }

    #[test]
    fn attach_with_another_type_needs_its_alignment() {
        let file = file_of(&[7; 3 + 20]);
        let placement = Placement {
            offset: 3,
            ..Placement::default()
        };
        let open = || Storage::from_descriptor(file.as_raw_fd(), Flags::ReadWrite);
        let mut array = Array::open(records(5), Flags::ReadWrite, placement, open).unwrap();
        let handle = array.handle().unwrap();
        let bytes = Array::attach(Typecode::parse("B").unwrap(), &handle, None).unwrap();
        assert_eq!((array.length(), bytes.length()), (4, 20));
        let error = Array::attach(int(), &handle, None).err().unwrap();
        assert_eq!(error.code(), "ERR_INVALID_ARG_TYPE");
    }

    #[test]
    fn attach_with_fewer_rights_maps_private_pages() {
        let mut array = array();
        let handle = array.handle().unwrap();
        let copy = Array::attach(int(), &handle, Some(Flags::CopyOnWrite)).unwrap();
        let nine = Element::encode(int(), Number::Integer(9)).unwrap();
        copy.set(0, &nine).unwrap();
        assert_ne!(array.get(0).unwrap(), nine);
        let reader = Array::attach(int(), &handle, Some(Flags::Read)).unwrap();
        assert_eq!(reader.set(0, &nine).unwrap_err().code(), "ERR_READ_ONLY");
    }
}
