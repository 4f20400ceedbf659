//! Mapped memory as `SharedArrayBuffer`s by the runtime's own call, where it has one. Elsewhere: `overlays`.
#![allow(unsafe_code, reason = "creates shared buffers through Node-API")]

use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;

use napi::{Unknown, sys};

use super::external::created;
use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::WindowRef;

pub const FEATURE: &str = "SharedArrayBuffer over external memory. Send handle() instead";

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

/// A buffer on mapped bytes. `None` if the runtime makes no such buffers. With `window`, the buffer keeps it mapped: it may outlive
/// array and thread, and is finalized on any thread. Without, the caller keeps the bytes mapped while the buffer is in use.
pub fn create(
    env: sys::napi_env,
    bytes: Region<'_>,
    window: Option<WindowRef>,
) -> Option<Result<Unknown<'static>>> {
    let create = constructor()?;
    let (data, mut value) = (bytes.address() as *mut c_void, ptr::null_mut());
    let finalize: Option<Finalizer> = window.is_some().then_some(drop_window);
    let window = window.map_or(ptr::null_mut(), |window| Box::into_raw(Box::new(window)));
    // SAFETY: the bytes stay mapped while the buffer is in use, as said above.
    let status = unsafe { create(env, data, bytes.len(), finalize, window.cast(), &mut value) };
    Some(created(env, status, value, FEATURE).inspect_err(|_| {
        if !window.is_null() {
            // SAFETY: the call failed, so the box is still ours.
            drop(unsafe { Box::from_raw(window) });
        }
    }))
}

unsafe extern "C" fn drop_window(_: *mut c_void, hint: *mut c_void) {
    // SAFETY: Node-API calls a finalizer once, with the box that `create` was given.
    drop(unsafe { Box::from_raw(hint.cast::<WindowRef>()) });
}
