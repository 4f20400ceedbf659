//! Jobs that compute on existing elements: sorting, searching, envelopes. Each keeps its memory mapped, even if the array is
//! closed.

use super::{Claim, Work};
use crate::array::numbers::{sort_snapshot, whole_values};
use crate::array::{Array, Snapshot};
use crate::error::Result;
use crate::kernels::Region;
use crate::kernels::bisect::Side;
use crate::kernels::column::numbers::Numbers;
use crate::kernels::envelope::Parts;
use crate::kernels::sort::Readers;

/// Elements to look for. They stay at their address.
pub enum Needles {
    Copied(Vec<u8>),
    /// Those of an array of the same type.
    Snapshot(Snapshot),
}

impl Needles {
    fn region(&self) -> Region<'_> {
        match self {
            Needles::Copied(bytes) => Region::of(bytes),
            Needles::Snapshot(snapshot) => snapshot.region(),
        }
    }

    fn check_faults(&self) -> Result<()> {
        match self {
            Needles::Copied(_) => Ok(()),
            Needles::Snapshot(snapshot) => snapshot.check_faults(),
        }
    }
}

impl Array {
    /// Sorts, or leaves the elements as they are if it is cancelled.
    ///
    /// # Errors
    /// Those of [`Array::sort`]; `Busy`.
    pub fn sort_later(&mut self, ticket: u32, field: Option<usize>) -> Result<Work> {
        const OPERATION: &str = "sortAsync";
        let key = self.element_type.numbers(OPERATION, field)?;
        self.begin_write_in_place(OPERATION)?;
        let elements = self.snapshot()?;
        let job = self.begin_job(OPERATION, ticket, Claim::Writes)?;
        Ok(Work::new(0, move |_| {
            if job.is_cancelled() {
                return Ok(false);
            }
            sort_snapshot(&elements, key, Readers::Others, Some(&job))
        }))
    }

    /// Finds the index of each of many numbers, as doubles.
    ///
    /// # Errors
    /// Those of [`Array::searchsorted`]; `Busy`.
    pub fn searchsorted_later(
        &mut self,
        ticket: u32,
        needles: Needles,
        side: Side,
        field: Option<usize>,
    ) -> Result<Work> {
        /// Needles between two checks for a cancellation.
        const PART: usize = 1 << 14;
        const INDEX: usize = size_of::<f64>();
        const OPERATION: &str = "searchsortedAsync";
        let layout = self.element_type.numbers(OPERATION, field)?;
        let size = layout.scalar.size();
        let count = whole_values(needles.region(), size)?;
        let elements = self.snapshot()?;
        let job = self.begin_job(OPERATION, ticket, Claim::Reads)?;
        Ok(Work::new(count.saturating_mul(INDEX), move |indices| {
            let (numbers, sought) = (Numbers::new(elements.region(), layout), needles.region());
            for first in (0..count).step_by(PART) {
                if job.is_cancelled() {
                    return Ok(false);
                }
                let part = PART.min(count - first);
                let sought = sought.part(first * size, part * size);
                let indices = indices.part(first * INDEX, part * INDEX);
                numbers.bounds(sought, side, indices);
            }
            elements.check_faults()?;
            needles.check_faults()?;
            Ok(true)
        }))
    }

    /// The bytes of the least number of each part, then of the greatest of each.
    ///
    /// # Errors
    /// Those of [`Array::envelope`]; `Busy`.
    pub fn envelope_later(&mut self, ticket: u32, parts: Parts, field: Option<usize>) -> Result<Work> {
        const OPERATION: &str = "envelopeAsync";
        let layout = self.element_type.numbers(OPERATION, field)?;
        let elements = self.snapshot()?;
        let job = self.begin_job(OPERATION, ticket, Claim::Reads)?;
        let bytes = 2 * parts.count * layout.scalar.size();
        Ok(Work::new(bytes, move |into| {
            let is_cancelled = || job.is_cancelled();
            let is_whole = Numbers::new(elements.region(), layout).envelope(&parts, into, &is_cancelled);
            elements.check_faults()?;
            Ok(is_whole)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::{busy, done, integers, values};

    #[test]
    fn calls_that_change_the_length_during_a_job_are_busy() {
        let mut array = integers(&[3, 1, 2]);
        array.reserve(100).unwrap();
        append_and_pop(&mut array);
        let capacity = array.capacity();
        let work = array.sort_later(1, None).unwrap();
        assert_eq!((array.state().room(), array.capacity()), (3, capacity));
        busy(array.extend(Region::of(&[0; 4])));
        busy(array.pop(0));
        busy(array.clear());
        busy(array.reserve(200));
        busy(array.refresh());
        busy(array.sort(None));
        busy(array.sort_later(2, None));
        busy(array.searchsorted_later(3, Needles::Copied(vec![]), Side::Left, None));
        array.trim().unwrap();
        assert!(done(work));
        busy(array.pop(0));
        array.finish_job(1).unwrap();
        assert_eq!(values(&array), [1, 2, 3]);
        array.extend(Region::of(&[9; 4])).unwrap();
        assert_eq!(array.length(), 4);
    }

    #[test]
    fn finish_job_of_a_dropped_job_changes_nothing() {
        let mut array = integers(&[3, 2, 1]);
        drop(array.sort_later(7, None).unwrap());
        busy(array.reserve(9));
        array.finish_job(6).unwrap();
        busy(array.reserve(9));
        array.finish_job(7).unwrap();
        array.reserve(9).unwrap();
        assert_eq!(values(&array), [3, 2, 1]);
    }

    #[test]
    fn finish_job_of_the_last_job_lets_javascript_append_again() {
        let mut array = integers(&[1, 2, 3]);
        array.reserve(5000).unwrap();
        append_and_pop(&mut array);
        let (room, capacity) = (array.state().room(), array.capacity());
        let one = array
            .searchsorted_later(1, Needles::Copied(vec![0; 8]), Side::Left, None)
            .unwrap();
        let other = array
            .searchsorted_later(2, Needles::Copied(vec![0; 4]), Side::Right, None)
            .unwrap();
        assert_eq!(filled(one), [0.0, 0.0]);
        array.finish_job(1).unwrap();
        assert_eq!(array.state().room(), 3);
        assert_eq!(filled(other), [0.0]);
        array.finish_job(2).unwrap();
        append_and_pop(&mut array);
        assert_eq!((array.state().room(), array.capacity()), (room, capacity));
        assert!(array.is_reserved());
    }

    /// The doubles that work gives.
    fn filled(work: Work) -> Vec<f64> {
        let mut doubles = vec![f64::NAN; work.result_bytes / size_of::<f64>()];
        assert!((work.run)(Region::of_mut(&mut doubles)).unwrap());
        doubles
    }

    /// After it memory is ready for more.
    fn append_and_pop(array: &mut Array) {
        array.extend(Region::of(&[0; 4])).unwrap();
        array.pop(-1).unwrap();
    }

    #[test]
    fn sort_later_that_is_cancelled_keeps_the_elements() {
        let mut array = integers(&[3, 1, 2]);
        let work = array.sort_later(7, None).unwrap();
        array.cancel_job(8);
        array.cancel_job(7);
        assert!(!done(work));
        array.finish_job(7).unwrap();
        assert_eq!(values(&array), [3, 1, 2]);
        array.sort(None).unwrap();
    }

    #[test]
    fn work_after_its_array_was_dropped_is_cancelled() {
        let mut array = integers(&[3, 1, 2]);
        let sort = array.sort_later(1, None).unwrap();
        drop(array);
        assert!(!done(sort));
    }
}
