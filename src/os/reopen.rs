//! Opening a file a second time, to get a descriptor with its own position, flags and locks.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;

use rustix::fs::{Mode, OFlags, open, stat};
use rustix::io::{Errno, retry_on_intr};

use super::identity::{self, FileIdentity};
use super::portable::linux_only;
use super::process::descriptor_path;
use super::{descriptor, portable};
use crate::error::{Error, Result};

/// Opens the file of a descriptor again: through `/proc`, or else by the path that was given or that the system tells, if it still leads
/// to that file.
///
/// # Errors
/// The system's; `UnsupportedRuntime` if neither leads to the file.
pub fn reopen(file: &File, flags: OFlags, path: Option<&Path>) -> Result<File> {
    if let Some(link) = descriptor_path("self", file.as_raw_fd())
        && let Some(reopened) = opened(&link, flags)?
    {
        return Ok(reopened);
    }
    for path in [path.map(Path::to_owned), descriptor::path_of(file)]
        .into_iter()
        .flatten()
    {
        if let Some(reopened) = opened(&path, flags)?
            && identity::are_same(file, &reopened)
        {
            return Ok(reopened);
        }
    }
    Err(Error::UnsupportedRuntime {
        feature: "/proc, which is needed to open a file without a name a second time",
    })
}

/// Opens a path, if it leads to the regular file with an identity. Opens nothing else, because opening a device or a FIFO may have
/// effects. The fallback can only check first and open afterwards.
///
/// # Errors
/// The system's.
pub fn open_if_identical(path: &Path, identity: &FileIdentity, flags: OFlags) -> Result<Option<File>> {
    if portable::is_forced() {
        let found = stat(path).map_err(|errno| failure(errno, path))?;
        if !identity::is_regular(&found) || FileIdentity::by_stat(&found) != *identity {
            return Ok(None);
        }
        let file = opened(path, flags)?.ok_or_else(|| failure(Errno::NOENT, path))?;
        return Ok((FileIdentity::of(&file)? == *identity).then_some(file));
    }
    let found = open_path(path).map_err(|errno| failure(errno, path))?;
    if FileIdentity::of(&found)? != *identity {
        return Ok(None);
    }
    identity::require_regular(&found)?;
    reopen(&found, flags, Some(path)).map(Some)
}

linux_only! {
    fn open_path(path: &Path) -> Result<File> {
        retry_on_intr(|| open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())).map(File::from)
    }
}

/// Opens a path. `None` if it does not exist.
fn opened(path: &Path, flags: OFlags) -> Result<Option<File>> {
    // Without NONBLOCK, opening a FIFO would wait for its other end.
    let flags = flags | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    match retry_on_intr(|| open(path, flags, Mode::empty())) {
        Ok(descriptor) => Ok(Some(File::from(descriptor))),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(errno) => Err(failure(errno, path)),
    }
}

fn failure(errno: Errno, path: &Path) -> Error {
    Error::system(errno, "open").at_path(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reopen_by_a_path_that_leads_to_another_file_fails() {
        let path = std::env::temp_dir().join(format!("mmap-array-reopen-{}", std::process::id()));
        let file = File::create(&path).unwrap();
        let reopened = reopen(&file, OFlags::RDONLY, Some(&path)).unwrap();
        assert!(identity::are_same(&file, &reopened));
        std::fs::remove_file(&path).unwrap();
        let other = File::create(&path).unwrap();
        match reopen(&file, OFlags::RDONLY, Some(&path)) {
            Ok(reopened) => {
                assert!(identity::are_same(&file, &reopened) && !identity::are_same(&other, &reopened))
            }
            Err(error) => assert_eq!(error.code(), "ERR_UNSUPPORTED_RUNTIME"),
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn open_if_identical_of_another_file_is_none() {
        let path = std::env::temp_dir().join(format!("mmap-array-if-{}", std::process::id()));
        let file = File::create(&path).unwrap();
        let identity = FileIdentity::of(&file).unwrap();
        let opened = |path: &Path| open_if_identical(path, &identity, OFlags::RDONLY);
        assert!(identity::are_same(&file, &opened(&path).unwrap().unwrap()));
        assert!(opened(Path::new("/")).unwrap().is_none());
        assert!(opened(Path::new("/dev/null")).unwrap().is_none());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(opened(&path).unwrap_err().code(), "ENOENT");
    }
}
