//! NumPy's description of the elements in a header, its `descr`: the name of a type in quotes, or for records a list of fields.
//!
//! A field is a tuple of a name, a type, and the shape of a field of several values. Padding is a field without a name:
//!
//! ```text
//! [('flag', '|i1'), ('', '|V7'), ('time', '<i8'), ('gain', '<f4', (2,))]
//! ```
//!
//! A field may also have a title, which NumPy writes beside the name: `(('the title', 'name'), '<i8')`.

use std::fmt::Write;

use super::dtype::{subject, typecode_of};
use super::literal::Literal;
use super::{invalid, unsupported};
use crate::element_type::{ElementType, Field, RecordType};
use crate::error::{Error, Result};
use crate::typecode::Typecode;

/// The element type that a `descr` stands for.
///
/// # Errors
/// `InvalidNpy`; `UnsupportedNpy` for elements that no typecode and no record type stands for.
pub fn element_type_of(descr: Literal) -> Result<ElementType> {
    match descr {
        Literal::Text(name) => Ok(ElementType::Plain(typecode_of(&name, None)?)),
        Literal::List(fields) => record_of(fields),
        Literal::Tuple(_) => Err(unsupported("its elements are arrays")),
        Literal::OtherText => Err(unsupported("its dtype has a name that is not Unicode text")),
        _ => Err(invalid("its descr is not a type")),
    }
}

fn record_of(items: Vec<Literal>) -> Result<ElementType> {
    let mut fields = Vec::new();
    let mut end = 0u64;
    for item in items {
        let (name, descr, shape) = parts_of(item)?;
        let count = shape.map_or(Ok(None), |shape| count_of(shape, &name))?;
        let size = if name.is_empty() {
            padding_size(&descr).ok_or_else(|| unsupported("its records have a field without a name"))?
        } else {
            let typecode = field_typecode(descr, &name)?;
            fields.push(Field {
                name,
                typecode,
                count: count.map(|count| count as usize),
                offset: end as usize,
            });
            typecode.itemsize() as u64
        };
        end = end.saturating_add(size.saturating_mul(count.unwrap_or(1)));
    }
    ElementType::record(fields, end).map_err(|error| match error {
        Error::InvalidRecordType { reason } => unsupported(format!("its elements are records, but {reason}")),
        other => other,
    })
}

/// The name of a field, its type, and its shape if it has one. A title is left out.
fn parts_of(item: Literal) -> Result<(String, Literal, Option<Literal>)> {
    let malformed = || invalid("its descr has a field that is not a name, a type and at most a shape");
    let (Literal::Tuple(parts) | Literal::List(parts)) = item else {
        return Err(malformed());
    };
    let mut parts = parts.into_iter();
    let (Some(name), Some(descr), shape, None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed());
    };
    let name = match name {
        Literal::Tuple(mut titled) if titled.len() == 2 => titled.remove(1),
        name => name,
    };
    match name {
        Literal::Text(name) => Ok((name, descr, shape)),
        Literal::OtherText => Err(unsupported(
            "its records have a field whose name is not Unicode text",
        )),
        _ => Err(malformed()),
    }
}

/// The number of values in a field with a shape. The values of a field with several dimensions follow each other, in C order.
fn count_of(shape: Literal, name: &str) -> Result<Option<u64>> {
    let lengths = match shape {
        Literal::Tuple(lengths) | Literal::List(lengths) => lengths,
        length => vec![length],
    };
    if lengths.is_empty() {
        return Ok(None);
    }
    lengths
        .into_iter()
        .try_fold(1, |count: u64, length| match length {
            // The record has a limit that is lower than that of the count.
            Literal::Integer(Some(length), _) => Ok(count.saturating_mul(length)),
            _ => Err(invalid(format!(
                "{} have a shape with a length that is not an integer from 0 to 2^64 - 1",
                subject(Some(name))
            ))),
        })
        .map(Some)
}

/// The size of bytes without a meaning, NumPy's type `V`.
fn padding_size(descr: &Literal) -> Option<u64> {
    let Literal::Text(dtype) = descr else {
        return None;
    };
    let kind = dtype.strip_prefix(['|', '<', '=', '>']).unwrap_or(dtype);
    let digits = kind.strip_prefix('V')?;
    let is_size = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // A number that does not fit is more than the largest record.
    is_size.then(|| digits.parse().unwrap_or(u64::MAX))
}

fn field_typecode(descr: Literal, name: &str) -> Result<&'static Typecode> {
    match descr {
        Literal::Text(dtype) => typecode_of(&dtype, Some(name)),
        Literal::List(_) => Err(unsupported(format!("{} are records", subject(Some(name))))),
        Literal::Tuple(_) => Err(unsupported(format!("{} are arrays", subject(Some(name))))),
        _ => Err(invalid(format!("{} have no type", subject(Some(name))))),
    }
}

