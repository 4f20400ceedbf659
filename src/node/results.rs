//! Memory for the result of work on another thread: an `ArrayBuffer` of the runtime's own, which can be transferred.
#![allow(unsafe_code, reason = "creates and keeps an ArrayBuffer through Node-API")]

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use napi::{Env, Unknown, sys};

use super::external::checked;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::available::require_allocatable;
use rustix::io::Errno;

/// An `ArrayBuffer` that JavaScript does not see before the work is over, so nobody can detach it while it is written.
/// Created, shown and dropped on its environment's thread; another thread writes its bytes in between.
pub struct ResultBuffer {
    env: sys::napi_env,
    /// Strong: it keeps the buffer from being collected.
    reference: sys::napi_ref,
    start: NonNull<u8>,
    length: usize,
}

// SAFETY: the environment and the reference are used on the environment's thread only: napi-rs creates, resolves and
// drops a task there. The other thread, which runs the task, uses the bytes alone, and nobody else does meanwhile.
unsafe impl Send for ResultBuffer {}

impl ResultBuffer {
    /// # Errors
    /// `ENOMEM`, `UnsupportedRuntime`
    pub fn new(env: &Env, length: usize) -> Result<Self> {
        // V8 ends the process where `napi_create_arraybuffer` finds no memory.
        require_allocatable(length)?;
        let (mut value, mut start) = (ptr::null_mut(), ptr::null_mut::<c_void>());
        // SAFETY: the environment is the running call's; both out pointers are valid.
        let status = unsafe { sys::napi_create_arraybuffer(env.raw(), length, &mut start, &mut value) };
        let value = checked(status, value, "ArrayBuffer")?;
        let mut reference = ptr::null_mut();
        // SAFETY: the value was just made in this environment; a count of 1 makes the reference strong.
        let status = unsafe { sys::napi_create_reference(env.raw(), value, 1, &mut reference) };
        if status != sys::Status::napi_ok {
            return Err(Error::system(Errno::NOMEM, "malloc"));
        }
        Ok(ResultBuffer {
            env: env.raw(),
            reference,
            start: NonNull::new(start.cast()).unwrap_or(NonNull::dangling()),
            length,
        })
    }

    pub fn region(&self) -> Region<'_> {
        // SAFETY: the reference keeps the buffer's memory, which nobody else has seen, for as long as `self` lives.
        unsafe { Region::new(self.start, self.length) }
    }

    /// The `ArrayBuffer`, for JavaScript to keep. Nothing may be written to it any more.
    pub fn value(&self) -> Result<Unknown<'static>> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment and is deleted by `drop` only.
        let status = unsafe { sys::napi_get_reference_value(self.env, self.reference, &mut value) };
        let value = checked(status, value, "ArrayBuffer")?;
        // SAFETY: just read, in this environment.
        Ok(unsafe { Unknown::from_raw_unchecked(self.env, value) })
    }
}

impl Drop for ResultBuffer {
    fn drop(&mut self) {
        // SAFETY: made in this environment, on whose thread this runs, and deleted once.
        unsafe { sys::napi_delete_reference(self.env, self.reference) };
    }
}
