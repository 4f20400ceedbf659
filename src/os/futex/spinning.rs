//! Whether a thread reads its word for a while before it sleeps.
//!
//! If two threads that answer each other run on two processors, an answer takes less than a microsecond to see, and a sleep with its wake
//! takes 15 to 30. If they share a processor, the other thread cannot answer before this one sleeps, and reading only delays it. A
//! thread cannot know which is the case, so it remembers how its last attempts went: after one in vain it pauses, each time longer.

use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;

/// Longer than an idle processor takes to wake a thread. With a shorter time, two threads that both slept once would sleep in turns for
/// ever, because neither reads its word when the other answers.
static SPIN_TIME: LazyLock<Duration> = LazyLock::new(|| match std::thread::available_parallelism() {
    Ok(threads) if threads.get() > 1 => Duration::from_micros(50),
    // On a single processor other threads run only while this one sleeps.
    _ => Duration::ZERO,
});

/// The longest pause: one sleep in so many begins with a spin.
const LONGEST_PAUSE: u32 = 64;

/// How many sleeps begin without a spin.
#[derive(Clone, Copy)]
struct Pause {
    left: u32,
    next: u32,
}

const NO_PAUSE: Pause = Pause { left: 0, next: 1 };

thread_local! {
    static PAUSE: Cell<Pause> = const { Cell::new(NO_PAUSE) };
}

/// Calls `sees_change` with the time to spin, unless this thread pauses. Returns whether it saw a change.
pub fn spin(sees_change: impl FnOnce(Duration) -> bool) -> bool {
    if SPIN_TIME.is_zero() {
        return false;
    }
    let Pause { left, next } = PAUSE.get();
    if left > 0 {
        PAUSE.set(Pause { left: left - 1, next });
        return false;
    }
    let changed = sees_change(*SPIN_TIME);
    PAUSE.set(if changed {
        NO_PAUSE
    } else {
        Pause {
            left: next,
            next: (next * 2).min(LONGEST_PAUSE),
        }
    });
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of so many sleeps begin with a spin that ends like this.
    fn spins(sleeps: u32, changes: bool) -> u32 {
        let mut spins = 0;
        for _ in 0..sleeps {
            spin(|_| {
                spins += 1;
                changes
            });
        }
        spins
    }

    #[test]
    fn spin_in_vain_pauses_ever_longer_until_one_sees_a_change() {
        if SPIN_TIME.is_zero() {
            return;
        }
        PAUSE.set(NO_PAUSE);
        assert_eq!(spins(100, true), 100);
        // After sleeps 0, 2, 5, 10, 19, 36 and 69.
        assert_eq!(spins(70, false), 7);
        assert_eq!(spins(65 * 10, false), 10);
        // The current pause ends, then each sleep spins again.
        assert_eq!(spins(65 + 100, true), 101);
    }
}
