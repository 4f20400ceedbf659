//! Writing mapped memory to files: at their current end, and at a position.

use std::fs::File;
use std::io::IoSlice;
use std::sync::OnceLock;

use rustix::fs::OFlags;
use rustix::io::{Errno, pwrite, writev};

use super::portable::{self, linux_only};
use super::size;
use crate::error::{Error, Result};
use crate::kernels::Region;

/// The most that Linux writes in one call: 2 GiB less a page. It is a multiple of the size of every scalar.
const WRITE_LIMIT: usize = 0x7FFF_F000;

/// Opens a file again, with other flags.
pub type Reopen<'a> = &'a dyn Fn(OFlags) -> Result<File>;

/// An append that failed.
#[derive(Debug)]
pub struct Unfinished {
    pub error: Error,
    /// Bytes that were written and stay in the file, because another process appended behind them.
    pub kept: u64,
}

impl From<Error> for Unfinished {
    fn from(error: Error) -> Self {
        Unfinished { error, kept: 0 }
    }
}

/// Appends to a file that was not opened with `O_APPEND`, because it is also written to at other positions.
#[derive(Debug, Default)]
pub struct Appender {
    /// The same file opened with `O_APPEND`, if the system refuses `pwritev2`.
    second: OnceLock<File>,
}

impl Appender {
    /// Opens the second descriptor now, if appends need it: once the file has lost its name, it may not be possible to open it again. If
    /// that fails, the first append tries again and reports the error.
    pub fn prepare(&self, file: &File, reopen: Reopen<'_>) {
        if !is_available(file) {
            let _ = self.second(reopen);
        }
    }

    fn second(&self, reopen: Reopen<'_>) -> Result<&File> {
        if let Some(second) = self.second.get() {
            return Ok(second);
        }
        let reopened = reopen(OFlags::WRONLY | OFlags::APPEND)?;
        Ok(self.second.get_or_init(|| reopened))
    }

