//! What Python's `array` does, over mapped memory of any kind.

mod atomics;
mod attach;
mod columns;
mod copy_on_write;
mod elements;
pub mod files;
mod follow;
mod growth;
pub mod jobs;
mod lock;
mod memory;
mod numbers;
mod open;
mod repeat;
#[cfg(test)]
mod samples;
mod shape;
pub mod slice;
mod snapshot;
mod splice;
mod state;
mod tail;
#[cfg(test)]
mod tests;
mod wait;

use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

pub use open::{Placement, countable_bytes};
pub use shape::WantedShape;
pub use snapshot::Snapshot;
pub use state::State;
pub use tail::Batch;

use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::{Advice, Mapping, Window};
use crate::os::map_count::require_room_for_hint;
use crate::sharing::lock::Lock;
use crate::sharing::wait::Sleepers;
use crate::storage::{Access, Flags, NpyHeader, Storage};
use jobs::Jobs;
use memory::Memory;
use shape::Shape;
use tail::{End, LengthChange, Prefault, Tail};

/// Whether the length of an array can be changed: a guard that the call holds until it ends, or the error that says why not.
type Verdict = Result<LengthChange>;

/// Called before pages are removed, with the byte at which the remaining ones end.
pub type OnTruncate = Box<dyn Fn(u64)>;

/// Whether an array is all that its file holds from its offset on, or a part of fixed length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Fixed(u64),
}

/// Elements of one type from an offset of a file on.
pub struct Array {
    element_type: ElementType,
    flags: Flags,
    extent: Extent,
    shape: Shape,
    memory: Memory,
    tail: Tail,
    end: End,
    state: Arc<State>,
    prefault: Prefault,
    on_truncate: OnTruncate,
    lock: Option<Lock>,
    sleepers: Sleepers,
    jobs: Jobs,
    /// Each [`Snapshot`] has a clone, which counts it. Its readers may be on other threads.
    readers: Arc<()>,
}

impl Array {
    /// An array on a mapping, with the header of the file if it has one.
    fn over(
        mapping: Arc<Mapping>,
        element_type: ElementType,
        flags: Flags,
        (extent, shape): (Extent, Shape),
        npy: Option<NpyHeader>,
    ) -> Result<Array> {
        let mut bytes = mapping.bytes()?;
        if let Some(npy) = npy.as_ref().filter(|_| extent == Extent::Whole) {
            let counted = npy.header().count.saturating_mul(element_type.itemsize() as u64);
            bytes = bytes.min(counted);
        }
        Array::over_bytes(
            mapping,
            element_type,
            flags,
            (extent, shape),
            Tail::new(npy),
            bytes,
        )
    }

    /// An array on the first bytes of a mapping. An array of fixed length maps no more than its elements.
    fn over_bytes(
        mapping: Arc<Mapping>,
        element_type: ElementType,
        flags: Flags,
        (extent, shape): (Extent, Shape),
        tail: Tail,
        bytes: u64,
    ) -> Result<Array> {
        let itemsize = element_type.itemsize() as u64;
        let row_bytes = shape.row() * itemsize;
        let end = End::new(itemsize, shape.row(), mapping.offset(), bytes);
        let bytes = match extent {
            Extent::Fixed(length) => bytes.min(length.saturating_mul(itemsize)),
            Extent::Whole => bytes,
        };
        let bytes = bytes - bytes % row_bytes;
        let length = bytes / itemsize;
        // A copy-on-write array becomes writable at its first write. See `begin_own_writes`.
        let state = State::new(flags.access() == Access::ReadWrite, shape.row() == 1);
        state.set(length, length);
        Ok(Array {
            element_type,
            flags,
            extent,
            shape,
            memory: Memory::new(mapping, bytes)?,
            tail,
            end,
            state: Arc::new(state),
            prefault: Prefault::default(),
            on_truncate: Box::new(|_| {}),
            lock: None,
            sleepers: Sleepers::default(),
            jobs: Jobs::default(),
            readers: Arc::default(),
        })
    }

