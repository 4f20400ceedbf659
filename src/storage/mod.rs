//! Where the bytes live: a file, named shared memory, or memory that no name leads to.

mod copy_up;
mod flags;
mod format;
mod npy;
pub mod shared_memory;

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags, Stat, fcntl_get_seals, memfd_create, open};
use rustix::io::Errno;

use copy_up::CopyUp;
pub use flags::{Access, Flags};
pub use format::Format;
pub use npy::NpyHeader;

use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::available::{self, require_available};
use crate::os::identity::{self, FileIdentity};
use crate::os::{blocks, descriptor, read, size, write};

/// An open file, named or not.
#[derive(Debug)]
pub struct Storage {
    file: File,
    /// As the user gave it; `None` for what has no name here.
    path: Option<PathBuf>,
    /// Bytes it held when it was opened.
    opening_size: u64,
    /// Whether it is memory that was made here, without a name.
    anonymous: bool,
    /// Whether others can see where the file's position is, by the same descriptor or a duplicate. Whoever moves the position
    /// because nobody can holds this while it does.
    shares_position: Mutex<bool>,
    /// Whether others can know of it, so that its size matters to somebody else.
    exposed: AtomicBool,
    copy_up: CopyUp,
}

impl Storage {
    /// Opens a file as `flags` say; `mode` is for one this call creates.
    pub fn open(path: &Path, flags: Flags, mode: u32) -> Result<Storage> {
        let (file, stat) = Self::open_regular(path, flags.open_flags(), mode)?;
        Ok(Storage {
            copy_up: copy_up_of(flags.access(), &stat),
            opening_size: stat.st_size as u64,
            file,
            path: Some(path.to_owned()),
            anonymous: false,
            shares_position: Mutex::new(false),
            exposed: AtomicBool::new(true),
        })
    }

