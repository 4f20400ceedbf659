//! What threads and processes share of an array: handles, locks, waiting on elements.

use napi::Env;
use napi::bindgen_prelude::Object;
use napi_derive::napi;

use super::MmapArray;
use crate::array::Array;
use crate::node::handle::HandleFields;
use crate::node::values::{duration, index};
use crate::node::wait;

#[napi]
impl MmapArray {
    #[napi]
    pub fn handle(&self, env: Env) -> napi::Result<HandleFields> {
        self.change(&env, |array| array.handle().map(HandleFields::from))
    }

    /// Tries for a time to lock the file. Returns false if another held the lock all that time.
    #[napi]
    pub fn try_lock(&self, env: Env, shared: bool, milliseconds: f64) -> napi::Result<bool> {
        self.change(&env, |array| array.lock(shared, duration(milliseconds)))
    }

    #[napi]
    pub fn unlock(&self, env: Env) -> napi::Result<()> {
        self.change_unsound(&env, Array::unlock)
    }

    /// Sleeps on an element on another thread, without end if no time is given. Gives a number of `outcome_number`.
    #[napi(ts_return_type = "Promise<number>")]
    pub fn wait_async(
        &self,
        env: Env,
        at: f64,
        expected: u32,
        milliseconds: Option<f64>,
    ) -> napi::Result<Object<'static>> {
        wait::promise(&env, |done| {
            self.change(&env, |array| {
                array.wait_later(index(at), expected, milliseconds.map(duration), done)
            })
        })
    }
}
