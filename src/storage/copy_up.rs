//! Files on overlayfs, such as the root file system of a container. A file that was opened for reading before anybody opened it for
//! writing is in the lower layer. The first open for writing copies it to the upper layer. From then on, the old descriptor reads
//! the copy, but its mappings, old and new, still show the file of the lower layer. So the file must be opened again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{OFlags, Stat, fstat};

use super::Storage;
use crate::error::{Error, Result};
use crate::os::{descriptor, identity, size};

/// Whether a file may still be copied up, and how many times it was opened again because it was.
#[derive(Debug, Default)]
pub struct CopyUp {
    /// The file when it was last opened. `None` once its descriptor is in the upper layer, where it stays.
    opened: Mutex<Option<Facts>>,
    generation: AtomicU32,
}

/// The attributes that a copy to the upper layer changes; at least `changed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    size: i64,
    modified: (i64, u64),
    changed: (i64, u64),
}

#[allow(clippy::unnecessary_cast, reason = "the types differ between processors")]
impl From<&Stat> for Facts {
    fn from(stat: &Stat) -> Facts {
        Facts {
            size: stat.st_size,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as u64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as u64),
        }
    }
}

impl CopyUp {
    /// For a file that was opened for reading only.
    pub fn possible(stat: &Stat) -> CopyUp {
        CopyUp {
            opened: Mutex::new(Some(Facts::from(stat))),
            generation: AtomicU32::new(0),
        }
    }
}

impl Storage {
    /// How many times the file was opened again. A window that was mapped before that shows the file of the lower layer.
    pub fn generation(&self) -> u32 {
        self.copy_up.generation.load(Ordering::Acquire)
    }

    /// Opens the file again if it may have been copied to the upper layer. It is still the same file, even if its name now leads to
    /// another one.
    ///
    /// # Errors
    /// The system's, such as `EACCES` if the file may no longer be opened.
    pub fn follow_copy_up(&self) -> Result<()> {
        let mut opened = self.copy_up.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = *opened else { return Ok(()) };
        if identity::is_on_overlay(&self.file) {
            let stat = fstat(&self.file).map_err(|errno| self.named(Error::system(errno, "fstat")))?;
            let now = Facts::from(&stat);
            if now == before {
                return Ok(());
            }
            let reopened = self.reopened(OFlags::RDONLY)?;
            // Keeps the number of the descriptor, because the guard and users know it.
            size::copy_position(&self.file, &reopened);
            descriptor::replace(&self.file, &reopened).map_err(|error| self.named(error))?;
            self.copy_up.generation.fetch_add(1, Ordering::Release);
            // A change of permissions may copy only the attributes, and leave the data in the lower layer.
            if (now.size, now.modified) == (before.size, before.modified) {
                *opened = Some(now);
                return Ok(());
            }
        }
        *opened = None;
        Ok(())
    }
}
