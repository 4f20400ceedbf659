//! Collects elements in a buffer and appends them to an array.

use std::rc::Rc;
use std::sync::Arc;

use napi::Env;
use napi_derive::napi;

use super::MmapArray;
use crate::array::Batch;
use crate::node::errors::throw_on_error;
use crate::node::wrapped_array::WrappedArray;

/// Keeps the array open until its elements are appended. They are also appended when this is dropped, at the latest at the end of the
/// thread, and by the batch itself at the end of the process.
#[napi]
pub struct Appender {
    array: Rc<WrappedArray>,
    batch: Arc<Batch>,
}

#[napi]
impl Appender {
    /// `buffer` is an array in memory that nobody else has.
    #[napi(constructor)]
    pub fn new(env: Env, array: &MmapArray, buffer: &MmapArray, is_synced: bool) -> napi::Result<Self> {
        let batch = throw_on_error(&env, || array.batch(buffer, is_synced))?;
        Ok(Appender {
            array: array.array.clone(),
            batch,
        })
    }

    /// Appends the elements of the buffer by one write, and removes them from it.
    #[napi]
    pub fn flush(&self, env: Env) -> napi::Result<()> {
        self.array.append_batch(&env, &self.batch)
    }

    /// Forgets elements that are still in the buffer.
    #[napi]
    pub fn close(&self) {
        self.batch.close();
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        self.array.finish_batch(&self.batch);
    }
}
