//! Elements to and from files, as work for any thread.

use std::cell::{Cell, RefCell};

use super::turns::Turn;
use super::{Claim, Job, Work};
use crate::array::peer::{Opening, Peer};
use crate::array::transfer::{Emptying, read_elements, require_all, write_all};
use crate::array::{Array, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::{identity, read, readiness};

/// Bytes that a reserved file is made longer by before it is written to. That may mean to clear them, and `close` waits.
const GROWN_AT_ONCE: u64 = 4 << 20;

impl Array {
    /// Writes the elements to a path, or to where a descriptor stands.
    ///
    /// # Errors
    /// Those of [`Array::write_to_path`] and [`Array::write_to_open`]; `Busy`.
    pub fn write_later(&mut self, ticket: u32, target: Target) -> Result<Work<()>> {
        const PART: usize = 8 << 20;
        const OPERATION: &str = "tofileAsync";
        // Before a file is made for nothing.
        self.require_unwritten(OPERATION)?;
        let peer = match target {
            Target::Path(path) => self.file_to_write(&path, Opening::AtOnce)?,
            Target::Nothing => None,
            Target::Open(peer) => {
                self.require_apart(&peer)?;
                Some((peer.into_own()?, Emptying::Unneeded))
            }
        };
        let job = self.begin_job(OPERATION, ticket, Claim::Reads)?;
        let (window, bytes) = (self.window.clone(), self.byte_length());
        Ok(Box::new(move || {
            let Some((peer, emptying)) = peer else {
                return Ok(Some(()));
            };
            let is_regular = identity::require_regular(peer.file()).is_ok();
            let is_called_off = || is_called_off(&job, is_regular);
            // Held until the file is closed, which may cut it.
            let _turn = match emptying {
                Emptying::Needed => Turn::take(peer.file(), &is_called_off)?,
                Emptying::Unneeded => None,
            };
            if is_called_off() {
                return Ok(None);
            }
            let Some(peer) = emptying.done(peer, bytes, &is_called_off)? else {
                return Ok(None);
            };
            let all = window.region(bytes);
            // More than it takes at once would keep this thread until somebody reads.
            let part = if is_regular { PART } else { readiness::AT_ONCE };
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
        let at_most = self.at_most(&peer, count)?;
        let wanted = elements_left(&peer, at_most, size)? * size;
        self.mapping.storage().require_possible(wanted)?;
        // Before anything is read: what cannot be mapped afterwards is not to be in the file.
        self.require_countable(self.length() + wanted / size)?;
        self.cover(self.byte_length() + wanted)?;
        let (length, end) = (self.length(), self.file_position(self.length()));
        let (storage, is_reserved) = (self.mapping.storage().clone(), self.is_reserved());
        let room_end = Cell::new(self.file_position(self.capacity()));
        let offset = self.mapping.offset();
        let npy = RefCell::new(self.npy.clone());
        let job = self.begin_job(OPERATION, ticket, Claim::Grows)?;
        Ok(Box::new(move || {
            let add = |elements: Region<'_>| {
                job.add(elements.len() as u64, |before| {
                    if is_reserved {
                        let written_to = end + before + elements.len() as u64;
                        storage.require_uncut(room_end.get())?;
                        if written_to > room_end.get() {
                            let from = room_end.get();
                            let generous = written_to.max((from + GROWN_AT_ONCE).min(end + wanted));
                            // What is read may fit where more does not.
                            let room = storage
                                .grow(from, generous)
                                .map(|()| generous)
                                .or_else(|_| storage.grow(from, written_to).map(|()| written_to))?;
                            job.made_room(room);
                            room_end.set(room);
                        }
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
            let is_regular = identity::require_regular(peer.file()).is_ok();
            let is_called_off = || is_called_off(&job, is_regular);
            if wanted == 0 && count > 0 {
                read::require_readable(peer.file())?;
            }
            match read_elements(&peer, wanted, size as usize, Some(&is_called_off), add)? {
                Some(got) => {
                    if got == wanted && at_most > wanted / size {
                        read_rest(&peer, size)?;
                    }
                    require_all(got / size, count).map(Some)
                }
                None => Ok(None),
            }
        }))
    }
}

fn is_called_off(job: &Job, is_regular: bool) -> bool {
    if is_regular {
        job.is_called_off()
    } else {
        job.is_given_up()
    }
}

/// Reads what is no whole element at the end of a file, as Python does.
fn read_rest(peer: &Peer, size: u64) -> Result<()> {
    let left = peer.bytes_left()?.filter(|left| *left < size).unwrap_or(0);
    let mut rest = vec![0u8; left as usize];
    read::fill(peer.file(), Region::of_mut(&mut rest)).1
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
    use crate::array::samples::{busy, file_of, integers, values};
    use std::io::Write;
    use std::os::fd::AsRawFd;

    #[test]
    fn what_is_read_is_there_when_the_job_is_over() {
        let source = std::env::temp_dir().join(format!("mmap-array-later-{}", std::process::id()));
        std::fs::write(&source, [1u8, 0, 0, 0, 2, 0, 0, 0, 3]).unwrap();
        let path = std::os::unix::ffi::OsStrExt::as_bytes(source.as_os_str());
        for is_exact in [false, true] {
            let mut array = integers(&[7]);
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
    fn what_was_read_before_a_job_is_abandoned_is_there() {
        let source = std::env::temp_dir().join(format!("mmap-array-abandoned-{}", std::process::id()));
        std::fs::write(&source, [1u8, 0, 0, 0, 2, 0, 0, 0]).unwrap();
        let path = std::os::unix::ffi::OsStrExt::as_bytes(source.as_os_str());
        for capacity in [0, 1000] {
            let mut array = integers(&[7]);
            array.reserve(capacity).unwrap();
            let work = array
                .read_later(1, Peer::open(path, Opening::Waits).unwrap(), 2)
                .unwrap();
            assert_eq!(work().unwrap(), Some(()));
            array.abandon_jobs();
            assert_eq!(values(&array), [7, 1, 2]);
            array.trim().unwrap();
            assert_eq!(values(&array), [7, 1, 2]);
        }
        std::fs::remove_file(source).unwrap();
    }

    #[test]
    fn room_that_was_made_for_more_than_came_is_capacity() {
        for (came, bytes) in [(2, 8 + GROWN_AT_ONCE), (10_000, GROWN_AT_ONCE + 32)] {
            for is_abandoned in [false, true] {
                let mut array = integers(&[7]);
                array.reserve(5).unwrap();
                let before = array.capacity();
                let (reader, writer) = std::io::pipe().unwrap();
                let source = Peer::borrow(reader.as_raw_fd()).unwrap();
                let work = array.read_later(1, source, bytes / 4).unwrap();
                let writing = std::thread::spawn(move || (&writer).write_all(&vec![1; 4 * came]).unwrap());
                assert_eq!(work().unwrap_err().code(), "ERR_UNEXPECTED_EOF");
                writing.join().unwrap();
                if is_abandoned {
                    array.abandon_jobs();
                } else {
                    array.settle_jobs().unwrap();
                }
                let size = |array: &Array| array.mapping.storage().size().unwrap();
                let length = came as u64 + 1;
                assert_eq!(array.length(), length);
                assert_eq!(array.capacity() > before, length > before);
                assert_eq!(size(&array), array.capacity() * 4);
                array.extend(Region::of(&[9; 4])).unwrap();
                array.trim().unwrap();
                assert_eq!((array.length(), size(&array)), (length + 1, length * 4 + 4));
            }
        }
    }

    #[test]
    fn much_is_read_to_a_reserved_array() {
        const BYTES: u64 = 2 * GROWN_AT_ONCE + 12;
        let source: Vec<u8> = (0..BYTES).map(|at| (at % 251) as u8).collect();
        let peer = Peer::Own(file_of(&source));
        let mut array = integers(&[7]);
        array.reserve(5).unwrap();
        let work = array.read_later(1, peer, BYTES / 4).unwrap();
        assert_eq!(work().unwrap(), Some(()));
        array.settle_jobs().unwrap();
        assert_eq!(array.capacity(), array.length());
        assert!(array.region().to_vec().unwrap()[4..] == source);
    }

    #[test]
    fn what_is_written_is_all_of_it() {
        let target = std::env::temp_dir().join(format!("mmap-array-written-{}", std::process::id()));
        let path = std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str());
        let mut array = integers(&[3, 1, 2]);
        let work = array.write_later(1, Target::Path(path.to_vec())).unwrap();
        busy(array.sort_later(2));
        assert_eq!(work().unwrap(), Some(()));
        assert_eq!(
            std::fs::read(&target).unwrap(),
            bytemuck::cast_slice::<i32, u8>(&[3, 1, 2])
        );
        std::fs::remove_file(target).unwrap();
    }
    // What broke: one emptied the file that another had written, or gave its blocks back.
    #[test]
    fn jobs_that_write_one_file_take_turns() {
        let target = std::env::temp_dir().join(format!("mmap-array-turns-{}", std::process::id()));
        std::fs::write(&target, "theirs").unwrap();
        let path = std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str());
        let mut array = integers(&[3, 1, 2]);
        let (first, second) = [1, 2]
            .map(|ticket| array.write_later(ticket, Target::Path(path.to_vec())).unwrap())
            .into();
        let turn = Turn::take(&std::fs::File::open(&target).unwrap(), &|| false).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(first);
            array.call_off(1);
            assert_eq!(waiting.join().unwrap().unwrap(), None);
            let waiting = scope.spawn(second);
            for _ in 0..1000 {
                assert_eq!(std::fs::read(&target).unwrap(), b"theirs");
            }
            drop(turn);
            assert_eq!(waiting.join().unwrap().unwrap(), Some(()));
        });
        assert_eq!(std::fs::read(&target).unwrap().len(), 12);
        std::fs::remove_file(target).unwrap();
    }
}
