//! Mapped memory as `SharedArrayBuffer`s by the runtime's own call, where it has one. Elsewhere: `overlays`.
#![allow(unsafe_code, reason = "creates shared buffers through Node-API")]

use std::ffi::c_void;
use std::ptr;
use std::sync::OnceLock;

use napi::{Env, Unknown, sys};

use super::external::checked;
use super::shares::Share;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::Window;

pub const FEATURE: &str = "SharedArrayBuffer on memory that is not its own";

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
