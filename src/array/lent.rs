//! The elements of one array while another reads them.

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use super::Array;
use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::Window;

/// A part of a window, as it was when it was lent: arrays that get longer or shorter do not change it.
pub struct Lent {
    window: Arc<Window>,
    bytes: u64,
    restorations_known: usize,
    /// Counted by the array that lent them.
    _loan: Arc<()>,
}

impl Lent {
    pub fn region(&self) -> Region<'_> {
        self.window.region(self.bytes)
    }

    /// Refuses elements that could not be read, or may not have been: what was read were zeros.
    pub fn require_sound(&self) -> Result<()> {
        self.window.require_sound(self.bytes, self.restorations_known)
    }
}

impl Array {
    /// Its elements for another array to read.
    pub fn lend(&self) -> Result<Lent> {
        self.require_sound()?;
        Ok(Lent {
            window: self.window.clone(),
            bytes: self.byte_length(),
            restorations_known: self.restorations_known.get(),
            _loan: self.loans.clone(),
        })
    }

    /// Whether nobody but this array's own thread can be at its elements, by this or another array.
    pub(super) fn is_alone(&self) -> bool {
        let is_lent = Arc::strong_count(&self.loans) > 1;
        // What those that had a loan have read comes before what is written now.
        fence(Ordering::Acquire);
        !is_lent && !self.mapping.storage().is_exposed() && self.jobs.is_idle()
    }
}
