//! Files that elements are read from and written to.

use std::fs::{File, OpenOptions};
use std::io::{Seek, Write};
use std::mem::ManuallyDrop;
use std::os::unix::fs::OpenOptionsExt;

use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::blocks::Expecting;
use crate::os::{descriptor, identity, size};

/// A file to read from or write to, where it stands.
pub enum Peer {
    /// Opened by this call, and closed after it.
    Own(File),
    /// The same, made or emptied to be written to.
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
    pub(super) fn create(path: &[u8], opening: Opening) -> Result<Peer> {
        Self::named(path, || {
            let mut options = File::options();
            options.write(true).create(true).truncate(false);
            opening.open(options, path)
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

    /// The same file where the caller may close its descriptor meanwhile. A pipe that does not wait, where it can be had: between
    /// the question whether it is ready and the use of it somebody else may be faster.
    pub fn into_own(self) -> Result<Peer> {
        match self {
            own @ (Peer::Own(_) | Peer::New(_)) => Ok(own),
            Peer::Borrowed(file) => descriptor::open_nonblocking(&file)
                .map_or_else(|| file.try_clone(), Ok)
                .map(Peer::Own)
                .map_err(|error| Error::io(&error, "fcntl")),
        }
    }

    /// Whether others may take from it what is to be read here, or write in between.
    pub(super) fn is_shared(&self) -> bool {
        matches!(self, Peer::Borrowed(_)) || identity::is_pipe(self.file())
    }

    /// The byte at which it stands.
    pub(super) fn position(&self) -> Result<u64> {
        self.file()
            .stream_position()
            .map_err(|error| Error::io(&error, "lseek"))
    }

    /// Bytes from where it stands to its end; `None` of what does not say its size.
    pub(super) fn bytes_left(&self) -> Result<Option<u64>> {
        if identity::require_regular(self.file()).is_err() {
            return Ok(None);
        }
        match size::of(self.file())? {
            // Files of /proc say so too.
            0 => Ok(None),
            size => Ok(Some(size.saturating_sub(self.position()?))),
        }
    }

    /// Writes some of the bytes to where it stands; gives how many.
    ///
    /// # Errors
    /// The system's; where it does not wait, `WouldBlock` of that.
    pub(super) fn write(&self, bytes: Region<'_>) -> std::io::Result<usize> {
        let part = match self {
            Peer::New(file) => file.at_once(bytes.len()),
            _ => bytes.len(),
        };
        let written = self.file().write_vectored(&[bytes.part(0, part).as_io_slice()])?;
        if let Peer::New(file) = self {
            file.wrote();
        }
        Ok(written)
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
