//! NumPy's names of element types, and their typecodes.

use super::record::quoted;
use super::unsupported;
use crate::error::Result;
use crate::typecode::{Typecode, all};

/// The typecodes that are chosen if several have the same dtype.
const PREFERRED: &str = "bBhHiIqQefdcwZfZd";

/// The letters that NumPy also reads in a `descr`, with or without a byte order.
const LETTERS: [(&str, &str); 23] = [
    ("?", "u1"),
    ("b1", "u1"),
    ("b", "i1"),
    ("B", "u1"),
    ("h", "i2"),
    ("H", "u2"),
    ("i", "i4"),
    ("I", "u4"),
    ("l", "i8"),
    ("L", "u8"),
    ("q", "i8"),
    ("Q", "u8"),
    ("p", "i8"),
    ("P", "u8"),
    ("n", "i8"),
    ("N", "u8"),
    ("e", "f2"),
    ("f", "f4"),
    ("d", "f8"),
    ("c", "S1"),
    ("a1", "S1"),
    ("F", "c8"),
    ("D", "c16"),
];

/// The words that NumPy also reads in a `descr`, without a byte order. `long` has 8 bytes on all systems of this package.
const WORDS: [(&str, &str); 37] = [
    ("bool", "u1"),
    ("bool_", "u1"),
    ("int8", "i1"),
    ("byte", "i1"),
    ("uint8", "u1"),
    ("ubyte", "u1"),
    ("int16", "i2"),
    ("short", "i2"),
    ("uint16", "u2"),
    ("ushort", "u2"),
    ("int32", "i4"),
    ("intc", "i4"),
    ("uint32", "u4"),
    ("uintc", "u4"),
    ("int64", "i8"),
    ("int", "i8"),
    ("int_", "i8"),
    ("intp", "i8"),
    ("long", "i8"),
    ("longlong", "i8"),
    ("uint64", "u8"),
    ("uint", "u8"),
    ("uintp", "u8"),
    ("ulong", "u8"),
    ("ulonglong", "u8"),
    ("float16", "f2"),
    ("half", "f2"),
    ("float32", "f4"),
    ("single", "f4"),
    ("float64", "f8"),
    ("float", "f8"),
    ("double", "f8"),
    ("complex64", "c8"),
    ("csingle", "c8"),
    ("complex128", "c16"),
    ("complex", "c16"),
    ("cdouble", "c16"),
];

/// The subject of an error about a file: its elements, or the values of one of their fields.
pub fn subject(field: Option<&str>) -> String {
    field.map_or_else(
        || String::from("its elements"),
        |name| format!("the values of its field {}", quoted(name)),
    )
}

/// The typecode of the elements of a file or of the values of one of their fields, by the name of the type. NumPy's booleans are read as
/// bytes.
///
/// # Errors
/// `UnsupportedNpy` for types without a typecode, such as big-endian and object types.
pub fn typecode_of(name: &str, field: Option<&str>) -> Result<&'static Typecode> {
    let (order, kind) = match name.as_bytes() {
        [order @ (b'<' | b'>' | b'=' | b'|'), ..] => (*order, &name[1..]),
        _ => (b'=', name),
    };
    let shown = name.escape_debug();
    if kind.starts_with('O') {
        return Err(unsupported(format!(
            "{} are Python objects, dtype '{shown}'",
            subject(field)
        )));
    }
    let named = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(alias, _)| *alias == kind);
        found.map(|(_, meaning)| *meaning)
    };
    let word = if kind == name { named(&WORDS) } else { None };
    let kind = word.or_else(|| named(&LETTERS)).unwrap_or(kind);
    let found = all().find(|row| PREFERRED.contains(row.code) && &row.dtype[1..] == kind);
    let Some(typecode) = found else {
        return Err(unsupported(format!(
            "{} have the dtype '{shown}', which has no typecode",
            subject(field)
        )));
    };
    if order == b'>' && typecode.itemsize() > 1 {
        let converter = match field {
            None => "`mmap-array convert` writes",
            Some(_) => "in NumPy, `a.astype(a.dtype.newbyteorder('<'))` makes",
        };
        return Err(unsupported(format!(
            "{} are big-endian, dtype '{shown}'; {converter} a little-endian copy",
            subject(field)
        )));
    }
    Ok(typecode)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> std::result::Result<&'static str, String> {
        match typecode_of(name, None) {
            Ok(typecode) => Ok(typecode.code),
            Err(error) => Err(error.code().into_owned()),
        }
    }

    #[test]
    fn typecode_of_each_name_is_the_preferred_one() {
        for row in all() {
            let letter = match row.code {
                "l" => "q",
                "L" => "Q",
                "u" => "w",
                letter => letter,
            };
            assert_eq!(code(row.dtype), Ok(letter));
        }
        for (name, letter) in [
            ("|b1", "B"),
            ("?", "B"),
            ("i4", "i"),
            ("=i4", "i"),
            ("|i4", "i"),
            (">i1", "b"),
            (">S1", "c"),
            ("float64", "d"),
            ("d", "d"),
            ("<d", "d"),
            ("=d", "d"),
            ("|d", "d"),
            ("float", "d"),
            ("double", "d"),
            ("f", "f"),
            ("single", "f"),
            ("half", "e"),
            ("b", "b"),
            ("bool", "B"),
            (">?", "B"),
            ("int", "q"),
            ("uint", "Q"),
            ("l", "q"),
            ("intc", "i"),
            ("P", "Q"),
            ("c", "c"),
            (">c", "c"),
            ("|a1", "c"),
        ] {
            assert_eq!(code(name), Ok(letter), "{name}");
        }
    }

    #[test]
    fn typecode_of_other_names_is_unsupported() {
        for name in [
            ">i4", ">U1", ">f8", "|O", "O8", "<M8[ns]", "<m8", "|S5", "<U2", "|V4", "<f16", "", "<", "<i3",
            "i4,i4", "<ü", ">d", "<float64", "=bool", "Float64", "float_", "d8", "g", "F8", "S", "str",
            " <f8", "<<f8",
        ] {
            assert_eq!(code(name).unwrap_err(), "ERR_UNSUPPORTED_NPY", "{name}");
        }
    }
}
