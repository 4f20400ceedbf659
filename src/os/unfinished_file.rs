//! Files that are removed unless they are finished.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::fs::unlink;

use super::exit::{ExitOfOwner, lock_at_exit};

/// The paths of all unfinished files of this process. A path may be here twice.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

static EXIT: ExitOfOwner = ExitOfOwner::new(remove_all);

fn unfinished() -> MutexGuard<'static, Vec<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A file that is being made. It is removed when this is dropped and at the exit of the process, unless `finish` was called. A process
/// that a signal ends leaves it behind.
#[derive(Debug)]
pub struct UnfinishedFile {
    path: Option<PathBuf>,
}

impl UnfinishedFile {
    /// For a file that the caller is about to create. The path must be absolute, because the current directory may change.
    pub fn new(path: &Path) -> UnfinishedFile {
        EXIT.register();
        unfinished().push(path.to_owned());
        UnfinishedFile {
            path: Some(path.to_owned()),
        }
    }

    /// Keeps the file: it has its own name now.
    pub fn finish(&mut self) {
        if let Some(path) = self.path.take() {
            forget(&path);
        }
    }
}

impl Drop for UnfinishedFile {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let _ = unlink(&path);
            forget(&path);
        }
    }
}

fn forget(path: &Path) {
    let mut paths = unfinished();
    if let Some(at) = paths.iter().position(|unfinished| unfinished == path) {
        paths.swap_remove(at);
    }
}

extern "C" fn remove_all() {
    if !EXIT.is_this_process() {
        return;
    }
    let paths = lock_at_exit(&UNFINISHED);
    for path in paths.iter().flat_map(|paths| paths.iter()) {
        let _ = unlink(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn drop_removes_a_file_that_is_not_finished() {
        let path = std::env::temp_dir().join(format!("mmap-array-unfinished-{}", std::process::id()));
        for finishes in [false, true] {
            let mut file = UnfinishedFile::new(&path);
            File::create(&path).unwrap();
            if finishes {
                file.finish();
            }
            drop(file);
            assert_eq!(path.exists(), finishes);
            assert!(!unfinished().contains(&path));
        }
        std::fs::remove_file(path).unwrap();
    }
}
