//! Reads elements from other files, and writes them to other files. A synchronous call does the work on its own thread. An
//! asynchronous call leaves the same work to a thread of the pool.

pub mod external_file;
mod read;
#[cfg(test)]
mod tests;
mod write;

use external_file::ExternalFile;

use super::Array;
use crate::error::Result;
use crate::os::identity::FileIdentity;

/// Whether a call blocks its thread until the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It blocks, also until the other end of a pipe is ready.
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
