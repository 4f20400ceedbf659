//! NumPy's names of element types, and the typecodes that stand for them.

use super::literal::Literal;
use super::{invalid, unsupported};
use crate::error::Result;
use crate::typecode::{Typecode, all};

/// The letters an array is opened with where several stand for one type.
const PREFERRED: &str = "bBhHiIqQefdcw";

/// The type a `descr` names, as it names it, and the typecode for it. NumPy's booleans are bytes, and read as such.
///
/// # Errors
/// `UnsupportedNpy` for what no typecode stands for: big-endian, structured and object types among them.
pub fn typecode_of(descr: Literal) -> Result<(String, &'static Typecode)> {
    let name = match descr {
        Literal::Text(name) => name,
        Literal::List(_) | Literal::Tuple(_) => {
            return Err(unsupported("its elements are structured, of several fields each"));
        }
        _ => return Err(invalid("its descr is no name of a type")),
    };
    let (order, kind) = match name.as_bytes() {
        [order @ (b'<' | b'>' | b'=' | b'|'), ..] => (*order, &name[1..]),
        _ => (b'=', name.as_str()),
    };
    let shown = name.escape_debug();
    if kind.starts_with('O') {
        return Err(unsupported(format!(
            "its elements are Python objects, dtype '{shown}'"
        )));
    }
    let kind = if kind == "b1" || kind == "?" { "u1" } else { kind };
    let found = all().find(|row| PREFERRED.contains(row.code) && &row.dtype[1..] == kind);
    let Some(typecode) = found else {
        return Err(unsupported(format!(
            "no typecode stands for its dtype, '{shown}'"
        )));
    };
    if order == b'>' && typecode.itemsize() > 1 {
        return Err(unsupported(format!(
            "its elements are big-endian, dtype '{shown}'"
        )));
    }
    Ok((name, typecode))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(name: &str) -> std::result::Result<char, String> {
        match typecode_of(Literal::Text(name.to_owned())) {
            Ok((_, typecode)) => Ok(typecode.code),
            Err(error) => Err(error.code().into_owned()),
        }
    }

    #[test]
    fn each_type_has_one_letter() {
        for row in all() {
            let letter = match row.code {
                'l' => 'q',
                'L' => 'Q',
                'u' => 'w',
                letter => letter,
            };
            assert_eq!(code(row.dtype), Ok(letter));
        }
        for (name, letter) in [
            ("|b1", 'B'),
            ("?", 'B'),
            ("i4", 'i'),
            ("=i4", 'i'),
            ("|i4", 'i'),
            (">i1", 'b'),
            (">S1", 'c'),
        ] {
            assert_eq!(code(name), Ok(letter), "{name}");
        }
    }

    #[test]
    fn all_others_are_unsupported() {
        for name in [
            ">i4", ">U1", ">f8", "|O", "O8", "<c8", "<c16", "<M8[ns]", "<m8", "|S5", "<U2", "|V4", "<f16",
            "", "<", "<i3", "i4,i4", "<ü",
        ] {
            assert_eq!(code(name).unwrap_err(), "ERR_UNSUPPORTED_NPY", "{name}");
        }
        let fields = Literal::List(vec![]);
        assert_eq!(typecode_of(fields).unwrap_err().code(), "ERR_UNSUPPORTED_NPY");
        assert_eq!(typecode_of(Literal::None).unwrap_err().code(), "ERR_INVALID_NPY");
    }
}
