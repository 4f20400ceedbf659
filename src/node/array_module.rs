//! The array module's calls, on the class.

use napi::bindgen_prelude::{Either, Uint8Array};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::class::MmapArray;
use super::errors::guard;
use super::jobs::file_name;
use super::values::{RawNumber, bounds, bytes, count, encode, index};
use crate::array::Array;
use crate::array::files::Mode;
use crate::array::files::external_file::ExternalFile;
use crate::os::huge_pages;

#[napi]
impl MmapArray {
    #[napi]
    pub fn get(&self, env: Env, at: f64) -> napi::Result<RawNumber> {
        self.held().get(&env, at)
    }

    #[napi]
    pub fn set(&self, env: Env, at: f64, value: RawNumber) -> napi::Result<()> {
        self.held().set(&env, at, value)
    }

    #[napi]
    pub fn append(&self, env: Env, value: RawNumber) -> napi::Result<()> {
        self.held().append(&env, value)
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
        if std::ptr::eq(self.held(), other.held()) {
            return self.change(&env, Array::extend_with_itself);
        }
        let source = guard(&env, || self.lent_by(other))?;
        self.change(&env, |array| array.extend_with(&source))
    }

    #[napi]
    pub fn insert(&self, env: Env, at: f64, value: RawNumber) -> napi::Result<()> {
        self.change(&env, |array| {
            array.insert(index(at), &encode(array.typecode(), value)?)
        })
    }

    #[napi]
    pub fn pop(&self, env: Env, at: f64) -> napi::Result<RawNumber> {
        self.held().pop(&env, at)
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

    /// Copies a slice into memory of its size, which nobody has stored to yet.
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

    /// Appends `n` elements read from a path, or from where a descriptor stands.
    #[napi]
    pub fn fromfile(&self, env: Env, source: Either<i32, Uint8Array>, n: f64) -> napi::Result<()> {
        self.change(&env, |array| {
            let file = ExternalFile::open(file_name(&source), Mode::Sync)?;
            array.fromfile(file, count("n", n)?)
        })
    }

    /// Writes the elements to a path, or to where a descriptor stands.
    #[napi]
    pub fn tofile(&self, env: Env, target: Either<i32, Uint8Array>) -> napi::Result<()> {
        self.read(&env, |array| array.tofile(file_name(&target)))
    }
}
