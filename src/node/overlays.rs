//! Mapped memory as `SharedArrayBuffer`s where the runtime makes none on memory that is not its own: our pages laid over
//! those of a growable `SharedArrayBuffer` that JavaScript made.
//!
//! The address range stays V8's, which frees it from whichever thread drops the last reference, and tells nobody. So the
//! guard answers for it as for borrowed pages, and nothing is ever laid over it unless the object is known to be alive.
#![allow(
    unsafe_code,
    reason = "watches objects through Node-API, and maps fixed pages"
)]

use std::cell::RefCell;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use napi::{Env, JsValue, Unknown, sys};

use super::shared_buffers::FEATURE;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::guard::Guarded;
use crate::mapping::{Mapping, Window};
use crate::os::memory;
use crate::os::memory_map::Mappings;
use crate::storage::Storage;

/// The buffers of one array whose pages are ours while their memory is V8's.
pub struct Overlays {
    env: sys::napi_env,
    laid: RefCell<Vec<Overlay>>,
}

struct Overlay {
    /// Weak: while the object is alive in this thread, so is the address range.
    reference: sys::napi_ref,
    start: *mut u8,
    length: usize,
    guard: Guard,
    /// Which opening of the file the pages are of. See [`Storage::generation`].
    generation: u32,
}

/// Declared, and so dropped, in this order: the guard needs the file's descriptor.
struct Guard {
    guarded: Guarded,
    _storage: Arc<Storage>,
}

impl Overlays {
    pub fn new(env: &Env) -> Self {
        sweep();
        Overlays {
            env: env.raw(),
            laid: RefCell::default(),
        }
    }

    /// Lays the pages of a mapping over the memory of a `SharedArrayBuffer`, which begins and ends on a page.
    ///
    /// # Errors
    /// `UnsupportedRuntime` where that cannot be: an array that begins inside a page, a copy-on-write one.
    pub fn lay(
        &self,
        buffer: &Unknown<'_>,
        memory: Region<'_>,
        mapping: &Mapping,
        copies: bool,
    ) -> Result<()> {
        let page = memory::page_size();
        let aligned = (memory.address() as u64).is_multiple_of(page) && mapping.offset().is_multiple_of(page);
        let hindrance = match (copies, aligned) {
            (true, _) => Some("SharedArrayBuffer on memory that keeps changes to itself"),
            (_, false) => Some("SharedArrayBuffer on memory that does not begin on a page"),
            _ => memory.is_empty().then_some(FEATURE),
        };
        if let Some(feature) = hindrance {
            return Err(Error::UnsupportedRuntime { feature });
        }
        self.give_up_collected();
        let start = memory.address() as *mut u8;
        let length = memory::round_up_to_pages(memory.len() as u64) as usize;
        let generation = mapping.storage().generation();
        // SAFETY: the caller's buffer is alive, and these pages are its alone.
        unsafe { lay_file_over(start, length, mapping, 0) }?;
        let storage = mapping.storage().clone();
        // SAFETY: the descriptor stays open as long as the storage that is kept beside the guard.
        let guarded =
            unsafe { Guarded::borrowed(start.addr(), length, storage.descriptor(), mapping.offset()) }?;
        let guard = Guard {
            guarded,
            _storage: storage,
        };
        let mut reference = ptr::null_mut();
        // SAFETY: the value belongs to this environment; a count of 0 makes the reference weak.
        let status = unsafe { sys::napi_create_reference(self.env, buffer.raw(), 0, &mut reference) };
        if status != sys::Status::napi_ok {
            give_up(guard);
            return Err(Error::UnsupportedRuntime { feature: FEATURE });
        }
        self.laid.borrow_mut().push(Overlay {
            reference,
            start,
            length,
            guard,
            generation,
        });
        Ok(())
    }

    /// Refuses a buffer of which some of the first bytes could not be read: somebody cut the file under it.
    pub fn require_sound(&self, bytes: u64) -> Result<()> {
        let is_faulted = |overlay: &Overlay| {
            let zeros = overlay.guard.guarded.zeros().from();
            zeros.is_some_and(|from| (from as u64) < bytes) && self.is_alive(overlay)
        };
        if self.laid.borrow().iter().any(is_faulted) {
            return Err(Error::MemoryFault);
        }
        Ok(())
    }

    /// Maps the file again where the guard has laid zeros.
    pub fn restore(&self, mapping: &Mapping) -> Result<()> {
        for overlay in self.laid.borrow().iter() {
            // The guard may find pages to be borrowed that this thread knows to be there.
            if overlay.guard.guarded.zeros().from().is_none() || !self.is_alive(overlay) {
                continue;
            }
            if let Some(recorded) = overlay.guard.guarded.recorded() {
                let zeros = recorded.zeros(overlay.length);
                let start = overlay.start.wrapping_add(zeros.start);
                // SAFETY: the buffer is alive in this thread, so its pages are still its own; what lies there now is
                // the guard's zeros.
                unsafe { lay_file_over(start, zeros.len(), mapping, zeros.start as u64) }?;
                // Where another thread has touched what is cut off meanwhile, the record stays.
                overlay.guard.guarded.clear(recorded);
            }
        }
        Ok(())
    }

