//! Collects elements in a buffer and appends them to an array.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use napi::Env;
use napi_derive::napi;

use super::MmapArray;
use crate::array::Batch;
use crate::error::Error;
use crate::node::errors::throw_on_error;
use crate::node::wrapped_array::WrappedArray;

/// Keeps the array open until its elements are appended. They are also appended when this is dropped, at the latest at the end of the
/// thread, and by the batch itself at the end of the process.
#[napi]
pub struct Appender {
    array: Rc<WrappedArray>,
    /// `None` once it is closed.
    batch: RefCell<Option<Arc<Batch>>>,
}

#[napi]
impl Appender {
    /// `buffer` is an array in memory that nobody else has.
    #[napi(constructor)]
    pub fn new(env: Env, array: &MmapArray, buffer: &MmapArray, is_synced: bool) -> napi::Result<Self> {
        let batch = throw_on_error(&env, || array.batch(buffer, is_synced))?;
        Ok(Appender {
            array: array.array.clone(),
            batch: RefCell::new(Some(batch)),
        })
    }

    /// Appends the elements of the buffer by one write, and removes them from it.
    #[napi]
    pub fn flush(&self, env: Env) -> napi::Result<()> {
        match self.batch.borrow().as_ref() {
            Some(batch) => self.array.append_batch(&env, batch),
            None => throw_on_error(&env, || Err(Error::Closed)),
        }
    }

    /// Forgets elements that are still in the buffer, whose memory is no longer used.
    #[napi]
    pub fn close(&self) {
        self.batch.take();
    }
}

impl Drop for Appender {
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take() {
            self.array.finish_batch(&batch);
        }
    }
}
