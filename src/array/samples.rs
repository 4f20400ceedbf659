//! Arrays for tests.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use super::jobs::Work;
use super::{Array, Placement};
use crate::element::Element;
use crate::element_type::{ElementType, field};
use crate::error::Result;
use crate::kernels::Region;
use crate::storage::{Flags, Storage};
use crate::typecode::Typecode;

/// A file in memory that holds these bytes.
pub fn file_of(bytes: &[u8]) -> File {
    let file = crate::os::memory_file::scratch();
    file.write_all_at(bytes, 0).unwrap();
    file
}

/// An array of two-byte integers on a file.
pub fn over(file: &File, flags: Flags, length: Option<u64>) -> Array {
    let placement = Placement {
        length,
        ..Placement::default()
    };
    let open = || Storage::from_descriptor(file.as_raw_fd(), flags);
    Array::open(Typecode::parse("h").unwrap(), flags, placement, open).unwrap()
}

/// Records of a size, with a character at byte 1 and padding elsewhere.
pub fn records(itemsize: u64) -> ElementType {
    let fields = vec![field("kind", "B", None, 0), field("letter", "c", None, 1)];
    ElementType::record(fields, itemsize).unwrap()
}

/// An array in memory of its own.
pub fn integers(values: &[i32]) -> Array {
    let mut array = Array::anonymous(Typecode::parse("i").unwrap(), 0).unwrap();
    array.extend(Region::of(bytemuck::cast_slice(values))).unwrap();
    array
}

/// The elements of such an array.
pub fn values(array: &Array) -> Vec<i32> {
    (0..array.length() as usize)
        .map(|index| array.region().get(index))
        .collect()
}

impl Array {
    /// Removes an element and returns it.
    pub fn pop(&mut self, index: i64) -> Result<Element> {
        let mut element = Element::zeroed(self.element_type.itemsize());
        self.pop_into(index, &mut element).map(|()| element)
    }
}

/// That something was refused because of work under way.
pub fn busy<T>(result: Result<T>) {
    assert_eq!(result.err().map(|error| error.code()), Some("ERR_BUSY".into()));
}

/// Does work that gives no result, and says whether it was done.
pub fn done(work: Work) -> bool {
    (work.run)(Region::empty()).unwrap()
}
