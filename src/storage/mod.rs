//! Where the bytes are stored: a file, named shared memory, or memory without a name.

mod copy_up;
mod flags;
mod format;
mod npy;
mod opening;
pub mod shared_memory;

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{OFlags, stat};
use rustix::io::Errno;

use copy_up::CopyUp;
pub use flags::{Access, Flags};
pub use format::Format;
pub use npy::NpyHeader;

use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::available::{self, require_available};
use crate::os::memory_file::TemporaryName;
use crate::os::write::{self, Appender, Unfinished};
use crate::os::{blocks, descriptor, identity, read, reopen, size, sync};

/// An open file, with or without a name.
#[derive(Debug)]
pub struct Storage {
    file: File,
    /// The path that the user gave. `None` if the file was not opened by a path.
    path: Option<PathBuf>,
    /// Its size in bytes when it was opened.
    opening_size: u64,
    /// Whether it is new memory without a name.
    nameless: bool,
    /// The name of a temporary file, if the system has no memory without a name.
    temporary: Option<TemporaryName>,
    /// Whether others can see the file and its size.
    exposed: AtomicBool,
    copy_up: CopyUp,
    appender: Appender,
}

impl Storage {
    /// Whether the file is in memory, not on a device.
    pub fn is_in_memory(&self) -> bool {
        self.nameless || identity::is_in_memory(&self.file)
    }

    /// Marks the file as one that others can see, from now on.
    pub fn expose(&self) {
        if !self.exposed.swap(true, Ordering::Relaxed) && self.nameless {
            self.report_writes();
        }
    }

    /// Makes the system report writes to watchers of the memory. It reports none that go through the descriptor with which the memory was
    /// made. If the memory cannot be opened again, followers of it look once a second.
    fn report_writes(&self) {
        if let Ok(reopened) = self.reopened(OFlags::RDWR) {
            let _ = descriptor::replace(&self.file, &reopened);
        }
    }

    pub fn is_exposed(&self) -> bool {
        self.exposed.load(Ordering::Relaxed)
    }

    /// Opens the file again: the new descriptor has its own position, flags and locks.
    fn reopened(&self, flags: OFlags) -> Result<File> {
        let path = self.temporary.as_ref().map(TemporaryName::path).or(self.path());
        reopen::reopen(&self.file, flags, path).map_err(|error| self.named(error))
    }

    /// A second descriptor, for locks.
    pub fn second_descriptor(&self) -> Result<File> {
        self.reopened(OFlags::RDONLY)
    }

    /// A second descriptor with which the file may be written, for locks that need one. `None` if this process may not open the file
    /// again.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`
    pub fn second_descriptor_for_writing(&self) -> Result<Option<File>> {
        match self.reopened(OFlags::RDWR) {
            Err(
                error @ Error::System {
                    errno: libc::EMFILE | libc::ENFILE | libc::ENOMEM,
                    ..
                },
            ) => Err(error),
            reopened => Ok(reopened.ok()),
        }
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    pub fn descriptor(&self) -> i32 {
        self.file.as_raw_fd()
    }

    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The absolute path, for other processes. Memory in a temporary file has one, too. `None` if the file has no name here. A relative
    /// path is looked up again at each call, because the current directory may have changed since the file was opened.
    pub fn absolute_path(&self) -> Option<PathBuf> {
        if let Some(temporary) = &self.temporary {
            return Some(temporary.path().to_owned());
        }
        let path = self.path.as_ref()?;
        if path.is_absolute() {
            return std::path::absolute(path).ok();
        }
        descriptor::path_of(&self.file).or_else(|| std::path::absolute(path).ok())
    }

    /// Whether a path leads to another file than this one, or to none.
    ///
    /// # Errors
    /// The system's, if it does not tell: `EACCES`.
    pub fn is_replaced_at(&self, path: &Path) -> Result<bool> {
        loop {
            match stat(path) {
                Ok(found) => return Ok(!identity::is_of(&self.file, &found)),
                Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(true),
                Err(Errno::INTR) => {}
                Err(errno) => {
                    return Err(Error::system(errno, "stat").at_path(&path.to_string_lossy()));
                }
            }
        }
    }

    /// The size of the file in bytes when it was opened.
    pub fn opening_size(&self) -> u64 {
        self.opening_size
    }

    /// Adds the path of this file to an error.
    pub fn named(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.at_path(&path.to_string_lossy()),
            None => error,
        }
    }

    pub fn size(&self) -> Result<u64> {
        size::of(&self.file).map_err(|error| self.named(error))
    }

