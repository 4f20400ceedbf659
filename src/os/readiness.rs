//! Waiting for pipes and their like, which may keep a reader or a writer for ever.

use std::fs::File;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// What is to be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Read,
    Write,
}

/// Bytes that a pipe which can be written to takes without waiting.
pub const AT_ONCE: usize = libc::PIPE_BUF;

/// How long it may take until it is seen that nobody waits any more.
const BETWEEN_QUESTIONS: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// Sleeps until a file can be used without waiting, and says so; or that it was called off. A file that is on a disk always
/// can; one whose other end is gone can too, and the use of it says what happened.
///
/// # Errors
/// The system's.
pub fn wait(file: &File, usage: Use, is_called_off: &dyn Fn() -> bool) -> Result<bool> {
    let flags = match usage {
        Use::Read => PollFlags::IN,
        Use::Write => PollFlags::OUT,
    };
    while !is_called_off() {
        match poll(&mut [PollFd::new(file, flags)], Some(&BETWEEN_QUESTIONS)) {
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
        assert!(wait(&writer, Use::Write, &|| false).unwrap());
        writer.write_all(b"x").unwrap();
        assert!(wait(&reader, Use::Read, &|| false).unwrap());
        drop(writer);
        assert!(wait(&reader, Use::Read, &|| false).unwrap());
        let regular = File::open(std::env::current_exe().unwrap()).unwrap();
        assert!(wait(&regular, Use::Read, &|| false).unwrap());
    }

    #[test]
    fn a_silent_pipe_is_left_when_it_is_called_off() {
        let (reader, _writer) = pipe();
        let asked = Cell::new(0);
        let is_called_off = || {
            asked.set(asked.get() + 1);
            asked.get() > 2
        };
        assert!(!wait(&reader, Use::Read, &is_called_off).unwrap());
        assert_eq!(asked.get(), 3);
    }
}