    pub fn on_truncate(&mut self, on_truncate: OnTruncate) {
        self.on_truncate = on_truncate;
    }

    pub fn element_type(&self) -> &ElementType {
        &self.element_type
    }

    /// Bytes an element takes.
    pub fn itemsize(&self) -> u64 {
        self.element_type.itemsize() as u64
    }

    pub fn flags(&self) -> Flags {
        self.flags
    }

    pub fn extent(&self) -> Extent {
        self.extent
    }

    pub fn mapping(&self) -> &Arc<Mapping> {
        self.memory.mapping()
    }

    fn storage(&self) -> &Arc<Storage> {
        self.memory.storage()
    }

    pub fn window(&self) -> &Arc<Window> {
        self.memory.window()
    }

    pub fn state(&self) -> &Arc<State> {
        &self.state
    }

    /// Elements in the array.
    pub fn length(&self) -> u64 {
        self.state.length()
    }

    pub fn byte_length(&self) -> u64 {
        self.length() * self.itemsize()
    }

    /// The number of elements that fit without a system call.
    pub fn capacity(&self) -> u64 {
        self.state.capacity()
    }

    /// The bytes of the elements.
    pub fn region(&self) -> Region<'_> {
        self.memory.region(self.byte_length())
    }

    /// Checks that elements may be written, and prepares a copy-on-write array for it.
    fn require_writable(&self, operation: &'static str) -> Result<()> {
        self.require_access(operation)?;
        self.begin_own_writes();
        Ok(())
    }

    /// Begins a call that writes many elements in place. If others truncated the file, the call fails before it writes any.
    ///
    /// # Errors
    /// `ReadOnly`, `MemoryFault`; `ENOMEM` for memory with holes that cannot be filled; the system's.
    fn begin_write_in_place(&self, operation: &'static str) -> Result<()> {
        self.require_writable(operation)?;
        self.require_elements_in_file()?;
        self.storage().require_memory_for_holes(self.byte_length())
    }

    fn require_access(&self, operation: &'static str) -> Result<()> {
        if self.flags.access() == Access::ReadOnly {
            return Err(Error::ReadOnly { operation });
        }
        Ok(())
    }

    /// Checks that bytes are whole elements.
    fn require_whole(&self, source: Region<'_>) -> Result<()> {
        self.require_whole_elements(source.len() as u64)
    }

    /// Begins a call that may change the length: takes over what others did to it, and says whether it can be changed. As in
    /// Python, a call that then changes nothing ignores the verdict.
    ///
    /// # Errors
    /// `ReadOnly`; the verdict is `Busy`, `FixedLength`, or that of [`Array::take_over_length`].
    fn begin_length_change(&mut self, operation: &'static str) -> Result<Verdict> {
        self.begin_length_change_in(files::Mode::Sync, operation)
    }

    /// The same for a call that may leave its appends to a job. Then only the job waits for appends of others.
    fn begin_length_change_in(&mut self, mode: files::Mode, operation: &'static str) -> Result<Verdict> {
        self.require_access(operation)?;
        if let Err(busy) = self.require_idle(operation) {
            return Ok(Err(busy));
        }
        if self.flags == Flags::CopyOnWrite || self.extent != Extent::Whole {
            return Ok(Err(self.fixed_length(operation)));
        }
        self.take_over_length(mode)
    }

    /// The error of a call that would change the length of this array, which is fixed.
    fn fixed_length(&self, operation: &'static str) -> Error {
        let reason = match self.flags {
            Flags::CopyOnWrite => "because it was opened with flags 'c'",
            _ => self.shape.why_fixed(),
        };
        Error::FixedLength { operation, reason }
    }

    /// Byte of the file at which an element lies.
    fn file_position(&self, element: u64) -> u64 {
        self.mapping().offset() + element * self.itemsize()
    }

    /// Tells the system how a slice of step 1 will be used.
    ///
    /// # Errors
    /// `ENOMEM` if hints for parts of arrays have used half of the mappings that the process may have. A hint for a whole array is
    /// not refused, because it replaces the hints for its parts.
    pub fn advise(&self, advice: Advice, bounds: slice::Bounds) -> Result<()> {
        // Dropping pages of a private mapping would lose what was written to them.
        if advice == Advice::DontNeed && self.mapping().is_private() {
            return Ok(());
        }
        let stride = bounds.resolve(self.length())?;
        let start = stride.start as u64 * self.itemsize();
        let end = start + stride.count as u64 * self.itemsize();
        if advice == Advice::Populate {
            self.storage().require_memory_for_holes(end - start)?;
        }
        if advice.is_kept() && stride.count > 0 && (stride.count as u64) < self.length() {
            require_room_for_hint()?;
        }
        self.window().advise(advice, start, end)?;
        if advice == Advice::HugePage && self.storage().is_in_memory() {
            self.window().collapse_huge_pages(start, end);
        }
        Ok(())
    }

    /// The descriptor. Makes the array exact, because the descriptor may be given to others.
    pub fn descriptor(&mut self) -> Result<i32> {
        self.expose("fd")?;
        Ok(self.storage().descriptor())
    }

    /// Makes the array exact, because others may see its file from now on.
    fn expose(&mut self, operation: &'static str) -> Result<()> {
        self.seal(operation)?;
        self.storage().expose();
        Ok(())
    }
}

