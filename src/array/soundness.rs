//! Whether the memory shows the file: windows that are wide enough, and faults, where zeros were read instead.

use std::sync::{Arc, Weak};

use super::{Array, slice};
use crate::error::Result;
use crate::mapping::Window;

/// A window that the array has outgrown. It shows the same pages as long as somebody is on it.
pub(super) struct OutgrownWindow {
    window: Weak<Window>,
    restorations_known: usize,
}

impl Array {
    /// Refuses an array whose memory could not be read where elements are. [`Array::refresh`] takes over what is there.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn require_sound(&self) -> Result<()> {
        self.window.note_lost_pages();
        // Asked before the check: a restoration that comes after the check is news to the next one.
        let restorations = self.window.restorations();
        self.require_sound_bytes(self.byte_length())?;
        // A restoration behind this array's elements need not be remembered once the array gets longer.
        self.restorations_known.set(restorations);
        Ok(())
    }

    /// The same for the elements up to an index, which can be served while elements behind them cannot.
    pub fn require_sound_up_to(&self, index: i64) -> Result<()> {
        let at = slice::element_index(index, self.length())?;
        self.require_sound_bytes((at + 1) * self.itemsize())
    }

    pub(super) fn require_sound_bytes(&self, bytes: u64) -> Result<()> {
        let known = self.restorations_known.get();
        let sound = self.window.require_sound(bytes, known).and_then(|()| {
            self.outgrown.iter().try_for_each(|outgrown| {
                let window = outgrown.window.upgrade();
                window.map_or(Ok(()), |window| {
                    window.require_sound(bytes, outgrown.restorations_known)
                })
            })
        });
        // A reserved array leaves a file alone that others cut, also if it is long again when the array ends.
        if let (Err(_), Some(reservation)) = (&sound, &self.reservation) {
            reservation.note_cut();
        }
        sound
    }

    /// Refuses an array of which something that was read since the last [`Array::refresh`] may not have been the file's: by
    /// the faults there were, and by the file's size now.
    ///
    /// # Errors
    /// `MemoryFault`; the system's
    pub fn check(&self) -> Result<()> {
        self.require_sound()?;
        self.require_uncut()?;
        self.require_elements_in_file()
    }

    /// Refuses an array whose file ends before its elements do.
    pub(super) fn require_elements_in_file(&self) -> Result<()> {
        match self.length() {
            // The file may end before the array begins.
            0 => Ok(()),
            length => self.mapping.storage().require_size(self.file_position(length)),
        }
    }

    /// Takes all restorations for known: the caller has taken over what the file is now.
    pub(super) fn forget_faults(&mut self) {
        self.restorations_known.set(self.window.completed_restorations());
        for outgrown in &mut self.outgrown {
            if let Some(window) = outgrown.window.upgrade() {
                outgrown.restorations_known = window.completed_restorations();
            }
        }
    }

    /// Maps the file that was copied to the upper layer of an overlay since it was opened.
    pub(super) fn follow_file(&self) -> Result<()> {
        self.mapping.storage().follow_copy_up()?;
        self.window.follow_file()?;
        for outgrown in &self.outgrown {
            if let Some(window) = outgrown.window.upgrade() {
                window.follow_file()?;
            }
        }
        Ok(())
    }

    /// Widens the window where it is too short, and maps the file again where zeros were laid over it.
    pub(super) fn cover(&mut self, bytes: u64) -> Result<()> {
        if bytes > self.window.len() as u64 {
            let wider = self.mapping.window(bytes)?;
            let restorations_known = self.restorations_known.replace(wider.completed_restorations());
            let old = std::mem::replace(&mut self.window, wider);
            self.outgrown.push(OutgrownWindow {
                window: Arc::downgrade(&old),
                restorations_known,
            });
        } else if self.window.zeros_from().is_some_and(|from| from < bytes) {
            let restorations = self.window.restore()?;
            self.restorations_known.update(|known| known + restorations);
        }
        self.outgrown
            .retain(|outgrown| outgrown.window.strong_count() > 0);
        for outgrown in &mut self.outgrown {
            if let Some(window) = outgrown.window.upgrade()
                && window.zeros_from().is_some_and(|from| from < bytes)
            {
                outgrown.restorations_known += window.restore()?;
            }
        }
        Ok(())
    }
}
