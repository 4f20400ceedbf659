//! Waiting on elements.

use std::time::Duration;

use super::Array;
use super::slice::element_index;
use crate::error::{Error, Result};
use crate::mapping::SharedWord;
use crate::os::futex::Wakeup;

impl Array {
    /// The element as the waiters of all processes see it.
    ///
    /// # Errors
    /// `NotForType` for complex numbers and records; `InvalidArgType` for elements of another size than 4 bytes; `IndexOutOfRange`;
    /// the system's.
    fn word(&self, index: i64) -> Result<SharedWord> {
        // A record of 4 bytes may lie at any address, which no thread can sleep on.
        let scalar = self.element_type.scalar().ok_or_else(|| Error::NotForType {
            reason: String::from("wait and notify need elements that are one number of 4 bytes each"),
        })?;
        if scalar.size() != SharedWord::BYTES {
            return Err(Error::InvalidArgType {
                name: "typecode",
                requirement: "a typecode of 4-byte elements",
            });
        }
        let at = element_index(index, self.length())?;
        self.mapping().word(self.window(), at * self.itemsize())
    }

    /// Waits while an element is `expected`, at most for a time.
    pub fn wait(&self, index: i64, expected: u32, timeout: Duration) -> Result<Wakeup> {
        self.word(index)?.wait(expected, timeout)
    }

    /// The same, on a new thread. Closing the array cancels it.
    pub fn wait_later(
        &mut self,
        index: i64,
        expected: u32,
        timeout: Option<Duration>,
        done: impl FnOnce(Result<Wakeup>) + Send + 'static,
    ) -> Result<()> {
        let word = self.word(index)?;
        let end = (element_index(index, self.length())? + 1) * self.itemsize();
        let snapshot = self.snapshot_of(end);
        let checked = move |outcome: Result<Wakeup>| {
            done(outcome.and_then(|outcome| match outcome {
                // The element may have been a zero of the guard.
                Wakeup::NotEqual | Wakeup::Woken => snapshot.check_faults().map(|()| outcome),
                Wakeup::TimedOut | Wakeup::Cancelled => Ok(outcome),
            }))
        };
        self.sleepers.sleep(word, expected, timeout, checked)
    }

    /// Wakes at most `count` waiters of an element. Returns how many it woke.
    pub fn notify(&self, index: i64, count: u32) -> Result<u32> {
        self.word(index)?.wake(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Flags;
    use crate::typecode::Typecode;
    use std::sync::mpsc::channel;

    fn array() -> Array {
        let mut array = Array::anonymous(Typecode::parse("i").unwrap(), 4).unwrap();
        array.extend(crate::kernels::Region::of(&[0; 16])).unwrap();
        array
    }

    #[test]
    fn notify_on_shared_pages_wakes_a_sleeper_on_private_pages() {
        let mut array = array();
        let handle = array.handle().unwrap();
        let mut reader = Array::attach(Typecode::parse("i").unwrap(), &handle, Some(Flags::Read)).unwrap();
        let (tell, told) = channel();
        reader
            .wait_later(-1, 0, None, move |done| tell.send(done.unwrap()).unwrap())
            .unwrap();
        while array.notify(3, 1).unwrap() == 0 {
            std::thread::yield_now();
        }
        assert_eq!(told.recv().unwrap(), Wakeup::Woken);
    }

    #[test]
    fn dropping_the_array_cancels_its_sleepers() {
        let mut array = array();
        let (tell, told) = channel();
        array
            .wait_later(0, 0, None, move |done| tell.send(done.unwrap()).unwrap())
            .unwrap();
        drop(array);
        assert_eq!(told.recv().unwrap(), Wakeup::Cancelled);
    }
}
