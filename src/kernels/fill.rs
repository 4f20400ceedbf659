//! The same bytes over and over.

use super::Region;

/// Few enough to stay in the first-level cache while they are written over and over.
const RUN_BYTES: usize = 8 * 1024;

/// Repeats a pattern over a region whose length is a multiple of the pattern's.
pub fn fill(region: Region<'_>, pattern: &[u8]) {
    if region.is_empty() || pattern.is_empty() {
        return;
    }
    let repeats = (RUN_BYTES / pattern.len())
        .max(1)
        .min(region.len() / pattern.len());
    let run = pattern.repeat(repeats);
    let mut at = 0;
    while at < region.len() {
        let length = run.len().min(region.len() - at);
        region.write(at, &run[..length]);
        at += length;
    }
}

/// Repeats the first `length` bytes over the rest of a region, which is a multiple of them.
pub fn repeat_head(region: Region<'_>, length: usize) {
    let mut done = length;
    while done > 0 && done < region.len() {
        let next = done.min(region.len() - done);
        region.move_within(0, done, next);
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
        for elements in [0usize, 1, 2, 1000, 40_000] {
            let mut bytes = vec![0; elements * 4];
            fill(over(&mut bytes), &[1, 2, 3, 4]);
            assert_eq!(bytes, [1, 2, 3, 4].repeat(elements));
        }
    }

    #[test]
    fn the_head_is_repeated() {
        let mut bytes = *b"abc.........";
        repeat_head(over(&mut bytes), 3);
        assert_eq!(&bytes, b"abcabcabcabc");
    }
}
