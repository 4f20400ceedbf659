//! Temporary memory of one computation.

use bytemuck::cast_slice_mut;
use memmap2::MmapMut;
use rustix::io::Errno;

use super::available::require_available;
use super::huge_pages::{self, HUGE_PAGE};
use crate::error::{Error, Result};

/// From this size on, the memory is mapped for the computation, and unmapped at its end.
const LARGE: usize = 1 << 20;
/// The alignment of a huge page.
const ALIGNMENT: usize = HUGE_PAGE as usize;

/// A number of words. Their initial values are not specified.
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
    /// `ENOMEM` if the machine has too little memory available.
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
        // If there are no huge pages, the computation is only slower.
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
    fn new_has_as_many_words_as_requested() {
        for words in [0, 1, LARGE / 8 - 1, LARGE / 8, 3 * ALIGNMENT / 8 + 1] {
            let mut scratch = Scratch::new(words).unwrap();
            assert_eq!(scratch.words().len(), words);
            if let Some(last) = scratch.words().last_mut() {
                *last = u64::MAX;
            }
        }
    }

    #[test]
    fn new_of_more_than_is_available_is_enomem() {
        for words in [available() as usize, usize::MAX / 16, usize::MAX] {
            assert_eq!(
                Scratch::new(words).err().map(|error| error.code()),
                Some("ENOMEM".into())
            );
        }
    }
}
