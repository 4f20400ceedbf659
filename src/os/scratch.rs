//! Memory of this process alone, for as long as a piece of work takes.

use bytemuck::cast_slice_mut;
use memmap2::MmapMut;
use rustix::io::Errno;

use super::available::require_available;
use super::huge_pages::{self, HUGE_PAGE};
use crate::error::{Error, Result};

/// From here on pages are asked of the system, and given back to it at the end.
const LARGE: usize = 1 << 20;
/// What a huge page is aligned to.
const ALIGNMENT: usize = HUGE_PAGE as usize;

/// So many words, of whatever value.
pub enum Scratch {
    Small(Vec<u64>),
    Large {
        map: MmapMut,
        start: usize,
        bytes: usize,
    },
}

impl Scratch {
    /// # Errors
    /// `ENOMEM` where the machine has not so much free.
    pub fn new(words: usize) -> Result<Scratch> {
        let none = || Error::system(Errno::NOMEM, "mmap");
        let bytes = words.checked_mul(size_of::<u64>()).ok_or_else(none)?;
        if bytes < LARGE {
            return Ok(Scratch::Small(vec![0; words]));
        }
        require_available(bytes as u64, "mmap")?;
        let length = bytes.checked_add(ALIGNMENT).ok_or_else(none)?;
        let map = MmapMut::map_anon(length).map_err(|error| Error::io(&error, "mmap"))?;
        let address = map.as_ptr().addr();
        let start = address.next_multiple_of(ALIGNMENT) - address;
        // A hint: without huge pages it is slower, and the same.
        let _ = huge_pages::advise(address + start, bytes);
        Ok(Scratch::Large { map, start, bytes })
    }

    pub fn words(&mut self) -> &mut [u64] {
        match self {
            Scratch::Small(words) => words,
            Scratch::Large { map, start, bytes } => cast_slice_mut(&mut map[*start..*start + *bytes]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::available::available;
    use super::*;

    #[test]
    fn has_the_words_asked_for() {
        for words in [0, 1, LARGE / 8 - 1, LARGE / 8, 3 * ALIGNMENT / 8 + 1] {
            let mut scratch = Scratch::new(words).unwrap();
            assert_eq!(scratch.words().len(), words);
            if let Some(last) = scratch.words().last_mut() {
                *last = u64::MAX;
            }
        }
    }

    #[test]
    fn more_than_there_is_is_enomem() {
        for words in [available() as usize, usize::MAX / 16, usize::MAX] {
            assert_eq!(
                Scratch::new(words).err().map(|error| error.code()),
                Some("ENOMEM".into())
            );
        }
    }
}