    /// Maps the file that was opened anew since.
    pub fn follow_file(&self, mapping: &Mapping) -> Result<()> {
        let generation = mapping.storage().generation();
        for overlay in self.laid.borrow_mut().iter_mut() {
            if overlay.generation == generation || !self.is_alive(overlay) {
                continue;
            }
            let (start, length) = (overlay.start, overlay.length);
            // SAFETY: the buffer is alive in this thread, so its pages are still its own.
            unsafe { lay_file_over(start, length, mapping, 0) }?;
            // Until the new guard is there the old one answers. What it has to lay meanwhile, the next refresh maps again.
            let met_fault = overlay.guard.guarded.recorded().is_some();
            let descriptor = mapping.storage().descriptor();
            // SAFETY: the descriptor stays open as long as the storage that is kept beside the guard.
            overlay.guard.guarded =
                unsafe { Guarded::borrowed(start.addr(), length, descriptor, mapping.offset()) }?;
            if !met_fault {
                overlay.generation = generation;
            }
        }
        Ok(())
    }

    /// Gives the file back: what this thread still reaches shows zeros from now on.
    pub fn blank(&self) {
        for overlay in self.laid.borrow_mut().drain(..) {
            if self.is_alive(&overlay) {
                // SAFETY: the buffer is alive in this thread, so its pages are still its own; the array is closed.
                let done = unsafe { memory::map_zeros(overlay.start, overlay.length) };
                debug_assert!(done.is_ok(), "{done:?}");
                self.forget(overlay.reference);
            } else {
                self.forget(overlay.reference);
                give_up(overlay.guard);
            }
        }
    }

    /// What this thread has collected may be in use in another, so the guard stays.
    fn give_up_collected(&self) {
        let mut laid = self.laid.borrow_mut();
        for overlay in laid.extract_if(.., |overlay| !self.is_alive(overlay)) {
            self.forget(overlay.reference);
            give_up(overlay.guard);
        }
    }

    fn is_alive(&self, overlay: &Overlay) -> bool {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment and is not deleted yet.
        unsafe { sys::napi_get_reference_value(self.env, overlay.reference, &mut value) };
        !value.is_null()
    }

    fn forget(&self, reference: sys::napi_ref) {
        // SAFETY: whoever calls drops the only copy of the reference, so it is deleted once.
        unsafe { sys::napi_delete_reference(self.env, reference) };
    }
}

impl Drop for Overlays {
    fn drop(&mut self) {
        for overlay in self.laid.take() {
            self.forget(overlay.reference);
            give_up(overlay.guard);
        }
    }
}

/// Guards of buffers that no array answers for any more, but that some thread may still look at. V8 frees their memory without
/// telling, so it is looked at now and then.
static GIVEN_UP: Mutex<GivenUp> = Mutex::new(GivenUp {
    guards: Vec::new(),
    next_look: None,
});

struct GivenUp {
    guards: Vec<Guard>,
    /// Not before that.
    next_look: Option<Instant>,
}

impl GivenUp {
    /// Lets those go whose pages show the file no more. Seldom, since the kernel lists all that is mapped for it.
    fn look(&mut self) {
        const SELDOM: Duration = Duration::from_millis(500);
        if self.guards.is_empty() {
            return;
        }
        let now = Instant::now();
        if self.next_look.is_some_and(|next| now < next) {
            return;
        }
        if let Ok(mappings) = Mappings::now() {
            self.guards.retain(|guard| guard.guarded.shows_file(&mappings));
        }
        self.next_look = Some(now + SELDOM);
    }
}

/// Keeps a guard for as long as its pages show the file.
fn give_up(guard: Guard) {
    let mut given_up = given_up();
    given_up.guards.push(guard);
    given_up.look();
}

/// Gives back what buffers held that no thread has any more; says whether others are left.
pub fn sweep() -> bool {
    let mut given_up = given_up();
    given_up.look();
    !given_up.guards.is_empty()
}

fn given_up() -> MutexGuard<'static, GivenUp> {
    GIVEN_UP.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lays the file's pages over others.
///
/// # Safety
/// - The pages are a growable `SharedArrayBuffer`'s that is alive, and that alone has them: V8 reserves it in whole pages.
/// - What lies there now is nothing, or the guard's zeros.
unsafe fn lay_file_over(start: *mut u8, length: usize, mapping: &Mapping, from: u64) -> Result<()> {
    let file = mapping.storage().file();
    // SAFETY: the caller's promise.
    unsafe { memory::map_fixed(start, length, file, mapping.offset() + from, mapping.is_private()) }
}

/// Whether pages laid over a scratch buffer show in it: the first byte is to be 1 before, and is 2 after.
pub fn probe(memory: Region<'_>) -> Result<bool> {
    let page = memory::page_size();
    if !(memory.address() as u64).is_multiple_of(page)
        || (memory.len() as u64) < page
        || memory.get::<u8>(0) != 1
    {
        return Ok(false);
    }
    let storage = Arc::new(Storage::anonymous()?);
    storage.grow(0, page)?;
    // SAFETY: as in `lay`: the scratch buffer is growable, and its contents are nobody's.
    unsafe {
        memory::map_fixed(
            memory.address() as *mut u8,
            page as usize,
            storage.file(),
            0,
            false,
        )
    }?;
    let window = Window::map(&storage, 0, page, false)?;
    window.region(page).put::<u8>(0, 2);
    Ok(memory.get::<u8>(0) == 2)
}
