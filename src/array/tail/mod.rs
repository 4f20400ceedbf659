//! The end of an array in its file: how long the file says the array is, and how it gets longer and shorter.
//!
//! This folder alone asks which kind of end an array has.

mod batch;
mod end;
mod exit;
mod file_end;
mod npy;
mod prefault;
mod reserved;

use super::files::Mode;
use super::{Array, Verdict};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::memory::round_up_to_pages;
use crate::os::write::Unfinished;
use crate::storage::{Format, NpyHeader};

pub use batch::Batch;
pub(super) use end::{End, LengthChange};
use npy::NpyTail;
pub(super) use prefault::{PiecesBehindEnd, Prefault};
use reserved::Reserved;

/// A write of so few bytes takes hardly longer than another system call.
const LITTLE: u64 = 4096;

pub(super) enum Tail {
    /// The file's size is the length: every reader of the file sees exactly the elements.
    Exact,
    /// A NumPy header counts the elements, and more bytes may follow them.
    Npy(NpyTail),
    /// The file is longer than the array, and this process is the only one that uses it.
    Reserved(Reserved),
}

impl Tail {
    pub fn new(header: Option<NpyHeader>) -> Tail {
        header.map_or(Tail::Exact, |header| Tail::Npy(NpyTail::new(header)))
    }

    /// The header of a `.npy` file. In a reserved array it still has the count from before.
    fn header(&self) -> Option<&NpyHeader> {
        match self {
            Tail::Exact => None,
            Tail::Npy(npy) => Some(npy.header()),
            Tail::Reserved(reserved) => reserved.header(),
        }
    }
}

impl Array {
    pub fn format(&self) -> Format {
        match self.tail.header() {
            Some(_) => Format::Npy,
            None => Format::Raw,
        }
    }

    /// Whether the array has room, so that appending needs no system call.
    pub(super) fn is_reserved(&self) -> bool {
        matches!(self.tail, Tail::Reserved(_))
    }

    /// Whether the array itself has reserved a file that others can see, and whose size is the length for them.
    pub(super) fn has_raw_reservation(&self) -> bool {
        self.is_reserved() && self.is_raw() && self.storage().is_exposed()
    }

    /// Whether the file has no header.
    pub(super) fn is_raw(&self) -> bool {
        self.tail.header().is_none()
    }

    /// The number of elements that a header counts at this moment, and that the file holds. `None` for a raw file.
    pub(super) fn count_in_header(&self) -> Result<Option<u64>> {
        let Some(header) = self.tail.header() else {
            return Ok(None);
        };
        let count = header.clone().count(self.storage())?;
        // The size is read last, because counted elements are in the file.
        Ok(Some(count.min(self.memory.mapping().bytes()? / self.itemsize())))
    }

    /// The first byte of the file that the array uses, for its header or its elements.
    pub(super) fn start_in_file(&self) -> u64 {
        match self.tail.header() {
            Some(_) => 0,
            None => self.file_position(0),
        }
    }

    /// The byte at which the elements end for a reader of the file.
    pub(super) fn end_in_file(&self) -> Result<u64> {
        match self.tail {
            Tail::Exact => self.storage().size(),
            Tail::Npy(_) | Tail::Reserved(_) => Ok(self.file_position(self.length())),
        }
    }

    /// Bytes of the elements that the file holds now. A reserved array alone changes its length, but others may truncate the file.
    pub(super) fn bytes_in_file(&mut self) -> Result<u64> {
        let (itemsize, row_bytes) = (self.itemsize(), self.row_bytes());
        let mapping = self.memory.mapping();
        let bytes = match &mut self.tail {
            Tail::Exact => mapping.bytes(),
            Tail::Npy(npy) => npy.bytes(mapping, itemsize),
            Tail::Reserved(_) => Ok(self.byte_length().min(mapping.bytes()?)),
        }?;
        Ok(bytes - bytes % row_bytes)
    }

    /// Takes over changes of the length by others, before this array, or a job of it, changes it.
    ///
    /// # Errors
    /// The system's. The verdict is `AppendLocked` if another append does not end, `RaggedLength` if the file ends inside an element, and
    /// `MemoryFault` if it ends before the array begins, or before the capacity of a reserved array.
    pub(super) fn take_over_length(&mut self, mode: Mode) -> Result<Verdict> {
        let (change, bytes) = match &self.tail {
            // Checked before elements are moved: those behind the new end are lost, and zeros would be moved in front of it.
            Tail::Reserved(reserved) => {
                return Ok(reserved.check_truncation().map(|()| LengthChange::default()));
            }
            Tail::Npy(_) => (LengthChange::default(), self.bytes_in_file()?),
            Tail::Exact if mode == Mode::Async && self.end.needs_lock() => {
                let bytes = self.memory.mapping().bytes()?;
                (LengthChange::default(), bytes - bytes % self.row_bytes())
            }
            Tail::Exact => match self.end.begin_change(self.memory.storage()) {
                Err(error @ Error::AppendLocked { .. }) => return Ok(Err(error)),
                begun => begun?,
            },
        };
        self.set_bytes(bytes)?;
        // If the file ends before the array begins, appended bytes would not be its elements.
        if bytes == 0 && self.storage().size()? < self.file_position(0) {
            return Ok(Err(Error::MemoryFault));
        }
        let whole = self.end.require_whole(bytes);
        Ok(whole
            .map(|()| change)
            .map_err(|error| self.storage().named(error)))
    }

