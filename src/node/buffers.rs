//! Mapped memory as JavaScript buffers. Those for users keep their window mapped, and are detached before their pages go.
//! Those of the element path own nothing.
#![allow(unsafe_code, reason = "creates and detaches buffers through Node-API")]

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use napi::bindgen_prelude::{JsObjectValue, Object};
use napi::{Env, JsValue, Unknown, sys};

use super::external::{drop_box, external_array_buffer, nothing_to_do};
use super::references::Reference;
use super::shared_buffers;
use crate::error::Result;
use crate::mapping::{Window, WindowRef, WindowRefs};

/// The `ArrayBuffer`s of one array.
pub struct Buffers {
    env: sys::napi_env,
    created: RefCell<Vec<Created>>,
    pub windows: WindowRefs,
}

struct Created {
    /// Weak.
    buffer: Reference,
    /// Where it ends, in bytes from the array's first element.
    end: u64,
}

impl Buffers {
    pub fn new(env: &Env) -> Self {
        Buffers {
            env: env.raw(),
            created: RefCell::default(),
            windows: WindowRefs::default(),
        }
    }

    /// An `ArrayBuffer` on bytes of a window, for users.
    pub fn create(&self, window: &Arc<Window>, start: u64, end: u64) -> Result<Unknown<'static>> {
        let bytes = window.region(end).part(start as usize, (end - start) as usize);
        let value = external_array_buffer(
            self.env,
            bytes.address() as *mut c_void,
            bytes.len(),
            drop_box::<WindowRef>,
            Box::into_raw(Box::new(self.windows.add(window))),
        )?;
        // For the object as well as for its memory: detaching drops the reference of the memory, but a thread of the pool may
        // still work on it then.
        let mut object = Object::from_raw(self.env, value.raw());
        let added = object.add_finalizer(self.windows.add(window), (), |_| ());
        debug_assert!(added.is_ok(), "{added:?}");
        self.remember(&value, end);
        Ok(value)
    }

    fn remember(&self, value: &Unknown<'_>, end: u64) {
        let mut created = self.created.borrow_mut();
        if created.len() == created.capacity() {
            created.retain(|entry| entry.buffer.get().is_some());
        }
        created.extend(Reference::weak(value).map(|buffer| Created { buffer, end }));
    }

    /// A buffer for the element path: shared over the whole window if the runtime can, else an `ArrayBuffer` over the first
    /// `wanted` bytes and some more. The class keeps the window while the buffer is in use. The buffer before it is left to
    /// the garbage collector: once any buffer of a thread is detached, V8 checks each buffer before each access, and every
    /// loop over a typed array takes up to twice the time.
    pub fn for_elements(&self, window: &Window, wanted: u64, limit: u64) -> Result<Unknown<'static>> {
        let limit = limit.min(window.len() as u64);
        shared_buffers::create(self.env, window.region(limit), None).unwrap_or_else(|| {
            // Not the whole window: V8 counts an ArrayBuffer as memory in use, and there may be many arrays.
            const LEAST: u64 = 4096;
            let length = wanted.saturating_add(wanted / 2).max(LEAST).min(limit) as usize;
            let none = ptr::null_mut::<c_void>();
            external_array_buffer(self.env, window.start().cast(), length, nothing_to_do, none)
        })
    }

    /// Detaches the buffers that reach beyond a byte.
    pub fn detach_beyond(&self, end: u64) {
        for detached in self.created.borrow_mut().extract_if(.., |entry| entry.end > end) {
            if let Some(value) = detached.buffer.get() {
                // SAFETY: the value is an ArrayBuffer of this environment. Its user may have detached it already.
                unsafe { sys::napi_detach_arraybuffer(self.env, value.raw()) };
            }
        }
    }
}
