//! The shape of an array: its elements, which follow each other in memory, as rows, or as coordinates along several axes.

use super::{Array, open::COUNTABLE};
use crate::error::{Error, Result};
use crate::npy::Header;

/// Which axis changes fastest in memory: the last one, as in C, or the first one, as in Fortran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    C,
    Fortran,
}

impl Order {
    pub fn as_str(self) -> &'static str {
        match self {
            Order::C => "C",
            Order::Fortran => "F",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// In C order. The array grows and shrinks along axis 0, by whole rows. `lengths` are those of the other axes, each at least 1, and
    /// `row` is their product.
    Rows { lengths: Box<[u64]>, row: u64 },
    /// A shape that cannot change, of so many elements.
    Fixed {
        lengths: Box<[u64]>,
        count: u64,
        order: Order,
    },
}

impl Shape {
    /// One axis.
    pub fn flat() -> Shape {
        Shape::Rows {
            lengths: Box::default(),
            row: 1,
        }
    }

    /// Rows of these lengths. `None` if a row has no elements, or more than 2^53 bytes.
    pub fn rows(lengths: &[u64], itemsize: u64) -> Option<Shape> {
        let row = lengths
            .iter()
            .try_fold(1u64, |row, length| row.checked_mul(*length))?;
        let bytes = row.checked_mul(itemsize)?;
        (1..=COUNTABLE).contains(&bytes).then(|| Shape::Rows {
            lengths: lengths.into(),
            row,
        })
    }

    /// The shape that a header says.
    pub fn of(header: &Header) -> Shape {
        let itemsize = header.element_type.itemsize() as u64;
        let rows = header
            .row_lengths()
            .and_then(|lengths| Shape::rows(lengths, itemsize));
        rows.unwrap_or_else(|| Shape::Fixed {
            lengths: header.shape.as_slice().into(),
            count: header.count,
            order: if header.is_fortran() {
                Order::Fortran
            } else {
                Order::C
            },
        })
    }

    /// The elements by which the length can change.
    pub fn row(&self) -> u64 {
        match self {
            Shape::Rows { row, .. } => *row,
            Shape::Fixed { .. } => 1,
        }
    }

    /// Why an array of this shape and fixed length cannot grow.
    pub fn why_fixed(&self) -> &'static str {
        match self {
            Shape::Fixed {
                order: Order::Fortran,
                ..
            } => "because its file is in Fortran order. Save it with np.ascontiguousarray, and it can grow",
            Shape::Fixed { lengths, .. } if lengths.is_empty() => {
                "because its shape is []: it is a single element"
            }
            Shape::Fixed { lengths, .. } if lengths[1..].contains(&0) => "because its rows have no elements",
            _ => "because it was opened with the option 'length' or 'shape'",
        }
    }

    /// The lengths of the axes behind axis 0, if there are rows of several elements or axes.
    pub fn row_lengths(&self) -> Option<&[u64]> {
        match self {
            Shape::Rows { lengths, .. } if !lengths.is_empty() => Some(lengths),
            _ => None,
        }
    }

    /// The lengths of all axes of an array of so many elements. If it has no longer all elements of its file, it has one axis.
    fn lengths(&self, length: u64) -> Vec<u64> {
        match self {
            Shape::Rows { lengths, row } => [&[length / row], &**lengths].concat(),
            Shape::Fixed { lengths, count, .. } if *count == length => lengths.to_vec(),
            Shape::Fixed { .. } => vec![length],
        }
    }

    fn order(&self, length: u64) -> Order {
        match self {
            Shape::Fixed { count, order, .. } if *count == length => *order,
            _ => Order::C,
        }
    }
}

/// The shape that the user asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedShape {
    /// `None`: as many as there are.
    rows: Option<u64>,
    /// The lengths of the other axes.
    lengths: Box<[u64]>,
}

/// As many as NumPy has.
pub const MOST_AXES: usize = 64;

impl WantedShape {
    /// `None` as the first length means as many as there are.
    ///
    /// # Errors
    /// `OutOfRange`
    pub fn new(wanted: &[Option<u64>]) -> Result<WantedShape> {
        let lengths: Option<Box<[u64]>> = wanted.get(1..).and_then(|rest| rest.iter().copied().collect());
        match (wanted.first(), lengths) {
            (Some(rows), Some(lengths)) if wanted.len() <= MOST_AXES && !lengths.contains(&0) => {
                Ok(WantedShape { rows: *rows, lengths })
            }
            _ => Err(shape_error(
                format!("1 to {MOST_AXES} lengths: -1 or an integer, then positive integers"),
                lengths_text(wanted),
            )),
        }
    }

