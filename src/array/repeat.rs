//! Python's `a *= n`.

use super::{Array, countable_bytes};
use crate::error::Result;
use crate::kernels::fill::repeat_head;

impl Array {
    /// Repeats the elements in place; with `times` of 0 or less nothing is left.
    ///
    /// # Errors
    /// `OutOfRange` for more than 2^53 bytes, else the system's; the array is then as it was.
    pub fn repeat(&mut self, times: i64) -> Result<()> {
        let resizable = self.begin_length_change("repeatInPlace")?;
        let length = self.length();
        let total = length.saturating_mul(u64::try_from(times).unwrap_or(0));
        countable_bytes("times", total, self.itemsize())?;
        if total == length {
            return Ok(());
        }
        resizable?;
        if total == 0 {
            return self.shorten(0);
        }
        // Every page of it is going to be touched.
        self.mapping.storage().require_possible(total * self.itemsize())?;
        if self.is_reserved() {
            self.make_room(total)?;
            let head = self.byte_length() as usize;
            repeat_head(self.window.region(total * self.itemsize()), head);
            self.state.set(total, self.capacity());
            return Ok(());
        }
        self.repeat_exact(total)
    }

    /// Appends what is there, over and over. Each write ends at a whole element.
    fn repeat_exact(&mut self, total: u64) -> Result<()> {
        let (old, goal) = (self.byte_length(), total * self.itemsize());
        self.cover(goal)?;
        let window = self.window.clone();
        let offset = self.mapping.offset();
        let mut done = old;
        while done < goal {
            let head = window.region(done.min(goal - done));
            if let Err(error) = self.mapping.storage().append(&[head], offset + done) {
                // Back to where it began, unless others have appended.
                if self.mapping.storage().size()? == offset + done {
                    self.mapping.storage().cut(offset + old)?;
                }
                return Err(error);
            }
            done += head.len() as u64;
        }
        self.refresh().map(drop)
    }
}
