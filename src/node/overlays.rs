//! Mapped memory as `SharedArrayBuffer`s, for runtimes that make none on our memory: JavaScript makes a growable
//! `SharedArrayBuffer`, and we map the file over its pages.
//!
//! The address range stays V8's. V8 frees it without notice, on the thread that drops the last reference. So the guard treats
//! it as borrowed pages, and we map over it only while the object is known to be alive.
#![allow(unsafe_code, reason = "maps fixed pages")]

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use napi::Unknown;

use super::references::Reference;
use super::shared_buffers::FEATURE;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::Mapping;
use crate::mapping::guard::Guarded;
use crate::os::memory;
use crate::os::memory_map::Mappings;
use crate::storage::{Access, Storage};

/// The buffers of one array whose pages are ours and whose address range is V8's.
pub struct Overlays(RefCell<Vec<Overlay>>);

struct Overlay {
    /// Weak: while the object is alive in this thread, so is the address range.
    buffer: Reference,
    start: *mut u8,
    length: usize,
    guard: Guard,
    /// The opening of the file that is mapped. See [`Storage::generation`].
    generation: u32,
}

/// The fields are dropped in this order: `guarded` needs the descriptor of the file.
struct Guard {
    guarded: Guarded,
    _storage: Arc<Storage>,
}

impl Guard {
    fn new(start: *mut u8, length: usize, mapping: &Mapping) -> Result<Guard> {
        let storage = mapping.storage().clone();
        // SAFETY: the descriptor stays open as long as the storage, which is kept beside the guard.
        let guarded =
            unsafe { Guarded::borrowed(start.addr(), length, storage.descriptor(), mapping.offset()) }?;
        Ok(Guard {
            guarded,
            _storage: storage,
        })
    }
}

impl Overlay {
    fn is_alive(&self) -> bool {
        self.buffer.get().is_some()
    }
}

impl Overlays {
    pub fn new() -> Self {
        sweep();
        Overlays(RefCell::default())
    }

    /// Maps the file over the memory of a `SharedArrayBuffer`, which begins and ends on a page.
    ///
    /// # Errors
    /// `UnsupportedRuntime` for an array that does not begin on a page, and for a copy-on-write one.
    pub fn map_over(&self, buffer: &Unknown<'_>, memory: Region<'_>, mapping: &Mapping) -> Result<()> {
        let page = memory::page_size();
        let is_aligned =
            (memory.address() as u64).is_multiple_of(page) && mapping.offset().is_multiple_of(page);
        let unsupported = match (mapping.access(), is_aligned) {
            (Access::CopyOnWrite, _) => {
                Some("SharedArrayBuffer over copy-on-write memory. Send handle() instead")
            }
            (_, false) => Some(
                "SharedArrayBuffer over memory that does not begin at a page boundary. Send handle() instead",
            ),
            _ => memory.is_empty().then_some(FEATURE),
        };
        if let Some(feature) = unsupported {
            return Err(Error::UnsupportedRuntime { feature });
        }
        self.orphan_collected();
        let reference = Reference::weak(buffer).ok_or(Error::UnsupportedRuntime { feature: FEATURE })?;
        let start = memory.address() as *mut u8;
        let length = memory::round_up_to_pages(memory.len() as u64) as usize;
        let generation = mapping.storage().generation();
        // SAFETY: the caller's buffer is alive, and these pages are its alone.
        unsafe { map_file_over(start, length, mapping, 0) }?;
        self.0.borrow_mut().push(Overlay {
            buffer: reference,
            start,
            length,
            guard: Guard::new(start, length, mapping)?,
            generation,
        });
        Ok(())
    }

    /// Fails if some of the first bytes of a buffer were lost because another process truncated the file.
    pub fn check_faults(&self, bytes: u64) -> Result<()> {
        let has_fault = |overlay: &Overlay| {
            let zeros = overlay.guard.guarded.zeros().from();
            zeros.is_some_and(|from| (from as u64) < bytes) && overlay.is_alive()
        };
        if self.0.borrow().iter().any(has_fault) {
            return Err(Error::MemoryFault);
        }
        Ok(())
    }

