//! The identity of a process, which tells it from a later one with the same number, and the paths of its descriptors.

#![cfg_attr(target_os = "macos", allow(unsafe_code, reason = "asks with a C call"))]

use std::fmt::Display;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::portable;
use crate::error::{Error, Result};

/// The process number and the start time in the kernel's clock ticks. The time is 0 if the system does not tell it. Then the number
/// alone is compared; that is safe, because callers compare the file, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    pub pid: u32,
    pub started: u64,
}

/// The path of a descriptor of a process, by its number or `self`. `None` if fallbacks are forced.
pub fn descriptor_path(process: impl Display, descriptor: i32) -> Option<PathBuf> {
    (!portable::is_forced()).then(|| PathBuf::from(format!("/proc/{process}/fd/{descriptor}")))
}

impl ProcessIdentity {
    /// This process.
    ///
    /// # Errors
    /// The system's, such as `EMFILE`. Then the next call tries again.
    pub fn own() -> Result<Self> {
        static OWN: OnceLock<ProcessIdentity> = OnceLock::new();
        let pid = std::process::id();
        // A process made by fork() without exec has its parent's identity in memory.
        if let Some(own) = OWN.get().filter(|own| own.pid == pid) {
            return Ok(*own);
        }
        let own = match started("self") {
            Err(error) if error.kind() == ErrorKind::NotFound => ProcessIdentity { pid, started: 0 },
            started => ProcessIdentity {
                pid,
                started: started.map_err(|error| Error::io(&error, "open"))?,
            },
        };
        // Fails if another thread was faster, or in a forked process, which keeps its parent's.
        let _ = OWN.set(own);
        Ok(own)
    }

    /// A process by its number. `None` if it is not running.
    pub fn of(pid: u32) -> Option<Self> {
        let started = started(&pid.to_string()).ok()?;
        Some(ProcessIdentity { pid, started })
    }
}

/// The start time of a process, by its number.
#[cfg(target_os = "macos")]
fn started(process: &str) -> std::io::Result<u64> {
    if portable::is_asked_for() {
        return Err(ErrorKind::NotFound.into());
    }
    let number = if process == "self" {
        std::process::id()
    } else {
        process.parse().unwrap_or(0)
    };
    let number = i32::try_from(number).map_err(|_| ErrorKind::NotFound)?;
    // SAFETY: all zeros is a valid value of this structure.
    let mut facts: libc::proc_bsdinfo = unsafe { std::mem::zeroed() };
    let size = size_of_val(&facts) as i32;
    let into = std::ptr::from_mut(&mut facts).cast();
    // SAFETY: the system writes at most `size` bytes, which the structure has.
    let done = unsafe { libc::proc_pidinfo(number, libc::PROC_PIDTBSDINFO, 0, into, size) };
    if done != size {
        return Err(std::io::Error::last_os_error());
    }
    Ok(facts.pbi_start_tvsec * 1_000_000 + facts.pbi_start_tvusec)
}

/// The start time of a process, from `/proc`.
#[cfg(not(target_os = "macos"))]
fn started(process: &str) -> std::io::Result<u64> {
    if portable::is_forced() {
        return Err(ErrorKind::NotFound.into());
    }
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let no_stat = || std::io::Error::from_raw_os_error(libc::EIO);
    // The second field is the name of the program in parentheses. The name may contain any characters.
    let (_, rest) = stat.rsplit_once(") ").ok_or_else(no_stat)?;
    // Field 22 of the line; `rest` begins at field 3.
    let started = rest.split(' ').nth(19).and_then(|field| field.parse().ok());
    started.ok_or_else(no_stat)
}

/// The PID namespace of this process. A container has its own, in which the number of a process refers to another process. `None` if
/// the system does not tell.
pub fn pid_namespace() -> Option<u64> {
    std::fs::metadata("/proc/self/ns/pid")
        .ok()
        .map(|found| found.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_this_process_is_own_and_of_another_is_not() {
        let own = ProcessIdentity::own().unwrap();
        if portable::skips("the time of a start is known from /proc") {
            return;
        }
        assert_eq!(ProcessIdentity::of(own.pid), Some(own));
        assert!(own.started > 0);
        assert_eq!(ProcessIdentity::of(u32::MAX), None);
    }
}
