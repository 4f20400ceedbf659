//! Changes the length of axis 0 in a header by several writes. After each of them NumPy reads the old or the new length, so the file is
//! valid for every reader, and also if this process is killed in between.
//!
//! If one digit changes, one byte is written. If more digits change, another process could read them half-written. So they are
//! written where Python ignores them, behind a `#` or in quotes, and then a single byte switches to them. Python accepts a comment
//! after the dictionary, and the last of two equal keys counts:
//!
//! ```text
//! 'shape': (9,), }                              9
//! 'shape': (9,), }#                             9   1: a comment begins
//! 'shape': (9,), }# ",'shape':(10,)}            9   2: the new shape is written into the comment
//! 'shape':"(9,), }# ",'shape':(10,)}           10   3: a quote makes the old shape a string, and the new one counts
//! 'shape':"(10,), }#",'shape':(10,)}           10   4: the new shape is written into the string
//! 'shape': (10,), }#",'shape':(10,)}           10   5: without the quote, the rest is a comment again
//! 'shape': (10,), }#                           10   6
//! 'shape': (10,), }                            10   7
//! ```
//!
//! Of several dimensions, the lengths of the others follow: `(9, 768), }` becomes `(10, 768), }` in the same way.
//!
//! This needs spaces behind the text. NumPy leaves enough for scalars, but not for each record type or long shape. In a header with too few
//! spaces or another layout, all changes are one write.

use std::ops::Range;

use super::{Header, MOST_BYTES, digits, grows, padded, text_start, text_with};
use crate::element_type::ElementType;
use crate::error::{Error, Result};

/// Bytes to be written to a position of the file at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    pub at: usize,
    pub bytes: Vec<u8>,
}

impl Patch {
    fn new(at: usize, text: impl Into<Vec<u8>>) -> Patch {
        Patch {
            at,
            bytes: text.into(),
        }
    }

    pub fn apply(&self, bytes: &mut [u8]) {
        bytes[self.at..self.at + self.bytes.len()].copy_from_slice(&self.bytes);
    }
}

/// What follows the length of axis 0 in the tuple, as NumPy writes it: the lengths of the other axes.
pub(super) fn behind(lengths: &[u64]) -> String {
    match lengths {
        [] => String::from(","),
        lengths => lengths.iter().map(|length| format!(", {length}")).collect(),
    }
}

/// What follows the length of axis 0 in a header of NumPy's layout.
fn close(lengths: &[u64]) -> String {
    format!("{}), }}", behind(lengths))
}

/// The second shape. It counts as soon as a quote makes the first one a string.
fn other(rows: &str, lengths: &[u64]) -> String {
    format!("\",'shape':({rows}{})}}", behind(lengths))
}

/// The byte before which a header must not end, so that no reader sees a change half done. This is for lengths of axis 0 of up to 12
/// digits, or as many as 2^53 bytes of such rows have. `text_end` is the end of the text of the header.
pub(super) fn needed(element_type: &ElementType, shape: &[u64], text_end: usize) -> usize {
    let itemsize = element_type.itemsize() as u64;
    let [rows, lengths @ ..] = shape else { return 0 };
    if !grows(shape, false, itemsize) {
        return 0;
    }
    let row = lengths.iter().product::<u64>() * itemsize;
    let most = "9".repeat(digits(MOST_BYTES / row).min(12));
    let start = text_end - close(lengths).len() - digits(*rows);
    start + most.len() + close(lengths).len() + "#".len() + other(&most, lengths).len()
}

impl Header {
    /// The writes, in order, that change the number of elements, which are whole rows. None if the array cannot grow.
    ///
    /// # Errors
    /// `OutOfRange` if the header has no room for the digits.
    pub fn recount(&self, bytes: &[u8], count: u64) -> Result<Vec<Patch>> {
        let (Some(at), Some(lengths)) = (self.rows_at.clone(), self.row_lengths()) else {
            return Ok(Vec::new());
        };
        let rows = count.div_ceil(self.row());
        let wanted = with_rows(bytes, &at, rows)?;
        let Some(patch) = difference(bytes, &wanted) else {
            return Ok(Vec::new());
        };
        if patch.bytes.len() > 1
            && let Some(patches) = atomic_patches(bytes, at, rows, lengths)
        {
            return Ok(patches);
        }
        Ok(vec![patch])
    }

