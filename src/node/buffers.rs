//! Mapped memory as JavaScript buffers: those handed out, which own a share of the window and are detached before their
//! pages go, and the private ones of the element path, which own nothing.
#![allow(
    unsafe_code,
    reason = "creates, remembers and detaches buffers through Node-API"
)]

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use napi::{Env, Unknown, sys};

use super::shared_buffers;
use crate::array::State;
use crate::error::{Error, Result};
use crate::mapping::{Mapping, Window};

/// The `ArrayBuffer`s that one array gave to JavaScript.
pub struct Buffers {
    env: sys::napi_env,
    handed_out: RefCell<Vec<HandedOut>>,
    /// The windows that buffers are on, and how many shares of each are still to be finalized.
    windows: RefCell<Vec<(Weak<Window>, Arc<AtomicUsize>)>>,
    /// The element path's buffer, where the runtime counts its memory as in use.
    elements: Cell<sys::napi_ref>,
}

struct HandedOut {
    /// Weak: it does not keep the buffer alive.
    reference: sys::napi_ref,
    /// Where it ends, in bytes from the array's first element.
    end: u64,
}

/// What a buffer owns: its memory stays mapped as long as JavaScript can reach it.
pub struct Share {
    _window: Arc<Window>,
    count: Arc<AtomicUsize>,
}

impl Drop for Share {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Release);
    }
}

impl Buffers {
    pub fn new(env: &Env) -> Self {
        Buffers {
            env: env.raw(),
            handed_out: RefCell::default(),
            windows: RefCell::default(),
            elements: Cell::new(ptr::null_mut()),
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
        let mut windows = self.windows.borrow_mut();
        windows.retain(|(window, _)| window.strong_count() > 0);
        let known = windows
            .iter()
            .find(|(known, _)| known.as_ptr() == Arc::as_ptr(window));
        let count = known.map_or_else(Arc::default, |(_, count)| count.clone());
        if known.is_none() {
            windows.push((Arc::downgrade(window), count.clone()));
        }
        count.fetch_add(1, Ordering::Relaxed);
        Share {
            _window: window.clone(),
            count,
        }
    }

    /// Gives the windows back that buffers are on; what JavaScript still reaches reads zeros.
    pub fn retire_windows(&self, mapping: &Mapping) {
        for (window, count) in self.windows.borrow_mut().drain(..) {
            if let Some(window) = window.upgrade() {
                mapping.retire(&window, count.load(Ordering::Acquire));
            }
        }
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
    /// use. The one before it is of no use any more.
    pub fn for_elements(&self, window: &Window, wanted: u64, limit: u64) -> Result<Unknown<'static>> {
        let limit = limit.min(window.len() as u64);
        self.drop_elements();
        let value = match shared_buffers::unowned(self.env, window, limit as usize) {
            Some(made) => made?,
            None => {
                // V8 counts an ArrayBuffer as memory in use, so it gets no more than is needed soon.
                const LEAST: u64 = 64 * 1024;
                let length = wanted.saturating_add(wanted / 2).max(LEAST).min(limit) as usize;
                let none = ptr::null_mut::<c_void>();
                let value =
                    external_array_buffer(self.env, window.start().cast(), length, nothing_to_do, none)?;
                self.elements.set(self.weak_reference(value));
                value
            }
        };
        // SAFETY: just made, in this environment.
        Ok(unsafe { Unknown::from_raw_unchecked(self.env, value) })
    }

    /// Tells the runtime that the element path's memory is in use no more.
    pub fn drop_elements(&self) {
        let reference = self.elements.replace(ptr::null_mut());
        if !reference.is_null() {
            self.detach(reference);
            self.forget(reference);
        }
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
        let elements = self.elements.get();
        if !elements.is_null() {
            self.forget(elements);
        }
    }
}

/// The numbers of the state, as an `ArrayBuffer` that shares their ownership.
pub fn of_state(env: &Env, state: &Arc<State>) -> Result<Unknown<'static>> {
    let data = Arc::as_ptr(state).cast_mut().cast();
    let share = Box::into_raw(Box::new(state.clone()));
    let value = external_array_buffer(env.raw(), data, State::BYTES, drop_box::<Arc<State>>, share)?;
    // SAFETY: just made, in this environment.
    Ok(unsafe { Unknown::from_raw_unchecked(env.raw(), value) })
}

fn external_array_buffer<T>(
    env: sys::napi_env,
    data: *mut c_void,
    length: usize,
    finalize: unsafe extern "C" fn(sys::napi_env, *mut c_void, *mut c_void),
    hint: *mut T,
) -> Result<sys::napi_value> {
    // Where the call fails the hint is leaked: Node may have finalized it already, and twice would be once too often.
    let mut value = ptr::null_mut();
    // SAFETY: the caller keeps the bytes mapped until `finalize` has run on `hint`.
    let status = unsafe {
        sys::napi_create_external_arraybuffer(env, data, length, Some(finalize), hint.cast(), &mut value)
    };
    checked(status, value, "external ArrayBuffer")
}

pub fn checked(
    status: sys::napi_status,
    value: sys::napi_value,
    feature: &'static str,
) -> Result<sys::napi_value> {
    if status == sys::Status::napi_ok && !value.is_null() {
        Ok(value)
    } else {
        Err(Error::UnsupportedRuntime { feature })
    }
}

unsafe extern "C" fn drop_box<T>(_: sys::napi_env, _: *mut c_void, hint: *mut c_void) {
    // SAFETY: Node-API calls a finalizer once, with the box that `external_array_buffer` was given.
    drop(unsafe { Box::from_raw(hint.cast::<T>()) });
}

unsafe extern "C" fn nothing_to_do(_: sys::napi_env, _: *mut c_void, _: *mut c_void) {}
