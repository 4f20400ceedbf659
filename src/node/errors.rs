//! Errors of the core as errors of JavaScript: its own classes, with `code`, and Node's `errno`, `syscall` and `path` for system
//! failures.

use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::bindgen_prelude::Object;
use napi::{Env, JsError, JsRangeError, JsTypeError, JsValue, Status, Unknown};

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
    match to_js(env, error).and_then(|value| env.throw(value)) {
        Ok(()) => napi::Error::new(Status::PendingException, error.to_string()),
        Err(failure) => failure,
    }
}

fn to_js(env: &Env, error: &Error) -> napi::Result<Unknown<'static>> {
    let coded = napi::Error::new(error.code(), error.to_string());
    let value = match error.class() {
        Class::Error => JsError::from(coded).into_unknown(*env),
        Class::TypeError => JsTypeError::from(coded).into_unknown(*env),
        Class::RangeError => JsRangeError::from(coded).into_unknown(*env),
    };
    let mut object = Object::from_raw(env.raw(), value.raw());
    if let Error::AppendLocked { holder: Some(pid) } = error {
        object.set("pid", *pid)?;
    }
    if let Error::System { errno, syscall, path } = error {
        // Node's `errno` is negative.
        object.set("errno", -errno)?;
        object.set("syscall", *syscall)?;
        if let Some(path) = path {
            object.set("path", path.as_str())?;
        }
    }
    Ok(value)
}
