//! Elements from other files.

use std::fs::File;
use std::io::{ErrorKind, Read};

use super::peer::Peer;
use super::{Array, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::identity::FileIdentity;
use crate::os::read;
use crate::os::readiness::{self, Use};
use rustix::fs::{OFlags, fcntl_getfl};

/// Bytes read at a time; a multiple of every element's size.
const CHUNK: usize = 1 << 20;

/// Bytes of a source that does not say its size between two questions whether there is memory for as many more.
const ASKED_EACH: u64 = 64 << 20;

impl Array {
    /// Appends `count` elements read from where a file stands.
    ///
    /// # Errors
    /// `UnexpectedEof` where there are fewer: whole elements are kept. The system's: what was read until then is kept.
    pub fn read_from(&mut self, peer: &Peer, count: u64) -> Result<()> {
        let resizable = self.begin_length_change("fromfile")?;
        if count > 0 {
            resizable?;
        }
        let size = self.typecode.itemsize();
        countable_bytes("n", count, size as u64)?;
        let wanted = self.at_most(peer, count)? * size as u64;
        let left = peer.bytes_left()?;
        let known = left.unwrap_or(0).min(wanted);
        self.require_memory(self.length() + known / size as u64)?;
        let mut got = 0;
        if let Some(there) = self.readable_at_once(peer, left, wanted)? {
            got = self.read_behind(peer, there)?;
            if got < there {
                return require_all(got / size as u64, count);
            }
        }
        // What is no whole element is read too, as Python reads it.
        let mut unasked = 0;
        let take = |elements: Region<'_>| {
            unasked += elements.len() as u64;
            if unasked >= ASKED_EACH {
                unasked = 0;
                self.require_memory(self.length() + ASKED_EACH / size as u64)?;
            }
            self.extend(elements).map(|()| true)
        };
        got += read_elements(peer, wanted - got, size, None, take)?.unwrap_or(0);
        require_all(got / size as u64, count)
    }

    /// Bytes of whole elements that can be read straight to behind the end, where that serves: much, from a file that says how
    /// much it holds, to memory that nobody else sees.
    pub(super) fn readable_at_once(
        &self,
        peer: &Peer,
        left: Option<u64>,
        wanted: u64,
    ) -> Result<Option<u64>> {
        if !self.can_prefault(wanted) || self.is_own(peer)? {
            return Ok(None);
        }
        let there = left.unwrap_or(0).min(wanted);
        let whole = there - there % self.itemsize();
        Ok(self.can_prefault(whole).then_some(whole))
    }

    /// Appends elements read from where a file stands; gives how many bytes those are that were whole.
    fn read_behind(&mut self, peer: &Peer, bytes: u64) -> Result<u64> {
        let length = self.length();
        self.make_room(length + bytes / self.itemsize())?;
        let mut got = 0;
        let read = self.in_pieces(bytes, |array, piece| {
            let (start, end) = (piece.start as usize, piece.end as usize);
            let into = array.window().region(piece.end).part(start, end - start);
            let (count, done) = read::fill(peer.file(), into);
            got += count as u64;
            done?;
            Ok(count == into.len())
        });
        let elements = got / self.itemsize();
        self.state.set(length + elements, self.capacity());
        read.map(|()| elements * self.itemsize())
    }

    pub(super) fn is_own(&self, peer: &Peer) -> Result<bool> {
        Ok(FileIdentity::of(peer.file())? == FileIdentity::of(self.storage().file())?)
    }

    /// How many elements a file can give: only of this array's own, which grows while it is read, it is asked where it ends. What
    /// lies behind counted elements is none.
    pub(super) fn at_most(&self, peer: &Peer, count: u64) -> Result<u64> {
        if !self.is_own(peer)? {
            return Ok(count);
        }
        let position = peer.position()?;
        let end = self.end_in_file()?;
        let there = end.saturating_sub(position);
        Ok(count.min(there / self.itemsize()))
    }
}

