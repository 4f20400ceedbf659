//! Descriptors that a caller gives as numbers.
#![allow(
    unsafe_code,
    reason = "makes files of descriptors that a caller gives as numbers"
)]

use std::ffi::OsStr;
use std::fs::File;
use std::mem::ManuallyDrop;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::{Errno, FdFlags, fcntl_setfd};

use super::errno::result_of;
use super::identity;
use super::portable::{linux_only, or_fallback};
use super::process::descriptor_path;
use crate::error::{Error, Result};

/// Duplicates a descriptor.
///
/// # Errors
/// `EBADF` if the number is not an open descriptor.
pub fn duplicate(descriptor: i32) -> Result<File> {
    // SAFETY: fcntl takes any number, and answers EBADF if it is not a descriptor.
    let copy = unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, 0) };
    if copy < 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "fcntl"));
    }
    // SAFETY: the descriptor was just made, and nobody else owns it.
    Ok(unsafe { File::from_raw_fd(copy) })
}

/// Makes a descriptor refer to the file of another one. Its number stays the same. Locks on its old file are released.
pub fn replace(descriptor: &File, by: &File) -> Result<()> {
    let (from, to) = (by.as_raw_fd(), descriptor.as_raw_fd());
    let done = or_fallback(
        || duplicate_over(from, to),
        // A program that another thread starts between the two calls inherits the descriptor.
        || {
            // SAFETY: both descriptors are open. Nothing in this process refers to the old file but the descriptor.
            result_of(unsafe { libc::dup2(from, to) })?;
            fcntl_setfd(descriptor, FdFlags::CLOEXEC)
        },
    );
    done.map_err(|errno| Error::system(errno, "dup2"))
}

linux_only! {
    fn duplicate_over(from: i32, to: i32) -> Result<()> {
        // SAFETY: as in `replace`.
        result_of(unsafe { libc::dup3(from, to, libc::O_CLOEXEC) })
    }
}

/// Whether a file in memory has a seal that keeps it from shrinking. Only Linux has seals.
pub fn never_shrinks(file: &File) -> bool {
    or_fallback(|| has_seal(file), || Ok(false)).unwrap_or(false)
}

linux_only! {
    fn has_seal(file: &File) -> Result<bool> {
        use rustix::fs::{SealFlags, fcntl_get_seals};
        fcntl_get_seals(file).map(|seals| seals.contains(SealFlags::SHRINK))
    }
}

/// The path by which the kernel knows an open file. If the file was deleted, its last path. `None` if the kernel does not tell.
#[cfg(target_os = "macos")]
pub fn path_of(file: &File) -> Option<PathBuf> {
    let path = rustix::fs::getpath(file).ok()?;
    Some(PathBuf::from(OsStr::from_bytes(path.to_bytes())))
}

/// The path by which the kernel knows an open file. If the file was deleted, its last path. `None` if the kernel does not tell.
#[cfg(not(target_os = "macos"))]
pub fn path_of(file: &File) -> Option<PathBuf> {
    const DELETED: &[u8] = b" (deleted)";
    let link = std::fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd())).ok()?;
    let bytes = link.as_os_str().as_bytes();
    let path = match bytes.strip_suffix(DELETED) {
        // A file that exists may have a name with this ending, too.
        Some(path) if rustix::fs::fstat(file).is_ok_and(|stat| stat.st_nlink == 0) => path,
        _ => bytes,
    };
    path.starts_with(b"/")
        .then(|| PathBuf::from(OsStr::from_bytes(path)))
}

/// Borrows a descriptor of the caller for one call, and leaves it open.
///
/// # Errors
/// `EBADF` if the number is not an open descriptor.
pub fn borrow(descriptor: i32) -> Result<ManuallyDrop<File>> {
    // SAFETY: fcntl takes any number, and F_GETFD changes nothing.
    if unsafe { libc::fcntl(descriptor, libc::F_GETFD) } < 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "fcntl"));
    }
    // SAFETY: the descriptor is open, and ManuallyDrop does not close it.
    Ok(ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) }))
}

/// Opens a pipe a second time, with reads and writes that do not block. Other descriptors of the pipe are not affected. `None` if
/// the file is not a pipe, or cannot be opened.
pub fn open_nonblocking(file: &File) -> Option<File> {
    let access = fcntl_getfl(file).ok()? & OFlags::RWMODE;
    if !identity::is_pipe(file) {
        return None;
    }
    File::options()
        .read(access != OFlags::WRONLY)
        .write(access != OFlags::RDONLY)
        .custom_flags(libc::O_NONBLOCK)
        .open(descriptor_path("self", file.as_raw_fd())?)
        .ok()
}

/// Whether each write goes to the end of the file (`O_APPEND`).
pub fn appends(file: &File) -> Result<bool> {
    let flags = fcntl_getfl(file).map_err(|errno| Error::system(errno, "fcntl"))?;
    Ok(flags.contains(OFlags::APPEND))
}

/// Checks that a file was opened for reading and, if wanted, for writing.
pub fn require_access(file: &File, writing: bool) -> Result<()> {
    let flags = fcntl_getfl(file).map_err(|errno| Error::system(errno, "fcntl"))?;
    let access = flags & OFlags::RWMODE;
    if access == OFlags::WRONLY || (writing && access != OFlags::RDWR) {
        return Err(Error::system(Errno::ACCESS, "mmap"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{ErrorKind, Read, Write};
    use std::os::fd::OwnedFd;

    #[test]
    fn duplicate_and_borrow_of_a_number_that_is_not_open_are_ebadf() {
        for number in [-1, i32::MAX] {
            assert_eq!(duplicate(number).unwrap_err().code(), "EBADF");
            assert_eq!(borrow(number).err().unwrap().code(), "EBADF");
        }
    }

    #[test]
    fn open_nonblocking_of_a_pipe_does_not_block() {
        if super::super::portable::skips("a pipe is opened a second time through /proc") {
            return;
        }
        let (reader, writer) = std::io::pipe().unwrap();
        let (reader, writer) = [OwnedFd::from(reader), writer.into()].map(File::from).into();
        let mut reading = open_nonblocking(&reader).unwrap();
        let error = reading.read(&mut [0; 1]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        let mut writing = open_nonblocking(&writer).unwrap();
        writing.write_all(b"a").unwrap();
        assert_eq!(reading.read(&mut [0; 2]).unwrap(), 1);
        for file in [reader, writer] {
            assert!(!fcntl_getfl(&file).unwrap().contains(OFlags::NONBLOCK));
        }
        let regular = File::open(std::env::current_exe().unwrap()).unwrap();
        assert!(open_nonblocking(&regular).is_none());
    }

    #[test]
    fn require_access_beyond_how_the_file_was_opened_is_eacces() {
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        let copy = duplicate(file.as_raw_fd()).unwrap();
        assert!(require_access(&copy, false).is_ok());
        assert_eq!(require_access(&copy, true).unwrap_err().code(), "EACCES");
    }
}
