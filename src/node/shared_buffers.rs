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

use napi::{Env, Unknown, sys};

use super::buffers::{Share, checked};
use crate::error::{Error, Result};
use crate::kernels::Region;
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
    /// Weak. While its `SharedArrayBuffer` is alive, so is the address range; after that V8 may have given it away.
    reference: sys::napi_ref,
    start: *mut u8,
    length: usize,
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
        use napi::JsValue;
        let page = memory::page_size();
        let aligned = (memory.address() as u64).is_multiple_of(page) && mapping.offset().is_multiple_of(page);
        if copies || !aligned || memory.is_empty() {
            return Err(Error::UnsupportedRuntime { feature: FEATURE });
        }
        let mut reference = ptr::null_mut();
        // SAFETY: the value belongs to this environment; a count of 0 makes the reference weak.
        let status = unsafe { sys::napi_create_reference(self.env, buffer.raw(), 0, &mut reference) };
        if status != sys::Status::napi_ok {
            return Err(Error::UnsupportedRuntime { feature: FEATURE });
        }
        let start = memory.address() as *mut u8;
        let length = memory::round_up_to_pages(memory.len() as u64) as usize;
        // SAFETY: V8 reserves a growable SharedArrayBuffer in whole pages of its own, this buffer's alone, and nobody
        // has seen their contents yet.
        unsafe {
            memory::lay_over(
                start,
                length,
                mapping.storage().file(),
                mapping.offset(),
                mapping.is_private(),
            )
        }?;
        let mut laid = self.laid.borrow_mut();
        if laid.len() == laid.capacity() {
            laid.retain(|overlay| self.is_alive(overlay) || self.forget(overlay));
        }
        laid.push(Overlay {
            reference,
            start,
            length,
        });
        Ok(())
    }

    /// Gives the file back: what is still reachable shows zeros from now on.
    pub fn blank(&self) {
        for overlay in self.laid.borrow_mut().drain(..) {
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

impl Drop for Overlays {
    fn drop(&mut self) {
        for overlay in self.laid.borrow().iter() {
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
