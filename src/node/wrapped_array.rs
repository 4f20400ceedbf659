//! The array of the core that an object of JavaScript wraps, with the buffers on its memory, and how a call reaches it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use napi::{Env, Unknown};

use super::buffers::Buffers;
use super::errors::throw_on_error;
use super::overlays::Overlays;
use super::values::{Decoded, RawElement, encode, index};
use crate::array::{Array, Batch, Snapshot};
use crate::element::Element;
use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::mapping::Window;
use crate::mapping::guard::faults;
use crate::storage::{Flags, Format};

/// An array and the buffers on its memory.
pub struct WrappedArray {
    // These are also valid after `close`.
    pub element_type: ElementType,
    pub flags: Flags,
    pub format: Format,
    /// The byte of the file at which element 0 begins.
    pub offset: u64,
    /// As the user gave it.
    pub path: Option<String>,
    /// `None` once it is closed.
    array: RefCell<Option<Array>>,
    pub buffers: Rc<Buffers>,
    pub overlays: Overlays,
    /// The window of the element path's buffer, kept until JavaScript asks for another buffer.
    pub elements: RefCell<Option<Arc<Window>>>,
}

impl WrappedArray {
    pub fn new(env: &Env, mut array: Array) -> Self {
        let buffers = Rc::new(Buffers::new(env));
        let on_truncate = buffers.clone();
        array.on_truncate(Box::new(move |end| on_truncate.detach_beyond(end)));
        let path = array.mapping().storage().path();
        WrappedArray {
            element_type: array.element_type().clone(),
            flags: array.flags(),
            format: array.format(),
            offset: array.mapping().offset(),
            path: path.map(|path| path.to_string_lossy().into_owned()),
            array: RefCell::new(Some(array)),
            buffers,
            overlays: Overlays::new(),
            elements: RefCell::default(),
        }
    }

    /// Releases everything. A second call does nothing.
    pub fn close(&self) -> Result<()> {
        let Some(mut array) = self.array.borrow_mut().take() else {
            return Ok(());
        };
        array.abandon_jobs();
        let trimmed = array.finish();
        self.buffers.detach_beyond(0);
        self.overlays.map_zeros();
        self.elements.take();
        let (mapping, state) = (array.mapping().clone(), array.state().clone());
        // Dropping tries again to trim, if that failed. So the length may become 0 only after it.
        drop(array);
        state.set(0, 0);
        self.buffers.windows.release(&mapping);
        trimmed
    }

    /// A call that leaves the length as it is.
    pub fn read<T>(&self, env: &Env, call: impl FnOnce(&Array) -> Result<T>) -> napi::Result<T> {
        throw_on_error(env, || {
            let array = self.array.borrow();
            let array = array.as_ref().ok_or(Error::Closed)?;
            let faults = faults();
            self.check_faults_of(array)?;
            let value = call(array)?;
            // Again: if another process truncated the file meanwhile, zeros were read.
            self.check_faults_of(array)?;
            array.state().set_faults_seen(faults);
            Ok(value)
        })
    }

    /// A call on one element. It works on an array with a fault too, if the fault lies behind this element.
    pub fn access<T>(&self, env: &Env, at: i64, call: impl FnOnce(&Array) -> Result<T>) -> napi::Result<T> {
        throw_on_error(env, || {
            let array = self.array.borrow();
            let array = array.as_ref().ok_or(Error::Closed)?;
            let faults = faults();
            // Before the call, so that a refused store changes nothing. After it, in case the element was lost meanwhile.
            self.check_faults_of(array)
                .or_else(|_| array.check_faults_up_to(at))?;
            let value = call(array)?;
            match self.check_faults_of(array) {
                Ok(()) => array.state().set_faults_seen(faults),
                // The count is not stored as seen, so that JavaScript asks again for each element.
                Err(_) => array.check_faults_up_to(at)?,
            }
            Ok(value)
        })
    }

    pub fn change<T>(&self, env: &Env, call: impl FnOnce(&mut Array) -> Result<T>) -> napi::Result<T> {
        self.change_and_check(env, call, true)
    }

