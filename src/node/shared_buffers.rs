//! Mapped memory as `SharedArrayBuffer`s: by the runtime's own call where it has one, else with our pages laid over those
//! of a growable `SharedArrayBuffer` that JavaScript made.
#![allow(
    unsafe_code,
    reason = "creates shared buffers through Node-API, and maps fixed pages"
)]

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;
use std::sync::{Arc, OnceLock};

use napi::{Env, JsValue, Unknown, sys};

use super::buffers::{Share, checked};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::guard::Guarded;
use crate::mapping::{Mapping, Window};
use crate::os::memory;
use crate::storage::Storage;

const FEATURE: &str = "SharedArrayBuffer on memory that is not its own";

type CreateExternalSharedArrayBuffer = unsafe extern "C" fn(
    sys::napi_env,
    *mut c_void,
    usize,
    Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
    *mut c_void,
    *mut sys::napi_value,
) -> sys::napi_status;

/// `node_api_create_external_sharedarraybuffer`, where the runtime has it: Node 22.23, 24.21 and 26 do.
fn constructor() -> Option<CreateExternalSharedArrayBuffer> {
    static FOUND: OnceLock<Option<CreateExternalSharedArrayBuffer>> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let name = c"node_api_create_external_sharedarraybuffer";
        // SAFETY: looks a name up among the symbols the process has loaded.
        let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
        if symbol.is_null() {
            return None;
        }
        // SAFETY: the symbol of that name has this signature, by Node-API's promise of a stable interface.
        Some(unsafe { std::mem::transmute::<*mut c_void, CreateExternalSharedArrayBuffer>(symbol) })
    })
}

/// Whether the runtime makes them itself.
pub fn are_native() -> bool {
    constructor().is_some()
}

/// A buffer on the first bytes of a window that owns nothing: the caller keeps the window while it is in use. `None`
/// where the runtime makes none.
pub fn unowned(env: sys::napi_env, window: &Window, length: usize) -> Option<Result<sys::napi_value>> {
    constructor().map(|create| call(create, env, window.region(length as u64), None, ptr::null_mut()))
}

