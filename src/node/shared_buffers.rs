//! Mapped memory as `SharedArrayBuffer`s by the runtime's own call, where it has one. Elsewhere: `overlays`.
#![allow(unsafe_code, reason = "creates shared buffers through Node-API")]

use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;

use napi::{Env, Unknown, sys};

use super::external::created;
use super::window_refs::WindowRef;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::Window;

pub const FEATURE: &str = "SharedArrayBuffer over external memory";

type Finalizer = unsafe extern "C" fn(*mut c_void, *mut c_void);

type CreateExternalSharedArrayBuffer = unsafe extern "C" fn(
    sys::napi_env,
    *mut c_void,
    usize,
    Option<Finalizer>,
    *mut c_void,
    *mut sys::napi_value,
) -> sys::napi_status;

/// `node_api_create_external_sharedarraybuffer`, if the runtime has it: Node 22.23, 24.21 and 26 do.
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

/// A buffer on the first bytes of a window that owns nothing: the caller keeps the window while it is in use. `None` if the
/// runtime makes no such buffers.
pub fn unowned(env: sys::napi_env, window: &Window, length: usize) -> Option<Result<Unknown<'static>>> {
    constructor().map(|create| call(create, env, window.region(length as u64), None, ptr::null_mut()))
}

/// A buffer that keeps its window mapped. It may outlive array and thread, and is finalized on any thread.
pub fn owned(env: &Env, bytes: Region<'_>, window: WindowRef) -> Result<Unknown<'static>> {
    let create = constructor().ok_or(Error::UnsupportedRuntime { feature: FEATURE })?;
    let window = Box::into_raw(Box::new(window));
    call(create, env.raw(), bytes, Some(drop_window), window.cast()).inspect_err(|_| {
        // SAFETY: the call failed, so the box is still ours.
        drop(unsafe { Box::from_raw(window) });
    })
}

fn call(
    create: CreateExternalSharedArrayBuffer,
    env: sys::napi_env,
    bytes: Region<'_>,
    finalize: Option<Finalizer>,
    hint: *mut c_void,
) -> Result<Unknown<'static>> {
    let (data, mut value) = (bytes.address() as *mut c_void, ptr::null_mut());
    // SAFETY: the bytes stay mapped while the buffer is in use, by a reference to their window or by the caller.
    let status = unsafe { create(env, data, bytes.len(), finalize, hint, &mut value) };
    created(env, status, value, FEATURE)
}

unsafe extern "C" fn drop_window(_: *mut c_void, hint: *mut c_void) {
    // SAFETY: Node-API calls a finalizer once, with the box that `owned` was given.
    drop(unsafe { Box::from_raw(hint.cast::<WindowRef>()) });
}
