//! Writes elements to other files.

use std::fs::File;
use std::io::{ErrorKind, Write};

use rustix::event::PollFlags;
use rustix::io::Errno;

use super::Mode;
use super::external_file::{ExternalFile, FileName};
use crate::array::jobs::{Claim, Work};
use crate::array::{Array, Extent, Snapshot};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::{blocks, descriptor, identity, readiness, size};

/// Bytes that are written between two checks for a cancellation, less those that are not a whole element.
const PART: usize = 8 << 20;

/// A write that was checked and prepared.
struct Writing {
    elements: Snapshot,
    itemsize: usize,
    file: ExternalFile,
    truncates: bool,
}

impl Array {
    /// Writes the elements at the position of a descriptor, or to the file at a path, which then holds nothing else.
    ///
    /// # Errors
    /// The system's; `EBUSY` for the array's own file if the elements would be moved while they are read, or written over a header.
    pub fn tofile(&self, target: FileName<'_>) -> Result<()> {
        let writing = self.begin_writing(target, Mode::Sync)?;
        writing.map_or(Ok(()), |writing| writing.run(None).map(drop))
    }

    /// The same as a job.
    ///
    /// # Errors
    /// Those of [`Array::tofile`]; `Busy`.
    pub fn tofile_later(&mut self, ticket: u32, target: FileName<'_>) -> Result<Work> {
        const OPERATION: &str = "tofileAsync";
        // Checked before a file is created.
        self.require_unwritten(OPERATION)?;
        let writing = self.begin_writing(target, Mode::Async)?;
        let job = self.begin_job(OPERATION, ticket, Claim::Reads)?;
        Ok(Work::new(0, move |_| {
            let is_cancelled = || job.is_cancelled();
            writing.map_or(Ok(true), |writing| writing.run(Some(&is_cancelled)))
        }))
    }

    /// `None` if there is nothing to write.
    fn begin_writing(&self, target: FileName<'_>, mode: Mode) -> Result<Option<Writing>> {
        let (file, truncates) = match target {
            // As in Python, an empty array does not touch a descriptor.
            FileName::Descriptor(_) if self.length() == 0 => return Ok(None),
            FileName::Descriptor(descriptor) => {
                let file = ExternalFile::borrow(descriptor, mode)?;
                self.require_apart(&file)?;
                (file, false)
            }
            FileName::Path(path) => {
                let file = ExternalFile::create(path, mode)?;
                let is_own = self.is_own(&file)?;
                if is_own && !self.is_whole_file()? {
                    let error = Error::system(Errno::BUSY, "open");
                    return Err(error.at_path(&String::from_utf8_lossy(path)));
                }
                // The changes of a copy-on-write array are not in its file.
                if is_own && !self.mapping().is_private() {
                    return Ok(None);
                }
                let truncates = !is_own && identity::require_regular(&file).is_ok();
                (file, truncates)
            }
        };
        Ok(Some(Writing {
            elements: self.snapshot_of(self.byte_length()),
            itemsize: self.element_type.itemsize(),
            file,
            truncates,
        }))
    }

    /// Whether the array's file holds its elements and nothing else.
    fn is_whole_file(&self) -> Result<bool> {
        let is_all = self.mapping().offset() == 0 && self.extent == Extent::Whole;
        Ok(is_all && self.storage().size()? == self.file_position(self.length()))
    }

    /// Checks that a write to the array's own file, at the position of a descriptor, does not overlap the elements, which are read
    /// meanwhile, or a header. The elements may be written over themselves.
    ///
    /// # Errors
    /// `EBUSY`
    fn require_apart(&self, file: &ExternalFile) -> Result<()> {
        if !self.is_own(file)? || descriptor::appends(file)? {
            return Ok(());
        }
        let (start, position) = (self.file_position(0), file.position()?);
        let used = self.start_in_file()..self.file_position(self.length());
        let is_apart = position >= used.end || position.saturating_add(self.byte_length()) <= used.start;
        if position == start || is_apart {
            return Ok(());
        }
        Err(Error::system(Errno::BUSY, "write"))
    }
}

