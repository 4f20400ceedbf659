//! Changes the count in a header by several writes. After each of them NumPy reads the old or the new count, so the file is valid for
//! every reader, and also if this process is killed in between.
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
//! This needs spaces behind the text. NumPy leaves enough for scalars, but not for each record type. In a header with too few spaces or
//! another layout, all changes are one write.

use super::{Header, digits, padded, text_start};
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

/// The end of the tuple and of the dictionary, as NumPy writes it.
pub(super) const CLOSE: &str = ",), }";

/// The second shape, without its digits. It counts as soon as a quote makes the first one a string.
const OTHER: [&str; 2] = ["\",'shape':(", ",)}"];

/// The bytes that a header needs, from the first digit of the count to its end, so that no reader sees a change half done. This is for
/// counts of up to 12 digits.
pub(super) const ROOM: usize = 12 + CLOSE.len() + "#".len() + OTHER[0].len() + 12 + OTHER[1].len();

impl Header {
    /// The writes, in order, that change the count of a one-dimensional file.
    ///
    /// # Errors
    /// `OutOfRange` if the header has no room for the digits.
    pub fn recount(&self, bytes: &[u8], count: u64) -> Result<Vec<Patch>> {
        let Some(at) = self.count_at.clone() else {
            return Ok(Vec::new());
        };
        let wanted = with_count(bytes, &at, count)?;
        let Some(patch) = difference(bytes, &wanted) else {
            return Ok(Vec::new());
        };
        if patch.bytes.len() > 1
            && let Some(patches) = atomic_patches(bytes, at.start, at.len(), count)
        {
            return Ok(patches);
        }
        Ok(vec![patch])
    }

    /// Takes over a count that was written by [`Header::recount`].
    pub fn set_count(&mut self, count: u64) {
        if let Some(at) = &mut self.count_at {
            at.end = at.start + digits(count);
            self.count = count;
            self.shape = vec![count];
        }
    }

    /// The write that completes a header whose writer was killed during a recount. `None` if the header is complete.
    pub fn repair(&self, bytes: &[u8]) -> Option<Patch> {
        if !self.is_leftover || !self.is_row() || self.fortran_order {
            return None;
        }
        let start = text_start(bytes);
        let mut text = b"{'descr': ".to_vec();
        text.extend(&bytes[self.descr_at.clone()]);
        text.extend(format!(", 'fortran_order': False, 'shape': ({},), }}", self.count).into_bytes());
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

/// The header with another count and the same length. Spaces at its end make up for the difference.
fn with_count(bytes: &[u8], at: &std::ops::Range<usize>, count: u64) -> Result<Vec<u8>> {
    let (head, tail) = (&bytes[..at.start], &bytes[at.end..]);
    let tail_end = tail.trim_ascii_end().len();
    let newline = usize::from(tail.ends_with(b"\n"));
    let room = bytes.len() - newline - head.len() - tail_end;
    if digits(count) > room {
        return Err(Error::OutOfRange {
            name: "length",
            requirement: format!("a number of at most {room} digits, which is the room in the .npy header"),
            received: count.to_string(),
        });
    }
    let mut wanted = head.to_vec();
    wanted.extend(count.to_string().into_bytes());
    wanted.extend(&tail[..tail_end]);
    wanted.resize(bytes.len() - newline, b' ');
    wanted.resize(bytes.len(), b'\n');
    Ok(wanted)
}

/// The writes of a change that is never seen half done. `None` if the header has another layout, or no room.
fn atomic_patches(bytes: &[u8], start: usize, width: usize, count: u64) -> Option<Vec<Patch>> {
    let digits = count.to_string();
    let is_numpys =
        bytes[..start].ends_with(b"'shape': (") && bytes[start + width..].starts_with(CLOSE.as_bytes());
    let [old_mark, mark] = [width, digits.len()].map(|width| start + width + CLOSE.len());
    let quote = old_mark.max(mark) + 1;
    let other = OTHER.join(&digits);
    let end = quote + other.len();
    let padding = bytes.get(old_mark..)?;
    let is_padded = padding.ends_with(b"\n") && padding[..padding.len() - 1].iter().all(|byte| *byte == b' ');
    if !is_numpys || !is_padded || end >= bytes.len() {
        return None;
    }
    let mut inside = format!("{digits}{CLOSE}#").into_bytes();
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
