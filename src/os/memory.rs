//! Pages: their size, and others laid over mapped ones.
#![allow(unsafe_code, reason = "maps fixed pages")]

use std::fs::File;
use std::sync::OnceLock;

use rustix::mm::{MapFlags, ProtFlags, mmap, mmap_anonymous};
use rustix::process::{Resource, getrlimit};

use crate::error::{Error, Result};

pub fn page_size() -> u64 {
    rustix::param::page_size() as u64
}

/// Bytes of memory and swap the machine has.
pub fn installed() -> u64 {
    let machine = rustix::system::sysinfo();
    let pages = (machine.totalram as u64).saturating_add(machine.totalswap as u64);
    pages.saturating_mul(u64::from(machine.mem_unit))
}

/// Whether the process may not take all the address space there is. Asked once: each window would ask.
pub fn address_space_is_limited() -> bool {
    static IS_LIMITED: OnceLock<bool> = OnceLock::new();
    *IS_LIMITED.get_or_init(|| getrlimit(Resource::As).current.is_some())
}

/// Rounds up to whole pages, or to the largest multiple of a page where there is none above.
pub fn round_up_to_pages(bytes: u64) -> u64 {
    let page = page_size();
    bytes
        .div_ceil(page)
        .checked_mul(page)
        .unwrap_or(u64::MAX - u64::MAX % page)
}

/// Replaces the pages that hold a range by blank ones: reads see zeros, writes go nowhere.
///
/// # Safety
/// - The whole range is mapped, by a mapping the caller owns.
/// - Nobody relies on its contents any more.
pub unsafe fn blank_out(start: *mut u8, length: usize) -> Result<()> {
    let lead = start.addr() % page_size() as usize;
    let flags = MapFlags::FIXED | MapFlags::PRIVATE | MapFlags::NORESERVE;
    let length = round_up_to_pages((length + lead) as u64) as usize;
    // SAFETY: the caller owns the mapping, whose pages these are, and has given up their contents.
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

/// Replaces whole pages by those of a file.
///
/// # Safety
/// - The whole range is mapped, begins and ends on a page, and the caller may replace it.
/// - Nobody relies on its contents any more.
pub unsafe fn lay_over(start: *mut u8, length: usize, file: &File, offset: u64, private: bool) -> Result<()> {
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
