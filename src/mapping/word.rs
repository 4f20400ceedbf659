//! A word of a mapping, on which threads of all processes can sleep.
#![allow(unsafe_code, reason = "makes a futex word of mapped memory")]

use std::ptr::NonNull;
use std::sync::Arc;
use std::time::{Duration, Instant};

use memmap2::{MmapOptions, MmapRaw};

use super::{Mapping, Window};
use crate::error::{Error, Result};
use crate::os::futex::{self, Cancellation, Wakeup, Word};
use crate::os::polling;
use crate::storage::Storage;

/// Four bytes of the file in a shared mapping, which is kept as long as this value.
#[derive(Debug)]
pub struct SharedWord {
    word: Word,
    /// The same four bytes in the window, where the guard handles faults.
    seen: Word,
    _window: Arc<Window>,
    /// For a private mapping: a shared, read-only page of the file. A thread that sleeps on a private page would not be found.
    _page: Option<MmapRaw>,
    /// For a system without futexes: the position of the word in the file.
    polled: Option<Box<Polled>>,
}

#[derive(Debug)]
struct Polled {
    storage: Arc<Storage>,
    position: u64,
}

impl Mapping {
    /// The word at a byte of the array, which must be a multiple of 4 and inside the window.
    pub fn word(&self, window: &Arc<Window>, byte: u64) -> Result<SharedWord> {
        let page = self.is_private().then(|| {
            MmapOptions::new()
                .offset(self.offset() + byte)
                .len(SharedWord::BYTES)
                .map_raw_read_only(self.storage().file())
                .map_err(|error| Error::io(&error, "mmap"))
        });
        let page = page.transpose()?;
        let seen = window
            .region(byte + SharedWord::BYTES as u64)
            .part(byte as usize, SharedWord::BYTES)
            .address();
        let address = page.as_ref().map_or(seen, |page| page.as_mut_ptr().addr());
        let word_at = |address: usize| {
            let address = NonNull::new(address as *mut u8).ok_or(Error::MemoryFault)?;
            // SAFETY: the window and the page are kept with the word. A mapping begins on a page, and offset and byte are multiples
            // of 4.
            Ok(unsafe { Word::new(address) })
        };
        Ok(SharedWord {
            word: word_at(address)?,
            seen: word_at(seen)?,
            _window: window.clone(),
            _page: page,
            polled: (!futex::is_available()).then(|| {
                Box::new(Polled {
                    storage: self.storage().clone(),
                    position: self.offset() + byte,
                })
            }),
        })
    }
}

impl SharedWord {
    pub const BYTES: usize = 4;

    /// As [`Word::is_known_to_be`].
    pub fn is_known_to_be(&self, expected: u32) -> bool {
        self.word.is_known_to_be(self.seen, expected)
    }

    /// As [`Word::wait`].
    pub fn wait(&self, expected: u32, timeout: Duration) -> Result<Wakeup> {
        let Some(polled) = &self.polled else {
            return self.word.wait(self.seen, expected, timeout);
        };
        if self.seen.changes_while_spinning(expected, timeout) {
            return Ok(Wakeup::Woken);
        }
        polled.wait(expected, Some(timeout), || false)
    }

    /// As [`Word::wait_unless`].
    pub fn wait_unless(
        &self,
        cancellation: &Cancellation,
        expected: u32,
        timeout: Option<Duration>,
    ) -> Result<Wakeup> {
        match &self.polled {
            Some(polled) => polled.wait(expected, timeout, || cancellation.is_cancelled()),
            None => self.word.wait_unless(cancellation, expected, timeout),
        }
    }

    /// As [`Word::wake`].
    pub fn wake(&self, count: u32) -> Result<u32> {
        match &self.polled {
            Some(polled) => polling::wake(polled.storage.file(), polled.position, count),
            None => self.word.wake(count),
        }
    }
}

impl Polled {
    fn wait(
        &self,
        expected: u32,
        timeout: Option<Duration>,
        is_cancelled: impl Fn() -> bool,
    ) -> Result<Wakeup> {
        // A deadline beyond the range of the clock is none.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        polling::wait(
            self.storage.file(),
            self.position,
            expected,
            deadline,
            is_cancelled,
        )
    }
}
