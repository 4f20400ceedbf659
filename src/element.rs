//! One element as bytes, and the checked conversion from and to numbers.

use half::f16;

use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::typecode::{Meaning, Scalar, Typecode};

/// A number of JavaScript: a double, or an integer. A larger bigint is limited to 128 bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    Double(f64),
    Integer(i128),
}

/// The bytes of one element of any type, in the byte order of the machine. Only large records are on the heap.
#[derive(Clone, Debug)]
pub struct Element(Bytes);

#[derive(Clone, Debug)]
enum Bytes {
    Few { bytes: [u8; FEW], size: u8 },
    Many(Vec<u8>),
}

/// As many bytes as a cache line has.
const FEW: usize = 64;

impl Element {
    /// An element whose bytes are zeros.
    pub fn zeroed(size: usize) -> Self {
        Element(if size <= FEW {
            Bytes::Few {
                bytes: [0; FEW],
                size: size as u8,
            }
        } else {
            Bytes::Many(vec![0; size])
        })
    }

    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Few { bytes, size } => &bytes[..usize::from(*size)],
            Bytes::Many(bytes) => bytes,
        }
    }

    pub fn bytes_mut(&mut self) -> &mut [u8] {
        match &mut self.0 {
            Bytes::Few { bytes, size } => &mut bytes[..usize::from(*size)],
            Bytes::Many(bytes) => bytes,
        }
    }

    pub fn from_bytes(source: &[u8]) -> Self {
        let mut element = Element::zeroed(source.len());
        element.bytes_mut().copy_from_slice(source);
        element
    }

    pub fn of<T: bytemuck::Pod>(value: T) -> Self {
        Element::from_bytes(bytemuck::bytes_of(&value))
    }

    /// The element as a value of a machine type, which must have the same size.
    pub fn get<T: bytemuck::Pod>(&self) -> T {
        bytemuck::pod_read_unaligned(self.bytes())
    }

    /// Checks a number as Python's `array` does, and encodes it. Integers never wrap; floats are rounded.
    ///
    /// # Errors
    /// `ValueOutOfRange`, or `InvalidArgType` for a fraction in an integer type.
    pub fn encode(typecode: &Typecode, number: Number) -> Result<Element> {
        match (typecode.meaning, typecode.scalar) {
            (Meaning::Float, scalar) => encode_float(scalar, number),
            (Meaning::Integer, scalar) => encode_integer(scalar, whole(number)?),
            (Meaning::Character(last), scalar) => {
                let point = whole(number)?;
                if !(0..=i128::from(last)).contains(&point) {
                    return Err(out_of_range(
                        format!("a character whose code point is <= {last:#x}"),
                        point,
                    ));
                }
                encode_integer(scalar, point)
            }
            (Meaning::Complex, _) => Err(Error::InvalidArgType {
                name: "value",
                requirement: "the bytes of a complex number",
            }),
        }
    }

    /// Checks that bytes of a character type, also in a field of a record, are characters, because other programs may write
    /// anything.
    ///
    /// # Errors
    /// `ValueOutOfRange`, which names the field of a record.
    pub fn require_readable(&self, element_type: &ElementType) -> Result<()> {
        match element_type {
            ElementType::Plain(typecode) => require_characters(typecode, self.bytes(), String::new),
            ElementType::Record(record) => record.fields().iter().try_for_each(|field| {
                let bytes = &self.bytes()[field.offset..field.offset + field.size()];
                require_characters(field.typecode, bytes, || {
                    format!(" in the field '{}'", field.name)
                })
            }),
        }
    }

    pub fn decode(&self, scalar: Scalar) -> Number {
        match scalar {
            Scalar::F16 => Number::Double(self.get::<f16>().to_f64()),
            Scalar::F32 => Number::Double(f64::from(self.get::<f32>())),
            Scalar::F64 => Number::Double(self.get::<f64>()),
            Scalar::I8 => Number::Integer(self.get::<i8>().into()),
            Scalar::U8 => Number::Integer(self.get::<u8>().into()),
            Scalar::I16 => Number::Integer(self.get::<i16>().into()),
            Scalar::U16 => Number::Integer(self.get::<u16>().into()),
            Scalar::I32 => Number::Integer(self.get::<i32>().into()),
            Scalar::U32 => Number::Integer(self.get::<u32>().into()),
            Scalar::I64 => Number::Integer(self.get::<i64>().into()),
            Scalar::U64 => Number::Integer(self.get::<u64>().into()),
        }
    }
}

/// Checks the characters that bytes hold. `place` says where they are.
fn require_characters(typecode: &Typecode, bytes: &[u8], place: impl Fn() -> String) -> Result<()> {
    let Meaning::Character(last) = typecode.meaning else {
        return Ok(());
    };
    for character in bytes.chunks_exact(typecode.itemsize()) {
        if let Number::Integer(point) = Element::from_bytes(character).decode(typecode.scalar)
            && point > i128::from(last)
        {
            return Err(out_of_range(
                format!("a valid code point to be read as a character{}", place()),
                format!("{point:#x}"),
            ));
        }
    }
    Ok(())
}

fn whole(number: Number) -> Result<i128> {
    match number {
        Number::Integer(value) => Ok(value),
        // Doubles beyond i128 saturate, and are then out of the range of every element type.
        Number::Double(value) if value.fract() == 0.0 => Ok(value as i128),
        Number::Double(_) => Err(Error::InvalidArgType {
            name: "value",
            requirement: "an integer",
        }),
    }
}

