//! The size of a file: asking for it, and setting it.

use std::fs::File;

use rustix::fs::{SeekFrom, fstat, ftruncate, seek, tell};
use rustix::io::{Errno, retry_on_intr};

use super::portable::{linux_only, or_fallback};
use crate::error::{Error, Result};

/// The largest size a file can have.
pub const MAX: u64 = i64::MAX as u64;

/// Asks for the size alone. Who asks for the times too is promised that the next write will change them, and then each
/// append after a question has to note the time, which takes longer than the write itself.
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

/// Puts the position of one file where that of another is.
pub fn copy_position(from: &File, to: &File) {
    // Files that can be mapped have positions.
    if let Ok(position) = tell(from) {
        let _ = seek(to, SeekFrom::Start(position));
    }
}

/// Sets the size: what a longer file gets is a hole, and blocks behind the end of a shorter one are given back.
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
    fn sizes_are_set_and_told() {
        let file = crate::os::memory_file::scratch();
        set(&file, 10_000).unwrap();
        assert_eq!(of(&file).unwrap(), 10_000);
        set(&file, 3).unwrap();
        assert_eq!(of(&file).unwrap(), 3);
        assert_eq!(set(&file, MAX + 1).unwrap_err().code(), "EFBIG");
    }
}
