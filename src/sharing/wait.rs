//! Sleeping on an element until another thread or process wakes its sleepers.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::mapping::SharedWord;
use crate::os::futex::{Cancellation, Wakeup};

/// The sleeps of one array that run on threads of their own. `close` cancels them.
#[derive(Debug, Default)]
pub struct Sleepers(Vec<Weak<Cancellation>>);

/// A thread that sleeps needs little stack.
const STACK_BYTES: usize = 64 * 1024;

impl Sleepers {
    /// Sleeps on a new thread, which calls `done` with the outcome.
    pub fn sleep(
        &mut self,
        word: SharedWord,
        expected: u32,
        timeout: Option<Duration>,
        done: impl FnOnce(Result<Wakeup>) + Send + 'static,
    ) -> Result<()> {
        // The thread takes a while to start. What changes until then changed after the call.
        let was_expected = word.is_known_to_be(expected);
        let cancellation = Arc::new(Cancellation::default());
        if self.0.len() == self.0.capacity() {
            self.0.retain(|sleeper| sleeper.strong_count() > 0);
        }
        self.0.push(Arc::downgrade(&cancellation));
        thread::Builder::new()
            .name(String::from("mmap-array wait"))
            .stack_size(STACK_BYTES)
            .spawn(move || {
                done(match word.wait_unless(&cancellation, expected, timeout) {
                    Ok(Wakeup::NotEqual) if was_expected => Ok(Wakeup::Woken),
                    outcome => outcome,
                });
            })
            .map(drop)
            .map_err(|error| Error::io(&error, "pthread_create"))
    }

    /// Ends all sleeps with `Wakeup::Cancelled`.
    pub fn cancel_all(&mut self) {
        for sleeper in self.0.drain(..).filter_map(|sleeper| sleeper.upgrade()) {
            sleeper.cancel();
        }
    }
}