/// A buffer that owns a share of its window. It may outlive array and thread, and is finalized on any thread.
pub fn owned(env: &Env, bytes: Region<'_>, share: Share) -> Result<Unknown<'static>> {
    let create = constructor().ok_or(Error::UnsupportedRuntime { feature: FEATURE })?;
    let share = Box::into_raw(Box::new(share));
    let value = call(create, env.raw(), bytes, Some(drop_share), share.cast()).inspect_err(|_| {
        // SAFETY: the call failed, so the box is still ours.
        drop(unsafe { Box::from_raw(share) });
    })?;
    // SAFETY: just made, in this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
}

fn call(
    create: CreateExternalSharedArrayBuffer,
    env: sys::napi_env,
    bytes: Region<'_>,
    finalize: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
    hint: *mut c_void,
) -> Result<sys::napi_value> {
    let mut value = ptr::null_mut();
    // SAFETY: the caller keeps the bytes mapped while the buffer is in use, by a share or by itself.
    let status = unsafe {
        create(
            env,
            bytes.address() as *mut c_void,
            bytes.len(),
            finalize,
            hint,
            &mut value,
        )
    };
    checked(status, value, FEATURE)
}

unsafe extern "C" fn drop_share(_: *mut c_void, hint: *mut c_void) {
    // SAFETY: Node-API calls a finalizer once, with the box that `owned` was given.
    drop(unsafe { Box::from_raw(hint.cast::<Share>()) });
}

/// The buffers of one array whose pages are ours while their memory is V8's.
pub struct Overlays {
    env: sys::napi_env,
    laid: RefCell<Vec<Overlay>>,
}

struct Overlay {
    /// While its `SharedArrayBuffer` is alive, so is the address range; after that V8 may have given it away. So it is
    /// held while the guard answers for the range, and only watched afterwards.
    reference: sys::napi_ref,
    start: *mut u8,
    length: usize,
    /// The newest overlay's alone.
    guarded: Option<Guarded>,
}

impl Overlays {
    pub fn new(env: &Env) -> Self {
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
        if copies || !aligned || memory.is_empty() {
            return Err(Error::UnsupportedRuntime { feature: FEATURE });
        }
        self.release_newest();
        let mut reference = ptr::null_mut();
        // SAFETY: the value belongs to this environment; a count of 1 holds it.
        let status = unsafe { sys::napi_create_reference(self.env, buffer.raw(), 1, &mut reference) };
        if status != sys::Status::napi_ok {
            return Err(Error::UnsupportedRuntime { feature: FEATURE });
        }
        let start = memory.address() as *mut u8;
        let length = memory::round_up_to_pages(memory.len() as u64) as usize;
        let mut overlay = Overlay {
            reference,
            start,
            length,
            guarded: None,
        };
        let laid = overlay.map(mapping, 0).and_then(|()| {
            // SAFETY: the range is held by `reference` until the guard is dropped, and the file is open as long as the
            // array, which drops its overlays when it is closed.
            unsafe {
                Guarded::new(
                    start.addr(),
                    length,
                    mapping.storage().descriptor(),
                    mapping.offset(),
                )
            }
        });
        match laid {
            Ok(guarded) => overlay.guarded = Some(guarded),
            Err(error) => {
                self.forget(&overlay);
                return Err(error);
            }
        }
        self.laid.borrow_mut().push(overlay);
        Ok(())
    }

    /// From now on the newest is only watched; those that are gone are forgotten.
    fn release_newest(&self) {
        self.laid.borrow_mut().retain_mut(|overlay| {
            if overlay.guarded.take().is_some() {
                // SAFETY: the reference was made with a count of 1, which only this takes away.
                unsafe { sys::napi_reference_unref(self.env, overlay.reference, &mut 0) };
            }
            self.is_alive(overlay) || self.forget(overlay)
        });
    }

    /// Refuses a buffer of which some of the first bytes could not be read: somebody cut the file under it.
    pub fn require_sound(&self, bytes: u64) -> Result<()> {
        let laid = self.laid.borrow();
        let zeros = laid
            .last()
            .and_then(|overlay| overlay.guarded.as_ref()?.zeros().from());
        if zeros.is_some_and(|from| (from as u64) < bytes) {
            Err(Error::MemoryFault)
        } else {
            Ok(())
        }
    }

    /// Maps the file again where the guard has laid zeros.
    pub fn restore(&self, mapping: &Mapping) -> Result<()> {
        let laid = self.laid.borrow();
        let Some(overlay) = laid.last() else { return Ok(()) };
        match overlay.guarded.as_ref().and_then(Guarded::take_zeros_from) {
            Some(from) => overlay.map(mapping, from),
            None => Ok(()),
        }
    }

    /// Gives the file back: what is still reachable shows zeros from now on.
    pub fn blank(&self) {
        for mut overlay in self.laid.borrow_mut().drain(..) {
            overlay.guarded = None;
            if self.is_alive(&overlay) {
                // SAFETY: the buffer is alive in this thread, so its pages are still its own; the array is closed.
                let done = unsafe { memory::blank_out(overlay.start, overlay.length) };
                debug_assert!(done.is_ok(), "{done:?}");
            }
            self.forget(&overlay);
        }
    }

    fn is_alive(&self, overlay: &Overlay) -> bool {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment and is not deleted yet.
        unsafe { sys::napi_get_reference_value(self.env, overlay.reference, &mut value) };
        !value.is_null()
    }

    /// Deletes the reference; false, so that `retain` drops the entry.
    fn forget(&self, overlay: &Overlay) -> bool {
        // SAFETY: the entry is dropped right after, so the reference is deleted once.
        unsafe { sys::napi_delete_reference(self.env, overlay.reference) };
        false
    }
}

impl Overlay {
    /// Lays the file's pages from a byte of the buffer on.
    fn map(&self, mapping: &Mapping, from: usize) -> Result<()> {
        let start = self.start.wrapping_add(from);
        let offset = mapping.offset() + from as u64;
        let file = mapping.storage().file();
        // SAFETY: V8 reserves a growable SharedArrayBuffer in whole pages, this buffer's alone, and it is held; what
        // lies there now is nothing, or the guard's zeros.
        unsafe { memory::lay_over(start, self.length - from, file, offset, mapping.is_private()) }
    }
}

impl Drop for Overlays {
    fn drop(&mut self) {
        for overlay in self.laid.borrow_mut().iter_mut() {
            // The guard goes before what holds its range.
            overlay.guarded = None;
            self.forget(overlay);
        }
    }
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
        memory::lay_over(
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
