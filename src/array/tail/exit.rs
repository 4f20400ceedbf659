//! What arrays do at the exit of the process, without the arrays.

use std::sync::{Mutex, MutexGuard, OnceLock, TryLockError};
use std::thread;
use std::time::Duration;

use super::{batch, reserved};
use crate::os::exit::at_exit;

/// The process that registered [`finish_all`]. A process that is forked from it inherits the registration, and must not act on it.
static REGISTERED: OnceLock<u32> = OnceLock::new();

/// Lets [`finish_all`] run at the exit of this process.
pub fn register_exit() {
    REGISTERED.get_or_init(|| {
        at_exit(finish_all);
        std::process::id()
    });
}

/// Runs at `exit`, on the thread that called it. Appends batches last, because a batch goes behind the elements of a reserved file.
extern "C" fn finish_all() {
    if REGISTERED.get() == Some(&std::process::id()) {
        reserved::seal_all();
        batch::append_all();
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
