//! Elements, or one field of each, as numbers: sums, extremes, sorting and searching sorted elements.

use super::jobs::Job;
use super::slice::Bounds;
use super::{Array, Snapshot};
use crate::element::Element;
use crate::element_type::ScalarLayout;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::bisect::{Side, Value};
use crate::kernels::column::numbers::Numbers;
use crate::kernels::envelope::Parts;
use crate::kernels::extremes::Extreme;
use crate::kernels::sort::{self, Readers};
use crate::kernels::sum::Sum;
use crate::os::scratch::Scratch;
use crate::typecode::Scalar;

/// Fields are named by their number among those of the record.
impl Array {
    /// The numbers that an operation works on: the elements, or a field of each.
    ///
    /// # Errors
    /// `NotForType`; `InvalidArgType` for a field that is not there.
    fn numbers(&self, operation: &'static str, field: Option<usize>) -> Result<Numbers<'_>> {
        let layout = self.element_type.numbers(operation, field)?;
        Ok(Numbers::new(self.region(), layout))
    }

    /// The sum of one of [`ElementType::summands`](crate::element_type::ElementType::summands), in a slice of step 1. The result
    /// is that of an array of the slice, to the bit.
    ///
    /// # Errors
    /// Those of [`Array::part`].
    pub fn sum(&self, summand: ScalarLayout, bounds: Bounds) -> Result<Sum> {
        Ok(Numbers::new(self.part(bounds)?, summand).sum())
    }

    /// The least number of a slice of step 1, or the greatest, and its type.
    ///
    /// # Errors
    /// `NotForType`, `InvalidArgType`, `Empty`; those of [`Array::part`].
    pub fn extreme(&self, which: Extreme, field: Option<usize>, bounds: Bounds) -> Result<(Scalar, Element)> {
        let operation = match which {
            Extreme::Least => "min",
            Extreme::Greatest => "max",
        };
        let layout = self.element_type.numbers(operation, field)?;
        let numbers = Numbers::new(self.part(bounds)?, layout);
        let found = numbers.extreme(which).ok_or(Error::Empty { operation })?;
        Ok((numbers.scalar(), found))
    }

    /// Divides a slice of step 1 into equal parts, none of them empty.
    ///
    /// # Errors
    /// `OutOfRange`
    pub fn parts(&self, count: u64, bounds: Bounds) -> Result<Parts> {
        let slice = bounds.resolve(self.length())?;
        let most = slice.count as u64;
        if count > most || (count == 0 && most > 0) {
            return Err(Error::OutOfRange {
                name: "parts",
                requirement: format!(">= {} and <= {most}, the number of elements", most.min(1)),
                received: count.to_string(),
            });
        }
        Ok(Parts {
            elements: slice.start..slice.start + slice.count,
            count: count as usize,
        })
    }

    /// Writes the least number of each part, then the greatest of each, to memory of that size.
    ///
    /// # Errors
    /// `NotForType`; `InvalidArgType` if `into` has another size, or for a field that is not there.
    pub fn envelope(&self, parts: &Parts, field: Option<usize>, into: Region<'_>) -> Result<()> {
        let numbers = self.numbers("envelope", field)?;
        if into.len() != 2 * parts.count * numbers.scalar().size() {
            return Err(Error::InvalidArgType {
                name: "into",
                requirement: "a buffer of two elements for each part",
            });
        }
        numbers.envelope(parts, into, &|| false);
        Ok(())
    }

    /// Sorts the elements, or records by a field, the least first. Records whose numbers are the same keep their order.
    ///
    /// # Errors
    /// `NotForType`, `InvalidArgType`, `ReadOnly`; `ENOMEM` if there is no memory for a copy, and nothing is changed.
    pub fn sort(&self, field: Option<usize>) -> Result<()> {
        let layout = self.element_type.numbers("sort", field)?;
        self.begin_write_in_place("sort")?;
        self.require_unwritten("sort")?;
        // While others may be reading, an element is the old one until it is the new one.
        let readers = match self.has_one_reader() {
            true => Readers::None,
            false => Readers::Others,
        };
        sort_snapshot(&self.snapshot()?, layout, readers, None).map(drop)
    }

    /// The index at which a value belongs among the sorted elements from `lo` to before `hi`. Far bounds clamp; `lo` if there are no elements.
    ///
    /// # Errors
    /// `NotForType`, `InvalidArgType`
    pub fn bisect(&self, value: Value, lo: u64, hi: u64, side: Side, field: Option<usize>) -> Result<u64> {
        let operation = match side {
            Side::Left => "bisectLeft",
            Side::Right => "bisectRight",
        };
        let numbers = self.numbers(operation, field)?;
        let lo = lo.min(self.length());
        let range = lo as usize..hi.clamp(lo, self.length()) as usize;
        Ok(numbers.bound(range, value, side) as u64)
    }

    /// Writes the index at which each of many numbers of the same type belongs to `into`, as doubles.
    ///
    /// # Errors
    /// `NotForType`; `RaggedLength` for bytes that are not whole numbers; `InvalidArgType` if `into` has another size than a double
    /// for each, or for a field that is not there.
    pub fn searchsorted(
        &self,
        needles: Region<'_>,
        side: Side,
        field: Option<usize>,
        into: Region<'_>,
    ) -> Result<()> {
        let numbers = self.numbers("searchsorted", field)?;
        if into.len() / size_of::<f64>() != whole_values(needles, numbers.scalar().size())? {
            return Err(Error::InvalidArgType {
                name: "into",
                requirement: "a buffer of one double for each needle",
            });
        }
        numbers.bounds(needles, side, into);
        Ok(())
    }
}

/// The number of values of a size that bytes hold.
///
/// # Errors
/// `RaggedLength`
pub(super) fn whole_values(bytes: Region<'_>, size: usize) -> Result<usize> {
    match bytes.len().is_multiple_of(size) {
        true => Ok(bytes.len() / size),
        false => Err(Error::ragged(bytes.len() as u64, size)),
    }
}

/// Sorts elements by all or a part of them; false if the job was cancelled. Elements that could not be read are not written back.
pub(super) fn sort_snapshot(
    elements: &Snapshot,
    key: ScalarLayout,
    readers: Readers,
    job: Option<&Job>,
) -> Result<bool> {
    let region = elements.region();
    let is_record = key.itemsize > key.scalar.size();
    let words = if is_record {
        sort::record_scratch_words(region.len(), key.itemsize).unwrap_or(usize::MAX)
    } else {
        sort::scratch_words(key.scalar, region.len() / key.itemsize, readers)
    };
    let mut scratch = Scratch::new(words)?;
    let is_cancelled = || job.is_some_and(Job::is_cancelled);
    let options = sort::SortOptions {
        readers,
        is_source_intact: &|| elements.check_faults().is_ok(),
        is_cancelled: job.map(|_| &is_cancelled as &dyn Fn() -> bool),
        write: &|write| match job {
            Some(job) => job.write(write),
            None => {
                write();
                true
            }
        },
    };
    let is_sorted = if is_record {
        sort::sort_records(region, key, scratch.words(), options)
    } else {
        sort::sort(region, key.scalar, scratch.words(), options)
    };
    elements.check_faults()?;
    Ok(is_sorted)
}
