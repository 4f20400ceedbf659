//! How to come by an array: by a handle, a path, a name of shared memory, a descriptor, or in memory of its own.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use napi::bindgen_prelude::Uint8Array;
use napi::{Env, Unknown};
use napi_derive::napi;

use super::errors::guard;
use super::handle::HandleFields;
use super::values::{bytes, count};
use crate::array::{Array, Placement};
use crate::error::{Error, Result};
use crate::mapping::Advice;
use crate::storage::{Flags, Format, NpyHeader, Storage, shared_memory};
use crate::typecode::Typecode;

/// What the constructor takes: a path, or in the details a name of shared memory, a descriptor or a handle, or none of them.
pub struct Origin {
    pub typecode: Option<String>,
    pub path: Option<Vec<u8>>,
    pub flags: Option<String>,
    /// `raw`, the default, or `npy`.
    pub format: Option<String>,
    pub details: Details,
}

/// What most do without: to ask for each of them by its name takes its time.
#[napi(object)]
#[derive(Default)]
pub struct Details {
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

impl Origin {
    /// As they come from JavaScript, the bytes of a path among them.
    pub fn new(
        env: &Env,
        typecode: Option<String>,
        path: Option<Unknown<'_>>,
        flags: Option<String>,
        format: Option<String>,
        details: Option<Details>,
    ) -> napi::Result<Origin> {
        let path = match &path {
            Some(path) => {
                let bytes = bytes(env, path)?;
                Some(guard(env, || bytes.to_vec())?)
            }
            None => None,
        };
        Ok(Origin {
            typecode,
            path,
            flags,
            format,
            details: details.unwrap_or_default(),
        })
    }

    pub fn open(mut self) -> Result<Array> {
        let flags = self.flags()?;
        let details = &self.details;
        let advice = details.advice.as_deref().map(Advice::parse).transpose()?;
        let placement = details.placement()?;
        if let Some(handle) = self.details.handle.take() {
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
                Array::open(typecode, flags, placement, || {
                    self.storage(flags, self.details.mode)
                })?
            }
            Format::Npy => {
                let typecode = self.typecode.as_deref().map(Typecode::parse).transpose()?;
                let open = || self.storage(flags.without_truncation(), self.details.mode);
                Array::open_npy(typecode, flags, placement, open)?
            }
        };
        if let Some(advice) = advice {
            array.advise(advice, None, None)?;
        }
        Ok(array)
    }

    /// The typecode that a `.npy` file says itself; `None` where the call that opens it is going to make one.
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
        self.path.is_some() || self.details.shm.is_some() || self.details.fd.is_some()
    }

    fn flags(&self) -> Result<Option<Flags>> {
        self.flags.as_deref().map(Flags::parse).transpose()
    }

    fn format(&self) -> Result<Format> {
        self.format.as_deref().map_or(Ok(Format::Raw), Format::parse)
    }

    /// Opens the file, which is one by path, by name of shared memory or by descriptor.
    fn storage(&self, flags: Flags, mode: Option<u32>) -> Result<Storage> {
        if let Some(path) = &self.path {
            let path = Path::new(OsStr::from_bytes(path));
            Storage::open(path, flags, mode.unwrap_or(0o666))
        } else if let Some(name) = &self.details.shm {
            let path = shared_memory::path_of(name)?;
            Storage::open(&path, flags, mode.unwrap_or(shared_memory::DEFAULT_MODE))
        } else {
            Storage::from_descriptor(self.details.fd.unwrap_or(-1), flags)
        }
    }
}

impl Details {
    fn placement(&self) -> Result<Placement> {
        Ok(Placement {
            offset: self
                .offset
                .map_or(Ok(0), |number| count("options.offset", number))?,
            length: self
                .length
                .map(|number| count("options.length", number))
                .transpose()?,
            capacity: self
                .capacity
                .map(|number| count("options.capacity", number))
                .transpose()?,
        })
    }
}
