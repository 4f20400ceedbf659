//! Pages of 2 MiB in the place of 512 small ones: one fault instead of 512, and far fewer addresses to translate.
#![allow(unsafe_code, reason = "advises on ranges given by address")]

use rustix::mm::{Advice, madvise};

use super::memory::page_size;

/// What the system calls huge where its pages are of 4 KiB. Elsewhere nothing of this has an effect.
pub const HUGE_PAGE: u64 = 2 << 20;

/// From so many bytes on the one hint is nothing beside what it saves.
const LARGE: usize = 4 << 20;

/// Asks that memory which is about to be written for the first time gets huge pages: a hint, which changes no contents.
pub fn prefer(start: usize, bytes: usize) {
    if bytes < LARGE {
        return;
    }
    let page = page_size() as usize;
    let first = start.next_multiple_of(page);
    let pages = (start + bytes - first) / page * page;
    // SAFETY: wherever the range is, its contents and access stay as they are.
    let _ = unsafe { madvise(first as *mut _, pages, Advice::LinuxHugepage) };
}

/// Puts the pages of a range that begins and ends on a huge page together; what is missing of them comes as zeros, but of
/// each huge page something must be there. Contents stay, whoever else reads or stores meanwhile. Says whether it was done:
/// the system may have no huge page free, or know nothing of this (before Linux 6.1).
pub fn collapse(start: usize, bytes: usize) -> bool {
    // SAFETY: as above.
    unsafe { libc::madvise(start as *mut _, bytes, libc::MADV_COLLAPSE) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_stay() {
        let mut bytes = vec![7u8; LARGE + 3];
        prefer(bytes.as_ptr().addr() + 1, bytes.len() - 1);
        assert!(bytes.iter().all(|byte| *byte == 7));
        bytes.truncate(LARGE - 1);
        prefer(bytes.as_ptr().addr(), bytes.len());
        assert!(bytes.iter().all(|byte| *byte == 7));
    }

    #[test]
    fn what_is_not_mapped_is_refused() {
        assert!(!collapse(HUGE_PAGE as usize, HUGE_PAGE as usize));
    }
}
