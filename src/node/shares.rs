//! Who keeps a window mapped: each buffer that JavaScript was given owns a share of it.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use crate::mapping::{Mapping, Window};

/// What a buffer owns: its memory stays mapped as long as JavaScript can reach it.
pub struct Share {
    _window: Arc<Window>,
    count: Arc<AtomicUsize>,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Release);
    }
}

/// The shares that one array gave away.
#[derive(Default)]
pub struct Shares {
    /// The windows that buffers are on, and how many shares of each are still to be finalized.
    windows: RefCell<Vec<(Weak<Window>, Arc<AtomicUsize>)>>,
}

impl Shares {
    pub fn of(&self, window: &Arc<Window>) -> Share {
        let mut windows = self.windows.borrow_mut();
        windows.retain(|(window, _)| window.strong_count() > 0);
        let known = windows
            .iter()
            .find(|(known, _)| known.as_ptr() == Arc::as_ptr(window));
        let count = known.map_or_else(Arc::default, |(_, count)| count.clone());
        if known.is_none() {
            windows.push((Arc::downgrade(window), count.clone()));
        }
        count.fetch_add(1, Ordering::Relaxed);
        Share {
            _window: window.clone(),
            count,
        }
    }

    /// Gives the windows back that buffers are on; what JavaScript still reaches reads zeros.
    pub fn retire_windows(&self, mapping: &Mapping) {
        for (window, count) in self.windows.borrow_mut().drain(..) {
            if let Some(window) = window.upgrade() {
                mapping.retire(&window, count.load(Ordering::Acquire));
            }
        }
    }
}
