//! Sleeping on a word of a file on systems without a futex that processes share: each sleeper reads the word at intervals.
//!
//! A change of the word by any process wakes a sleeper, and so does a wake by this process. A sleeper does not notice a wake by
//! another process if the word stays the same, and `wake` does not count the sleepers of other processes.

use std::fs::File;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::fstat;

use super::futex::Wakeup;
use super::read;
use crate::error::{Error, Result};

/// The poll interval. It begins short, because most answers come soon.
const SHORTEST_INTERVAL: Duration = Duration::from_micros(50);
const LONGEST_INTERVAL: Duration = Duration::from_millis(5);

/// Identifies a word, whichever descriptor or mapping it is reached by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct WordKey {
    device: u64,
    inode: u64,
    position: u64,
}

impl WordKey {
    #[allow(clippy::unnecessary_cast, reason = "the types differ between systems")]
    fn of(file: &File, position: u64) -> Result<WordKey> {
        let stat = fstat(file).map_err(|errno| Error::system(errno, "fstat"))?;
        Ok(WordKey {
            device: stat.st_dev as u64,
            inode: stat.st_ino as u64,
            position,
        })
    }
}

#[derive(Debug)]
struct Sleeper {
    key: WordKey,
    number: u64,
    is_woken: bool,
}

#[derive(Debug)]
struct Sleepers {
    /// In the order in which they went to sleep.
    list: Vec<Sleeper>,
    next: u64,
}

static SLEEPERS: Mutex<Sleepers> = Mutex::new(Sleepers {
    list: Vec::new(),
    next: 0,
});
static CHECK: Condvar = Condvar::new();

fn sleepers() -> MutexGuard<'static, Sleepers> {
    SLEEPERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sleeps while the word is `expected`, until the deadline or until the sleep is cancelled.
///
/// # Errors
/// `MemoryFault` if the file ends before the word; the system's.
pub fn wait(
    file: &File,
    position: u64,
    expected: u32,
    deadline: Option<Instant>,
    is_cancelled: impl Fn() -> bool,
) -> Result<Wakeup> {
    let key = WordKey::of(file, position)?;
    let mut sleepers = sleepers();
    // While the lock is held: a wake either comes before this read of the word, or finds this sleeper in the list.
    if word(file, position)? != expected {
        return Ok(Wakeup::NotEqual);
    }
    let number = sleepers.next;
    sleepers.next += 1;
    sleepers.list.push(Sleeper {
        key,
        number,
        is_woken: false,
    });
    let mut interval = SHORTEST_INTERVAL;
    let outcome = loop {
        let is_woken = |sleeper: &Sleeper| sleeper.number == number && sleeper.is_woken;
        if sleepers.list.iter().any(is_woken) {
            break Ok(Wakeup::Woken);
        }
        if is_cancelled() {
            break Ok(Wakeup::Cancelled);
        }
        match word(file, position) {
            Ok(now) if now == expected => {}
            changed => break changed.map(|_| Wakeup::Woken),
        }
        let left = deadline.map_or(LONGEST_INTERVAL, |deadline| {
            deadline.saturating_duration_since(Instant::now())
        });
        if left.is_zero() {
            break Ok(Wakeup::TimedOut);
        }
        (sleepers, _) = CHECK
            .wait_timeout(sleepers, left.min(interval))
            .unwrap_or_else(PoisonError::into_inner);
        interval = (interval * 2).min(LONGEST_INTERVAL);
    };
    sleepers.list.retain(|sleeper| sleeper.number != number);
    outcome
}

/// Wakes at most `count` sleepers of this process, the longest sleeping first. Returns how many it woke.
pub fn wake(file: &File, position: u64, count: u32) -> Result<u32> {
    let key = WordKey::of(file, position)?;
    let mut sleepers = sleepers();
    let asleep = sleepers
        .list
        .iter_mut()
        .filter(|sleeper| sleeper.key == key && !sleeper.is_woken);
    let mut woken = 0;
    for sleeper in asleep.take(count as usize) {
        sleeper.is_woken = true;
        woken += 1;
    }
    drop(sleepers);
    check_again();
    Ok(woken)
}

/// Makes all sleepers check whether they were woken or cancelled.
pub fn check_again() {
    CHECK.notify_all();
}

/// The word as all processes see it. Read with a system call, because a load would fault if another process truncated the file.
fn word(file: &File, position: u64) -> Result<u32> {
    let mut bytes = [0; 4];
    if read::read_at(file, &mut bytes, position)? < bytes.len() {
        return Err(Error::MemoryFault);
    }
    Ok(u32::from_ne_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::memory_file::scratch;
    use std::os::unix::fs::FileExt;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    /// A file of two words, both 0.
    fn words() -> File {
        let file = scratch();
        file.write_all_at(&[0; 8], 0).unwrap();
        file
    }

    fn sleep(file: &File, position: u64) -> Wakeup {
        wait(file, position, 0, None, || false).unwrap()
    }

    fn asleep(file: &File, position: u64) -> usize {
        let key = WordKey::of(file, position).unwrap();
        sleepers()
            .list
            .iter()
            .filter(|sleeper| sleeper.key == key)
            .count()
    }

    #[test]
    fn wait_ends_in_each_way() {
        let file = words();
        let soon = Some(Instant::now() + Duration::from_millis(1));
        assert_eq!(wait(&file, 0, 1, None, || false).unwrap(), Wakeup::NotEqual);
        assert_eq!(wait(&file, 4, 0, soon, || false).unwrap(), Wakeup::TimedOut);
        let cancelled = AtomicBool::new(false);
        thread::scope(|scope| {
            let sleeper = scope.spawn(|| {
                let is_cancelled = || cancelled.load(Ordering::Relaxed);
                wait(&file, 0, 0, None, is_cancelled).unwrap()
            });
            cancelled.store(true, Ordering::Relaxed);
            check_again();
            assert_eq!(sleeper.join().unwrap(), Wakeup::Cancelled);
            let sleeper = scope.spawn(|| sleep(&file, 4));
            while asleep(&file, 4) == 0 {
                thread::yield_now();
            }
            file.write_all_at(&[1], 4).unwrap();
            assert_eq!(sleeper.join().unwrap(), Wakeup::Woken);
            let sleeper = scope.spawn(|| wait(&file, 0, 0, None, || false));
            while asleep(&file, 0) == 0 {
                thread::yield_now();
            }
            file.set_len(2).unwrap();
            assert_eq!(sleeper.join().unwrap().unwrap_err().code(), "ERR_MEMORY_FAULT");
        });
        assert_eq!((asleep(&file, 0), asleep(&file, 4)), (0, 0));
    }

    #[test]
    fn wake_wakes_at_most_count_sleepers_of_that_word() {
        let file = words();
        let other = file.try_clone().unwrap();
        thread::scope(|scope| {
            let file = &file;
            let sleeps = [0, 0, 0, 4].map(|position| scope.spawn(move || sleep(file, position)));
            while (asleep(file, 0), asleep(file, 4)) != (3, 1) {
                thread::yield_now();
            }
            let wake = |position, count| wake(&other, position, count).unwrap();
            assert_eq!(wake(0, 0), 0);
            assert_eq!(wake(0, 2), 2);
            assert_eq!(wake(0, u32::MAX), 1);
            assert_eq!(wake(0, u32::MAX), 0);
            assert_eq!(wake(4, 1), 1);
            for sleep in sleeps {
                assert_eq!(sleep.join().unwrap(), Wakeup::Woken);
            }
        });
    }
}
