//! Elements from and to other files. A synchronous call does the work at once on its own thread, an asynchronous one leaves the same
//! work to the pool.

pub mod external_file;
mod read;
#[cfg(test)]
mod tests;
mod write;

use external_file::ExternalFile;

use super::Array;
use crate::error::Result;
use crate::os::identity::FileIdentity;

/// Whether a call keeps its thread until it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It waits for the other end of a pipe.
    Sync,
    /// It returns at once, and its work can be cancelled.
    Async,
}

impl Array {
    /// Whether a file is the array's own.
    fn is_own(&self, file: &ExternalFile) -> Result<bool> {
        Ok(FileIdentity::of(file)? == FileIdentity::of(self.storage().file())?)
    }
}
