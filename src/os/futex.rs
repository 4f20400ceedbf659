//! Sleeping on a word of memory until somebody, perhaps in another process, wakes its sleepers.
#![allow(unsafe_code, reason = "makes atomics of words in mapped memory")]

use std::ptr::NonNull;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::thread::futex::{self, Flags, Timespec, WaitFlags, WaitPtr, WaitvFlags};
use rustix::time::{ClockId, clock_gettime};

use crate::error::{Error, Result};

/// How a sleep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wakeup {
    Woken,
    /// The word was not, or was no longer, the expected one.
    NotEqual,
    TimedOut,
    /// The sleeper was called off.
    Cancelled,
}

/// Before a thread goes to sleep it looks about as long as it takes to be woken: who answers at once is heard at once. None
/// where others can only run once this one sleeps.
static ALERT: LazyLock<Duration> = LazyLock::new(|| match std::thread::available_parallelism() {
    Ok(threads) if threads.get() > 1 => Duration::from_micros(5),
    _ => Duration::ZERO,
});
/// Looks without a look at the clock.
const LOOKS: u32 = 16;

/// A word of shared memory that sleepers of all processes find each other by.
#[derive(Clone, Copy, Debug)]
pub struct Word(NonNull<AtomicU32>);

// SAFETY: an atomic may be used from any thread; that it stays mapped is the promise made at `new`.
unsafe impl Send for Word {}

impl Word {
    /// # Safety
    /// - Four bytes from `address` stay mapped for as long as the word is used, in a shared mapping where it is slept on.
    /// - `address` is a multiple of 4.
    pub unsafe fn new(address: NonNull<u8>) -> Self {
        debug_assert!(address.as_ptr().addr().is_multiple_of(4));
        Word(address.cast())
    }

    fn atomic(&self) -> &AtomicU32 {
        // SAFETY: mapped and aligned by the promise made at `new`.
        unsafe { self.0.as_ref() }
    }

    /// Sleeps while the word is `expected`, at most for a time. Only the system looks at the word itself: where it cannot, that
    /// is an error. `seen` is the same word where this thread may look.
    pub fn wait(self, seen: Word, expected: u32, timeout: Duration) -> Result<Wakeup> {
        let began = Instant::now();
        if seen.changes_soon(expected, began, timeout.min(*ALERT)) {
            return Ok(Wakeup::Woken);
        }
        let deadline = began + timeout;
        loop {
            let left = timespec(deadline.saturating_duration_since(Instant::now()));
            match futex::wait(self.atomic(), Flags::empty(), expected, Some(&left)) {
                Err(Errno::INTR) => {}
                done => return outcome(done.map(drop)),
            }
        }
    }

    /// Whether the word is `expected` at first, and soon is not.
    fn changes_soon(self, expected: u32, began: Instant, patience: Duration) -> bool {
        let is_expected = || self.atomic().load(Ordering::Acquire) == expected;
        if !is_expected() {
            return false;
        }
        while began.elapsed() < patience {
            for _ in 0..LOOKS {
                if !is_expected() {
                    return true;
                }
                std::hint::spin_loop();
            }
        }
        false
    }

