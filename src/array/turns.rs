//! Those who write the same file take turns: each empties it first, and would take away what another has written by then.

use std::fs::File;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Result;
use crate::os::identity::FileIdentity;

/// The files that are being written.
static TAKEN: Mutex<Vec<FileIdentity>> = Mutex::new(Vec::new());
static GIVEN_BACK: Condvar = Condvar::new();

/// How long it may take until it is seen that nobody waits any more.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(50);

/// The right to write a file, until it is dropped.
#[derive(Debug)]
pub struct Turn(FileIdentity);

impl Turn {
    /// Waits until nobody else has it; `None` where it was called off. Who has a turn is at work, so it ends.
    pub fn take(file: &File, is_called_off: &dyn Fn() -> bool) -> Result<Option<Turn>> {
        let file = FileIdentity::of(file)?;
        let mut taken = lock();
        while taken.contains(&file) {
            if is_called_off() {
                return Ok(None);
            }
            taken = GIVEN_BACK
                .wait_timeout(taken, BETWEEN_QUESTIONS)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(taken, _)| taken);
        }
        if is_called_off() {
            return Ok(None);
        }
        taken.push(file.clone());
        Ok(Some(Turn(file)))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock().retain(|file| *file != self.0);
        GIVEN_BACK.notify_all();
    }
}

fn lock() -> MutexGuard<'static, Vec<FileIdentity>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::file_of;
    use std::cell::Cell;
    use std::thread;

    #[test]
    fn one_at_a_time_has_a_file_and_each_its_own() {
        let (file, other) = (file_of(b""), file_of(b""));
        let first = Turn::take(&file, &|| false).unwrap().unwrap();
        let _of_other = Turn::take(&other, &|| false).unwrap().unwrap();
        let questions = Cell::new(0);
        let asked = || {
            questions.set(questions.get() + 1);
            questions.get() > 2
        };
        assert!(Turn::take(&file, &asked).unwrap().is_none());
        assert_eq!(questions.get(), 3);
        thread::scope(|scope| {
            let next = scope.spawn(|| Turn::take(&file, &|| false).unwrap().is_some());
            drop(first);
            assert!(next.join().unwrap());
        });
        assert!(Turn::take(&file, &|| true).unwrap().is_none());
    }
}
