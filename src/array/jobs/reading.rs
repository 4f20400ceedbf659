//! Elements from files, as work for any thread.

use super::file_end::FileEnd;
use super::{Claim, Job, Work};
use crate::array::peer::Peer;
use crate::array::prefault::PiecesBehindEnd;
use crate::array::reading::{read_elements, require_all};
use crate::array::turns::Place;
use crate::array::{Array, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::read;
use crate::os::readiness::Use;

impl Array {
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
        let is_shared = peer.is_shared();
        let peer = peer.into_own()?;
        let place = is_shared
            .then(|| Place::for_later(peer.file(), Use::Read))
            .transpose()?;
        let size = self.itemsize();
        countable_bytes("n", count, size)?;
        let at_most = self.at_most(&peer, count)?;
        let wanted = elements_left(&peer, at_most, size)? * size;
        let length = self.length() + wanted / size;
        self.require_memory(length)?;
        let is_straight = self.readable_at_once(&peer, peer.bytes_left()?, wanted)? == Some(wanted);
        if is_straight {
            self.make_room(length)?;
        }
        // Before anything is read: what cannot be mapped afterwards is not to be in the file.
        self.require_length_fits_header(length)?;
        self.memory.cover(self.byte_length() + wanted)?;
        let destination = if is_straight {
            Destination::Memory(self.pieces_behind_end())
        } else {
            Destination::File(self.file_end(wanted))
        };
        let job = self.begin_job(OPERATION, ticket, Claim::Grows)?;
        Ok(Box::new(move || {
            let is_called_off = job.question(&peer);
            let turn = place.map(|place| place.turn(&is_called_off));
            if matches!(turn, Some(None)) {
                return Ok(None);
            }
            if wanted == 0 && count > 0 {
                read::require_readable(peer.file())?;
            }
            let got = match destination {
                Destination::Memory(memory) => read_straight(&job, &peer, memory, wanted, size)?,
                Destination::File(mut end) => {
                    let add = |elements: Region<'_>| {
                        let bytes = elements.len() as u64;
                        job.add(bytes, |before| end.add(&job, elements, before).map(|()| bytes))
                    };
                    read_elements(&peer, wanted, size as usize, Some(&is_called_off), add)?
                }
            };
            let Some(got) = got else { return Ok(None) };
            if got == wanted && at_most > wanted / size {
                read_rest(&peer, size)?;
            }
            drop(turn);
            require_all(got / size, count).map(Some)
        }))
    }
}

enum Destination {
    /// Memory that nobody else sees, with room for all of it.
    Memory(PiecesBehindEnd),
    File(FileEnd),
}

/// Reads to where the elements belong.
fn read_straight(
    job: &Job,
    peer: &Peer,
    mut memory: PiecesBehindEnd,
    wanted: u64,
    itemsize: u64,
) -> Result<Option<u64>> {
    let mut got = 0;
    while got < wanted {
        if job.is_called_off() {
            return Ok(None);
        }
        let (mut whole, mut is_full, mut read) = (0, false, Ok(()));
        let goes_on = job.add(wanted - got, |_| {
            let piece = memory.next(wanted - got);
            let (count, done) = read::fill(peer.file(), piece);
            whole = count as u64 - count as u64 % itemsize;
            (is_full, read) = (count == piece.len(), done);
            Ok(whole)
        })?;
        if !goes_on {
            return Ok(None);
        }
        got += whole;
        read?;
        if !is_full {
            break;
        }
    }
    Ok(Some(got))
}