    /// Changes an array without faults. If `checks`, a fault that happens meanwhile is an error.
    fn change_and_check<T>(
        &self,
        env: &Env,
        call: impl FnOnce(&mut Array) -> Result<T>,
        checks: bool,
    ) -> napi::Result<T> {
        self.change_unsound(env, |array| {
            let faults = faults();
            self.check_faults_of(array)?;
            let before = array.capacity();
            let done = call(array);
            // A growable buffer may show zeros beyond the old end. The file has grown there, even if the call failed later.
            let restored = if array.capacity() > before {
                self.overlays.restore(array.mapping())
            } else {
                Ok(())
            };
            let value = done?;
            restored?;
            match self.check_faults_of(array) {
                Ok(()) => array.state().set_faults_seen(faults),
                Err(fault) if checks => return Err(fault),
                Err(_) => {}
            }
            Ok(value)
        })
    }

    /// A change that also works on a faulty array.
    pub fn change_unsound<T>(
        &self,
        env: &Env,
        call: impl FnOnce(&mut Array) -> Result<T>,
    ) -> napi::Result<T> {
        throw_on_error(env, || {
            call(self.array.borrow_mut().as_mut().ok_or(Error::Closed)?)
        })
    }

    pub fn check_faults_of(&self, array: &Array) -> Result<()> {
        array.check_faults()?;
        self.overlays.check_faults(array.byte_length())
    }

    /// A fault during the change is no error here: the element is in, and a caller that tries again would append it twice.
    pub fn append(&self, env: &Env, value: &Unknown<'_>) -> napi::Result<()> {
        let value = RawElement::new(env, value)?;
        let append = |array: &mut Array| array.append(&encode(array.element_type(), &value)?);
        self.change_and_check(env, append, false)
    }

    /// A batch for this array, of the elements that another array collects.
    pub fn batch(&self, buffer: &WrappedArray, is_synced: bool) -> Result<Arc<Batch>> {
        let (array, buffer) = (self.array.borrow(), buffer.array.borrow());
        let buffer = buffer.as_ref().ok_or(Error::Closed)?;
        array.as_ref().ok_or(Error::Closed)?.batch(buffer, is_synced)
    }

    /// A fault during the change is no error here: the elements are in, and a caller that tries again would append them twice.
    pub fn append_batch(&self, env: &Env, batch: &Batch) -> napi::Result<()> {
        self.change_and_check(env, |array| array.append_batch(batch), false)
    }

    /// Appends a batch that is dropped. A failure cannot be reported.
    pub fn finish_batch(&self, batch: &Batch) {
        if let Ok(mut array) = self.array.try_borrow_mut()
            && let Some(array) = array.as_mut()
        {
            let _ = array.finish_batch(batch);
        }
    }

    pub fn pop(&self, env: &Env, at: f64) -> napi::Result<Decoded> {
        self.change(env, |array| {
            let mut element = Element::zeroed(array.element_type().itemsize());
            array.pop_into(index(at), &mut element)?;
            Ok(Decoded::of(array.element_type(), &element))
        })
    }

    /// The elements of another array of the same type, or of this one, to read from while neither is borrowed. For a call on a
    /// field, those of an array of the field's type.
    pub fn snapshot_of(&self, other: &WrappedArray, field: Option<usize>) -> Result<Snapshot> {
        let (ours, theirs) = (self.array.borrow(), other.array.borrow());
        let ours = ours.as_ref().ok_or(Error::Closed)?;
        let theirs = theirs.as_ref().ok_or(Error::Closed)?;
        let wanted = match field {
            None => ours.element_type().clone(),
            Some(number) => ours.element_type().field(number)?.typecode.into(),
        };
        if wanted != *theirs.element_type() {
            return Err(Error::TypeMismatch {
                ours: wanted.to_string(),
                theirs: theirs.element_type().to_string(),
            });
        }
        theirs.snapshot()
    }
}
