//! Mapped memory as JavaScript buffers: those handed out, which own a share of the window and are detached before their
//! pages go, and the private ones of the element path, which own nothing.
#![allow(
    unsafe_code,
    reason = "creates, remembers and detaches buffers through Node-API"
)]

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use napi::{Env, Unknown, sys};

use super::external::{drop_box, external_array_buffer, nothing_to_do};
use super::shared_buffers;
use super::shares::{Share, Shares};
use crate::error::Result;
use crate::mapping::{Mapping, Window};

/// The `ArrayBuffer`s that one array gave to JavaScript.
pub struct Buffers {
    env: sys::napi_env,
    handed_out: RefCell<Vec<HandedOut>>,
    shares: Shares,
}

struct HandedOut {
    /// Weak: it does not keep the buffer alive.
    reference: sys::napi_ref,
    /// Where it ends, in bytes from the array's first element.
    end: u64,
}

impl Buffers {
    pub fn new(env: &Env) -> Self {
        Buffers {
            env: env.raw(),
            handed_out: RefCell::default(),
            shares: Shares::default(),
        }
    }

    /// An `ArrayBuffer` on bytes of a window.
    pub fn hand_out(&self, window: &Arc<Window>, start: u64, end: u64) -> Result<Unknown<'static>> {
        let share = Box::into_raw(Box::new(self.share(window)));
        let bytes = window.region(end).part(start as usize, (end - start) as usize);
        let made = external_array_buffer(
            self.env,
            bytes.address() as *mut c_void,
            bytes.len(),
            drop_box::<Share>,
            share,
        );
        let value = made?;
        self.outlive(value, window);
        self.remember(value, end);
        // SAFETY: just made, in this environment.
        Ok(unsafe { Unknown::from_raw_unchecked(self.env, value) })
    }

    /// Lets the `ArrayBuffer` object own a share too, beside its memory's: once it is detached nothing else does, and
    /// work that was begun on it, on a thread of the pool, may still be under way for as long as the object lives.
    fn outlive(&self, value: sys::napi_value, window: &Arc<Window>) {
        let share = Box::into_raw(Box::new(self.share(window)));
        // SAFETY: the value belongs to this environment; the finalizer drops the box once.
        let status = unsafe {
            sys::napi_add_finalizer(
                self.env,
                value,
                share.cast(),
                Some(drop_box::<Share>),
                share.cast(),
                ptr::null_mut(),
            )
        };
        debug_assert_eq!(status, sys::Status::napi_ok);
    }

    pub fn share(&self, window: &Arc<Window>) -> Share {
        self.shares.of(window)
    }

    /// Gives the windows back that buffers are on; what JavaScript still reaches reads zeros.
    pub fn retire_windows(&self, mapping: &Mapping) {
        self.shares.retire_windows(mapping);
    }

    fn remember(&self, value: sys::napi_value, end: u64) {
        let mut handed_out = self.handed_out.borrow_mut();
        if handed_out.len() == handed_out.capacity() {
            handed_out
                .retain(|entry| !self.value_of(entry.reference).is_null() || self.forget(entry.reference));
        }
        let reference = self.weak_reference(value);
        if !reference.is_null() {
            handed_out.push(HandedOut { reference, end });
        }
    }

    /// Null where the runtime is out of references.
    fn weak_reference(&self, value: sys::napi_value) -> sys::napi_ref {
        let mut reference = ptr::null_mut();
        // SAFETY: the value belongs to this environment; a count of 0 makes the reference weak.
        unsafe { sys::napi_create_reference(self.env, value, 0, &mut reference) };
        reference
    }

    /// The buffer, or null where it was collected.
    fn value_of(&self, reference: sys::napi_ref) -> sys::napi_value {
        let mut value = ptr::null_mut();
        // SAFETY: the reference was made in this environment and is not deleted yet.
        unsafe { sys::napi_get_reference_value(self.env, reference, &mut value) };
        value
    }

    /// Deletes the reference; false, so that `retain` drops the entry.
    fn forget(&self, reference: sys::napi_ref) -> bool {
        // SAFETY: whoever calls drops the only copy of the reference, so it is deleted once.
        unsafe { sys::napi_delete_reference(self.env, reference) };
        false
    }

    fn detach(&self, reference: sys::napi_ref) {
        let value = self.value_of(reference);
        if !value.is_null() {
            // SAFETY: the value is an external ArrayBuffer made here, which may be detached already.
            unsafe { sys::napi_detach_arraybuffer(self.env, value) };
        }
    }

    /// A buffer for the element path: shared over the whole window where the runtime can, else an `ArrayBuffer` over
    /// the first `wanted` bytes and some more. It owns nothing: the class keeps the window for as long as it is in
    /// use, and holds the one before it no more. That is left to be collected: once a buffer is detached, V8 asks of each
    /// buffer before each access whether it is, and all loops over typed arrays, anybody's, take up to twice the time.
    pub fn for_elements(&self, window: &Window, wanted: u64, limit: u64) -> Result<Unknown<'static>> {
        let limit = limit.min(window.len() as u64);
        let value = match shared_buffers::unowned(self.env, window, limit as usize) {
            Some(made) => made?,
            None => {
                // V8 counts an ArrayBuffer as memory in use, so it gets no more than is needed soon: there may be many arrays.
                const LEAST: u64 = 4096;
                let length = wanted.saturating_add(wanted / 2).max(LEAST).min(limit) as usize;
                let none = ptr::null_mut::<c_void>();
                external_array_buffer(self.env, window.start().cast(), length, nothing_to_do, none)?
            }
        };
        // SAFETY: just made, in this environment.
        Ok(unsafe { Unknown::from_raw_unchecked(self.env, value) })
    }

    /// Detaches the buffers that reach beyond a byte.
    pub fn detach_beyond(&self, end: u64) {
        self.handed_out.borrow_mut().retain(|entry| {
            if entry.end <= end {
                return true;
            }
            self.detach(entry.reference);
            self.forget(entry.reference)
        });
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        for entry in self.handed_out.borrow().iter() {
            self.forget(entry.reference);
        }
    }
}
