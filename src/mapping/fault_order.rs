//! Tests of the order in which a fault is recorded, counted and restored: two threads read, and one truncates.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::Window;
use super::guard::{faults, gap};
use crate::kernels::Region;
use crate::os::memory::page_size;
use crate::storage::Storage;

const PAGES: u64 = 16;
const ROUNDS: usize = 2_000;

/// Does about faults what an array does.
struct Reader<'a> {
    window: &'a Window,
    bytes: u64,
    faults_seen: u32,
    epoch: usize,
}

impl<'a> Reader<'a> {
    /// Begins as a new array does: with a count that is equal only if the process has met no fault, and with an epoch of a moment
    /// at which no restoration is under way. A reader that takes the count as it is would accept zeros that are there already.
    fn new(window: &'a Window, bytes: u64) -> Reader<'a> {
        Reader {
            window,
            bytes,
            faults_seen: 0,
            epoch: window.stable_fault_epoch(),
        }
    }

    /// Reads a byte as `get` does. `None` is a fault.
    fn get(&mut self, at: u64) -> Option<u8> {
        let value = self.window.region(self.bytes).get::<u8>(at as usize);
        let faults = faults();
        if faults == self.faults_seen {
            return Some(value);
        }
        gap();
        let epoch = self.window.fault_epoch();
        self.window.check_faults(self.bytes, self.epoch).ok()?;
        self.epoch = epoch;
        self.faults_seen = faults;
        Some(value)
    }

    /// Accepts the contents as they are now, as `refresh` does.
    fn refresh(&mut self) {
        let faults = faults();
        self.window.restore().unwrap();
        self.epoch = self.window.stable_fault_epoch();
        if self.window.zeros_from().is_none() {
            self.faults_seen = faults;
        }
    }
}

/// Truncates the file and writes it again, many times. Every byte that the file has is 1.
fn truncate_and_write(storage: &Storage, restore: impl Fn()) {
    let page = page_size();
    let ones = vec![1; ((PAGES - 1) * page) as usize];
    for _ in 0..ROUNDS {
        storage.truncate(page).unwrap();
        thread::yield_now();
        storage.write_at(Region::of(&ones), page).unwrap();
        restore();
    }
}

/// Runs two readers beside a thread that truncates and, if `restores`, restores. Returns how many faults the readers met. A single
/// reader would not do: the thread whose load faulted continues after the last step, and another must read the zeros in between.
fn run(restores: bool) -> usize {
    let (page, bytes) = (page_size(), PAGES * page_size());
    let storage = Arc::new(Storage::anonymous().unwrap());
    storage.write_at(Region::of(&vec![1; bytes as usize]), 0).unwrap();
    let window = Window::map(&storage, 0, bytes, false).unwrap();
    let done = AtomicBool::new(false);
    let read = || {
        let mut reader = Reader::new(&window, bytes);
        let (mut met, mut at) = (0, 0);
        while !done.load(Ordering::Acquire) {
            at = (at + page + 1) % bytes;
            match reader.get(at) {
                Some(value) => assert_eq!(value, 1, "a zero of the guard's was served"),
                None => {
                    met += 1;
                    // The file may have been truncated again, so there may be zeros right after the refresh.
                    reader.refresh();
                }
            }
        }
        met
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            // Set even if this thread panics, so that the readers end.
            let _finished = Finish(&done);
            truncate_and_write(&storage, || {
                if restores {
                    window.restore().unwrap();
                }
            });
        });
        let other = scope.spawn(read);
        read() + other.join().unwrap()
    })
}

/// Sets the flag when it is dropped, also in a panic.
struct Finish<'a>(&'a AtomicBool);

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

#[test]
fn readers_that_restore_the_window_themselves_are_never_served_zeros() {
    assert!(run(false) > 0, "no fault was met");
}

// What broke: the record was cleared before the restoration was logged, so for a moment nothing told of the zeros.
#[test]
fn readers_beside_another_thread_that_restores_the_window_are_never_served_zeros() {
    assert!(run(true) > 0, "no fault was met");
}
