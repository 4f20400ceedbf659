//! Elements that a call reads, given by JavaScript.
#![allow(unsafe_code, reason = "finds the array that an object of JavaScript wraps")]

use napi::bindgen_prelude::{ClassInstance, FromNapiValue};
use napi::{Env, JsValue, Unknown};

use super::class::MmapArray;
use super::errors::throw_on_error;
use super::values::bytes;
use super::wrapped_array::WrappedArray;
use crate::array::Snapshot;
use crate::error::Result;
use crate::kernels::Region;

pub enum Source<'a> {
    /// The bytes of a `Uint8Array`.
    Bytes(Region<'a>),
    /// Another array of the same type, or of the type of a field; or the array itself.
    Array(Snapshot),
}

impl<'a> Source<'a> {
    /// From a `Uint8Array` or an object of the class, for a call on `array`, or on a field of it.
    pub fn new(
        env: &Env,
        array: &WrappedArray,
        value: &'a Unknown<'_>,
        field: Option<usize>,
    ) -> napi::Result<Self> {
        if let Ok(bytes) = bytes(env, value) {
            return Ok(Source::Bytes(bytes));
        }
        // SAFETY: an argument of the running call. napi-rs checks the class of the object.
        let other = unsafe { ClassInstance::<MmapArray>::from_napi_value(env.raw(), value.raw()) }?;
        throw_on_error(env, || array.snapshot_of(&other, field)).map(Source::Array)
    }

    pub fn region(&self) -> Region<'_> {
        match self {
            Source::Bytes(bytes) => *bytes,
            Source::Array(snapshot) => snapshot.region(),
        }
    }

    /// Fails if the elements were lost since they were given.
    pub fn check_faults(&self) -> Result<()> {
        match self {
            Source::Bytes(_) => Ok(()),
            Source::Array(snapshot) => snapshot.check_faults(),
        }
    }
}
