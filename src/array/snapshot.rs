//! The elements of an array at one moment, for another array or another thread.

use std::sync::Arc;

use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::{Mapping, Window};

/// The elements that an array had at one moment. The memory stays mapped while this exists, even if the array is closed. Later
/// stores to the elements are visible.
pub struct Snapshot {
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    bytes: u64,
    /// The fault epoch of the window that the array had seen.
    epoch: usize,
    /// Counts this snapshot. See `Array::has_one_reader`.
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

    /// Checks that all elements could be read since the snapshot was made. Otherwise zeros may have been read.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn check_faults(&self) -> Result<()> {
        self.window.check_faults(self.bytes, self.epoch)
    }

    /// Writes the elements and the size of the file to the device, and waits for it. A copy-on-write array has nothing to write.
    pub fn flush(&self) -> Result<()> {
        if self.mapping.is_private() {
            return Ok(());
        }
        self.window.flush(self.bytes)?;
        self.mapping.storage().sync()
    }
}
