//! Elements from other files.

use super::Mode;
use super::external_file::ExternalFile;
use crate::array::fresh_pieces::FreshPieces;
use crate::array::jobs::{Claim, Job, Progress, SYNCHRONOUS, Work};
use crate::array::tail::FileEnd;
use crate::array::{Array, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::{identity, read};

/// Bytes read at a time; a multiple of the size of every element.
const CHUNK: u64 = 1 << 20;

/// Elements that are to be read and appended.
struct Reading {
    job: Job,
    file: ExternalFile,
    itemsize: usize,
    /// Elements that were asked for.
    count: u64,
    /// Bytes to read: those of the elements, or those to the end of the file if there are fewer. Like Python, it reads those too that
    /// are not a whole element.
    wanted: u64,
    destination: Destination,
}

enum Destination {
    /// Memory of the array that nobody else sees, with room for all of it.
    Memory(FreshPieces),
    File {
        end: FileEnd,
        chunk: Vec<u8>,
    },
}

impl Array {
    /// Appends `count` elements read from a file, from its position on.
    ///
    /// # Errors
    /// `UnexpectedEof` if there are fewer; the system's. The whole elements that were read until then are kept.
    pub fn fromfile(&mut self, file: ExternalFile, count: u64) -> Result<()> {
        let Some(reading) = self.begin_reading("fromfile", SYNCHRONOUS, file, count)? else {
            return Ok(());
        };
        let done = reading.run(Mode::Sync);
        self.finish_job(SYNCHRONOUS)?;
        done.map(drop)
    }

    /// The same as a job.
    ///
    /// # Errors
    /// Those of [`Array::fromfile`]; `Busy`.
    pub fn fromfile_later(&mut self, ticket: u32, file: ExternalFile, count: u64) -> Result<Work> {
        let reading = self.begin_reading("fromfileAsync", ticket, file, count)?;
        Ok(Work::new(0, |_| {
            reading.map_or(Ok(true), |reading| reading.run(Mode::Async))
        }))
    }

    /// `None` if no elements are asked for.
    fn begin_reading(
        &mut self,
        operation: &'static str,
        ticket: u32,
        file: ExternalFile,
        count: u64,
    ) -> Result<Option<Reading>> {
        let resizable = self.begin_length_change(operation)?;
        if count == 0 {
            return Ok(None);
        }
        resizable?;
        let itemsize = self.itemsize();
        let asked = countable_bytes("n", count, itemsize)?;
        let left = self.bytes_left(&file)?;
        let wanted = left.map_or(asked, |left| left.min(asked));
        let known = left.map_or(0, |_| wanted);
        let length = |bytes: u64| self.length() + bytes.div_ceil(itemsize);
        let (known_length, most) = (length(known), length(wanted));
        self.require_memory(known_length)?;
        // Before anything is read: the file must not hold what cannot be counted or mapped afterwards.
        self.require_length_fits_header(most)?;
        self.memory.cover(known_length * itemsize)?;
        let destination = if left.is_some() && self.is_reserved() && !self.storage().is_exposed() {
            self.make_room(known_length)?;
            Destination::Memory(self.fresh_pieces())
        } else {
            Destination::File {
                end: self.file_end(known),
                chunk: vec![0; CHUNK.min(wanted) as usize],
            }
        };
        Ok(Some(Reading {
            job: self.begin_job(operation, ticket, Claim::Grows)?,
            file,
            itemsize: itemsize as usize,
            count,
            wanted,
            destination,
        }))
    }

    /// Bytes from the position of a file to its end; `None` if it does not say its size, as a pipe and the files of /proc. The array's
    /// own file gets longer while it is read: it ends where it ends now.
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
    /// Says whether it was done: false if it was cancelled.
    fn run(mut self, mode: Mode) -> Result<bool> {
        let job = &self.job;
        let is_cancelled = || mode == Mode::Async && job.is_cancelled();
        let cancellable: Option<&dyn Fn() -> bool> = (mode == Mode::Async).then_some(&is_cancelled);
        let (mut read, mut elements) = (0, 0);
        while !is_cancelled() {
            let piece = self.destination.next(self.wanted - read);
            let room = piece.len();
            let (got, failure) = read::fill(&self.file, piece, cancellable);
            let whole = got - got % self.itemsize;
            if !job.append(|progress| self.destination.append(whole, progress))? {
                return Ok(false);
            }
            failure?;
            read += got as u64;
            elements += (whole / self.itemsize) as u64;
            let is_at_end = got < room && !is_cancelled();
            if elements == self.count {
                return Ok(true);
            }
            if is_at_end || read == self.wanted {
                return Err(Error::UnexpectedEof {
                    wanted: self.count,
                    got: elements,
                });
            }
        }
        Ok(false)
    }
}

impl Destination {
    /// Memory for the next bytes, at most so many.
    fn next(&mut self, most: u64) -> Region<'_> {
        match self {
            Destination::Memory(pieces) => pieces.next(most),
            Destination::File { chunk, .. } => {
                let bytes = most.min(chunk.len() as u64) as usize;
                Region::of_mut(&mut chunk[..bytes])
            }
        }
    }

    /// Appends the first of those bytes, which are whole elements.
    fn append(&mut self, bytes: usize, progress: &mut Progress) -> Result<()> {
        match self {
            Destination::File { end, chunk } => end.append(Region::of(&chunk[..bytes]), progress),
            Destination::Memory(_) => {
                progress.appended += bytes as u64;
                Ok(())
            }
        }
    }
}
