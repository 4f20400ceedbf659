//! The files of the guard, compiled with loom's atomics.

pub mod sync {
    pub use loom::sync::atomic;
    pub use loom::thread;
}

#[path = "../../src/mapping/guard/record.rs"]
pub mod record;
#[path = "../../src/mapping/guard/slot.rs"]
pub mod slot;

/// Unit tests sleep here. loom tries all orders without it.
pub fn gap() {}

pub fn free_slot() -> slot::Slot {
    use sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, AtomicUsize};
    slot::Slot {
        is_taken: AtomicBool::new(false),
        start: AtomicUsize::new(0),
        length: AtomicUsize::new(0),
        descriptor: AtomicI32::new(-1),
        offset: AtomicU64::new(0),
        major: AtomicU64::new(0),
        minor: AtomicU64::new(0),
        inode: AtomicU64::new(0),
        record: record::FaultRecord {
            word: AtomicU64::new(record::NONE),
            left: AtomicU32::new(0),
            end: AtomicUsize::new(0),
        },
    }
}
