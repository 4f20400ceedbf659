//! Waiting for pipes and similar files, which may keep a reader or a writer for ever.

use std::fs::File;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// Bytes that a pipe which can be written to takes without waiting.
pub const AT_ONCE: usize = libc::PIPE_BUF;

const POLL_INTERVAL: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// Waits until a file can be read (`IN`) or written to (`OUT`) without waiting, and says so; false if it is cancelled. A file on a disk
/// always can. So can a pipe whose other end is closed: the use of it says what happened.
///
/// # Errors
/// The system's.
pub fn wait(file: &File, usage: PollFlags, is_cancelled: &dyn Fn() -> bool) -> Result<bool> {
    while !is_cancelled() {
        match poll(&mut [PollFd::new(file, usage)], Some(&POLL_INTERVAL)) {
            Ok(0) | Err(Errno::INTR) => {}
            Ok(_) => return Ok(true),
            Err(errno) => return Err(Error::system(errno, "poll")),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::io::Write;

    fn pipe() -> (File, File) {
        let (reader, writer) = rustix::pipe::pipe().unwrap();
        (File::from(reader), File::from(writer))
    }

    #[test]
    fn what_can_be_read_or_written_is_no_wait() {
        let (reader, mut writer) = pipe();
        assert!(wait(&writer, PollFlags::OUT, &|| false).unwrap());
        writer.write_all(b"x").unwrap();
        assert!(wait(&reader, PollFlags::IN, &|| false).unwrap());
        drop(writer);
        assert!(wait(&reader, PollFlags::IN, &|| false).unwrap());
        let regular = File::open(std::env::current_exe().unwrap()).unwrap();
        assert!(wait(&regular, PollFlags::IN, &|| false).unwrap());
    }

    #[test]
    fn a_silent_pipe_is_left_when_it_is_cancelled() {
        let (reader, _writer) = pipe();
        let asked = Cell::new(0);
        let is_cancelled = || {
            asked.set(asked.get() + 1);
            asked.get() > 2
        };
        assert!(!wait(&reader, PollFlags::IN, &is_cancelled).unwrap());
        assert_eq!(asked.get(), 3);
    }
}
