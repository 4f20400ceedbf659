//! Runs the steps of a signal handler, of a thread that unregisters or restores a mapping, and of one that registers another, in
//! every order that the memory model allows.

/// The modules of the package that the guard's files use.
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

/// Tries every order with at most three switches from one thread to another that no wait forces. All orders would take hours.
fn model(steps: impl Fn() + Send + Sync + 'static) {
    let mut all = loom::model::Builder::new();
    all.preemption_bound = Some(3);
    all.check(steps);
}

fn main() {
    a_handler_finds_the_fields_of_one_mapping_which_stays_registered();
    eprintln!("handler and owner: ok");
    a_reader_of_zeros_finds_the_count_and_the_record_or_the_new_epoch();
    eprintln!("reader, handler and restorer: ok");
}

const ADDRESS: usize = 0x10_0000;

/// A mapping whose fields all depend on its number.
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

fn a_handler_finds_the_fields_of_one_mapping_which_stays_registered() {
    model(|| {
        let slot = Arc::new(free_slot());
        // Not loom's atomics: the flags are not steps whose order is tested.
        let registered = Arc::new([AtomicBool::new(true), AtomicBool::new(false)]);
        assert!(slot.register(mapping(0)));
        let handler = {
            let (slot, registered) = (slot.clone(), registered.clone());
            thread::spawn(move || {
                slot.with_mapping_at(ADDRESS, |found, _| {
                    let number = found.descriptor as usize;
                    assert_eq!(*found, mapping(number));
                    assert!(registered[number].load(Ordering::Relaxed), "unregistered meanwhile");
                });
            })
        };
        let owner = {
            let (slot, registered) = (slot.clone(), registered.clone());
            thread::spawn(move || {
                slot.unregister();
                registered[0].store(false, Ordering::Relaxed);
            })
        };
        // Another mapping at the same address, which the system may give.
        registered[1].store(true, Ordering::Relaxed);
        slot.register(mapping(1));
        handler.join().unwrap();
        owner.join().unwrap();
    });
}

/// Stands for a page, which the memory model does not know: 1 while the file is mapped, 0 while zeros are.
fn a_reader_of_zeros_finds_the_count_and_the_record_or_the_new_epoch() {
    model(|| {
        let slot = Arc::new(free_slot());
        let page = Arc::new(AtomicU32::new(1));
        let faults = Arc::new(AtomicU32::new(0));
        let epoch = Arc::new(AtomicUsize::new(0));
        assert!(slot.register(mapping(0)));
        let handler = {
            let (slot, page, faults) = (slot.clone(), page.clone(), faults.clone());
            thread::spawn(move || {
                slot.with_mapping_at(ADDRESS, |_, record| {
                    record.add(0..page_size() as usize);
                    faults.fetch_add(1, Ordering::SeqCst);
                    page.store(0, Ordering::Release);
                });
            })
        };
        let restorer = {
            let (slot, page, epoch) = (slot.clone(), page.clone(), epoch.clone());
            thread::spawn(move || {
                if let Some(recorded) = slot.record.recorded() {
                    epoch.fetch_add(1, Ordering::Release);
                    page.store(1, Ordering::Relaxed);
                    slot.record.clear(recorded);
                }
            })
        };
        if page.load(Ordering::Relaxed) == 0 {
            let recorded = slot.record.first_zero().is_some();
            assert!(faults.load(Ordering::SeqCst) > 0, "not counted");
            assert!(recorded || epoch.load(Ordering::Acquire) > 0, "not told");
        }
        handler.join().unwrap();
        restorer.join().unwrap();
        // If there are zeros at the end, the record says so.
        assert!(page.load(Ordering::Relaxed) == 1 || slot.record.first_zero().is_some());
    });
}
