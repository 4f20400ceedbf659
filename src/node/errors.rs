//! Errors of the core as errors of JavaScript: its own classes, with `code`, and Node's `errno`, `syscall` and `path` for system
//! failures.
#![allow(unsafe_code, reason = "builds error objects through Node-API")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use napi::bindgen_prelude::{Object, ToNapiValue};
use napi::{Env, JsValue, Status, Unknown, sys};

use crate::error::{Class, Error, Result};

/// Runs a call into the core. Its error becomes a JavaScript exception, and so does a panic.
pub fn throw_on_error<T>(env: &Env, call: impl FnOnce() -> Result<T>) -> napi::Result<T> {
    catch_panic(call).map_err(|error| throw(env, &error))
}

/// Runs a call on any thread. A panic becomes an error.
pub fn catch_panic<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(Error::Internal {
            said: said.to_owned(),
        })
    })
}

/// The result of a job, with its error as one of JavaScript.
pub fn to_napi<T>(env: &Env, done: Result<T>) -> napi::Result<T> {
    match done {
        Ok(value) => Ok(value),
        Err(error) => Err(napi::Error::from(to_js(env, &error)?)),
    }
}

/// Throws, and returns the error by which napi-rs knows that an exception is pending.
fn throw(env: &Env, error: &Error) -> napi::Error {
    match to_js(env, error) {
        Ok(value) => {
            // SAFETY: the environment is the running call's, the value its own.
            unsafe { sys::napi_throw(env.raw(), value.raw()) };
            napi::Error::new(Status::PendingException, error.to_string())
        }
        Err(failure) => failure,
    }
}

/// The JavaScript object of an error.
pub fn to_js<'env>(env: &'env Env, error: &Error) -> napi::Result<Unknown<'env>> {
    let create = match error.class() {
        Class::Error => sys::napi_create_error,
        Class::TypeError => sys::napi_create_type_error,
        Class::RangeError => sys::napi_create_range_error,
    };
    let code = env.create_string(error.code().as_ref())?;
    let message = env.create_string(error.to_string())?;
    let mut value = ptr::null_mut();
    // SAFETY: both strings belong to this environment, and `value` is written on success.
    napi::check_status!(unsafe { create(env.raw(), code.raw(), message.raw(), &mut value) })?;
    // SAFETY: just made, in this environment.
    let mut object = Object::from_raw(env.raw(), value);
    if let Error::System { errno, syscall, path } = error {
        // Node's `errno` is negative.
        object.set("errno", -errno)?;
        object.set("syscall", *syscall)?;
        if let Some(path) = path {
            object.set("path", path.as_str())?;
        }
    }
    // SAFETY: the object lives in this environment's current scope.
    let raw = unsafe { Object::to_napi_value(env.raw(), object) }?;
    // SAFETY: as above.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), raw) })
}
