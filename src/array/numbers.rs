//! What takes the elements as numbers: sums, extremes, order, and places in it.

use super::jobs::Job;
use super::slice::Bounds;
use super::{Array, Lent};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::bisect::{self, Side, Value};
use crate::kernels::envelope::{self, Parts};
use crate::kernels::extremes::{self, Extreme};
use crate::kernels::sort::{self, Place};
use crate::kernels::sum;
use crate::os::scratch::Scratch;
use crate::typecode::Scalar;

impl Array {
    pub fn sum(&self) -> sum::Sum {
        sum::sum(self.region(), self.typecode.scalar)
    }

    /// The least element, or the greatest.
    ///
    /// # Errors
    /// `Empty`
    pub fn extreme(&self, which: Extreme) -> Result<Element> {
        let operation = match which {
            Extreme::Least => "min",
            Extreme::Greatest => "max",
        };
        extremes::extreme(self.region(), self.typecode.scalar, which).ok_or(Error::Empty { operation })
    }

    /// A slice of step 1 in so many equal parts, none of which is empty.
    ///
    /// # Errors
    /// `OutOfRange`
    pub fn parts(&self, count: u64, bounds: Bounds) -> Result<Parts> {
        let slice = bounds.resolve(self.length())?;
        let most = slice.count as u64;
        if count > most || (count == 0 && most > 0) {
            return Err(Error::OutOfRange {
                name: "parts",
                requirement: format!("from {} to the {most} elements there are", most.min(1)),
                received: count.to_string(),
            });
        }
        Ok(Parts {
            elements: slice.start..slice.start + slice.count,
            count: count as usize,
        })
    }

    /// The least number of each part, then the greatest of each, into memory of that size.
    ///
    /// # Errors
    /// `InvalidArgType` where `into` is not of that size.
    pub fn envelope(&self, parts: &Parts, into: Region<'_>) -> Result<()> {
        if into.len() != 2 * parts.count * self.typecode.itemsize() {
            return Err(Error::InvalidArgType {
                name: "into",
                requirement: "memory for two elements a part",
            });
        }
        envelope::envelope(self.region(), self.typecode.scalar, parts, into, &|| false);
        Ok(())
    }

    /// Puts the elements in rising order.
    ///
    /// # Errors
    /// `ReadOnly`; `ENOMEM` where there is no memory for a copy, and nothing is changed.
    pub fn sort(&self) -> Result<()> {
        self.begin_write_in_place("sort")?;
        self.require_unwritten("sort")?;
        // Of what others may be reading, each place keeps its old element until it gets its new one.
        let place = match self.is_alone() {
            true => Place::Anywhere,
            false => Place::OldOrNew,
        };
        sort_lent(&self.lend()?, self.typecode.scalar, place, None).map(drop)
    }

    /// Where a value belongs among the sorted elements from `lo` to before `hi`, which clamp; `lo` where there are none.
    pub fn place(&self, value: Value, lo: u64, hi: u64, side: Side) -> u64 {
        let lo = lo.min(self.length());
        let range = lo as usize..hi.clamp(lo, self.length()) as usize;
        bisect::bound(self.region(), self.typecode.scalar, range, value, side) as u64
    }

    /// Where each of many elements of the same type belongs, as doubles in `into`.
    ///
    /// # Errors
    /// `RaggedLength` for bytes that are no elements; `InvalidArgType` where `into` has not a double for each.
    pub fn places(&self, needles: Region<'_>, side: Side, into: Region<'_>) -> Result<()> {
        self.require_whole(needles)?;
        if into.len() / size_of::<f64>() != needles.len() / self.typecode.itemsize() {
            return Err(Error::InvalidArgType {
                name: "into",
                requirement: "memory for one double a needle",
            });
        }
        bisect::bounds(self.region(), self.typecode.scalar, needles, side, into);
        Ok(())
    }
}

/// Sorts elements, unless it is called off where it can be; says whether they are sorted. What could not be read is not
/// written back.
pub(super) fn sort_lent(elements: &Lent, scalar: Scalar, place: Place, job: Option<&Job>) -> Result<bool> {
    let region = elements.region();
    let words = sort::scratch_words(scalar, region.len() / scalar.size(), place);
    let mut scratch = Scratch::new(words)?;
    let is_called_off = || job.is_some_and(Job::is_called_off);
    let terms = sort::Terms {
        place,
        is_read: &|| elements.require_sound().is_ok(),
        is_called_off: job.map(|_| &is_called_off as &dyn Fn() -> bool),
        write: &|write| match job {
            Some(job) => job.write(write),
            None => {
                write();
                true
            }
        },
    };
    let is_sorted = sort::sort(region, scalar, scratch.words(), terms);
    elements.require_sound()?;
    Ok(is_sorted)
}
