//! Reading files: at a position, and into mapped memory.
#![allow(unsafe_code, reason = "has the system write to mapped memory")]

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;

use rustix::event::PollFlags;
use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::{Errno, pread};

use super::readiness;
use crate::error::{Error, Result};
use crate::kernels::Region;

/// The most that Linux reads in one call: 2 GiB less a page. macOS refuses more than 2 GiB.
const READ_LIMIT: usize = 0x7FFF_F000;

/// Reads until a buffer is full or the file ends. Returns the number of bytes.
pub fn read_at(file: &File, buffer: &mut [u8], position: u64) -> Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match pread(file, &mut buffer[got..], position + got as u64) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(Error::system(errno, "read")),
        }
    }
    Ok(got)
}

/// The same for memory that others may write to meanwhile.
pub fn read_into(file: &File, into: Region<'_>, position: u64) -> Result<usize> {
    let mut got = 0;
    while got < into.len() {
        let rest = into.part(got, into.len() - got);
        // SAFETY: `rest` has that many writable bytes. The system answers EFAULT if it cannot write to them.
        let read = unsafe {
            libc::pread(
                file.as_raw_fd(),
                rest.as_mut_ptr().cast(),
                rest.len().min(READ_LIMIT),
                (position + got as u64) as libc::off_t,
            )
        };
        match read {
            0 => break,
            count @ 1.. => got += count as usize,
            _ => match io::Error::last_os_error() {
                error if error.kind() == ErrorKind::Interrupted => {}
                error => return Err(Error::io_on_memory(&error, "read")),
            },
        }
    }
    Ok(got)
}

/// Fills a region from the position of a file. Returns how many bytes were read: fewer if the file ends, the read fails, or it is
/// cancelled. A region of no bytes is read too, and fails if the file cannot be read.
///
/// A call that cannot be cancelled waits in the read itself, and fails if the file does not wait. Another one waits for the file to be
/// ready, but asks a file first whose reads do not wait: a FIFO that nobody ever wrote to is at its end, and never ready.
pub fn fill(file: &File, into: Region<'_>, is_cancelled: Option<&dyn Fn() -> bool>) -> (usize, Result<()>) {
    let mut done = 0;
    let mut is_ready = fcntl_getfl(file).is_ok_and(|flags| flags.contains(OFlags::NONBLOCK));
    loop {
        if let Some(is_cancelled) = is_cancelled.filter(|_| !is_ready) {
            match readiness::wait(file, PollFlags::IN, is_cancelled) {
                Ok(true) => {}
                stopped => return (done, stopped.map(drop)),
            }
        }
        let rest = into.part(done, into.len() - done);
        // SAFETY: `rest` has that many writable bytes. The system answers EFAULT if it cannot write to them.
        let read = unsafe {
            libc::read(
                file.as_raw_fd(),
                rest.as_mut_ptr().cast(),
                rest.len().min(READ_LIMIT),
            )
        };
        match read {
            0 => return (done, Ok(())),
            count @ 1.. => done += count as usize,
            _ => match io::Error::last_os_error() {
                error if error.kind() == ErrorKind::Interrupted => {}
                error if error.kind() == ErrorKind::WouldBlock && is_cancelled.is_some() => is_ready = false,
                error => return (done, Err(Error::io_on_memory(&error, "read"))),
            },
        }
        if done == into.len() {
            return (done, Ok(()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    fn fill_from_a_shorter_file_ends_at_its_end() {
        let file = crate::os::memory_file::scratch();
        file.write_all_at(b"abcdef", 0).unwrap();
        let mut room = [0u8; 8];
        let (count, done) = fill(&file, Region::of_mut(&mut room[..4]), None);
        assert_eq!((count, done.is_ok()), (4, true));
        let (count, done) = fill(&file, Region::of_mut(&mut room[4..]), None);
        assert_eq!((count, done.is_ok()), (2, true));
        assert_eq!(&room, b"abcdef\0\0");
        let (count, done) = fill(&File::open("/").unwrap(), Region::of_mut(&mut room), None);
        assert_eq!((count, done.unwrap_err().code().as_ref()), (0, "EISDIR"));
    }

    #[test]
    fn read_at_behind_the_end_reads_what_the_file_has() {
        let file = crate::os::memory_file::scratch();
        file.write_all_at(b"abcdef", 0).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(read_at(&file, &mut buffer, 1).unwrap(), 4);
        assert_eq!(&buffer, b"bcde");
        assert_eq!(read_at(&file, &mut buffer, 4).unwrap(), 2);
        assert_eq!(read_at(&file, &mut buffer, 9).unwrap(), 0);
    }
}
