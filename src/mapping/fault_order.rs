//! Tests of the order in which a fault is recorded, counted and restored, with two threads that read and one that cuts.

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

/// What an array does about faults, without the array.
struct Reader<'a> {
    window: &'a Window,
    bytes: u64,
    faults_seen: u32,
    restorations_known: usize,
}

impl Reader<'_> {
    /// Reads a byte as `get` does: served, or a fault.
    fn get(&mut self, at: u64) -> Option<u8> {
        let value = self.window.region(self.bytes).get::<u8>(at as usize);
        let faults = faults();
        if faults == self.faults_seen {
            return Some(value);
        }
        gap();
        let restorations = self.window.restorations();
        self.window
            .require_sound(self.bytes, self.restorations_known)
            .ok()?;
        self.restorations_known = restorations;
        self.faults_seen = faults;
        Some(value)
    }

    /// Takes over what is there now, as `refresh` does.
    fn refresh(&mut self) {
        let faults = faults();
        self.window.restore().unwrap();
        self.restorations_known = self.window.completed_restorations();
        if self.window.zeros_from().is_none() {
            self.faults_seen = faults;
        }
    }
}

/// Cuts the file again and again, and writes it anew: a byte of it is 1 whenever it is there.
fn cut_and_write(storage: &Storage, restore: impl Fn()) {
    let page = page_size();
    let ones = vec![1; ((PAGES - 1) * page) as usize];
    for _ in 0..ROUNDS {
        storage.truncate(page).unwrap();
        thread::yield_now();
        storage.write_at(Region::of(&ones), page).unwrap();
        restore();
    }
}

/// Runs two readers beside a thread that cuts, and that restores if it is to; gives how many faults the readers met. Two, since
/// the thread whose load faulted goes on only after the last step: another one has to read the zeros between two of them.
fn run(restores: bool) -> usize {
    let (page, bytes) = (page_size(), PAGES * page_size());
    let storage = Arc::new(Storage::anonymous().unwrap());
    storage.write_at(Region::of(&vec![1; bytes as usize]), 0).unwrap();
    let window = Window::map(&storage, 0, bytes, false).unwrap();
    let done = AtomicBool::new(false);
    let read = || {
        let mut reader = Reader {
            window: &window,
            bytes,
            faults_seen: faults(),
            restorations_known: window.restorations(),
        };
        let (mut met, mut at) = (0, 0);
        while !done.load(Ordering::Acquire) {
            at = (at + page + 1) % bytes;
            match reader.get(at) {
                Some(value) => assert_eq!(value, 1, "a zero of the guard's was served"),
                None => {
                    met += 1;
                    // The file may be cut at this moment, and zeros may lie there again at once.
                    reader.refresh();
                }
            }
        }
        met
    };
    thread::scope(|scope| {
        scope.spawn(|| {
            // Also where a reader has failed and left its lock poisoned.
            let _finished = Finish(&done);
            cut_and_write(&storage, || {
                if restores {
                    window.restore().unwrap();
                }
            });
        });
        let other = scope.spawn(read);
        read() + other.join().unwrap()
    })
}

/// Says that it is over, however the thread ends.
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

// What broke: the record was taken away before the restoration was counted, so for a moment nothing told of the zeros.
#[test]
fn readers_beside_another_thread_that_restores_the_window_are_never_served_zeros() {
    assert!(run(true) > 0, "no fault was met");
}
