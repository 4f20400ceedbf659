//! A lock that an array holds while its file is reserved. The size of such a file says nothing, so readers of it ask for the lock.

use std::fs::File;

use crate::error::{Error, Result};
use crate::os::byte_lock::{self, Attempt, RESERVATIONS};
use crate::storage::Storage;

/// Held until it is dropped. It has a descriptor of its own, so that each array that reserves the file counts.
#[derive(Debug)]
#[must_use = "the lock is released at once if this is dropped"]
pub struct ReservationLock(File);

impl ReservationLock {
    /// Takes the lock. `None` if this process may not open the file a second time, or if the system or the file system has no such
    /// locks. Then readers cannot know that the file is reserved.
    ///
    /// # Errors
    /// `EMFILE`, `ENFILE`, `ENOMEM`
    pub fn on(storage: &Storage) -> Result<Option<ReservationLock>> {
        let file = match storage.second_descriptor() {
            Err(error) if is_shortage(&error) => return Err(error),
            Err(_) => return Ok(None),
            Ok(file) => file,
        };
        let attempt = byte_lock::try_lock_shared(&file, RESERVATIONS);
        Ok(matches!(attempt, Ok(Attempt::Locked)).then_some(ReservationLock(file)))
    }

    /// Whether another array of any process holds the lock, too.
    pub fn is_shared(&self) -> bool {
        byte_lock::is_locked(&self.0, RESERVATIONS)
    }
}

impl Drop for ReservationLock {
    fn drop(&mut self) {
        // Closing is not enough: a process that is being started may share the descriptor until it runs its program.
        byte_lock::unlock(&self.0, RESERVATIONS);
    }
}

fn is_shortage(error: &Error) -> bool {
    matches!(
        error,
        Error::System {
            errno: libc::EMFILE | libc::ENFILE | libc::ENOMEM,
            ..
        }
    )
}

/// Whether an array of any process, or of this one, holds the lock.
pub fn is_reserved(storage: &Storage) -> bool {
    byte_lock::is_locked(storage.file(), RESERVATIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_reserved_until_the_last_lock_is_dropped() {
        let storage = Storage::anonymous().unwrap();
        assert!(!is_reserved(&storage));
        let one = ReservationLock::on(&storage).unwrap();
        let other = ReservationLock::on(&storage).unwrap();
        assert!(one.is_some() && is_reserved(&storage));
        assert!(other.as_ref().unwrap().is_shared());
        drop(one);
        assert!(!other.as_ref().unwrap().is_shared() && is_reserved(&storage));
        drop(other);
        assert!(!is_reserved(&storage));
    }
}
