//! Writing mapped memory to files: at their end, wherever that is by now, and at a place.

use std::fs::File;
use std::io::IoSlice;

use rustix::io::{Errno, ReadWriteFlags, pwritev2};

use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::size;

/// What Linux takes in one write: 2 GiB less a page. A multiple of every element's size.
const WRITE_LIMIT: usize = 0x7FFF_F000;

/// Appends the parts, one after the other, in one write where the kernel takes it in one. The file's size grows after
/// its bytes are there, so no reader sees a tail that is not written, and appends of other processes are kept.
///
/// # Errors
/// The system's. Where a part was written by then, the file is cut back to where it ended, unless somebody else has
/// appended meanwhile.
pub fn append(file: &File, parts: &[Region<'_>], end: u64) -> Result<()> {
    let total: usize = parts.iter().map(|part| part.len()).sum();
    let mut written = 0;
    while written < total {
        match append_once(file, parts, written) {
            Ok(0) => return cut_back(file, end, written, Errno::IO),
            Ok(count) => written += count,
            Err(Errno::INTR) => {}
            Err(errno) => return cut_back(file, end, written, errno),
        }
    }
    Ok(())
}

fn append_once(file: &File, parts: &[Region<'_>], skip: usize) -> rustix::io::Result<usize> {
    let mut slices = [IoSlice::new(&[]), IoSlice::new(&[])];
    assert!(
        parts.len() <= slices.len(),
        "an append has at most {} parts",
        slices.len()
    );
    let (mut skip, mut room) = (skip, WRITE_LIMIT);
    for (slice, part) in slices.iter_mut().zip(parts) {
        let from = skip.min(part.len());
        let length = (part.len() - from).min(room);
        *slice = part.part(from, length).as_io_slice();
        skip -= from;
        room -= length;
    }
    // With RWF_APPEND the offset has no effect.
    pwritev2(file, &slices[..parts.len()], 0, ReadWriteFlags::APPEND)
}

/// Takes a half-written append back, and reports why it stopped.
fn cut_back(file: &File, end: u64, written: usize, errno: Errno) -> Result<()> {
    if written > 0 && size::of(file)? == end + written as u64 {
        size::set(file, end)?;
    }
    Err(Error::on_memory(errno, "write"))
}

/// Writes at a place.
///
/// # Errors
/// The system's; part of it may be written then.
pub fn write_at(file: &File, bytes: Region<'_>, position: u64) -> Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        let length = (bytes.len() - written).min(WRITE_LIMIT);
        let rest = bytes.part(written, length).as_io_slice();
        match pwritev2(file, &[rest], position + written as u64, ReadWriteFlags::empty()) {
            Ok(0) => return Err(Error::system(Errno::IO, "write")),
            Ok(count) => written += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(Error::on_memory(errno, "write")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Seek, Write};

    fn scratch() -> File {
        File::from(rustix::fs::memfd_create("append", rustix::fs::MemfdFlags::CLOEXEC).unwrap())
    }

    #[test]
    fn parts_land_at_the_end_in_order() {
        let mut file = scratch();
        file.write_all(b"abc").unwrap();
        file.rewind().unwrap();
        append(&file, &[Region::of(b"de"), Region::of(b"fgh")], 3).unwrap();
        append(&file, &[Region::empty()], 8).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abcdefgh");
    }

    #[test]
    fn a_write_lands_at_its_place() {
        let mut file = scratch();
        file.write_all(b"abcdef").unwrap();
        write_at(&file, Region::of(b"xy"), 2).unwrap();
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "abxyef");
    }

    #[test]
    fn a_retry_goes_on_inside_the_second_part() {
        let mut file = scratch();
        append_once(&file, &[Region::of(b"ab"), Region::of(b"cdef")], 3).unwrap();
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "def");
    }

    #[test]
    fn a_file_that_takes_no_writes_says_so() {
        let file = File::open("/proc/self/exe").unwrap();
        assert_eq!(append(&file, &[Region::of(b"a")], 0).unwrap_err().code(), "EBADF");
    }
}
