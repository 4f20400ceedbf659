//! Numbers, indices and bytes on their way in and out.
#![allow(unsafe_code, reason = "reads and makes values through Node-API")]

use std::ptr::{self, NonNull};
use std::time::Duration;

use napi::bindgen_prelude::{BigInt, Either, FromNapiValue, ToNapiValue, TypeName, Uint8ArraySlice};
use napi::{Env, JsValue, Status, Unknown, ValueType, sys};

use crate::array::slice::Bounds;
use crate::element::{Element, Number};
use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::bisect::Value;
use crate::typecode::Scalar;

/// A number or a bigint of JavaScript.
pub type RawNumber = Either<f64, BigInt>;

/// An element as the JavaScript layer passes it: a number or a bigint; the bytes of a complex number or a record.
pub enum RawElement<'a> {
    Number(RawNumber),
    Bytes(Region<'a>),
}

impl<'a> RawElement<'a> {
    /// Number first: asking for the type takes as long as the conversion.
    pub fn new(env: &Env, value: &'a Unknown<'_>) -> napi::Result<Self> {
        if let Some(double) = double(env, value) {
            return Ok(RawElement::Number(Either::A(double)));
        }
        if let Ok(bytes) = bytes(env, value) {
            return Ok(RawElement::Bytes(bytes));
        }
        // SAFETY: the value is one of the running call.
        let bigint = unsafe { BigInt::from_napi_value(env.raw(), value.raw()) }?;
        Ok(RawElement::Number(Either::B(bigint)))
    }
}

fn double(env: &Env, value: &Unknown<'_>) -> Option<f64> {
    let mut double = 0.0;
    // SAFETY: the value is one of the running call, and the out pointer is valid.
    let status = unsafe { sys::napi_get_value_double(env.raw(), value.raw(), &mut double) };
    (status == sys::Status::napi_ok).then_some(double)
}

/// # Errors
/// `InvalidArgType` for a value that is not an element of the type; those of [`Element::encode`].
pub fn encode(element_type: &ElementType, raw: &RawElement<'_>) -> Result<Element> {
    let wrong = |requirement| {
        Err(Error::InvalidArgType {
            name: "value",
            requirement,
        })
    };
    match (element_type, raw) {
        (_, RawElement::Bytes(_)) if element_type.scalar().is_some() => wrong("a number or a bigint"),
        (_, RawElement::Bytes(bytes)) if bytes.len() == element_type.itemsize() => {
            let mut element = Element::zeroed(bytes.len());
            bytes.read(0, element.bytes_mut());
            Ok(element)
        }
        (ElementType::Plain(typecode), RawElement::Number(raw)) => Element::encode(typecode, number(raw)),
        _ => wrong("a Uint8Array of the bytes of one element"),
    }
}

/// A value to search for. `excess` is 1 or -1 if it is above or below the double that stands for it, else 0.
pub fn sought(raw: &RawNumber, excess: f64) -> Value {
    Value {
        number: number(raw),
        excess: excess.clamp(-1.0, 1.0) as i8,
    }
}

pub fn number(raw: &RawNumber) -> Number {
    match raw {
        Either::A(double) => Number::Double(*double),
        Either::B(bigint) => Number::Integer(to_i128(bigint)),
    }
}

/// Saturates: such a value is out of the range of every element type.
fn to_i128(bigint: &BigInt) -> i128 {
    let magnitude = match bigint.words[..] {
        [] => 0,
        [low] => i128::from(low),
        [low, high] => i128::try_from((u128::from(high) << 64) | u128::from(low)).unwrap_or(i128::MAX),
        _ => i128::MAX,
    };
    if bigint.sign_bit { -magnitude } else { magnitude }
}

/// An element for JavaScript: 8-byte integers are bigints, other scalars are numbers; complex numbers and records are new bytes.
pub enum Decoded {
    Number(RawNumber),
    Bytes(Vec<u8>),
}

impl Decoded {
    pub fn of(element_type: &ElementType, element: &Element) -> Decoded {
        match element_type.scalar() {
            Some(scalar) => Decoded::Number(decode(scalar, element)),
            None => Decoded::Bytes(element.bytes().to_vec()),
        }
    }
}

