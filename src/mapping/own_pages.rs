//! Whether a private window still has the pages that were written to.
//!
//! When another process truncates a file, the kernel also drops the private pages behind its new end. Their contents do not come
//! back when the file grows again, and no fault tells, unless such a page is touched in between.
//!
//! The kernel drops all pages from the new end on, so it is enough to watch the last page of the array. That page is copied before
//! the first element is written. Appends and writes of other processes leave the copy alone.
#![allow(unsafe_code, reason = "stores to mapped memory")]

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use crate::kernels::Region;
use crate::os::memory::page_size;
use crate::os::pagemap;

#[derive(Debug, Default)]
pub struct OwnPages {
    /// Whether elements may have been written.
    written: AtomicBool,
    /// Address of the page that is watched; 0 for none.
    watched: AtomicUsize,
}

impl OwnPages {
    pub fn are_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// Watches the last page of an array. Must be called before one of its bytes is written to.
    pub fn watch(&self, bytes: Region<'_>) {
        self.written.store(true, Ordering::Relaxed);
        let page = Self::copy_last_page(bytes);
        // Of two arrays, the longer one loses pages first. Release: a thread that loads the address sees the copied page.
        self.watched.fetch_max(page, Ordering::Release);
    }

    /// Whether pages were lost since the last call. Reports each loss once.
    pub fn take_loss(&self) -> bool {
        let page = self.watched.load(Ordering::Acquire);
        if page == 0 || pagemap::is_own_copy(page) != Some(false) {
            return false;
        }
        // If two threads find the loss at the same time, one of them reports it.
        self.watched
            .compare_exchange(page, 0, Ordering::Relaxed, Ordering::Relaxed)
            .is_ok()
    }

    /// Makes the kernel copy the page of the last byte. Returns its address, or 0 if there are no bytes.
    fn copy_last_page(bytes: Region<'_>) -> usize {
        let Some(last) = bytes.len().checked_sub(1) else {
            return 0;
        };
        let address = bytes.address() + last;
        // SAFETY: the byte is in the region, which is mapped for writing. Others may store to it at any time, hence the atomic.
        let byte = unsafe { AtomicU8::from_ptr(address as *mut u8) };
        let value = byte.load(Ordering::Relaxed);
        // Stores the value that is there. If this fails, another thread has just stored to the page, which copied it too.
        let _ = byte.compare_exchange(value, value, Ordering::Relaxed, Ordering::Relaxed);
        address - address % page_size() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::Window;
    use crate::storage::Storage;
    use std::sync::Arc;

    /// Some bytes of a sixth page.
    fn bytes() -> u64 {
        5 * page_size() + 10
    }

    fn window() -> (Arc<Storage>, Window) {
        let storage = Arc::new(Storage::anonymous().unwrap());
        storage.grow(0, bytes()).unwrap();
        let window = Window::map(&storage, 0, bytes(), true).unwrap();
        (storage, window)
    }

    #[test]
    fn take_loss_after_a_truncation_reports_it_once() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let (storage, window) = window();
        let pages = OwnPages::default();
        assert!(!pages.take_loss());
        pages.watch(window.region(bytes()));
        window.region(bytes()).put::<u8>(0, 7);
        assert!(!pages.take_loss());
        storage.truncate(3 * page_size()).unwrap();
        storage.grow(3 * page_size(), bytes()).unwrap();
        assert!(pages.take_loss());
        assert!(!pages.take_loss());
        pages.watch(window.region(bytes()));
        assert!(!pages.take_loss());
        storage.truncate(0).unwrap();
        storage.grow(0, bytes()).unwrap();
        assert!(pages.take_loss());
    }

    #[test]
    fn take_loss_after_others_appended_and_wrote_reports_nothing() {
        let (storage, window) = window();
        let pages = OwnPages::default();
        pages.watch(window.region(bytes()));
        storage.write_at(Region::of(&[1; 20]), bytes() - 10).unwrap();
        storage.grow(bytes() + 10, 1 << 20).unwrap();
        // The new end is behind the array.
        storage.truncate(bytes()).unwrap();
        assert!(!pages.take_loss());
    }

    // What broke: after a loss only the array that was refreshed first was watched.
    #[test]
    fn take_loss_watches_the_longer_of_two_arrays_after_both_were_refreshed() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let (storage, window) = window();
        let pages = OwnPages::default();
        pages.watch(window.region(bytes()));
        storage.truncate(2 * page_size()).unwrap();
        assert!(pages.take_loss());
        pages.watch(window.region(2 * page_size()));
        storage.grow(2 * page_size(), bytes()).unwrap();
        pages.watch(window.region(bytes()));
        storage.truncate(4 * page_size()).unwrap();
        storage.grow(4 * page_size(), bytes()).unwrap();
        assert!(pages.take_loss());
    }

    #[test]
    fn take_loss_watches_the_longer_of_two_arrays() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let (storage, window) = window();
        let pages = OwnPages::default();
        pages.watch(window.region(bytes()));
        pages.watch(window.region(10));
        storage.truncate(page_size()).unwrap();
        storage.grow(page_size(), bytes()).unwrap();
        assert!(pages.take_loss());
    }
}
