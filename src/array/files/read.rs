//! Reads elements from other files.

use std::sync::Arc;

use super::Mode;
use super::external_file::ExternalFile;
use crate::array::jobs::{Claim, Work};
use crate::array::tail::PiecesBehindEnd;
use crate::array::{Array, countable_bytes};
use crate::element_type::MAX_RECORD;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::available::require_allocatable;
use crate::os::{identity, read};
use crate::storage::Storage;

/// Bytes read at a time, less those that are not a whole element or row. No element is larger; if a row is, it is read at once.
const CHUNK: u64 = 1 << 20;
const _: () = assert!(MAX_RECORD <= CHUNK);
/// If the source does not say its size, memory is checked for so many bytes at a time.
const MEMORY_AT_ONCE: u64 = 64 << 20;

/// A read that was checked and prepared.
struct Reading {
    file: ExternalFile,
    itemsize: usize,
    /// The bytes by which the length can change. The last ones are dropped if they are fewer.
    row_bytes: usize,
    /// Elements that were asked for.
    count: u64,
    /// Bytes to read: those of the elements, or up to the end of the file if it has fewer. As in Python, a partial element at the
    /// end is read, too.
    wanted: u64,
    /// Bytes for which memory was checked; 0 if the source does not say its size.
    memory_checked: u64,
    /// The memory behind the elements, if it has room for all bytes and nobody else sees it. Otherwise they are read to a buffer.
    memory: Option<PiecesBehindEnd>,
    storage: Arc<Storage>,
}

impl Array {
    /// Appends `count` elements read from a file, from its position on.
    ///
    /// # Errors
    /// `UnexpectedEof` if there are fewer; `PartialRow`; the system's. The whole elements, or rows, that were read until then are kept.
    pub fn fromfile(&mut self, file: ExternalFile, count: u64) -> Result<()> {
        let Some(reading) = self.begin_reading(Mode::Sync, "fromfile", file, count)? else {
            return Ok(());
        };
        let is_in_place = reading.memory.is_some();
        let append = |elements: Region<'_>| {
            if is_in_place {
                let added = elements.len() as u64 / self.itemsize();
                self.state.set(self.length() + added, self.capacity());
            } else {
                // This takes over changes of the length by others each time.
                self.extend(elements)?;
            }
            Ok(true)
        };
        reading.run(None, append).map(drop)
    }

    /// The same as a job.
    ///
    /// # Errors
    /// Those of [`Array::fromfile`]; `Busy`.
    pub fn fromfile_later(&mut self, ticket: u32, file: ExternalFile, count: u64) -> Result<Work> {
        const OPERATION: &str = "fromfileAsync";
        let Some(reading) = self.begin_reading(Mode::Async, OPERATION, file, count)? else {
            return Ok(Work::new(0, |_| Ok(true)));
        };
        let mut end = reading.memory.is_none().then(|| self.file_end());
        let job = self.begin_job(OPERATION, ticket, Claim::Grows)?;
        Ok(Work::new(0, move |_| {
            let append = |elements: Region<'_>| {
                job.append(|progress| {
                    if let Some(end) = &mut end {
                        end.append(elements, progress)?;
                    }
                    progress.appended += elements.len() as u64;
                    Ok(())
                })
            };
            reading.run(Some(&|| job.is_cancelled()), append)
        }))
    }

    /// `None` if no elements are asked for.
    fn begin_reading(
        &mut self,
        mode: Mode,
        operation: &'static str,
        file: ExternalFile,
        count: u64,
    ) -> Result<Option<Reading>> {
        self.require_access(operation)?;
        self.require_whole_rows(operation, count)?;
        let resizable = self.begin_length_change_in(mode, operation)?;
        if count == 0 {
            return Ok(None);
        }
        // Ends before anything is read, because a read may take as long as it likes.
        let _change = resizable?;
        let itemsize = self.itemsize();
        let asked = countable_bytes("n", count, itemsize)?;
        let left = self.bytes_left(&file)?;
        let wanted = left.map_or(asked, |left| left.min(asked));
        let known = left.map_or(0, |_| wanted);
        // The bytes that are not a whole element need room, too.
        let length = self.length() + known.div_ceil(itemsize);
        self.require_memory(length)?;
        // Before anything is read, because what is appended must be counted and mapped.
        self.require_length_fits_header(self.length() + wanted / itemsize)?;
        self.memory.cover(length * itemsize)?;
        let memory = self
            .can_prefault(known)
            .then(|| self.make_room(length).map(|()| self.pieces_behind_end()))
            .transpose()?;
        Ok(Some(Reading {
            file,
            itemsize: itemsize as usize,
            row_bytes: self.row_bytes() as usize,
            count,
            wanted,
            memory_checked: known,
            memory,
            storage: self.storage().clone(),
        }))
    }

    /// Bytes from the position of a file to its end. `None` if it does not say its size, like pipes and the files of /proc. The
    /// array's own file grows while it is read, so its present end counts.
    fn bytes_left(&self, file: &ExternalFile) -> Result<Option<u64>> {
        let end = match identity::require_regular(file) {
            _ if self.is_own(file)? => self.end_in_file()?,
            Ok(stat) if stat.st_size > 0 => stat.st_size as u64,
            _ => return Ok(None),
        };
        Ok(Some(end.saturating_sub(file.position()?)))
    }
}

impl Reading {
    /// Reads, and passes whole elements or rows to `append` until that returns false. Returns false if it was cancelled.
    fn run(
        mut self,
        is_cancelled: Option<&dyn Fn() -> bool>,
        mut append: impl FnMut(Region<'_>) -> Result<bool>,
    ) -> Result<bool> {
        let row_bytes = self.row_bytes as u64;
        let at_once = row_bytes.max(CHUNK - CHUNK % row_bytes);
        let buffered = if self.memory.is_some() {
            0
        } else {
            at_once.min(self.wanted)
        };
        require_allocatable(buffered as usize)?;
        let mut chunk = vec![0; buffered as usize];
        let (mut read, mut elements) = (0, 0);
        let memory_at_once = at_once.max(MEMORY_AT_ONCE);
        let mut memory_end = self.memory_checked.max(memory_at_once);
        let goes_on = || !is_cancelled.is_some_and(|is_cancelled| is_cancelled());
        while goes_on() {
            if read >= memory_end {
                self.storage.require_memory(memory_at_once)?;
                memory_end = read + memory_at_once;
            }
            let left = self.wanted - read;
            let piece = match &mut self.memory {
                Some(memory) => memory.next(left),
                None => Region::of_mut(&mut chunk).part(0, at_once.min(left) as usize),
            };
            let (got, failure) = read::fill(&self.file, piece, is_cancelled);
            let whole = got - got % self.row_bytes;
            if whole > 0 && !append(piece.part(0, whole))? {
                return Ok(false);
            }
            failure?;
            read += got as u64;
            elements += (whole / self.itemsize) as u64;
            if elements == self.count {
                return Ok(true);
            }
            let is_at_end = got < piece.len() && goes_on();
            if is_at_end || read == self.wanted {
                let (wanted, got) = (self.count, elements);
                return Err(Error::UnexpectedEof { wanted, got });
            }
        }
        Ok(false)
    }
}
