//! What can take long, as work for any thread. It holds the memory it works on, whatever becomes of the array.

use std::cell::RefCell;

use super::Claim;
use crate::array::numbers::sort_lent;
use crate::array::peer::{Opening, Peer};
use crate::array::transfer::{read_elements, require_all, write_all};
use crate::array::{Array, Lent, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::bisect::{self, Side};
use crate::kernels::envelope::{self, Parts};
use crate::kernels::sort::Place;
use crate::os::available::require_available;
use crate::os::{identity, readiness};
use bytemuck::Zeroable;
use rustix::io::Errno;

/// Work for another thread; `None` where it was called off.
pub type Work<T> = Box<dyn FnOnce() -> Result<Option<T>> + Send>;

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

    /// Writes the elements to a path, or to where a descriptor stands.
    ///
    /// # Errors
    /// Those of [`Array::write_to_path`] and [`Array::write_to`]; `Busy`.
    pub fn write_later(&mut self, ticket: u32, target: Target) -> Result<Work<()>> {
        const PART: usize = 8 << 20;
        const OPERATION: &str = "tofileAsync";
        // Before a file is emptied for nothing.
        self.require_unwritten(OPERATION)?;
        let peer = match target {
            Target::Path(path) => self.file_to_write(&path, Opening::AtOnce)?,
            Target::Nothing => None,
            Target::Open(peer) => Some(peer.into_own()?),
        };
        let job = self.begin_job(OPERATION, ticket, Claim::Reads)?;
        let (window, bytes) = (self.window.clone(), self.byte_length());
        Ok(Box::new(move || {
            let Some(peer) = peer else { return Ok(Some(())) };
            let all = window.region(bytes);
            let is_called_off = || job.is_called_off();
            // More than it takes at once would keep this thread until somebody reads.
            let part = if identity::require_regular(peer.file()).is_ok() {
                PART
            } else {
                readiness::AT_ONCE
            };
            for start in (0..all.len()).step_by(part) {
                if !readiness::wait(peer.file(), readiness::Use::Write, &is_called_off)? {
                    return Ok(None);
                }
                write_all(all.part(start, part.min(all.len() - start)), &peer)?;
            }
            Ok(Some(()))
        }))
    }

    /// Adds `count` elements read from where a file stands.
    ///
    /// # Errors
    /// Those of [`Array::read_from`]; `Busy`.
    pub fn read_later(&mut self, ticket: u32, peer: Peer, count: u64) -> Result<Work<()>> {
        const OPERATION: &str = "fromfileAsync";
        let resizable = self.begin_length_change(OPERATION)?;
        if count > 0 {
            resizable?;
        }
        let peer = peer.into_own()?;
        let size = self.itemsize();
        countable_bytes("n", count, size)?;
        let wanted = elements_left(&peer, self.at_most(&peer, count)?, size)? * size;
        // Before anything is read: what cannot be mapped afterwards is not to be in the file.
        if self.is_reserved() {
            self.make_room(self.length() + wanted / size)?;
        } else {
            self.require_countable(self.length() + wanted / size)?;
            self.cover(self.byte_length() + wanted)?;
        }
        let (length, end) = (self.length(), self.file_position(self.length()));
        let (storage, is_reserved) = (self.mapping.storage().clone(), self.is_reserved());
        let room_end = self.file_position(self.capacity());
        let offset = self.mapping.offset();
        let npy = RefCell::new(self.npy.clone());
        let job = self.begin_job(OPERATION, ticket, Claim::Grows)?;
        Ok(Box::new(move || {
            let add = |elements: Region<'_>| {
                job.add(elements.len() as u64, |before| {
                    if is_reserved {
                        storage.require_uncut(room_end)?;
                        storage.write_at(elements, end + before)
                    } else if let Some(npy) = &mut *npy.borrow_mut() {
                        storage.write_at(elements, end + before)?;
                        npy.set_count(&storage, length + (before + elements.len() as u64) / size)
                    } else {
                        // What is appended must begin at an element of the array.
                        let there = storage.size()?.checked_sub(offset).ok_or(Error::MemoryFault)?;
                        if !there.is_multiple_of(size) {
                            return Err(Error::RaggedLength {
                                bytes: there,
                                itemsize: size as usize,
                            });
                        }
                        storage.append(&[elements], end + before)
                    }
                })
            };
            let is_called_off = || job.is_called_off();
            match read_elements(&peer, wanted, size as usize, Some(&is_called_off), add)? {
                Some(got) => require_all(got / size, count).map(Some),
                None => Ok(None),
            }
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

/// Where elements are written to.
pub enum Target {
    Path(Vec<u8>),
    Open(Peer),
    /// As Python's: an empty array touches no descriptor.
    Nothing,
}

/// Whole elements from where a file stands to its end, at most so many; of what does not say its size, all of them.
///
/// # Errors
/// `OutOfRange` for more than there is room to be made for on trust.
fn elements_left(peer: &Peer, count: u64, itemsize: u64) -> Result<u64> {
    const ON_TRUST: u64 = 1 << 30;
    match peer.bytes_left()? {
        Some(bytes) => Ok(count.min(bytes / itemsize)),
        _ if count <= ON_TRUST / itemsize => Ok(count),
        _ => Err(Error::OutOfRange {
            name: "n",
            requirement: format!(
                "at most {} of a source that does not say its size",
                ON_TRUST / itemsize
            ),
            received: count.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typecode::Typecode;

    fn array(values: &[i32]) -> Array {
        let mut array = Array::anonymous(Typecode::parse("i").unwrap(), 0).unwrap();
        array.extend(Region::of(bytemuck::cast_slice(values))).unwrap();
        array
    }

    fn values(array: &Array) -> Vec<i32> {
        (0..array.length() as usize)
            .map(|index| array.region().get(index))
            .collect()
    }

    fn busy<T>(result: Result<T>) {
        assert_eq!(result.err().map(|error| error.code()), Some("ERR_BUSY".into()));
    }

    #[test]
    fn nothing_changes_the_length_while_there_is_a_job() {
        let mut array = array(&[3, 1, 2]);
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
        let mut array = array(&[3, 2, 1]);
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
        let mut array = array(&[1, 2, 3]);
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
        let mut array = array(&[3, 1, 2]);
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
        let mut array = array(&[3, 1, 2]);
        let sort = array.sort_later(1).unwrap();
        drop(array);
        assert_eq!(sort().unwrap(), None);
    }

    #[test]
    fn what_is_read_is_there_when_the_job_is_over() {
        let source = std::env::temp_dir().join(format!("mmap-array-later-{}", std::process::id()));
        std::fs::write(&source, [1u8, 0, 0, 0, 2, 0, 0, 0, 3]).unwrap();
        let path = std::os::unix::ffi::OsStrExt::as_bytes(source.as_os_str());
        for is_exact in [false, true] {
            let mut array = array(&[7]);
            if is_exact {
                array.handle().unwrap();
            }
            let work = array
                .read_later(1, Peer::open(path, Opening::Waits).unwrap(), 2)
                .unwrap();
            assert_eq!(array.length(), 1);
            assert_eq!(work().unwrap(), Some(()));
            array.settle_jobs().unwrap();
            assert_eq!(values(&array), [7, 1, 2]);
            let work = array
                .read_later(1, Peer::open(path, Opening::Waits).unwrap(), 5)
                .unwrap();
            assert_eq!(work().unwrap_err().code(), "ERR_UNEXPECTED_EOF");
            array.settle_jobs().unwrap();
            assert_eq!(values(&array), [7, 1, 2, 1, 2]);

            let work = array
                .read_later(1, Peer::open(path, Opening::Waits).unwrap(), 2)
                .unwrap();
            busy(array.trim().and(if is_exact {
                array.refresh().map(drop)
            } else {
                Ok(())
            }));
            array.abandon_jobs();
            assert_eq!(work().unwrap(), None);
            assert_eq!(array.refresh().unwrap(), 5);
        }
        std::fs::remove_file(source).unwrap();
    }

    #[test]
    fn what_is_written_is_all_of_it() {
        let target = std::env::temp_dir().join(format!("mmap-array-written-{}", std::process::id()));
        let path = std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str());
        let mut array = array(&[3, 1, 2]);
        let work = array.write_later(1, Target::Path(path.to_vec())).unwrap();
        busy(array.sort_later(2));
        assert_eq!(work().unwrap(), Some(()));
        assert_eq!(
            std::fs::read(&target).unwrap(),
            bytemuck::cast_slice::<i32, u8>(&[3, 1, 2])
        );
        std::fs::remove_file(target).unwrap();
    }
}