    /// As [`Word::wait`], without end where no time is given, until called off by [`Cancellation::cancel`].
    pub fn wait_unless(
        self,
        cancellation: &Cancellation,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<Wakeup> {
        let deadline = timeout.map(after_now);
        loop {
            let done = match wait_for_either(self.atomic(), expected, &cancellation.0, deadline.as_ref()) {
                // A kernel before 5.16: look for the end a few times a second.
                Err(Errno::NOSYS) => {
                    let slice = Duration::from_millis(100);
                    let left = deadline
                        .as_ref()
                        .map_or(slice, |deadline| until(deadline).min(slice));
                    match futex::wait(self.atomic(), Flags::empty(), expected, Some(&timespec(left))) {
                        Err(Errno::TIMEDOUT) if deadline.as_ref().is_none_or(|at| !until(at).is_zero()) => {
                            Err(Errno::INTR)
                        }
                        done => done.map(|_| Awake::ByWord),
                    }
                }
                done => done,
            };
            if cancellation.is_cancelled() {
                // Whoever woke it meant somebody who sleeps on.
                if done == Ok(Awake::ByWord) {
                    self.wake(1)?;
                }
                return Ok(Wakeup::Cancelled);
            }
            match done {
                Err(Errno::INTR) | Ok(Awake::ByCancellation) => {}
                done => return outcome(done.map(drop)),
            }
        }
    }

    /// Wakes sleepers, at most so many; gives how many there were.
    pub fn wake(self, count: u32) -> Result<u32> {
        // The kernel takes none for one.
        if count == 0 {
            return Ok(0);
        }
        // It counts in signed numbers.
        let count = count.min(i32::MAX as u32);
        let woken = futex::wake(self.atomic(), Flags::empty(), count).map_err(failure)?;
        Ok(u32::try_from(woken).unwrap_or(u32::MAX))
    }
}

/// Calls a sleeper of this process off.
#[derive(Debug, Default)]
pub struct Cancellation(AtomicU32);

impl Cancellation {
    pub fn cancel(&self) {
        self.0.store(1, Ordering::Release);
        // Nobody sleeping is no failure.
        let _ = futex::wake(&self.0, Flags::PRIVATE, 1);
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awake {
    ByWord,
    ByCancellation,
}

/// Where both wake it, it is awake by the word: of those that did the system tells the last.
fn wait_for_either(
    word: &AtomicU32,
    expected: u32,
    cancelled: &AtomicU32,
    deadline: Option<&Timespec>,
) -> rustix::io::Result<Awake> {
    const WORD: usize = 1;
    let mut words = [futex::Wait::new(), futex::Wait::new()];
    words[0].uaddr = WaitPtr::new(std::ptr::from_ref(cancelled).cast_mut().cast());
    words[0].flags = WaitFlags::SIZE_U32 | WaitFlags::PRIVATE;
    words[WORD].val = expected.into();
    words[WORD].uaddr = WaitPtr::new(std::ptr::from_ref(word).cast_mut().cast());
    words[WORD].flags = WaitFlags::SIZE_U32;
    let woken = futex::waitv(&words, WaitvFlags::empty(), deadline, ClockId::Monotonic)?;
    Ok(if woken == WORD {
        Awake::ByWord
    } else {
        Awake::ByCancellation
    })
}

fn outcome(done: rustix::io::Result<()>) -> Result<Wakeup> {
    match done {
        Ok(()) => Ok(Wakeup::Woken),
        Err(Errno::AGAIN) => Ok(Wakeup::NotEqual),
        Err(Errno::TIMEDOUT) => Ok(Wakeup::TimedOut),
        Err(errno) => Err(failure(errno)),
    }
}

fn failure(errno: Errno) -> Error {
    if errno == Errno::FAULT {
        Error::MemoryFault
    } else {
        Error::system(errno, "futex")
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

/// A point on the clock that `waitv` takes.
fn after_now(timeout: Duration) -> Timespec {
    let now = clock_gettime(ClockId::Monotonic);
    let now = Duration::new(now.tv_sec as u64, now.tv_nsec as u32);
    timespec(
        now.saturating_add(timeout)
            .min(Duration::from_secs(i64::MAX as u64 / 2)),
    )
}

fn until(deadline: &Timespec) -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    let at = |time: &Timespec| Duration::new(time.tv_sec as u64, time.tv_nsec as u32);
    at(deadline).saturating_sub(at(&now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn word(memory: &AtomicU32) -> Word {
        // SAFETY: the tests keep the atomic alive while they use the word.
        unsafe { Word::new(NonNull::from(memory).cast()) }
    }

    #[test]
    fn a_sleep_ends_in_each_way() {
        let memory = AtomicU32::new(7);
        let word = word(&memory);
        assert_eq!(
            word.wait(word, 8, Duration::from_secs(60)).unwrap(),
            Wakeup::NotEqual
        );
        assert_eq!(
            word.wait(word, 7, Duration::from_millis(1)).unwrap(),
            Wakeup::TimedOut
        );
        let never = Cancellation::default();
        assert_eq!(word.wait_unless(&never, 8, None).unwrap(), Wakeup::NotEqual);
        assert_eq!(
            word.wait_unless(&never, 7, Some(Duration::from_millis(1)))
                .unwrap(),
            Wakeup::TimedOut
        );
        assert_eq!(word.wake(u32::MAX).unwrap(), 0);
    }

    #[test]
    fn who_answers_at_once_is_heard_without_a_wake() {
        let memory = Arc::new(AtomicU32::new(0));
        let theirs = memory.clone();
        // Each adds one to what the other left, as fast as it sees it; a sleep would be for good.
        let other = std::thread::spawn(move || {
            for round in 0..100 {
                while theirs.load(Ordering::Acquire) != 2 * round + 1 {
                    std::hint::spin_loop();
                }
                theirs.store(2 * round + 2, Ordering::Release);
                word(&theirs).wake(1).unwrap();
            }
        });
        for round in 0..100 {
            memory.store(2 * round + 1, Ordering::Release);
            let ours = word(&memory);
            while memory.load(Ordering::Acquire) == 2 * round + 1 {
                let outcome = ours.wait(ours, 2 * round + 1, Duration::from_secs(60)).unwrap();
                assert!(matches!(outcome, Wakeup::Woken | Wakeup::NotEqual), "{outcome:?}");
            }
        }
        other.join().unwrap();
        let began = Instant::now();
        let ours = word(&memory);
        assert!(
            !ours.changes_soon(199, began, Duration::from_secs(60)),
            "it was another to begin with"
        );
        assert!(!ours.changes_soon(200, began, Duration::ZERO));
        // Until the other is late enough.
        loop {
            memory.store(200, Ordering::Release);
            let theirs = memory.clone();
            let other = std::thread::spawn(move || theirs.store(7, Ordering::Release));
            let heard = ours.changes_soon(200, Instant::now(), Duration::from_secs(60));
            other.join().unwrap();
            if heard {
                break;
            }
        }
    }

    #[test]
    fn a_sleeper_is_woken_or_called_off() {
        let memory = Arc::new(AtomicU32::new(0));
        for cancel in [false, true] {
            let cancellation = Arc::new(Cancellation::default());
            let (sleeper, theirs) = (memory.clone(), cancellation.clone());
            let thread = std::thread::spawn(move || word(&sleeper).wait_unless(&theirs, 0, None).unwrap());
            if cancel {
                cancellation.cancel();
                assert_eq!(thread.join().unwrap(), Wakeup::Cancelled);
            } else {
                while word(&memory).wake(1).unwrap() == 0 {
                    std::thread::yield_now();
                }
                assert_eq!(thread.join().unwrap(), Wakeup::Woken);
            }
        }
        assert_eq!(memory.load(Ordering::Relaxed), 0);
    }
    /// A thread that sleeps, or is about to, for a minute at most.
    fn sleeper(memory: &Arc<AtomicU32>, cancellation: &Arc<Cancellation>) -> std::thread::JoinHandle<Wakeup> {
        let (memory, cancellation) = (memory.clone(), cancellation.clone());
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            sender.send(rustix::thread::gettid()).unwrap();
            let minute = Some(Duration::from_secs(60));
            word(&memory).wait_unless(&cancellation, 0, minute).unwrap()
        });
        let number = receiver.recv().unwrap().as_raw_nonzero();
        let is_asleep = || {
            let state = std::fs::read_to_string(format!("/proc/self/task/{number}/stat"));
            state.is_ok_and(|text| {
                text.rsplit_once(')')
                    .is_some_and(|(_, rest)| rest.starts_with(" S"))
            })
        };
        while !is_asleep() {
            std::thread::yield_now();
        }
        thread
    }

    // What broke: a wake that came at that very moment was lost.
    #[test]
    fn a_sleeper_that_is_called_off_passes_a_wake_on() {
        let memory = Arc::new(AtomicU32::new(0));
        for _ in 0..300 {
            let (called_off, other) = (Arc::default(), Arc::default());
            let (first, second) = (sleeper(&memory, &called_off), sleeper(&memory, &other));
            called_off.cancel();
            assert_eq!(word(&memory).wake(1).unwrap(), 1);
            let outcome = first.join().unwrap();
            if outcome == Wakeup::Cancelled {
                assert_eq!(second.join().unwrap(), Wakeup::Woken);
            } else {
                other.cancel();
                assert_eq!(second.join().unwrap(), Wakeup::Cancelled);
            }
        }
    }
}
