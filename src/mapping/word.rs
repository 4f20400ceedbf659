//! A word of a mapping as sleepers of every process see it.
#![allow(unsafe_code, reason = "makes a futex word of mapped memory")]

use std::ptr::NonNull;
use std::sync::Arc;

use memmap2::{MmapOptions, MmapRaw};

use super::{Mapping, Window};
use crate::error::{Error, Result};
use crate::os::futex::Word;

/// Four bytes of the file in a shared mapping, which stays as long as this does.
#[derive(Debug)]
pub struct SharedWord {
    word: Word,
    _memory: Memory,
}

/// Keeps the word mapped.
#[derive(Debug)]
enum Memory {
    Window(Arc<Window>),
    /// A read-only page of the file: a private mapping is private to the sleeper too, and nobody would find it there.
    Page(MmapRaw),
}

impl Mapping {
    /// The word at a byte of the array, which is a multiple of 4 and inside the window.
    pub fn word(&self, window: &Arc<Window>, byte: u64) -> Result<SharedWord> {
        let memory = if self.is_private() {
            let page = MmapOptions::new()
                .offset(self.offset() + byte)
                .len(4)
                .map_raw_read_only(self.storage().file())
                .map_err(|error| Error::io(&error, "mmap"))?;
            Memory::Page(page)
        } else {
            Memory::Window(window.clone())
        };
        let address = match &memory {
            Memory::Window(window) => window.region(byte + 4).part(byte as usize, 4).address(),
            Memory::Page(page) => page.as_mut_ptr().addr(),
        };
        let address = NonNull::new(address as *mut u8).ok_or(Error::MemoryFault)?;
        // SAFETY: `memory` keeps the bytes mapped and shared; the base of a mapping is on a page, and offset and byte
        // are multiples of the element's 4 bytes.
        let word = unsafe { Word::new(address) };
        Ok(SharedWord {
            word,
            _memory: memory,
        })
    }
}

impl SharedWord {
    pub const BYTES: usize = 4;

    pub fn get(&self) -> Word {
        self.word
    }
}
