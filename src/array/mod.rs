//! What Python's `array` does, over mapped memory of any kind.

mod attach;
mod growth;
mod jobs;
pub mod later;
mod lent;
mod npy;
mod numbers;
mod repeat;
mod reservation;
pub mod slice;
mod splice;
mod state;
mod synchronization;
pub mod transfer;

use std::cell::Cell;
use std::sync::{Arc, Weak};

pub use lent::Lent;
pub use state::State;

use crate::element::Element;
use crate::error::{Error, Result};
use crate::kernels::{self, Region};
use crate::mapping::{Advice, Mapping, Window};
use crate::sharing::lock::Lock;
use crate::sharing::wait::Sleepers;
use crate::storage::{Access, Flags, NpyHeader, Storage};
use crate::typecode::Typecode;
use jobs::Jobs;
use reservation::Reservation;

/// Whether an array is all that its file holds from its offset on, or a window of fixed length on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Fixed(u64),
}

/// Where an array begins and ends in its file, as asked for; units are bytes and elements.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placement {
    pub offset: u64,
    pub length: Option<u64>,
}

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
    /// How many times zeros were taken away from the window with this array's knowledge.
    restorations_known: Cell<usize>,
    /// Those before it, as long as somebody holds them.
    outgrown: Vec<Weak<Window>>,
    state: Arc<State>,
    extent: Extent,
    /// Where the file has a header that counts the elements.
    npy: Option<NpyHeader>,
    /// Where the slack ends that this array left behind the counted elements; 0 where it left none.
    slack_end: u64,
    /// While it is there the array is 'reserved': the file is longer than the array, and nobody else writes.
    reservation: Option<Arc<Reservation>>,
    /// Bytes from the start that a reserved array is known to have held: to write there again takes no new memory.
    touched: u64,
    on_cut: OnCut,
    lock: Option<Lock>,
    sleepers: Sleepers,
    jobs: Jobs,
}

impl Array {
    /// An array in memory of its own, with room for `capacity` elements.
    pub fn anonymous(typecode: &'static Typecode, capacity: u64) -> Result<Array> {
        let mapping = Mapping::new(Arc::new(Storage::anonymous()?), 0, Access::ReadWrite);
        let mut array = Array::over(mapping, typecode, Flags::ReadWrite, Extent::Whole, None)?;
        array.reserve(capacity)?;
        Ok(array)
    }

    /// An array on a file that `open` opens, once the placement is known to make sense: a file may be emptied by it.
    ///
    /// # Errors
    /// The system's; `OutOfRange` where `placement` does not fit the file and the flags do not create.
    pub fn open(
        typecode: &'static Typecode,
        flags: Flags,
        placement: Placement,
        open: impl FnOnce() -> Result<Storage>,
    ) -> Result<Array> {
        let itemsize = typecode.itemsize() as u64;
        if !placement.offset.is_multiple_of(itemsize) {
            return Err(Error::OutOfRange {
                name: "options.offset",
                requirement: format!("a multiple of the item size, {itemsize}"),
                received: placement.offset.to_string(),
            });
        }
        countable_bytes("options.length", placement.length.unwrap_or(0), itemsize)?;
        let storage = Arc::new(open()?);
        let extent = place(&storage, flags, placement, itemsize).inspect_err(|_| {
            if flags == Flags::CreateNew {
                storage.discard();
            }
        })?;
        let mapping = Mapping::new(storage, placement.offset, flags.access());
        Array::over(mapping, typecode, flags, extent, None)
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
            restorations_known: Cell::new(window.restorations()),
            outgrown: Vec::new(),
            window,
            state: Arc::new(State::default()),
            extent,
            npy,
            slack_end: 0,
            reservation: None,
            touched: 0,
            on_cut: Box::new(|_| {}),
            lock: None,
            sleepers: Sleepers::default(),
            jobs: Jobs::default(),
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
        self.state.set(length, length);
    }

