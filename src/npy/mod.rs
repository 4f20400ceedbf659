//! The header of NumPy's `.npy` format: parses and makes its bytes. This module touches no file.
//!
//! A header has six magic bytes, two bytes of version, the length of a text, and the text: a Python dictionary of the element type
//! (`descr`), the order (`fortran_order`) and the lengths (`shape`), then spaces. The data follow. The text is Latin-1, in version 3
//! UTF-8.

mod dtype;
mod literal;
mod record;
mod recount;

use std::ops::Range;

pub use recount::Patch;

use crate::element_type::ElementType;
use crate::error::{Error, Result};
use literal::{Dictionary, Encoding, Literal};
use record::{are_same, descr_of, element_type_of};

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The length of a header can be read from this many bytes, in every version.
pub const PRELUDE: usize = 12;

/// The characters of the longest text that NumPy reads by default.
const MAX_TEXT: u64 = 10_000;

/// NumPy writes headers that end at a multiple of this.
const ALIGNMENT: usize = 64;

/// The most bytes that an array can have which grows: JavaScript cannot count more.
const MOST_BYTES: u64 = 1 << 53;

/// NumPy leaves room for this many digits in the length.
const MAX_DIGITS: usize = 21;

/// A parsed header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type of an array that is opened without one.
    pub element_type: ElementType,
    /// NumPy's description of the element type, as it stands in the file: a name in quotes, or a list of fields.
    pub descr: String,
    pub fortran_order: bool,
    pub shape: Vec<u64>,
    /// The number of elements, over all dimensions.
    pub count: u64,
    /// The byte of the file at which element 0 begins.
    pub data_start: u64,
    /// The bytes of the file with the description.
    descr_at: Range<usize>,
    /// The bytes of the file with the digits of the length of axis 0. `None` if it cannot change. See [`Header::row_lengths`].
    rows_at: Option<Range<usize>>,
    /// Whether the text has more than a dictionary of three entries: a writer was killed while it changed the count.
    is_leftover: bool,
}

/// The length of a header in bytes, given its first [`PRELUDE`] bytes, or fewer if the file is shorter.
///
/// # Errors
/// `InvalidNpy`
pub fn header_length(start: &[u8]) -> Result<u64> {
    if start.is_empty() {
        return Err(invalid("it is empty. Flags 'w+' make a new one"));
    }
    if start.len() < MAGIC.len() || &start[..MAGIC.len()] != MAGIC {
        return Err(invalid(
            "it does not begin with NumPy's magic bytes; if it has no header, open it with format: 'raw'",
        ));
    }
    let text_start = match start.get(6..8) {
        Some([1, 0]) => 10,
        Some([2 | 3, 0]) => 12,
        Some([major, minor]) => {
            return Err(invalid(format!(
                "its format version, {major}.{minor}, is unknown"
            )));
        }
        _ => return Err(ends_in_header()),
    };
    let length = match start.get(8..text_start) {
        Some([low, high]) => u64::from(u16::from_le_bytes([*low, *high])),
        Some([a, b, c, d]) => u64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        _ => return Err(ends_in_header()),
    };
    // A character takes up to four bytes of UTF-8.
    let limit = if start[6] == 3 { 4 * MAX_TEXT } else { MAX_TEXT };
    if length > limit {
        return Err(invalid(format!(
            "its header is {length} bytes long, and NumPy reads at most {limit}"
        )));
    }
    Ok(text_start as u64 + length)
}

