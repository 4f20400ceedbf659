//! Calls on arrays that are functions, not methods: those that no array is to show its user, and those whose cost counts.
//! (A method's receiver goes through a registry of napi's, which takes a lock and three times as long.)

use napi::Env;
use napi::bindgen_prelude::BigInt;
use napi_derive::napi;

use super::class::MmapArray;
use super::errors::guard;
use super::values::{RawNumber, bounds, decode, duration, encode, index};
use super::wait::outcome_number;
use crate::kernels::compare;

#[napi]
pub fn get_from(env: Env, array: &MmapArray, at: f64) -> napi::Result<RawNumber> {
    array.read(&env, |array| {
        array
            .get(index(at))
            .map(|element| decode(array.typecode(), &element))
    })
}

#[napi]
pub fn append_to(env: Env, array: &MmapArray, value: RawNumber) -> napi::Result<()> {
    array.change(&env, |array| array.append(&encode(array.typecode(), value)?))
}

#[napi]
pub fn pop_from(env: Env, array: &MmapArray, at: f64) -> napi::Result<RawNumber> {
    array.change(&env, |array| {
        array
            .pop(index(at))
            .map(|element| decode(array.typecode(), &element))
    })
}

/// Sleeps while an element has the bits `expected`; gives 0 for a wake, 1 for an element that is another, 2 for the
/// end of the time. Numbers: a string would cost as much as the call.
#[napi]
pub fn wait_on(env: Env, array: &MmapArray, at: f64, expected: u32, milliseconds: f64) -> napi::Result<u32> {
    array.read(&env, |array| {
        array
            .wait(index(at), expected, duration(milliseconds))
            .map(outcome_number)
    })
}

/// Wakes those who sleep on an element; gives how many there were.
#[napi]
pub fn notify_on(env: Env, array: &MmapArray, at: f64, count: f64) -> napi::Result<u32> {
    array.read(&env, |array| array.notify(index(at), count as u32))
}

/// Address of element 0 in this process.
#[napi]
pub fn address_of(env: Env, array: &MmapArray) -> napi::Result<BigInt> {
    array.read(&env, |array| {
        Ok(BigInt::from(array.window().start().addr() as u64))
    })
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
    let (window, length) = guard(&env, || array.memory_of(other))?;
    array.change(&env, |array| {
        array.set_slice(window.region(length), bounds(start, stop, step))
    })
}

/// Index of the first element that differs from another array's of the same type, or -1, over the shorter length.
#[napi]
pub fn first_difference(env: Env, array: &MmapArray, other: &MmapArray) -> napi::Result<f64> {
    let (window, length) = guard(&env, || array.memory_of(other))?;
    array.read(&env, |array| {
        let scalar = array.typecode().scalar;
        let found = compare::first_difference(array.region(), window.region(length), scalar);
        Ok(found.map_or(-1.0, |at| at as f64))
    })
}
