//! Reserved files at the end of the process: cut back to their length by whoever is still there to do it.

use std::sync::{Arc, Mutex, Once, PoisonError, Weak};

use super::State;
use crate::error::Result;
use crate::mapping::Mapping;
use crate::os::exit::at_exit;

/// What it takes to bring a reserved file back to its length without the array.
#[derive(Debug)]
pub struct Reservation {
    mapping: Arc<Mapping>,
    state: Arc<State>,
    itemsize: u64,
}

static OPEN: Mutex<Vec<Weak<Reservation>>> = Mutex::new(Vec::new());

impl Reservation {
    pub fn start(mapping: &Arc<Mapping>, state: &Arc<State>, itemsize: u64) -> Arc<Reservation> {
        let reservation = Arc::new(Reservation {
            mapping: mapping.clone(),
            state: state.clone(),
            itemsize,
        });
        // Memory that nobody else can know of goes with the process.
        if mapping.storage().is_exposed() {
            static REGISTERED: Once = Once::new();
            REGISTERED.call_once(|| at_exit(settle_all));
            let mut open = OPEN.lock().unwrap_or_else(PoisonError::into_inner);
            if open.len() == open.capacity() {
                open.retain(|entry| entry.strong_count() > 0);
            }
            open.push(Arc::downgrade(&reservation));
        }
        reservation
    }

    pub fn settle(&self) -> Result<()> {
        let end = self.mapping.offset() + self.state.length() * self.itemsize;
        self.mapping.storage().cut(end)
    }
}

/// Runs at `exit`, on the thread that called it. A lock held by a thread that is gone must not hang the end.
extern "C" fn settle_all() {
    let open = match OPEN.try_lock() {
        Ok(open) => open,
        Err(std::sync::TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        Err(std::sync::TryLockError::WouldBlock) => return,
    };
    for reservation in open.iter().filter_map(Weak::upgrade) {
        // Nobody is left to hear of a failure.
        let _ = reservation.settle();
    }
}