impl Header {
    /// Parses a whole header.
    ///
    /// # Errors
    /// `InvalidNpy`; `UnsupportedNpy` for elements that no typecode and no record type stands for.
    pub fn parse(bytes: &[u8]) -> Result<Header> {
        let data_start = header_length(bytes)?;
        if data_start != bytes.len() as u64 {
            return Err(ends_in_header());
        }
        let text_start = text_start(bytes);
        let text = &bytes[text_start..];
        let encoding = encoding(bytes)?;
        let dictionary = literal::parse_dictionary(text, encoding).map_err(invalid)?;
        let is_leftover = dictionary.has_comment || dictionary.entries.len() > 3;
        let [(descr, descr_at), (fortran_order, _), (shape, _)] = entries(dictionary)?;
        let Literal::Bool(fortran_order) = fortran_order else {
            return Err(invalid("its fortran_order must be True or False"));
        };
        let (shape, first_at) = lengths(shape)?;
        let element_type = element_type_of(descr)?;
        let itemsize = element_type.itemsize() as u64;
        let count = element_count(&shape)
            .filter(|count| {
                count
                    .checked_mul(itemsize)
                    .is_some_and(|bytes| bytes <= i64::MAX as u64)
            })
            .ok_or_else(|| {
                invalid(format!(
                    "its shape, {shape:?}, has more bytes than a file can have"
                ))
            })?;
        let alignment = element_type.alignment() as u64;
        if !data_start.is_multiple_of(alignment) {
            return Err(unsupported(format!(
                "its data begin at byte {data_start}, and elements of its type must begin at a multiple of {alignment}; \
                 `mmap-array convert` writes an aligned copy"
            )));
        }
        let in_file = |at: Range<usize>| at.start + text_start..at.end + text_start;
        let grows = grows(&shape, fortran_order, itemsize);
        Ok(Header {
            element_type,
            descr: encoding.decode(&text[descr_at.clone()]),
            fortran_order,
            shape,
            count,
            data_start,
            descr_at: in_file(descr_at),
            rows_at: first_at.filter(|_| grows).map(in_file),
            is_leftover,
        })
    }

    /// The lengths of the axes behind axis 0, if the array can grow and shrink along axis 0. It can in C order, where a row is one piece of
    /// memory, unless its rows have no elements.
    pub fn row_lengths(&self) -> Option<&[u64]> {
        self.rows_at.as_ref().and_then(|_| self.shape.get(1..))
    }

    /// Whether axis 0 changes fastest in memory. With one axis, both orders are the same.
    pub fn is_fortran(&self) -> bool {
        self.fortran_order && self.shape.len() > 1
    }

    /// The elements of a row; 1 if the array has none.
    pub fn row(&self) -> u64 {
        self.row_lengths().map_or(1, |lengths| lengths.iter().product())
    }

    /// Checks that the file has elements of a type.
    ///
    /// # Errors
    /// `OtherDtype`
    pub fn require(&self, element_type: &ElementType) -> Result<()> {
        if are_same(element_type, &self.element_type) {
            return Ok(());
        }
        Err(Error::OtherDtype {
            dtype: self.descr.clone(),
            path: None,
            wanted: match element_type {
                ElementType::Plain(typecode) => format!("typecode '{}'", typecode.code),
                ElementType::Record(_) => format!("dtype {}", descr_of(element_type)),
            },
        })
    }

    /// Whether another header says the same about the elements, except for their count.
    pub fn is_like(&self, other: &Header) -> bool {
        (self.data_start, self.row_lengths(), self.is_fortran())
            == (other.data_start, other.row_lengths(), other.is_fortran())
            && are_same(&self.element_type, &other.element_type)
    }
}

/// The header of a file of a shape in C order, with the same bytes that `np.save` writes. NumPy leaves too few spaces behind some
/// descriptions of records, and behind long shapes, to change the length of axis 0 so that no reader sees it half done; then there are 64
/// spaces more, or a multiple.
///
/// # Errors
/// `UnsupportedNpy` for a record type whose description is longer than NumPy reads.
pub fn header_of(element_type: &ElementType, shape: &[u64]) -> Result<Vec<u8>> {
    let text = text_with(&descr_of(element_type), shape);
    let characters = text.chars().count();
    let is_latin_1 = text.chars().all(|char| u32::from(char) <= 0xFF);
    let (version, text_start, text) = if is_latin_1 {
        (1, 10, text.chars().map(|char| char as u8).collect())
    } else {
        (3, 12, text.into_bytes())
    };
    let text_end = text_start + text.len();
    let spaces = shape.first().map_or(0, |rows| MAX_DIGITS - digits(*rows));
    let unpadded = text_end + spaces + 1;
    // NumPy pads to the next multiple. If the length is a multiple already, NumPy adds a whole one.
    let mut length = unpadded + ALIGNMENT - unpadded % ALIGNMENT;
    let needed = recount::needed(element_type, shape, text_end);
    while length <= needed {
        length += ALIGNMENT;
    }
    let characters = characters + length - text_end;
    if characters as u64 > MAX_TEXT {
        return Err(unsupported(format!(
            "its header needs {characters} characters for the names and types of its fields, and NumPy reads at most {MAX_TEXT}"
        )));
    }
    let mut bytes = MAGIC.to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend(((length - text_start) as u16).to_le_bytes()),
        _ => bytes.extend(((length - text_start) as u32).to_le_bytes()),
    }
    Ok(padded(bytes, &text, length))
}

