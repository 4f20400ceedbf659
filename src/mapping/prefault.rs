//! Memory taken before the first store to it, as huge pages. Without this the kernel takes one small page at a time, with an
//! interrupt at the first store to each; by huge pages the same memory takes a fifth of the time. `MADV_POPULATE_WRITE` takes as
//! long as the interrupts (measured), so it is not used.

use std::ops::Range;

use super::{Mapping, Window};
use crate::kernels::Region;
use crate::os::huge_pages::{self, HUGE_PAGE, Refused};

impl Mapping {
    /// Takes memory for a range of a window that begins and ends at the border of a huge page. The last page may reach beyond the
    /// end of the file. The file has no memory from `populated_end` on; contents before it stay.
    pub fn prefault(
        &self,
        window: &Window,
        populated_end: u64,
        range: Range<u64>,
    ) -> std::result::Result<(), Refused> {
        let start = window.start().addr();
        let is_aligned = huge_pages::are_known() && start.is_multiple_of(HUGE_PAGE as usize);
        if !is_aligned || range.end > window.len() as u64 {
            return Err(Refused::ForGood);
        }
        for page in range.clone().step_by(HUGE_PAGE as usize) {
            // The kernel makes no huge page of nothing. A write reports a lack of memory; a store would be a fault.
            if page >= populated_end {
                let written = self.storage.write_at(Region::of(&[0]), self.offset + page);
                written.map_err(|_| Refused::ForGood)?;
            }
        }
        huge_pages::collapse(start + range.start as usize, (range.end - range.start) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::{Access, Storage};
    use std::sync::Arc;

    #[test]
    fn prefault_keeps_contents_and_refuses_what_the_window_does_not_hold() {
        const BYTES: u64 = 3 * HUGE_PAGE + 5;
        let storage = Arc::new(Storage::anonymous().unwrap());
        storage.grow(0, BYTES).unwrap();
        let mapping = Mapping::new(storage.clone(), 0, Access::ReadWrite);
        let map = || Window::map(&storage, 0, BYTES, false).unwrap();
        let (window, other) = (map(), map());
        let written = [0, HUGE_PAGE - 1, 2 * HUGE_PAGE + 4096, BYTES - 1].map(|at| at as usize);
        for at in written {
            window.region(BYTES).put(at, at as u8 | 1);
        }
        // Whether the system has huge pages depends on the machine.
        let first = mapping.prefault(&window, BYTES, 2 * HUGE_PAGE..3 * HUGE_PAGE);
        window.collapse_huge_pages(1, BYTES);
        window.collapse_huge_pages(0, BYTES);
        // The second page is empty so far.
        let second = mapping.prefault(&window, HUGE_PAGE, HUGE_PAGE..2 * HUGE_PAGE);
        assert!(second.is_ok() || first.is_err());
        for at in 0..BYTES as usize {
            let expected = if written.contains(&at) { at as u8 | 1 } else { 0 };
            assert_eq!(window.region(BYTES).get::<u8>(at), expected);
            assert_eq!(other.region(BYTES).get::<u8>(at), expected);
        }
        let beyond = (window.len() as u64).next_multiple_of(HUGE_PAGE) + HUGE_PAGE;
        assert_eq!(mapping.prefault(&window, BYTES, 0..beyond), Err(Refused::ForGood));
    }
}
