//! Handles as plain JSON.

use napi_derive::napi;

use super::values::{count, optional_count};
use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::os::identity::FileIdentity;
use crate::os::process::ProcessIdentity;
use crate::sharing::handle::Handle;
use crate::storage::{Flags, Format};

/// What `handle()` gives and `attach()` takes: opaque to users.
#[napi(object)]
pub struct HandleFields {
    /// Of elements that are no records. `attach` does not read it: the caller says the type.
    pub typecode: Option<String>,
    pub flags: String,
    pub pid: u32,
    /// Decimal, as are all numbers here that may pass 2^53.
    pub started: String,
    pub mapping: f64,
    pub descriptor: i32,
    pub path: Option<String>,
    pub identity: String,
    pub offset: f64,
    pub length: Option<f64>,
    pub format: Option<String>,
    /// Optional: versions of this package that do not know it ignore it.
    pub pid_namespace: Option<String>,
    /// The lengths of the axes behind axis 0. Absent for one axis, and for a shape that cannot change.
    pub row_shape: Option<Vec<f64>>,
}

impl HandleFields {
    pub fn new(handle: Handle, element_type: &ElementType) -> Self {
        HandleFields {
            typecode: match element_type {
                ElementType::Plain(typecode) => Some(typecode.code.to_owned()),
                ElementType::Record(_) => None,
            },
            flags: handle.flags.as_str().to_owned(),
            pid: handle.owner.pid,
            started: handle.owner.started.to_string(),
            mapping: handle.mapping as f64,
            descriptor: handle.descriptor,
            path: handle.path,
            identity: handle.identity.to_string(),
            offset: handle.offset as f64,
            length: handle.length.map(|length| length as f64),
            format: Some(handle.format.as_str().to_owned()),
            pid_namespace: handle.pid_namespace.map(|number| number.to_string()),
            row_shape: handle
                .row_shape
                .map(|lengths| lengths.iter().map(|length| *length as f64).collect()),
        }
    }

    pub fn parse(self) -> Result<Handle> {
        let not_a_handle = || Error::InvalidArgType {
            name: "handle",
            requirement: "the result of handle(), unchanged",
        };
        Ok(Handle {
            flags: Flags::parse(&self.flags)?,
            owner: ProcessIdentity {
                pid: self.pid,
                started: self.started.parse().map_err(|_| not_a_handle())?,
            },
            pid_namespace: self
                .pid_namespace
                .map(|number| number.parse().map_err(|_| not_a_handle()))
                .transpose()?,
            mapping: count("handle.mapping", self.mapping)?,
            descriptor: self.descriptor,
            path: self.path,
            identity: FileIdentity::from_text(&self.identity),
            offset: count("handle.offset", self.offset)?,
            length: optional_count("handle.length", self.length)?,
            row_shape: self.row_shape.map(row_shape).transpose()?,
            format: self.format.as_deref().map_or(Ok(Format::Raw), Format::parse)?,
        })
    }
}

fn row_shape(lengths: Vec<f64>) -> Result<Vec<u64>> {
    let lengths = lengths.into_iter();
    lengths.map(|length| count("handle.rowShape", length)).collect()
}
