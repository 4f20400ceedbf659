//! What Python's `array` does, over mapped memory of any kind.

mod attach;
mod capacity;
mod copy_on_write;
mod elements;
mod flush;
mod growth;
pub mod jobs;
mod lent;
mod npy;
mod numbers;

pub mod peer;
mod placement;
mod prefault;
mod reading;
mod repeat;
mod reservation;
#[cfg(test)]
mod samples;
pub mod slice;
mod soundness;
mod splice;
mod state;
mod synchronization;
mod turns;
mod writing;

use std::cell::Cell;
use std::sync::Arc;

pub use flush::Flush;
pub use lent::Lent;
pub use placement::{Extent, Placement, countable_bytes};
pub use state::State;

use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::{Advice, Mapping, Window};
use crate::os::map_count::require_room_for_hint;
use crate::sharing::lock::Lock;
use crate::sharing::wait::Sleepers;
use crate::storage::{Access, Flags, NpyHeader, Storage};
use crate::typecode::Typecode;
use jobs::Jobs;
use prefault::Prefault;
use reservation::Reservation;
use soundness::OutgrownWindow;

/// Whether the length of an array can be changed.
type Verdict = Result<()>;

/// Called before memory goes away, with the byte at which what is left ends.
pub type OnCut = Box<dyn Fn(u64)>;

/// Elements of one type from an offset of a file on.
pub struct Array {
    typecode: &'static Typecode,
    flags: Flags,
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    /// How many restorations of the window this array has taken note of.
    restorations_known: Cell<usize>,
    /// Windows that were too short at some time, as long as views or the element path are on them.
    outgrown: Vec<OutgrownWindow>,
    state: Arc<State>,
    extent: Extent,
    /// Where the file has a header that counts the elements.
    npy: Option<NpyHeader>,
    /// Where the slack ends that this array left behind the counted elements; 0 where it left none.
    slack_end: u64,
    /// While it is there the array is 'reserved': the file is longer than the array, and nobody else writes.
    reservation: Option<Arc<Reservation>>,
    prefault: Prefault,
    on_cut: OnCut,
    lock: Option<Lock>,
    sleepers: Sleepers,
    jobs: Jobs,
    /// Held by each [`Lent`] too, whose readers may be on other threads.
    loans: Arc<()>,
}

impl Array {
    /// An array in memory of its own, with room for `capacity` elements.
    pub fn anonymous(typecode: &'static Typecode, capacity: u64) -> Result<Array> {
        let mapping = Mapping::new(Arc::new(Storage::anonymous()?), 0, Access::ReadWrite);
        let mut array = Array::over_bytes(mapping, typecode, Flags::ReadWrite, Extent::Whole, None, 0)?;
        array.reserve_more(capacity)?;
        Ok(array)
    }

    /// An array on a mapping that is there.
    pub fn over(
        mapping: Arc<Mapping>,
        typecode: &'static Typecode,
        flags: Flags,
        extent: Extent,
        npy: Option<NpyHeader>,
    ) -> Result<Array> {
        let bytes = mapping.bytes()?;
        Array::over_bytes(mapping, typecode, flags, extent, npy, bytes)
    }

    /// The same, where it is known how many bytes the file holds from the mapping's offset on.
    fn over_bytes(
        mapping: Arc<Mapping>,
        typecode: &'static Typecode,
        flags: Flags,
        extent: Extent,
        npy: Option<NpyHeader>,
        bytes: u64,
    ) -> Result<Array> {
        // Of a fixed length no more is mapped than it takes.
        let bytes = match extent {
            Extent::Fixed(length) => bytes.min(length.saturating_mul(typecode.itemsize() as u64)),
            Extent::Whole => {
                let counted = npy.as_ref().map(|npy| npy.header().count);
                counted.map_or(bytes, |count| {
                    count.saturating_mul(typecode.itemsize() as u64).min(bytes)
                })
            }
        };
        let window = mapping.window(bytes)?;
        let mut array = Array {
            typecode,
            flags,
            mapping,
            restorations_known: Cell::new(window.completed_restorations()),
            outgrown: Vec::new(),
            window,
            // A copy-on-write array is told of its first write. See `begin_own_writes`.
            state: Arc::new(State::new(flags.access() == Access::ReadWrite)),
            extent,
            npy,
            slack_end: 0,
            reservation: None,
            prefault: Prefault::default(),
            on_cut: Box::new(|_| {}),
            lock: None,
            sleepers: Sleepers::default(),
            jobs: Jobs::default(),
            loans: Arc::default(),
        };
        // The window may be another array's, with zeros where the file had ended once.
        array.cover(bytes)?;
        array.set_exact_length(bytes / array.itemsize());
        Ok(array)
    }

    pub fn on_cut(&mut self, on_cut: OnCut) {
        self.on_cut = on_cut;
    }

