//! Which process this is, told so that a later one with the same number is not taken for it; and the way to its descriptors.

#![cfg_attr(target_os = "macos", allow(unsafe_code, reason = "asks with a C call"))]

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::portable;
use crate::error::{Error, Result};

/// Number of the process and the kernel's clock tick it was started at, or 0 if the system does not tell it. Who relies on the number
/// alone compares the file too, so no harm comes of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    pub pid: u32,
    pub started: u64,
}

/// What leads to a descriptor of another process; `None` if fallbacks are forced.
pub fn descriptor_path(pid: u32, descriptor: i32) -> Option<PathBuf> {
    (!portable::is_forced()).then(|| PathBuf::from(format!("/proc/{pid}/fd/{descriptor}")))
}

impl ProcessIdentity {
    /// This process.
    ///
    /// # Errors
    /// The system's, `EMFILE` above all: then it is asked again the next time.
    pub fn own() -> Result<Self> {
        static OWN: OnceLock<ProcessIdentity> = OnceLock::new();
        let pid = std::process::id();
        // A process made by fork() without exec has its parent's answer in memory.
        if let Some(known) = OWN.get().filter(|known| known.pid == pid) {
            return Ok(*known);
        }
        let own = match started("self") {
            Err(error) if error.kind() == ErrorKind::NotFound => ProcessIdentity { pid, started: 0 },
            started => ProcessIdentity {
                pid,
                started: started.map_err(|error| Error::io(&error, "open"))?,
            },
        };
        // Another thread may have been faster; in a forked process the parent's stays.
        let _ = OWN.set(own);
        Ok(own)
    }

    /// A process that is running now.
    pub fn of(pid: u32) -> Option<Self> {
        let started = started(&pid.to_string()).ok()?;
        Some(ProcessIdentity { pid, started })
    }
}

/// When a process was started, of those by their numbers.
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
    // SAFETY: all zeros is a valid one.
    let mut facts: libc::proc_bsdinfo = unsafe { std::mem::zeroed() };
    let size = size_of_val(&facts) as i32;
    let into = std::ptr::from_mut(&mut facts).cast();
    // SAFETY: so many bytes may be written there.
    let done = unsafe { libc::proc_pidinfo(number, libc::PROC_PIDTBSDINFO, 0, into, size) };
    if done != size {
        return Err(std::io::Error::last_os_error());
    }
    Ok(facts.pbi_start_tvsec * 1_000_000 + facts.pbi_start_tvusec)
}

/// When a process was started, of those in `/proc`.
#[cfg(not(target_os = "macos"))]
fn started(process: &str) -> std::io::Result<u64> {
    if portable::is_forced() {
        return Err(ErrorKind::NotFound.into());
    }
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let no_stat = || std::io::Error::from_raw_os_error(libc::EIO);
    // The second field is the program's name in parentheses, and may hold anything.
    let (_, rest) = stat.rsplit_once(") ").ok_or_else(no_stat)?;
    // Field 22 of the line; the rest starts at field 3.
    let started = rest.split(' ').nth(19).and_then(|field| field.parse().ok());
    started.ok_or_else(no_stat)
}

/// The PID namespace of this process, which a container has one of its own of: the number of a process means another one in each
/// of them. `None` if the system does not say.
pub fn pid_namespace() -> Option<u64> {
    std::fs::metadata("/proc/self/ns/pid")
        .ok()
        .map(|found| found.ino())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_told_apart() {
        let own = ProcessIdentity::own().unwrap();
        if portable::skips("the time of a start is known from /proc") {
            return;
        }
        assert_eq!(ProcessIdentity::of(own.pid), Some(own));
        assert!(own.started > 0);
        assert_eq!(ProcessIdentity::of(u32::MAX), None);
    }
}
