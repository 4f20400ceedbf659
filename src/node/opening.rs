//! How an array is opened, by the arguments of the constructor.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use super::element_type::{RawType, parse_type};
use super::handle::HandleFields;
use super::values::{count, optional_count};
use crate::array::slice::Bounds;
use crate::array::{Array, Placement, WantedShape};
use crate::error::{Error, Result};
use crate::mapping::Advice;
use crate::storage::{Flags, Format, Storage, shared_memory};
use crate::typecode::Typecode;

/// Options that most calls do not give. They are in an object of their own, since each look-up of a property takes time.
#[napi(object)]
#[derive(Default)]
pub struct RareOptions {
    pub handle: Option<HandleFields>,
    /// Name of shared memory.
    pub shm: Option<Uint8Array>,
    pub fd: Option<i32>,
    pub mode: Option<u32>,
    /// Bytes.
    pub offset: Option<f64>,
    /// Elements. Those of a new array in memory are zeros.
    pub length: Option<f64>,
    /// The lengths of all axes. The first may be -1: as many rows as there are.
    pub shape: Option<Vec<f64>>,
    /// Elements.
    pub capacity: Option<f64>,
    pub advice: Option<String>,
    /// Whether the array may truncate a file that ends inside an element.
    pub cut_tail: Option<bool>,
}

/// Opens an array: by a handle in `rare`; the file of a path, or of a name of shared memory or a descriptor in `rare`; or a new
/// one in memory. A `.npy` file that exists needs no type, which is in its header.
pub fn open(
    element_type: Option<RawType>,
    path: Option<Uint8Array>,
    flags: Option<String>,
    format: Option<String>,
    mut rare: RareOptions,
) -> Result<Array> {
    let element_type = element_type.map(parse_type).transpose()?;
    let required_type = || element_type.clone().ok_or_else(Typecode::missing);
    let flags = flags.as_deref().map(Flags::parse).transpose()?;
    let format = format.as_deref().map_or(Ok(Format::Raw), Format::parse)?;
    let advice = rare
        .advice
        .as_deref()
        .map(|advice| Advice::parse("options.advice", advice))
        .transpose()?;
    let placement = rare.placement()?;
    if let Some(handle) = rare.handle.take() {
        return Array::attach(required_type()?, &handle.parse()?, flags);
    }
    if path.is_none() && rare.shm.is_none() && rare.fd.is_none() {
        return Array::zeros(required_type()?, &placement);
    }
    let flags = flags.unwrap_or(Flags::Read);
    let file = |flags| rare.file(path.as_deref(), flags);
    let array = match format {
        Format::Raw => Array::open(required_type()?, flags, placement, || file(flags))?,
        Format::Npy => {
            let is_missing = |error| matches!(error, Error::System { errno, .. } if errno == libc::ENOENT);
            if element_type.is_none()
                && flags == Flags::CreateOrKeep
                && file(Flags::Read).is_err_and(is_missing)
            {
                // A file that has to be made needs a type, and is not made without.
                required_type()?;
            }
            let open = || file(flags.without_truncation());
            Array::open_npy(element_type, flags, placement, open)?
        }
    };
    if let Some(advice) = advice {
        array.advise(advice, Bounds::default())?;
    }
    Ok(array)
}

impl RareOptions {
    /// Opens the file: by path, by name of shared memory or by descriptor.
    fn file(&self, path: Option<&[u8]>, flags: Flags) -> Result<Storage> {
        if let Some(path) = path {
            let path = Path::new(OsStr::from_bytes(path));
            Storage::open(path, flags, self.mode.unwrap_or(0o666))
        } else if let Some(name) = &self.shm {
            let path = shared_memory::path_of(name)?;
            Storage::open(&path, flags, self.mode.unwrap_or(shared_memory::DEFAULT_MODE))
        } else {
            Storage::from_descriptor(self.fd.unwrap_or(-1), flags)
        }
    }

    fn placement(&self) -> Result<Placement> {
        Ok(Placement {
            offset: optional_count("options.offset", self.offset)?.unwrap_or(0),
            length: optional_count("options.length", self.length)?,
            shape: self.shape.as_deref().map(wanted_shape).transpose()?,
            capacity: optional_count("options.capacity", self.capacity)?,
            cut_tail: self.cut_tail.unwrap_or(false),
        })
    }
}

/// A length of -1 is one that was not given, which may be the first.
fn wanted_shape(lengths: &[f64]) -> Result<WantedShape> {
    let lengths = lengths.iter().map(|length| {
        let is_given = *length != -1.0;
        is_given.then(|| count("options.shape", *length)).transpose()
    });
    WantedShape::new(&lengths.collect::<Result<Vec<_>>>()?)
}
