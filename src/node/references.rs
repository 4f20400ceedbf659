//! References to values of JavaScript that outlive a call.
#![allow(
    unsafe_code,
    reason = "creates, reads and deletes references through Node-API"
)]

use std::ptr;

use napi::{JsValue, Unknown, sys};

/// A reference to an object, made, read and dropped on the thread of its environment.
pub struct Reference {
    env: sys::napi_env,
    raw: sys::napi_ref,
}

impl Reference {
    /// A reference that keeps the object alive. `None` if the runtime can make no more.
    pub fn strong(value: &Unknown<'_>) -> Option<Self> {
        Self::new(value, 1)
    }

    /// A reference that does not keep the object alive.
    pub fn weak(value: &Unknown<'_>) -> Option<Self> {
        Self::new(value, 0)
    }

    fn new(value: &Unknown<'_>, count: u32) -> Option<Self> {
        let (env, mut raw) = (value.value().env, ptr::null_mut());
        // SAFETY: the value belongs to this environment.
        let status = unsafe { sys::napi_create_reference(env, value.raw(), count, &mut raw) };
        (status == sys::Status::napi_ok).then_some(Reference { env, raw })
    }

    /// The object; `None` once it was collected.
    pub fn get(&self) -> Option<Unknown<'static>> {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment, and only `drop` deletes it.
        let status = unsafe { sys::napi_get_reference_value(self.env, self.raw, &mut value) };
        let is_alive = status == sys::Status::napi_ok && !value.is_null();
        // SAFETY: just read, in this environment.
        is_alive.then(|| unsafe { Unknown::from_raw_unchecked(self.env, value) })
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: made in this environment, and deleted once.
        unsafe { sys::napi_delete_reference(self.env, self.raw) };
    }
}