/// Hands bytes on, whole elements at a time, until there are enough of them, the file ends, or `take` wants no more; gives
/// how many there were, `None` where it was called off.
pub(super) fn read_elements(
    peer: &Peer,
    wanted: u64,
    size: usize,
    is_called_off: Option<&dyn Fn() -> bool>,
    mut take: impl FnMut(Region<'_>) -> Result<bool>,
) -> Result<Option<u64>> {
    let mut chunk = vec![0; CHUNK.min(usize::try_from(wanted).unwrap_or(CHUNK))];
    let mut done = 0;
    let is_off = || is_called_off.is_some_and(|is_called_off| is_called_off());
    while done < wanted {
        if is_off() {
            return Ok(None);
        }
        let room = chunk.len().min(usize::try_from(wanted - done).unwrap_or(CHUNK));
        let (got, failure) = fill(peer.file(), &mut chunk[..room], is_called_off);
        let whole = got - got % size;
        if whole > 0 && !take(Region::of(&chunk[..whole]))? {
            return Ok(None);
        }
        done += whole as u64;
        if let Some(error) = failure {
            return Err(error);
        }
        if got < room && !is_off() {
            break;
        }
    }
    Ok(Some(done))
}

/// Refuses fewer elements than were asked for.
pub(super) fn require_all(got: u64, wanted: u64) -> Result<()> {
    if got < wanted {
        return Err(Error::UnexpectedEof { wanted, got });
    }
    Ok(())
}

/// Reads until a buffer is full, the source ends or fails, or it is called off; gives the count in each case. A file whose
/// reads do not wait is asked first: a pipe that nobody ever wrote to is at its end, and never ready.
fn fill(
    mut file: &File,
    buffer: &mut [u8],
    is_called_off: Option<&dyn Fn() -> bool>,
) -> (usize, Option<Error>) {
    let mut got = 0;
    let mut waits_first = !fcntl_getfl(file).is_ok_and(|flags| flags.contains(OFlags::NONBLOCK));
    while got < buffer.len() {
        if let Some(is_called_off) = is_called_off.filter(|_| waits_first) {
            match readiness::wait(file, Use::Read, is_called_off) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => return (got, Some(error)),
            }
        }
        match file.read(&mut buffer[got..]) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock && is_called_off.is_some() => {
                waits_first = true;
            }
            Err(error) => return (got, Some(Error::io(&error, "read"))),
        }
    }
    (got, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::peer::Opening;
    use crate::array::samples::file_of;
    use crate::os::huge_pages::HUGE_PAGE;
    use crate::typecode::Typecode;
    use std::io::{Seek, SeekFrom};
    use std::os::fd::AsRawFd;

    const MUCH: usize = 5 * HUGE_PAGE as usize + 777;

    fn bytes() -> Vec<u8> {
        (0..MUCH).map(|at| (at % 251) as u8).collect()
    }

    fn array_of(code: &str, bytes: &[u8]) -> Array {
        let mut array = Array::anonymous(Typecode::parse(code).unwrap(), 0).unwrap();
        array.extend(Region::of(bytes)).unwrap();
        array
    }

    #[test]
    fn much_is_read_from_where_the_file_stands_to_behind_what_is_there() {
        let source = bytes();
        let peer = Peer::Own(file_of(&source));
        for begin in [0, 1, 4096, MUCH - 1] {
            for (position, count) in [(0, MUCH), (3, MUCH - 3), (1 << 20, 3 << 20), (0, 300_000)] {
                for is_exposed in [false, true] {
                    let mut array = array_of("B", &source[..begin]);
                    if is_exposed {
                        array.descriptor().unwrap();
                    }
                    peer.file().seek(SeekFrom::Start(position as u64)).unwrap();
                    array.read_from(&peer, count as u64).unwrap();
                    let model = [&source[..begin], &source[position..position + count]].concat();
                    assert!(
                        array.region().to_vec().unwrap() == model,
                        "{begin} + {count} from {position}"
                    );
                    assert_eq!(peer.position().unwrap(), (position + count) as u64);
                    array.extend(Region::of(&[7; 9])).unwrap();
                    assert!(array.region().to_vec().unwrap().ends_with(&[7; 9]));
                }
            }
        }
    }

    #[test]
    fn what_a_file_has_too_little_of_is_kept() {
        let source = bytes();
        let peer = Peer::Own(file_of(&source));
        for is_exposed in [false, true] {
            let mut array = array_of("d", &[]);
            if is_exposed {
                array.descriptor().unwrap();
            }
            peer.file().rewind().unwrap();
            let error = array.read_from(&peer, 1 << 40).unwrap_err();
            assert_eq!(error.code(), "ERR_UNEXPECTED_EOF");
            let whole = MUCH - MUCH % 8;
            assert!(array.region().to_vec().unwrap() == source[..whole]);
        }
    }

    #[test]
    fn what_cannot_be_read_changes_nothing() {
        // Another system does not open a descriptor anew.
        if !cfg!(target_os = "linux") {
            return;
        }
        let file = file_of(&bytes());
        let by_number = format!("/proc/self/fd/{}", file.as_raw_fd());
        let write_only = File::options().write(true).open(by_number).unwrap();
        let mut array = array_of("B", b"abc");
        let peer = Peer::Own(write_only);
        let error = array.read_from(&peer, 1 << 20).unwrap_err();
        assert_eq!(error.code(), "EBADF");
        for position in [0, MUCH as u64] {
            peer.file().seek(SeekFrom::Start(position)).unwrap();
            let same = Peer::Own(peer.file().try_clone().unwrap());
            let work = array.read_later(1, same, 1 << 20).unwrap();
            assert_eq!(work().unwrap_err().code(), "EBADF");
            array.settle_jobs().unwrap();
        }
        assert_eq!(array.region().to_vec().unwrap(), b"abc");
    }

    #[test]
    fn more_than_the_machine_has_memory_for_is_refused() {
        let holes = file_of(b"");
        holes.set_len(1 << 50).unwrap();
        let peer = Peer::Own(holes);
        for is_exposed in [false, true] {
            let mut array = array_of("B", b"abc");
            if is_exposed {
                array.descriptor().unwrap();
            }
            assert_eq!(array.read_from(&peer, 1 << 50).unwrap_err().code(), "ENOMEM");
            let own = peer.file().try_clone().unwrap();
            let later = array.read_later(1, Peer::Own(own), 1 << 50).err().unwrap();
            assert_eq!(later.code(), "ENOMEM");
            assert_eq!(array.region().to_vec().unwrap(), b"abc");
        }
    }

    #[test]
    fn what_is_no_whole_element_is_read_and_left_out() {
        let source = bytes();
        let peer = Peer::Own(file_of(&source));
        for (is_exposed, count) in [(false, MUCH), (true, MUCH), (false, 10), (true, 10)] {
            let mut array = array_of("d", &[]);
            if is_exposed {
                array.descriptor().unwrap();
            }
            peer.file().seek(SeekFrom::Start((MUCH - count) as u64)).unwrap();
            assert_eq!(
                array.read_from(&peer, count as u64 / 8 + 1).unwrap_err().code(),
                "ERR_UNEXPECTED_EOF"
            );
            assert_eq!(peer.position().unwrap(), MUCH as u64);
            assert_eq!(array.length(), count as u64 / 8);
        }
    }

    #[test]
    fn of_its_own_file_a_reserved_array_reads_its_elements_only() {
        // Another system does not open a descriptor anew.
        if !cfg!(target_os = "linux") {
            return;
        }
        let mut array = array_of("B", b"abc");
        array.reserve(1000).unwrap();
        let own = format!("/proc/self/fd/{}", array.storage().file().as_raw_fd());
        let peer = Peer::open(own.as_bytes(), Opening::Waits).unwrap();
        assert_eq!(
            array.read_from(&peer, 5).unwrap_err().code(),
            "ERR_UNEXPECTED_EOF"
        );
        assert_eq!(array.region().to_vec().unwrap(), b"abcabc");
    }
}
