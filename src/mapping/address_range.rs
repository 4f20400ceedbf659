//! The address range of a window: how long it is, and where it lies.
#![allow(unsafe_code, reason = "maps files")]

use memmap2::{MmapOptions, MmapRaw};
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::os::huge_pages::HUGE_PAGE;
use crate::os::memory;
use crate::storage::Storage;

/// Least length of a window: most arrays never outgrow it. Address space costs nothing to take. To give it back takes the system
/// 3 us for 256 MiB once a page was touched, and 8 us for 1 GiB: a third of opening and closing a small file.
const LEAST_WINDOW: u64 = 256 << 20;
/// How many times its file a window is long.
const HEADROOM: u64 = 8;
/// By how much a window is longer than that. The system puts windows side by side, and some processors confuse addresses that
/// are a multiple of 256 MiB apart: a loop over two arrays took half as long again on an AMD EPYC. A huge page keeps windows aligned.
const STAGGER: u64 = HUGE_PAGE;

/// Maps a file from `offset` on, wide enough for `bytes` and many more.
///
/// # Errors
/// The system's, `ENOMEM` where not even the bytes themselves find room.
pub fn map(storage: &Storage, offset: u64, bytes: u64, private: bool) -> Result<MmapRaw> {
    let least = memory::round_up_to_pages(bytes.max(1));
    // Where address space is short it is not ours to take for later.
    let wide = if memory::address_space_is_limited() {
        bytes.saturating_mul(2)
    } else {
        bytes
            .saturating_mul(HEADROOM)
            .max(LEAST_WINDOW)
            .saturating_add(STAGGER)
            .checked_next_multiple_of(HUGE_PAGE)
            .unwrap_or(u64::MAX)
    };
    let mut length = memory::round_up_to_pages(wide).max(least);
    loop {
        match map_length(storage, offset, length, private) {
            Ok(map) => return Ok(map),
            Err(_) if length > least => length = memory::round_up_to_pages((length / 2).max(least)),
            Err(error) => return Err(storage.named(Error::io(&error, "mmap"))),
        }
    }
}

fn map_length(storage: &Storage, offset: u64, length: u64, private: bool) -> std::io::Result<MmapRaw> {
    let length = isize::try_from(length).map_err(|_| std::io::Error::from(Errno::NOMEM))? as usize;
    let mut options = MmapOptions::new();
    options.offset(offset).len(length);
    if offset == 0
        && !private
        && storage.is_in_memory()
        && let Some(map) = map_aligned(storage, length)
    {
        return Ok(map);
    }
    if private {
        // SAFETY: the bytes are only touched through a Region, which allows others to change them.
        let map = unsafe { options.no_reserve_swap().map_copy(storage.file()) };
        map.map(MmapRaw::from)
    } else {
        options.map_raw(storage.file())
    }
}

/// Maps a file in memory so that it can have huge pages. The system aligns memory of no file for them by itself, since
/// Linux 6.7; files only where an administrator has allowed huge pages for them.
fn map_aligned(storage: &Storage, length: usize) -> Option<MmapRaw> {
    if !length.is_multiple_of(HUGE_PAGE as usize) {
        return None;
    }
    let map = MmapOptions::new().len(length).no_reserve_swap().map_anon().ok()?;
    let map = MmapRaw::from(map);
    if !map.as_mut_ptr().addr().is_multiple_of(HUGE_PAGE as usize) {
        return None;
    }
    // SAFETY: these are the pages of the mapping just made, which nobody else knows of.
    let laid = unsafe { memory::map_fixed(map.as_mut_ptr(), length, storage.file(), 0, false) };
    if laid.is_err() {
        // Older systems may have taken the pages away by then, and given the range to somebody else.
        std::mem::forget(map);
        return None;
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_longer_than_their_files() {
        let storage = Storage::anonymous().unwrap();
        assert_eq!(
            map(&storage, 0, 0, false).unwrap().len() as u64,
            LEAST_WINDOW + STAGGER
        );
        assert_eq!(
            map(&storage, 0, 1 << 30, false).unwrap().len() as u64,
            (8 << 30) + STAGGER
        );
    }

    #[test]
    fn few_windows_are_confused() {
        const ALIKE: usize = 256 << 20;
        let storage = Storage::anonymous().unwrap();
        let windows: Vec<MmapRaw> = (0..8).map(|_| map(&storage, 0, 0, false).unwrap()).collect();
        let mut places: Vec<usize> = windows
            .iter()
            .map(|window| window.as_ptr().addr() % ALIKE)
            .collect();
        places.sort_unstable();
        places.dedup();
        // Some may have found gaps that windows of other tests had left.
        assert!(places.len() > windows.len() / 2, "{places:x?}");
    }

    #[test]
    fn memory_lies_where_it_can_have_huge_pages() {
        let bytes = (LEAST_WINDOW + STAGGER) as usize;
        let memory = MmapOptions::new()
            .len(bytes)
            .no_reserve_swap()
            .map_anon()
            .unwrap();
        let huge = HUGE_PAGE as usize;
        // Older systems do not align memory for them.
        if memory.as_ptr().addr().is_multiple_of(huge) {
            let storage = Storage::anonymous().unwrap();
            let window = map(&storage, 0, 1, false).unwrap();
            assert!(window.as_ptr().addr().is_multiple_of(huge));
        }
    }

    #[test]
    fn what_does_not_fit_the_address_space_is_enomem() {
        let storage = Storage::anonymous().unwrap();
        assert_eq!(map(&storage, 0, 1 << 60, false).unwrap_err().code(), "ENOMEM");
    }
}
