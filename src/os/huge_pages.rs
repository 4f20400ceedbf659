//! Huge pages: one of 2 MiB takes the place of 512 small ones, so there is one page fault instead of 512, and far fewer addresses to
//! translate.
#![allow(unsafe_code, reason = "advises on ranges given by address")]

use std::ops::Range;

use rustix::io::Errno;

use super::memory::page_size;
use super::portable::{linux_only, or_fallback};

/// The size of a huge page on a system with pages of 4 KiB.
pub const HUGE_PAGE: u64 = 2 << 20;

/// Below this size, the hint costs more than it saves.
const LARGE: usize = 4 << 20;

/// Why the system gave no huge pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Some of the pages were in use at that moment.
    ForNow,
    /// None are free, or the system has none for this kind of memory.
    ForGood,
}

impl Refused {
    pub fn may_pass(self) -> bool {
        self == Refused::ForNow
    }
}

/// Whether huge pages have the size `HUGE_PAGE` on this system.
pub fn are_known() -> bool {
    page_size() == 4096
}

/// The huge pages of which at least half is in a range.
pub fn nearest(bytes: Range<u64>) -> Range<u64> {
    let border = |byte: u64| (byte + HUGE_PAGE / 2) / HUGE_PAGE * HUGE_PAGE;
    border(bytes.start)..border(bytes.end)
}

/// Asks for huge pages for memory that will be written for the first time. A hint, which changes no contents.
pub fn prefer(start: usize, bytes: usize) {
    if bytes < LARGE {
        return;
    }
    let (first, length) = whole_pages(start, bytes, page_size() as usize);
    let _ = advise(first, length);
}

/// Asks for huge pages for a range that begins on a page. Does nothing if the fallback is used.
///
/// # Errors
/// The system's.
pub fn advise(start: usize, bytes: usize) -> rustix::io::Result<()> {
    or_fallback(|| advise_huge(start, bytes), || Ok(()))
}

linux_only! {
    fn advise_huge(start: usize, bytes: usize) -> Result<()> {
        use rustix::mm::{Advice, madvise};
        // SAFETY: the call changes neither the contents nor the protection of a range.
        unsafe { madvise(start as *mut _, bytes, Advice::LinuxHugepage) }
    }
}

/// The whole pages inside a range of at least one page.
fn whole_pages(start: usize, bytes: usize, page: usize) -> (usize, usize) {
    let first = start.next_multiple_of(page);
    (first, (start + bytes - first) / page * page)
}

/// Collapses the pages of a range into huge pages. The range begins and ends at the border of a huge page. Each huge page must have
/// at least one small page in memory; missing ones become zeros. The contents stay, even if others read and store meanwhile. Needs
/// Linux 6.1.
pub fn collapse(start: usize, bytes: usize) -> Result<(), Refused> {
    let done = or_fallback(|| collapse_huge(start, bytes), || Err(Errno::NOSYS));
    done.map_err(|errno| match errno {
        Errno::AGAIN | Errno::BUSY => Refused::ForNow,
        _ => Refused::ForGood,
    })
}

linux_only! {
    fn collapse_huge(start: usize, bytes: usize) -> Result<()> {
        use super::errno::result_of;
        // The same number on every architecture. The `libc` crate knows it for glibc only.
        const MADV_COLLAPSE: i32 = 25;
        // SAFETY: as in `advise_huge`.
        result_of(unsafe { libc::madvise(start as *mut _, bytes, MADV_COLLAPSE) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pages_are_those_inside_the_range() {
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
    fn nearest_rounds_each_end_to_the_nearer_border() {
        const HALF: u64 = HUGE_PAGE / 2;
        assert_eq!(nearest(0..HALF - 1), 0..0);
        assert_eq!(nearest(HALF - 1..3 * HALF), 0..2 * HUGE_PAGE);
        assert_eq!(nearest(HALF..3 * HALF - 1), HUGE_PAGE..HUGE_PAGE);
    }

    #[test]
    fn prefer_keeps_the_contents() {
        let bytes = vec![7u8; LARGE + 3];
        prefer(bytes.as_ptr().addr() + 1, bytes.len() - 1);
        assert!(bytes.iter().all(|byte| *byte == 7));
    }

    #[test]
    fn collapse_of_unmapped_memory_is_refused() {
        assert_eq!(
            collapse(HUGE_PAGE as usize, HUGE_PAGE as usize),
            Err(Refused::ForGood)
        );
    }
}
