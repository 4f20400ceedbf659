//! Which file a descriptor stands for, told so that another process can check it.

use std::fmt;
use std::fs::File;

use rustix::fs::{AtFlags, FileType, Stat, StatxFlags, fstat, fstatfs, statx};

use crate::error::{Error, Result};

/// Device, inode and, where the file system knows it, the time of birth: an inode number is used again, a birth is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileIdentity(String);

impl FileIdentity {
    pub fn of(file: &File) -> Result<Self> {
        let mask = StatxFlags::INO | StatxFlags::BTIME;
        let stat =
            statx(file, c"", AtFlags::EMPTY_PATH, mask).map_err(|errno| Error::system(errno, "statx"))?;
        let birth = if stat.stx_mask & StatxFlags::BTIME.bits() != 0 {
            format!("{}.{:09}", stat.stx_btime.tv_sec, stat.stx_btime.tv_nsec)
        } else {
            String::from("unknown")
        };
        Ok(FileIdentity(format!(
            "{}:{}:{}:{birth}",
            stat.stx_dev_major, stat.stx_dev_minor, stat.stx_ino
        )))
    }

    pub fn from_text(text: &str) -> Self {
        FileIdentity(text.to_owned())
    }
}

impl fmt::Display for FileIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a file is one of those that memory stands for: of a memfd, of shared memory, of a tmpfs.
pub fn is_in_memory(file: &File) -> bool {
    const TMPFS: u64 = 0x0102_1994;
    fstatfs(file).is_ok_and(|system| system.f_type as u64 == TMPFS)
}

/// Whether a file is one of overlayfs, which shows those of several layers.
pub fn is_on_overlay(file: &File) -> bool {
    const OVERLAYFS: u64 = 0x794c_7630;
    fstatfs(file).is_ok_and(|system| system.f_type as u64 == OVERLAYFS)
}

/// Whether a file is a pipe, with a name or without.
pub fn is_pipe(file: &File) -> bool {
    fstat(file).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Fifo)
}

/// Refuses what cannot be mapped, with the error the system has for it; gives what the system says of the rest.
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
    fn one_file_has_one_identity_and_two_have_two() {
        let make =
            || File::from(rustix::fs::memfd_create("identity", rustix::fs::MemfdFlags::CLOEXEC).unwrap());
        let (one, other) = (make(), make());
        let identity = FileIdentity::of(&one).unwrap();
        assert_eq!(identity, FileIdentity::of(&one.try_clone().unwrap()).unwrap());
        assert_eq!(identity, FileIdentity::from_text(&identity.to_string()));
        assert_ne!(identity, FileIdentity::of(&other).unwrap());
    }

    #[test]
    fn only_regular_files_can_be_mapped() {
        assert!(require_regular(&File::open("/proc/self/exe").unwrap()).is_ok());
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
