//! Sleeps on elements as promises.

use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::Object;
use napi::{Env, JsValue};

use super::errors::to_js;
use crate::error::Result;
use crate::os::futex::Wakeup;

/// The word of `Atomics.wait`. `cancelled` is for `lib/`, which makes an error of it.
fn outcome_name(outcome: Wakeup) -> &'static str {
    match outcome {
        Wakeup::Woken => "ok",
        Wakeup::NotEqual => "not-equal",
        Wakeup::TimedOut => "timed-out",
        Wakeup::Cancelled => "cancelled",
    }
}

/// The same as a number, the index of its word in `lib/waiting.js`.
pub fn outcome_number(outcome: Wakeup) -> u32 {
    match outcome {
        Wakeup::Woken => 0,
        Wakeup::NotEqual => 1,
        Wakeup::TimedOut => 2,
        Wakeup::Cancelled => 3,
    }
}

/// A promise. `start` is given the function that resolves it, from any thread.
pub fn later(
    env: &Env,
    start: impl FnOnce(Box<dyn FnOnce(Result<Wakeup>) + Send>) -> napi::Result<()>,
) -> napi::Result<Object<'static>> {
    let (deferred, promise) = env.create_deferred()?;
    let promise = Object::from_raw(env.raw(), promise.raw());
    let deferred = Arc::new(Mutex::new(Some(deferred)));
    let resolve = {
        let deferred = deferred.clone();
        move |outcome: Result<Wakeup>| {
            let Some(deferred) = deferred.lock().unwrap_or_else(PoisonError::into_inner).take() else {
                return;
            };
            deferred.resolve(move |env: Env| match outcome {
                Ok(outcome) => Ok(outcome_name(outcome)),
                Err(error) => Err(napi::Error::from(to_js(&env, &error)?)),
            });
        }
    };
    // If the call fails, it is resolved too: a promise that never ends keeps the event loop alive.
    let cancel = resolve.clone();
    start(Box::new(resolve)).inspect_err(|_| cancel(Ok(Wakeup::Cancelled)))?;
    Ok(promise)
}
