//! Files that elements are read from and written to.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Seek;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;

use super::Mode;
use crate::error::{Error, Result};
use crate::os::descriptor;

/// How a caller names a file.
#[derive(Clone, Copy, Debug)]
pub enum FileName<'a> {
    Path(&'a [u8]),
    Descriptor(i32),
}

/// A file to read from or to write to, from its position on.
pub enum ExternalFile {
    /// Opened by this call, and closed after it.
    Own(File),
    /// The caller's descriptor, which stays open.
    Borrowed(ManuallyDrop<File>),
}

impl ExternalFile {
    /// A file to read from.
    ///
    /// # Errors
    /// The system's; `EBADF` for a descriptor that is not open.
    pub fn open(name: FileName<'_>, mode: Mode) -> Result<ExternalFile> {
        match name {
            FileName::Path(path) => Self::open_path(File::options().read(true), path, mode),
            FileName::Descriptor(descriptor) => Self::borrow(descriptor, mode),
        }
    }

    /// A file to write to, which is created if it does not exist. It is not truncated: it may be the array's own.
    pub(super) fn create(path: &[u8], mode: Mode) -> Result<ExternalFile> {
        let options = &mut File::options();
        Self::open_path(options.write(true).create(true).truncate(false), path, mode)
    }

    /// An asynchronous call does not wait for the other end of a FIFO. A FIFO without a writer is at its end; a write to one
    /// without a reader is `ENXIO`.
    fn open_path(options: &mut OpenOptions, path: &[u8], mode: Mode) -> Result<ExternalFile> {
        if mode == Mode::Async {
            options.custom_flags(libc::O_NONBLOCK);
        }
        options
            .open(OsStr::from_bytes(path))
            .map(ExternalFile::Own)
            .map_err(|error| Error::io(&error, "open").at_path(&String::from_utf8_lossy(path)))
    }

    /// Uses a descriptor of the caller. An asynchronous call duplicates it, because the caller may close it meanwhile. It opens a
    /// pipe again without blocking, if the system allows that: between `poll` and the call, another process may empty or fill the
    /// pipe.
    pub(super) fn borrow(descriptor: i32, mode: Mode) -> Result<ExternalFile> {
        let file = descriptor::borrow(descriptor)?;
        if mode == Mode::Sync {
            return Ok(ExternalFile::Borrowed(file));
        }
        descriptor::open_nonblocking(&file)
            .map_or_else(|| file.try_clone(), Ok)
            .map(ExternalFile::Own)
            .map_err(|error| Error::io(&error, "fcntl"))
    }

    /// The byte at which the file is read or written next.
    pub(super) fn position(&self) -> Result<u64> {
        (&**self)
            .stream_position()
            .map_err(|error| Error::io(&error, "lseek"))
    }
}

impl Deref for ExternalFile {
    type Target = File;

    fn deref(&self) -> &File {
        match self {
            ExternalFile::Own(file) => file,
            ExternalFile::Borrowed(file) => file,
        }
    }
}
