//! `ArrayBuffer`s on memory that is not the runtime's, and what every such call to Node-API answers.
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

/// The numbers of the state, as an `ArrayBuffer` that shares their ownership.
pub fn of_state(env: &Env, state: &Arc<State>) -> Result<Unknown<'static>> {
    let data = Arc::as_ptr(state).cast_mut().cast();
    let share = Box::into_raw(Box::new(state.clone()));
    let value = external_array_buffer(env.raw(), data, State::BYTES, drop_box::<Arc<State>>, share)?;
    // SAFETY: just made, in this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
}

/// The process's fault counter, which is there for good, as an `ArrayBuffer`.
pub fn of_fault_counter(env: &Env) -> Result<Unknown<'static>> {
    let counter = fault_counter();
    let none = ptr::null_mut::<c_void>();
    let value = external_array_buffer(
        env.raw(),
        counter.as_ptr().cast(),
        size_of_val(counter),
        nothing_to_do,
        none,
    )?;
    // SAFETY: just made, in this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
}

/// An `ArrayBuffer` on memory that its caller keeps mapped until `finalize` has run on `hint`.
pub fn external_array_buffer<T>(
    env: sys::napi_env,
    data: *mut c_void,
    length: usize,
    finalize: unsafe extern "C" fn(sys::napi_env, *mut c_void, *mut c_void),
    hint: *mut T,
) -> Result<sys::napi_value> {
    // Where the call fails the hint is leaked: Node may have finalized it already, and twice would be once too often.
    let mut value = ptr::null_mut();
    // SAFETY: the caller keeps the bytes mapped until `finalize` has run on `hint`.
    let status = unsafe {
        sys::napi_create_external_arraybuffer(env, data, length, Some(finalize), hint.cast(), &mut value)
    };
    checked(status, value, "external ArrayBuffer")
}

/// The value that Node-API made, or that the runtime makes none.
pub fn checked(
    status: sys::napi_status,
    value: sys::napi_value,
    feature: &'static str,
) -> Result<sys::napi_value> {
    if status == sys::Status::napi_ok && !value.is_null() {
        Ok(value)
    } else {
        Err(Error::UnsupportedRuntime { feature })
    }
}

/// The finalizer of a buffer that owns a box.
///
/// # Safety
/// - `hint` comes from `Box::into_raw` of a `Box<T>`, and nobody else drops it.
pub unsafe extern "C" fn drop_box<T>(_: sys::napi_env, _: *mut c_void, hint: *mut c_void) {
    // SAFETY: Node-API calls a finalizer once, with the box that `external_array_buffer` was given.
    drop(unsafe { Box::from_raw(hint.cast::<T>()) });
}

/// The finalizer of a buffer that owns nothing.
///
/// # Safety
/// - none is owed: it touches nothing.
pub unsafe extern "C" fn nothing_to_do(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}