/// The text of a header in C order, without the padding.
fn text_with(descr: &str, shape: &[u64]) -> String {
    let lengths = match shape {
        [] => String::new(),
        [rows, lengths @ ..] => format!("{rows}{}", recount::behind(lengths)),
    };
    format!("{{'descr': {descr}, 'fortran_order': False, 'shape': ({lengths}), }}")
}

fn padded(mut bytes: Vec<u8>, text: &[u8], length: usize) -> Vec<u8> {
    bytes.extend(text);
    bytes.resize(length - 1, b' ');
    bytes.push(b'\n');
    bytes
}

fn digits(count: u64) -> usize {
    count.checked_ilog10().unwrap_or(0) as usize + 1
}

/// Where the text begins, in a header whose length was checked.
fn text_start(bytes: &[u8]) -> usize {
    if bytes[6] == 1 { 10 } else { 12 }
}

/// The encoding of the text, in a header whose length was checked.
fn encoding(bytes: &[u8]) -> Result<Encoding> {
    if bytes[6] < 3 {
        return Ok(Encoding::Latin1);
    }
    let text = std::str::from_utf8(&bytes[text_start(bytes)..]);
    let length = text
        .map_err(|_| invalid("its header is not UTF-8"))?
        .chars()
        .count();
    if length as u64 > MAX_TEXT {
        return Err(invalid(format!(
            "its header has {length} characters, and NumPy reads at most {MAX_TEXT}"
        )));
    }
    Ok(Encoding::Utf8)
}

/// The values of `descr`, `fortran_order` and `shape`, and their bytes in the text. All three must be there, and no others.
fn entries(dictionary: Dictionary) -> Result<[(Literal, Range<usize>); 3]> {
    let mut found = [None, None, None];
    for entry in dictionary.entries {
        let at = match entry.key.as_str() {
            "descr" => 0,
            "fortran_order" => 1,
            "shape" => 2,
            key => {
                let key = key.escape_debug();
                return Err(invalid(format!("its header has the unknown key '{key}'")));
            }
        };
        found[at] = Some((entry.value, entry.at));
    }
    match found {
        [Some(descr), Some(order), Some(shape)] => Ok([descr, order, shape]),
        _ => Err(invalid(
            "its header must have the keys descr, fortran_order and shape",
        )),
    }
}

/// The lengths of a shape, and the range of the digits of the first one in the text.
fn lengths(shape: Literal) -> Result<(Vec<u64>, Option<Range<usize>>)> {
    let Literal::Tuple(items) = shape else {
        return Err(invalid("its shape must be a tuple"));
    };
    let mut lengths = Vec::with_capacity(items.len());
    let mut first = None;
    for item in items {
        match item {
            Literal::Integer(Some(length), at) => {
                lengths.push(length);
                first = first.or(Some(at));
            }
            _ => {
                return Err(invalid(
                    "each length in its shape must be an integer from 0 to 2^64 - 1",
                ));
            }
        }
    }
    Ok((lengths, first))
}

/// Whether axis 0 can change. See [`Header::row_lengths`].
fn grows(shape: &[u64], fortran_order: bool, itemsize: u64) -> bool {
    let row = element_count(shape.get(1..).unwrap_or_default());
    let bytes = row.and_then(|row| row.checked_mul(itemsize));
    // A file of no rows may claim rows that no file can have.
    bytes.is_some_and(|bytes| (1..=MOST_BYTES).contains(&bytes)) && !(fortran_order && shape.len() > 1)
}

fn element_count(shape: &[u64]) -> Option<u64> {
    // Checked first, because the product of the other lengths may overflow.
    if shape.contains(&0) {
        return Some(0);
    }
    shape
        .iter()
        .try_fold(1u64, |count, length| count.checked_mul(*length))
}

fn invalid(reason: impl Into<String>) -> Error {
    Error::InvalidNpy {
        reason: reason.into(),
        path: None,
    }
}

fn unsupported(reason: impl Into<String>) -> Error {
    Error::UnsupportedNpy {
        reason: reason.into(),
        path: None,
    }
}

fn ends_in_header() -> Error {
    invalid("it ends inside its header")
}

#[cfg(test)]
mod tests;
