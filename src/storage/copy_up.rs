//! Files on overlayfs, which a container's root is. A file that was opened for reading before anybody opened it for writing is the
//! lower layer's. The first open for writing copies it to the upper layer. From then on the descriptor reads the copy, but what was
//! mapped by it, or is mapped by it later, stays the file of the lower layer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{OFlags, Stat, fstat};

use super::Storage;
use crate::error::{Error, Result};
use crate::os::{descriptor, identity, size};

/// Whether a file may still be copied up, and how often it was opened anew for that.
#[derive(Debug, Default)]
pub struct CopyUp {
    /// The file as it was when it was opened last; `None` where its descriptor is known to be of the upper layer's.
    opened: Mutex<Option<Facts>>,
    generation: AtomicU32,
}

/// What a copy to the upper layer changes: the time of the last change at least.
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
    /// Of a file that was opened for reading alone.
    pub fn possible(stat: &Stat) -> CopyUp {
        CopyUp {
            opened: Mutex::new(Some(Facts::from(stat))),
            generation: AtomicU32::new(0),
        }
    }
}

impl Storage {
    /// How often the file was opened anew. A window that was mapped before shows the file of the lower layer.
    pub fn generation(&self) -> u32 {
        self.copy_up.generation.load(Ordering::Acquire)
    }

    /// Opens the file anew where it may have been copied to the upper layer since. It is the same file of the overlay, whatever
    /// has its name by now.
    ///
    /// # Errors
    /// The system's, as `EACCES` where the file may no longer be opened.
    pub fn follow_copy_up(&self) -> Result<()> {
        let mut opened = self.copy_up.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(before) = *opened else { return Ok(()) };
        if identity::is_on_overlay(&self.file) {
            let stat = fstat(&self.file).map_err(|errno| self.named(Error::system(errno, "fstat")))?;
            let now = Facts::from(&stat);
            if now == before {
                return Ok(());
            }
            let fresh = self.reopened(OFlags::RDONLY)?;
            // The number of the descriptor stays, which the guard and users know.
            size::copy_position(&self.file, &fresh);
            descriptor::replace(&self.file, &fresh).map_err(|error| self.named(error))?;
            self.copy_up.generation.fetch_add(1, Ordering::Release);
            // A change of permissions may have copied those alone, and left the data in the lower layer.
            if (now.size, now.modified) == (before.size, before.modified) {
                *opened = Some(now);
                return Ok(());
            }
        }
        *opened = None;
        Ok(())
    }
}