    /// The shape of elements of a size.
    ///
    /// # Errors
    /// `OutOfRange` for more than 2^53 bytes.
    pub fn resolve(&self, itemsize: u64) -> Result<Shape> {
        let shape = Shape::rows(&self.lengths, itemsize);
        shape
            .filter(|shape| {
                let rows = (shape.row() * itemsize).checked_mul(self.rows.unwrap_or(0));
                rows.is_some_and(|bytes| bytes <= COUNTABLE)
            })
            .ok_or_else(|| shape_error(String::from("a shape of at most 2^53 bytes"), self.to_string()))
    }

    /// The lengths of the axes behind axis 0.
    pub fn row_lengths(&self) -> &[u64] {
        &self.lengths
    }

    /// The number of elements. `None` for as many as there are.
    pub fn length(&self) -> Option<u64> {
        self.rows.map(|rows| rows * self.lengths.iter().product::<u64>())
    }

    /// The error for more rows than a file has that may not be made longer.
    pub fn larger_than(&self, found: u64) -> Error {
        let rows = "the number of such rows in the file";
        shape_error(
            format!("a shape of at most {found} rows, {rows}"),
            self.to_string(),
        )
    }

    /// The number of elements in a file with a header: all, or those of its first rows.
    ///
    /// # Errors
    /// `OutOfRange` if the header has another shape, or fewer rows.
    pub fn length_in(&self, header: &Header) -> Result<u64> {
        let found = header.shape.as_slice();
        let is_same = match (self.rows, header.row_lengths(), found) {
            (None, _, [_, lengths @ ..]) => *lengths == *self.lengths,
            (Some(rows), Some(lengths), [most, ..]) => *lengths == *self.lengths && rows <= *most,
            (Some(rows), None, [first, lengths @ ..]) => *lengths == *self.lengths && rows == *first,
            (_, _, []) => false,
        };
        match is_same {
            true => Ok(self.length().unwrap_or(header.count)),
            false => {
                let found: Vec<_> = found.iter().copied().map(Some).collect();
                let found = lengths_text(&found);
                let requirement = match header.row_lengths() {
                    Some(_) => format!("the shape of the file, {found}, or fewer rows of it"),
                    None => format!("the shape of the file, {found}"),
                };
                Err(shape_error(requirement, self.to_string()))
            }
        }
    }
}

impl std::fmt::Display for WantedShape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lengths = self.lengths.iter().copied().map(Some);
        let all: Vec<_> = std::iter::once(self.rows).chain(lengths).collect();
        f.write_str(&lengths_text(&all))
    }
}

fn lengths_text(lengths: &[Option<u64>]) -> String {
    let texts: Vec<_> = lengths
        .iter()
        .map(|length| length.map_or(String::from("-1"), |length| length.to_string()))
        .collect();
    format!("[{}]", texts.join(", "))
}

fn shape_error(requirement: String, received: String) -> Error {
    Error::OutOfRange {
        name: "options.shape",
        requirement,
        received,
    }
}

impl Array {
    /// The lengths of all axes.
    pub fn shape(&self) -> Vec<u64> {
        self.shape.lengths(self.length())
    }

    pub fn order(&self) -> Order {
        self.shape.order(self.length())
    }

    /// The bytes by which the length can change: those of a row, or of an element.
    pub(super) fn row_bytes(&self) -> u64 {
        self.shape.row() * self.itemsize()
    }

    /// Checks that a number of elements that a call adds or removes is one of whole rows.
    ///
    /// # Errors
    /// `PartialRow`
    pub(super) fn require_whole_rows(&self, operation: &'static str, elements: u64) -> Result<()> {
        let row = self.shape.row();
        if elements.is_multiple_of(row) {
            return Ok(());
        }
        Err(Error::PartialRow { operation, row })
    }

    /// Checks that bytes are whole elements.
    pub(super) fn require_whole_elements(&self, bytes: u64) -> Result<()> {
        let itemsize = self.element_type.itemsize();
        if bytes.is_multiple_of(itemsize as u64) {
            return Ok(());
        }
        Err(Error::ragged(bytes, itemsize))
    }
}

#[cfg(test)]
mod tests;
