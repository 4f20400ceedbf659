//! Whether the memory shows the file: windows that are wide enough, and zeros where the file could not be read.

use std::sync::{Arc, Weak};

use super::Array;
use crate::error::{Error, Result};
use crate::mapping::Window;

impl Array {
    /// Refuses an array whose memory could not be read where elements are. [`Array::refresh`] takes over what is there.
    pub fn require_sound(&self) -> Result<()> {
        self.window.note_lost_pages();
        // Asked before: what is taken away after the look is news to the next one.
        let restorations = self.window.restorations();
        self.window
            .require_sound(self.byte_length(), self.restorations_known.get())?;
        // Views may still be on windows it has outgrown.
        let is_zero = |window: Arc<Window>| window.zeros_from().is_some_and(|from| from < self.byte_length());
        if self.outgrown.iter().filter_map(Weak::upgrade).any(is_zero) {
            return Err(Error::MemoryFault);
        }
        // What was none of this array's elements need not be remembered when there are more of them.
        self.restorations_known.set(restorations);
        Ok(())
    }

    /// Maps the file that was copied to the upper layer of an overlay since it was opened.
    pub(super) fn follow_file(&self) -> Result<()> {
        self.mapping.storage().follow_copy_up()?;
        self.window.follow_file()?;
        for window in self.outgrown.iter().filter_map(Weak::upgrade) {
            window.follow_file()?;
        }
        Ok(())
    }

    /// Widens the window where it is too short, and maps the file again where zeros were laid over it.
    pub(super) fn cover(&mut self, bytes: u64) -> Result<()> {
        if bytes > self.window.len() as u64 {
            let wider = self.mapping.window(bytes)?;
            self.restorations_known.set(wider.restorations());
            let old = std::mem::replace(&mut self.window, wider);
            self.outgrown.push(Arc::downgrade(&old));
        } else if self.window.zeros_from().is_some_and(|from| from < bytes) && self.window.restore()? {
            self.restorations_known.update(|known| known + 1);
        }
        self.outgrown.retain(|window| window.strong_count() > 0);
        for window in self.outgrown.iter().filter_map(Weak::upgrade) {
            if window.zeros_from().is_some_and(|from| from < bytes) {
                window.restore()?;
            }
        }
        Ok(())
    }
}
