//! Writing everything back to the device.

use std::sync::Arc;

use super::Array;
use crate::error::Result;
use crate::mapping::{Mapping, Window};
use crate::storage::Access;

impl Array {
    /// Writes everything back to the device, data and size, and waits for it. See [`Array::flush_later`].
    pub fn flush(&mut self) -> Result<()> {
        self.flush_later()?.run()
    }

    /// Makes the array exact, and gives the rest of a flush, which may wait for the device on any thread.
    pub fn flush_later(&mut self) -> Result<Flush> {
        self.make_exact("flush")?;
        let bytes = if self.flags.access() == Access::ReadWrite {
            self.byte_length()
        } else {
            0
        };
        Ok(Flush {
            mapping: self.mapping.clone(),
            window: self.window.clone(),
            bytes,
        })
    }
}

/// What is left of a flush once the array is exact.
pub struct Flush {
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    bytes: u64,
}

impl Flush {
    pub fn run(&self) -> Result<()> {
        if self.mapping.is_private() {
            return Ok(());
        }
        self.window.flush(self.bytes)?;
        self.mapping.storage().sync()
    }
}
