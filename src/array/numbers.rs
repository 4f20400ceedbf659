//! Elements as numbers: sums, extremes, sorting and searching sorted elements.

use super::jobs::Job;
use super::slice::Bounds;
use super::{Array, Snapshot};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::bisect::{self, Side, Value};
use crate::kernels::envelope::{self, Parts};
use crate::kernels::extremes::{self, Extreme};
use crate::kernels::sort::{self, Readers};
use crate::kernels::sum;
use crate::os::scratch::Scratch;
use crate::typecode::Scalar;

impl Array {
    /// # Errors
    /// `NotForType`
    pub fn sum(&self) -> Result<sum::Sum> {
        let scalar = self.element_type.ordered_scalar("sum")?;
        Ok(sum::sum(self.region(), scalar))
    }

    /// The least element, or the greatest.
    ///
    /// # Errors
    /// `NotForType`, `Empty`
    pub fn extreme(&self, which: Extreme) -> Result<Element> {
        let operation = match which {
            Extreme::Least => "min",
            Extreme::Greatest => "max",
        };
        let scalar = self.element_type.ordered_scalar(operation)?;
        extremes::extreme(self.region(), scalar, which).ok_or(Error::Empty { operation })
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
                requirement: format!("from {} to {most}, the number of elements", most.min(1)),
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
    /// `NotForType`; `InvalidArgType` if `into` has another size.
    pub fn envelope(&self, parts: &Parts, into: Region<'_>) -> Result<()> {
        let scalar = self.element_type.ordered_scalar("envelope")?;
        if into.len() != 2 * parts.count * scalar.size() {
            return Err(Error::InvalidArgType {
                name: "into",
                requirement: "a buffer of two elements for each part",
            });
        }
        envelope::envelope(self.region(), scalar, parts, into, &|| false);
        Ok(())
    }

    /// Sorts the elements, the least first.
    ///
    /// # Errors
    /// `NotForType`, `ReadOnly`; `ENOMEM` if there is no memory for a copy, and nothing is changed.
    pub fn sort(&self) -> Result<()> {
        let scalar = self.element_type.ordered_scalar("sort")?;
        self.begin_write_in_place("sort")?;
        self.require_unwritten("sort")?;
        // While others may be reading, an element is the old one until it is the new one.
        let readers = match self.has_one_reader() {
            true => Readers::None,
            false => Readers::Others,
        };
        sort_snapshot(&self.snapshot()?, scalar, readers, None).map(drop)
    }

    /// The index at which a value belongs among the sorted elements from `lo` to before `hi`. Far bounds clamp; `lo` if there are no elements.
    ///
    /// # Errors
    /// `NotForType`
    pub fn bisect(&self, value: Value, lo: u64, hi: u64, side: Side) -> Result<u64> {
        let scalar = self.element_type.ordered_scalar(match side {
            Side::Left => "bisectLeft",
            Side::Right => "bisectRight",
        })?;
        let lo = lo.min(self.length());
        let range = lo as usize..hi.clamp(lo, self.length()) as usize;
        Ok(bisect::bound(self.region(), scalar, range, value, side) as u64)
    }

    /// Writes the index at which each of many elements of the same type belongs to `into`, as doubles.
    ///
    /// # Errors
    /// `NotForType`; `RaggedLength` for bytes that are not whole elements; `InvalidArgType` if `into` has another size than a double
    /// for each.
    pub fn searchsorted(&self, needles: Region<'_>, side: Side, into: Region<'_>) -> Result<()> {
        let scalar = self.element_type.ordered_scalar("searchsorted")?;
        self.require_whole(needles)?;
        if into.len() / size_of::<f64>() != needles.len() / scalar.size() {
            return Err(Error::InvalidArgType {
                name: "into",
                requirement: "a buffer of one double for each needle",
            });
        }
        bisect::bounds(self.region(), scalar, needles, side, into);
        Ok(())
    }
}

/// Sorts elements; false if the job was cancelled. Elements that could not be read are not written back.
pub(super) fn sort_snapshot(
    elements: &Snapshot,
    scalar: Scalar,
    readers: Readers,
    job: Option<&Job>,
) -> Result<bool> {
    let region = elements.region();
    let words = sort::scratch_words(scalar, region.len() / scalar.size(), readers);
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
    let is_sorted = sort::sort(region, scalar, scratch.words(), options);
    elements.check_faults()?;
    Ok(is_sorted)
}
