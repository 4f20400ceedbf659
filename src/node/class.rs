//! The class `MmapArray` as the addon exports it: the array module's calls on values that `lib/` has checked. What
//! comes in is checked again, but in fewer words.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, BigInt, Either, Object, Uint8Array};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::buffers::{self, Buffers};
use super::errors::guard;
use super::flush::FlushTask;
use super::handle::HandleFields;
use super::origin::Origin;
use super::overlays::Overlays;
use super::shared_buffers;
use super::values::{RawNumber, bounds, bytes, count, decode, duration, encode, index};
use super::wait::{self, outcome_number};
use crate::array::{Array, transfer::Peer};
use crate::error::{Error, Result};
use crate::kernels::compare::first_difference;
use crate::mapping::{Advice, Window};
use crate::storage::Flags;

#[napi]
pub struct MmapArray {
    /// `None` once it is closed.
    array: RefCell<Option<Array>>,
    buffers: Rc<Buffers>,
    overlays: Overlays,
    /// The window under the element path's buffer, kept until JavaScript asks for another buffer.
    elements: RefCell<Option<Arc<Window>>>,
}

impl MmapArray {
    fn read<T>(&self, env: &Env, call: impl FnOnce(&Array) -> Result<T>) -> napi::Result<T> {
        guard(env, || {
            let array = self.array.borrow();
            let array = array.as_ref().ok_or(Error::Closed)?;
            self.require_sound(array)?;
            let value = call(array)?;
            // What was read while the file was being cut is not what was there.
            self.require_sound(array)?;
            Ok(value)
        })
    }

    fn change<T>(&self, env: &Env, call: impl FnOnce(&mut Array) -> Result<T>) -> napi::Result<T> {
        self.change_unsound(env, |array| {
            self.require_sound(array)?;
            let before = array.length();
            let value = call(array)?;
            if array.length() > before {
                // Where an old buffer was read behind an end that has moved on, there is something now.
                self.overlays.restore(array.mapping())?;
            }
            self.require_sound(array)?;
            Ok(value)
        })
    }

    fn require_sound(&self, array: &Array) -> Result<()> {
        array.require_sound()?;
        self.overlays.require_sound(array.byte_length())
    }

    /// A change that need not find the memory as it was.
    fn change_unsound<T>(&self, env: &Env, call: impl FnOnce(&mut Array) -> Result<T>) -> napi::Result<T> {
        guard(env, || {
            call(self.array.borrow_mut().as_mut().ok_or(Error::Closed)?)
        })
    }

    /// Window and byte length of another array of the same type, or of this one: what may be read from while neither
    /// is borrowed.
    fn memory_of(&self, other: &MmapArray) -> Result<(Arc<Window>, u64)> {
        let (ours, theirs) = (self.array.borrow(), other.array.borrow());
        let ours = ours.as_ref().ok_or(Error::Closed)?;
        let theirs = theirs.as_ref().ok_or(Error::Closed)?;
        if ours.typecode() != theirs.typecode() {
            return Err(Error::TypeMismatch {
                ours: ours.typecode().code,
                theirs: theirs.typecode().code,
            });
        }
        theirs.require_sound()?;
        Ok((theirs.window().clone(), theirs.byte_length()))
    }

