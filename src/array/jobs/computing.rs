//! Work on the elements that are there, for any thread. It holds the memory it works on, whatever becomes of the array.

use super::{Claim, Work};
use crate::array::numbers::sort_lent;
use crate::array::{Array, Lent};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::bisect::{self, Side};
use crate::kernels::envelope::{self, Parts};
use crate::kernels::sort::Place;
use crate::os::available::require_available;
use bytemuck::Zeroable;
use rustix::io::Errno;

/// Elements to look for, which stay where they are.
pub enum Needles {
    Copied(Vec<u8>),
    /// Those of an array of the same type.
    Lent(Lent),
}

impl Needles {
    fn region(&self) -> Region<'_> {
        match self {
            Needles::Copied(bytes) => Region::of(bytes),
            Needles::Lent(lent) => lent.region(),
        }
    }

    fn require_sound(&self) -> Result<()> {
        match self {
            Needles::Copied(_) => Ok(()),
            Needles::Lent(lent) => lent.require_sound(),
        }
    }
}

impl Array {
    /// Sorts, or leaves the elements as they are where it is called off.
    ///
    /// # Errors
    /// Those of [`Array::sort`]; `Busy`.
    pub fn sort_later(&mut self, ticket: u32) -> Result<Work<()>> {
        const OPERATION: &str = "sortAsync";
        self.require_writable(OPERATION)?;
        let (elements, scalar) = (self.lend()?, self.typecode.scalar);
        let job = self.begin_job(OPERATION, ticket, Claim::Writes)?;
        Ok(Box::new(move || {
            if job.is_called_off() {
                return Ok(None);
            }
            let is_sorted = sort_lent(&elements, scalar, Place::OldOrNew, Some(&job))?;
            Ok(is_sorted.then_some(()))
        }))
    }

    /// Looks many elements up.
    ///
    /// # Errors
    /// Those of [`Array::places`], `Busy`, and `ENOMEM`.
    pub fn places_later(&mut self, ticket: u32, needles: Needles, side: Side) -> Result<Work<Vec<f64>>> {
        /// Needles between two questions whether it was called off.
        const PART: usize = 1 << 14;
        self.require_whole(needles.region())?;
        let (elements, scalar) = (self.lend()?, self.typecode.scalar);
        let job = self.begin_job("searchsortedAsync", ticket, Claim::Reads)?;
        Ok(Box::new(move || {
            let (region, sought) = (elements.region(), needles.region());
            let count = sought.len() / scalar.size();
            let mut places = zeros::<f64>(count)?;
            for (part, places) in places.chunks_mut(PART).enumerate() {
                if job.is_called_off() {
                    return Ok(None);
                }
                let sought = sought.part(part * PART * scalar.size(), places.len() * scalar.size());
                bisect::places(region, scalar, sought, side, Region::of_mut(places));
            }
            elements.require_sound()?;
            needles.require_sound()?;
            Ok(Some(places))
        }))
    }

    /// The bytes of the least number of each part, then of the greatest of each.
    ///
    /// # Errors
    /// `Busy`, and `ENOMEM`.
    pub fn envelope_later(&mut self, ticket: u32, parts: Parts) -> Result<Work<Vec<u8>>> {
        let (elements, scalar) = (self.lend()?, self.typecode.scalar);
        let job = self.begin_job("envelopeAsync", ticket, Claim::Reads)?;
        Ok(Box::new(move || {
            let bytes = 2 * parts.count * scalar.size();
            let mut into = zeros::<u8>(bytes)?;
            let region = elements.region();
            let is_called_off = || job.is_called_off();
            let is_whole =
                envelope::envelope(region, scalar, &parts, Region::of_mut(&mut into), &is_called_off);
            elements.require_sound()?;
            Ok(is_whole.then_some(into))
        }))
    }
}

/// Memory for a result.
fn zeros<T: Zeroable + Clone>(count: usize) -> Result<Vec<T>> {
    require_available(count.saturating_mul(size_of::<T>()) as u64, "malloc")?;
    let mut values = Vec::new();
    values
        .try_reserve_exact(count)
        .map_err(|_| Error::system(Errno::NOMEM, "malloc"))?;
    values.resize(count, T::zeroed());
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::{busy, integers, values};

    #[test]
    fn nothing_changes_the_length_while_there_is_a_job() {
        let mut array = integers(&[3, 1, 2]);
        array.reserve(100).unwrap();
        append_and_pop(&mut array);
        let capacity = array.capacity();
        let work = array.sort_later(1).unwrap();
        assert_eq!((array.state().room(), array.capacity()), (3, capacity));
        busy(array.extend(Region::of(&[0; 4])));
        busy(array.pop(0));
        busy(array.clear());
        busy(array.reserve(200));
        busy(array.refresh());
        busy(array.sort());
        busy(array.sort_later(2));
        busy(array.places_later(3, Needles::Copied(vec![]), Side::Left));
        array.trim().unwrap();
        assert_eq!(work().unwrap(), Some(()));
        busy(array.pop(0));
        array.settle_jobs().unwrap();
        assert_eq!(values(&array), [1, 2, 3]);
        array.extend(Region::of(&[9; 4])).unwrap();
        assert_eq!(array.length(), 4);
    }

    #[test]
    fn a_job_that_is_forgotten_was_never_there() {
        let mut array = integers(&[3, 2, 1]);
        drop(array.sort_later(7).unwrap());
        busy(array.reserve(9));
        array.forget_job(6);
        busy(array.reserve(9));
        array.forget_job(7);
        array.reserve(9).unwrap();
        assert_eq!(values(&array), [3, 2, 1]);
    }

    #[test]
    fn the_room_of_a_reserved_array_is_back_after_its_last_job() {
        let mut array = integers(&[1, 2, 3]);
        array.reserve(5000).unwrap();
        append_and_pop(&mut array);
        let (room, capacity) = (array.state().room(), array.capacity());
        let one = array
            .places_later(1, Needles::Copied(vec![0; 8]), Side::Left)
            .unwrap();
        let other = array
            .places_later(2, Needles::Copied(vec![0; 4]), Side::Right)
            .unwrap();
        assert_eq!(one().unwrap(), Some(vec![0.0, 0.0]));
        array.settle_jobs().unwrap();
        assert_eq!(array.state().room(), 3);
        assert_eq!(other().unwrap(), Some(vec![0.0]));
        array.settle_jobs().unwrap();
        append_and_pop(&mut array);
        assert_eq!((array.state().room(), array.capacity()), (room, capacity));
        assert!(array.is_reserved());
    }

    /// After it memory is ready for more.
    fn append_and_pop(array: &mut Array) {
        array.extend(Region::of(&[0; 4])).unwrap();
        array.pop(-1).unwrap();
    }

    #[test]
    fn a_job_that_is_called_off_leaves_the_elements() {
        let mut array = integers(&[3, 1, 2]);
        let work = array.sort_later(7).unwrap();
        array.call_off(8);
        array.call_off(7);
        assert_eq!(work().unwrap(), None);
        array.settle_jobs().unwrap();
        assert_eq!(values(&array), [3, 1, 2]);
        array.sort().unwrap();
    }

    #[test]
    fn a_job_outlives_its_array() {
        let mut array = integers(&[3, 1, 2]);
        let sort = array.sort_later(1).unwrap();
        drop(array);
        assert_eq!(sort().unwrap(), None);
    }
}
