//! The memory of an array: its window, the windows that it has outgrown, and the faults that it has seen.

use std::cell::Cell;
use std::sync::{Arc, Weak};

use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::{Mapping, Window};
use crate::storage::Storage;

pub(super) struct Memory {
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    /// The fault epoch of the window that this array has seen.
    epoch: Cell<usize>,
    /// Windows that became too short, while views or the element path use them.
    outgrown: Vec<OutgrownWindow>,
}

/// It shows the same pages as the window that replaced it.
struct OutgrownWindow {
    window: Weak<Window>,
    epoch: usize,
}

impl Memory {
    /// Uses a window of at least so many bytes. Another array may have it already, with zeros of the guard.
    pub fn new(mapping: Arc<Mapping>, bytes: u64) -> Result<Memory> {
        let window = mapping.window(bytes)?;
        let mut memory = Memory {
            epoch: Cell::new(window.stable_fault_epoch()),
            window,
            mapping,
            outgrown: Vec::new(),
        };
        memory.cover(bytes)?;
        Ok(memory)
    }

    pub fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    pub fn storage(&self) -> &Arc<Storage> {
        self.mapping.storage()
    }

    pub fn window(&self) -> &Arc<Window> {
        &self.window
    }

    /// The first bytes of the window.
    pub fn region(&self, bytes: u64) -> Region<'_> {
        self.window.region(bytes)
    }

    pub fn epoch(&self) -> usize {
        self.epoch.get()
    }

    /// Checks that the first bytes could be read, and forgets the faults behind them.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn note_faults(&self, bytes: u64) -> Result<()> {
        self.window.log_lost_pages();
        // Read before the check, so that the next check finds a restoration that comes in between.
        let epoch = self.window.fault_epoch();
        self.check_faults(bytes)?;
        // A restoration behind the elements does not concern elements that are appended later.
        self.epoch.set(epoch);
        Ok(())
    }

    /// Checks that the first bytes could be read.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn check_faults(&self, bytes: u64) -> Result<()> {
        self.window.check_faults(bytes, self.epoch.get())?;
        self.outgrown.iter().try_for_each(|outgrown| {
            let window = outgrown.window.upgrade();
            window.map_or(Ok(()), |window| window.check_faults(bytes, outgrown.epoch))
        })
    }

    /// Forgets all faults, because the caller has taken over what the file holds now.
    pub fn forget_faults(&mut self, bytes: u64) {
        self.window.log_lost_pages();
        self.window.accept_lost_pages(bytes);
        self.epoch.set(self.window.stable_fault_epoch());
        for outgrown in &mut self.outgrown {
            if let Some(window) = outgrown.window.upgrade() {
                outgrown.epoch = window.stable_fault_epoch();
            }
        }
    }

    /// Maps the file again if it was copied to the upper layer of an overlay since it was opened.
    pub fn follow_file(&self) -> Result<()> {
        self.storage().follow_copy_up()?;
        self.window.follow_file()?;
        let mut outgrown = self
            .outgrown
            .iter()
            .filter_map(|outgrown| outgrown.window.upgrade());
        outgrown.try_for_each(|window| window.follow_file())
    }

    /// Widens the window if it is too short, and maps the file again where zeros were mapped over it.
    pub fn cover(&mut self, bytes: u64) -> Result<()> {
        if bytes > self.window.len() as u64 {
            let wider = self.mapping.window(bytes)?;
            let epoch = self.epoch.replace(wider.stable_fault_epoch());
            let old = std::mem::replace(&mut self.window, wider);
            let window = Arc::downgrade(&old);
            self.outgrown.push(OutgrownWindow { window, epoch });
        } else if self.window.zeros_from().is_some_and(|from| from < bytes) {
            let ended = self.window.restore()?;
            self.epoch.update(|epoch| epoch + ended);
        }
        self.outgrown
            .retain(|outgrown| outgrown.window.strong_count() > 0);
        for outgrown in &mut self.outgrown {
            if let Some(window) = outgrown.window.upgrade()
                && window.zeros_from().is_some_and(|from| from < bytes)
            {
                outgrown.epoch += window.restore()?;
            }
        }
        Ok(())
    }
}
