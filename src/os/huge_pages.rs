//! Pages of 2 MiB in the place of 512 small ones: one fault instead of 512, and far fewer addresses to translate.
#![allow(unsafe_code, reason = "advises on ranges given by address")]

use std::ops::Range;

use rustix::io::Errno;

use super::memory::page_size;
use super::portable::{self, linux_only};

/// What the system calls huge where its pages are of 4 KiB.
pub const HUGE_PAGE: u64 = 2 << 20;

/// From so many bytes on the one hint is nothing beside what it saves.
const LARGE: usize = 4 << 20;

/// Why there are no huge pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Something was in use at the moment.
    ForNow,
    /// There are none free, none for this kind of memory, or none at all.
    ForGood,
}

impl Refused {
    pub fn may_pass(self) -> bool {
        self == Refused::ForNow
    }
}

/// Whether a huge page has the size that is taken for it here.
pub fn are_known() -> bool {
    page_size() == 4096
}

/// The huge pages of which at least half lies in a range.
pub fn nearest(bytes: Range<u64>) -> Range<u64> {
    let border = |byte: u64| (byte + HUGE_PAGE / 2) / HUGE_PAGE * HUGE_PAGE;
    border(bytes.start)..border(bytes.end)
}

/// Asks that memory which is about to be written for the first time gets huge pages: a hint, which changes no contents.
pub fn prefer(start: usize, bytes: usize) {
    if bytes < LARGE {
        return;
    }
    let (first, length) = whole_pages(start, bytes, page_size() as usize);
    let _ = advise(first, length);
}

/// Asks for huge pages for a range that begins on a page. Only Linux takes the hint; elsewhere it is skipped.
///
/// # Errors
/// The system's.
pub fn advise(start: usize, bytes: usize) -> rustix::io::Result<()> {
    if portable::is_forced() {
        return Ok(());
    }
    advise_huge(start, bytes)
}

linux_only! {
    fn advise_huge(start: usize, bytes: usize) -> Result<()> {
        use rustix::mm::{Advice, madvise};
        // SAFETY: wherever the range is, its contents and access stay as they are.
        unsafe { madvise(start as *mut _, bytes, Advice::LinuxHugepage) }
    }
}

/// The whole pages inside of a range of a page or more.
fn whole_pages(start: usize, bytes: usize, page: usize) -> (usize, usize) {
    let first = start.next_multiple_of(page);
    (first, (start + bytes - first) / page * page)
}

/// Puts the pages of a range that begins and ends on a huge page together; what is missing of them comes as zeros, but of
/// each huge page something must be there. Contents stay, whoever else reads or stores meanwhile. Not before Linux 6.1.
pub fn collapse(start: usize, bytes: usize) -> Result<(), Refused> {
    if portable::is_forced() {
        return Err(Refused::ForGood);
    }
    collapse_huge(start, bytes).map_err(|errno| match errno {
        Errno::AGAIN | Errno::BUSY => Refused::ForNow,
        _ => Refused::ForGood,
    })
}

linux_only! {
    fn collapse_huge(start: usize, bytes: usize) -> Result<()> {
        // The same number on every architecture. The `libc` crate knows it for glibc only.
        const MADV_COLLAPSE: i32 = 25;
        // SAFETY: as in `advise_huge`.
        if unsafe { libc::madvise(start as *mut _, bytes, MADV_COLLAPSE) } == 0 {
            return Ok(());
        }
        let error = std::io::Error::last_os_error();
        Err(Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_pages_are_advised_on() {
        for (start, bytes, pages) in [
            (8192, 12288, (8192, 12288)),
            (8193, 12288, (12288, 8192)),
            (8192, 12287, (8192, 8192)),
            (8191, 4097, (8192, 4096)),
            (8191, 4096, (8192, 0)),
        ] {
            assert_eq!(whole_pages(start, bytes, 4096), pages);
        }
    }

    #[test]
    fn what_is_half_a_huge_page_is_one() {
        const HALF: u64 = HUGE_PAGE / 2;
        assert_eq!(nearest(0..HALF - 1), 0..0);
        assert_eq!(nearest(HALF - 1..3 * HALF), 0..2 * HUGE_PAGE);
        assert_eq!(nearest(HALF..3 * HALF - 1), HUGE_PAGE..HUGE_PAGE);
    }

    #[test]
    fn contents_stay() {
        let bytes = vec![7u8; LARGE + 3];
        prefer(bytes.as_ptr().addr() + 1, bytes.len() - 1);
        assert!(bytes.iter().all(|byte| *byte == 7));
    }

    #[test]
    fn what_is_not_mapped_is_refused() {
        assert_eq!(
            collapse(HUGE_PAGE as usize, HUGE_PAGE as usize),
            Err(Refused::ForGood)
        );
    }
}