fn encode_integer(scalar: Scalar, value: i128) -> Result<Element> {
    macro_rules! checked {
        ($T:ty) => {
            <$T>::try_from(value)
                .map(Element::of)
                .map_err(|_| out_of_range(format!(">= {} and <= {}", <$T>::MIN, <$T>::MAX), value))
        };
    }
    match scalar {
        Scalar::I8 => checked!(i8),
        Scalar::U8 => checked!(u8),
        Scalar::I16 => checked!(i16),
        Scalar::U16 => checked!(u16),
        Scalar::I32 => checked!(i32),
        Scalar::U32 => checked!(u32),
        Scalar::I64 => checked!(i64),
        Scalar::U64 => checked!(u64),
        Scalar::F16 | Scalar::F32 | Scalar::F64 => encode_float(scalar, Number::Integer(value)),
    }
}

fn encode_float(scalar: Scalar, number: Number) -> Result<Element> {
    let value = match number {
        Number::Double(value) => value,
        Number::Integer(value) => value as f64,
    };
    match scalar {
        Scalar::F16 => half_from_double(value).map(Element::of),
        Scalar::F32 => Ok(Element::of(value as f32)),
        _ => Ok(Element::of(value)),
    }
}

/// Rounds a double to the nearest half, ties to even, as Python does for `e`.
///
/// # Errors
/// `ValueOutOfRange` for a finite number that rounds beyond 65504.
pub fn half_from_double(value: f64) -> Result<f16> {
    // `half` drops the low 32 bits of the fraction before it rounds. If one of them is set, the bit above them is set in their
    // place ("sticky"), so that `half` sees that the number is above the tie.
    const DROPPED: u64 = 0xFFFF_FFFF;
    let bits = value.to_bits();
    let sticky = if bits & DROPPED == 0 {
        bits
    } else {
        (bits & !DROPPED) | (DROPPED + 1)
    };
    let rounded = f16::from_f64(if value.is_nan() {
        value
    } else {
        f64::from_bits(sticky)
    });
    if value.is_finite() && rounded.is_infinite() {
        return Err(out_of_range("between -65504 and 65504 after rounding", value));
    }
    Ok(rounded)
}

fn out_of_range(requirement: impl Into<std::borrow::Cow<'static, str>>, received: impl ToString) -> Error {
    Error::ValueOutOfRange {
        requirement: requirement.into(),
        received: received.to_string(),
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Element) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Eq for Element {}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str) -> &'static Typecode {
        Typecode::parse(code).unwrap()
    }

    #[test]
    fn encode_of_integers_takes_their_range_and_no_more() {
        for (code, low, high) in [
            ("b", -128, 127),
            ("B", 0, 255),
            ("h", -32768, 32767),
            ("H", 0, 65535),
            ("i", i128::from(i32::MIN), i128::from(i32::MAX)),
            ("I", 0, i128::from(u32::MAX)),
            ("q", i128::from(i64::MIN), i128::from(i64::MAX)),
            ("Q", 0, i128::from(u64::MAX)),
        ] {
            for edge in [low, high] {
                let element = Element::encode(row(code), Number::Integer(edge)).unwrap();
                assert_eq!(element.decode(row(code).scalar), Number::Integer(edge));
            }
            for beyond in [low - 1, high + 1] {
                let error = Element::encode(row(code), Number::Integer(beyond)).unwrap_err();
                assert_eq!(error.code(), "ERR_VALUE_OUT_OF_RANGE");
            }
        }
    }

    #[test]
    fn encode_of_a_fraction_in_an_integer_type_is_an_error() {
        for value in [0.5, f64::NAN, f64::INFINITY] {
            let error = Element::encode(row("i"), Number::Double(value)).unwrap_err();
            assert_eq!(error.code(), "ERR_INVALID_ARG_TYPE", "{value}");
        }
    }

    #[test]
    fn half_from_double_rounds_as_python_does() {
        // Not `powi`, which may be off in the last bit, and is under Miri.
        let part = |of: u32| 1.0 / (1u64 << of) as f64;
        for (value, expected) in [
            (65519.0, 65504.0),
            (1e-9, 0.0),
            (0.1, 0.0999755859375),
            (1.0 + part(11), 1.0),
            (1.0 + part(11) + part(40), 1.0 + part(10)),
            (part(25), 0.0),
            (part(25) + part(60), part(24)),
            (f64::INFINITY, f64::INFINITY),
        ] {
            assert_eq!(half_from_double(value).unwrap().to_f64(), expected, "{value}");
            assert_eq!(half_from_double(-value).unwrap().to_f64(), -expected, "-{value}");
        }
        assert!(half_from_double(f64::NAN).unwrap().is_nan());
        for value in [65520.0, 1e300, -65520.0] {
            assert!(half_from_double(value).is_err(), "{value}");
        }
    }

    #[test]
    fn encode_of_a_character_beyond_its_last_code_point_is_an_error() {
        assert!(Element::encode(row("c"), Number::Integer(0xFF)).is_ok());
        assert!(Element::encode(row("c"), Number::Integer(0x100)).is_err());
        assert!(Element::encode(row("w"), Number::Integer(0x10FFFF)).is_ok());
        assert!(Element::encode(row("w"), Number::Integer(0x110000)).is_err());
        let require = |point: u32, code| Element::of(point).require_readable(&row(code).into());
        assert!(require(0x10FFFF, "w").is_ok());
        assert!(require(0x110000, "w").is_err());
        assert!(require(0x110000, "I").is_ok());
    }
}
