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
                mapping.release(&window, &count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Access, Storage};
    use std::hint::spin_loop;
    use std::sync::Barrier;

    #[test]
    fn a_window_that_another_uses_is_not_blanked_while_shares_go() {
        for round in 0..600 {
            let storage = Arc::new(Storage::anonymous().unwrap());
            storage.grow(0, 4096).unwrap();
            let mapping = Mapping::new(storage, 0, Access::ReadWrite);
            let window = mapping.window(4096).unwrap();
            window.region(1).put::<u8>(0, 7);
            let theirs = window.clone();
            let shares = Shares::default();
            let (one, two) = (shares.of(&window), shares.of(&window));
            drop(window);
            let go = Barrier::new(3);
            std::thread::scope(|scope| {
                // A buffer that is collected on another thread.
                scope.spawn(|| {
                    go.wait();
                    (0..round % 400).for_each(|_| spin_loop());
                    drop(one);
                });
                // An array that outgrows the window: who retires it waits for that.
                scope.spawn(|| {
                    go.wait();
                    mapping.window(4 << 30).unwrap();
                });
                go.wait();
                shares.retire_windows(&mapping);
            });
            assert_eq!(theirs.region(1).get::<u8>(0), 7, "round {round}");
            drop(two);
        }
    }
}
