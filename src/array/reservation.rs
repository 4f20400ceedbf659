//! Reserved files at the end of the process: cut back to their length by whoever is still there to do it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, TryLockError, Weak};
use std::thread;
use std::time::Duration;

use super::State;
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::os::exit::at_exit;
use crate::storage::NpyHeader;

/// What it takes to bring a reserved file back to its length without the array.
#[derive(Debug)]
pub struct Reservation {
    mapping: Arc<Mapping>,
    state: Arc<State>,
    itemsize: u64,
    /// Where the file has a header that counts the elements.
    npy: Option<NpyHeader>,
    /// Others were found to have cut the file. Remembered, since they may make it as long again.
    is_cut: AtomicBool,
}

static OPEN: Mutex<Vec<Weak<Reservation>>> = Mutex::new(Vec::new());

/// The process that has to settle: one that was forked from it inherits the duty, and must not do it.
static REGISTERED: OnceLock<u32> = OnceLock::new();

impl Reservation {
    pub fn start(
        mapping: &Arc<Mapping>,
        state: &Arc<State>,
        itemsize: u64,
        npy: Option<NpyHeader>,
    ) -> Arc<Reservation> {
        let reservation = Arc::new(Reservation {
            mapping: mapping.clone(),
            state: state.clone(),
            itemsize,
            npy,
            is_cut: AtomicBool::new(false),
        });
        // Memory that nobody else can know of goes with the process.
        if mapping.storage().is_exposed() {
            REGISTERED.get_or_init(|| {
                at_exit(settle_all);
                std::process::id()
            });
            let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
            if open.len() == open.capacity() {
                open.retain(|entry| entry.strong_count() > 0);
            }
            open.push(Arc::downgrade(&reservation));
        }
        reservation
    }

    /// Refuses a file that ends before what this array reserved: somebody cut it. Elements that were stored behind the cut are
    /// lost, and those in the file's last page are lost without a fault. Another array may have reserved more.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn require_uncut(&self) -> Result<()> {
        if self.is_cut.load(Ordering::Relaxed) {
            return Err(Error::MemoryFault);
        }
        let capacity = self.state.capacity();
        // A fault tells too, where the file is long again by now.
        let found = if self.mapping.has_zeros_before(capacity * self.itemsize) {
            Err(Error::MemoryFault)
        } else {
            self.mapping.storage().require_size(self.position(capacity))
        };
        if matches!(found, Err(Error::MemoryFault)) {
            self.note_cut();
        }
        found
    }

    /// Remembers that others cut the file: it is theirs until the array has taken over what is there.
    pub fn note_cut(&self) {
        self.is_cut.store(true, Ordering::Relaxed);
    }

    /// Goes on with what the file has by now, which the array has taken over.
    pub fn accept_cut(&self) {
        self.is_cut.store(false, Ordering::Relaxed);
    }

    /// Cuts the file back to the array's length, and has a header say it first.
    ///
    /// # Errors
    /// `MemoryFault` where others cut the file. It is left as they left it.
    pub fn settle(&self) -> Result<()> {
        self.require_uncut()?;
        let length = self.state.length();
        let storage = self.mapping.storage();
        if let Some(mut npy) = self.npy.clone() {
            npy.count(storage)?;
            npy.set_count(storage, length)?;
        }
        storage.cut(self.position(length))
    }

    /// Byte of the file at which an element lies.
    fn position(&self, element: u64) -> u64 {
        self.mapping.offset() + element * self.itemsize
    }
}

/// Runs at `exit`, on the thread that called it.
extern "C" fn settle_all() {
    if REGISTERED.get() != Some(&std::process::id()) {
        return;
    }
    for reservation in lock_at_exit()
        .iter()
        .flat_map(|open| open.iter())
        .filter_map(Weak::upgrade)
    {
        // Nobody is left to hear of a failure.
        let _ = reservation.settle();
    }
}

/// The list, which other threads hold for a moment only; one that is gone with it in hand must not hang the end.
fn lock_at_exit() -> Option<MutexGuard<'static, Vec<Weak<Reservation>>>> {
    const TRIES: u32 = 1000;
    for _ in 0..TRIES {
        match OPEN.try_lock() {
            Ok(open) => return Some(open),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(1)),
        }
    }
    None
}
