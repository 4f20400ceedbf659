//! Locks on one byte of a file, between open file descriptions (`F_OFD_SETLK`). So two descriptors of one process exclude each
//! other, too, and the kernel releases a lock when its description is closed, at the latest at the end of the process.

#![allow(
    unsafe_code,
    reason = "rustix has only the locks of processes, which a close of any descriptor of the file releases"
)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::fd::AsRawFd;

use rustix::fs::stat;
use rustix::io::{Errno, retry_on_intr};

use super::errno::result_of;
use super::{identity, portable};
use crate::error::{Error, Result};

/// The byte that appends lock. It is behind the end of any file, so the lock covers no data. Other programs lock it too, by the number
/// in docs/durability.md.
pub const APPENDS: i64 = 1 << 62;

/// The byte that arrays lock for reading while their file is reserved, so that many of them may. Readers of the file ask for it.
pub const RESERVATIONS: i64 = APPENDS + 1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The lock is ours.
    Locked,
    /// Another description, or another process, has a lock on the byte.
    Held,
    /// The system, or the file system, has no such locks.
    Unsupported,
}

/// Tries to lock a byte for writing: no other description may lock it. The file must be open for writing.
///
/// # Errors
/// The system's.
pub fn try_lock(file: &File, byte: i64) -> Result<Attempt> {
    try_lock_as(libc::F_WRLCK as i16, file, byte)
}

/// Tries to lock a byte for reading: other descriptions may lock it for reading, too. The file must be open for reading.
///
/// # Errors
/// The system's.
pub fn try_lock_shared(file: &File, byte: i64) -> Result<Attempt> {
    try_lock_as(libc::F_RDLCK as i16, file, byte)
}

fn try_lock_as(kind: i16, file: &File, byte: i64) -> Result<Attempt> {
    match retry_on_intr(|| control(file, libc::F_OFD_SETLK, &mut lock_of(kind, byte))) {
        Ok(()) => Ok(Attempt::Locked),
        Err(Errno::AGAIN | Errno::ACCESS) => Ok(Attempt::Held),
        // gVisor and kernels before 3.15 do not know the command: EINVAL. File systems have their own ways to say no.
        Err(errno) if portable::is_refusal(errno) || [Errno::INVAL, Errno::NOLCK].contains(&errno) => {
            Ok(Attempt::Unsupported)
        }
        // Two names of one number on Linux, but not on macOS.
        Err(errno) if [Errno::OPNOTSUPP, Errno::NOTSUP].contains(&errno) => Ok(Attempt::Unsupported),
        Err(errno) => Err(Error::system(errno, "fcntl")),
    }
}

/// Releases the lock. A failure leaves nothing to do: the lock ends with its description.
pub fn unlock(file: &File, byte: i64) {
    let _ = control(file, libc::F_OFD_SETLK, &mut lock_of(libc::F_UNLCK as i16, byte));
}

/// Whether another description has locked a byte, for reading or writing. Asks for a write lock, because a lock for reading conflicts with
/// no other one for reading. Any descriptor may ask. `false` if the system, or the file system, has no such locks.
pub fn is_locked(file: &File, byte: i64) -> bool {
    let mut found = lock_of(libc::F_WRLCK as i16, byte);
    let asked = retry_on_intr(|| control(file, libc::F_OFD_GETLK, &mut found));
    asked.is_ok() && found.l_type != libc::F_UNLCK as i16
}

/// The process that has a lock on a byte. `None` if the system does not tell, or if the lock has just been released.
pub fn holder(file: &File, byte: i64) -> Option<u32> {
    let mut found = lock_of(libc::F_WRLCK as i16, byte);
    control(file, libc::F_OFD_GETLK, &mut found).ok()?;
    if found.l_type == libc::F_UNLCK as i16 {
        return None;
    }
    // Only locks of processes have a number. A lock of a description has -1.
    match u32::try_from(found.l_pid) {
        Ok(pid) => (pid > 0).then_some(pid),
        Err(_) => search(file, byte).ok().flatten(),
    }
}

/// Searches the descriptors of all processes for the lock. Those of other users cannot be read.
fn search(file: &File, byte: i64) -> io::Result<Option<u32>> {
    if portable::is_forced() {
        return Ok(None);
    }
    for process in fs::read_dir("/proc")? {
        let Some(pid) = number(&process?.file_name()) else {
            continue;
        };
        let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fdinfo")) else {
            continue;
        };
        for descriptor in descriptors.flatten() {
            let is_locked = fs::read_to_string(descriptor.path())
                .is_ok_and(|facts| facts.lines().any(|line| is_lock_on(line, byte)));
            let Some(descriptor) = number(&descriptor.file_name()).filter(|_| is_locked) else {
                continue;
            };
            if stat(format!("/proc/{pid}/fd/{descriptor}")).is_ok_and(|found| identity::is_of(file, &found)) {
                return Ok(Some(pid));
            }
        }
    }
    Ok(None)
}

fn number(name: &OsStr) -> Option<u32> {
    name.to_str()?.parse().ok()
}

/// Whether a line such as `lock: 1: OFDLCK ADVISORY WRITE -1 00:2b:77 4611686018427387904 EOF` tells of a lock on a byte.
fn is_lock_on(line: &str, byte: i64) -> bool {
    let mut words = line.split_whitespace();
    if words.next() != Some("lock:") || words.nth(1) != Some("OFDLCK") {
        return false;
    }
    let mut bounds = words.skip(4).map(|word| word.parse::<i64>());
    let (start, end) = (bounds.next(), bounds.next());
    // The last byte is EOF if there is no end.
    start.is_some_and(|start| start.is_ok_and(|start| start <= byte))
        && end.is_some_and(|end| end.is_ok_and(|end| byte <= end) || line.ends_with("EOF"))
}

