//! Memory: the page size, what is installed, and mapping pages over others.
#![allow(unsafe_code, reason = "maps fixed pages")]

use std::fs::File;
use std::sync::OnceLock;

use super::portable::{self, linux_only, or_fallback};
use crate::error::{Error, Result};
use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous};

pub fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

/// Bytes of memory and swap on the machine; without swap if the fallback is used. If a sandbox refuses the call, the largest number,
/// so that only the system refuses memory.
pub fn installed() -> u64 {
    if portable::is_forced() {
        // SAFETY: sysconf changes nothing.
        let pages = unsafe { libc::sysconf(libc::_SC_PHYS_PAGES) };
        return u64::try_from(pages).map_or(u64::MAX, |pages| pages.saturating_mul(page_size()));
    }
    by_sysinfo().unwrap_or(u64::MAX)
}

linux_only! {
    #[allow(clippy::unnecessary_cast, reason = "the types differ between processors")]
    fn by_sysinfo() -> Result<u64> {
        // SAFETY: all zeros is a valid value of this structure.
        let mut machine: libc::sysinfo = unsafe { std::mem::zeroed() };
        // SAFETY: the system writes only to the structure.
        if unsafe { libc::sysinfo(&mut machine) } != 0 {
            return Err(rustix::io::Errno::NOSYS);
        }
        let units = (machine.totalram as u64).saturating_add(machine.totalswap as u64);
        Ok(units.saturating_mul(u64::from(machine.mem_unit)))
    }
}

/// Whether the process has a limit on its address space. The system is asked once, because every new window needs to know.
pub fn address_space_is_limited() -> bool {
    static IS_LIMITED: OnceLock<bool> = OnceLock::new();
    *IS_LIMITED.get_or_init(|| {
        let mut limit = libc::rlimit {
            rlim_cur: libc::RLIM_INFINITY,
            rlim_max: libc::RLIM_INFINITY,
        };
        // A sandbox may refuse the call.
        // SAFETY: the system writes only to the structure.
        let done = unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
        done == 0 && limit.rlim_cur != libc::RLIM_INFINITY
    })
}

/// Prefaults the pages of a range that begins on a page. Only Linux 5.14 and later can do that in one call; on other systems this does
/// nothing.
///
/// # Errors
/// The system's.
pub fn populate(start: usize, bytes: usize) -> rustix::io::Result<()> {
    or_fallback(|| populate_read(start, bytes), || Ok(()))
}

linux_only! {
    fn populate_read(start: usize, bytes: usize) -> Result<()> {
        use rustix::mm::{Advice, madvise};
        // SAFETY: the call changes neither the contents nor the protection of a range.
        unsafe { madvise(start as *mut _, bytes, Advice::LinuxPopulateRead) }
    }
}

/// Rounds up to whole pages. If the result does not fit 64 bits, returns the largest multiple of a page that does.
pub fn round_up_to_pages(bytes: u64) -> u64 {
    round_up(bytes, page_size())
}

fn round_up(bytes: u64, page: u64) -> u64 {
    bytes
        .div_ceil(page)
        .checked_mul(page)
        .unwrap_or(u64::MAX - u64::MAX % page)
}

/// Maps private zero pages over the pages that hold a range.
///
/// # Safety
/// - The whole range is mapped, and the caller owns the mapping.
/// - Nobody relies on its contents any more.
pub unsafe fn map_zeros(start: *mut u8, length: usize) -> Result<()> {
    let lead = start.addr() % page_size() as usize;
    let flags = MapFlags::FIXED | MapFlags::PRIVATE | MapFlags::NORESERVE;
    let length = round_up_to_pages((length + lead) as u64) as usize;
    // SAFETY: the caller owns the mapping, and nobody relies on its contents.
    unsafe {
        mmap_anonymous(
            start.wrapping_sub(lead).cast(),
            length,
            ProtFlags::READ | ProtFlags::WRITE,
            flags,
        )
    }
    .map(drop)
    .map_err(|errno| Error::system(errno, "mmap"))
}

/// Maps a file over whole pages.
///
/// # Safety
/// - The whole range is mapped, begins and ends on a page, and the caller may replace it.
/// - Nobody relies on its contents any more.
pub unsafe fn map_fixed(
    start: *mut u8,
    length: usize,
    file: &File,
    offset: u64,
    private: bool,
) -> Result<()> {
    let kind = if private {
        MapFlags::PRIVATE | MapFlags::NORESERVE
    } else {
        MapFlags::SHARED
    };
    let access = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the caller may replace these pages.
    unsafe { mmap(start.cast(), length, access, kind | MapFlags::FIXED, file, offset) }
        .map(drop)
        .map_err(|errno| Error::system(errno, "mmap"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_up_to_pages_of_any_size() {
        for page in [4 << 10, 16 << 10, 64 << 10] {
            for (bytes, rounded) in [(0, 0), (1, page), (page, page), (page + 1, 2 * page)] {
                assert_eq!(round_up(bytes, page), rounded);
            }
            assert_eq!(round_up(u64::MAX - 5, page), u64::MAX - (page - 1));
        }
    }

    #[test]
    fn installed_is_more_than_nothing() {
        assert!(installed() > 1 << 20);
    }
}
