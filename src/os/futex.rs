//! Sleeping on a word of memory until another thread, perhaps of another process, wakes its sleepers.
#![allow(unsafe_code, reason = "makes atomics of words in mapped memory")]

use std::ptr::NonNull;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering, fence};
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::time::{ClockId, Timespec, clock_gettime};

use super::polling;
use crate::error::{Error, Result};

mod spinning;
#[cfg_attr(target_os = "linux", path = "futex/linux.rs")]
#[cfg_attr(target_os = "macos", path = "futex/macos.rs")]
mod system;

/// How a sleep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wakeup {
    Woken,
    /// The word did not have the expected value.
    NotEqual,
    TimedOut,
    /// The sleep was cancelled.
    Cancelled,
}

/// Whether the system lets this process sleep on words that processes share, and wake their sleepers. If not, [`polling`] is used.
pub fn is_available() -> bool {
    static IS_AVAILABLE: LazyLock<bool> = LazyLock::new(system::is_available);
    *IS_AVAILABLE
}

const SPINS_PER_CLOCK_READ: u32 = 16;

/// A word of shared memory, on which threads of all processes sleep.
#[derive(Clone, Copy, Debug)]
pub struct Word(NonNull<AtomicU32>);

// SAFETY: an atomic may be used from any thread. It stays mapped by the promise made at `new`.
unsafe impl Send for Word {}

impl Word {
    /// # Safety
    /// - Four bytes from `address` stay mapped for as long as the word is used. A word to sleep on is in a shared mapping.
    /// - `address` is a multiple of 4.
    pub unsafe fn new(address: NonNull<u8>) -> Self {
        debug_assert!(address.as_ptr().addr().is_multiple_of(4));
        Word(address.cast())
    }

    fn atomic(&self) -> &AtomicU32 {
        // SAFETY: mapped and aligned by the promise made at `new`.
        unsafe { self.0.as_ref() }
    }

    /// Sleeps while the word is `expected`, until the timeout. Only the system reads the word itself, and answers with an error if it
    /// cannot. `seen` is the same word in memory that this thread may read.
    pub fn wait(self, seen: Word, expected: u32, timeout: Duration) -> Result<Wakeup> {
        let began = Instant::now();
        let was_expected = self.is_known_to_be(seen, expected);
        if seen.changes_soon(expected, began, timeout) {
            return Ok(Wakeup::Woken);
        }
        let deadline = began + timeout;
        loop {
            let left = timespec(deadline.saturating_duration_since(Instant::now()));
            match system::wait(self.atomic(), expected, &left) {
                Err(Errno::INTR) => {}
                // The word changed since the call. The wake came before the sleep, or while a signal had interrupted it.
                Err(Errno::AGAIN) if was_expected => return outcome(Ok(())),
                done => return outcome(done),
            }
        }
    }

    /// Whether `seen`, which this thread may read, says that the word has a value. A private page says nothing: it may have a value of its
    /// own.
    pub fn is_known_to_be(self, seen: Word, expected: u32) -> bool {
        self.0 == seen.0 && seen.is(expected)
    }

    fn is(self, expected: u32) -> bool {
        self.atomic().load(Ordering::Acquire) == expected
    }

    /// Reads the word for a short time. Returns true if it is `expected` at first and changes within that time.
    pub fn changes_while_spinning(self, expected: u32, timeout: Duration) -> bool {
        self.changes_soon(expected, Instant::now(), timeout)
    }

    fn changes_soon(self, expected: u32, began: Instant, timeout: Duration) -> bool {
        if timeout.is_zero() || !self.is(expected) {
            return false;
        }
        spinning::spin(|limit| self.changes_within(expected, began, limit.min(timeout)))
    }

    fn changes_within(self, expected: u32, began: Instant, limit: Duration) -> bool {
        if !self.is(expected) {
            return false;
        }
        while began.elapsed() < limit {
            for _ in 0..SPINS_PER_CLOCK_READ {
                if !self.is(expected) {
                    return true;
                }
                std::hint::spin_loop();
            }
        }
        false
    }

