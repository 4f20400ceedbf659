//! An advisory lock on a file, between threads and between processes.

use std::fs::File;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::{Errno, retry_on_intr};

use crate::error::{Error, Result};
use crate::storage::Storage;

/// Locks a file with `flock`, through a descriptor of its own: so two arrays of one process exclude each other, too. The kernel
/// releases the lock when its process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
    is_locked: bool,
}

impl Lock {
    pub fn on(storage: &Storage) -> Result<Lock> {
        Ok(Lock {
            file: storage.second_descriptor()?,
            is_locked: false,
        })
    }

    /// Tries to acquire the lock until the timeout. Returns false if it did not succeed.
    ///
    /// # Errors
    /// `Locked` if this lock is already held, because it is not re-entrant.
    pub fn acquire(&mut self, shared: bool, timeout: Duration) -> Result<bool> {
        if self.is_locked {
            return Err(Error::Locked);
        }
        let operation = if shared {
            FlockOperation::NonBlockingLockShared
        } else {
            FlockOperation::NonBlockingLockExclusive
        };
        self.is_locked = retry(timeout, || match retry_on_intr(|| flock(&self.file, operation)) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(errno) => Err(Error::system(errno, "flock")),
        })?;
        Ok(self.is_locked)
    }

    /// # Errors
    /// `NotLocked` if it is not held.
    pub fn release(&mut self) -> Result<()> {
        if !self.is_locked {
            return Err(Error::NotLocked);
        }
        flock(&self.file, FlockOperation::Unlock).map_err(|errno| Error::system(errno, "flock"))?;
        self.is_locked = false;
        Ok(())
    }
}

/// Tries until a try succeeds or the time is over, at growing intervals. Returns whether one succeeded.
pub(super) fn retry(timeout: Duration, mut succeeds: impl FnMut() -> Result<bool>) -> Result<bool> {
    let deadline = Instant::now() + timeout;
    let mut interval = Duration::from_micros(20);
    while !succeeds()? {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(false);
        }
        std::thread::sleep(interval.min(left));
        interval = (interval * 2).min(Duration::from_millis(1));
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acquire_of_a_second_lock_on_the_file_fails_until_the_first_is_released() {
        let storage = Storage::anonymous().unwrap();
        let (mut one, mut other) = (Lock::on(&storage).unwrap(), Lock::on(&storage).unwrap());
        assert!(one.acquire(false, Duration::ZERO).unwrap());
        assert!(!other.acquire(true, Duration::from_millis(2)).unwrap());
        assert_eq!(one.acquire(false, Duration::ZERO).unwrap_err(), Error::Locked);
        one.release().unwrap();
        assert_eq!(one.release().unwrap_err(), Error::NotLocked);
        assert!(other.acquire(true, Duration::ZERO).unwrap());
        assert!(one.acquire(true, Duration::ZERO).unwrap());
        drop(one);
        other.release().unwrap();
    }
}
