//! The class `MmapArray` of the addon. Its methods are in a file for each topic, and have the names that users know. `lib/` has
//! checked their arguments, and they check them again.
//!
//! It has no getters: V8 checks the receiver of a method of an addon, but not that of a getter. A small integer as receiver
//! of a getter ends the process.

mod appender;
mod array_module;
mod atomics;
mod bound_functions;
mod follow;
mod jobs;
mod memory;
mod numbers;
mod sharing;
mod storage;

use std::ops::Deref;
use std::rc::Rc;

use napi::Env;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use super::element_type::RawType;
use super::errors::throw_on_error;
use super::opening::{RareOptions, open};
use super::wrapped_array::WrappedArray;

#[napi]
pub struct MmapArray {
    array: Rc<WrappedArray>,
}

#[napi]
impl MmapArray {
    #[napi(constructor)]
    pub fn new(
        env: Env,
        element_type: Option<RawType>,
        path: Option<Uint8Array>,
        flags: Option<String>,
        format: Option<String>,
        rare: Option<RareOptions>,
    ) -> napi::Result<Self> {
        let rare = rare.unwrap_or_default();
        let array = throw_on_error(&env, || open(element_type, path, flags, format, rare))?;
        let array = Rc::new(WrappedArray::new(&env, array));
        Ok(MmapArray { array })
    }

    /// Releases everything. A second call does nothing. Nobody may have a buffer of `elementsBuffer` any more.
    #[napi]
    pub fn close(&self, env: Env) -> napi::Result<()> {
        throw_on_error(&env, || self.array.close())
    }
}

impl Deref for MmapArray {
    type Target = WrappedArray;

    fn deref(&self) -> &WrappedArray {
        &self.array
    }
}
