//! References to windows that are counted for each array: each buffer that JavaScript has owns one, so its memory stays mapped.

use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use super::{Mapping, Window};

/// Keeps a window mapped.
pub struct WindowRef {
    _window: Arc<Window>,
    count: Arc<AtomicUsize>,
}

impl Drop for WindowRef {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Release);
    }
}

/// The windows that one array's buffers are on, each with the number of its [`WindowRef`]s.
#[derive(Default)]
pub struct WindowRefs(RefCell<Vec<(Weak<Window>, Arc<AtomicUsize>)>>);

impl WindowRefs {
    pub fn add(&self, window: &Arc<Window>) -> WindowRef {
        let mut windows = self.0.borrow_mut();
        windows.retain(|(window, _)| window.strong_count() > 0);
        let is_this = |(known, _): &(Weak<Window>, _)| known.as_ptr() == Arc::as_ptr(window);
        let at = windows.iter().position(is_this).unwrap_or_else(|| {
            windows.push((Arc::downgrade(window), Arc::default()));
            windows.len() - 1
        });
        let count = windows[at].1.clone();
        count.fetch_add(1, Ordering::Relaxed);
        WindowRef {
            _window: window.clone(),
            count,
        }
    }

    /// Releases the windows. A buffer that JavaScript still reaches reads zeros.
    pub fn release(&self, mapping: &Mapping) {
        for (window, count) in self.0.borrow_mut().drain(..) {
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
    fn release_of_a_window_that_another_array_uses_keeps_its_pages_while_buffers_are_collected() {
        for round in 0..600 {
            let storage = Arc::new(Storage::anonymous().unwrap());
            storage.grow(0, 4096).unwrap();
            let mapping = Mapping::new(storage, 0, Access::ReadWrite);
            let window = mapping.window(4096).unwrap();
            window.region(1).put::<u8>(0, 7);
            let theirs = window.clone();
            let refs = WindowRefs::default();
            let (one, two) = (refs.add(&window), refs.add(&window));
            drop(window);
            let go = Barrier::new(3);
            std::thread::scope(|scope| {
                // A buffer that is collected on another thread.
                scope.spawn(|| {
                    go.wait();
                    (0..round % 400).for_each(|_| spin_loop());
                    drop(one);
                });
                // An array that outgrows the window: `release` waits for it.
                scope.spawn(|| {
                    go.wait();
                    mapping.window(4 << 30).unwrap();
                });
                go.wait();
                refs.release(&mapping);
            });
            assert_eq!(theirs.region(1).get::<u8>(0), 7, "round {round}");
            drop(two);
        }
    }
}