    /// Like [`Word::wait`], but ends when [`Cancellation::cancel`] is called. Without a timeout it may sleep for ever.
    pub fn wait_unless(
        self,
        cancellation: &Cancellation,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<Wakeup> {
        self.wait_by(system::wait_for_either, cancellation, expected, timeout)
    }

    /// The same, given the system call that waits for two words, which the system may lack.
    fn wait_by(
        self,
        wait_for_either: impl Fn(&AtomicU32, u32, &AtomicU32, Option<&Timespec>) -> rustix::io::Result<WokenBy>,
        cancellation: &Cancellation,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<Wakeup> {
        let deadline = timeout.map(after_now);
        let mut has_slept = false;
        loop {
            let done = match wait_for_either(self.atomic(), expected, &cancellation.0, deadline.as_ref()) {
                // The errors of a kernel before 5.16 or gVisor, of a seccomp filter, and of macOS.
                Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => {
                    self.wait_one_slice(expected, deadline.as_ref())
                }
                done => done,
            };
            if cancellation.is_cancelled() {
                // The wake was meant for a sleeper that is still waiting, so pass it on.
                if done == Ok(WokenBy::Word) {
                    self.wake(1)?;
                }
                return Ok(Wakeup::Cancelled);
            }
            match done {
                Err(Errno::INTR) | Ok(WokenBy::Cancellation) => has_slept = true,
                // The word changed between two sleeps.
                Err(Errno::AGAIN) if has_slept => return outcome(Ok(())),
                done => return outcome(done.map(drop)),
            }
        }
    }

    /// Sleeps on the word alone, for at most 100 ms, so that a cancelled sleeper notices. If that ends before the deadline, the result
    /// is `INTR`.
    fn wait_one_slice(self, expected: u32, deadline: Option<&Timespec>) -> rustix::io::Result<WokenBy> {
        const SLICE: Duration = Duration::from_millis(100);
        let left = deadline.map_or(SLICE, |deadline| until(deadline).min(SLICE));
        match system::wait(self.atomic(), expected, &timespec(left)) {
            Err(Errno::TIMEDOUT) if deadline.is_none_or(|at| !until(at).is_zero()) => Err(Errno::INTR),
            done => done.map(|()| WokenBy::Word),
        }
    }

    /// Wakes at most `count` sleepers. Returns how many it woke.
    pub fn wake(self, count: u32) -> Result<u32> {
        // The kernel would wake one.
        if count == 0 {
            return Ok(0);
        }
        // The kernel takes a signed number.
        let count = count.min(i32::MAX as u32);
        system::wake(self.atomic(), count).map_err(|errno| Error::on_memory(errno, "futex"))
    }
}

/// Cancels a sleep of this process.
#[derive(Debug, Default)]
pub struct Cancellation(AtomicU32);

impl Cancellation {
    pub fn cancel(&self) {
        self.0.store(1, Ordering::Release);
        // There need not be a sleeper.
        let _ = system::wake_own(&self.0);
        polling::check_again();
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WokenBy {
    Word,
    #[cfg_attr(
        not(target_os = "linux"),
        allow(dead_code, reason = "used by a call that only Linux has")
    )]
    Cancellation,
}

fn outcome(done: rustix::io::Result<()>) -> Result<Wakeup> {
    // The system read the word for this thread. The fence makes what its writer stored before it visible to later loads.
    fence(Ordering::Acquire);
    match done {
        Ok(()) => Ok(Wakeup::Woken),
        Err(Errno::AGAIN) => Ok(Wakeup::NotEqual),
        Err(Errno::TIMEDOUT) => Ok(Wakeup::TimedOut),
        Err(errno) => Err(Error::on_memory(errno, "futex")),
    }
}

fn timespec(duration: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: duration.subsec_nanos().into(),
    }
}

/// A time on the clock that `waitv` uses.
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
mod tests;
