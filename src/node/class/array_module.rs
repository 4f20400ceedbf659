//! The calls of Python's array module, slices among them.

use std::rc::Rc;

use napi::bindgen_prelude::{BigInt, Either, Uint8Array};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::MmapArray;
use super::numbers::number_of;
use crate::array::Array;
use crate::array::files::Mode;
use crate::array::files::external_file::{ExternalFile, FileName};
use crate::element::Element;
use crate::error::{Error, Result};
use crate::node::errors::throw_on_error;
use crate::node::source::Source;
use crate::node::values::{Decoded, RawElement, bounds, bytes, count, encode, index, number, range};
use crate::os::huge_pages;

#[napi]
impl MmapArray {
    #[napi]
    pub fn get(&self, env: Env, at: f64) -> napi::Result<Decoded> {
        let at = index(at);
        self.access(&env, at, |array| {
            Ok(Decoded::of(array.element_type(), &array.get(at)?))
        })
    }

    #[napi]
    pub fn set(&self, env: Env, at: f64, value: Unknown<'_>) -> napi::Result<()> {
        let (at, value) = (index(at), RawElement::new(&env, &value)?);
        self.access(&env, at, |array| {
            array.set(at, &encode(array.element_type(), &value)?)
        })
    }

    #[napi]
    pub fn append(&self, env: Env, value: Unknown<'_>) -> napi::Result<()> {
        self.array.append(&env, &value)
    }

    /// Appends the elements that bytes hold.
    #[napi]
    pub fn frombytes(&self, env: Env, source: Unknown<'_>) -> napi::Result<()> {
        let source = bytes(&env, &source)?;
        self.change(&env, |array| array.extend(source))
    }

    /// Appends one row, given as bytes.
    #[napi]
    pub fn append_row(&self, env: Env, source: Unknown<'_>) -> napi::Result<()> {
        let source = bytes(&env, &source)?;
        self.change(&env, |array| array.append_row(source))
    }

    /// Appends the elements of another array of the same type, or of this one.
    #[napi]
    pub fn extend(&self, env: Env, other: &MmapArray) -> napi::Result<()> {
        if Rc::ptr_eq(&self.array, &other.array) {
            return self.change(&env, Array::extend_with_itself);
        }
        let source = throw_on_error(&env, || self.snapshot_of(other, None))?;
        self.change(&env, |array| array.extend_with(&source))
    }

    #[napi]
    pub fn insert(&self, env: Env, at: f64, value: Unknown<'_>) -> napi::Result<()> {
        let value = RawElement::new(&env, &value)?;
        self.change(&env, |array| {
            array.insert(index(at), &encode(array.element_type(), &value)?)
        })
    }

    #[napi]
    pub fn pop(&self, env: Env, at: f64) -> napi::Result<Decoded> {
        self.array.pop(&env, at)
    }

    /// Returns whether it found such an element.
    #[napi]
    pub fn remove(&self, env: Env, value: Unknown<'_>) -> napi::Result<bool> {
        let value = RawElement::new(&env, &value)?;
        self.change(&env, |array| array.remove(&encode(array.element_type(), &value)?))
    }

    #[napi]
    pub fn clear(&self, env: Env) -> napi::Result<()> {
        self.change(&env, Array::clear)
    }

    #[napi]
    pub fn count(
        &self,
        env: Env,
        value: Unknown<'_>,
        start: f64,
        stop: f64,
        field: Option<u32>,
    ) -> napi::Result<f64> {
        let value = RawElement::new(&env, &value)?;
        self.read(&env, |array| {
            let (needle, bounds) = (needle(array, &value, field)?, range(start, stop));
            let count = match number_of(field) {
                None => array.count(&needle, bounds)?,
                Some(field) => array.count_by_field(field, &needle, bounds)?,
            };
            Ok(count as f64)
        })
    }

