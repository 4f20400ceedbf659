//! Huge pages for a range of the file that nobody has stored to.

use std::ops::Range;

use super::{Mapping, Window};
use crate::kernels::Region;
use crate::os::huge_pages::{HUGE_PAGE, Refused};

impl Mapping {
    /// Brings huge pages in for a range of a window, which begins and ends on one. Up to `known` something is there.
    pub fn bring_huge_pages_in(
        &self,
        window: &Window,
        known: u64,
        range: Range<u64>,
    ) -> std::result::Result<(), Refused> {
        window.require_huge_pages()?;
        for start in range.clone().step_by(HUGE_PAGE as usize) {
            // Where nothing is there the system puts nothing together. Written, since a store that finds no memory is a fault.
            if start >= known {
                let written = self.storage.write_at(Region::of(&[0]), self.offset + start);
                written.map_err(|_| Refused::ForGood)?;
            }
        }
        window.use_huge_pages(range)
    }
}
