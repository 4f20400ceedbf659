//! The steps of a signal handler, of a thread that gives up or restores a mapping, and of one that registers another, in every
//! order that the memory model allows.

/// What the guard's files use of the package.
mod os {
    pub use mmap_array::os::{memory, memory_map};
}

#[allow(dead_code, reason = "the guard calls the rest")]
mod guard;

use guard::free_slot;
use guard::slot::GuardedMapping;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use loom::thread;
use std::sync::atomic::AtomicBool;
use mmap_array::os::memory::page_size;
use mmap_array::os::memory_map::MappedFile;

/// Every order with so many changes from one thread to another where none of them has to wait. All orders would take hours.
fn model(steps: impl Fn() + Send + Sync + 'static) {
    let mut all = loom::model::Builder::new();
    all.preemption_bound = Some(3);
    all.check(steps);
}

fn main() {
    a_handler_finds_the_fields_of_one_mapping_which_stays_until_it_leaves();
    eprintln!("handler and owner: ok");
    a_reader_of_zeros_finds_the_count_and_the_record_or_the_restoration();
    eprintln!("reader, handler and restorer: ok");
}

const ADDRESS: usize = 0x10_0000;

/// Whose fields all tell which one it is.
fn mapping(number: usize) -> GuardedMapping {
    GuardedMapping {
        start: ADDRESS,
        length: 0x10_0000 + number,
        descriptor: number as i32,
        offset: number as u64,
        file: MappedFile {
            offset: number as u64,
            ..MappedFile::default()
        },
    }
}

fn a_handler_finds_the_fields_of_one_mapping_which_stays_until_it_leaves() {
    model(|| {
        let slot = Arc::new(free_slot());
        // Not one of loom's: it is no step that others wait for.
        let registered = Arc::new([AtomicBool::new(true), AtomicBool::new(false)]);
        assert!(slot.take(mapping(0)));
        let handler = {
            let (slot, registered) = (slot.clone(), registered.clone());
            thread::spawn(move || {
                slot.answer(ADDRESS, |found, _| {
                    let number = found.descriptor as usize;
                    assert_eq!(*found, mapping(number));
                    assert!(registered[number].load(Ordering::Relaxed), "given up meanwhile");
                });
            })
        };
        let owner = {
            let (slot, registered) = (slot.clone(), registered.clone());
            thread::spawn(move || {
                slot.give_up();
                registered[0].store(false, Ordering::Relaxed);
            })
        };
        // Another mapping at the same address, as the system may give it.
        registered[1].store(true, Ordering::Relaxed);
        slot.take(mapping(1));
        handler.join().unwrap();
        owner.join().unwrap();
    });
}

/// The zeros of a page, as far as the memory model knows of pages: 1 while the file is there, 0 while zeros lie there.
fn a_reader_of_zeros_finds_the_count_and_the_record_or_the_restoration() {
    model(|| {
        let slot = Arc::new(free_slot());
        let page = Arc::new(AtomicU32::new(1));
        let faults = Arc::new(AtomicU32::new(0));
        let restorations = Arc::new(AtomicUsize::new(0));
        assert!(slot.take(mapping(0)));
        let handler = {
            let (slot, page, faults) = (slot.clone(), page.clone(), faults.clone());
            thread::spawn(move || {
                slot.answer(ADDRESS, |_, record| {
                    record.add(0..page_size() as usize);
                    faults.fetch_add(1, Ordering::SeqCst);
                    page.store(0, Ordering::Release);
                });
            })
        };
        let restorer = {
            let (slot, page, restorations) = (slot.clone(), page.clone(), restorations.clone());
            thread::spawn(move || {
                if let Some(recorded) = slot.record.recorded() {
                    restorations.fetch_add(1, Ordering::Release);
                    page.store(1, Ordering::Relaxed);
                    slot.record.clear(recorded);
                }
            })
        };
        if page.load(Ordering::Relaxed) == 0 {
            let recorded = slot.record.first_zero().is_some();
            assert!(faults.load(Ordering::SeqCst) > 0, "not counted");
            assert!(recorded || restorations.load(Ordering::Acquire) > 0, "not told");
        }
        handler.join().unwrap();
        restorer.join().unwrap();
        // Where zeros lie at the end, the record says so.
        assert!(page.load(Ordering::Relaxed) == 1 || slot.record.first_zero().is_some());
    });
}
