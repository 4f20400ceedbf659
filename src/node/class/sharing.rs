//! What threads and processes share of an array: handles, locks, waiting on elements.

use std::sync::{Arc, Mutex, PoisonError};

use napi::bindgen_prelude::Object;
use napi::{Env, JsValue};
use napi_derive::napi;

use super::MmapArray;
use crate::array::Array;
use crate::error::Result;
use crate::node::errors::to_napi;
use crate::node::handle::HandleFields;
use crate::node::values::{duration, index};
use crate::os::futex::Wakeup;

#[napi]
impl MmapArray {
    #[napi]
    pub fn handle(&self, env: Env) -> napi::Result<HandleFields> {
        self.change(&env, |array| {
            Ok(HandleFields::new(array.handle()?, array.element_type()))
        })
    }

    /// Tries to lock the file until the timeout. Returns false if others held the lock all that time.
    #[napi]
    pub fn try_lock(&self, env: Env, shared: bool, milliseconds: f64) -> napi::Result<bool> {
        self.change(&env, |array| array.lock(shared, duration(milliseconds)))
    }

    #[napi]
    pub fn unlock(&self, env: Env) -> napi::Result<()> {
        self.change_unsound(&env, Array::unlock)
    }

    /// Sleeps on an element on another thread, for ever if no time is given. Gives a number of `outcome_number`.
    #[napi(ts_return_type = "Promise<number>")]
    pub fn wait_async(
        &self,
        env: Env,
        at: f64,
        expected: u32,
        milliseconds: Option<f64>,
    ) -> napi::Result<Object<'static>> {
        promise_of_outcome(&env, |done| {
            self.change(&env, |array| {
                array.wait_later(index(at), expected, milliseconds.map(duration), done)
            })
        })
    }
}

/// An outcome as a number, the index of its word in `lib/waiting.js`: a string would take as long as the call.
pub(super) fn outcome_number(outcome: Wakeup) -> u32 {
    match outcome {
        Wakeup::Woken => 0,
        Wakeup::NotEqual => 1,
        Wakeup::TimedOut => 2,
        Wakeup::Cancelled => 3,
    }
}

/// A promise of an outcome. `start` is given the function that resolves it, from any thread.
fn promise_of_outcome(
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