fn lock_of(kind: i16, byte: i64) -> libc::flock {
    // SAFETY: all zeros is a valid value of this structure.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = kind;
    lock.l_whence = libc::SEEK_SET as i16;
    lock.l_start = byte;
    lock.l_len = 1;
    lock
}

fn control(file: &File, command: i32, lock: &mut libc::flock) -> rustix::io::Result<()> {
    // SAFETY: the descriptor is open, and these commands read and write one such structure.
    result_of(unsafe { libc::fcntl(file.as_raw_fd(), command, std::ptr::from_mut(lock)) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::memory_file::scratch;
    use crate::os::reopen::reopen;
    use rustix::fs::OFlags;
    use std::path::Path;

    /// Two descriptions of one file, of each kind that arrays have. A named file has no name afterwards.
    fn pairs() -> Vec<(&'static str, File, File)> {
        let named = |directory: &Path| {
            let path = directory.join(format!("mmap-array-byte-lock-{}", std::process::id()));
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(false);
            let pair = (options.open(&path).unwrap(), options.open(&path).unwrap());
            fs::remove_file(&path).unwrap();
            pair
        };
        let mut pairs = Vec::new();
        let (one, other) = named(&std::env::temp_dir());
        pairs.push(("a file", one, other));
        if Path::new("/dev/shm").is_dir() {
            let (one, other) = named(Path::new("/dev/shm"));
            pairs.push(("/dev/shm", one, other));
        }
        if !portable::skips("memory without a name is a memfd") {
            let one = scratch();
            let other = reopen(&one, OFlags::RDWR, None).unwrap();
            pairs.push(("a memfd", one, other));
        }
        pairs
    }

    #[test]
    fn lock_of_a_byte_excludes_other_descriptions_of_each_kind_of_file() {
        for (kind, one, other) in pairs() {
            assert_eq!(try_lock(&one, APPENDS).unwrap(), Attempt::Locked, "{kind}");
            assert_eq!(try_lock(&other, APPENDS).unwrap(), Attempt::Held, "{kind}");
            assert_eq!(try_lock(&other, APPENDS + 1).unwrap(), Attempt::Locked, "{kind}");
            // A duplicate has the same description, so its lock is the same.
            let duplicate = one.try_clone().unwrap();
            assert_eq!(try_lock(&duplicate, APPENDS).unwrap(), Attempt::Locked, "{kind}");
            drop(duplicate);
            assert_eq!(try_lock(&other, APPENDS).unwrap(), Attempt::Held, "{kind}");
            unlock(&one, APPENDS);
            assert_eq!(try_lock(&other, APPENDS).unwrap(), Attempt::Locked, "{kind}");
            drop(other);
            assert_eq!(try_lock(&one, APPENDS).unwrap(), Attempt::Locked, "{kind}");
        }
    }

    #[test]
    fn is_locked_sees_locks_for_reading_of_other_descriptions() {
        for (kind, one, other) in pairs() {
            assert!(!is_locked(&other, RESERVATIONS), "{kind}");
            for file in [&one, &other] {
                assert_eq!(
                    try_lock_shared(file, RESERVATIONS).unwrap(),
                    Attempt::Locked,
                    "{kind}"
                );
            }
            let asking = reopen(&one, OFlags::RDONLY, None).unwrap();
            assert!(is_locked(&asking, RESERVATIONS), "{kind}");
            assert!(!is_locked(&asking, APPENDS), "{kind}");
            unlock(&one, RESERVATIONS);
            assert!(is_locked(&asking, RESERVATIONS), "{kind}");
            drop(other);
            assert!(!is_locked(&asking, RESERVATIONS), "{kind}");
        }
    }

    #[test]
    fn lock_of_a_byte_and_flock_do_not_conflict() {
        use rustix::fs::{FlockOperation, flock};
        for (kind, one, other) in pairs() {
            flock(&other, FlockOperation::NonBlockingLockExclusive).unwrap();
            assert_eq!(try_lock(&one, APPENDS).unwrap(), Attempt::Locked, "{kind}");
        }
    }

    #[test]
    fn holder_is_the_process_that_has_the_lock() {
        for (kind, one, other) in pairs() {
            assert_eq!(holder(&other, APPENDS), None, "{kind}");
            try_lock(&one, APPENDS).unwrap();
            let expected = (!portable::is_forced()).then(std::process::id);
            assert_eq!(holder(&other, APPENDS), expected, "{kind}");
        }
    }

    #[test]
    fn is_lock_on_finds_the_byte_within_the_bounds() {
        let line = |bounds: &str| format!("lock:\t1: OFDLCK ADVISORY  WRITE -1 00:2b:77 {bounds}");
        for (bounds, expected) in [
            ("5 5", true),
            ("0 EOF", true),
            ("6 EOF", false),
            ("0 4", false),
            ("", false),
        ] {
            assert_eq!(is_lock_on(&line(bounds), 5), expected, "{bounds}");
        }
        assert!(!is_lock_on(
            "lock:\t1: FLOCK  ADVISORY  WRITE 9 00:2b:77 0 EOF",
            5
        ));
        assert!(!is_lock_on("flags:\t02", 5));
    }

    #[test]
    fn lock_through_a_descriptor_for_reading_is_ebadf() {
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        assert_eq!(try_lock(&file, APPENDS).unwrap_err().code(), "EBADF");
    }
}