/// Reads what is no whole element at the end of a file, as Python does.
fn read_rest(peer: &Peer, size: u64) -> Result<()> {
    let left = peer.bytes_left()?.filter(|left| *left < size).unwrap_or(0);
    let mut rest = vec![0u8; left as usize];
    read::fill(peer.file(), Region::of_mut(&mut rest)).1
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
                "at most {} for a source whose size is unknown",
                ON_TRUST / itemsize
            ),
            received: count.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::file_end::GROWN_AT_ONCE;
    use super::*;
    use crate::array::Placement;
    use crate::array::peer::Opening;
    use crate::array::samples::{busy, file_of, integers, over, values};
    use crate::storage::{Flags, Storage};
    use crate::typecode::Typecode;
    use std::fs::File;
    use std::io::{Seek, SeekFrom, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileExt;

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
                let size = |array: &Array| array.storage().size().unwrap();
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

    const MUCH: u64 = 2 * GROWN_AT_ONCE + 12;

    fn much() -> Vec<u8> {
        (0..MUCH).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn much_is_read_to_a_reserved_file() {
        let mut array = over(&file_of(&[7; 2]), Flags::ReadWrite, None);
        array.reserve(5).unwrap();
        let work = array
            .read_later(1, Peer::Own(file_of(&much())), MUCH / 2)
            .unwrap();
        assert_eq!(work().unwrap(), Some(()));
        array.settle_jobs().unwrap();
        assert_eq!(array.capacity(), array.length());
        assert!(array.region().to_vec().unwrap()[2..] == much());
    }

    #[test]
    fn much_is_read_straight_to_memory_of_its_own() {
        for (begin, position, count) in [(0, 0, MUCH / 4), (1, 4, MUCH / 4 - 1), (1_000_003, 8, 1 << 20)] {
            let mut array = integers(&vec![7; begin]);
            let mut source = file_of(&much());
            source.seek(SeekFrom::Start(position)).unwrap();
            let work = array
                .read_later(1, Peer::Own(source.try_clone().unwrap()), count)
                .unwrap();
            assert_eq!(work().unwrap(), Some(()));
            assert_eq!(array.length(), begin as u64);
            array.settle_jobs().unwrap();
            let there = array.region().to_vec().unwrap();
            let read = &much()[position as usize..(position + 4 * count) as usize];
            assert!(there[..4 * begin] == *bytemuck::cast_slice::<i32, u8>(&vec![7; begin]));
            assert!(there[4 * begin..] == *read, "{begin} + {count}");
            assert_eq!(source.stream_position().unwrap(), position + 4 * count);
            array.extend(Region::of(&[9; 4])).unwrap();
            assert!(array.region().to_vec().unwrap().ends_with(&[9; 4]));
        }
    }

    #[test]
    fn what_a_file_lost_meanwhile_is_not_read() {
        let source = file_of(&much());
        let mut array = integers(&[7]);
        let work = array
            .read_later(1, Peer::Own(source.try_clone().unwrap()), MUCH / 4)
            .unwrap();
        source.set_len(GROWN_AT_ONCE + 10).unwrap();
        assert_eq!(work().unwrap_err().code(), "ERR_UNEXPECTED_EOF");
        array.settle_jobs().unwrap();
        assert_eq!(array.length(), 1 + (GROWN_AT_ONCE + 8) / 4);
        assert!(array.region().to_vec().unwrap()[4..] == much()[..GROWN_AT_ONCE as usize + 8]);
    }

    #[test]
    fn what_is_read_straight_is_called_off_between_two_pieces() {
        let mut array = integers(&[7]);
        let work = array
            .read_later(1, Peer::Own(file_of(&much())), MUCH / 4)
            .unwrap();
        array.call_off(1);
        assert_eq!(work().unwrap(), None);
        array.settle_jobs().unwrap();
        assert_eq!(values(&array), [7]);
        let work = array
            .read_later(2, Peer::Own(file_of(&much())), MUCH / 4)
            .unwrap();
        array.abandon_jobs();
        assert_eq!(work().unwrap(), None);
        assert_eq!(values(&array), [7]);
    }

    fn counted(file: &File) -> Array {
        let open = || Storage::from_descriptor(file.as_raw_fd(), Flags::ReadWrite);
        let integers = Typecode::parse("i").unwrap();
        Array::open_npy(
            Some(integers),
            Flags::CreateOrTruncate,
            Placement::default(),
            open,
        )
        .unwrap()
    }

    // What broke: what could not be taken over was added once more, to what the header had told meanwhile.
    #[test]
    fn what_was_taken_over_by_other_means_is_not_added_again() {
        let file = file_of(b"");
        let mut array = counted(&file);
        let source = Peer::Own(file_of(&[1; 40]));
        let work = array.read_later(1, source, 10).unwrap();
        assert_eq!(work().unwrap(), Some(()));
        let mut first = [0];
        file.read_exact_at(&mut first, 0).unwrap();
        file.write_all_at(b"X", 0).unwrap();
        array.settle_jobs().unwrap_err();
        file.write_all_at(&first, 0).unwrap();
        array.reserve(10).unwrap();
        assert_eq!((array.length(), array.capacity()), (10, 10));
        let sort = array.sort_later(2).unwrap();
        assert_eq!(sort().unwrap(), Some(()));
        array.settle_jobs().unwrap();
        assert_eq!((array.length(), array.capacity()), (10, 10));
    }

    #[test]
    fn what_was_written_in_vain_is_given_back_however_the_job_ends() {
        for is_abandoned in [false, true] {
            let file = file_of(b"");
            let mut array = counted(&file);
            array.extend(Region::of(&[1; 8])).unwrap();
            let size = file.metadata().unwrap().len();
            let job = array.begin_job("fromfileAsync", 1, Claim::Grows).unwrap();
            let written = job.add(4, |_| {
                file.write_all_at(&[9; 3], size).unwrap();
                Err(Error::MemoryFault)
            });
            assert_eq!(written.unwrap_err().code(), "ERR_MEMORY_FAULT");
            drop(job);
            if is_abandoned {
                array.abandon_jobs();
            } else {
                array.settle_jobs().unwrap();
            }
            assert_eq!(file.metadata().unwrap().len(), size);
            assert_eq!(array.length(), 2);
        }
    }
}