    /// Takes over a count that was written by [`Header::recount`].
    pub fn set_count(&mut self, count: u64) {
        let rows = count.div_ceil(self.row());
        if let Some(at) = &mut self.rows_at {
            at.end = at.start + digits(rows);
            self.count = count;
            self.shape[0] = rows;
        }
    }

    /// The write that completes a header whose writer was killed during a recount. `None` if the header is complete.
    pub fn repair(&self, bytes: &[u8]) -> Option<Patch> {
        if !self.is_leftover || self.rows_at.is_none() || self.fortran_order {
            return None;
        }
        let start = text_start(bytes);
        let mut text = b"{'descr': ".to_vec();
        text.extend(&bytes[self.descr_at.clone()]);
        // All of the text but the description is ASCII.
        text.extend(text_with("", &self.shape)["{'descr': ".len()..].bytes());
        if start + text.len() >= bytes.len() {
            return None;
        }
        difference(bytes, &padded(bytes[..start].to_vec(), &text, bytes.len()))
    }
}

/// The write that makes some bytes others of the same length. `None` if they are equal.
fn difference(bytes: &[u8], wanted: &[u8]) -> Option<Patch> {
    let differs = |at: &usize| bytes[*at] != wanted[*at];
    let first = (0..bytes.len()).find(differs)?;
    let last = (first..bytes.len()).rfind(differs)?;
    Some(Patch::new(first, &wanted[first..=last]))
}

/// The header with another length of axis 0, and the same size. Spaces at its end make up for the difference.
fn with_rows(bytes: &[u8], at: &Range<usize>, rows: u64) -> Result<Vec<u8>> {
    let (head, tail) = (&bytes[..at.start], &bytes[at.end..]);
    let tail_end = tail.trim_ascii_end().len();
    let newline = usize::from(tail.ends_with(b"\n"));
    let room = bytes.len() - newline - head.len() - tail_end;
    if digits(rows) > room {
        return Err(Error::OutOfRange {
            name: "length",
            requirement: format!(
                "a number of at most {room} digits, because the .npy header has no room for more"
            ),
            received: rows.to_string(),
        });
    }
    let mut wanted = head.to_vec();
    wanted.extend(rows.to_string().into_bytes());
    wanted.extend(&tail[..tail_end]);
    wanted.resize(bytes.len() - newline, b' ');
    wanted.resize(bytes.len(), b'\n');
    Ok(wanted)
}

/// The writes of a change that is never seen half done. `None` if the header has another layout, or no room.
fn atomic_patches(bytes: &[u8], at: Range<usize>, rows: u64, lengths: &[u64]) -> Option<Vec<Patch>> {
    let (start, rows, close) = (at.start, rows.to_string(), close(lengths));
    let is_numpys = bytes[..start].ends_with(b"'shape': (") && bytes[at.end..].starts_with(close.as_bytes());
    let [old_mark, mark] = [at.len(), rows.len()].map(|width| start + width + close.len());
    let quote = old_mark.max(mark) + 1;
    let other = other(&rows, lengths);
    let end = quote + other.len();
    let padding = bytes.get(old_mark..)?;
    let is_padded = padding.ends_with(b"\n") && padding[..padding.len() - 1].iter().all(|byte| *byte == b' ');
    if !is_numpys || !is_padded || end >= bytes.len() {
        return None;
    }
    let mut inside = format!("{rows}{close}#").into_bytes();
    inside.resize(quote - start, b' ');
    // The byte that switches: the space before the parenthesis.
    let switch = start - 2;
    Some(vec![
        Patch::new(old_mark, "#"),
        Patch::new(quote, other.as_bytes()),
        Patch::new(switch, "\""),
        Patch::new(start, inside),
        Patch::new(switch, " "),
        Patch::new(quote, vec![b' '; other.len()]),
        Patch::new(mark, " "),
    ])
}
