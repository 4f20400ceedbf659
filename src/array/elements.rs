//! Reading, writing and searching elements, without a change of length.

use super::{Array, slice};
use crate::element::Element;
use crate::error::Result;
use crate::kernels::{self, Region};

impl Array {
    pub fn get(&self, index: i64) -> Result<Element> {
        let at = slice::element_index(index, self.length())?;
        Ok(self.element_at(at))
    }

    pub(super) fn element_at(&self, at: u64) -> Element {
        let mut bytes = [0; 8];
        let size = self.typecode.itemsize();
        self.region().read(at as usize * size, &mut bytes[..size]);
        Element::from_bytes(&bytes[..size])
    }

    pub fn set(&self, index: i64, element: &Element) -> Result<()> {
        self.require_writable("set")?;
        let at = slice::element_index(index, self.length())?;
        self.region()
            .write(at as usize * self.typecode.itemsize(), element.bytes());
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
        kernels::search::find(self.region(), self.typecode.scalar, needle, range).map(|at| at as u64)
    }

    pub fn count(&self, needle: &Element) -> u64 {
        kernels::search::count(self.region(), self.typecode.scalar, needle) as u64
    }

    /// Copies a slice into memory of exactly its size.
    pub fn copy_slice(&self, bounds: slice::Bounds, into: Region<'_>) -> Result<()> {
        let stride = bounds.resolve(self.length())?;
        kernels::gather::gather(self.region(), stride, into, self.typecode.itemsize());
        Ok(())
    }

    pub fn reverse(&self) -> Result<()> {
        self.begin_write_in_place("reverse")?;
        kernels::reorder::reverse(self.region(), self.typecode.itemsize());
        Ok(())
    }

    pub fn byteswap(&self) -> Result<()> {
        self.begin_write_in_place("byteswap")?;
        kernels::reorder::byteswap(self.region(), self.typecode.itemsize());
        Ok(())
    }

    /// Stores one value in all elements of a slice of step 1.
    pub fn fill(&self, element: &Element, bounds: slice::Bounds) -> Result<()> {
        self.begin_write_in_place("fill")?;
        let stride = bounds.resolve(self.length())?;
        let size = self.typecode.itemsize();
        kernels::fill::fill(
            self.region().part(stride.start * size, stride.count * size),
            element.bytes(),
        );
        Ok(())
    }
}