    /// A file by a descriptor of the caller's, which is duplicated.
    ///
    /// # Errors
    /// `EBADF`; `EACCES` where it was opened for less than `flags` say; `OutOfRange` for `wx+`.
    pub fn from_descriptor(descriptor: i32, flags: Flags) -> Result<Storage> {
        if flags == Flags::CreateNew {
            return Err(Error::OutOfRange {
                name: "options.flags",
                requirement: String::from("one that a file that is there can be opened with"),
                received: String::from("'wx+'"),
            });
        }
        let mut file = descriptor::duplicate(descriptor)?;
        descriptor::require_access(&file, flags.access() == Access::ReadWrite)?;
        let mut stat = identity::require_regular(&file)?;
        if flags.access() == Access::ReadWrite && descriptor::appends(&file)? {
            // All its writes would go to the file's end, wherever they are meant to.
            let link = PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()));
            (file, _) = Self::open_regular(&link, OFlags::RDWR, 0)?;
        }
        if flags == Flags::CreateOrEmpty {
            size::set(&file, 0)?;
            stat.st_size = 0;
        }
        Ok(Storage {
            copy_up: copy_up_of(flags.access(), &stat),
            opening_size: stat.st_size as u64,
            file,
            path: None,
            anonymous: false,
            shares_position: Mutex::new(true),
            exposed: AtomicBool::new(true),
        })
    }

    /// Opens what a link of `/proc` or a path of another process leads to, where that is still the same file. Creates
    /// nothing, and only looks at what is there until it knows: to open a device or a FIFO may have effects.
    pub fn reopen(
        link: &Path,
        identity: &FileIdentity,
        access: Access,
        path: Option<PathBuf>,
    ) -> Result<Option<Storage>> {
        let named = |errno| Error::system(errno, "open").at_path(&link.to_string_lossy());
        let found = open(link, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
            .map(File::from)
            .map_err(named)?;
        if FileIdentity::of(&found)? != *identity {
            return Ok(None);
        }
        let link = PathBuf::from(format!("/proc/self/fd/{}", found.as_raw_fd()));
        let (file, stat) = Self::open_regular(&link, access.open_flags(), 0)?;
        Ok(Some(Storage {
            copy_up: copy_up_of(access, &stat),
            opening_size: stat.st_size as u64,
            file,
            path,
            anonymous: false,
            shares_position: Mutex::new(false),
            exposed: AtomicBool::new(true),
        }))
    }

    fn open_regular(path: &Path, flags: OFlags, mode: u32) -> Result<(File, Stat)> {
        // Without NONBLOCK the open of a FIFO would wait for its other end.
        let flags = flags | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
        let named = |error: Error| error.at_path(&path.to_string_lossy());
        let file = loop {
            match open(path, flags, Mode::from_raw_mode(mode)) {
                Err(Errno::INTR) => {}
                // A FIFO or socket refused for its kind, not for its absence.
                Err(Errno::NXIO) => return Err(named(Error::system(Errno::NODEV, "mmap"))),
                Err(errno) => return Err(named(Error::system(errno, "open"))),
                Ok(descriptor) => break File::from(descriptor),
            }
        };
        let stat = identity::require_regular(&file).map_err(named)?;
        Ok((file, stat))
    }

    /// Memory that only descriptors lead to.
    pub fn anonymous() -> Result<Storage> {
        let descriptor = memfd_create(c"mmap-array", MemfdFlags::CLOEXEC)
            .map_err(|errno| Error::system(errno, "memfd_create"))?;
        Ok(Storage {
            file: File::from(descriptor),
            opening_size: 0,
            path: None,
            anonymous: true,
            shares_position: Mutex::new(false),
            exposed: AtomicBool::new(false),
            copy_up: CopyUp::default(),
        })
    }

    /// Whether no device is behind it.
    pub fn is_in_memory(&self) -> bool {
        self.anonymous || identity::is_in_memory(&self.file)
    }

    /// From now on others can know of it.
    pub fn expose(&self) {
        self.exposed.store(true, Ordering::Relaxed);
    }

    pub fn is_exposed(&self) -> bool {
        self.exposed.load(Ordering::Relaxed)
    }

    /// A descriptor that shares nothing with the first but the file, for locks.
    pub fn second_descriptor(&self) -> Result<File> {
        let link = PathBuf::from(format!("/proc/self/fd/{}", self.descriptor()));
        Self::open_regular(&link, OFlags::RDONLY, 0).map(|(file, _)| file)
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

    /// The path from the root, for other processes; `None` for what has no name here. Looked for when somebody asks: the path
    /// the user gave may begin at a directory that was the current one then.
    pub fn absolute_path(&self) -> Option<PathBuf> {
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

    /// Appends the parts where the file ends by now, which the caller believes to be at `end`. See [`write::append`].
    ///
    /// # Errors
    /// `ENOMEM` where the file is memory and there is not so much; the system's.
    pub fn append(&self, parts: &[Region<'_>], end: u64) -> Result<()> {
        self.require_possible(parts.iter().map(|part| part.len() as u64).sum())?;
        write::append(&self.file, parts, end).map_err(|error| self.named(error))
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
    /// when they are first touched; what others can see takes its blocks now.
    ///
    /// # Errors
    /// `ENOMEM` where that is memory and there is not so much: the system would not refuse it, but end a process. Else the
    /// system's; the file is then as it was.
    pub fn grow(&self, from: u64, to: u64) -> Result<()> {
        let grown = if self.is_exposed() {
            self.require_possible(to.saturating_sub(from))?;
            blocks::grow(&self.file, from, to)
        } else {
            size::set(&self.file, to)
        };
        grown.map_err(|error| self.named(error))
    }

    pub fn cut(&self, to: u64) -> Result<()> {
        size::set(&self.file, to).map_err(|error| self.named(error))
    }

    /// Refuses a file that can never get shorter, before anything is moved about in it for that.
    ///
    /// # Errors
    /// `EPERM` where it is sealed.
    pub fn require_cuttable(&self) -> Result<()> {
        match fcntl_get_seals(&self.file) {
            Ok(seals) if seals.contains(SealFlags::SHRINK) => {
                Err(self.named(Error::system(Errno::PERM, "ftruncate")))
            }
            // Only files in memory have seals.
            _ => Ok(()),
        }
    }

    /// Refuses to touch so many bytes of memory that has holes, where the holes may take more than can be had.
    ///
    /// # Errors
    /// `ENOMEM`
    pub fn require_filled(&self, bytes: u64) -> Result<()> {
        const BLOCK: u64 = 512;
        if bytes < available::MUCH || !self.is_in_memory() {
            return Ok(());
        }
        let stat =
            rustix::fs::fstat(&self.file).map_err(|errno| self.named(Error::system(errno, "fstat")))?;
        let holes = (stat.st_size as u64).saturating_sub(stat.st_blocks as u64 * BLOCK);
        self.require_possible(holes.min(bytes))
    }

    /// Refuses so much more memory than can be had, before it is touched: the system would end the process.
    ///
    /// # Errors
    /// `ENOMEM`
    pub fn require_possible(&self, bytes: u64) -> Result<()> {
        if bytes < available::MUCH || !self.is_in_memory() {
            return Ok(());
        }
        let call = if self.is_exposed() {
            "fallocate"
        } else {
            "ftruncate"
        };
        require_available(bytes, call).map_err(|error| self.named(error))
    }

    /// Takes the name of a file away that `wx+` has just made and that came to nothing, unless it is another's by now.
    pub fn undo(&self, flags: Flags) {
        let Some(path) = self.path.as_ref().filter(|_| flags == Flags::CreateNew) else {
            return;
        };
        let is_ours = open(
            path,
            OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .ok()
        .and_then(|found| FileIdentity::of(&File::from(found)).ok())
        .is_some_and(|found| FileIdentity::of(&self.file).is_ok_and(|ours| ours == found));
        if is_ours {
            let _ = rustix::fs::unlink(path);
        }
    }

    /// Waits until the data and the size are on the device.
    pub fn sync(&self) -> Result<()> {
        rustix::fs::fsync(&self.file).map_err(|errno| self.named(Error::system(errno, "fsync")))
    }
}

/// Opening a file for writing copies it up.
fn copy_up_of(access: Access, stat: &Stat) -> CopyUp {
    if access == Access::ReadWrite {
        CopyUp::default()
    } else {
        CopyUp::possible(stat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_mapped_is_refused_with_its_path() {
        for (path, message) in [
            (
                "/nowhere/at/all",
                "ENOENT: no such file or directory, open '/nowhere/at/all'",
            ),
            ("/", "EISDIR: illegal operation on a directory, open '/'"),
            ("/dev/null", "ENODEV: no such device, mmap '/dev/null'"),
        ] {
            let error = Storage::open(Path::new(path), Flags::Read, 0).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn anonymous_memory_grows_and_shrinks() {
        let storage = Storage::anonymous().unwrap();
        storage.grow(0, 1 << 40).unwrap();
        assert_eq!(storage.size().unwrap(), 1 << 40);
        storage.cut(5).unwrap();
        assert_eq!(storage.size().unwrap(), 5);
        assert_eq!(storage.path(), None);
    }
}
