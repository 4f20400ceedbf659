//! How to come by an array: by a handle, a path, a name of shared memory, a descriptor, or in memory of its own.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use super::handle::HandleFields;
use super::values::count;
use crate::array::{Array, Placement};
use crate::error::Result;
use crate::mapping::Advice;
use crate::storage::{Flags, Storage, shared_memory};
use crate::typecode::Typecode;

/// What the constructor takes: one of `handle`, `path`, `shm`, `fd`, or none of them.
#[napi(object)]
pub struct Origin {
    pub typecode: Option<String>,
    pub path: Option<Uint8Array>,
    /// Name of shared memory.
    pub shm: Option<Uint8Array>,
    pub fd: Option<i32>,
    pub handle: Option<HandleFields>,
    pub flags: Option<String>,
    pub mode: Option<u32>,
    /// Bytes.
    pub offset: Option<f64>,
    /// Elements.
    pub length: Option<f64>,
    /// Elements.
    pub capacity: Option<f64>,
    pub advice: Option<String>,
}

impl Origin {
    pub fn open(self) -> Result<Array> {
        let flags = self.flags.as_deref().map(Flags::parse).transpose()?;
        let advice = self.advice.as_deref().map(Advice::parse).transpose()?;
        let capacity = self
            .capacity
            .map(|number| count("options.capacity", number))
            .transpose()?;
        if let Some(handle) = self.handle {
            return Array::attach(&handle.parse()?, flags);
        }
        let typecode = Typecode::parse(self.typecode.as_deref().unwrap_or(""))?;
        let placement = Placement {
            offset: self
                .offset
                .map_or(Ok(0), |number| count("options.offset", number))?,
            length: self
                .length
                .map(|number| count("options.length", number))
                .transpose()?,
        };
        let flags = flags.unwrap_or(Flags::Read);
        let mode = self.mode;
        let mut array = if let Some(path) = self.path {
            let path = Path::new(OsStr::from_bytes(&path));
            Array::open(typecode, flags, placement, || {
                Storage::open(path, flags, mode.unwrap_or(0o666))
            })?
        } else if let Some(name) = self.shm {
            let path = shared_memory::path_of(&name)?;
            let mode = mode.unwrap_or(shared_memory::DEFAULT_MODE);
            Array::open(typecode, flags, placement, || Storage::open(&path, flags, mode))?
        } else if let Some(descriptor) = self.fd {
            Array::open(typecode, flags, placement, || {
                Storage::from_descriptor(descriptor, flags)
            })?
        } else {
            return Array::anonymous(typecode, capacity.unwrap_or(0));
        };
        if let Some(capacity) = capacity {
            array.reserve(capacity)?;
        }
        if let Some(advice) = advice {
            array.advise(advice, None, None)?;
        }
        Ok(array)
    }
}
