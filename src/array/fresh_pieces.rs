//! Memory behind the elements for a thread that has not got the array: it writes it from its beginning on, a piece at a time.

use std::sync::Arc;

use super::Array;
use super::fresh_memory::PIECE;
use crate::kernels::Region;
use crate::mapping::{Mapping, Window};
use crate::os::huge_pages;

/// Memory behind the elements that is written from its beginning on, a piece at a time.
pub(super) struct FreshPieces {
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    /// Where the next piece begins in the window.
    at: u64,
    /// Up to where it was stored to, or is going to be.
    known: u64,
    huge_pages_refused: bool,
}

impl FreshPieces {
    /// The next piece of so many bytes, ready to be written.
    pub fn next(&mut self, bytes: u64) -> Region<'_> {
        let (start, end) = (self.at, (self.at + bytes).min(self.at - self.at % PIECE + PIECE));
        self.at = end;
        let huge = huge_pages::nearest(self.known..end);
        if !huge.is_empty() && !self.huge_pages_refused {
            match self
                .mapping
                .bring_huge_pages_in(&self.window, self.known, huge.clone())
            {
                Ok(()) => self.known = huge.end,
                Err(error) => self.huge_pages_refused = !error.may_pass(),
            }
        }
        self.known = self.known.max(end);
        self.window
            .region(end)
            .part(start as usize, (end - start) as usize)
    }
}

impl Array {
    /// For a thread that has not got the array: what there is room for behind the elements, all of which is memory of its own.
    pub(super) fn fresh_pieces(&self) -> FreshPieces {
        FreshPieces {
            mapping: self.mapping().clone(),
            window: self.window().clone(),
            at: self.byte_length(),
            known: self.touched.max(self.byte_length()),
            huge_pages_refused: self.huge_pages_refused,
        }
    }
}
