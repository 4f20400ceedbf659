//! The identity of a file, in a form that another process can compare.

use std::fmt;
use std::fs::File;

use rustix::fs::{FileType, Stat, fstat, fstatfs};

use super::portable::{linux_only, or_fallback};
use crate::error::{Error, Result};

/// Device, inode and, if the system tells it, the time of birth, because inode numbers are used again. The time is not compared if one
/// side does not know it.
#[derive(Clone, Debug)]
pub struct FileIdentity(String);

const UNKNOWN_BIRTH: &str = "unknown";

impl FileIdentity {
    pub fn of(file: &File) -> Result<Self> {
        or_fallback(|| by_statx(file), || fstat(file).map(|stat| Self::by_stat(&stat)))
            .map_err(|errno| Error::system(errno, "fstat"))
    }

    /// The identity as `stat` tells it: on macOS with the time of birth, on Linux without.
    pub fn by_stat(stat: &Stat) -> Self {
        let (major, minor) = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
        #[cfg(target_os = "macos")]
        let birth = format!("{}.{:09}", stat.st_birthtime, stat.st_birthtime_nsec);
        #[cfg(not(target_os = "macos"))]
        let birth = UNKNOWN_BIRTH;
        FileIdentity(format!("{major}:{minor}:{}:{birth}", stat.st_ino))
    }

    pub fn from_text(text: &str) -> Self {
        FileIdentity(text.to_owned())
    }
}

linux_only! {
    fn by_statx(file: &File) -> Result<FileIdentity> {
        use rustix::fs::{AtFlags, StatxFlags, statx};
        let mask = StatxFlags::INO | StatxFlags::BTIME;
        let stat = statx(file, c"", AtFlags::EMPTY_PATH, mask)?;
        let birth = if stat.stx_mask & StatxFlags::BTIME.bits() != 0 {
            format!("{}.{:09}", stat.stx_btime.tv_sec, stat.stx_btime.tv_nsec)
        } else {
            String::from(UNKNOWN_BIRTH)
        };
        Ok(FileIdentity(format!(
            "{}:{}:{}:{birth}",
            stat.stx_dev_major, stat.stx_dev_minor, stat.stx_ino
        )))
    }
}

impl PartialEq for FileIdentity {
    fn eq(&self, other: &Self) -> bool {
        match (self.0.rsplit_once(':'), other.0.rsplit_once(':')) {
            (Some((file, birth)), Some((other_file, other_birth))) => {
                let is_unknown = [birth, other_birth].contains(&UNKNOWN_BIRTH);
                file == other_file && (is_unknown || birth == other_birth)
            }
            _ => self.0 == other.0,
        }
    }
}

impl Eq for FileIdentity {}

impl fmt::Display for FileIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether two open files are the same. Inode numbers of open files are not used again.
pub fn are_same(one: &File, other: &File) -> bool {
    fstat(other).is_ok_and(|other| is_of(one, &other))
}

/// Whether the `stat` of a path describes an open file.
pub fn is_of(file: &File, found: &Stat) -> bool {
    fstat(file).is_ok_and(|stat| (stat.st_dev, stat.st_ino) == (found.st_dev, found.st_ino))
}

/// Whether a file is in memory: a memfd, shared memory, or a file on tmpfs.
pub fn is_in_memory(file: &File) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    fstatfs(file).is_ok_and(|system| system.f_type as u64 == TMPFS)
}

/// Whether a file is on overlayfs, which shows the files of several layers.
pub fn is_on_overlay(file: &File) -> bool {
    const OVERLAYFS: u64 = 0x794c_7630;
    fstatfs(file).is_ok_and(|system| system.f_type as u64 == OVERLAYFS)
}

/// Whether a file is a pipe or a FIFO.
pub fn is_pipe(file: &File) -> bool {
    fstat(file).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo)
}

pub fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

/// Checks that a file can be mapped. Returns its `stat`.
///
/// # Errors
/// `EISDIR` for a directory, `ENODEV` for all else that is not a regular file.
pub fn require_regular(file: &File) -> Result<Stat> {
    let stat = fstat(file).map_err(|errno| Error::system(errno, "fstat"))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok(stat),
        FileType::Directory => Err(Error::system(rustix::io::Errno::ISDIR, "open")),
        _ => Err(Error::system(rustix::io::Errno::NODEV, "mmap")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_file_is_equal_and_of_two_files_is_not() {
        let make = || crate::os::memory_file::scratch();
        let (one, other) = (make(), make());
        let identity = FileIdentity::of(&one).unwrap();
        assert_eq!(identity, FileIdentity::of(&one.try_clone().unwrap()).unwrap());
        assert_eq!(identity, FileIdentity::from_text(&identity.to_string()));
        assert_ne!(identity, FileIdentity::of(&other).unwrap());
    }

    #[test]
    fn eq_of_an_identity_without_a_birth_ignores_the_birth() {
        if crate::os::portable::skips("statx tells the birth") {
            return;
        }
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        let without = FileIdentity::by_stat(&fstat(&file).unwrap());
        assert_eq!(without, by_statx(&file).unwrap());
        let other = FileIdentity::by_stat(&fstat(File::open("/").unwrap()).unwrap());
        assert_ne!(without, other);
        let [one, two] = ["1:2:3:4.5", "1:2:3:6.7"].map(FileIdentity::from_text);
        assert_ne!(one, two);
    }

    #[test]
    fn require_regular_of_other_files_fails() {
        assert!(require_regular(&File::open(std::env::current_exe().unwrap()).unwrap()).is_ok());
        assert_eq!(
            require_regular(&File::open("/").unwrap()).unwrap_err().code(),
            "EISDIR"
        );
        assert_eq!(
            require_regular(&File::open("/dev/null").unwrap())
                .unwrap_err()
                .code(),
            "ENODEV"
        );
    }
}