    /// Index of the first equal element, or -1.
    #[napi]
    pub fn index(
        &self,
        env: Env,
        value: Unknown<'_>,
        start: f64,
        stop: f64,
        field: Option<u32>,
    ) -> napi::Result<f64> {
        let value = RawElement::new(&env, &value)?;
        let (start, stop) = (index(start), index(stop));
        self.read(&env, |array| {
            let needle = needle(array, &value, field)?;
            let found = match number_of(field) {
                None => array.find(&needle, start, stop),
                Some(field) => array.find_by_field(field, &needle, start, stop)?,
            };
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
    pub fn fill(
        &self,
        env: Env,
        value: Unknown<'_>,
        start: Option<f64>,
        end: Option<f64>,
    ) -> napi::Result<()> {
        let value = RawElement::new(&env, &value)?;
        self.read(&env, |array| {
            array.fill(&encode(array.element_type(), &value)?, bounds(start, end, None))
        })
    }

    /// The number of elements of a slice.
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

    /// Copies a slice into new memory of its size.
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
        huge_pages::prefer(into.address(), into.len());
        self.read(&env, |array| array.copy_slice(bounds(start, stop, step), into))
    }

    /// Replaces a slice by the elements of bytes, of another array of the same type, or of the array itself.
    #[napi]
    pub fn set_slice(
        &self,
        env: Env,
        source: Unknown<'_>,
        start: Option<f64>,
        stop: Option<f64>,
        step: Option<f64>,
    ) -> napi::Result<()> {
        let source = Source::new(&env, self, &source, None)?;
        let bounds = bounds(start, stop, step);
        self.change(&env, |array| match &source {
            Source::Bytes(bytes) => array.set_slice(*bytes, bounds),
            Source::Array(snapshot) => array.set_slice_with(snapshot, bounds),
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

    /// Index of the first element that differs from another array's of the same type, or -1. Compares up to the shorter length.
    #[napi]
    pub fn first_difference(&self, env: Env, other: &MmapArray) -> napi::Result<f64> {
        let theirs = throw_on_error(&env, || self.snapshot_of(other, None))?;
        self.read(&env, |array| {
            let found = array.first_difference(theirs.region());
            theirs.check_faults()?;
            Ok(found.map_or(-1.0, |at| at as f64))
        })
    }

    /// The address of element 0 in this process.
    #[napi]
    pub fn address(&self, env: Env) -> napi::Result<BigInt> {
        self.read(&env, |array| {
            array.begin_own_writes();
            Ok(BigInt::from(array.window().start().addr() as u64))
        })
    }

    /// Appends `n` elements read from a path, or from the position of a descriptor.
    #[napi]
    pub fn fromfile(&self, env: Env, source: Either<i32, Uint8Array>, n: f64) -> napi::Result<()> {
        self.change(&env, |array| {
            let file = ExternalFile::open(file_name(&source), Mode::Sync)?;
            array.fromfile(file, count("n", n)?)
        })
    }

    /// Writes the elements to a path, or to the position of a descriptor.
    #[napi]
    pub fn tofile(&self, env: Env, target: Either<i32, Uint8Array>) -> napi::Result<()> {
        self.read(&env, |array| array.tofile(file_name(&target)))
    }
}

/// An element to compare with, or a value of a field.
fn needle(array: &Array, value: &RawElement<'_>, field: Option<u32>) -> Result<Element> {
    match (field, value) {
        (None, _) => encode(array.element_type(), value),
        (Some(field), RawElement::Number(raw)) => array.encode_for_field(field as usize, number(raw)),
        (Some(_), RawElement::Bytes(_)) => Err(Error::InvalidArgType {
            name: "value",
            requirement: "a number or a bigint, for a field",
        }),
    }
}

/// A file as JavaScript names it: by a descriptor, or by the bytes of a path.
pub(super) fn file_name(file: &Either<i32, Uint8Array>) -> FileName<'_> {
    match file {
        Either::A(descriptor) => FileName::Descriptor(*descriptor),
        Either::B(path) => FileName::Path(path),
    }
}