    /// Refuses a call that writes elements.
    fn require_writable(&self, operation: &'static str) -> Result<()> {
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
        self.require_writable(operation)?;
        if let Err(busy) = self.require_idle(operation) {
            return Ok(Err(busy));
        }
        if self.flags == Flags::CopyOnWrite || self.extent != Extent::Whole {
            return Ok(Err(Error::FixedLength { operation }));
        }
        if self.reservation.is_some() {
            return Ok(Ok(()));
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

    /// Refuses an array whose memory could not be read where elements are. [`Array::refresh`] takes over what is there.
    pub fn require_sound(&self) -> Result<()> {
        self.window
            .require_sound(self.byte_length(), self.restorations_known.get())?;
        // Views may still be on windows it has outgrown.
        let is_zero = |window: Arc<Window>| window.zeros_from().is_some_and(|from| from < self.byte_length());
        if self.outgrown.iter().filter_map(Weak::upgrade).any(is_zero) {
            return Err(Error::MemoryFault);
        }
        // What was none of this array's elements need not be remembered when there are more of them.
        self.restorations_known.set(self.window.restorations());
        Ok(())
    }

    /// Its elements for another array to read.
    pub fn lend(&self) -> Result<Lent> {
        self.require_sound()?;
        Ok(Lent {
            window: self.window.clone(),
            bytes: self.byte_length(),
            restorations_known: self.restorations_known.get(),
        })
    }

    /// Widens the window where it is too short, and maps the file again where zeros were laid over it.
    fn cover(&mut self, bytes: u64) -> Result<()> {
        if bytes > self.window.len() as u64 {
            let wider = self.mapping.window(bytes)?;
            self.restorations_known.set(wider.restorations());
            let old = std::mem::replace(&mut self.window, wider);
            self.outgrown.push(Arc::downgrade(&old));
        } else if self.window.zeros_from().is_some_and(|from| from < bytes) && self.window.restore()? {
            self.restorations_known.update(|known| known + 1);
        }
        self.outgrown.retain(|window| window.strong_count() > 0);
        for window in self.outgrown.iter().filter_map(Weak::upgrade) {
            if window.zeros_from().is_some_and(|from| from < bytes) {
                window.restore()?;
            }
        }
        Ok(())
    }

    /// Byte of the file at which an element lies.
    fn file_position(&self, element: u64) -> u64 {
        self.mapping.offset() + element * self.itemsize()
    }

    pub fn get(&self, index: i64) -> Result<Element> {
        let at = slice::element_index(index, self.length())?;
        Ok(self.element_at(at))
    }

    fn element_at(&self, at: u64) -> Element {
        let mut bytes = [0; 8];
        let size = self.typecode.itemsize();
        self.region().read(at as usize * size, &mut bytes[..size]);
        Element::from_bytes(&bytes[..size])
    }

    pub fn set(&self, index: i64, element: &Element) -> Result<()> {
        self.require_writable("set")?;
        let at = slice::element_index(index, self.length())?;
        self.region()
            .write(at as usize * self.typecode.itemsize(), element.bytes());
        Ok(())
    }

    /// Index of the first equal element from `start` to before `stop`, bounds as Python's `index` takes them.
    pub fn find(&self, needle: &Element, start: i64, stop: i64) -> Option<u64> {
        let length = self.length();
        let (start, stop) = (
            slice::insertion_index(start, length),
            slice::insertion_index(stop, length),
        );
        let range = start as usize..stop.max(start) as usize;
        kernels::search::find(self.region(), self.typecode.scalar, needle, range).map(|at| at as u64)
    }

    pub fn count(&self, needle: &Element) -> u64 {
        kernels::search::count(self.region(), self.typecode.scalar, needle) as u64
    }

    /// Copies a slice into memory of exactly its size.
    pub fn copy_slice(&self, bounds: slice::Bounds, into: Region<'_>) -> Result<()> {
        let stride = bounds.resolve(self.length())?;
        kernels::gather::gather(self.region(), stride, into, self.typecode.itemsize());
        Ok(())
    }

    pub fn reverse(&self) -> Result<()> {
        self.require_writable("reverse")?;
        kernels::reorder::reverse(self.region(), self.typecode.itemsize());
        Ok(())
    }

    pub fn byteswap(&self) -> Result<()> {
        self.require_writable("byteswap")?;
        kernels::reorder::byteswap(self.region(), self.typecode.itemsize());
        Ok(())
    }

    /// The same value in every element from `start` to before `end`, bounds as a slice's.
    pub fn fill(&self, element: &Element, start: Option<i64>, end: Option<i64>) -> Result<()> {
        self.require_writable("fill")?;
        let stride = slice::Bounds {
            start,
            stop: end,
            step: None,
        }
        .resolve(self.length())?;
        let size = self.typecode.itemsize();
        kernels::fill::fill(
            self.region().part(stride.start * size, stride.count * size),
            element.bytes(),
        );
        Ok(())
    }

    /// Writes everything back to the device, data and size, and waits for it. See [`Array::flush_later`].
    pub fn flush(&mut self) -> Result<()> {
        self.flush_later()?.run()
    }

    /// Makes the array exact, and gives the rest of a flush, which may wait for the device on any thread.
    pub fn flush_later(&mut self) -> Result<Flush> {
        self.make_exact()?;
        let bytes = if self.flags.access() == Access::ReadWrite {
            self.byte_length()
        } else {
            0
        };
        Ok(Flush {
            mapping: self.mapping.clone(),
            window: self.window.clone(),
            bytes,
        })
    }

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
        let (start, end) = (stride.start as u64, (stride.start + stride.count) as u64);
        self.window
            .advise(advice, start * self.itemsize(), end * self.itemsize())
    }

    /// The descriptor. The array is exact from then on, since it may be handed on.
    pub fn descriptor(&mut self) -> Result<i32> {
        self.make_exact()?;
        self.mapping.storage().expose();
        Ok(self.mapping.storage().descriptor())
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        self.sleepers.cancel_all();
        self.abandon_jobs();
        // Nobody sees the size of memory without a name. Of a failure nobody is left to hear: the file then keeps
        // zeros at its end.
        if self.mapping.storage().is_exposed() {
            let _ = self.make_exact();
        }
    }
}

/// What is left of a flush once the array is exact.
pub struct Flush {
    mapping: Arc<Mapping>,
    window: Arc<Window>,
    bytes: u64,
}

impl Flush {
    pub fn run(&self) -> Result<()> {
        if self.mapping.is_private() {
            return Ok(());
        }
        self.window.flush(self.bytes)?;
        self.mapping.storage().sync()
    }
}

/// Checks a placement against a file, and makes the file longer where the flags create.
fn place(storage: &Storage, flags: Flags, placement: Placement, itemsize: u64) -> Result<Extent> {
    let size = storage.size()?;
    let beyond = |name, requirement: String, received: u64| {
        Err(Error::OutOfRange {
            name,
            requirement,
            received: received.to_string(),
        })
    };
    let wanted =
        placement.offset + countable_bytes("options.length", placement.length.unwrap_or(0), itemsize)?;
    if wanted > size {
        if flags.creates() {
            storage.grow(size, wanted)?;
        } else if placement.offset > size {
            return beyond(
                "options.offset",
                format!("at most the file's size, {size}"),
                placement.offset,
            );
        } else if let Some(length) = placement.length {
            let there = (size - placement.offset) / itemsize;
            return beyond(
                "options.length",
                format!("at most the {there} elements that are there"),
                length,
            );
        }
    }
    Ok(match placement.length {
        Some(length) if wanted < size => Extent::Fixed(length),
        _ => Extent::Whole,
    })
}

/// Bytes that a number of elements takes.
///
/// # Errors
/// `OutOfRange` beyond 2^53, which JavaScript cannot count.
pub fn countable_bytes(name: &'static str, elements: u64, itemsize: u64) -> Result<u64> {
    const LIMIT: u64 = 1 << 53;
    elements
        .checked_mul(itemsize)
        .filter(|bytes| *bytes <= LIMIT)
        .ok_or_else(|| Error::OutOfRange {
            name,
            requirement: format!("at most {}, which is 2^53 bytes", LIMIT / itemsize),
            received: elements.to_string(),
        })
}