    /// Appends the parts in order, in one write if the kernel takes them at once. The kernel raises the size after it has written the
    /// bytes, so no reader sees unwritten bytes, and appends of other processes are kept.
    ///
    /// # Errors
    /// The system's. If a part was already written, the file is truncated to its old end, unless another process appended meanwhile.
    pub fn append(
        &self,
        file: &File,
        parts: &[Region<'_>],
        end: u64,
        reopen: Reopen<'_>,
    ) -> std::result::Result<(), Unfinished> {
        let total: usize = parts.iter().map(|part| part.len()).sum();
        let mut written = 0;
        while written < total {
            match self.append_once(file, parts, written, reopen)? {
                Ok(0) => return Err(take_back(file, end, written as u64, Errno::IO)),
                Ok(count) => written += count,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(take_back(file, end, written as u64, errno)),
            }
        }
        Ok(())
    }

    fn append_once(
        &self,
        file: &File,
        parts: &[Region<'_>],
        skip: usize,
        reopen: Reopen<'_>,
    ) -> Result<rustix::io::Result<usize>> {
        let slices = slices_of(parts, skip);
        let slices = &slices[..parts.len()];
        if !portable::is_forced() {
            match append_by_flag(file, slices) {
                Err(errno) if is_refusal(errno) => {}
                done => return Ok(done),
            }
        }
        Ok(writev(self.second(reopen)?, slices))
    }
}

linux_only! {
    fn append_by_flag(file: &File, slices: &[IoSlice<'_>]) -> Result<usize> {
        use rustix::io::{ReadWriteFlags, pwritev2};
        // With RWF_APPEND the offset has no effect.
        pwritev2(file, slices, 0, ReadWriteFlags::APPEND)
    }
}

/// Whether the system lets this process append with `pwritev2`. Found out once, with a write of no bytes.
fn is_available(file: &File) -> bool {
    static IS_AVAILABLE: OnceLock<bool> = OnceLock::new();
    *IS_AVAILABLE.get_or_init(|| {
        let done = || append_by_flag(file, &[IoSlice::new(&[])]);
        !portable::is_forced() && !done().is_err_and(is_refusal)
    })
}

/// A kernel that does not know the flag, and gVisor, answer `EOPNOTSUPP` or `EINVAL`. A file with a seal against growth answers `EPERM`
/// to both this call and the fallback.
fn is_refusal(errno: Errno) -> bool {
    portable::is_refusal(errno) || matches!(errno, Errno::OPNOTSUPP | Errno::INVAL)
}

/// The parts without their first `skip` bytes, limited to what one write takes.
fn slices_of<'a>(parts: &[Region<'a>], skip: usize) -> [IoSlice<'a>; 2] {
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
    slices
}

/// Takes a half-written append back, if nothing is behind it. Returns the error that stopped it.
fn take_back(file: &File, end: u64, written: u64, errno: Errno) -> Unfinished {
    let is_taken_back =
        written > 0 && size::of(file).is_ok_and(|size| size == end + written) && size::set(file, end).is_ok();
    Unfinished {
        error: Error::on_memory(errno, "write"),
        kept: if is_taken_back { 0 } else { written },
    }
}

/// Writes at a position of a file.
///
/// # Errors
/// The system's. Some of the bytes may have been written.
pub fn write_at(file: &File, bytes: Region<'_>, position: u64) -> Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        let length = (bytes.len() - written).min(WRITE_LIMIT);
        let rest = bytes.part(written, length).as_io_slice();
        match pwrite(file, &rest, position + written as u64) {
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
    use std::path::{Path, PathBuf};

    /// A file that is removed at the end of the test.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> (Scratch, File) {
            let path = std::env::temp_dir().join(format!("mmap-array-{name}-{}", std::process::id()));
            let mut options = File::options();
            options.read(true).write(true).create(true).truncate(true);
            let file = options.open(&path).unwrap();
            (Scratch(path), file)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn opened(path: &Path, flags: OFlags) -> Result<File> {
        rustix::fs::open(path, flags, rustix::fs::Mode::empty())
            .map(File::from)
            .map_err(|errno| Error::system(errno, "open"))
    }

    fn text_of(mut file: &File) -> String {
        file.rewind().unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn append_of_parts_writes_them_at_the_end_in_order() {
        let (scratch, mut file) = Scratch::new("append-order");
        let appender = Appender::default();
        let append = |file: &File, parts: &[Region<'_>], end| {
            appender.append(file, parts, end, &|flags| opened(&scratch.0, flags))
        };
        file.write_all(b"abc").unwrap();
        file.rewind().unwrap();
        append(&file, &[Region::of(b"de"), Region::of(b"fgh")], 3).unwrap();
        append(&file, &[Region::empty()], 8).unwrap();
        assert_eq!(text_of(&file), "abcdefgh");
    }

    #[test]
    fn write_at_a_position_writes_there() {
        let (_scratch, mut file) = Scratch::new("write-at");
        file.write_all(b"abcdef").unwrap();
        write_at(&file, Region::of(b"xy"), 2).unwrap();
        assert_eq!(text_of(&file), "abxyef");
    }

    #[test]
    fn slices_of_parts_that_are_half_written_begin_in_the_second_part() {
        let slices = slices_of(&[Region::of(b"ab"), Region::of(b"cdef")], 3);
        assert_eq!(
            slices.map(|slice| slice.to_vec()),
            [b"".to_vec(), b"def".to_vec()]
        );
    }

    #[test]
    fn append_by_the_second_descriptor_keeps_appends_of_others_and_opens_it_once() {
        let (scratch, file) = Scratch::new("append-second");
        let appender = Appender::default();
        let opened_times = std::cell::Cell::new(0);
        let reopen = |flags| {
            opened_times.set(opened_times.get() + 1);
            opened(&scratch.0, flags)
        };
        appender.second(&reopen).unwrap();
        for round in 0..3 {
            let mut other = File::options().append(true).open(&scratch.0).unwrap();
            other.write_all(b"o").unwrap();
            let end = 2 * round + 1;
            appender.append(&file, &[Region::of(b"x")], end, &reopen).unwrap();
        }
        assert_eq!((text_of(&file).as_str(), opened_times.get()), ("oxoxox", 1));
    }

    #[test]
    fn append_to_a_file_that_is_read_only_is_ebadf() {
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        let refused = |_| Err(Error::system(Errno::BADF, "open"));
        let done = Appender::default().append(&file, &[Region::of(b"a")], 0, &refused);
        assert_eq!(done.unwrap_err().error.code(), "EBADF");
    }

    #[test]
    fn take_back_of_a_part_keeps_it_if_another_process_appended_behind_it() {
        let (scratch, mut file) = Scratch::new("take-back");
        file.write_all(b"old and part").unwrap();
        assert_eq!(take_back(&file, 3, 9, Errno::NOSPC).kept, 0);
        assert_eq!(text_of(&file), "old");
        let mut other = File::options().append(true).open(&scratch.0).unwrap();
        other.write_all(b" and part and another").unwrap();
        let unfinished = take_back(&file, 3, 9, Errno::NOSPC);
        assert_eq!((unfinished.kept, unfinished.error.code().as_ref()), (9, "ENOSPC"));
        assert_eq!(text_of(&file), "old and part and another");
    }
}