    /// Maps the file again where the guard has mapped zeros.
    pub fn restore(&self, mapping: &Mapping) -> Result<()> {
        for overlay in self.0.borrow().iter() {
            // Without zeros there is nothing to do, even if the guard takes the pages for borrowed ones.
            if overlay.guard.guarded.zeros().from().is_none() || !overlay.is_alive() {
                continue;
            }
            if let Some(recorded) = overlay.guard.guarded.recorded() {
                let zeros = recorded.zeros(overlay.length);
                let start = overlay.start.wrapping_add(zeros.start);
                // SAFETY: the buffer is alive in this thread, so its pages are still its own; the guard's zeros are mapped there.
                unsafe { map_file_over(start, zeros.len(), mapping, zeros.start as u64) }?;
                // This keeps the record if another thread has met a fault since it was read.
                overlay.guard.guarded.clear(recorded);
            }
        }
        Ok(())
    }

    /// If the file was opened again, maps the new one.
    pub fn follow_file(&self, mapping: &Mapping) -> Result<()> {
        let generation = mapping.storage().generation();
        for overlay in self.0.borrow_mut().iter_mut() {
            if overlay.generation == generation || !overlay.is_alive() {
                continue;
            }
            let (start, length) = (overlay.start, overlay.length);
            // SAFETY: the buffer is alive in this thread, so its pages are still its own.
            unsafe { map_file_over(start, length, mapping, 0) }?;
            // The old guard answers until the new one is there. The next refresh maps the file over zeros of the old one.
            let had_fault = overlay.guard.guarded.recorded().is_some();
            overlay.guard = Guard::new(start, length, mapping)?;
            if !had_fault {
                overlay.generation = generation;
            }
        }
        Ok(())
    }

    /// Maps zeros over the buffers, which releases the file.
    pub fn map_zeros(&self) {
        for overlay in self.0.borrow_mut().drain(..) {
            if overlay.is_alive() {
                // SAFETY: the buffer is alive in this thread, so its pages are still its own; the array is closed.
                let done = unsafe { memory::map_zeros(overlay.start, overlay.length) };
                debug_assert!(done.is_ok(), "{done:?}");
            } else {
                orphan(overlay.guard);
            }
        }
    }

    /// A buffer that this thread has collected may be in use in another one, so its guard stays.
    fn orphan_collected(&self) {
        for overlay in self.0.borrow_mut().extract_if(.., |overlay| !overlay.is_alive()) {
            orphan(overlay.guard);
        }
    }
}

impl Drop for Overlays {
    fn drop(&mut self) {
        for overlay in self.0.take() {
            orphan(overlay.guard);
        }
    }
}

/// Guards of buffers that have no array any more, but that another thread may still read.
static ORPHANS: Mutex<Orphans> = Mutex::new(Orphans {
    guards: Vec::new(),
    next_sweep: None,
});

struct Orphans {
    guards: Vec<Guard>,
    /// No sweep before this time.
    next_sweep: Option<Instant>,
}

impl Orphans {
    /// Drops the guards whose pages no longer show the file: V8 has freed them. The kernel lists all mappings of the process
    /// for that, so it is done only twice a second.
    fn sweep(&mut self) {
        const INTERVAL: Duration = Duration::from_millis(500);
        let now = Instant::now();
        if self.guards.is_empty() || self.next_sweep.is_some_and(|next| now < next) {
            return;
        }
        if let Ok(mappings) = Mappings::now() {
            self.guards.retain(|guard| guard.guarded.shows_file(&mappings));
        }
        self.next_sweep = Some(now + INTERVAL);
    }
}

/// Keeps a guard for as long as its pages show the file.
fn orphan(guard: Guard) {
    let mut orphans = orphans();
    orphans.guards.push(guard);
    orphans.sweep();
}

/// Releases the guards of buffers that no thread has any more. Returns whether others are left.
pub fn sweep() -> bool {
    let mut orphans = orphans();
    orphans.sweep();
    !orphans.guards.is_empty()
}

fn orphans() -> MutexGuard<'static, Orphans> {
    ORPHANS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Maps the file over pages.
///
/// # Safety
/// - The pages are those of a growable `SharedArrayBuffer` that is alive. V8 reserves it in whole pages, so they are its alone.
/// - Nothing but V8's own pages, or the guard's zeros, is mapped there.
unsafe fn map_file_over(start: *mut u8, length: usize, mapping: &Mapping, from: u64) -> Result<()> {
    let file = mapping.storage().file();
    // SAFETY: the caller's promise.
    unsafe { memory::map_fixed(start, length, file, mapping.offset() + from, mapping.is_private()) }
}
