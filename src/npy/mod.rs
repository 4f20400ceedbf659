//! The header of NumPy's `.npy` format: parses and makes its bytes. This module touches no file.
//!
//! A header has six magic bytes, two bytes of version, the length of a text, and the text: a Python dictionary of the element type
//! (`descr`), the order (`fortran_order`) and the lengths (`shape`), then spaces. The data follow.

mod dtype;
mod literal;
mod recount;

use std::ops::Range;

pub use recount::Patch;

use crate::error::{Error, Result};
use crate::typecode::Typecode;
use dtype::typecode_of;
use literal::{Literal, Pairs};

const MAGIC: &[u8; 6] = b"\x93NUMPY";

/// The length of a header can be read from this many bytes, in every version.
pub const PRELUDE: usize = 12;

/// The longest text that NumPy reads by default.
const MAX_TEXT: u64 = 10_000;

/// NumPy writes headers that end at a multiple of this.
const ALIGNMENT: usize = 64;

/// NumPy leaves room for this many digits in the length.
const MAX_DIGITS: usize = 21;

/// A parsed header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name of the type in the file.
    pub dtype: String,
    /// The typecode of an array that is opened without one.
    pub typecode: &'static Typecode,
    pub fortran_order: bool,
    pub shape: Vec<u64>,
    /// The number of elements, over all dimensions.
    pub count: u64,
    /// The byte of the file at which element 0 begins.
    pub data_start: u64,
    /// The bytes of the file with the digits of the length. `None` unless the shape has one dimension.
    count_at: Option<Range<usize>>,
}

/// The length of a header in bytes, given its first [`PRELUDE`] bytes, or fewer if the file is shorter.
///
/// # Errors
/// `InvalidNpy`
pub fn header_length(start: &[u8]) -> Result<u64> {
    if start.len() < MAGIC.len() || &start[..MAGIC.len()] != MAGIC {
        return Err(invalid("it does not begin with the magic bytes of the format"));
    }
    let text_start = match start.get(6..8) {
        Some([1, 0]) => 10,
        Some([2 | 3, 0]) => 12,
        Some([major, minor]) => return Err(invalid(format!("its version, {major}.{minor}, is unknown"))),
        _ => return Err(ends_in_header()),
    };
    let length = match start.get(8..text_start) {
        Some([low, high]) => u64::from(u16::from_le_bytes([*low, *high])),
        Some([a, b, c, d]) => u64::from(u32::from_le_bytes([*a, *b, *c, *d])),
        _ => return Err(ends_in_header()),
    };
    if length > MAX_TEXT {
        return Err(invalid(format!(
            "its header claims to be {length} bytes long; NumPy reads at most {MAX_TEXT}"
        )));
    }
    Ok(text_start as u64 + length)
}

impl Header {
    /// Parses a whole header.
    ///
    /// # Errors
    /// `InvalidNpy`; `UnsupportedNpy` for elements without a typecode.
    pub fn parse(bytes: &[u8]) -> Result<Header> {
        let data_start = header_length(bytes)?;
        if data_start != bytes.len() as u64 {
            return Err(ends_in_header());
        }
        let text_start = text_start(bytes);
        let text = &bytes[text_start..];
        if bytes[6] == 3 && std::str::from_utf8(text).is_err() {
            return Err(invalid("its header is not UTF-8"));
        }
        let [descr, fortran_order, shape] = entries(literal::parse_dictionary(text).map_err(invalid)?)?;
        let Literal::Bool(fortran_order) = fortran_order else {
            return Err(invalid("its fortran_order is neither True nor False"));
        };
        let (shape, only) = lengths(shape)?;
        let (dtype, typecode) = typecode_of(descr)?;
        let itemsize = typecode.itemsize() as u64;
        let count = element_count(&shape)
            .filter(|count| {
                count
                    .checked_mul(itemsize)
                    .is_some_and(|bytes| bytes <= i64::MAX as u64)
            })
            .ok_or_else(|| {
                invalid(format!(
                    "its shape, {shape:?}, takes more bytes than a file can have"
                ))
            })?;
        if !data_start.is_multiple_of(itemsize) {
            return Err(unsupported(format!(
                "its data begin at byte {data_start}, which is not a multiple of the element size, {itemsize}; \
                 `mmap-array convert` writes a copy that is aligned"
            )));
        }
        Ok(Header {
            dtype,
            typecode,
            fortran_order,
            shape,
            count,
            data_start,
            count_at: only.map(|at| at.start + text_start..at.end + text_start),
        })
    }

    /// Whether the shape has one dimension, so that the array can grow and shrink.
    pub fn is_row(&self) -> bool {
        self.count_at.is_some()
    }

    /// Checks that the file has elements of a typecode.
    ///
    /// # Errors
    /// `OtherDtype`
    pub fn require(&self, typecode: &'static Typecode) -> Result<()> {
        if typecode.dtype == self.typecode.dtype {
            return Ok(());
        }
        Err(Error::OtherDtype {
            dtype: self.dtype.clone(),
            typecode: typecode.code,
        })
    }
}

/// The header of a one-dimensional file of `count` elements, with the same bytes that `np.save` writes.
pub fn header_of(typecode: &Typecode, count: u64) -> Vec<u8> {
    let text = row_text(typecode.dtype, count);
    let spare = MAX_DIGITS - digits(count);
    let unpadded = 10 + text.len() + spare + 1;
    // NumPy pads to the next multiple. If the length is a multiple already, NumPy adds a whole one.
    let length = unpadded + ALIGNMENT - unpadded % ALIGNMENT;
    let mut bytes = MAGIC.to_vec();
    bytes.extend([1, 0]);
    bytes.extend(((length - 10) as u16).to_le_bytes());
    padded(bytes, &text, length)
}

/// The text of a one-dimensional header, without the padding.
fn row_text(dtype: &str, count: u64) -> String {
    format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({count},), }}")
}

fn padded(mut bytes: Vec<u8>, text: &str, length: usize) -> Vec<u8> {
    bytes.extend(text.as_bytes());
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

/// The values of `descr`, `fortran_order` and `shape`. All three must be there, and no others.
fn entries(pairs: Pairs) -> Result<[Literal; 3]> {
    let mut found = [None, None, None];
    for (key, value) in pairs {
        let at = match key.as_str() {
            "descr" => 0,
            "fortran_order" => 1,
            "shape" => 2,
            _ => {
                let key = key.escape_debug();
                return Err(invalid(format!("its header has the unknown key '{key}'")));
            }
        };
        found[at] = Some(value);
    }
    match found {
        [Some(descr), Some(order), Some(shape)] => Ok([descr, order, shape]),
        _ => Err(invalid("its header lacks one of descr, fortran_order and shape")),
    }
}

/// The lengths of a shape. If it has one dimension, also the range of its digits in the text.
fn lengths(shape: Literal) -> Result<(Vec<u64>, Option<Range<usize>>)> {
    let Literal::Tuple(items) = shape else {
        return Err(invalid("its shape is not a tuple"));
    };
    let mut lengths = Vec::with_capacity(items.len());
    let mut last = None;
    for item in items {
        match item {
            Literal::Integer(Some(length), at) => {
                lengths.push(length);
                last = Some(at);
            }
            _ => {
                return Err(invalid(
                    "its shape has a length that is not an integer from 0 to 2^64 - 1",
                ));
            }
        }
    }
    let only = last.filter(|_| lengths.len() == 1);
    Ok((lengths, only))
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
