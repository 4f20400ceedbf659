//! Where the bytes are: descriptor, room, size, device.

use napi::Env;
use napi::bindgen_prelude::AsyncTask;
use napi_derive::napi;

use super::class::MmapArray;
use super::flush::FlushTask;
use super::values::{bounds, count};
use crate::array::Array;
use crate::mapping::Advice;

#[napi]
impl MmapArray {
    #[napi(getter)]
    pub fn flags(&self) -> &'static str {
        self.description.flags.as_str()
    }

    #[napi(getter)]
    pub fn path(&self) -> Option<String> {
        self.description.path.clone()
    }

    /// `raw` or `npy`.
    #[napi(getter)]
    pub fn format(&self) -> &'static str {
        self.description.format.as_str()
    }

    /// The lengths of all dimensions, known in every state.
    #[napi(getter)]
    pub fn shape(&self, env: Env) -> napi::Result<Vec<f64>> {
        self.change_unsound(&env, |array| {
            Ok(array.shape().iter().map(|length| *length as f64).collect())
        })
    }

    /// The descriptor; the array is exact from then on.
    #[napi(getter)]
    pub fn fd(&self, env: Env) -> napi::Result<i32> {
        self.change(&env, Array::descriptor)
    }

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
        self.change_unsound(&env, |array| {
            let length = array.refresh()?;
            self.overlays.follow_file(array.mapping())?;
            self.overlays.restore(array.mapping())?;
            Ok(length as f64)
        })
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
