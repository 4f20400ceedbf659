//! Open options: an array is opened by a handle, a path, a name of shared memory or a descriptor, or made in memory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use super::handle::HandleFields;
use super::values::optional_count;
use crate::array::{Array, Placement};
use crate::error::{Error, Result};
use crate::mapping::Advice;
use crate::storage::{Flags, Format, Storage, shared_memory};
use crate::typecode::Typecode;

/// The arguments of the constructor. Without a path, `rare` may have a handle, a name of shared memory or a descriptor; without
/// any of these, the array is made in memory.
pub struct OpenOptions {
    /// A `.npy` file that exists has one in its header.
    pub typecode: Option<String>,
    /// The bytes of a path.
    pub path: Option<Uint8Array>,
    pub flags: Option<String>,
    /// `raw`, the default, or `npy`.
    pub format: Option<String>,
    pub rare: RareOptions,
}

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
    /// Elements.
    pub length: Option<f64>,
    /// Elements.
    pub capacity: Option<f64>,
    pub advice: Option<String>,
}

impl OpenOptions {
    pub fn open(mut self) -> Result<Array> {
        let flags = self.flags()?;
        let rare = &self.rare;
        let advice = rare.advice.as_deref().map(Advice::parse).transpose()?;
        let placement = rare.placement()?;
        if let Some(handle) = self.rare.handle.take() {
            return Array::attach(&handle.parse()?, flags);
        }
        if !self.is_file() {
            let typecode = Typecode::parse(self.typecode.as_deref().unwrap_or(""))?;
            return Array::anonymous(typecode, placement.capacity.unwrap_or(0));
        }
        let flags = flags.unwrap_or(Flags::Read);
        let array = match self.format()? {
            Format::Raw => {
                let typecode = Typecode::parse(self.typecode.as_deref().unwrap_or(""))?;
                Array::open(typecode, flags, placement, || self.storage(flags, self.rare.mode))?
            }
            Format::Npy => {
                let typecode = self.typecode.as_deref().map(Typecode::parse).transpose()?;
                if typecode.is_none()
                    && (matches!(flags, Flags::CreateOrTruncate | Flags::CreateNew) || self.is_missing(flags))
                {
                    // Before a file is made, which needs a typecode.
                    Typecode::parse("")?;
                }
                let open = || self.storage(flags.without_truncation(), self.rare.mode);
                Array::open_npy(typecode, flags, placement, open)?
            }
        };
        if let Some(advice) = advice {
            array.advise(advice, None, None)?;
        }
        Ok(array)
    }

    fn is_file(&self) -> bool {
        self.path.is_some() || self.rare.shm.is_some() || self.rare.fd.is_some()
    }

    /// Whether `a+` has to make the file.
    fn is_missing(&self, flags: Flags) -> bool {
        let is_missing = |error| matches!(error, Error::System { errno, .. } if errno == libc::ENOENT);
        flags == Flags::CreateOrKeep && self.storage(Flags::Read, None).is_err_and(is_missing)
    }

    fn flags(&self) -> Result<Option<Flags>> {
        self.flags.as_deref().map(Flags::parse).transpose()
    }

    fn format(&self) -> Result<Format> {
        self.format.as_deref().map_or(Ok(Format::Raw), Format::parse)
    }

    /// Opens the file: by path, by name of shared memory or by descriptor.
    fn storage(&self, flags: Flags, mode: Option<u32>) -> Result<Storage> {
        if let Some(path) = &self.path {
            let path = Path::new(OsStr::from_bytes(path));
            Storage::open(path, flags, mode.unwrap_or(0o666))
        } else if let Some(name) = &self.rare.shm {
            let path = shared_memory::path_of(name)?;
            Storage::open(&path, flags, mode.unwrap_or(shared_memory::DEFAULT_MODE))
        } else {
            Storage::from_descriptor(self.rare.fd.unwrap_or(-1), flags)
        }
    }
}

impl RareOptions {
    fn placement(&self) -> Result<Placement> {
        Ok(Placement {
            offset: optional_count("options.offset", self.offset)?.unwrap_or(0),
            length: optional_count("options.length", self.length)?,
            capacity: optional_count("options.capacity", self.capacity)?,
        })
    }
}
