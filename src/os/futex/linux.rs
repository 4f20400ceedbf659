//! The futexes of Linux.

use std::sync::atomic::AtomicU32;

use rustix::thread::futex::{self, Flags, Wait, WaitFlags, WaitPtr, WaitvFlags};
use rustix::time::{ClockId, Timespec};

use super::WokenBy;
use crate::os::portable;

pub fn is_available() -> bool {
    let word = AtomicU32::new(0);
    let is_allowed = |done: rustix::io::Result<()>| !done.is_err_and(portable::is_refusal);
    // Nobody sleeps on the word, and it does not have the expected value, so both calls return at once.
    !portable::is_forced()
        && is_allowed(wake(&word, 1).map(drop))
        && is_allowed(futex::wait(&word, Flags::empty(), 1, None))
}

/// Sleeps while the word is `expected`, until the timeout.
pub fn wait(word: &AtomicU32, expected: u32, timeout: &Timespec) -> rustix::io::Result<()> {
    futex::wait(word, Flags::empty(), expected, Some(timeout))
}

/// Wakes at most `count` sleepers. Returns how many it woke.
pub fn wake(word: &AtomicU32, count: u32) -> rustix::io::Result<u32> {
    let woken = futex::wake(word, Flags::empty(), count)?;
    Ok(u32::try_from(woken).unwrap_or(u32::MAX))
}

/// Wakes the one sleeper on a word that only this process knows.
pub fn wake_own(word: &AtomicU32) -> rustix::io::Result<()> {
    futex::wake(word, Flags::PRIVATE, 1).map(drop)
}

/// If both words wake the sleeper, the system names the last one, which is `word`.
pub fn wait_for_either(
    word: &AtomicU32,
    expected: u32,
    cancelled: &AtomicU32,
    deadline: Option<&Timespec>,
) -> rustix::io::Result<WokenBy> {
    const WORD: usize = 1;
    let mut words = [Wait::new(), Wait::new()];
    words[0].uaddr = WaitPtr::new(std::ptr::from_ref(cancelled).cast_mut().cast());
    words[0].flags = WaitFlags::SIZE_U32 | WaitFlags::PRIVATE;
    words[WORD].val = expected.into();
    words[WORD].uaddr = WaitPtr::new(std::ptr::from_ref(word).cast_mut().cast());
    words[WORD].flags = WaitFlags::SIZE_U32;
    let woken = futex::waitv(&words, WaitvFlags::empty(), deadline, ClockId::Monotonic)?;
    Ok(if woken == WORD {
        WokenBy::Word
    } else {
        WokenBy::Cancellation
    })
}
