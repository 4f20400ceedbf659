//! A range of mapped bytes for work that goes on while the array may change: for another array that reads it, for another thread.

use std::sync::Arc;

use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::{Mapping, Window};

/// The elements an array had at one moment. The memory stays mapped for as long as this lives, whatever becomes of the array;
/// what is stored to the elements meanwhile shows.
pub struct Snapshot {
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    bytes: u64,
    /// The faults of the window that the array had taken note of.
    epoch: usize,
    /// Counted by the array, which asks whether anybody else reads its elements.
    _reader: Arc<()>,
}

impl Snapshot {
    pub(super) fn new(memory: &super::memory::Memory, bytes: u64, reader: Arc<()>) -> Snapshot {
        Snapshot {
            mapping: memory.mapping().clone(),
            window: memory.window().clone(),
            bytes,
            epoch: memory.epoch(),
            _reader: reader,
        }
    }

    pub fn region(&self) -> Region<'_> {
        self.window.region(self.bytes)
    }

    /// Refuses elements of which some could not be read since the array was asked for them: zeros were read instead.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn check_faults(&self) -> Result<()> {
        self.window.check_faults(self.bytes, self.epoch)
    }

    /// Writes the elements and the size of the file to the device, and waits for it. Of a copy-on-write array there is nothing to write.
    pub fn flush(&self) -> Result<()> {
        if self.mapping.is_private() {
            return Ok(());
        }
        self.window.flush(self.bytes)?;
        self.mapping.storage().sync()
    }
}
