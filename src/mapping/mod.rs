//! Maps a file from an offset on, through windows that never move, and guards them.

mod address_range;
mod advice;
mod fault_log;
#[cfg(test)]
mod fault_order;
pub mod guard;
mod own_pages;
mod prefault;
mod window;
mod window_refs;
mod word;

use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

pub use advice::Advice;
pub use window::Window;
pub use window_refs::{WindowRef, WindowRefs};
pub use word::SharedWord;

use crate::error::Result;
use crate::storage::{Access, Storage};

/// A file from an offset on, shared by all arrays over these bytes. Threads that attach get the same window, and so share its page
/// tables.
#[derive(Debug)]
pub struct Mapping {
    storage: Arc<Storage>,
    /// Byte of the file at which element 0 lies.
    offset: u64,
    access: Access,
    newest: Mutex<Weak<Window>>,
    /// The number of this mapping in the registry of handles, once it has one.
    pub number: OnceLock<u64>,
}

impl Mapping {
    pub fn new(storage: Arc<Storage>, offset: u64, access: Access) -> Arc<Mapping> {
        Arc::new(Mapping {
            storage,
            offset,
            access,
            newest: Mutex::new(Weak::new()),
            number: OnceLock::new(),
        })
    }

    pub fn storage(&self) -> &Arc<Storage> {
        &self.storage
    }

    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes the file has now from the offset on.
    pub fn bytes(&self) -> Result<u64> {
        Ok(self.storage.size()?.saturating_sub(self.offset))
    }

    pub fn access(&self) -> Access {
        self.access
    }

    /// Whether writes stay in this mapping.
    pub fn is_private(&self) -> bool {
        self.access.is_private()
    }

    /// A window of at least `bytes`: the newest one if it is long enough, or a new one. Older windows stay as long as somebody holds
    /// them, and show the same pages.
    pub fn window(&self, bytes: u64) -> Result<Arc<Window>> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(window) = newest.upgrade().filter(|window| window.len() as u64 >= bytes) {
            return Ok(window);
        }
        let window = Window::map(&self.storage, self.offset, bytes, self.is_private())?;
        let window = Arc::new(window);
        *newest = Arc::downgrade(&window);
        Ok(window)
    }

    /// Whether the guard mapped zeros over some of the first bytes. Does not wait for locks, because it is also called at the exit
    /// of the process; if a lock is held, returns false.
    pub fn has_zeros_before(&self, bytes: u64) -> bool {
        let newest = self.newest.try_lock().ok().and_then(|newest| newest.upgrade());
        let zeros = newest.and_then(|window| window.zeros_from());
        zeros.is_some_and(|from| from < bytes)
    }

    /// Releases the memory of a window if all references to it are the caller's: `window` itself and a number of others. Its address
    /// range stays until the last reference is dropped. Other threads may drop references of the caller during the call; they lower
    /// the number before they drop one.
    pub fn release(&self, window: &Arc<Window>, other_references: &AtomicUsize) {
        // The lock keeps other threads from taking a new reference meanwhile.
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // In this order: a reference that is dropped in between looks like somebody else's, and the window is not released.
        let all = Arc::strong_count(window);
        fence(Ordering::Acquire);
        let others = other_references.load(Ordering::Acquire);
        if others > 0 && all == 1 + others {
            if newest.as_ptr() == Arc::as_ptr(window) {
                *newest = Weak::new();
            }
            window.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(access: Access) -> Arc<Mapping> {
        Mapping::new(Arc::new(Storage::anonymous().unwrap()), 0, access)
    }

    #[test]
    fn window_of_bytes_that_fit_is_the_same_one() {
        let mapping = mapping(Access::ReadWrite);
        let one = mapping.window(0).unwrap();
        assert!(Arc::ptr_eq(&one, &mapping.window(5).unwrap()));
    }

    #[test]
    fn window_of_more_bytes_is_a_new_one_and_the_old_one_shows_the_same_pages() {
        let mapping = mapping(Access::ReadWrite);
        mapping.storage().grow(0, 100).unwrap();
        let old = mapping.window(100).unwrap();
        let new = mapping.window(old.len() as u64 + 1).unwrap();
        assert!(new.len() > old.len());
        old.region(100).write(0, b"seen");
        let mut text = [0; 4];
        new.region(100).read(0, &mut text);
        assert_eq!(&text, b"seen");
    }

    #[test]
    fn a_write_to_a_private_window_is_not_seen_in_the_file() {
        let private = mapping(Access::ReadOnly);
        private.storage().grow(0, 100).unwrap();
        let shared = Mapping::new(private.storage().clone(), 0, Access::ReadWrite);
        let (private, shared) = (private.window(100).unwrap(), shared.window(100).unwrap());
        private.region(100).write(0, b"mine");
        assert_eq!(shared.region(100).get::<u32>(0), 0);
    }

    #[test]
    fn release_of_a_window_that_another_holds_does_nothing_and_else_it_reads_zeros() {
        let mapping = mapping(Access::ReadWrite);
        mapping.storage().grow(0, 100).unwrap();
        let window = mapping.window(100).unwrap();
        window.region(100).write(0, &[7]);
        let (share, other) = (window.clone(), window.clone());
        mapping.release(&window, &1.into());
        assert_eq!(share.region(100).get::<u8>(0), 7);
        drop(other);
        mapping.release(&window, &1.into());
        assert_eq!(share.region(100).get::<u8>(0), 0);
        assert!(!Arc::ptr_eq(&share, &mapping.window(100).unwrap()));
    }

    #[test]
    fn window_after_a_thread_panicked_with_the_lock_works() {
        let mapping = mapping(Access::ReadWrite);
        let theirs = mapping.clone();
        let panicked = std::thread::spawn(move || {
            let _held = theirs.newest.lock();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        assert!(mapping.newest.is_poisoned());
        let window = mapping.window(5).unwrap();
        mapping.release(&window, &0.into());
        assert!(Arc::ptr_eq(&window, &mapping.window(5).unwrap()));
    }
}