impl TypeName for Decoded {
    fn type_name() -> &'static str {
        "number | bigint | Uint8Array"
    }

    fn value_type() -> ValueType {
        ValueType::Unknown
    }
}

impl ToNapiValue for Decoded {
    unsafe fn to_napi_value(env: sys::napi_env, value: Decoded) -> napi::Result<sys::napi_value> {
        match value {
            // SAFETY: the caller's environment.
            Decoded::Number(number) => unsafe { RawNumber::to_napi_value(env, number) },
            Decoded::Bytes(bytes) => {
                let copy = Uint8ArraySlice::copy_from(&Env::from_raw(env), bytes)?;
                // SAFETY: as above.
                unsafe { ToNapiValue::to_napi_value(env, copy) }
            }
        }
    }
}

/// 8-byte integers are bigints, everything else is a number.
pub fn decode(scalar: Scalar, element: &Element) -> RawNumber {
    match (scalar, element.decode(scalar)) {
        (Scalar::I64 | Scalar::U64, Number::Integer(value)) => Either::B(BigInt::from(value)),
        (_, Number::Integer(value)) => Either::A(value as f64),
        (_, Number::Double(value)) => Either::A(value),
    }
}

/// A count or a byte offset: an integer from 0 to 2^53.
pub fn count(name: &'static str, number: f64) -> Result<u64> {
    const LIMIT: f64 = (1u64 << 53) as f64;
    if number.fract() == 0.0 && (0.0..=LIMIT).contains(&number) {
        return Ok(number as u64);
    }
    Err(Error::OutOfRange {
        name,
        requirement: String::from("an integer >= 0 and <= 2^53"),
        received: number.to_string(),
    })
}

/// The same, for a number that may be absent.
pub fn optional_count(name: &'static str, number: Option<f64>) -> Result<Option<u64>> {
    number.map(|number| count(name, number)).transpose()
}

/// A duration from milliseconds. NaN and negative numbers are zero. Long durations are limited to what a clock can hold.
pub fn duration(milliseconds: f64) -> Duration {
    const LONGEST: f64 = 1e15;
    Duration::try_from_secs_f64(milliseconds.clamp(0.0, LONGEST) / 1000.0).unwrap_or_default()
}

/// An index or bound. It saturates.
pub fn index(number: f64) -> i64 {
    number as i64
}

pub fn bounds(start: Option<f64>, stop: Option<f64>, step: Option<f64>) -> Bounds {
    Bounds {
        start: start.map(index),
        stop: stop.map(index),
        step: step.map(index),
    }
}

/// The bounds of a slice of step 1. They are numbers, 0 and infinity if the user gave none, because options take longer to convert.
pub fn range(start: f64, stop: f64) -> Bounds {
    bounds(Some(start), Some(stop), None)
}

/// The bytes of a `Uint8Array`, on an `ArrayBuffer` or a `SharedArrayBuffer`. They are valid until JavaScript runs again.
pub fn bytes<'a>(env: &Env, value: &'a Unknown<'_>) -> napi::Result<Region<'a>> {
    let (mut kind, mut length, mut data) = (0, 0, ptr::null_mut());
    // SAFETY: the out pointers are valid; those not asked for may be null.
    let status = unsafe {
        sys::napi_get_typedarray_info(
            env.raw(),
            value.raw(),
            &mut kind,
            &mut length,
            &mut data,
            ptr::null_mut(),
            ptr::null_mut(),
        )
    };
    if status != sys::Status::napi_ok || kind != sys::TypedarrayType::uint8_array {
        return Err(napi::Error::new(
            Status::InvalidArg,
            "The argument must be a Uint8Array",
        ));
    }
    Ok(match NonNull::new(data.cast()) {
        // SAFETY: the typed array is alive for the call, and no JavaScript that could detach it runs meanwhile.
        Some(start) => unsafe { Region::new(start, length) },
        None => Region::empty(),
    })
}
