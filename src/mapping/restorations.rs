//! How often a window was restored after a fault, and from which byte on. An array that last saw a smaller number may have read
//! zeros there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub struct Restorations {
    /// To be asked without the lock.
    count: AtomicUsize,
    /// In order of time, without those that a later one covers: each begins at a later byte than the one before.
    list: Mutex<Vec<Restoration>>,
}

#[derive(Debug)]
struct Restoration {
    number: usize,
    /// First byte of the window that had been zeros.
    from: u64,
}

impl Restorations {
    /// How many there were.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    pub fn add(&self, from: u64) {
        let mut list = self.list();
        let number = self.count();
        while list.pop_if(|earlier| earlier.from >= from).is_some() {}
        list.push(Restoration { number, from });
        self.count.store(number + 1, Ordering::Release);
    }

    /// Whether a restoration after the first `known` ones began within so many bytes.
    pub fn reached(&self, bytes: u64, known: usize) -> bool {
        if self.count() == known {
            return false;
        }
        // The first of those that are left reaches in front of all later ones.
        let list = self.list();
        let first = list.iter().find(|restoration| restoration.number >= known);
        first.is_some_and(|restoration| restoration.from < bytes)
    }

    fn list(&self) -> MutexGuard<'_, Vec<Restoration>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_heard_of_by_those_who_know_of_fewer() {
        let restorations = Restorations::default();
        let mut all = Vec::new();
        for from in [4096, 8192, 0, 12288, 4096, 8192, 4096, 4096] {
            restorations.add(from);
            all.push(from);
            assert_eq!(restorations.count(), all.len());
            for known in 0..=all.len() {
                for bytes in [0, 1, 4096, 4097, 8193, 20_000] {
                    let reached = all[known..].iter().any(|from| *from < bytes);
                    assert_eq!(
                        restorations.reached(bytes, known),
                        reached,
                        "{all:?} {known} {bytes}"
                    );
                }
            }
        }
    }

    #[test]
    fn many_from_the_same_byte_on_take_no_more_room_than_one() {
        let restorations = Restorations::default();
        for _ in 0..1000 {
            restorations.add(4096);
        }
        assert_eq!(restorations.list().len(), 1);
    }
}
