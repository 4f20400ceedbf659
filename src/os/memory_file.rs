//! Files in memory, for arrays that have no path.
//!
//! Linux has `memfd_create` for them. The fallback is a temporary file of mode 0600. It keeps its name until its owner closes it,
//! because other processes attach by that name. A process that is killed cannot remove its files. So each process also holds a lock
//! on a lock file beside them, and the next process that makes such files removes those whose lock nobody holds.

use std::collections::hash_map::RandomState;
use std::fs::{File, read_dir};
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FlockOperation, Mode, OFlags, flock, lstat, open, unlink};
use rustix::io::Errno;

use super::exit::at_exit;
use super::portable::linux_only;
use super::{identity, portable};
use crate::error::{Error, Result};

const PREFIX: &str = "mmap-array-memory-";
/// The directory for such files. If none can be made there, they are in the directory for temporary files.
const IN_MEMORY: &str = "/dev/shm";

/// The name of a temporary file. When its owner drops it, the file is removed.
#[derive(Debug)]
pub struct TemporaryName {
    path: PathBuf,
    is_owner: bool,
}

impl TemporaryName {
    /// The name of a memory file of another process, or of another array. `None` if the path is not that of a memory file.
    pub fn of(path: &Path) -> Option<TemporaryName> {
        lock_beside(path).map(|_| TemporaryName {
            path: path.to_owned(),
            is_owner: false,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the process that made the file is still running. A process that was killed leaves its files behind for a while.
    pub fn is_alive(&self) -> bool {
        lock_beside(&self.path)
            .and_then(|path| open_lock(&path, OFlags::empty()).ok())
            .is_some_and(|lock| flock(&lock, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK))
    }
}

impl Drop for TemporaryName {
    fn drop(&mut self) {
        if self.is_owner {
            let _ = unlink(&self.path);
        }
    }
}

/// Makes a new file. It has a name if it is a temporary file.
///
/// # Errors
/// The system's.
pub fn create() -> Result<(File, Option<TemporaryName>)> {
    if !portable::is_forced() {
        match nameless() {
            // With vm.memfd_noexec an administrator can forbid memory that could be executed, which is EACCES.
            Err(errno) if portable::is_refusal(errno) || errno == Errno::ACCESS => {}
            done => {
                let done = done.map(|file| (file, None));
                return done.map_err(|errno| Error::system(errno, "memfd_create"));
            }
        }
    }
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = own_lock_path()?.with_extension(number.to_string());
    let file = create_new(&path)?;
    let name = TemporaryName { path, is_owner: true };
    Ok((file, Some(name)))
}

linux_only! {
    fn nameless() -> Result<File> {
        use rustix::fs::{MemfdFlags, memfd_create};
        memfd_create(c"mmap-array", MemfdFlags::CLOEXEC).map(File::from)
    }
}

/// A file for a unit test. Its name is removed at the exit of the process.
#[cfg(test)]
pub fn scratch() -> File {
    let (file, name) = create().unwrap();
    std::mem::forget(name);
    file
}

/// The lock by which other processes see that this one is running.
#[derive(Debug)]
struct OwnLock {
    path: PathBuf,
    pid: u32,
    _file: File,
}

static OWN: Mutex<Option<OwnLock>> = Mutex::new(None);

fn own_lock_path() -> Result<PathBuf> {
    let mut own = OWN.lock().unwrap_or_else(PoisonError::into_inner);
    let pid = std::process::id();
    if let Some(own) = own.as_ref().filter(|own| own.pid == pid) {
        return Ok(own.path.clone());
    }
    let taken = take_lock(Path::new(IN_MEMORY)).or_else(|_| take_lock(&std::env::temp_dir()))?;
    if own.is_none() {
        at_exit(remove_own);
    }
    if let Some(directory) = taken.path.parent() {
        remove_orphans(directory);
    }
    Ok(own.insert(taken).path.clone())
}

fn take_lock(directory: &Path) -> Result<OwnLock> {
    const TRIES: usize = 8;
    for _ in 0..TRIES {
        let pid = std::process::id();
        let number = RandomState::new().build_hasher().finish();
        let path = directory.join(format!("{PREFIX}{pid}-{number:016x}"));
        let file = create_new(&path)?;
        match is_locked_at(&file, &path) {
            Ok(true) => {
                return Ok(OwnLock {
                    path,
                    pid,
                    _file: file,
                });
            }
            // Between the two calls, a process that removes orphans locked or removed the file.
            Ok(false) | Err(Errno::WOULDBLOCK) => {}
            Err(errno) => {
                let _ = unlink(&path);
                return Err(Error::system(errno, "flock").at_path(&path.to_string_lossy()));
            }
        }
        let _ = unlink(&path);
    }
    Err(Error::system(Errno::AGAIN, "flock").at_path(&directory.to_string_lossy()))
}

/// Locks a file. Returns whether it still has its name.
fn is_locked_at(file: &File, path: &Path) -> rustix::io::Result<bool> {
    flock(file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(lstat(path).is_ok_and(|found| identity::is_of(file, &found)))
}

fn create_new(path: &Path) -> Result<File> {
    open_lock(path, OFlags::CREATE | OFlags::EXCL)
        .map_err(|errno| Error::system(errno, "open").at_path(&path.to_string_lossy()))
}

fn open_lock(path: &Path, flags: OFlags) -> rustix::io::Result<File> {
    let flags = flags | OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    open(path, flags, Mode::RUSR | Mode::WUSR).map(File::from)
}

/// The lock file of a memory file. `None` if the path is not that of a memory file.
fn lock_beside(path: &Path) -> Option<PathBuf> {
    let number = path.extension()?.to_str()?;
    let lock = path.with_extension("");
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && is_lock(&lock)).then_some(lock)
}

fn is_lock(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let numbers = name
        .and_then(|name| name.strip_prefix(PREFIX))
        .and_then(|numbers| numbers.split_once('-'));
    numbers.is_some_and(|(pid, random)| {
        pid.parse::<u32>().is_ok()
            && random.len() == 16
            && random.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// Removes the files of processes that are no longer running.
fn remove_orphans(directory: &Path) {
    let paths = paths_in(directory);
    for path in paths.iter().filter(|path| is_lock(path)) {
        // Lock files of other users cannot be opened, and stay.
        if let Ok(lock) = open_lock(path, OFlags::empty())
            && is_locked_at(&lock, path) == Ok(true)
        {
            remove_all_of(path, &paths);
        }
    }
}

/// Removes the files that belong to a lock file, then the lock file.
fn remove_all_of(lock: &Path, paths: &[PathBuf]) {
    for path in paths
        .iter()
        .filter(|path| lock_beside(path).as_deref() == Some(lock))
    {
        let _ = unlink(path);
    }
    let _ = unlink(lock);
}

fn paths_in(directory: &Path) -> Vec<PathBuf> {
    let entries = read_dir(directory).into_iter().flatten();
    entries.flatten().map(|entry| entry.path()).collect()
}

/// Runs at the exit of the process, when its arrays may still be open.
extern "C" fn remove_own() {
    if let Ok(own) = OWN.try_lock()
        && let Some(own) = own.as_ref().filter(|own| own.pid == std::process::id())
        && let Some(directory) = own.path.parent()
    {
        remove_all_of(&own.path, &paths_in(directory));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn directory(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("mmap-array-{name}-{}", std::process::id()));
        fs::create_dir(&path).unwrap();
        path
    }

    #[test]
    fn drop_of_a_temporary_name_by_its_owner_removes_the_file() {
        let directory = directory("names");
        let lock = take_lock(&directory).unwrap();
        let path = lock.path.with_extension("3");
        drop(create_new(&path).unwrap());
        let found = TemporaryName::of(&path).unwrap();
        assert!(found.is_alive());
        drop(found);
        assert!(path.exists());
        let owner = TemporaryName {
            path: path.clone(),
            is_owner: true,
        };
        drop(owner);
        assert!(!path.exists());
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn remove_orphans_removes_the_files_of_ended_processes_only() {
        use std::os::unix::fs::PermissionsExt;
        let directory = directory("orphans");
        let (ended, running) = (take_lock(&directory).unwrap(), take_lock(&directory).unwrap());
        let (orphan, in_use) = (ended.path.with_extension("0"), running.path.with_extension("0"));
        let others = ["x", "mmap-array-memory-1", "mmap-array-memory-1-0123456789abcdex"];
        let others = others.map(|name| directory.join(name));
        for path in [&orphan, &in_use].into_iter().chain(&others) {
            drop(create_new(path).unwrap());
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let lock_of_ended = ended.path.clone();
        drop(ended);
        assert!(!TemporaryName::of(&orphan).unwrap().is_alive());
        remove_orphans(&directory);
        let mut left = paths_in(&directory);
        left.sort();
        let mut expected = [others.to_vec(), vec![running.path.clone(), in_use]].concat();
        expected.sort();
        assert_eq!(left, expected);
        assert!(!lock_of_ended.exists());
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn lock_beside_of_other_paths_is_none() {
        let own = Path::new("/tmp/mmap-array-memory-12-0123456789abcdef");
        assert_eq!(lock_beside(&own.with_extension("7")).as_deref(), Some(own));
        for other in [
            "/tmp/x.7",
            "/tmp/mmap-array-memory-12-0123456789abcdef",
            "/",
            "/tmp/mmap-array-memory-12-0123456789abcdef.a",
        ] {
            assert_eq!(lock_beside(Path::new(other)), None);
        }
    }
}