/// Checks that the memory shows the file.
impl Array {
    /// Checks that all elements could be read. After a fault, [`Array::refresh`] takes over what the file holds.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn check_faults(&self) -> Result<()> {
        let checked = self.memory.note_faults(self.byte_length());
        self.note_truncation(checked)
    }

    /// The same for the elements up to an index. They may be sound although elements behind them are not.
    pub fn check_faults_up_to(&self, index: i64) -> Result<()> {
        let at = slice::element_index(index, self.length())?;
        self.check_faults_within((at + 1) * self.itemsize())
    }

    fn check_faults_within(&self, bytes: u64) -> Result<()> {
        let checked = self.memory.check_faults(bytes);
        self.note_truncation(checked)
    }

    /// Checks that everything read since the last [`Array::refresh`] came from the file: no fault was met, and the file is long
    /// enough.
    ///
    /// # Errors
    /// `MemoryFault`; the system's.
    pub fn check(&self) -> Result<()> {
        self.check_faults()?;
        self.check_truncation()?;
        self.require_elements_in_file()
    }

    /// Checks that the file holds all elements.
    fn require_elements_in_file(&self) -> Result<()> {
        match self.length() {
            // The file may end before the array begins.
            0 => Ok(()),
            length => self.storage().require_size(self.file_position(length)),
        }
    }

    /// The elements that the array has now, for another array or thread.
    pub fn snapshot(&self) -> Result<Snapshot> {
        self.check_faults()?;
        Ok(self.snapshot_of(self.byte_length()))
    }

    fn snapshot_of(&self, bytes: u64) -> Snapshot {
        Snapshot::new(&self.memory, bytes, self.readers.clone())
    }

    /// Whether only this array, on its own thread, can read the elements.
    fn has_one_reader(&self) -> bool {
        let has_snapshots = Arc::strong_count(&self.readers) > 1;
        // Orders the reads through dropped snapshots before the writes that follow.
        fence(Ordering::Acquire);
        !has_snapshots && !self.storage().is_exposed() && self.jobs.is_idle()
    }

    /// Writes everything back to the device, data and size, and waits for it. See [`Array::flush_later`].
    pub fn flush(&mut self) -> Result<()> {
        self.flush_later()?.flush()
    }

    /// Makes the array exact. Returns a snapshot to be flushed, which may wait for the device on any thread.
    pub fn flush_later(&mut self) -> Result<Snapshot> {
        self.seal("flush")?;
        Ok(self.snapshot_of(self.byte_length()))
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        self.sleepers.cancel_all();
        self.abandon_jobs();
        // Nobody sees the size of memory without a name. A failure cannot be reported; the file then keeps zeros at its end.
        if self.storage().is_exposed() {
            let _ = self.check_faults();
            let _ = self.seal("close");
        }
    }
}
