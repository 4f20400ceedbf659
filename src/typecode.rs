//! The table of typecodes. `lib/typecodes.js` has the same table for JavaScript, and a test compares the two.

use crate::error::{Error, Result};

/// The machine type of a typecode. Kernels are compiled once for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F16,
    F32,
    F64,
}

impl Scalar {
    /// The size in bytes.
    pub const fn size(self) -> usize {
        match self {
            Scalar::I8 | Scalar::U8 => 1,
            Scalar::I16 | Scalar::U16 | Scalar::F16 => 2,
            Scalar::I32 | Scalar::U32 | Scalar::F32 => 4,
            Scalar::I64 | Scalar::U64 | Scalar::F64 => 8,
        }
    }

    /// Whether equal values may have different bits (0 and -0), and the same bits different values (NaN).
    pub const fn is_float(self) -> bool {
        matches!(self, Scalar::F16 | Scalar::F32 | Scalar::F64)
    }
}

/// How a user sees an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Integer,
    Float,
    /// A character, with the largest code point.
    Character(u32),
    /// A complex number: two scalars, the real part first.
    Complex,
}

/// One row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Typecode {
    pub code: &'static str,
    pub scalar: Scalar,
    pub meaning: Meaning,
    /// The name of the type in NumPy's files.
    pub dtype: &'static str,
}

const fn row(code: &'static str, scalar: Scalar, meaning: Meaning, dtype: &'static str) -> Typecode {
    Typecode {
        code,
        scalar,
        meaning,
        dtype,
    }
}

const LATIN_1: u32 = 0xFF;
const UNICODE: u32 = 0x0010_FFFF;

static TABLE: [Typecode; 18] = [
    row("b", Scalar::I8, Meaning::Integer, "|i1"),
    row("B", Scalar::U8, Meaning::Integer, "|u1"),
    row("h", Scalar::I16, Meaning::Integer, "<i2"),
    row("H", Scalar::U16, Meaning::Integer, "<u2"),
    row("i", Scalar::I32, Meaning::Integer, "<i4"),
    row("I", Scalar::U32, Meaning::Integer, "<u4"),
    row("l", Scalar::I64, Meaning::Integer, "<i8"),
    row("L", Scalar::U64, Meaning::Integer, "<u8"),
    row("q", Scalar::I64, Meaning::Integer, "<i8"),
    row("Q", Scalar::U64, Meaning::Integer, "<u8"),
    row("e", Scalar::F16, Meaning::Float, "<f2"),
    row("f", Scalar::F32, Meaning::Float, "<f4"),
    row("d", Scalar::F64, Meaning::Float, "<f8"),
    row("c", Scalar::U8, Meaning::Character(LATIN_1), "|S1"),
    row("u", Scalar::U32, Meaning::Character(UNICODE), "<U1"),
    row("w", Scalar::U32, Meaning::Character(UNICODE), "<U1"),
    row("Zf", Scalar::F32, Meaning::Complex, "<c8"),
    row("Zd", Scalar::F64, Meaning::Complex, "<c16"),
];

/// All rows, in the order of `MmapArray.typecodes`.
pub fn all() -> impl Iterator<Item = &'static Typecode> {
    TABLE.iter()
}

impl Typecode {
    pub fn parse(text: &str) -> Result<&'static Typecode> {
        all().find(|row| row.code == text).ok_or_else(|| unknown(text))
    }

    /// The error of a call that needs a typecode and was given none.
    pub fn missing() -> Error {
        unknown("")
    }

    /// The size of an element in bytes.
    pub const fn itemsize(&self) -> usize {
        match self.meaning {
            Meaning::Complex => 2 * self.scalar.size(),
            _ => self.scalar.size(),
        }
    }
}

fn unknown(text: &str) -> Error {
    Error::InvalidTypecode {
        allowed: all().map(|row| row.code).collect::<Vec<_>>().join(", "),
        received: format!("'{text}'"),
    }
}

/// Runs an expression with `$T` bound to the machine type of a scalar.
#[macro_export]
macro_rules! for_scalar {
    ($scalar:expr, $T:ident => $body:expr) => {{
        use $crate::typecode::Scalar;
        macro_rules! with {
            ($machine_type:ty) => {{
                type $T = $machine_type;
                $body
            }};
        }
        match $scalar {
            Scalar::I8 => with!(i8),
            Scalar::U8 => with!(u8),
            Scalar::I16 => with!(i16),
            Scalar::U16 => with!(u16),
            Scalar::I32 => with!(i32),
            Scalar::U32 => with!(u32),
            Scalar::I64 => with!(i64),
            Scalar::U64 => with!(u64),
            Scalar::F16 => with!(half::f16),
            Scalar::F32 => with!(f32),
            Scalar::F64 => with!(f64),
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_of_each_code_finds_its_row() {
        for row in all() {
            assert_eq!(Typecode::parse(row.code).unwrap(), row);
            assert_eq!(row.scalar.size(), for_scalar!(row.scalar, T => size_of::<T>()));
        }
        assert_eq!(
            all().map(|row| row.code).collect::<String>(),
            "bBhHiIlLqQefdcuwZfZd"
        );
        assert_eq!(Typecode::parse("Zd").unwrap().itemsize(), 16);
    }

    #[test]
    fn parse_of_anything_else_is_an_error() {
        for text in ["", "x", "ii", "\0", "é"] {
            assert!(Typecode::parse(text).is_err(), "{text:?}");
        }
    }
}
