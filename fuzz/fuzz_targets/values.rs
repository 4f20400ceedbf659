//! Elements from numbers and from bytes: what goes in comes out, and what does not fit is refused.
#![no_main]

use arbitrary::Arbitrary;
use half::f16;
use libfuzzer_sys::fuzz_target;
use mmap_array::element::{Element, Number, half_from_double};
use mmap_array::typecode::{Meaning, Scalar, Typecode};
use mmap_array_fuzz::input::Code;

#[derive(Arbitrary, Debug)]
struct Input {
    code: Code,
    double: f64,
    integer: i128,
    /// Added to a power of two, to land at the edges of types.
    near: (u8, i8),
    bytes: [u8; 8],
}

fuzz_target!(|input: Input| {
    let typecode = input.code.0;
    // Complex numbers cross the border as bytes.
    if typecode.meaning == Meaning::Complex {
        return;
    }
    let edge = (1i128 << (input.near.0 % 66)) + i128::from(input.near.1);
    for integer in [input.integer, edge, -edge] {
        integers(typecode, integer);
        doubles(typecode, integer as f64);
    }
    doubles(typecode, input.double);
    halves(input.double);
    halves(f64::from(input.double as f32));

    let element = Element::from_bytes(&input.bytes[..typecode.itemsize()]);
    let number = element.decode(typecode.scalar);
    if element.require_readable(&typecode.into()).is_ok() {
        let again = Element::encode(typecode, number).unwrap();
        let is_nan = matches!(number, Number::Double(double) if double.is_nan());
        assert!(again == element || is_nan, "{typecode:?} {number:?}");
    } else {
        assert!(Element::encode(typecode, number).is_err());
    }
});

/// The least and the greatest integer of a type, `None` for a float.
fn range(typecode: &Typecode) -> Option<(i128, i128)> {
    let bits = typecode.itemsize() * 8;
    match (typecode.meaning, typecode.scalar) {
        (Meaning::Float, _) => None,
        (Meaning::Character(last), _) => Some((0, last.into())),
        (_, Scalar::I8 | Scalar::I16 | Scalar::I32 | Scalar::I64) => {
            Some((-(1 << (bits - 1)), (1 << (bits - 1)) - 1))
        }
        _ => Some((0, (1 << bits) - 1)),
    }
}

fn integers(typecode: &Typecode, integer: i128) {
    let encoded = Element::encode(typecode, Number::Integer(integer));
    match range(typecode) {
        Some((least, most)) if (least..=most).contains(&integer) => {
            assert_eq!(encoded.unwrap().decode(typecode.scalar), Number::Integer(integer));
        }
        Some(_) => assert_eq!(encoded.unwrap_err().code(), "ERR_VALUE_OUT_OF_RANGE"),
        None => assert_eq!(encoded, Element::encode(typecode, Number::Double(integer as f64))),
    }
}

fn doubles(typecode: &Typecode, double: f64) {
    let encoded = Element::encode(typecode, Number::Double(double));
    if range(typecode).is_some() {
        if double.fract() == 0.0 {
            // Saturates beyond the range of every type.
            assert_eq!(
                encoded,
                Element::encode(typecode, Number::Integer(double as i128))
            );
        } else {
            assert_eq!(encoded.unwrap_err().code(), "ERR_INVALID_ARG_TYPE");
        }
        return;
    }
    let expected = match typecode.scalar {
        Scalar::F32 => f64::from(double as f32),
        Scalar::F64 => double,
        _ => return assert_eq!(encoded.is_ok(), half_from_double(double).is_ok()),
    };
    match encoded.unwrap().decode(typecode.scalar) {
        Number::Double(decoded) => assert!(decoded == expected || decoded.is_nan() && expected.is_nan()),
        Number::Integer(_) => panic!("a float decodes to a double"),
    }
}

/// The nearest half lies between the midpoints to its neighbours; at a midpoint its last bit is even.
fn halves(double: f64) {
    /// Between 65504 and what the next half would be.
    const OVERFLOW: f64 = 65520.0;
    let Ok(half) = half_from_double(double) else {
        assert!(double.is_finite() && double.abs() >= OVERFLOW);
        return;
    };
    if double.is_nan() {
        return assert!(half.is_nan());
    }
    assert_eq!(half.is_sign_negative(), double.is_sign_negative());
    let (size, bits) = (double.abs(), half.to_bits() & 0x7FFF);
    if size.is_infinite() {
        return assert_eq!(bits, f16::INFINITY.to_bits());
    }
    assert!(size < OVERFLOW);
    let value = |bits: u16| f16::from_bits(bits).to_f64();
    let above = if bits == f16::MAX.to_bits() {
        OVERFLOW
    } else {
        (value(bits) + value(bits + 1)) / 2.0
    };
    let below = if bits == 0 {
        0.0
    } else {
        (value(bits - 1) + value(bits)) / 2.0
    };
    let is_even = bits % 2 == 0;
    assert!(
        if is_even { size <= above } else { size < above },
        "{double} is no {half}"
    );
    assert!(
        if is_even { size >= below } else { size > below },
        "{double} is no {half}"
    );
}
