//! Calls on arrays that are functions, not methods: no array is to show them to its user.

use napi::Env;
use napi::bindgen_prelude::BigInt;
use napi_derive::napi;

use super::class::MmapArray;
use super::errors::throw_on_error;
use super::values::bounds;
use crate::kernels::compare;

/// Address of element 0 in this process.
#[napi]
pub fn address_of(env: Env, array: &MmapArray) -> napi::Result<BigInt> {
    array.read(&env, |array| {
        array.begin_own_writes();
        Ok(BigInt::from(array.window().start().addr() as u64))
    })
}

/// Refuses an array that has met a fault, and lets JavaScript read elements by itself where it has not.
#[napi]
pub fn require_sound(env: Env, array: &MmapArray) -> napi::Result<()> {
    array.read(&env, |_| Ok(()))
}

/// How many elements a slice has.
#[napi]
pub fn slice_length(
    env: Env,
    array: &MmapArray,
    start: Option<f64>,
    stop: Option<f64>,
    step: Option<f64>,
) -> napi::Result<f64> {
    array.read(&env, |array| {
        Ok(bounds(start, stop, step).resolve(array.length())?.count as f64)
    })
}

/// Puts the elements of another array of the same type, or of this one, in the place of a slice.
#[napi]
pub fn set_slice_from(
    env: Env,
    array: &MmapArray,
    other: &MmapArray,
    start: Option<f64>,
    stop: Option<f64>,
    step: Option<f64>,
) -> napi::Result<()> {
    let source = throw_on_error(&env, || array.snapshot_of(other))?;
    array.change(&env, |array| {
        array.set_slice_with(&source, bounds(start, stop, step))
    })
}

/// Index of the first element that differs from another array's of the same type, or -1, over the shorter length.
#[napi]
pub fn first_difference(env: Env, array: &MmapArray, other: &MmapArray) -> napi::Result<f64> {
    let theirs = throw_on_error(&env, || array.snapshot_of(other))?;
    array.read(&env, |array| {
        let scalar = array.typecode().scalar;
        let found = compare::first_difference(array.region(), theirs.region(), scalar);
        theirs.require_sound()?;
        Ok(found.map_or(-1.0, |at| at as f64))
    })
}

/// Gives everything back, where the element path has let its memory go.
#[napi]
pub fn close_array(env: Env, array: &MmapArray) -> napi::Result<()> {
    throw_on_error(&env, || array.share().close(true))
}
