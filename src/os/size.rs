//! The size of a file: asking for it, growing it with its blocks, cutting it.

use std::fs::File;

use rustix::fs::{FallocateFlags, fallocate, fstat, ftruncate};
use rustix::io::Errno;

use crate::error::{Error, Result};

/// The largest size a file can have.
pub const MAX: u64 = i64::MAX as u64;

pub fn of(file: &File) -> Result<u64> {
    let stat = fstat(file).map_err(|errno| Error::system(errno, "fstat"))?;
    Ok(stat.st_size as u64)
}

/// Grows a file: its blocks first, its size when they are there, so that a full disk leaves it as it was.
pub fn grow_with_blocks(file: &File, from: u64, to: u64) -> Result<()> {
    let (start, length) = (from.min(to), to.saturating_sub(from));
    if to > MAX {
        return Err(Error::system(Errno::FBIG, "fallocate"));
    }
    if length > 0 {
        match retry(|| fallocate(file, FallocateFlags::KEEP_SIZE, start, length)) {
            Ok(()) => {}
            // A file system that cannot reserve blocks: write them.
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => return write_zeros(file, start, to),
            Err(errno) => {
                // Blocks reserved so far lie behind the end; cutting to the same size gives them back.
                let _ = cut(file, from);
                return Err(Error::system(errno, "fallocate"));
            }
        }
    }
    // Blocks without the size that goes with them would be lost to everybody.
    set(file, to).inspect_err(|_| drop(cut(file, from)))
}

fn write_zeros(file: &File, from: u64, to: u64) -> Result<()> {
    use std::os::unix::fs::FileExt;
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut at = from;
    while at < to {
        let length = (to - at).min(ZEROS.len() as u64);
        if let Err(error) = file.write_all_at(&ZEROS[..length as usize], at) {
            let _ = cut(file, from);
            return Err(Error::io(&error, "write"));
        }
        at += length;
    }
    Ok(())
}

/// Sets the size without blocks: what lies beyond the old one is a hole.
pub fn set(file: &File, size: u64) -> Result<()> {
    if size > MAX {
        return Err(Error::system(Errno::FBIG, "ftruncate"));
    }
    retry(|| ftruncate(file, size)).map_err(|errno| Error::system(errno, "ftruncate"))
}

/// Cuts a file; blocks reserved behind the new end go too.
pub fn cut(file: &File, size: u64) -> Result<()> {
    set(file, size)
}

fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grows_zeroed_and_cuts() {
        let file = File::from(rustix::fs::memfd_create("size", rustix::fs::MemfdFlags::CLOEXEC).unwrap());
        grow_with_blocks(&file, 0, 10_000).unwrap();
        assert_eq!(of(&file).unwrap(), 10_000);
        write_zeros(&file, 10_000, 200_000).unwrap();
        assert_eq!(of(&file).unwrap(), 200_000);
        cut(&file, 3).unwrap();
        assert_eq!(of(&file).unwrap(), 3);
    }

    #[test]
    fn more_than_a_file_can_hold_is_efbig() {
        let file = File::from(rustix::fs::memfd_create("size", rustix::fs::MemfdFlags::CLOEXEC).unwrap());
        assert_eq!(grow_with_blocks(&file, 0, u64::MAX).unwrap_err().code(), "EFBIG");
        assert_eq!(set(&file, MAX + 1).unwrap_err().code(), "EFBIG");
    }
}