/// The `descr` of an element type, with the same characters that `np.save` writes. Fields are in the order of their offsets, because
/// NumPy's format has no other.
pub fn descr_of(element_type: &ElementType) -> String {
    let record = match element_type {
        ElementType::Plain(typecode) => return quoted(typecode.dtype),
        ElementType::Record(record) => record,
    };
    let mut items = Vec::new();
    let mut end = 0;
    let padding = |from, to| (from < to).then(|| format!("('', '|V{}')", to - from));
    for field in in_order(record) {
        items.extend(padding(end, field.offset));
        end = field.offset + field.size();
        let mut item = format!("({}, '{}'", quoted(&field.name), field.typecode.dtype);
        if let Some(count) = field.count {
            let _ = write!(item, ", ({count},)");
        }
        items.push(item + ")");
    }
    items.extend(padding(end, element_type.itemsize()));
    format!("[{}]", items.join(", "))
}

/// Whether elements of two types are the same bytes with the same meaning and the same names.
pub fn are_same(one: &ElementType, other: &ElementType) -> bool {
    match (one, other) {
        (ElementType::Plain(one), ElementType::Plain(other)) => one.dtype == other.dtype,
        (ElementType::Record(one_record), ElementType::Record(other_record)) => {
            one.itemsize() == other.itemsize() && layout(one_record) == layout(other_record)
        }
        _ => false,
    }
}

fn layout(record: &RecordType) -> Vec<(&str, &str, Option<usize>, usize)> {
    in_order(record)
        .into_iter()
        .map(|field| {
            (
                field.name.as_str(),
                field.typecode.dtype,
                field.count,
                field.offset,
            )
        })
        .collect()
}

fn in_order(record: &RecordType) -> Vec<&Field> {
    let mut fields: Vec<_> = record.fields().iter().collect();
    fields.sort_by_key(|field| field.offset);
    fields
}

/// A text as Python prints it: `repr` of a string.
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut quoted = String::from(quote);
    for char in text.chars() {
        let code = u32::from(char);
        let _ = match char {
            '\n' => quoted.write_str("\\n"),
            '\r' => quoted.write_str("\\r"),
            '\t' => quoted.write_str("\\t"),
            char if char == quote || char == '\\' => write!(quoted, "\\{char}"),
            char if is_printable(char) => quoted.write_char(char),
            _ if code <= 0xFF => write!(quoted, "\\x{code:02x}"),
            _ if code <= 0xFFFF => write!(quoted, "\\u{code:04x}"),
            _ => write!(quoted, "\\U{code:08x}"),
        };
    }
    quoted.push(quote);
    quoted
}

/// Whether Python prints a character as it is.
fn is_printable(char: char) -> bool {
    // Rust has the same rule, but behind the first character only. It also escapes quotes, which Python prints.
    matches!(char, '\'' | '"') || format!("a{char}").escape_debug().nth(1) == Some(char)
}

#[cfg(test)]
mod tests {
    use super::super::literal::{Encoding, parse_dictionary};
    use super::*;
    use crate::element_type;

    /// The type of the Python text of a `descr`.
    fn read(descr: &str) -> Result<ElementType> {
        let text = format!("{{'descr': {descr}}}");
        let mut entries = parse_dictionary(text.as_bytes(), Encoding::Utf8).unwrap().entries;
        element_type_of(entries.remove(0).value)
    }

