//! The address range of a window: its length and its alignment.
#![allow(unsafe_code, reason = "maps files")]

use memmap2::{MmapOptions, MmapRaw};
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::os::huge_pages::HUGE_PAGE;
use crate::os::memory;
use crate::storage::Storage;

/// The least length of a window, which most arrays never outgrow. Taking address space costs nothing. Giving it back takes 3 us for
/// 256 MiB once a page was touched, and 8 us for 1 GiB: a third of opening and closing a small file.
const LEAST_WINDOW: u64 = 256 << 20;
/// How many times as long as its file a window is.
const HEADROOM: u64 = 8;
/// By how much a window is longer than that. The system places windows side by side, and some processors confuse addresses that
/// are a multiple of 256 MiB apart: on an AMD EPYC, a loop over two arrays took 1.5 times as long. The size of a huge page keeps
/// windows aligned.
const STAGGER: u64 = HUGE_PAGE;

/// Maps a file from `offset` on. The mapping is at least `bytes` long, and usually much longer.
///
/// # Errors
/// The system's. `ENOMEM` if the address space has no room for `bytes`.
pub fn map(storage: &Storage, offset: u64, bytes: u64, private: bool) -> Result<MmapRaw> {
    let least = memory::round_up_to_pages(bytes.max(1));
    // A limit on the address space leaves little room to reserve.
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
        // SAFETY: the bytes are only touched through a `Region`, which allows others to change them.
        let map = unsafe { options.no_reserve_swap().map_copy(storage.file()) };
        map.map(MmapRaw::from)
    } else {
        options.map_raw(storage.file())
    }
}

/// Maps a file in memory, aligned for huge pages. Since Linux 6.7 the system aligns anonymous memory for them, but files only if an
/// administrator has allowed huge pages for files. So this maps anonymous memory first, and the file over it.
fn map_aligned(storage: &Storage, length: usize) -> Option<MmapRaw> {
    if !length.is_multiple_of(HUGE_PAGE as usize) {
        return None;
    }
    let map = MmapOptions::new().len(length).no_reserve_swap().map_anon().ok()?;
    let map = MmapRaw::from(map);
    if !map.as_mut_ptr().addr().is_multiple_of(HUGE_PAGE as usize) {
        return None;
    }
    // SAFETY: the mapping was just made, and nobody else knows it.
    let mapped = unsafe { memory::map_fixed(map.as_mut_ptr(), length, storage.file(), 0, false) };
    if mapped.is_err() {
        // Not unmapped: older systems may have unmapped it already, and another thread may have mapped the range since.
        std::mem::forget(map);
        return None;
    }
    Some(map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn map_of_a_small_and_a_large_file_is_longer_than_the_file() {
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
    fn map_of_many_windows_rarely_puts_two_a_multiple_of_256_mib_apart() {
        const ALIKE: usize = 256 << 20;
        let storage = Storage::anonymous().unwrap();
        let windows: Vec<MmapRaw> = (0..8).map(|_| map(&storage, 0, 0, false).unwrap()).collect();
        let mut offsets: Vec<usize> = windows
            .iter()
            .map(|window| window.as_ptr().addr() % ALIKE)
            .collect();
        offsets.sort_unstable();
        offsets.dedup();
        // Some windows may be in gaps that windows of other tests left.
        assert!(offsets.len() > windows.len() / 2, "{offsets:x?}");
    }

    #[test]
    fn map_of_memory_is_aligned_for_huge_pages() {
        let bytes = (LEAST_WINDOW + STAGGER) as usize;
        let memory = MmapOptions::new()
            .len(bytes)
            .no_reserve_swap()
            .map_anon()
            .unwrap();
        let huge = HUGE_PAGE as usize;
        // Older systems do not align anonymous memory.
        if memory.as_ptr().addr().is_multiple_of(huge) {
            let storage = Storage::anonymous().unwrap();
            let window = map(&storage, 0, 1, false).unwrap();
            assert!(window.as_ptr().addr().is_multiple_of(huge));
        }
    }

    #[test]
    fn map_of_more_than_the_address_space_is_enomem() {
        let storage = Storage::anonymous().unwrap();
        assert_eq!(map(&storage, 0, 1 << 60, false).unwrap_err().code(), "ENOMEM");
    }
}
