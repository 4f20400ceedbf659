//! Growing a file with its blocks, so that every byte of it can be stored to: a full disk is an error now, not a fault
//! later.

use std::fs::File;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::{Errno, retry_on_intr};

use super::size;
use super::write::append;
use crate::error::{Error, Result};
use crate::kernels::Region;

/// Grows a file from a size it has: its blocks first, its size when they are there, so that a full disk leaves it as it
/// was. What others append meanwhile is kept.
pub fn grow(file: &File, from: u64, to: u64) -> Result<()> {
    if to > size::MAX {
        return Err(Error::system(Errno::FBIG, "fallocate"));
    }
    if to <= from {
        return Ok(());
    }
    let reserve = |flags, start, length| retry_on_intr(|| fallocate(file, flags, start, length));
    let reserved = reserve(FallocateFlags::KEEP_SIZE, from, to - from)
        // The block of the last byte is there: only the size follows, and a longer file does not get shorter.
        .and_then(|()| reserve(FallocateFlags::empty(), to - 1, 1));
    match reserved {
        // A file system that cannot reserve blocks: write them.
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => append_zeros(file, from, to),
        Err(errno) => {
            give_back(file);
            Err(Error::system(errno, "fallocate"))
        }
        Ok(()) => Ok(()),
    }
}

/// Blocks behind the end of a file would be lost to everybody; setting the size it has gives them back.
fn give_back(file: &File) {
    let _ = size::of(file).and_then(|now| size::set(file, now));
}

fn append_zeros(file: &File, from: u64, to: u64) -> Result<()> {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let mut end = from;
    while end < to {
        let length = (to - end).min(ZEROS.len() as u64);
        if let Err(error) = append(file, &[Region::of(&ZEROS[..length as usize])], end) {
            if size::of(file)? == end {
                size::set(file, from)?;
            }
            return Err(error);
        }
        end += length;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    fn scratch() -> File {
        File::from(rustix::fs::memfd_create("blocks", rustix::fs::MemfdFlags::CLOEXEC).unwrap())
    }

    #[test]
    fn grows_by_zeros_either_way() {
        let file = scratch();
        grow(&file, 0, 10_000).unwrap();
        assert_eq!(size::of(&file).unwrap(), 10_000);
        append_zeros(&file, 10_000, 200_000).unwrap();
        assert_eq!(size::of(&file).unwrap(), 200_000);
    }

    #[test]
    fn a_file_that_others_made_longer_meanwhile_stays_so() {
        let file = scratch();
        file.write_all_at(b"theirs", 10_000).unwrap();
        grow(&file, 0, 5_000).unwrap();
        assert_eq!(size::of(&file).unwrap(), 10_006);
        let mut text = [0; 6];
        file.read_exact_at(&mut text, 10_000).unwrap();
        assert_eq!(&text, b"theirs");
    }

    #[test]
    fn more_than_a_file_can_hold_is_efbig() {
        assert_eq!(grow(&scratch(), 0, u64::MAX).unwrap_err().code(), "EFBIG");
    }
}
