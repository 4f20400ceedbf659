//! An advisory lock on a file, between threads and processes alike.

use std::fs::File;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::storage::Storage;

/// Locks a file through a descriptor of its own, so that two arrays of one process exclude each other too, and the
/// kernel releases it when its holder dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
    held: bool,
}

impl Lock {
    pub fn on(storage: &Storage) -> Result<Lock> {
        Ok(Lock {
            file: storage.second_descriptor()?,
            held: false,
        })
    }

    /// Tries for a time; false where somebody else held it all the while.
    ///
    /// # Errors
    /// `Locked` where this very lock is held: it is not re-entrant.
    pub fn acquire(&mut self, shared: bool, patience: Duration) -> Result<bool> {
        if self.held {
            return Err(Error::Locked);
        }
        let operation = if shared {
            FlockOperation::NonBlockingLockShared
        } else {
            FlockOperation::NonBlockingLockExclusive
        };
        let deadline = Instant::now() + patience;
        let mut pause = Duration::from_micros(20);
        loop {
            match flock(&self.file, operation) {
                Ok(()) => {
                    self.held = true;
                    return Ok(true);
                }
                Err(Errno::INTR) => continue,
                Err(Errno::WOULDBLOCK) => {}
                Err(errno) => return Err(Error::system(errno, "flock")),
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            std::thread::sleep(pause.min(left));
            pause = (pause * 2).min(Duration::from_millis(1));
        }
    }

    /// # Errors
    /// `NotLocked` where it is not held.
    pub fn release(&mut self) -> Result<()> {
        if !self.held {
            return Err(Error::NotLocked);
        }
        flock(&self.file, FlockOperation::Unlock).map_err(|errno| Error::system(errno, "flock"))?;
        self.held = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_locks_on_one_file_exclude_each_other() {
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
