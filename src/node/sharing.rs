//! What arrays are shared by: handles, locks, waiting on elements.

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

use super::class::MmapArray;
use super::handle::HandleFields;
use super::values::{duration, index};
use super::wait;
use crate::array::Array;

#[napi]
impl MmapArray {
    #[napi]
    pub fn handle(&self, env: Env) -> napi::Result<HandleFields> {
        self.change(&env, |array| array.handle().map(HandleFields::from))
    }

    /// Tries for a time to lock the file; false where somebody else held it all the while.
    #[napi]
    pub fn try_lock(&self, env: Env, shared: bool, milliseconds: f64) -> napi::Result<bool> {
        self.change(&env, |array| array.lock(shared, duration(milliseconds)))
    }

    #[napi]
    pub fn unlock(&self, env: Env) -> napi::Result<()> {
        self.change_unsound(&env, Array::unlock)
    }

    /// Sleeps on an element on a thread of its own, without end where no time is given; `cancelled` where the array was closed.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn wait_async(
        &self,
        env: Env,
        at: f64,
        expected: u32,
        milliseconds: Option<f64>,
    ) -> napi::Result<Object<'static>> {
        wait::later(&env, |done| {
            self.change(&env, |array| {
                array.wait_later(index(at), expected, milliseconds.map(duration), done)
            })
        })
    }
}