    pub fn state_buffer(&self, env: &Env) -> napi::Result<Unknown<'static>> {
        self.read(env, |array| buffers::of_state(env, array.state()))
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
            let limit = count("limit", limit)?;
            if end - start > limit {
                return Err(Error::ViewTooLarge {
                    bytes: end - start,
                    limit,
                });
            }
            self.buffers.hand_out(array.window(), start, end)
        })
    }

    /// A `SharedArrayBuffer` on the elements, made by the runtime.
    pub fn share(&self, env: &Env, limit: f64) -> napi::Result<Unknown<'static>> {
        self.read(env, |array| {
            let limit = count("limit", limit)?;
            if array.byte_length() > limit {
                return Err(Error::ViewTooLarge {
                    bytes: array.byte_length(),
                    limit,
                });
            }
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
}

#[napi]
impl MmapArray {
    #[napi(constructor)]
    pub fn new(env: Env, origin: Origin) -> napi::Result<Self> {
        let mut array = guard(&env, || origin.open())?;
        let buffers = Rc::new(Buffers::new(&env));
        let on_cut = buffers.clone();
        array.on_cut(Box::new(move |end| on_cut.detach_beyond(end)));
        Ok(MmapArray {
            array: RefCell::new(Some(array)),
            buffers,
            overlays: Overlays::new(&env),
            elements: RefCell::default(),
        })
    }

    #[napi(getter)]
    pub fn flags(&self, env: Env) -> napi::Result<&'static str> {
        self.read(&env, |array| Ok(array.flags().as_str()))
    }

    /// As the user gave it.
    #[napi(getter)]
    pub fn path(&self, env: Env) -> napi::Result<Option<String>> {
        self.read(&env, |array| {
            Ok(array
                .mapping()
                .storage()
                .path()
                .map(|path| path.to_string_lossy().into_owned()))
        })
    }

    /// The descriptor; the array is exact from then on.
    #[napi(getter)]
    pub fn fd(&self, env: Env) -> napi::Result<i32> {
        self.change(&env, Array::descriptor)
    }

    #[napi]
    pub fn get(&self, env: Env, at: f64) -> napi::Result<RawNumber> {
        self.read(&env, |array| {
            array
                .get(index(at))
                .map(|element| decode(array.typecode(), &element))
        })
    }

    #[napi]
    pub fn set(&self, env: Env, at: f64, value: RawNumber) -> napi::Result<()> {
        self.read(&env, |array| {
            array.set(index(at), &encode(array.typecode(), value)?)
        })
    }

    #[napi]
    pub fn append(&self, env: Env, value: RawNumber) -> napi::Result<()> {
        self.change(&env, |array| array.append(&encode(array.typecode(), value)?))
    }

    /// Appends the elements that bytes hold.
    #[napi]
    pub fn frombytes(&self, env: Env, source: Unknown<'_>) -> napi::Result<()> {
        let source = bytes(&env, &source)?;
        self.change(&env, |array| array.extend(source))
    }

    /// Appends the elements of another array of the same type, or of this one.
    #[napi]
    pub fn extend(&self, env: Env, other: &MmapArray) -> napi::Result<()> {
        let (window, length) = guard(&env, || self.memory_of(other))?;
        self.change(&env, |array| array.extend(window.region(length)))
    }

    #[napi]
    pub fn insert(&self, env: Env, at: f64, value: RawNumber) -> napi::Result<()> {
        self.change(&env, |array| {
            array.insert(index(at), &encode(array.typecode(), value)?)
        })
    }

    #[napi]
    pub fn pop(&self, env: Env, at: f64) -> napi::Result<RawNumber> {
        self.change(&env, |array| {
            array
                .pop(index(at))
                .map(|element| decode(array.typecode(), &element))
        })
    }

    /// Whether there was such an element.
    #[napi]
    pub fn remove(&self, env: Env, value: RawNumber) -> napi::Result<bool> {
        self.change(&env, |array| array.remove(&encode(array.typecode(), value)?))
    }

    #[napi]
    pub fn clear(&self, env: Env) -> napi::Result<()> {
        self.change(&env, Array::clear)
    }

    #[napi]
    pub fn count(&self, env: Env, value: RawNumber) -> napi::Result<f64> {
        self.read(&env, |array| {
            Ok(array.count(&encode(array.typecode(), value)?) as f64)
        })
    }

    /// Index of the first equal element, or -1.
    #[napi]
    pub fn index(&self, env: Env, value: RawNumber, start: f64, stop: f64) -> napi::Result<f64> {
        self.read(&env, |array| {
            let found = array.find(&encode(array.typecode(), value)?, index(start), index(stop));
            Ok(found.map_or(-1.0, |at| at as f64))
        })
    }

    #[napi]
    pub fn reverse(&self, env: Env) -> napi::Result<()> {
        self.read(&env, Array::reverse)
    }

    #[napi]
    pub fn byteswap(&self, env: Env) -> napi::Result<()> {
        self.read(&env, Array::byteswap)
    }

    #[napi]
    pub fn fill(&self, env: Env, value: RawNumber, start: Option<f64>, end: Option<f64>) -> napi::Result<()> {
        self.read(&env, |array| {
            let bounds = bounds(start, end, None);
            array.fill(&encode(array.typecode(), value)?, bounds.start, bounds.stop)
        })
    }

    /// Address of element 0 in this process.
    #[napi]
    pub fn address(&self, env: Env) -> napi::Result<BigInt> {
        self.read(&env, |array| {
            Ok(BigInt::from(array.window().start().addr() as u64))
        })
    }

    /// How many elements a slice has.
    #[napi]
    pub fn slice_length(
        &self,
        env: Env,
        start: Option<f64>,
        stop: Option<f64>,
        step: Option<f64>,
    ) -> napi::Result<f64> {
        self.read(&env, |array| {
            Ok(bounds(start, stop, step).resolve(array.length())?.count as f64)
        })
    }

    /// Copies a slice into memory of its size.
    #[napi]
    pub fn slice(
        &self,
        env: Env,
        into: Unknown<'_>,
        start: Option<f64>,
        stop: Option<f64>,
        step: Option<f64>,
    ) -> napi::Result<()> {
        let into = bytes(&env, &into)?;
        self.read(&env, |array| array.copy_slice(bounds(start, stop, step), into))
    }

    /// Puts the elements that bytes hold in the place of a slice.
    #[napi]
    pub fn set_slice(
        &self,
        env: Env,
        source: Unknown<'_>,
        start: Option<f64>,
        stop: Option<f64>,
        step: Option<f64>,
    ) -> napi::Result<()> {
        let source = bytes(&env, &source)?;
        self.change(&env, |array| array.set_slice(source, bounds(start, stop, step)))
    }

    /// The same with the elements of another array of the same type, or of this one.
    #[napi]
    pub fn set_slice_from(
        &self,
        env: Env,
        other: &MmapArray,
        start: Option<f64>,
        stop: Option<f64>,
        step: Option<f64>,
    ) -> napi::Result<()> {
        let (window, length) = guard(&env, || self.memory_of(other))?;
        self.change(&env, |array| {
            array.set_slice(window.region(length), bounds(start, stop, step))
        })
    }

    #[napi]
    pub fn delete_slice(
        &self,
        env: Env,
        start: Option<f64>,
        stop: Option<f64>,
        step: Option<f64>,
    ) -> napi::Result<()> {
        self.change(&env, |array| array.delete_slice(bounds(start, stop, step)))
    }

    #[napi]
    pub fn repeat_in_place(&self, env: Env, times: f64) -> napi::Result<()> {
        self.change(&env, |array| array.repeat(index(times)))
    }

    /// Index of the first element that differs from another array's of the same type, or -1, over the shorter length.
    #[napi]
    pub fn first_difference(&self, env: Env, other: &MmapArray) -> napi::Result<f64> {
        let (window, length) = guard(&env, || self.memory_of(other))?;
        self.read(&env, |array| {
            let found = first_difference(array.region(), window.region(length), array.typecode().scalar);
            Ok(found.map_or(-1.0, |at| at as f64))
        })
    }

    /// Appends `n` elements read from a path, or from where a descriptor stands.
    #[napi]
    pub fn fromfile(&self, env: Env, source: Either<i32, Uint8Array>, n: f64) -> napi::Result<()> {
        self.change(&env, |array| {
            let peer = match source {
                Either::A(descriptor) => Peer::borrow(descriptor)?,
                Either::B(path) => Peer::open(&path)?,
            };
            array.read_from(&peer, count("n", n)?)
        })
    }

    /// Writes the elements to a path, or to where a descriptor stands.
    #[napi]
    pub fn tofile(&self, env: Env, target: Either<i32, Uint8Array>) -> napi::Result<()> {
        self.read(&env, |array| match target {
            // As Python's: nothing to write, nothing is touched.
            Either::A(_) if array.length() == 0 => Ok(()),
            Either::A(descriptor) => array.write_to(&Peer::borrow(descriptor)?),
            Either::B(path) => array.write_to_path(&path),
        })
    }

    #[napi]
    pub fn reserve(&self, env: Env, capacity: f64) -> napi::Result<()> {
        self.change(&env, |array| array.reserve(count("capacity", capacity)?))
    }

    #[napi]
    pub fn trim(&self, env: Env) -> napi::Result<()> {
        self.change(&env, Array::trim)
    }

    #[napi]
    pub fn refresh(&self, env: Env) -> napi::Result<f64> {
        self.change_unsound(&env, |array| {
            self.overlays.restore(array.mapping())?;
            Ok(array.refresh()? as f64)
        })
    }

    #[napi]
    pub fn flush(&self, env: Env) -> napi::Result<()> {
        self.change(&env, Array::flush)
    }

    #[napi]
    pub fn flush_async(&self, env: Env) -> napi::Result<AsyncTask<FlushTask>> {
        self.change(&env, |array| Ok(AsyncTask::new(FlushTask(array.flush_later()?))))
    }

    #[napi]
    pub fn advise(&self, env: Env, advice: String, start: Option<f64>, end: Option<f64>) -> napi::Result<()> {
        self.read(&env, |array| {
            let bounds = bounds(start, end, None);
            array.advise(Advice::parse(&advice)?, bounds.start, bounds.stop)
        })
    }

    #[napi]
    pub fn handle(&self, env: Env) -> napi::Result<HandleFields> {
        self.change(&env, |array| array.handle().map(HandleFields::from))
    }

    /// Tries for a time to lock the file; false where somebody else held it all the while.
    #[napi]
    pub fn try_lock(&self, env: Env, shared: bool, milliseconds: f64) -> napi::Result<bool> {
        self.change(&env, |array| array.lock(shared, duration(milliseconds)))
    }

    #[napi]
    pub fn unlock(&self, env: Env) -> napi::Result<()> {
        self.change_unsound(&env, Array::unlock)
    }

    /// Sleeps while an element has the bits `expected`; gives 0 for a wake, 1 for an element that is another, 2 for the
    /// end of the time. Numbers: a string would cost as much as the call.
    #[napi]
    pub fn wait(&self, env: Env, at: f64, expected: u32, milliseconds: f64) -> napi::Result<u32> {
        self.read(&env, |array| {
            array
                .wait(index(at), expected, duration(milliseconds))
                .map(outcome_number)
        })
    }

    /// The same on a thread of its own, without end where no time is given; `cancelled` where the array was closed.
    #[napi(ts_return_type = "Promise<string>")]
    pub fn wait_async(
        &self,
        env: Env,
        at: f64,
        expected: u32,
        milliseconds: Option<f64>,
    ) -> napi::Result<Object<'static>> {
        wait::later(&env, |done| {
            self.change(&env, |array| {
                array.wait_later(index(at), expected, milliseconds.map(duration), done)
            })
        })
    }

    /// Wakes those who sleep on an element; gives how many there were.
    #[napi]
    pub fn notify(&self, env: Env, at: f64, count: f64) -> napi::Result<u32> {
        self.read(&env, |array| array.notify(index(at), count as u32))
    }

    /// Gives everything back; a second call does nothing.
    #[napi]
    pub fn close(&self, env: Env) -> napi::Result<()> {
        guard(&env, || {
            let Some(mut array) = self.array.borrow_mut().take() else {
                return Ok(());
            };
            let trimmed = array.trim();
            self.buffers.detach_beyond(0);
            self.overlays.blank();
            self.buffers.drop_elements();
            self.elements.take();
            array.state().set(0, 0);
            let mapping = array.mapping().clone();
            drop(array);
            self.buffers.retire_windows(&mapping);
            trimmed
        })
    }
}
