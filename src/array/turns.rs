//! Those who use the same file take turns, in the order in which they come: two who write would empty it for each other, or lay
//! their elements between each other's; two who read from one place would each miss what the other took.

use std::fs::File;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::Result;
use crate::os::identity::FileIdentity;
use crate::os::readiness::Use;

/// Those who have a turn or wait for one, the first first.
static QUEUE: Mutex<Vec<Entry>> = Mutex::new(Vec::new());
static MOVED_ON: Condvar = Condvar::new();

#[derive(Debug)]
struct Entry {
    number: u64,
    file: FileIdentity,
    usage: Use,
}

/// How long it may take until it is seen that nobody waits any more.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(50);

/// The right to use a file, until it is dropped; before it is had, a place in the queue.
#[derive(Debug)]
pub struct Turn(u64);

impl Turn {
    /// Waits until it is its turn; `None` where it was called off. Who has a turn is at work, and does not wait for this thread.
    pub fn take(file: &File, usage: Use, is_called_off: &dyn Fn() -> bool) -> Result<Option<Turn>> {
        static NUMBERS: AtomicU64 = AtomicU64::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let file = FileIdentity::of(file)?;
        let mut queue = lock();
        queue.push(Entry {
            number,
            file: file.clone(),
            usage,
        });
        let turn = Turn(number);
        loop {
            let first = queue
                .iter()
                .find(|entry| entry.file == file && entry.usage == usage);
            let is_first = first.is_none_or(|entry| entry.number == number);
            if is_first || is_called_off() {
                // Its drop takes the queue.
                drop(queue);
                return Ok((!is_called_off()).then_some(turn));
            }
            queue = MOVED_ON
                .wait_timeout(queue, BETWEEN_QUESTIONS)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(queue, _)| queue);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        lock().retain(|entry| entry.number != self.0);
        MOVED_ON.notify_all();
    }
}

fn lock() -> MutexGuard<'static, Vec<Entry>> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::file_of;
    use std::cell::Cell;
    use std::thread;

    fn take(file: &File) -> Option<Turn> {
        Turn::take(file, Use::Write, &|| false).unwrap()
    }

    #[test]
    fn one_at_a_time_has_a_file_and_each_its_own() {
        let (file, other) = (file_of(b""), file_of(b""));
        let first = take(&file).unwrap();
        let _of_other = take(&other).unwrap();
        let _reading = Turn::take(&file, Use::Read, &|| false).unwrap().unwrap();
        let questions = Cell::new(0);
        let asked = || {
            questions.set(questions.get() + 1);
            questions.get() > 2
        };
        assert!(Turn::take(&file, Use::Write, &asked).unwrap().is_none());
        assert!(questions.get() > 2);
        drop(first);
        assert!(Turn::take(&file, Use::Write, &|| true).unwrap().is_none());
        assert!(take(&file).is_some());
    }

    #[test]
    fn who_comes_first_goes_first() {
        let file = file_of(b"");
        let first = take(&file).unwrap();
        let identity = FileIdentity::of(&file).unwrap();
        let waiting = || lock().iter().filter(|entry| entry.file == identity).count();
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for comer in 0..5 {
                let (order, file) = (&order, &file);
                scope.spawn(move || {
                    let turn = take(file);
                    order.lock().unwrap().push(comer);
                    drop(turn);
                });
                while waiting() < comer + 2 {
                    thread::yield_now();
                }
            }
            drop(first);
        });
        assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3, 4]);
    }
}
