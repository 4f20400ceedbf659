//! Waiting on elements: its outcomes, and promises of them.

use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::Object;
use napi::{Env, JsValue};

use super::errors::to_napi;
use crate::error::Result;
use crate::os::futex::Wakeup;

/// An outcome as a number, the index of its word in `lib/waiting.js`: a string would take as long as the call.
pub fn outcome_number(outcome: Wakeup) -> u32 {
    match outcome {
        Wakeup::Woken => 0,
        Wakeup::NotEqual => 1,
        Wakeup::TimedOut => 2,
        Wakeup::Cancelled => 3,
    }
}

/// A promise of an outcome. `start` is given the function that resolves it, from any thread.
pub fn promise(
    env: &Env,
    start: impl FnOnce(Box<dyn FnOnce(Result<Wakeup>) + Send>) -> napi::Result<()>,
) -> napi::Result<Object<'static>> {
    let (deferred, promise) = env.create_deferred()?;
    let promise = Object::from_raw(env.raw(), promise.raw());
    let deferred = Arc::new(Mutex::new(Some(deferred)));
    let resolve = move |outcome: Result<Wakeup>| {
        if let Some(deferred) = deferred.lock().unwrap_or_else(PoisonError::into_inner).take() {
            deferred.resolve(move |env| to_napi(&env, outcome).map(outcome_number));
        }
    };
    // If the call fails, the promise is resolved too: one that never ends keeps the event loop alive.
    let cancel = resolve.clone();
    start(Box::new(resolve)).inspect_err(|_| cancel(Ok(Wakeup::Cancelled)))?;
    Ok(promise)
}
