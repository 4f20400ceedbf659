//! `flushAsync`: the wait for the device, on a thread of the pool.

use napi::{Env, Task};

use super::errors::to_js;
use crate::array::Flush;
use crate::error::Result;

pub struct FlushTask(pub Flush);

impl Task for FlushTask {
    type Output = Result<()>;
    type JsValue = ();

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.0.run())
    }

    fn resolve(&mut self, env: Env, done: Self::Output) -> napi::Result<()> {
        match done {
            Ok(()) => Ok(()),
            Err(error) => Err(napi::Error::from(to_js(&env, &error)?)),
        }
    }
}
