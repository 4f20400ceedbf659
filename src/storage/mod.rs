//! Where the bytes live: a file, named shared memory, or memory that no name leads to.

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
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::OFlags;
use rustix::io::Errno;

use copy_up::CopyUp;
pub use flags::{Access, Flags};
pub use format::Format;
pub use npy::NpyHeader;

use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::available::{self, require_available};
use crate::os::memory_file::TemporaryName;
use crate::os::write::{self, Appender};
use crate::os::{blocks, descriptor, identity, read, reopen, size, sync};

/// An open file, named or not.
#[derive(Debug)]
pub struct Storage {
    file: File,
    /// As the user gave it; `None` for what has no name here.
    path: Option<PathBuf>,
    /// Bytes it held when it was opened.
    opening_size: u64,
    /// Whether it is memory that was made here, without any name.
    nameless: bool,
    /// Of memory that had to be a temporary file.
    temporary: Option<TemporaryName>,
    /// Whether others can see where the file's position is, by the same descriptor or a duplicate. Whoever moves the position
    /// because nobody can holds this while it does.
    shares_position: Mutex<bool>,
    /// Whether others can know of it, so that its size matters to somebody else.
    exposed: AtomicBool,
    copy_up: CopyUp,
    appender: Appender,
}

impl Storage {
    /// Whether no device is behind it.
    pub fn is_in_memory(&self) -> bool {
        self.nameless || identity::is_in_memory(&self.file)
    }

    /// From now on others can know of it.
    pub fn expose(&self) {
        self.exposed.store(true, Ordering::Relaxed);
    }

    pub fn is_exposed(&self) -> bool {
        self.exposed.load(Ordering::Relaxed)
    }

    /// A descriptor that shares nothing with the first but the file.
    fn reopened(&self, flags: OFlags) -> Result<File> {
        let path = self.temporary.as_ref().map(TemporaryName::path).or(self.path());
        reopen::reopen(&self.file, flags, path).map_err(|error| self.named(error))
    }

    /// One for locks.
    pub fn second_descriptor(&self) -> Result<File> {
        self.reopened(OFlags::RDONLY)
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    /// The descriptor for somebody who may do with it what they like. Its position is theirs from now on.
    pub fn give_descriptor(&self) -> i32 {
        let mut shares_position = self.shares_position();
        if !*shares_position {
            size::rewind(&self.file);
            *shares_position = true;
        }
        self.descriptor()
    }

    fn shares_position(&self) -> MutexGuard<'_, bool> {
        self.shares_position
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub fn descriptor(&self) -> i32 {
        self.file.as_raw_fd()
    }

    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The path from the root, for other processes, which memory may have too; `None` for what has no name here. Looked for when somebody asks: the path
    /// the user gave may begin at a directory that was the current one then.
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

    /// Bytes it held when it was opened, for the one who opens it.
    pub fn opening_size(&self) -> u64 {
        self.opening_size
    }

    /// An error of a call on this file, saying which file that is.
    pub fn named(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.at_path(&path.to_string_lossy()),
            None => error,
        }
    }

    pub fn size(&self) -> Result<u64> {
        let shares_position = self.shares_position();
        let size = if *shares_position {
            drop(shares_position);
            size::of(&self.file)
        } else {
            size::by_position(&self.file)
        };
        size.map_err(|error| self.named(error))
    }

    /// Appends the parts where the file ends by now, which the caller believes to be at `end`. See [`Appender::append`].
    ///
    /// # Errors
    /// `ENOMEM` where the file is memory and there is not so much; the system's.
    pub fn append(&self, parts: &[Region<'_>], end: u64) -> Result<()> {
        self.require_memory(parts.iter().map(|part| part.len() as u64).sum())?;
        self.append_anything(parts, end)
    }

    fn append_anything(&self, parts: &[Region<'_>], end: u64) -> Result<()> {
        self.appender
            .append(&self.file, parts, end, &|flags| self.reopened(flags))
            .map_err(|error| self.named(error))
    }

    /// Reads at a byte of the file, until the buffer is full or the file ends; gives how many bytes there were.
    pub fn read_at(&self, buffer: &mut [u8], position: u64) -> Result<usize> {
        read::read_at(&self.file, buffer, position).map_err(|error| self.named(error))
    }

    /// Writes at a byte of the file, which has its blocks there.
    pub fn write_at(&self, bytes: Region<'_>, position: u64) -> Result<()> {
        write::write_at(&self.file, bytes, position).map_err(|error| self.named(error))
    }

    /// Refuses a file that ends before a byte which an array knows to have been there: others cut it. Nobody else can cut memory
    /// that nobody else can see, so that is not asked.
    ///
    /// # Errors
    /// `MemoryFault`; the system's
    pub fn require_size(&self, end: u64) -> Result<()> {
        if self.is_exposed() && self.size()? < end {
            return Err(Error::MemoryFault);
        }
        Ok(())
    }

    /// Grows from a size, so that every byte of the new one can be stored to. Memory of our own takes its pages
    /// when they are first touched; what others can see takes its blocks now, and so does a temporary file, whose disk may be full.
    ///
    /// # Errors
    /// `ENOMEM` where that is memory and there is not so much: the system would not refuse it, but end a process. Else the
    /// system's; the file is then as it was.
    pub fn grow(&self, from: u64, to: u64) -> Result<()> {
        let append = |zeros: Region<'_>, end| self.append_anything(&[zeros], end);
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

    /// Refuses a file that can never get shorter, before anything is moved about in it for that.
    ///
    /// # Errors
    /// `EPERM` where it is sealed.
    pub fn require_shrinkable(&self) -> Result<()> {
        if descriptor::never_shrinks(&self.file) {
            return Err(self.named(Error::system(Errno::PERM, "ftruncate")));
        }
        Ok(())
    }

    /// Refuses to touch so many bytes of memory that has holes, where the holes may take more than can be had.
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

    /// Refuses so much more memory than can be had, before it is touched: the system would end the process.
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

    /// Waits until the data and the size are on the device.
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
