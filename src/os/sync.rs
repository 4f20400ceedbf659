//! Waiting until a file is stored on its device.

use std::fs::File;

use rustix::fs::fsync;

use crate::error::{Error, Result};

/// Waits until the data and the size are stored on the device. On macOS `fsync` only waits until the device has them in its memory;
/// `F_FULLFSYNC` waits until they are stored. Some file systems do not have it.
///
/// # Errors
/// The system's.
pub fn to_device(file: &File) -> Result<()> {
    #[cfg(target_os = "macos")]
    if rustix::fs::fcntl_fullfsync(file).is_ok() {
        return Ok(());
    }
    fsync(file).map_err(|errno| Error::system(errno, "fsync"))
}
