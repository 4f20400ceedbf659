//! What the kernel says about one page of this process: whether it is a private copy.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;

use super::memory::page_size;
use super::portable;

const IN_MEMORY: u64 = 1 << 63;
const SWAPPED_OUT: u64 = 1 << 62;
const OF_FILE: u64 = 1 << 61;

/// Whether the page at an address is a private copy, in memory or swapped out. False for a page of a file, and for one that was never
/// touched. `None` if the system does not tell.
pub fn is_own_copy(address: usize) -> Option<bool> {
    if portable::is_forced() {
        return None;
    }
    // Kept open, because each call on an array that was written to asks before and after. If it cannot be opened, the next call
    // tries again.
    static PAGEMAP: OnceLock<File> = OnceLock::new();
    let pagemap = match PAGEMAP.get() {
        Some(pagemap) => pagemap,
        None => {
            let opened = File::open("/proc/self/pagemap").ok()?;
            PAGEMAP.get_or_init(|| opened)
        }
    };
    let mut entry = [0; size_of::<u64>()];
    let position = address as u64 / page_size() * size_of::<u64>() as u64;
    pagemap.read_exact_at(&mut entry, position).ok()?;
    let entry = u64::from_ne_bytes(entry);
    Some(entry & (IN_MEMORY | SWAPPED_OUT) != 0 && entry & OF_FILE == 0)
}
