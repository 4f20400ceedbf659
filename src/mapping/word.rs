//! A word of a mapping as sleepers of every process see it.
#![allow(unsafe_code, reason = "makes a futex word of mapped memory")]

use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use memmap2::{MmapOptions, MmapRaw};

use super::{Mapping, Window};
use crate::error::{Error, Result};
use crate::os::futex::{Wakeup, Word};

/// Four bytes of the file in a shared mapping, which stays as long as this does.
#[derive(Debug)]
pub struct SharedWord {
    word: Word,
    /// The same four bytes in the window, which answers for a touch of what was cut off.
    seen: Word,
    _window: Arc<Window>,
    /// A read-only page of the file: a private mapping is private to the sleeper too, and nobody would find it there.
    _page: Option<MmapRaw>,
}

impl Mapping {
    /// The word at a byte of the array, which is a multiple of 4 and inside the window.
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
            // SAFETY: window and page are kept with the word; the base of a mapping is on a page, and offset and byte are
            // multiples of the element's 4 bytes.
            Ok(unsafe { Word::new(address) })
        };
        Ok(SharedWord {
            word: word_at(address)?,
            seen: word_at(seen)?,
            _window: window.clone(),
            _page: page,
        })
    }
}

impl SharedWord {
    pub const BYTES: usize = 4;

    pub fn get(&self) -> Word {
        self.word
    }

    /// As [`Word::wait`].
    pub fn wait(&self, expected: u32, timeout: Duration) -> Result<Wakeup> {
        self.word.wait(self.seen, expected, timeout)
    }
}
