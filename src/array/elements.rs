//! Reading, writing and searching elements, without a change of length.

use super::{Array, slice};
use crate::element::Element;
use crate::element_type::ElementType;
use crate::error::Result;
use crate::kernels::parts::Pattern;
use crate::kernels::{self, Region};

impl Array {
    pub fn get(&self, index: i64) -> Result<Element> {
        let at = slice::element_index(index, self.length())?;
        Ok(self.element_at(at))
    }

    fn element_at(&self, at: u64) -> Element {
        let mut element = Element::zeroed(self.element_type.itemsize());
        self.read_element(at, &mut element);
        element
    }

    pub(super) fn read_element(&self, at: u64, into: &mut Element) {
        let start = at as usize * self.element_type.itemsize();
        self.region().read(start, into.bytes_mut());
    }

    pub fn set(&self, index: i64, element: &Element) -> Result<()> {
        self.require_writable("set")?;
        let at = slice::element_index(index, self.length())?;
        self.region()
            .write(at as usize * self.element_type.itemsize(), element.bytes());
        Ok(())
    }

    /// Index of the first equal element from `start` to before `stop`, which Python's `index` takes too.
    pub fn find(&self, needle: &Element, start: i64, stop: i64) -> Option<u64> {
        let length = self.length();
        let (start, stop) = (
            slice::insertion_index(start, length),
            slice::insertion_index(stop, length),
        );
        let range = start as usize..stop.max(start) as usize;
        let found = match self.element_type.scalar() {
            Some(scalar) => kernels::search::find(self.region(), scalar, needle, range),
            None => self.pattern(needle).find(self.region(), range),
        };
        found.map(|at| at as u64)
    }

    /// The number of equal elements in a slice of step 1.
    ///
    /// # Errors
    /// Those of [`Array::part`].
    pub fn count(&self, needle: &Element, bounds: slice::Bounds) -> Result<u64> {
        let elements = self.part(bounds)?;
        let count = match self.element_type.scalar() {
            Some(scalar) => kernels::search::count(elements, scalar, needle),
            None => self.pattern(needle).count(elements),
        };
        Ok(count as u64)
    }

    /// The elements that equal a complex number or a record.
    fn pattern(&self, needle: &Element) -> Pattern {
        Pattern::of(&self.element_type.parts(), needle.bytes())
    }

    /// The index of the first element that differs from that of another region of the same type, as far as both go.
    pub fn first_difference(&self, other: Region<'_>) -> Option<usize> {
        let itemsize = self.element_type.itemsize();
        match &self.element_type {
            // A complex number has two scalars.
            ElementType::Plain(typecode) => {
                let found = kernels::compare::first_difference(self.region(), other, typecode.scalar);
                found.map(|scalar| scalar * typecode.scalar.size() / itemsize)
            }
            ElementType::Record(record) => {
                kernels::parts::first_difference(self.region(), other, itemsize, record.parts())
            }
        }
    }

    /// The bytes of a slice of step 1.
    ///
    /// # Errors
    /// `OutOfRange` for a step of zero.
    pub(super) fn part(&self, bounds: slice::Bounds) -> Result<Region<'_>> {
        let (stride, size) = (bounds.resolve(self.length())?, self.element_type.itemsize());
        Ok(self.region().part(stride.start * size, stride.count * size))
    }

    /// Copies a slice into memory of exactly its size.
    pub fn copy_slice(&self, bounds: slice::Bounds, into: Region<'_>) -> Result<()> {
        let stride = bounds.resolve(self.length())?;
        kernels::gather::gather(self.region(), stride, into, self.element_type.itemsize());
        Ok(())
    }

    pub fn reverse(&self) -> Result<()> {
        self.begin_write_in_place("reverse")?;
        kernels::reorder::reverse(self.region(), self.element_type.itemsize());
        Ok(())
    }

    pub fn byteswap(&self) -> Result<()> {
        self.begin_write_in_place("byteswap")?;
        match &self.element_type {
            // The halves of a complex number are swapped each.
            ElementType::Plain(typecode) => {
                kernels::reorder::byteswap(self.region(), typecode.scalar.size());
            }
            ElementType::Record(record) => {
                kernels::parts::byteswap(self.region(), self.element_type.itemsize(), record.parts());
            }
        }
        Ok(())
    }

    /// Stores one value in all elements of a slice of step 1.
    pub fn fill(&self, element: &Element, bounds: slice::Bounds) -> Result<()> {
        self.begin_write_in_place("fill")?;
        kernels::fill::fill(self.part(bounds)?, element.bytes());
        Ok(())
    }
}
