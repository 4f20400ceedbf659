//! Copies bytes so that no element is torn, even if others read it meanwhile or the process is killed.
//!
//! `memmove` of glibc moves whole words. That of musl moves single bytes if words do not fit, so for musl the copy is made here.
#![allow(unsafe_code, reason = "copies between ranges given by address")]

use std::sync::atomic::{Ordering, compiler_fence};

/// Bytes that are read before any of them is stored.
type Block = [u64; 4];

/// Like `std::ptr::copy`, for elements of 1, 2, 4 or 8 bytes. No element that is aligned to its size is torn.
///
/// # Safety
/// That of `std::ptr::copy`.
#[inline]
pub unsafe fn copy(from: *const u8, into: *mut u8, length: usize) {
    if cfg!(target_env = "musl") {
        // SAFETY: the caller's.
        unsafe { copy_words(from, into, length) }
    } else {
        // SAFETY: the caller's.
        unsafe { std::ptr::copy(from, into, length) }
    }
}

/// Each step moves whole elements. Before and after it, the rest is a whole number of elements, so a step is never shorter than
/// one.
///
/// # Safety
/// That of `std::ptr::copy`.
unsafe fn copy_words(from: *const u8, into: *mut u8, length: usize) {
    let goes_up = into.addr().wrapping_sub(from.addr()) >= length;
    let mut left = length;
    while left > 0 {
        let bytes = match left {
            32.. => 32,
            8.. => 8,
            4.. => 4,
            2.. => 2,
            _ => 1,
        };
        let at = if goes_up { length - left } else { left - bytes };
        let (from, into) = (from.wrapping_add(at), into.wrapping_add(at));
        match bytes {
            // SAFETY: the step is inside both ranges.
            32 => unsafe { step::<Block>(from, into) },
            // SAFETY: as above.
            8 => unsafe { step::<u64>(from, into) },
            // SAFETY: as above.
            4 => unsafe { step::<u32>(from, into) },
            // SAFETY: as above.
            2 => unsafe { step::<u16>(from, into) },
            // SAFETY: as above.
            _ => unsafe { step::<u8>(from, into) },
        }
        left -= bytes;
    }
}

/// # Safety
/// `from` has a readable T, and `into` has room for one.
#[inline(always)]
unsafe fn step<T: Copy>(from: *const u8, into: *mut u8) {
    // SAFETY: the caller's.
    let value = unsafe { from.cast::<T>().read_unaligned() };
    // SAFETY: the caller's.
    unsafe { into.cast::<T>().write_unaligned(value) };
    // Without this, the compiler makes a call of `memmove` of the loop.
    compiler_fence(Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copy_words_of_any_overlap_agrees_with_copy() {
        let bytes: Vec<u8> = (0..200).map(|n| n as u8).collect();
        for length in 0..80 {
            for (from, into) in [
                (50, 50),
                (50, 51),
                (51, 50),
                (50, 54),
                (58, 50),
                (50, 90),
                (90, 50),
                (3, 110),
            ] {
                let mut expected = bytes.clone();
                expected.copy_within(from..from + length, into);
                let mut copied = bytes.clone();
                let start = copied.as_mut_ptr();
                // SAFETY: both ranges are inside the vector.
                unsafe { copy_words(start.wrapping_add(from), start.wrapping_add(into), length) };
                assert_eq!(copied, expected, "{length} bytes from {from} to {into}");
            }
        }
    }
}
