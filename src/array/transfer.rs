//! Elements to and from other files, by reading and writing.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, Write};
use std::mem::ManuallyDrop;
use std::os::unix::fs::OpenOptionsExt;

use super::{Array, Extent, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::blocks::Expecting;
use crate::os::identity::{self, FileIdentity};
use crate::os::{descriptor, readiness, size};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::io::Errno;

/// Bytes read at a time; a multiple of every element's size.
const CHUNK: usize = 1 << 20;

/// A file to read from or write to, where it stands.
pub enum Peer {
    /// Opened by this call, and closed after it.
    Own(File),
    /// The same, made to be written to.
    New(Expecting),
    /// The caller's: left open.
    Borrowed(ManuallyDrop<File>),
}

impl Peer {
    pub fn open(path: &[u8], opening: Opening) -> Result<Peer> {
        Self::named(path, || {
            let mut options = File::options();
            options.read(true);
            opening.open(options, path)
        })
    }

    /// A file that is there, or is made. It is not emptied yet: it may be the very one that is to be written from.
    fn create(path: &[u8], opening: Opening) -> Result<Peer> {
        Self::named(path, || {
            let mut options = File::options();
            options.write(true).create(true).truncate(false);
            let file = opening.open(options, path)?;
            // Its writes wait, though its opening did not.
            let flags = fcntl_getfl(&file)?;
            fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
            Ok(file)
        })
    }

    fn named(path: &[u8], open: impl FnOnce() -> std::io::Result<File>) -> Result<Peer> {
        open()
            .map(Peer::Own)
            .map_err(|error| Error::io(&error, "open").at_path(&String::from_utf8_lossy(path)))
    }

    /// A descriptor of the caller's.
    ///
    /// # Errors
    /// `EBADF` where none of that number is open.
    pub fn borrow(descriptor: i32) -> Result<Peer> {
        descriptor::borrow(descriptor).map(Peer::Borrowed)
    }

    /// The same file where the caller may close its descriptor meanwhile.
    pub fn into_own(self) -> Result<Peer> {
        match self {
            own @ (Peer::Own(_) | Peer::New(_)) => Ok(own),
            Peer::Borrowed(file) => file
                .try_clone()
                .map(Peer::Own)
                .map_err(|error| Error::io(&error, "fcntl")),
        }
    }

    /// The byte at which it stands.
    pub(super) fn position(&self) -> Result<u64> {
        self.file()
            .stream_position()
            .map_err(|error| Error::io(&error, "lseek"))
    }

    pub(super) fn file(&self) -> &File {
        match self {
            Peer::Own(file) => file,
            Peer::New(file) => file.file(),
            Peer::Borrowed(file) => file,
        }
    }
}

/// What becomes of a pipe by name whose other end nobody holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The call waits until somebody does.
    Waits,
    /// For a thread that must not wait: to be read it is at its end, to be written to it is `ENXIO`.
    AtOnce,
}

impl Opening {
    fn open(self, mut options: OpenOptions, path: &[u8]) -> std::io::Result<File> {
        if self == Opening::AtOnce {
            options.custom_flags(libc::O_NONBLOCK);
        }
        options.open(as_path(path))
    }
}

fn as_path(path: &[u8]) -> &std::path::Path {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(path).as_ref()
}

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
        let take = |elements: Region<'_>| self.extend(elements).map(|()| true);
        let got = read_elements(peer, wanted, size, None, take)?;
        require_all(got.unwrap_or(0) / size as u64, count)
    }

    /// Writes the elements to a file of a path, and nothing else is in it then.
    ///
    /// # Errors
    /// The system's; `EBUSY` for this array's own file where that holds more than the array: writing it would move the
    /// elements under the mapping.
    pub fn write_to_path(&self, path: &[u8]) -> Result<()> {
        match self.file_to_write(path, Opening::Waits)? {
            Some(peer) => self.write_to(&peer),
            None => Ok(()),
        }
    }

    /// The file of a path, emptied but where it is this array's own; `None` where that holds what it is to hold.
    pub(super) fn file_to_write(&self, path: &[u8], opening: Opening) -> Result<Option<Peer>> {
        let peer = Peer::create(path, opening)?;
        if self.is_own(&peer)? {
            let is_all = self.mapping.offset() == 0 && self.extent == Extent::Whole;
            if is_all && self.mapping.storage().size()? == self.file_position(self.length()) {
                // What a copy-on-write array has changed is in no file yet.
                return Ok(self.mapping.is_private().then_some(peer));
            }
            return Err(Error::system(Errno::BUSY, "open").at_path(&String::from_utf8_lossy(path)));
        }
        match peer {
            Peer::Own(file) if identity::require_regular(&file).is_ok() => {
                size::set(&file, 0)?;
                Ok(Some(Peer::New(Expecting::new(file, self.byte_length()))))
            }
            other => Ok(Some(other)),
        }
    }

    fn is_own(&self, peer: &Peer) -> Result<bool> {
        Ok(FileIdentity::of(peer.file())? == FileIdentity::of(self.mapping.storage().file())?)
    }

    /// How many elements a file can give: only of this array's own, which grows while it is read, the size is asked.
    pub(super) fn at_most(&self, peer: &Peer, count: u64) -> Result<u64> {
        if !self.is_own(peer)? {
            return Ok(count);
        }
        let position = peer.position()?;
        let there = self.mapping.storage().size()?.saturating_sub(position);
        Ok(count.min(there / self.itemsize()))
    }

    /// Writes the elements to where a file stands. An empty array does not touch it.
    pub fn write_to(&self, peer: &Peer) -> Result<()> {
        write_all(self.region(), peer)
    }
}

/// Writes all bytes to where a file stands.
pub(super) fn write_all(all: Region<'_>, peer: &Peer) -> Result<()> {
    let mut done = 0;
    while done < all.len() {
        let rest = all.part(done, all.len() - done);
        match peer.file().write_vectored(&[rest.as_io_slice()]) {
            Ok(0) => return Err(Error::system(Errno::IO, "write")),
            Ok(count) => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(Error::io_on_memory(&error, "write")),
        }
    }
    Ok(())
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
            match readiness::wait(file, readiness::Use::Read, is_called_off) {
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
