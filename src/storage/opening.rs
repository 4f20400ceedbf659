//! Opening a storage: by a path, by a descriptor, by a handle, or as new memory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use rustix::fs::{Mode, OFlags, RawMode, Stat, lstat, open, unlink};
use rustix::io::Errno;

use super::copy_up::CopyUp;
use super::{Access, Flags, Storage};
use crate::error::{Error, Result};
use crate::os::identity::{self, FileIdentity};
use crate::os::memory_file::{self, TemporaryName};
use crate::os::write::Appender;
use crate::os::{descriptor, reopen, size};

impl Storage {
    /// Opens a file. `mode` is used if the call creates it.
    pub fn open(path: &Path, flags: Flags, mode: u32) -> Result<Storage> {
        let (file, stat) = open_regular(path, flags.open_flags(), mode)?;
        let storage = Storage {
            path: Some(path.to_owned()),
            ..Storage::of(file, stat.st_size as u64, copy_up_of(flags.access(), &stat))
        };
        storage.prepare_appends(flags.access());
        Ok(storage)
    }

    /// Uses a duplicate of a descriptor of the caller.
    ///
    /// # Errors
    /// `EBADF`; `EACCES` if it was not opened for the access that `flags` needs; `OutOfRange` for `wx+`.
    pub fn from_descriptor(descriptor: i32, flags: Flags) -> Result<Storage> {
        if flags == Flags::CreateNew {
            let others = ["r", "r+", "w+", "a+", "c"];
            return Err(Error::not_one_of("options.flags", others, flags.as_str()));
        }
        let mut file = descriptor::duplicate(descriptor)?;
        descriptor::require_access(&file, flags.access() == Access::ReadWrite)?;
        let mut stat = identity::require_regular(&file)?;
        if flags.access() == Access::ReadWrite && descriptor::appends(&file)? {
            // With O_APPEND all writes would go to the end of the file.
            file = reopen::reopen(&file, OFlags::RDWR, None)?;
        } else if flags.access() == Access::ReadWrite && stat.st_nlink == 0 && identity::is_in_memory(&file) {
            // The system reports no writes through the descriptor that made the memory to watchers of it.
            file = reopen::reopen(&file, OFlags::RDWR, None).unwrap_or(file);
        }
        if flags == Flags::CreateOrTruncate {
            size::set(&file, 0)?;
            stat.st_size = 0;
        }
        let storage = Storage::of(file, stat.st_size as u64, copy_up_of(flags.access(), &stat));
        storage.prepare_appends(flags.access());
        Ok(storage)
    }

    /// Opens a path of another process, or a link in `/proc` to its descriptor, if it still leads to the same file. Creates nothing.
    /// Checks the file before it opens it, because opening a device or a FIFO may have effects.
    pub fn reopen(
        link: &Path,
        identity: &FileIdentity,
        access: Access,
        path: Option<PathBuf>,
    ) -> Result<Option<Storage>> {
        let temporary = path.as_deref().and_then(TemporaryName::of);
        if temporary.as_ref().is_some_and(|name| !name.is_alive()) {
            return Ok(None);
        }
        let Some(file) = reopen::open_if_identical(link, identity, access.open_flags())? else {
            return Ok(None);
        };
        let stat = identity::require_regular(&file)?;
        let storage = Storage {
            path: path.filter(|_| temporary.is_none()),
            temporary,
            ..Storage::of(file, stat.st_size as u64, copy_up_of(access, &stat))
        };
        storage.prepare_appends(access);
        Ok(Some(storage))
    }

    /// Makes new memory without a name.
    pub fn anonymous() -> Result<Storage> {
        let (file, temporary) = memory_file::create()?;
        Ok(Storage {
            nameless: temporary.is_none(),
            temporary,
            exposed: AtomicBool::new(false),
            ..Storage::of(file, 0, CopyUp::default())
        })
    }

    fn prepare_appends(&self, access: Access) {
        if access == Access::ReadWrite {
            self.appender.prepare(&self.file, &|flags| self.reopened(flags));
        }
    }

    fn of(file: File, opening_size: u64, copy_up: CopyUp) -> Storage {
        Storage {
            copy_up,
            opening_size,
            file,
            path: None,
            nameless: false,
            temporary: None,
            exposed: AtomicBool::new(true),
            appender: Appender::default(),
        }
    }

    /// Removes the file that `wx+` has just created, after a failure, unless its name now leads to another file.
    pub fn undo(&self, flags: Flags) {
        let Some(path) = self.path.as_ref().filter(|_| flags == Flags::CreateNew) else {
            return;
        };
        if lstat(path).is_ok_and(|found| identity::is_of(&self.file, &found)) {
            let _ = unlink(path);
        }
    }
}

/// A file that was opened for writing is in the upper layer already.
fn copy_up_of(access: Access, stat: &Stat) -> CopyUp {
    if access == Access::ReadWrite {
        CopyUp::default()
    } else {
        CopyUp::possible(stat)
    }
}

fn open_regular(path: &Path, flags: OFlags, mode: u32) -> Result<(File, Stat)> {
    // Without NONBLOCK, opening a FIFO would wait for its other end.
    let flags = flags | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let named = |error: Error| error.at_path(&path.to_string_lossy());
    let file = loop {
        match open(path, flags, Mode::from_raw_mode(mode as RawMode)) {
            Err(Errno::INTR) => {}
            // The path leads to a FIFO or a socket.
            Err(Errno::NXIO) => return Err(named(Error::system(Errno::NODEV, "mmap"))),
            Err(errno) => return Err(named(Error::system(errno, "open"))),
            Ok(descriptor) => break File::from(descriptor),
        }
    };
    let stat = identity::require_regular(&file).map_err(named)?;
    Ok((file, stat))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_of_a_file_that_cannot_be_mapped_fails_with_its_path() {
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
}
