//! `ArrayBuffer`s on memory that the runtime did not allocate.
#![allow(
    unsafe_code,
    reason = "creates buffers through Node-API, which finalizes what they own"
)]

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use napi::{Env, Unknown, sys};

use crate::array::State;
use crate::error::{Error, Result};
use crate::mapping::guard::fault_counter;

/// The words of an array's state. The buffer owns a reference to them.
pub fn state_buffer(env: &Env, state: &Arc<State>) -> Result<Unknown<'static>> {
    let data = Arc::as_ptr(state).cast_mut().cast();
    let state = Box::into_raw(Box::new(state.clone()));
    external_array_buffer(env.raw(), data, State::BYTES, drop_box::<Arc<State>>, state)
}

/// The fault counter of the process, which is never freed.
pub fn fault_counter_buffer(env: &Env) -> Result<Unknown<'static>> {
    let counter = fault_counter();
    let (data, length) = (counter.as_ptr().cast(), size_of_val(counter));
    let none = ptr::null_mut::<c_void>();
    external_array_buffer(env.raw(), data, length, nothing_to_do, none)
}

/// An `ArrayBuffer` on memory that the caller keeps mapped until `finalize` has run on `hint`.
pub fn external_array_buffer<T>(
    env: sys::napi_env,
    data: *mut c_void,
    length: usize,
    finalize: unsafe extern "C" fn(sys::napi_env, *mut c_void, *mut c_void),
    hint: *mut T,
) -> Result<Unknown<'static>> {
    // If the call fails, the hint is leaked: Node may have finalized it already, and a second time would be a double free.
    let mut value = ptr::null_mut();
    // SAFETY: the caller keeps the bytes mapped until `finalize` has run on `hint`.
    let status = unsafe {
        sys::napi_create_external_arraybuffer(env, data, length, Some(finalize), hint.cast(), &mut value)
    };
    created(env, status, value, "external ArrayBuffer")
}

/// The value that a call to Node-API has just created, or an error: the runtime lacks the feature.
pub fn created(
    env: sys::napi_env,
    status: sys::napi_status,
    value: sys::napi_value,
    feature: &'static str,
) -> Result<Unknown<'static>> {
    if status != sys::Status::napi_ok || value.is_null() {
        return Err(Error::UnsupportedRuntime { feature });
    }
    // SAFETY: the call succeeded, so it has written a value of this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env, value) })
}

/// The finalizer of a buffer that owns a box.
///
/// # Safety
/// - `hint` comes from `Box::into_raw` of a `Box<T>`, and nobody else drops it.
pub unsafe extern "C" fn drop_box<T>(_: sys::napi_env, _: *mut c_void, hint: *mut c_void) {
    // SAFETY: Node-API calls a finalizer once, with the box that its buffer was given.
    drop(unsafe { Box::from_raw(hint.cast::<T>()) });
}

/// The finalizer of a buffer that owns nothing.
///
/// # Safety
/// - none is owed: it touches nothing.
pub unsafe extern "C" fn nothing_to_do(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}
