//! The same bytes over and over.

use super::Region;
use super::dispatch::Level;

/// Words that are written together.
const ROW: usize = 32;

/// Repeats a pattern, of as many bytes as an element has, over a region from its start.
pub fn fill(region: Region<'_>, pattern: &[u8]) {
    // Larger vectors are no faster here, and slower on some processors.
    fill_at(Level::best().min(Level::Avx2), region, pattern);
}

fn fill_at(level: Level, region: Region<'_>, pattern: &[u8]) {
    const WORD: usize = size_of::<u64>();
    assert!(
        matches!(pattern.len(), 1 | 2 | 4 | 8),
        "not an element: {pattern:?}"
    );
    let word: [u8; WORD] = std::array::from_fn(|at| pattern[at % pattern.len()]);
    let words = region.len() / WORD;
    level.run(
        #[inline(always)]
        || region.rows::<u64>(0..words).fill::<ROW>(u64::from_ne_bytes(word)),
    );
    region.write(words * WORD, &word[..region.len() % WORD]);
}

/// Repeats the first `length` bytes over the rest of a region, which is a multiple of them.
pub fn repeat_head(region: Region<'_>, length: usize) {
    repeat_behind(region, length, length);
}

/// The same where the first `done` bytes are repeated already.
pub fn repeat_behind(region: Region<'_>, mut done: usize, length: usize) {
    while length > 0 && done < region.len() {
        // Whole repetitions back, and no more of them than it takes: what was written last is in the cache.
        let next = (done - done % length).min(region.len() - done);
        let back = next.div_ceil(length) * length;
        region.move_within(done - back, done, next);
        done += next;
    }
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
    fn the_head_is_repeated() {
        let mut bytes = *b"abc.........";
        repeat_head(over(&mut bytes), 3);
        assert_eq!(&bytes, b"abcabcabcabc");
    }

    #[test]
    fn a_head_that_was_repeated_in_part_is_repeated_on() {
        let head: Vec<u8> = (1..=50).collect();
        for length in [1, 3, 49, 50] {
            let repeated = head[..length].repeat(9);
            for done in length..repeated.len() {
                let mut bytes = repeated.clone();
                bytes[done..].fill(0);
                repeat_behind(over(&mut bytes), done, length);
                assert_eq!(bytes, repeated, "{done} of {length}");
            }
        }
        repeat_behind(Region::empty(), 0, 0);
    }
}
