//! Which process this is, told so that a later one with the same number is not taken for it.

use std::sync::OnceLock;

/// Number of the process and the kernel's clock tick it was started at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessIdentity {
    pub pid: u32,
    pub started: u64,
}

impl ProcessIdentity {
    /// This process.
    pub fn own() -> Self {
        static STARTED: OnceLock<ProcessIdentity> = OnceLock::new();
        let pid = std::process::id();
        let known =
            *STARTED.get_or_init(|| ProcessIdentity::of(pid).unwrap_or(ProcessIdentity { pid, started: 0 }));
        // A process made by fork() without exec has its parent's answer in memory.
        if known.pid == pid {
            known
        } else {
            ProcessIdentity::of(pid).unwrap_or(ProcessIdentity { pid, started: 0 })
        }
    }

    /// A process that is running now.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is the program's name in parentheses, and may hold anything.
        let (_, rest) = stat.rsplit_once(") ")?;
        // Field 22 of the line; the rest starts at field 3.
        let started = rest.split(' ').nth(19)?.parse().ok()?;
        Some(ProcessIdentity { pid, started })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_told_apart() {
        let own = ProcessIdentity::own();
        assert_eq!(ProcessIdentity::of(own.pid), Some(own));
        assert!(own.started > 0);
        assert_eq!(ProcessIdentity::of(u32::MAX), None);
    }
}
