//! The same bytes over and over.

use super::dispatch::Level;
use super::{Region, string_store};

/// Words that are written together.
const ROW: usize = 32;

/// Repeats a pattern, of as many bytes as an element has, over a region from its start.
pub fn fill(region: Region<'_>, pattern: &[u8]) {
    if region.len() >= string_store::LEAST && string_store::is_fast() {
        return fill_by_string(region, pattern);
    }
    // Larger vectors are no faster here, and slower on some processors.
    fill_at(Level::best().min(Level::Avx2), region, pattern);
}

const WORD: usize = size_of::<u64>();

/// The pattern, from one of its bytes on, as often as it goes into a word.
fn word_of(pattern: &[u8], from: usize) -> [u8; WORD] {
    assert!(matches!(pattern.len(), 1 | 2 | 4 | 8), "no element: {pattern:?}");
    std::array::from_fn(|at| pattern[(from + at) % pattern.len()])
}

fn fill_at(level: Level, region: Region<'_>, pattern: &[u8]) {
    let word = word_of(pattern, 0);
    let words = region.len() / WORD;
    level.run(
        #[inline(always)]
        || region.rows::<u64>(0..words).fill::<ROW>(u64::from_ne_bytes(word)),
    );
    region.write(words * WORD, &word[..region.len() % WORD]);
}

/// Elements may lie at any address; such stores are fast from a line of the cache on.
fn fill_by_string(region: Region<'_>, pattern: &[u8]) {
    const LINE: usize = 64;
    let head = (region.address().next_multiple_of(LINE) - region.address()).min(region.len());
    let rest = region.part(head, region.len() - head);
    fill_at(Level::Portable, region.part(0, head), pattern);
    let word = word_of(pattern, head);
    string_store::fill(rest, u64::from_ne_bytes(word));
    let left = rest.len() % WORD;
    rest.write(rest.len() - left, &word[..left]);
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
    fn patterns_come_out_whole() {
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

    #[test]
    fn much_comes_out_whole_wherever_it_lies() {
        if !string_store::is_fast() {
            return;
        }
        let mut bytes = vec![0; 3000];
        for pattern in [&b"a"[..], b"ab", b"abcd", b"abcdefgh"] {
            for start in 1..70 {
                for elements in [0, 1, 2, 17, 300] {
                    let end = start + elements * pattern.len();
                    bytes.fill(0);
                    fill_by_string(over(&mut bytes[start..end]), pattern);
                    assert_eq!(bytes[start..end], pattern.repeat(elements), "from {start}");
                    assert_eq!((bytes[start - 1], bytes[end]), (0, 0));
                }
            }
        }
        let mut much = vec![0u8; string_store::LEAST + 3];
        fill(over(&mut much[1..]), b"xy");
        assert!(much[1..] == b"xy".repeat(much.len() / 2)[..] && much[0] == 0);
    }
}
