//! How an array is stored: its file, its size, its device.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use napi::Env;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use super::MmapArray;
use crate::array::Array;
use crate::mapping::Advice;
use crate::mapping::guard::faults;
use crate::node::element_type::{RawType, raw_type};
use crate::node::values::{bounds, count};

#[napi]
impl MmapArray {
    /// A typecode, or the layout of records.
    #[napi]
    pub fn element_type(&self) -> RawType {
        raw_type(&self.element_type)
    }

    #[napi]
    pub fn flags(&self) -> &'static str {
        self.flags.as_str()
    }

    #[napi]
    pub fn path(&self) -> Option<String> {
        self.path.clone()
    }

    /// `raw` or `npy`.
    #[napi]
    pub fn format(&self) -> &'static str {
        self.format.as_str()
    }

    /// The lengths of all dimensions. Works on a faulty array too.
    #[napi]
    pub fn shape(&self, env: Env) -> napi::Result<Vec<f64>> {
        self.change_unsound(&env, |array| {
            Ok(array.shape().iter().map(|length| *length as f64).collect())
        })
    }

    /// `C` or `F`. Works on a faulty array too.
    #[napi]
    pub fn order(&self, env: Env) -> napi::Result<&'static str> {
        self.change_unsound(&env, |array| Ok(array.order().as_str()))
    }

    /// The byte of the file at which element 0 begins. Works on a faulty or closed array too.
    #[napi]
    pub fn offset(&self) -> f64 {
        self.offset as f64
    }

    /// Whether a path leads to another file than the array's, or to none. Works on a faulty array too.
    #[napi]
    pub fn is_replaced_at(&self, env: Env, path: Uint8Array) -> napi::Result<bool> {
        let path = Path::new(OsStr::from_bytes(&path));
        self.change_unsound(&env, |array| array.mapping().storage().is_replaced_at(path))
    }

    /// The descriptor of the file. The array is exact from now on.
    #[napi]
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

    /// Takes over the length that others gave the file, and lets JavaScript read elements itself again.
    #[napi]
    pub fn refresh(&self, env: Env) -> napi::Result<f64> {
        self.change_unsound(&env, |array| {
            let faults = faults();
            let length = array.refresh()?;
            self.overlays.follow_file(array.mapping())?;
            self.overlays.restore(array.mapping())?;
            if self.check_faults_of(array).is_ok() {
                array.state().set_faults_seen(faults);
            }
            Ok(length as f64)
        })
    }

    /// Fails if something that was read may not have been the file's.
    #[napi]
    pub fn check(&self, env: Env) -> napi::Result<()> {
        self.read(&env, Array::check)
    }

    #[napi]
    pub fn flush(&self, env: Env) -> napi::Result<()> {
        self.change(&env, Array::flush)
    }

    #[napi]
    pub fn advise(&self, env: Env, advice: String, start: Option<f64>, end: Option<f64>) -> napi::Result<()> {
        self.read(&env, |array| {
            array.advise(Advice::parse("advice", &advice)?, bounds(start, end, None))
        })
    }
}
