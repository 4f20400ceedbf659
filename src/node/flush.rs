//! `flushAsync`: the wait for the device, on a thread of the pool.

use napi::{Env, Task};

use super::errors::{catch_panic, to_napi};
use crate::array::Snapshot;
use crate::error::Result;

pub struct FlushTask(pub Snapshot);

impl Task for FlushTask {
    type Output = Result<()>;
    type JsValue = ();

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(catch_panic(|| self.0.flush()))
    }

    fn resolve(&mut self, env: Env, done: Self::Output) -> napi::Result<()> {
        to_napi(&env, done)
    }
}