impl Writing {
    /// Returns false if it was cancelled.
    fn run(self, is_cancelled: Option<&dyn Fn() -> bool>) -> Result<bool> {
        let (all, file) = (self.elements.region(), &*self.file);
        // Checked before the file is truncated.
        if is_cancelled.is_some_and(|is_cancelled| is_cancelled()) {
            return Ok(false);
        }
        if self.truncates {
            size::set(file, 0)?;
            blocks::preallocate(file, all.len() as u64);
        }
        let done = write_all(all, self.itemsize, file, is_cancelled);
        if self.truncates && !matches!(done, Ok(true)) {
            blocks::release_preallocated(file);
        }
        done
    }
}

/// Writes bytes at the position of a file. Returns false if it was cancelled; some of them may be written by then.
fn write_all(
    all: Region<'_>,
    itemsize: usize,
    mut file: &File,
    is_cancelled: Option<&dyn Fn() -> bool>,
) -> Result<bool> {
    let part = if is_cancelled.is_none() || identity::require_regular(file).is_ok() {
        PART - PART % itemsize
    } else {
        // A longer write to a pipe would block until a reader has taken the rest.
        readiness::AT_ONCE
    };
    let mut done = 0;
    while done < all.len() {
        if let Some(is_cancelled) = is_cancelled
            && !readiness::wait(file, PollFlags::OUT, is_cancelled)?
        {
            return Ok(false);
        }
        let bytes = all.part(done, part.min(all.len() - done));
        match file.write_vectored(&[bytes.as_io_slice()]) {
            Ok(0) => return Err(Error::system(Errno::IO, "write")),
            Ok(count) => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Somebody else has filled the pipe.
            Err(error) if error.kind() == ErrorKind::WouldBlock && is_cancelled.is_some() => {}
            Err(error) => return Err(Error::io_on_memory(&error, "write")),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::{busy, done, integers};
    use crate::os::portable;
    use std::os::unix::fs::MetadataExt;
    use std::path::PathBuf;

    /// A file that is gone when the test ends.
    struct Target(PathBuf);

    impl Target {
        fn new(name: &str) -> Target {
            Target(std::env::temp_dir().join(format!("mmap-array-{name}-{}", std::process::id())))
        }

        fn name(&self) -> FileName<'_> {
            FileName::Path(std::os::unix::ffi::OsStrExt::as_bytes(self.0.as_os_str()))
        }
    }

    impl Drop for Target {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    #[test]
    fn tofile_later_writes_all_elements() {
        let target = Target::new("written");
        std::fs::write(&target.0, [9; 100]).unwrap();
        let mut array = integers(&[3, 1, 2]);
        let work = array.tofile_later(1, target.name()).unwrap();
        busy(array.sort_later(2));
        assert!(done(work));
        let found = std::fs::read(&target.0).unwrap();
        assert_eq!(found, bytemuck::cast_slice::<i32, u8>(&[3, 1, 2]));
    }

    #[test]
    fn tofile_later_that_is_cancelled_before_it_begins_leaves_the_file_as_it_is() {
        let target = Target::new("kept");
        std::fs::write(&target.0, [9; 100]).unwrap();
        let mut array = integers(&[3, 1, 2]);
        let work = array.tofile_later(1, target.name()).unwrap();
        array.cancel_job(1);
        assert!(!done(work));
        assert_eq!(std::fs::read(&target.0).unwrap(), [9; 100]);
    }

    #[test]
    fn tofile_later_that_is_cancelled_gives_back_the_blocks_that_were_not_written_to() {
        if portable::skips("no blocks are asked for") {
            return;
        }
        let target = Target::new("cancelled");
        let array = integers(&vec![7; (2 * PART + PART / 2) / 4]);
        let writing = array.begin_writing(target.name(), Mode::Async).unwrap().unwrap();
        let checks = std::cell::Cell::new(0);
        let is_cancelled = || {
            checks.set(checks.get() + 1);
            checks.get() > 3
        };
        assert!(!writing.run(Some(&is_cancelled)).unwrap());
        let found = std::fs::metadata(&target.0).unwrap();
        assert_eq!(found.len(), 2 * PART as u64);
        assert!(found.blocks() * 512 <= found.len() + 65536, "{}", found.blocks());
        assert!(
            std::fs::read(&target.0)
                .unwrap()
                .chunks(4)
                .all(|element| element == [7, 0, 0, 0])
        );
    }
}
