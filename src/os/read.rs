//! Reading at a place of a file.

use std::fs::File;

use rustix::io::{Errno, pread};

use crate::error::{Error, Result};

/// Reads until a buffer is full or the file ends; gives how many bytes there were.
pub fn read_at(file: &File, buffer: &mut [u8], position: u64) -> Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match pread(file, &mut buffer[got..], position + got as u64) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(Error::system(errno, "read")),
        }
    }
    Ok(got)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt;

    #[test]
    fn what_is_there_is_read_and_no_more() {
        let file = File::from(rustix::fs::memfd_create("read", rustix::fs::MemfdFlags::CLOEXEC).unwrap());
        file.write_all_at(b"abcdef", 0).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(read_at(&file, &mut buffer, 1).unwrap(), 4);
        assert_eq!(&buffer, b"bcde");
        assert_eq!(read_at(&file, &mut buffer, 4).unwrap(), 2);
        assert_eq!(read_at(&file, &mut buffer, 9).unwrap(), 0);
    }
}
