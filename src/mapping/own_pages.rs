//! Whether a private window still has the pages that were written to. Where others cut a file, the kernel drops private pages behind
//! the cut as well, and what was written to them does not come back when the file gets as long again. No fault tells, unless such a
//! page is touched in between.
//!
//! The pages that go are those from the cut to the end. So one page tells for all of them: the last one of the array, which is made
//! the window's own before the first element is written. An append or a write by others leaves it alone.
#![allow(unsafe_code, reason = "stores to mapped memory")]

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};

use crate::kernels::Region;
use crate::os::memory::page_size;
use crate::os::pagemap;

#[derive(Debug, Default)]
pub struct OwnPages {
    /// Whether elements may have been written.
    written: AtomicBool,
    /// Address of the page that tells; 0 for none.
    last: AtomicUsize,
}

impl OwnPages {
    pub fn are_written(&self) -> bool {
        self.written.load(Ordering::Relaxed)
    }

    /// Before some bytes, from the window's start to an array's end, may be written to.
    pub fn begin(&self, bytes: Region<'_>) {
        self.written.store(true, Ordering::Relaxed);
        let page = Self::make_own(bytes);
        // Of two arrays the longer one loses pages first. Release: whoever finds the address finds the page made the window's own.
        self.last.fetch_max(page, Ordering::Release);
    }

    /// Whether some were lost since the last answer.
    pub fn lost_some(&self) -> bool {
        let page = self.last.load(Ordering::Acquire);
        if page == 0 || pagemap::is_own_copy(page) != Some(false) {
            return false;
        }
        // If two threads find the loss at once, one reports it.
        let taken = self
            .last
            .compare_exchange(page, 0, Ordering::Relaxed, Ordering::Relaxed);
        taken.is_ok()
    }

    /// Watches again after a loss, once an array was refreshed.
    pub fn go_on(&self, bytes: Region<'_>) {
        if self.are_written() {
            self.begin(bytes);
        }
    }

    /// Makes the page of the last byte the window's own; gives its address, 0 where there are no bytes.
    fn make_own(bytes: Region<'_>) -> usize {
        let Some(last) = bytes.len().checked_sub(1) else {
            return 0;
        };
        let address = bytes.address() + last;
        // SAFETY: a byte of the region, which is mapped for writing; others may store to it at any time, hence the atomic.
        let byte = unsafe { AtomicU8::from_ptr(address as *mut u8) };
        let value = byte.load(Ordering::Relaxed);
        // A store of what is there. Whoever stores something else at this moment has made the page the window's own.
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
    fn a_cut_that_drops_pages_is_told_once() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let (storage, window) = window();
        let pages = OwnPages::default();
        assert!(!pages.lost_some());
        pages.begin(window.region(bytes()));
        window.region(bytes()).put::<u8>(0, 7);
        assert!(!pages.lost_some());
        storage.truncate(3 * page_size()).unwrap();
        storage.grow(3 * page_size(), bytes()).unwrap();
        assert!(pages.lost_some());
        assert!(!pages.lost_some());
        pages.go_on(window.region(bytes()));
        assert!(!pages.lost_some());
        storage.truncate(0).unwrap();
        storage.grow(0, bytes()).unwrap();
        assert!(pages.lost_some());
    }

    #[test]
    fn what_others_append_and_write_is_no_loss() {
        let (storage, window) = window();
        let pages = OwnPages::default();
        pages.begin(window.region(bytes()));
        storage.write_at(Region::of(&[1; 20]), bytes() - 10).unwrap();
        storage.grow(bytes() + 10, 1 << 20).unwrap();
        // Cut, but behind the array.
        storage.truncate(bytes()).unwrap();
        assert!(!pages.lost_some());
    }

    // What broke: after a loss only the array that was refreshed first was watched.
    #[test]
    fn of_two_arrays_that_were_refreshed_after_a_loss_the_longer_one_tells() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let (storage, window) = window();
        let pages = OwnPages::default();
        pages.begin(window.region(bytes()));
        storage.truncate(2 * page_size()).unwrap();
        assert!(pages.lost_some());
        pages.go_on(window.region(2 * page_size()));
        storage.grow(2 * page_size(), bytes()).unwrap();
        pages.go_on(window.region(bytes()));
        storage.truncate(4 * page_size()).unwrap();
        storage.grow(4 * page_size(), bytes()).unwrap();
        assert!(pages.lost_some());
    }

    #[test]
    fn of_two_arrays_the_longer_one_tells() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let (storage, window) = window();
        let pages = OwnPages::default();
        pages.begin(window.region(bytes()));
        pages.begin(window.region(10));
        storage.truncate(page_size()).unwrap();
        storage.grow(page_size(), bytes()).unwrap();
        assert!(pages.lost_some());
    }
}
