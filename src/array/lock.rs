//! Locks on the file of an array.

use std::time::Duration;

use super::Array;
use crate::error::{Error, Result};
use crate::sharing::lock::Lock;

impl Array {
    /// Tries to lock the file until the timeout. Returns false if others held the lock all that time.
    ///
    /// # Errors
    /// `Locked` if this array holds the lock.
    pub fn lock(&mut self, shared: bool, timeout: Duration) -> Result<bool> {
        let lock = match &mut self.lock {
            Some(lock) => lock,
            none => none.insert(Lock::on(self.memory.storage())?),
        };
        lock.acquire(shared, timeout)
    }

    /// # Errors
    /// `NotLocked` if this array does not hold the lock.
    pub fn unlock(&mut self) -> Result<()> {
        self.lock.as_mut().map_or(Err(Error::NotLocked), Lock::release)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::integers;
    use crate::storage::Flags;
    use crate::typecode::Typecode;

    #[test]
    fn lock_of_a_second_array_fails_until_the_first_is_dropped() {
        let mut array = integers(&[0; 4]);
        let handle = array.handle().unwrap();
        let mut other = Array::attach(Typecode::parse("i").unwrap(), &handle, Some(Flags::Read)).unwrap();
        assert_eq!(array.unlock().unwrap_err().code(), "ERR_NOT_LOCKED");
        assert!(array.lock(false, Duration::ZERO).unwrap());
        assert_eq!(
            array.lock(false, Duration::ZERO).unwrap_err().code(),
            "ERR_LOCKED"
        );
        assert!(!other.lock(true, Duration::ZERO).unwrap());
        drop(array);
        assert!(other.lock(true, Duration::ZERO).unwrap());
    }
}