    /// Appends the parts at the current end of the file, which the caller expects at `end`. See [`Appender::append`].
    ///
    /// # Errors
    /// `ENOMEM` if the file is in memory, and too little is available; the system's.
    pub fn append(&self, parts: &[Region<'_>], end: u64) -> std::result::Result<(), Unfinished> {
        self.require_memory(parts.iter().map(|part| part.len() as u64).sum())?;
        self.append_unchecked(parts, end)
    }

    fn append_unchecked(&self, parts: &[Region<'_>], end: u64) -> std::result::Result<(), Unfinished> {
        self.appender
            .append(&self.file, parts, end, &|flags| self.reopened(flags))
            .map_err(|Unfinished { error, kept }| Unfinished {
                error: self.named(error),
                kept,
            })
    }

    /// Reads from a position until the buffer is full or the file ends. Returns the number of bytes.
    pub fn read_at(&self, buffer: &mut [u8], position: u64) -> Result<usize> {
        read::read_at(&self.file, buffer, position).map_err(|error| self.named(error))
    }

    /// Fills a region from a position, or as much of it as the file has. Returns the number of bytes.
    pub fn read_into(&self, into: Region<'_>, position: u64) -> Result<usize> {
        read::read_into(&self.file, into, position).map_err(|error| self.named(error))
    }

    /// Writes to a position at which the file has its blocks.
    pub fn write_at(&self, bytes: Region<'_>, position: u64) -> Result<()> {
        write::write_at(&self.file, bytes, position).map_err(|error| self.named(error))
    }

    /// Checks that the file still has at least `end` bytes, which an array has seen: others may have truncated it. Memory that others
    /// cannot see is not checked.
    ///
    /// # Errors
    /// `MemoryFault`; the system's.
    pub fn require_size(&self, end: u64) -> Result<()> {
        if self.is_exposed() && self.size()? < end {
            return Err(Error::MemoryFault);
        }
        Ok(())
    }

    /// Grows the file from one size to another, so that every byte can be stored to. A file that others can see takes its blocks now, and
    /// so does a temporary file, because the disk may be full. Memory that others cannot see takes its pages when they are first touched.
    ///
    /// # Errors
    /// `ENOMEM` if the file is in memory, and too little is available: the system would not refuse, but end a process. Otherwise the
    /// system's, and the file is as it was.
    pub fn grow(&self, from: u64, to: u64) -> Result<()> {
        let append = |zeros: Region<'_>, end| {
            self.append_unchecked(&[zeros], end)
                .map_err(|unfinished| unfinished.error)
        };
        let grown = if self.is_exposed() {
            self.require_memory(to.saturating_sub(from))?;
            blocks::grow(&self.file, from, to, &append)
        } else if self.temporary.is_some() {
            self.require_memory(to.saturating_sub(from))?;
            blocks::grow_unseen(&self.file, from, to, &append)
        } else {
            size::set(&self.file, to)
        };
        grown.map_err(|error| self.named(error))
    }

    pub fn truncate(&self, to: u64) -> Result<()> {
        size::set(&self.file, to).map_err(|error| self.named(error))
    }

    /// Checks that the file may shrink, before a call moves elements to make it shorter.
    ///
    /// # Errors
    /// `EPERM` if it has a seal against that.
    pub fn require_shrinkable(&self) -> Result<()> {
        if descriptor::never_shrinks(&self.file) {
            return Err(self.named(Error::system(Errno::PERM, "ftruncate")));
        }
        Ok(())
    }

    /// Checks that memory is available for the holes among the bytes, before they are touched.
    ///
    /// # Errors
    /// `ENOMEM`
    pub fn require_memory_for_holes(&self, bytes: u64) -> Result<()> {
        const BLOCK: u64 = 512;
        if bytes < available::LARGE || !self.is_in_memory() {
            return Ok(());
        }
        let stat =
            rustix::fs::fstat(&self.file).map_err(|errno| self.named(Error::system(errno, "fstat")))?;
        let holes = (stat.st_size as u64).saturating_sub(stat.st_blocks as u64 * BLOCK);
        self.require_memory(holes.min(bytes))
    }

    /// Checks that so much more memory is available, before it is touched: the system would end the process.
    ///
    /// # Errors
    /// `ENOMEM`
    pub fn require_memory(&self, bytes: u64) -> Result<()> {
        if bytes < available::LARGE || !self.is_in_memory() {
            return Ok(());
        }
        let call = if self.is_exposed() {
            "fallocate"
        } else {
            "ftruncate"
        };
        require_available(bytes, call).map_err(|error| self.named(error))
    }

    /// Waits until the data and the size are stored on the device.
    pub fn sync(&self) -> Result<()> {
        sync::to_device(&self.file).map_err(|error| self.named(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::portable;

    #[test]
    fn anonymous_memory_grows_and_shrinks() {
        if portable::skips("a temporary file has its blocks when it grows") {
            return;
        }
        let storage = Storage::anonymous().unwrap();
        storage.grow(0, 1 << 40).unwrap();
        assert_eq!(storage.size().unwrap(), 1 << 40);
        storage.truncate(5).unwrap();
        assert_eq!(storage.size().unwrap(), 5);
        assert_eq!(storage.path(), None);
    }
}
