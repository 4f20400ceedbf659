//! Memory for the result of a job: an `ArrayBuffer` of the runtime's own, which can be transferred.
#![allow(unsafe_code, reason = "creates an ArrayBuffer through Node-API")]

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use napi::{Env, Unknown, sys};
use rustix::io::Errno;

use super::external::created;
use super::references::Reference;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::available::require_allocatable;

/// An `ArrayBuffer` that JavaScript does not see before the job is done, so that nobody can detach it while it is written.
pub struct ResultBuffer {
    /// Strong.
    buffer: Reference,
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: napi-rs creates, resolves and drops a task on the environment's thread, so the reference is used there
// only. The thread that runs the task uses the bytes alone, and nobody else uses them meanwhile.
unsafe impl Send for ResultBuffer {}

impl ResultBuffer {
    /// # Errors
    /// `ENOMEM`, `UnsupportedRuntime`
    pub fn new(env: &Env, length: usize) -> Result<Self> {
        // Without this check V8 ends the process if there is no memory.
        require_allocatable(length)?;
        let (mut value, mut start) = (ptr::null_mut(), ptr::null_mut::<c_void>());
        // SAFETY: the environment is the running call's; both out pointers are valid.
        let status = unsafe { sys::napi_create_arraybuffer(env.raw(), length, &mut start, &mut value) };
        let value = created(env.raw(), status, value, "ArrayBuffer")?;
        let buffer = Reference::strong(&value);
        Ok(ResultBuffer {
            buffer: buffer.ok_or_else(|| Error::system(Errno::NOMEM, "malloc"))?,
            start: NonNull::new(start.cast()).unwrap_or(NonNull::dangling()),
            length,
        })
    }

    pub fn region(&self) -> Region<'_> {
        // SAFETY: the reference keeps the memory, which nobody else has seen, for as long as `self` lives.
        unsafe { Region::new(self.start, self.length) }
    }

    /// The `ArrayBuffer`, for JavaScript. Nothing may write to it after this call.
    pub fn value(&self) -> Result<Unknown<'static>> {
        let feature = "ArrayBuffer";
        self.buffer.get().ok_or(Error::UnsupportedRuntime { feature })
    }
}
