//! Fills a region with copies of one element.

use super::dispatch::Level;
use super::{Region, any_size};

/// Words that are written at a time.
const ROW: usize = 32;

/// Fills a region with copies of a pattern, which has the size of an element.
pub fn fill(region: Region<'_>, pattern: &[u8]) {
    if !matches!(pattern.len(), 1 | 2 | 4 | 8) {
        return any_size::fill(region, pattern);
    }
    // Larger vectors are no faster here, and slower on some processors.
    fill_at(Level::best().min(Level::Avx2), region, pattern);
}

fn fill_at(level: Level, region: Region<'_>, pattern: &[u8]) {
    const WORD: usize = size_of::<u64>();
    let word: [u8; WORD] = std::array::from_fn(|at| pattern[at % pattern.len()]);
    let words = region.len() / WORD;
    level.run(
        #[inline(always)]
        || region.rows::<u64>(0..words).fill::<ROW>(u64::from_ne_bytes(word)),
    );
    region.write(words * WORD, &word[..region.len() % WORD]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::NonNull;

    #[allow(unsafe_code, reason = "a region over a local buffer")]
    fn over(bytes: &mut [u8]) -> Region<'_> {
        // SAFETY: the borrow is held by the region for its life.
        unsafe { Region::new(NonNull::from(&mut *bytes).cast(), bytes.len()) }
    }

    #[test]
    fn fill_writes_whole_patterns() {
        for pattern in [&b"a"[..], b"ab", b"abcd", b"abcdefgh"] {
            for elements in [0usize, 1, 2, 7, 31, 32, 33, 1000, 40_000] {
                for level in Level::available() {
                    // From an odd address on, between guards.
                    let mut bytes = vec![0; elements * pattern.len() + 2];
                    let end = bytes.len() - 1;
                    fill_at(level, over(&mut bytes[1..end]), pattern);
                    assert_eq!(bytes[1..end], pattern.repeat(elements));
                    assert_eq!((bytes[0], bytes[end]), (0, 0));
                }
            }
        }
    }
}
