//! A lock that appends hold if the system could interrupt them inside an element.

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use super::lock::retry;
use crate::error::{Error, Result};
use crate::os::byte_lock::{self, APPENDS, Attempt};
use crate::storage::Storage;

/// How long a call waits for the appends of others. They take far less, unless their process is stopped.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The lock on the appends of a file, for one array. It has a descriptor of its own, so that arrays of one process exclude each other.
#[derive(Debug)]
pub struct AppendLock {
    /// `None` if this process may not open the file a second time.
    file: Option<File>,
}

impl AppendLock {
    /// # Errors
    /// The system's, such as `EMFILE`.
    pub fn on(storage: &Storage) -> Result<Arc<AppendLock>> {
        let file = storage.second_descriptor_for_writing()?;
        Ok(Arc::new(AppendLock { file }))
    }

    /// Waits for the lock. `None` if this process, the system or the file system cannot have it.
    ///
    /// # Errors
    /// `AppendLocked` after two seconds; the system's.
    pub fn acquire(self: &Arc<Self>) -> Result<Option<AppendGuard>> {
        self.acquire_within(TIMEOUT)
    }

    fn acquire_within(self: &Arc<Self>, timeout: Duration) -> Result<Option<AppendGuard>> {
        let Some(file) = &self.file else {
            return Ok(None);
        };
        let mut attempt = Attempt::Held;
        let is_over = retry(timeout, || {
            attempt = byte_lock::try_lock(file, APPENDS)?;
            Ok(attempt != Attempt::Held)
        })?;
        if !is_over {
            let holder = byte_lock::holder(file, APPENDS);
            return Err(Error::AppendLocked { holder });
        }
        Ok((attempt == Attempt::Locked).then(|| AppendGuard(self.clone())))
    }
}

/// Holds the lock until it is dropped.
#[derive(Debug)]
#[must_use = "the lock is released at once if this is dropped"]
pub struct AppendGuard(Arc<AppendLock>);

impl Drop for AppendGuard {
    fn drop(&mut self) {
        if let Some(file) = &self.0.file {
            byte_lock::unlock(file, APPENDS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acquire_while_another_array_holds_the_lock_names_the_process() {
        let storage = Storage::anonymous().unwrap();
        let lock = || AppendLock::on(&storage).unwrap();
        let (one, other) = (lock(), lock());
        let held = one.acquire().unwrap().unwrap();
        let error = other.acquire_within(Duration::from_millis(1)).unwrap_err();
        let holder = (!crate::os::portable::is_forced()).then(std::process::id);
        assert_eq!(error, Error::AppendLocked { holder });
        assert_eq!(error.code(), "ERR_LOCKED");
        drop(held);
        assert!(other.acquire().unwrap().is_some());
    }

    #[test]
    fn acquire_in_threads_that_share_the_storage_excludes_them() {
        const ROUNDS: u64 = 500;
        let storage = Storage::anonymous().unwrap();
        storage.grow(0, 8).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let lock = AppendLock::on(&storage).unwrap();
                    for _ in 0..ROUNDS {
                        let _held = lock.acquire().unwrap().unwrap();
                        let mut bytes = [0; 8];
                        storage.read_at(&mut bytes, 0).unwrap();
                        let next = (u64::from_ne_bytes(bytes) + 1).to_ne_bytes();
                        storage.write_at(crate::kernels::Region::of(&next), 0).unwrap();
                    }
                });
            }
        });
        let mut bytes = [0; 8];
        storage.read_at(&mut bytes, 0).unwrap();
        assert_eq!(u64::from_ne_bytes(bytes), 4 * ROUNDS);
    }
}