    /// The fields as (name, typecode, count, offset), and the size of the record.
    type Facts = (Vec<(String, &'static str, Option<usize>, usize)>, usize);

    fn facts(descr: &str) -> Facts {
        let ElementType::Record(record) = read(descr).unwrap() else {
            panic!("{descr} is no record");
        };
        let fields = record.fields().iter().map(|field| {
            let Field {
                name,
                typecode,
                count,
                offset,
            } = field.clone();
            (name, typecode.code, count, offset)
        });
        (fields.collect(), read(descr).unwrap().itemsize())
    }

    fn field(
        name: &str,
        code: &'static str,
        count: Option<usize>,
        offset: usize,
    ) -> (String, &'static str, Option<usize>, usize) {
        (name.to_owned(), code, count, offset)
    }

    #[test]
    fn element_type_of_records_has_the_fields_that_numpy_reads() {
        let numbers = vec![field("a", "b", None, 0), field("b", "d", None, 8)];
        for (descr, fields, itemsize) in [
            ("[('a', '|i1'), ('', '|V7'), ('b', '<f8')]", numbers.clone(), 16),
            (
                "[['a', 'byte'], ['', 'V2', 0], ('', '|V1', (1, 7)), ('b', 'd', ())]",
                numbers.clone(),
                16,
            ),
            (
                "[('', '|V0'), ((5, 'a'), 'i1'), ('', '>V7'), (('t', 'b'), '<f8'), ('', '|V4')]",
                numbers,
                20,
            ),
            (
                "[('a', '|b1', 3), ('b', '<c8', (2, 3)), ('c', '|S1', 1), ('d', '<U1', [2])]",
                vec![
                    field("a", "B", Some(3), 0),
                    field("b", "Zf", Some(6), 3),
                    field("c", "c", Some(1), 51),
                    field("d", "w", Some(2), 52),
                ],
                60,
            ),
            (
                r#"[('#', '<i8'), ('\'', '<u8'), ("日", 'e')]"#,
                vec![
                    field("#", "q", None, 0),
                    field("'", "Q", None, 8),
                    field("日", "e", None, 16),
                ],
                18,
            ),
        ] {
            assert_eq!(facts(descr), (fields, itemsize), "{descr}");
        }
    }

    #[test]
    fn element_type_of_other_fields_is_unsupported_and_named() {
        for (dtype, said) in [
            ("'>i4'", "the values of its field 'it\\'s \"b\"' are big-endian"),
            ("'|O'", "'it\\'s \"b\"' are Python objects"),
            ("'|S5'", "dtype '|S5', which has no typecode"),
            ("'<U2'", "dtype '<U2', which has no typecode"),
            ("'<M8[ns]'", "which has no typecode"),
            ("'|V4'", "which has no typecode"),
            ("'i4,i4'", "which has no typecode"),
            ("[('x', '<i4')]", "'it\\'s \"b\"' are records"),
            ("('<i4', (3,))", "'it\\'s \"b\"' are arrays"),
            ("'<i4', (0,)", "has no values"),
            ("'<i4', (0, 5)", "has no values"),
            ("'<i4', 4294967296", "a record has at most 1048576 bytes"),
            ("'<i4', (4294967296, 4294967296)", "bytes"),
        ] {
            let descr = format!("[('a', '<i4'), ('it\\'s \"b\"', {dtype})]");
            let error = read(&descr).unwrap_err();
            assert_eq!(error.code(), "ERR_UNSUPPORTED_NPY", "{descr}");
            assert!(error.to_string().contains(said), "{error} does not say {said}");
        }
        for descr in [
            "[]",
            "[('', '|V4')]",
            "('<f4', (3,))",
            "[('a', '<i4'), ('a', '<i4')]",
            "[('', '|V99999999999999999999'), ('a', '<i4')]",
            r"[('\ud800', '<i4')]",
            r"'\ud800'",
            "[('', '||V4'), ('a', '<i4')]",
            "[('', '<i4')]",
            "[('', '<i4', (3,)), ('a', '<i4')]",
        ] {
            assert_eq!(read(descr).unwrap_err().code(), "ERR_UNSUPPORTED_NPY", "{descr}");
        }
    }

    #[test]
    fn element_type_of_no_type_is_invalid() {
        for descr in [
            "None",
            "5",
            "[5]",
            "['<i4']",
            "[('a',)]",
            "[('a', '<i4', 3, 4)]",
            "[(5, '<i4')]",
            "[(('t', 'u', 'a'), '<i4')]",
            "[('a', 5)]",
            "[('a', '<i4', 'x')]",
            "[('a', '<i4', (True,))]",
            "[('a', '<i4', -1)]",
            "[('a', '<i4', None)]",
        ] {
            assert_eq!(read(descr).unwrap_err().code(), "ERR_INVALID_NPY", "{descr}");
        }
    }

    #[test]
    fn descr_of_what_numpy_wrote_is_the_same() {
        for descr in [
            "'<i4'",
            "'<c16'",
            "[('a', '<i4'), ('b', '<f8')]",
            "[('a', '|i1'), ('', '|V7'), ('b', '<f8'), ('c', '|i1'), ('', '|V7')]",
            "[('a', '<f4', (3,)), ('b', '|S1', (1,)), ('c', '<c8')]",
            r#"[("it's", '<i4'), ('q"\'x\\', '<i4'), ('é日😀', '<i4')]"#,
            r"[('\x01\n\t\r\x7f\xa0\xad\u200b\U000e0001', '<i4')]",
        ] {
            assert_eq!(descr_of(&read(descr).unwrap()), descr);
        }
    }

    #[test]
    fn types_are_same_by_bytes_and_names() {
        let same = |one, other| are_same(&read(one).unwrap(), &read(other).unwrap());
        assert!(same("[('a', '<i4')]", "[(('t', 'a'), 'i')]"));
        assert!(same("[('a', '|b1', (2, 2))]", "[('a', '|u1', 4)]"));
        for other in [
            "'<i4'",
            "[('b', '<i4')]",
            "[('a', '<u4')]",
            "[('a', '<i4', 1)]",
            "[('a', '<i4'), ('', '|V1')]",
        ] {
            assert!(!same("[('a', '<i4')]", other), "{other}");
        }
        let swapped = |fields: [(&str, usize); 2]| {
            let fields = fields.map(|(name, offset)| element_type::field(name, "l", None, offset));
            ElementType::record(fields.to_vec(), 16).unwrap()
        };
        let file = read("[('a', '<i8'), ('b', '<i8')]").unwrap();
        assert!(are_same(&file, &swapped([("b", 8), ("a", 0)])));
        assert!(!are_same(&file, &swapped([("b", 0), ("a", 8)])));
        assert_eq!(descr_of(&swapped([("b", 8), ("a", 0)])), descr_of(&file));
    }
}
