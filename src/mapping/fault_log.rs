//! The fault epoch of a window: how many times it was restored after a fault, and from which byte on. An array that last saw a
//! smaller epoch may have read zeros there.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub struct FaultLog {
    /// The number of restorations. Read without the lock.
    epoch: AtomicUsize,
    /// In order of time. An entry is dropped once a later one begins at the same byte or before it, so the bytes rise.
    entries: Mutex<Vec<Entry>>,
}

#[derive(Debug)]
struct Entry {
    /// The epoch that it ended.
    epoch: usize,
    /// The first byte of the window that had read as zero.
    from: u64,
}

impl FaultLog {
    pub fn epoch(&self) -> usize {
        self.epoch.load(Ordering::Acquire)
    }

    /// Logs a restoration from a byte on, and begins the next epoch.
    pub fn add(&self, from: u64) {
        let mut entries = self.entries();
        let epoch = self.epoch();
        while entries.pop_if(|earlier| earlier.from >= from).is_some() {}
        entries.push(Entry { epoch, from });
        self.epoch.store(epoch + 1, Ordering::Release);
    }

    /// Whether a restoration since an epoch began within the first bytes.
    pub fn reaches(&self, bytes: u64, since: usize) -> bool {
        if self.epoch() == since {
            return false;
        }
        // The bytes rise, so the first entry of that time is the one that reaches furthest to the front.
        let entries = self.entries();
        let first = entries.iter().find(|entry| entry.epoch >= since);
        first.is_some_and(|entry| entry.from < bytes)
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reaches_finds_each_restoration_since_an_epoch() {
        let log = FaultLog::default();
        let mut all = Vec::new();
        for from in [4096, 8192, 0, 12288, 4096, 8192, 4096, 4096] {
            log.add(from);
            all.push(from);
            assert_eq!(log.epoch(), all.len());
            for since in 0..=all.len() {
                for bytes in [0, 1, 4096, 4097, 8193, 20_000] {
                    let expected = all[since..].iter().any(|from| *from < bytes);
                    assert_eq!(log.reaches(bytes, since), expected, "{all:?} {since} {bytes}");
                }
            }
        }
    }

    #[test]
    fn add_of_the_same_byte_many_times_keeps_one_entry() {
        let log = FaultLog::default();
        for _ in 0..1000 {
            log.add(4096);
        }
        assert_eq!(log.entries().len(), 1);
    }
}
