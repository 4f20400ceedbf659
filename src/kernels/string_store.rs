//! The processor's own way to fill much memory: it does not first read what it writes over, as the cache does for any other
//! store. On an AMD EPYC 20 to 45 % less time from 1 MiB on, and more for less.
#![allow(unsafe_code, reason = "an instruction that Rust has no name for")]

use super::Region;

/// From so many bytes on it is faster than a loop of vectors.
pub const LEAST: usize = 1 << 20;

/// Whether the processor has it as more than a loop of single stores.
#[cfg(target_arch = "x86_64")]
pub fn is_fast() -> bool {
    is_x86_feature_detected!("ermsb")
}

#[cfg(not(target_arch = "x86_64"))]
pub fn is_fast() -> bool {
    false
}

/// Writes a word to the start of a region, over and over. Bytes at the end that hold no whole word stay.
#[cfg(target_arch = "x86_64")]
pub fn fill(region: Region<'_>, word: u64) {
    let words = region.len() / size_of::<u64>();
    let start = region.elements::<u64>(&(0..words)).as_ptr();
    // SAFETY: so many words of the region are written, which may be, and nothing else. A fault in between resumes where it was.
    unsafe {
        std::arch::asm!(
            "rep stosq",
            inout("rcx") words => _,
            inout("rdi") start => _,
            in("rax") word,
            options(nostack, preserves_flags)
        );
    }
}

#[cfg(not(target_arch = "x86_64"))]
pub fn fill(_region: Region<'_>, _word: u64) {
    unreachable!("this processor has no such stores")
}
