//! What arrays do at the exit of the process, without the arrays.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{batch, reserved};
use crate::error::Result;
use crate::os::exit::{ExitOfOwner, lock_at_exit};

static EXIT: ExitOfOwner = ExitOfOwner::new(finish_all);

/// Runs at `exit`, on the thread that called it. Appends batches last, because a batch goes behind the elements of a reserved file.
extern "C" fn finish_all() {
    if EXIT.is_this_process() {
        reserved::seal_all();
        batch::append_all();
    }
}

/// What is to be finished at the exit of the process, unless it was dropped before.
#[derive(Debug)]
pub struct AtExit<T>(Mutex<Vec<Weak<T>>>);

impl<T> AtExit<T> {
    pub const fn new() -> AtExit<T> {
        AtExit(Mutex::new(Vec::new()))
    }

    pub fn add(&self, entry: &Arc<T>) {
        EXIT.register();
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if list.len() == list.capacity() {
            list.retain(|entry| entry.strong_count() > 0);
        }
        list.push(Arc::downgrade(entry));
    }

    /// Finishes all. A failure cannot be reported.
    pub fn finish(&self, finish: impl Fn(&T) -> Result<()>) {
        let list = lock_at_exit(&self.0);
        for entry in list.iter().flat_map(|list| list.iter()).filter_map(Weak::upgrade) {
            let _ = finish(&entry);
        }
    }
}