    /// Sets the length by a number of bytes, of which whole elements or rows count. Widens the window first, so that a failure changes nothing. If others truncated the
    /// file of a reserved array, its capacity gets smaller, too.
    pub(super) fn set_bytes(&mut self, bytes: u64) -> Result<()> {
        let length = (bytes - bytes % self.row_bytes()) / self.itemsize();
        let capacity = match self.tail {
            Tail::Exact | Tail::Npy(_) => length,
            Tail::Reserved(_) => {
                let room = self.memory.mapping().bytes()? / self.row_bytes() * self.shape.row();
                self.capacity().min(room).max(length)
            }
        };
        // Zeros of the guard behind the elements would make each append fail.
        self.memory.cover(bytes.max(capacity * self.itemsize()))?;
        if length < self.length() {
            self.release_pages_behind(length);
        }
        self.state.set_prefaulted(0);
        self.state.set(length, capacity);
        Ok(())
    }

    /// Appends elements, given as bytes in one or two parts. In an exact array that is one appending write.
    ///
    /// # Errors
    /// The system's; `OutOfRange` if the header has no room for the length. Then nothing is changed.
    pub(super) fn append_bytes(&mut self, parts: &[Region<'_>]) -> Result<()> {
        self.append_or_keep(parts).map_err(|unfinished| unfinished.error)
    }

    /// The same. The error says how many bytes are in the file nevertheless.
    fn append_or_keep(&mut self, parts: &[Region<'_>]) -> std::result::Result<(), Unfinished> {
        let added: u64 = parts.iter().map(|part| part.len() as u64).sum();
        let length = self.length() + added / self.itemsize();
        if let Tail::Reserved(_) = self.tail {
            return Ok(self.append_reserved(parts, length)?);
        }
        // Before anything is written, because it must be mapped afterwards.
        self.prepare_append(length)?;
        let end = self.file_position(self.length());
        let storage = self.memory.storage();
        match &mut self.tail {
            Tail::Npy(npy) => {
                storage.require_memory(added)?;
                if let Err(error) = npy.append(storage, parts, end, length) {
                    // Gives blocks back to a full disk. The caller gets the first error.
                    let _ = self.undo_append(self.length(), length);
                    return Err(error.into());
                }
            }
            _ => {
                storage.append(parts, end)?;
                // To ask for the size takes a third as long as a short write. The next call takes over what others have appended. It
                // also does if this fails, which is no error: the elements are in the file, and must not be appended again.
                if added > LITTLE
                    && let Ok(bytes) = self.memory.mapping().bytes()
                    && self.set_bytes(bytes).is_ok()
                {
                    return Ok(());
                }
            }
        }
        self.set_exact_length(length);
        Ok(())
    }

    /// Prepares an append, and fails if the array cannot have the length. A reserved array makes room for it.
    pub(super) fn prepare_append(&mut self, length: u64) -> Result<()> {
        if let Tail::Reserved(_) = self.tail {
            return self.make_room(length);
        }
        self.require_length_fits_header(length)?;
        self.memory.cover(length * self.itemsize())
    }

    /// Makes the array longer before elements are moved in it. The parts are its last bytes after that. An exact array appends
    /// them, so that readers see no zeros and a full disk changes nothing. A reserved array only gets the length: the caller stores
    /// all bytes anyway.
    pub(super) fn grow_for(&mut self, parts: &[Region<'_>]) -> Result<()> {
        if let Tail::Reserved(_) = self.tail {
            let added: u64 = parts.iter().map(|part| part.len() as u64).sum();
            let length = self.length() + added / self.itemsize();
            self.prepare_append(length)?;
            self.prefault(added);
            self.state.set(length, self.capacity());
            return Ok(());
        }
        self.append_bytes(parts)
    }

    /// Checks that a header has room for the digits of a length.
    pub(super) fn require_length_fits_header(&self, length: u64) -> Result<()> {
        self.tail
            .header()
            .map_or(Ok(()), |header| header.require_room(length))
    }

    /// Makes the array shorter. An exact array truncates the file. A `.npy` file keeps its size, because a reader that knows the
    /// old count may be reading those elements. A reserved file keeps it, too.
    pub(super) fn truncate(&mut self, length: u64) -> Result<()> {
        let end = self.file_position(self.length());
        let storage = self.memory.storage();
        match &mut self.tail {
            Tail::Exact => {
                self.release_pages_behind(length);
                self.storage().truncate(self.file_position(length))?;
            }
            Tail::Npy(npy) => npy.truncate(storage, end, length)?,
            Tail::Reserved(_) => {
                self.truncate_reserved(length);
                return Ok(());
            }
        }
        self.set_exact_length(length);
        Ok(())
    }

    /// Undoes an append from one length to another, which may have failed, unless others have appended meanwhile.
    pub(super) fn undo_append(&mut self, from: u64, to: u64) -> Result<()> {
        // A truncation to the same size could remove what others append at this moment.
        if from == to {
            return Ok(());
        }
        if let Tail::Exact = self.tail {
            // Before the size is read, so that nothing takes time between that and the truncation.
            self.release_pages_behind(from);
            if self.storage().size()? != self.file_position(to) {
                return Ok(());
            }
        }
        self.note_slack(self.file_position(to));
        self.truncate(from)?;
        self.truncate_slack()
    }

    /// Whether a source has to be copied before it is appended. If a page of the source is not in memory yet, an appending write lets
    /// the file end at that page's border for a moment. No element may lie across one. A copy is in memory, and aligned for all scalars.
    /// If elements lie across the page borders of the file anyway, no address helps, and the append holds a lock.
    pub(super) fn needs_aligned_copy(&self, source: Region<'_>) -> bool {
        matches!(self.tail, Tail::Exact)
            && !self.end.may_be_partial()
            && !source.address().is_multiple_of(self.element_type.itemsize())
    }

    /// Truncates the file to the elements: a reserved array becomes exact, and a `.npy` file ends behind its last element.
    ///
    /// # Errors
    /// The system's; `MemoryFault` if others have truncated the file of a reserved array.
    pub fn trim(&mut self) -> Result<()> {
        self.seal("trim")?;
        self.truncate_slack()
    }

    /// Trims the array before it is closed. Nobody sees the size of memory without a name.
    pub fn finish(&mut self) -> Result<()> {
        if !self.storage().is_exposed() {
            return Ok(());
        }
        // If a reserved array has a fault that no call has met yet, it must leave the file alone.
        let _ = self.check_faults();
        self.trim()
    }

    /// Makes a reserved array exact. Other arrays stay as they are.
    pub(super) fn seal(&mut self, operation: &'static str) -> Result<()> {
        self.require_not_growing(operation)?;
        let Tail::Reserved(reserved) = &self.tail else {
            return Ok(());
        };
        // Before any buffer is detached: a call that fails changes nothing.
        reserved.check_size()?;
        let length = self.length();
        self.release_pages_behind(length);
        self.tail = reserved.seal()?;
        self.forget_prefaulted();
        self.set_exact_length(length);
        Ok(())
    }

    /// Truncates a `.npy` file to the counted elements, if this array left bytes behind them. If the file is longer than that,
    /// another array has made it longer, and may need it.
    pub(super) fn truncate_slack(&mut self) -> Result<()> {
        let (mapping, itemsize) = (self.memory.mapping(), self.itemsize());
        let Tail::Npy(npy) = &mut self.tail else {
            return Ok(());
        };
        if let Some(count) = npy.take_slack(mapping, itemsize)? {
            self.release_pages_behind(count);
            self.storage().truncate(self.file_position(count))?;
        }
        Ok(())
    }

    /// Notes that a failed append may have written bytes up to `end` of the file, behind the counted elements.
    pub(super) fn note_slack(&mut self, end: u64) {
        if let Tail::Npy(npy) = &mut self.tail {
            npy.note_slack(end);
        }
    }

    /// Called before pages behind a length are removed, so that the buffers over them are detached.
    pub(super) fn release_pages_behind(&self, length: u64) {
        // Pages count from the start of the file, not from the array's offset.
        let end = round_up_to_pages(self.file_position(length));
        (self.on_truncate)(end.saturating_sub(self.memory.mapping().offset()));
    }

    /// Returns the result of a check. If it failed, others truncated the file. A reserved array remembers that, and leaves the file
    /// alone even if it is as long again later.
    pub(super) fn note_truncation(&self, checked: Result<()>) -> Result<()> {
        if let (Err(_), Tail::Reserved(reserved)) = (&checked, &self.tail) {
            reserved.note_truncation();
        }
        checked
    }

    /// Forgets all faults, because the array has taken over what the file holds now.
    pub(super) fn forget_faults(&mut self) {
        self.memory.forget_faults(self.byte_length());
        if let Tail::Reserved(reserved) = &self.tail {
            reserved.accept_truncation();
        }
    }

    fn set_exact_length(&mut self, length: u64) {
        // The prefaulted memory is gone. If the array is reserved again, JavaScript calls the core before it appends.
        self.state.set_prefaulted(0);
        self.state.set(length, length);
    }
}
