//! Those who use the same file take turns: two who write would empty it for each other, or lay their elements between each
//! other's; two who read from one place would each miss what the other took.

use std::fs::File;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crate::error::Result;
use crate::os::identity::FileIdentity;
use crate::os::readiness::Use;

/// Those who want a turn and those who have one, in the order in which they came.
static QUEUE: Mutex<Queue> = Mutex::new(Queue {
    places: Vec::new(),
    last_number: 0,
});
static MOVED_ON: Condvar = Condvar::new();

struct Queue {
    places: Vec<Entry>,
    last_number: u64,
}

#[derive(Debug)]
struct Entry {
    number: u64,
    file: FileIdentity,
    usage: Use,
    /// Who made the place, for work that others do. That of one thread goes in the order of its places: it begins in that order, so
    /// nobody waits here for what has not begun.
    thread: Option<ThreadId>,
    has_turn: bool,
}

/// How long it may take until it is seen that nobody waits any more.
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(50);

/// A place in the queue for a file, until it is dropped.
#[derive(Debug)]
pub struct Place(u64);

/// The right to use a file, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    _place: Place,
}

impl Place {
    /// For work that another thread is going to do.
    pub fn for_later(file: &File, usage: Use) -> Result<Place> {
        Self::new(file, usage, Some(thread::current().id()))
    }

    /// For what this thread does at once. It waits for who has the turn, and not for what is to begin: that may have to wait for
    /// what only this thread can do.
    pub fn for_now(file: &File, usage: Use) -> Result<Place> {
        Self::new(file, usage, None)
    }

    fn new(file: &File, usage: Use, thread: Option<ThreadId>) -> Result<Place> {
        let file = FileIdentity::of(file)?;
        let mut queue = lock();
        queue.last_number += 1;
        let number = queue.last_number;
        queue.places.push(Entry {
            number,
            file,
            usage,
            thread,
            has_turn: false,
        });
        Ok(Place(number))
    }

    /// Waits until it is its turn, on any thread; `None` where it was called off. Who has a turn is at work, and does not wait
    /// for this thread.
    pub fn turn(self, is_called_off: &dyn Fn() -> bool) -> Option<Turn> {
        let mut queue = lock();
        while !queue.lets_go(self.0) {
            if is_called_off() {
                drop(queue);
                return None;
            }
            queue = MOVED_ON
                .wait_timeout(queue, BETWEEN_QUESTIONS)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(queue, _)| queue);
        }
        drop(queue);
        (!is_called_off()).then_some(Turn { _place: self })
    }
}

impl Queue {
    /// Whether it is the turn of a number, which has it then.
    fn lets_go(&mut self, number: u64) -> bool {
        let Some(own) = self.places.iter().find(|entry| entry.number == number) else {
            return true;
        };
        let is_before = |entry: &Entry| {
            entry.number != number
                && (entry.usage, &entry.file) == (own.usage, &own.file)
                && (entry.has_turn
                    || (entry.number < number && own.thread.is_some() && entry.thread == own.thread))
        };
        let goes = !self.places.iter().any(is_before);
        for entry in self.places.iter_mut().filter(|entry| entry.number == number) {
            entry.has_turn = goes;
        }
        goes
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock().places.retain(|entry| entry.number != self.0);
        MOVED_ON.notify_all();
    }
}

fn lock() -> MutexGuard<'static, Queue> {
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::file_of;
    use std::cell::Cell;

    fn place(file: &File) -> Place {
        Place::for_later(file, Use::Write).unwrap()
    }

    #[test]
    fn one_at_a_time_has_a_file_and_each_its_own() {
        let (file, other) = (file_of(b""), file_of(b""));
        let first = place(&file).turn(&|| false).unwrap();
        let _of_other = place(&other).turn(&|| false).unwrap();
        let _reading = Place::for_later(&file, Use::Read)
            .unwrap()
            .turn(&|| false)
            .unwrap();
        let questions = Cell::new(0);
        let asked = || {
            questions.set(questions.get() + 1);
            questions.get() > 2
        };
        assert!(place(&file).turn(&asked).is_none());
        assert!(questions.get() > 2);
        let elsewhere = thread::scope(|scope| scope.spawn(|| place(&file).turn(&|| true)).join().unwrap());
        assert!(elsewhere.is_none());
        drop(first);
        assert!(place(&file).turn(&|| true).is_none());
        assert!(place(&file).turn(&|| false).is_some());
    }

    #[test]
    fn those_of_one_thread_go_in_order_whoever_comes_first() {
        let file = file_of(b"");
        let (first, second, third) = (place(&file), place(&file), place(&file));
        let order = Mutex::new(Vec::new());
        let go = |name, place: Place| {
            let turn = place.turn(&|| false).unwrap();
            order.lock().unwrap().push(name);
            drop(turn);
        };
        thread::scope(|scope| {
            scope.spawn(|| go(3, third));
            // Whoever is never going to come holds nobody up.
            drop(second);
            go(1, first);
        });
        assert_eq!(*order.lock().unwrap(), [1, 3]);
    }

    #[test]
    fn what_is_done_at_once_waits_for_nothing_that_is_to_begin() {
        let file = file_of(b"");
        let first = place(&file);
        let now = || Place::for_now(&file, Use::Write).unwrap();
        assert!(now().turn(&|| false).is_some());
        let first = first.turn(&|| false);
        assert!(now().turn(&|| true).is_none());
        drop(first);
        assert!(now().turn(&|| false).is_some());
    }
}
