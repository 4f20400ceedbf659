//! Sleeps on elements as promises.

use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::Object;
use napi::{Env, JsValue};

use super::errors::to_js;
use crate::error::Result;
use crate::os::futex::Wakeup;

/// What `Atomics.wait` calls it; a sleep that was called off is the class's to word.
fn outcome_name(outcome: Wakeup) -> &'static str {
    match outcome {
        Wakeup::Woken => "ok",
        Wakeup::NotEqual => "not-equal",
        Wakeup::TimedOut => "timed-out",
        Wakeup::Cancelled => "cancelled",
    }
}

/// The same as a number: the place of its name in `lib/waiting.js`.
pub fn outcome_number(outcome: Wakeup) -> u32 {
    match outcome {
        Wakeup::Woken => 0,
        Wakeup::NotEqual => 1,
        Wakeup::TimedOut => 2,
        Wakeup::Cancelled => 3,
    }
}

/// A promise that `start` lets settle from any thread.
pub fn later(
    env: &Env,
    start: impl FnOnce(Box<dyn FnOnce(Result<Wakeup>) + Send>) -> napi::Result<()>,
) -> napi::Result<Object<'static>> {
    let (deferred, promise) = env.create_deferred()?;
    let promise = Object::from_raw(env.raw(), promise.raw());
    // Whoever takes it out settles it: a promise that is never settled keeps the event loop waiting.
    let settler = Arc::new(Mutex::new(Some(deferred)));
    let settle = {
        let settler = settler.clone();
        move |outcome: Result<Wakeup>| {
            let Some(deferred) = settler.lock().unwrap_or_else(PoisonError::into_inner).take() else {
                return;
            };
            deferred.resolve(move |env: Env| match outcome {
                Ok(outcome) => Ok(outcome_name(outcome)),
                Err(error) => Err(napi::Error::from(to_js(&env, &error)?)),
            });
        }
    };
    let spare = settle.clone();
    start(Box::new(settle)).inspect_err(|_| spare(Ok(Wakeup::Cancelled)))?;
    Ok(promise)
}
