//! What an array of JavaScript's holds: the core's array, the buffers on its memory, and how a call reaches it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use napi::{Env, Unknown};

use super::buffers::Buffers;
use super::errors::guard;
use super::external;
use super::overlays::Overlays;
use super::shared_buffers;
use super::shares::Share;
use super::values::{RawNumber, bytes, count, decode, encode, index};
use crate::array::{Array, Snapshot};
use crate::error::{Error, Result};
use crate::mapping::Window;
use crate::mapping::guard::faults;
use crate::storage::{Flags, Format};

/// What stays known of an array after its end.
pub struct Description {
    pub flags: Flags,
    pub format: Format,
    /// As the user gave it.
    pub path: Option<String>,
}

/// An array and what was handed out of its memory.
pub struct Held {
    pub description: Description,
    /// `None` once it is closed.
    array: RefCell<Option<Array>>,
    buffers: Rc<Buffers>,
    pub overlays: Overlays,
    /// The window under the element path's buffer, kept until JavaScript asks for another buffer.
    elements: RefCell<Option<Arc<Window>>>,
    /// What is left of that after the end.
    kept: RefCell<Option<Share>>,
}

impl Held {
    pub fn read<T>(&self, env: &Env, call: impl FnOnce(&Array) -> Result<T>) -> napi::Result<T> {
        guard(env, || {
            let array = self.array.borrow();
            let array = array.as_ref().ok_or(Error::Closed)?;
            let faults = faults();
            self.require_sound(array)?;
            let value = call(array)?;
            // What was read while the file was being cut is not what was there.
            self.require_sound(array)?;
            array.state().set_faults_seen(faults);
            Ok(value)
        })
    }

    /// A call on one element, which is served as long as no fault was found up to it.
    fn access<T>(&self, env: &Env, at: i64, call: impl FnOnce(&Array) -> Result<T>) -> napi::Result<T> {
        guard(env, || {
            let array = self.array.borrow();
            let array = array.as_ref().ok_or(Error::Closed)?;
            let faults = faults();
            // Before, for a store that is refused changes nothing; after, for what was read or stored may be lost by now.
            self.require_sound(array)
                .or_else(|_| array.require_sound_up_to(at))?;
            let value = call(array)?;
            match self.require_sound(array) {
                Ok(()) => array.state().set_faults_seen(faults),
                // The count is not stored as seen, so JavaScript keeps asking for each element.
                Err(_) => array.require_sound_up_to(at)?,
            }
            Ok(value)
        })
    }

    pub fn change<T>(&self, env: &Env, call: impl FnOnce(&mut Array) -> Result<T>) -> napi::Result<T> {
        self.change_with(env, call, |sound| sound)
    }

    /// A change of a sound array; `verdict` says what comes of it where it is no longer sound after that.
    fn change_with<T>(
        &self,
        env: &Env,
        call: impl FnOnce(&mut Array) -> Result<T>,
        verdict: impl FnOnce(Result<()>) -> Result<()>,
    ) -> napi::Result<T> {
        self.change_unsound(env, |array| {
            let faults = faults();
            self.require_sound(array)?;
            let before = array.capacity();
            let done = call(array);
            // Where an old buffer was read behind an end that has moved on, there is something now; also where the call
            // failed after that.
            let restored = if array.capacity() > before {
                self.overlays.restore(array.mapping())
            } else {
                Ok(())
            };
            let value = done?;
            restored?;
            let sound = self.require_sound(array);
            if sound.is_ok() {
                array.state().set_faults_seen(faults);
            }
            verdict(sound).map(|()| value)
        })
    }

    /// Takes over what others did to the file, and lets JavaScript read elements by itself again.
    pub fn refresh(&self, env: &Env) -> napi::Result<f64> {
        self.change_unsound(env, |array| {
            let faults = faults();
            let length = array.refresh()?;
            self.overlays.follow_file(array.mapping())?;
            self.overlays.restore(array.mapping())?;
            if self.require_sound(array).is_ok() {
                array.state().set_faults_seen(faults);
            }
            Ok(length as f64)
        })
    }

    pub fn get(&self, env: &Env, at: f64) -> napi::Result<RawNumber> {
        let at = index(at);
        self.access(env, at, |array| Ok(decode(array.typecode(), &array.get(at)?)))
    }

    pub fn set(&self, env: &Env, at: f64, value: RawNumber) -> napi::Result<()> {
        let at = index(at);
        self.access(env, at, |array| array.set(at, &encode(array.typecode(), value)?))
    }

    /// Unlike other changes, not refused for a fault that came in the middle: the element is in, and a caller who tries again
    /// would append it twice.
    pub fn append(&self, env: &Env, value: RawNumber) -> napi::Result<()> {
        self.change_with(
            env,
            |array| array.append(&encode(array.typecode(), value)?),
            |_| Ok(()),
        )
    }

    pub fn pop(&self, env: &Env, at: f64) -> napi::Result<RawNumber> {
        self.change(env, |array| {
            let element = array.pop(index(at))?;
            Ok(decode(array.typecode(), &element))
        })
    }

