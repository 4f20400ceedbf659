//! Atomic changes of one element, for when `lib/atomics.js` cannot reach the memory.

use napi::{Env, Unknown};
use napi_derive::napi;

use super::MmapArray;
use crate::element_type::ElementType;
use crate::error::Result;
use crate::kernels::atomic::Change;
use crate::node::values::{Decoded, RawElement, encode, index};

#[napi]
impl MmapArray {
    #[napi]
    pub fn add(&self, env: Env, at: f64, value: Unknown<'_>) -> napi::Result<Decoded> {
        let value = RawElement::new(&env, &value)?;
        self.change_atomically(&env, "add", at, |element_type| {
            Ok(Change::Add(encode(element_type, &value)?))
        })
    }

    #[napi]
    pub fn exchange(&self, env: Env, at: f64, value: Unknown<'_>) -> napi::Result<Decoded> {
        let value = RawElement::new(&env, &value)?;
        self.change_atomically(&env, "exchange", at, |element_type| {
            Ok(Change::Exchange(encode(element_type, &value)?))
        })
    }

    #[napi]
    pub fn compare_exchange(
        &self,
        env: Env,
        at: f64,
        expected: Unknown<'_>,
        replacement: Unknown<'_>,
    ) -> napi::Result<Decoded> {
        let expected = RawElement::new(&env, &expected)?;
        let replacement = RawElement::new(&env, &replacement)?;
        self.change_atomically(&env, "compareExchange", at, |element_type| {
            Ok(Change::CompareExchange {
                expected: encode(element_type, &expected)?,
                replacement: encode(element_type, &replacement)?,
            })
        })
    }
}

impl MmapArray {
    /// Changes an element. Returns the one before.
    fn change_atomically(
        &self,
        env: &Env,
        operation: &'static str,
        at: f64,
        change: impl FnOnce(&ElementType) -> Result<Change>,
    ) -> napi::Result<Decoded> {
        let at = index(at);
        self.access(env, at, |array| {
            let old = array.change_atomically(operation, at, &change(array.element_type())?)?;
            Ok(Decoded::of(array.element_type(), &old))
        })
    }
}
