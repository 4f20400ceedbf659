//! What takes the elements as numbers.

use napi::bindgen_prelude::{BigInt, Either};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::class::MmapArray;
use super::errors::throw_on_error;
use super::values::{RawNumber, bounds, bytes, count, decode};
use crate::kernels::bisect::Side;
use crate::kernels::extremes::Extreme;
use crate::kernels::sum::Sum;
use crate::typecode::Scalar;

/// A bigint for integers of 8 bytes, else a number.
#[napi]
pub fn sum_of(env: Env, array: &MmapArray) -> napi::Result<RawNumber> {
    array.read(&env, |array| {
        Ok(match (array.sum(), array.typecode().scalar) {
            (Sum::Integer(sum), Scalar::I64 | Scalar::U64) => Either::B(BigInt::from(sum)),
            (Sum::Integer(sum), _) => Either::A(sum as f64),
            (Sum::Float(sum), _) => Either::A(sum),
        })
    })
}

#[napi]
pub fn min_of(env: Env, array: &MmapArray) -> napi::Result<RawNumber> {
    extreme_of(&env, array, Extreme::Least)
}

#[napi]
pub fn max_of(env: Env, array: &MmapArray) -> napi::Result<RawNumber> {
    extreme_of(&env, array, Extreme::Greatest)
}

fn extreme_of(env: &Env, array: &MmapArray, which: Extreme) -> napi::Result<RawNumber> {
    array.read(env, |array| {
        let found = array.extreme(which)?;
        Ok(decode(array.typecode(), &found))
    })
}

/// How many elements two for each part are; an error where there cannot be so many parts.
#[napi]
pub fn envelope_length(
    env: Env,
    array: &MmapArray,
    parts: f64,
    start: Option<f64>,
    stop: Option<f64>,
) -> napi::Result<f64> {
    array.read(&env, |array| {
        let parts = array.parts(count("parts", parts)?, bounds(start, stop, None))?;
        Ok(2.0 * parts.count as f64)
    })
}

/// The least number of each part of a slice, then the greatest of each, into memory of that length.
#[napi]
pub fn envelope_in(
    env: Env,
    array: &MmapArray,
    parts: f64,
    start: Option<f64>,
    stop: Option<f64>,
    into: Unknown<'_>,
) -> napi::Result<()> {
    let into = bytes(&env, &into)?;
    array.read(&env, |array| {
        let parts = array.parts(count("parts", parts)?, bounds(start, stop, None))?;
        array.envelope(&parts, into)
    })
}

#[napi]
pub fn sort_elements(env: Env, array: &MmapArray) -> napi::Result<()> {
    array.read(&env, |array| array.sort())
}

/// Where each of many elements, given as bytes, belongs; as doubles into memory of their number.
#[napi]
pub fn places_in(
    env: Env,
    array: &MmapArray,
    needles: Unknown<'_>,
    right: bool,
    into: Unknown<'_>,
) -> napi::Result<()> {
    let (needles, into) = (bytes(&env, &needles)?, bytes(&env, &into)?);
    array.read(&env, |array| array.places(needles, side(right), into))
}

/// The same for the elements of another array of the same type.
#[napi]
pub fn places_of(
    env: Env,
    array: &MmapArray,
    other: &MmapArray,
    right: bool,
    into: Unknown<'_>,
) -> napi::Result<()> {
    let into = bytes(&env, &into)?;
    let needles = throw_on_error(&env, || array.snapshot_of(other))?;
    array.read(&env, |array| {
        array.places(needles.region(), side(right), into)?;
        needles.require_sound()
    })
}

pub fn side(right: bool) -> Side {
    if right { Side::Right } else { Side::Left }
}
