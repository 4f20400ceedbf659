//! The array's memory as buffers of JavaScript. All of this is for `lib/` only.

use napi::{Env, Unknown};
use napi_derive::napi;

use super::MmapArray;
use crate::error::{Error, Result};
use crate::node::values::{bytes, count};
use crate::node::{external, shared_buffers};

#[napi]
impl MmapArray {
    /// The state that the core and JavaScript share.
    #[napi(ts_return_type = "ArrayBuffer")]
    pub fn state_buffer(&self, env: Env) -> napi::Result<Unknown<'static>> {
        self.read(&env, |array| external::state_buffer(&env, array.state()))
    }

    /// The memory of the elements for the element path, at most `limit` bytes of it.
    #[napi(ts_return_type = "ArrayBuffer | SharedArrayBuffer")]
    pub fn elements_buffer(&self, env: Env, limit: f64) -> napi::Result<Unknown<'static>> {
        self.read(&env, |array| {
            let wanted = array.capacity() * array.itemsize();
            let limit = count("limit", limit)?;
            let buffer = self.buffers.for_elements(array.window(), wanted, limit)?;
            *self.elements.borrow_mut() = Some(array.window().clone());
            Ok(buffer)
        })
    }

    /// Fails if the array has met a fault. Otherwise lets JavaScript read elements itself.
    #[napi]
    pub fn check_faults(&self, env: Env) -> napi::Result<()> {
        self.read(&env, |_| Ok(()))
    }

    /// An `ArrayBuffer` on elements from `start` to before `end`, for users.
    #[napi(ts_return_type = "ArrayBuffer")]
    pub fn buffer(&self, env: Env, start: f64, end: f64, limit: f64) -> napi::Result<Unknown<'static>> {
        self.read(&env, |array| {
            let (start, end) = (count("start", start)?, count("end", end)?.min(array.length()));
            let (start, end) = (start.min(end) * array.itemsize(), end * array.itemsize());
            require_viewable(end - start, limit)?;
            array.begin_own_writes();
            self.buffers.create(array.window(), start, end)
        })
    }

    /// A `SharedArrayBuffer` on the elements, if the runtime makes such buffers.
    #[napi(ts_return_type = "SharedArrayBuffer")]
    pub fn shared_buffer(&self, env: Env, limit: f64) -> napi::Result<Unknown<'static>> {
        self.read(&env, |array| {
            require_viewable(array.byte_length(), limit)?;
            array.begin_own_writes();
            let window = self.buffers.windows.add(array.window());
            shared_buffers::create(env.raw(), array.region(), Some(window)).unwrap_or(Err(
                Error::UnsupportedRuntime {
                    feature: shared_buffers::FEATURE,
                },
            ))
        })
    }

    /// Maps the elements over the memory of a growable `SharedArrayBuffer`, of which `memory` is a view of all bytes.
    #[napi]
    pub fn map_over(&self, env: Env, buffer: Unknown<'_>, memory: Unknown<'_>) -> napi::Result<()> {
        let memory = bytes(&env, &memory)?;
        self.read(&env, |array| {
            if memory.len() as u64 != array.byte_length() {
                return Err(Error::InvalidArgType {
                    name: "memory",
                    requirement: "as long as the array",
                });
            }
            self.overlays.map_over(&buffer, memory, array.mapping())
        })
    }
}

/// Fails if one buffer of the runtime cannot span so many bytes.
fn require_viewable(bytes: u64, limit: f64) -> Result<()> {
    let limit = count("limit", limit)?;
    if bytes > limit {
        return Err(Error::ViewTooLarge { bytes, limit });
    }
    Ok(())
}
