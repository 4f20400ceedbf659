//! The size of a file.

use std::fs::File;

use rustix::fs::{SeekFrom, fstat, ftruncate, seek, tell};
use rustix::io::{Errno, retry_on_intr};

use super::portable::{linux_only, or_fallback};
use crate::error::{Error, Result};

/// The largest size a file can have.
pub const MAX: u64 = i64::MAX as u64;

/// Asks for the size only. After a call that asks for the times too, the kernel must update them at the next write, which takes longer
/// than a small append itself.
pub fn of(file: &File) -> Result<u64> {
    let size = or_fallback(|| by_statx(file), || fstat(file).map(|stat| stat.st_size as u64));
    size.map_err(|errno| Error::system(errno, "fstat"))
}

linux_only! {
    fn by_statx(file: &File) -> Result<u64> {
        use rustix::fs::{AtFlags, StatxFlags, statx};
        statx(file, c"", AtFlags::EMPTY_PATH, StatxFlags::SIZE).map(|stat| stat.stx_size)
    }
}

/// Sets the position of a file to that of another one.
pub fn copy_position(from: &File, to: &File) {
    // Does not fail: every file that can be mapped has a position.
    if let Ok(position) = tell(from) {
        let _ = seek(to, SeekFrom::Start(position));
    }
}

/// Sets the size. A file that grows gets a hole; a file that shrinks gives its blocks back.
pub fn set(file: &File, size: u64) -> Result<()> {
    if size > MAX {
        return Err(Error::system(Errno::FBIG, "ftruncate"));
    }
    retry_on_intr(|| ftruncate(file, size)).map_err(|errno| Error::system(errno, "ftruncate"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_after_set_is_the_new_size() {
        let file = crate::os::memory_file::scratch();
        set(&file, 10_000).unwrap();
        assert_eq!(of(&file).unwrap(), 10_000);
        set(&file, 3).unwrap();
        assert_eq!(of(&file).unwrap(), 3);
        assert_eq!(set(&file, MAX + 1).unwrap_err().code(), "EFBIG");
    }
}
