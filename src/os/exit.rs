//! Callbacks at the exit of the process.
#![allow(unsafe_code, reason = "registers a C callback")]

use std::sync::{Mutex, MutexGuard, OnceLock, TryLockError};
use std::thread;
use std::time::Duration;

/// Runs a callback at `exit`. It also runs after `process.exit()` and an uncaught exception, when Node does not run the cleanup
/// hooks of addons. It does not run if a signal ends the process.
pub fn at_exit(callback: extern "C" fn()) {
    // SAFETY: the addon is linked with `nodelete`, so the function is never unloaded.
    let failed = unsafe { libc::atexit(callback) };
    debug_assert_eq!(failed, 0, "atexit takes at least 32 functions");
}

/// A callback that is registered once. A process that is forked from this one inherits it, and must not act.
#[derive(Debug)]
pub struct ExitOfOwner {
    callback: extern "C" fn(),
    /// The process that registered it.
    owner: OnceLock<u32>,
}

impl ExitOfOwner {
    pub const fn new(callback: extern "C" fn()) -> ExitOfOwner {
        ExitOfOwner {
            callback,
            owner: OnceLock::new(),
        }
    }

    pub fn register(&self) {
        self.owner.get_or_init(|| {
            at_exit(self.callback);
            std::process::id()
        });
    }

    /// Whether this process is the one that registered the callback. The callback asks.
    pub fn is_this_process(&self) -> bool {
        self.owner.get() == Some(&std::process::id())
    }
}

/// Other threads lock these lists for a moment only. A thread that ended while it had locked one must not hang the process.
pub fn lock_at_exit<T>(list: &Mutex<T>) -> Option<MutexGuard<'_, T>> {
    const TRIES: u32 = 1000;
    for _ in 0..TRIES {
        match list.try_lock() {
            Ok(list) => return Some(list),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    extern "C" fn nothing() {}

    #[test]
    fn is_this_process_in_a_forked_process_is_false() {
        static EXIT: ExitOfOwner = ExitOfOwner::new(nothing);
        assert!(!EXIT.is_this_process());
        EXIT.register();
        assert!(EXIT.is_this_process());
        // SAFETY: the child only asks for its number and ends, which a fork of a process with threads may do.
        let child = unsafe { libc::fork() };
        if child == 0 {
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(i32::from(EXIT.is_this_process())) };
        }
        let mut status = 0;
        // SAFETY: `status` is writable.
        assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
        assert!(libc::WIFEXITED(status));
        assert_eq!(libc::WEXITSTATUS(status), 0);
    }
}
