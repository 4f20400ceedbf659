//! Open options: an array is opened by a handle, a path, a name of shared memory or a descriptor, or made in memory.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use napi::bindgen_prelude::Uint8Array;
use napi::{Env, Unknown};
use napi_derive::napi;

use super::errors::throw_on_error;
use super::handle::HandleFields;
use super::values::{bytes, optional_count};
use crate::array::{Array, Placement};
use crate::error::{Error, Result};
use crate::mapping::Advice;
use crate::storage::{Flags, Format, NpyHeader, Storage, shared_memory};
use crate::typecode::Typecode;

/// The arguments of the constructor. Without a path, `rare` may have a handle, a name of shared memory or a descriptor; without
/// any of these, the array is made in memory.
pub struct OpenOptions {
    pub typecode: Option<String>,
    pub path: Option<Vec<u8>>,
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
    pub fn new(
        env: &Env,
        typecode: Option<String>,
        path: Option<Unknown<'_>>,
        flags: Option<String>,
        format: Option<String>,
        rare: Option<RareOptions>,
    ) -> napi::Result<OpenOptions> {
        let path = match &path {
            Some(path) => {
                let bytes = bytes(env, path)?;
                Some(throw_on_error(env, || bytes.to_vec())?)
            }
            None => None,
        };
        Ok(OpenOptions {
            typecode,
            path,
            flags,
            format,
            rare: rare.unwrap_or_default(),
        })
    }

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
                let open = || self.storage(flags.without_truncation(), self.rare.mode);
                Array::open_npy(typecode, flags, placement, open)?
            }
        };
        if let Some(advice) = advice {
            array.advise(advice, None, None)?;
        }
        Ok(array)
    }

    /// The typecode in the header of a `.npy` file. `None` if the file will be made by the call that opens it.
    pub fn typecode_of_npy(&self) -> Result<Option<char>> {
        let flags = self.flags()?.unwrap_or(Flags::Read);
        if matches!(flags, Flags::CreateOrTruncate | Flags::CreateNew) {
            return Ok(None);
        }
        let storage = match self.storage(Flags::Read, None) {
            Err(Error::System { errno, .. }) if flags.creates() && errno == libc::ENOENT => return Ok(None),
            opened => opened?,
        };
        if flags.creates() && storage.size()? == 0 {
            return Ok(None);
        }
        Ok(Some(NpyHeader::read(&storage)?.header().typecode.code))
    }

    fn is_file(&self) -> bool {
        self.path.is_some() || self.rare.shm.is_some() || self.rare.fd.is_some()
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
