//! The elements of one array while another reads them.

use std::sync::Arc;

use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::Window;

/// A part of a window, as it was when it was lent: arrays that get longer or shorter do not change it.
pub struct Lent {
    pub(super) window: Arc<Window>,
    pub(super) bytes: u64,
    pub(super) restorations_known: usize,
    /// Counted by the array that lent them.
    pub(super) _loan: Arc<()>,
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
