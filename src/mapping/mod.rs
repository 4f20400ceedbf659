//! A file from an offset on, mapped through windows that never move, and the guard over them.

mod address_range;
mod advice;
#[cfg(test)]
mod fault_order;
pub mod guard;
mod own_pages;
mod prefault;
mod restorations;
mod window;
mod word;

use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

pub use advice::Advice;
pub use window::Window;
pub use word::SharedWord;

use crate::error::Result;
use crate::storage::{Access, Storage};

/// What arrays over the same bytes share: all threads that attach find the same window, so they share its page tables.
#[derive(Debug)]
pub struct Mapping {
    storage: Arc<Storage>,
    /// Byte of the file at which element 0 lies.
    offset: u64,
    access: Access,
    newest: Mutex<Weak<Window>>,
    /// The number by which the process finds this mapping, once one was asked for.
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

    /// Bytes the file holds from the offset on, asked anew.
    pub fn bytes(&self) -> Result<u64> {
        Ok(self.storage.size()?.saturating_sub(self.offset))
    }

    pub fn access(&self) -> Access {
        self.access
    }

    /// Whether pages that are written to become this mapping's own.
    pub fn is_private(&self) -> bool {
        self.access.is_private()
    }

    /// A window of at least `bytes`: the one that is there, or a new, wider one. Old ones live on as long as somebody
    /// holds them, and show the same pages.
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

    /// Whether the guard laid zeros over the first bytes, as far as can be told without waiting: the end of the process asks too.
    pub fn has_zeros_before(&self, bytes: u64) -> bool {
        let newest = self.newest.try_lock().ok().and_then(|newest| newest.upgrade());
        let zeros = newest.and_then(|window| window.zeros_from());
        zeros.is_some_and(|from| from < bytes)
    }

    /// Gives a window back. Where the caller is known to hold all the shares of it that are left, their pages become
    /// blank at once; the address range follows with the last share. Other threads may let shares of the caller go
    /// meanwhile: each is counted down before it goes.
    pub fn retire(&self, window: &Arc<Window>, other_shares_of_the_caller: &AtomicUsize) {
        // The lock keeps other threads from taking a new share meanwhile.
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // In this order: a share that goes between the two looks like somebody else's, and nothing is blanked.
        let holders = Arc::strong_count(window);
        fence(Ordering::Acquire);
        let shares = other_shares_of_the_caller.load(Ordering::Acquire);
        if shares > 0 && holders == 1 + shares {
            if newest.as_ptr() == Arc::as_ptr(window) {
                *newest = Weak::new();
            }
            window.blank();
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
    fn everybody_gets_the_same_window() {
        let mapping = mapping(Access::ReadWrite);
        let one = mapping.window(0).unwrap();
        assert!(Arc::ptr_eq(&one, &mapping.window(5).unwrap()));
    }

    #[test]
    fn a_window_that_is_outgrown_shows_the_same_pages() {
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
    fn private_pages_stay_private() {
        let private = mapping(Access::ReadOnly);
        private.storage().grow(0, 100).unwrap();
        let shared = Mapping::new(private.storage().clone(), 0, Access::ReadWrite);
        let (private, shared) = (private.window(100).unwrap(), shared.window(100).unwrap());
        private.region(100).write(0, b"mine");
        assert_eq!(shared.region(100).get::<u32>(0), 0);
    }

    #[test]
    fn a_retired_window_is_blank_and_one_in_use_is_not() {
        let mapping = mapping(Access::ReadWrite);
        mapping.storage().grow(0, 100).unwrap();
        let window = mapping.window(100).unwrap();
        window.region(100).write(0, &[7]);
        let (share, other) = (window.clone(), window.clone());
        mapping.retire(&window, &1.into());
        assert_eq!(share.region(100).get::<u8>(0), 7);
        drop(other);
        mapping.retire(&window, &1.into());
        assert_eq!(share.region(100).get::<u8>(0), 0);
        assert!(!Arc::ptr_eq(&share, &mapping.window(100).unwrap()));
    }

    #[test]
    fn a_thread_that_panicked_with_a_lock_in_hand_stops_nobody() {
        let mapping = mapping(Access::ReadWrite);
        let theirs = mapping.clone();
        let panicked = std::thread::spawn(move || {
            let _held = theirs.newest.lock();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        assert!(mapping.newest.is_poisoned());
        let window = mapping.window(5).unwrap();
        mapping.retire(&window, &0.into());
        assert!(Arc::ptr_eq(&window, &mapping.window(5).unwrap()));
    }
}