    pub fn typecode(&self) -> &'static Typecode {
        self.typecode
    }

    /// Bytes an element takes.
    pub fn itemsize(&self) -> u64 {
        self.typecode.itemsize() as u64
    }

    pub fn flags(&self) -> Flags {
        self.flags
    }

    pub fn extent(&self) -> Extent {
        self.extent
    }

    pub fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    pub fn window(&self) -> &Arc<Window> {
        &self.window
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

    /// Elements there is room for without asking the system.
    pub fn capacity(&self) -> u64 {
        self.state.capacity()
    }

    /// The bytes of the elements.
    pub fn region(&self) -> Region<'_> {
        self.window.region(self.byte_length())
    }

    fn set_exact_length(&mut self, length: u64) {
        // Reserved again, it calls before it appends: what is behind the end by then is another memory.
        self.state.set_prefaulted(0);
        self.state.set(length, length);
    }

    /// Refuses a call that writes elements, where they may not be written.
    fn require_writable(&self, operation: &'static str) -> Result<()> {
        self.require_access(operation)?;
        self.begin_own_writes();
        Ok(())
    }

    /// Begins a call that writes many elements in place: where others cut the file, it is refused before it writes any.
    ///
    /// # Errors
    /// `ReadOnly`, `MemoryFault`; `ENOMEM` for memory with holes that cannot be filled; the system's
    fn begin_write_in_place(&self, operation: &'static str) -> Result<()> {
        self.require_writable(operation)?;
        self.require_elements_in_file()?;
        self.mapping.storage().require_filled(self.byte_length())
    }

    fn require_access(&self, operation: &'static str) -> Result<()> {
        if self.flags.access() == Access::ReadOnly {
            return Err(Error::ReadOnly { operation });
        }
        Ok(())
    }

    /// Refuses bytes that are no whole number of elements.
    fn require_whole(&self, source: Region<'_>) -> Result<()> {
        let itemsize = self.typecode.itemsize();
        if source.len().is_multiple_of(itemsize) {
            return Ok(());
        }
        Err(Error::RaggedLength {
            bytes: source.len() as u64,
            itemsize,
        })
    }

    /// Begins a call that may change the length: takes over what others did to it, and says whether it can be changed.
    /// As in Python, a call that turns out to change nothing does not ask.
    ///
    /// # Errors
    /// `ReadOnly`; the verdict is `FixedLength`, `RaggedLength` where the file ends inside an element, or `MemoryFault` where
    /// it ends before the array begins.
    fn begin_length_change(&mut self, operation: &'static str) -> Result<Verdict> {
        self.require_access(operation)?;
        if let Err(busy) = self.require_idle(operation) {
            return Ok(Err(busy));
        }
        if self.flags == Flags::CopyOnWrite || self.extent != Extent::Whole {
            return Ok(Err(Error::FixedLength { operation }));
        }
        if self.reservation.is_some() {
            // Before anything is moved: what lies behind a cut would be moved in front of it as zeros.
            return Ok(self.require_uncut());
        }
        let bytes = self.elements_there()?;
        self.take_over(bytes)?;
        // Cut before the array begins: what is appended now would lie in front of it, and be none of its elements.
        if bytes == 0 && self.mapping.storage().size()? < self.mapping.offset() {
            return Ok(Err(Error::MemoryFault));
        }
        if bytes.is_multiple_of(self.itemsize()) {
            return Ok(Ok(()));
        }
        Ok(Err(Error::RaggedLength {
            bytes,
            itemsize: self.typecode.itemsize(),
        }))
    }

    /// Makes the length what a file size says. The window is widened first, so that a failure changes nothing.
    fn take_over(&mut self, bytes: u64) -> Result<()> {
        self.cover(bytes)?;
        let length = bytes / self.itemsize();
        if length < self.length() {
            self.release_pages_behind(length);
        }
        self.set_exact_length(length);
        Ok(())
    }

    /// Byte of the file at which an element lies.
    fn file_position(&self, element: u64) -> u64 {
        self.mapping.offset() + element * self.itemsize()
    }

    /// Tells the system how a range of elements is going to be used.
    ///
    /// # Errors
    /// `ENOMEM` where hints for parts of arrays have used up half of the mappings the process may have. One for a whole array
    /// is not refused, since it undoes those for its parts.
    pub fn advise(&self, advice: Advice, start: Option<i64>, end: Option<i64>) -> Result<()> {
        // Dropping pages of a private mapping would lose what was written to them.
        if advice == Advice::DontNeed && self.mapping.is_private() {
            return Ok(());
        }
        let stride = slice::Bounds {
            start,
            stop: end,
            step: None,
        }
        .resolve(self.length())?;
        let start = stride.start as u64 * self.itemsize();
        let end = start + stride.count as u64 * self.itemsize();
        if advice == Advice::Populate {
            self.mapping.storage().require_filled(end - start)?;
        }
        if advice.is_kept() && stride.count > 0 && (stride.count as u64) < self.length() {
            require_room_for_hint()?;
        }
        self.window.advise(advice, start, end)?;
        if advice == Advice::HugePage && self.mapping.storage().is_in_memory() {
            self.window.put_huge_pages_together(start, end);
        }
        Ok(())
    }

    /// The descriptor. The array is exact from then on, since it may be handed on.
    pub fn descriptor(&mut self) -> Result<i32> {
        self.expose("fd")?;
        Ok(self.mapping.storage().descriptor())
    }

    /// Makes the array exact, since others can know of it from now on.
    fn expose(&mut self, operation: &'static str) -> Result<()> {
        self.make_exact(operation)?;
        self.mapping.storage().expose();
        Ok(())
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        self.sleepers.cancel_all();
        self.abandon_jobs();
        // Nobody sees the size of memory without a name. Of a failure nobody is left to hear: the file then keeps
        // zeros at its end.
        if self.mapping.storage().is_exposed() {
            let _ = self.require_sound();
            let _ = self.make_exact("close");
        }
    }
}
