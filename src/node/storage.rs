//! Where the bytes are: descriptor, room, size, device.

use napi::Env;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;

use super::class::MmapArray;
use super::flush::FlushTask;
use super::values::{bounds, count};
use crate::array::Array;
use crate::mapping::Advice;

// What an array is. These are functions, and the class has no getters of its own: V8 checks the receiver of a method against
// the class, but not that of a getter, and its inline cache for `super.name` reads the map of the receiver before anybody
// checks it. With a small integer as receiver that ends the process.

#[napi]
pub fn flags_of(array: &MmapArray) -> &'static str {
    array.description.flags.as_str()
}

#[napi]
pub fn path_of(array: &MmapArray) -> Option<String> {
    array.description.path.clone()
}

/// `raw` or `npy`.
#[napi]
pub fn format_of(array: &MmapArray) -> &'static str {
    array.description.format.as_str()
}

/// The lengths of all dimensions, known in every state.
#[napi]
pub fn shape_of(env: Env, array: &MmapArray) -> napi::Result<Vec<f64>> {
    array.change_unsound(&env, |array| {
        Ok(array.shape().iter().map(|length| *length as f64).collect())
    })
}

/// The descriptor; the array is exact from then on.
#[napi]
pub fn descriptor_of(env: Env, array: &MmapArray) -> napi::Result<i32> {
    array.change(&env, Array::descriptor)
}

#[napi]
impl MmapArray {
    #[napi]
    pub fn reserve(&self, env: Env, capacity: f64) -> napi::Result<()> {
        self.change(&env, |array| array.reserve(count("capacity", capacity)?))
    }

    #[napi]
    pub fn trim(&self, env: Env) -> napi::Result<()> {
        self.change(&env, Array::trim)
    }

    #[napi]
    pub fn refresh(&self, env: Env) -> napi::Result<f64> {
        self.held().refresh(&env)
    }

    /// Refuses an array of which something that was read may not have been the file's.
    #[napi]
    pub fn check(&self, env: Env) -> napi::Result<()> {
        self.read(&env, Array::check)
    }

    #[napi]
    pub fn flush(&self, env: Env) -> napi::Result<()> {
        self.change(&env, Array::flush)
    }

    #[napi]
    pub fn flush_async(&self, env: Env) -> napi::Result<AsyncTask<FlushTask>> {
        self.change(&env, |array| Ok(AsyncTask::new(FlushTask(array.flush_later()?))))
    }

    #[napi]
    pub fn advise(&self, env: Env, advice: String, start: Option<f64>, end: Option<f64>) -> napi::Result<()> {
        self.read(&env, |array| {
            let bounds = bounds(start, end, None);
            array.advise(Advice::parse(&advice)?, bounds.start, bounds.stop)
        })
    }
}
