//! What arrays do at the exit of the process, without the arrays.

use super::{batch, reserved};
use crate::os::exit::ExitOfOwner;

static EXIT: ExitOfOwner = ExitOfOwner::new();

/// Lets [`finish_all`] run at the exit of this process.
pub fn register_exit() {
    EXIT.register(finish_all);
}

/// Runs at `exit`, on the thread that called it. Appends batches last, because a batch goes behind the elements of a reserved file.
extern "C" fn finish_all() {
    if EXIT.is_this_process() {
        reserved::seal_all();
        batch::append_all();
    }
}