    pub fn require_sound(&self, array: &Array) -> Result<()> {
        array.require_sound()?;
        self.overlays.require_sound(array.byte_length())
    }

    /// A change that need not find the memory as it was.
    pub fn change_unsound<T>(
        &self,
        env: &Env,
        call: impl FnOnce(&mut Array) -> Result<T>,
    ) -> napi::Result<T> {
        guard(env, || {
            call(self.array.borrow_mut().as_mut().ok_or(Error::Closed)?)
        })
    }

    /// The elements of another array of the same type, or of this one, to be read from while neither is borrowed.
    pub fn lent_by(&self, other: &Held) -> Result<Snapshot> {
        let (ours, theirs) = (self.array.borrow(), other.array.borrow());
        let ours = ours.as_ref().ok_or(Error::Closed)?;
        let theirs = theirs.as_ref().ok_or(Error::Closed)?;
        if ours.typecode() != theirs.typecode() {
            return Err(Error::TypeMismatch {
                ours: ours.typecode().code,
                theirs: theirs.typecode().code,
            });
        }
        theirs.snapshot()
    }

    pub fn state_buffer(&self, env: &Env) -> napi::Result<Unknown<'static>> {
        self.read(env, |array| external::of_state(env, array.state()))
    }

    pub fn elements_buffer(&self, env: &Env, limit: f64) -> napi::Result<Unknown<'static>> {
        self.read(env, |array| {
            let wanted = array.capacity() * array.itemsize();
            let buffer = self
                .buffers
                .for_elements(array.window(), wanted, count("limit", limit)?)?;
            *self.elements.borrow_mut() = Some(array.window().clone());
            Ok(buffer)
        })
    }

    pub fn hand_out(&self, env: &Env, start: f64, end: f64, limit: f64) -> napi::Result<Unknown<'static>> {
        self.read(env, |array| {
            let (start, end) = (count("start", start)?, count("end", end)?.min(array.length()));
            let (start, end) = (start.min(end) * array.itemsize(), end * array.itemsize());
            require_viewable(end - start, limit)?;
            array.begin_own_writes();
            self.buffers.hand_out(array.window(), start, end)
        })
    }

    /// A `SharedArrayBuffer` on the elements, made by the runtime.
    pub fn shared_buffer(&self, env: &Env, limit: f64) -> napi::Result<Unknown<'static>> {
        self.read(env, |array| {
            require_viewable(array.byte_length(), limit)?;
            array.begin_own_writes();
            shared_buffers::owned(env, array.region(), self.buffers.share(array.window()))
        })
    }

    /// Lays the array's pages over a `SharedArrayBuffer`'s, which `memory` shows from its first byte to its last.
    pub fn lay_over(&self, env: &Env, buffer: Unknown<'_>, memory: Unknown<'_>) -> napi::Result<()> {
        let memory = bytes(env, &memory)?;
        self.read(env, |array| {
            if memory.len() as u64 != array.byte_length() {
                return Err(Error::InvalidArgType {
                    name: "memory",
                    requirement: "as long as the array",
                });
            }
            let copies = array.flags() == Flags::CopyOnWrite;
            self.overlays.lay(&buffer, memory, array.mapping(), copies)
        })
    }

    pub fn new(env: &Env, mut array: Array) -> Self {
        let buffers = Rc::new(Buffers::new(env));
        let on_cut = buffers.clone();
        array.on_truncate(Box::new(move |end| on_cut.detach_beyond(end)));
        let path = array.mapping().storage().path();
        let description = Description {
            flags: array.flags(),
            format: array.format(),
            path: path.map(|path| path.to_string_lossy().into_owned()),
        };
        Held {
            description,
            array: RefCell::new(Some(array)),
            buffers,
            overlays: Overlays::new(env),
            elements: RefCell::default(),
            kept: RefCell::default(),
        }
    }

    /// Gives everything back; a second call does nothing. The element path's address range stays, blank, where JavaScript
    /// may still look at it.
    pub fn close(&self, elements_are_let_go: bool) -> Result<()> {
        let Some(mut array) = self.array.borrow_mut().take() else {
            return Ok(());
        };
        array.abandon_jobs();
        let trimmed = array.finish();
        self.buffers.detach_beyond(0);
        self.overlays.blank();
        if let Some(window) = self.elements.take()
            && !elements_are_let_go
        {
            *self.kept.borrow_mut() = Some(self.buffers.share(&window));
        }
        let (mapping, state) = (array.mapping().clone(), array.state().clone());
        // What could not be trimmed is tried again, and must not be to no elements.
        drop(array);
        state.set(0, 0);
        self.buffers.retire_windows(&mapping);
        trimmed
    }
}

/// Refuses more bytes than one buffer of the runtime spans.
fn require_viewable(bytes: u64, limit: f64) -> Result<()> {
    let limit = count("limit", limit)?;
    if bytes > limit {
        return Err(Error::ViewTooLarge { bytes, limit });
    }
    Ok(())
}
