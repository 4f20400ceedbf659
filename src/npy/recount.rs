//! Another count in a header that is there, by writes of which each leaves a header that NumPy reads as the old count or
//! as the new: whoever looks in between, or after this process was killed there, finds a valid file.
//!
//! One digit that changes is one write of one byte. More than that could be seen half-written, by a reader in another
//! process, so they are written where nobody looks, behind a `#` or in quotes, and a single byte switches over. Python
//! takes a comment after the dictionary, and of two equal keys the last:
//!
//! ```text
//! 'shape': (9,), }                              9
//! 'shape': (9,), }#                             9   1: a comment begins
//! 'shape': (9,), }# ", 'shape': (10,), }        9   2: written behind it
//! 'shape':"(9,), }# ", 'shape': (10,), }       10   3: now it is a string that ends there, and another shape
//! 'shape':"(10,), }#", 'shape': (10,), }       10   4: written into the string
//! 'shape': (10,), }#", 'shape': (10,), }       10   5
//! 'shape': (10,), }#                           10   6
//! 'shape': (10,), }                            10   7
//! ```
//!
//! It takes the spaces that NumPy leaves. In a header of another form all that changes is one write.

use super::{Header, digits, padded, row_text, text_start};
use crate::error::{Error, Result};

/// Bytes to be written at once at a byte of the file.
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

/// Closes the tuple and the dictionary, in the form that NumPy writes.
const CLOSE: &str = ",), }";

impl Header {
    /// The writes, in their order, by which a row's header says another count.
    ///
    /// # Errors
    /// `OutOfRange` where the header has no room for so many digits.
    pub fn recount(&self, bytes: &[u8], count: u64) -> Result<Vec<Patch>> {
        let Some(at) = self.count_at.clone() else {
            return Ok(Vec::new());
        };
        let wanted = with_count(bytes, &at, count)?;
        let differs = |at: &usize| bytes[*at] != wanted[*at];
        let Some(first) = (at.start..bytes.len()).find(differs) else {
            return Ok(Vec::new());
        };
        let last = (first..bytes.len()).rfind(differs).unwrap_or(first);
        if last > first
            && let Some(patches) = unseen(bytes, at.start, at.len(), count)
        {
            return Ok(patches);
        }
        Ok(vec![Patch::new(first, &wanted[first..=last])])
    }

    /// What makes the header of a writer that was killed in the middle of a recount whole again.
    pub fn repair(&self, bytes: &[u8]) -> Option<Patch> {
        let start = text_start(bytes);
        let text = row_text(&self.dtype, self.count);
        let is_leftover = self.is_row() && !self.fortran_order && bytes[start..].contains(&b'#');
        let fits = start + text.len() < bytes.len();
        (is_leftover && fits).then(|| Patch::new(0, padded(bytes[..start].to_vec(), &text, bytes.len())))
    }
}

/// The header with another count, as long as it was. Spaces at its end make up for the difference.
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

/// The writes of a change that is never seen half done, where the header has the form and the room for it.
fn unseen(bytes: &[u8], start: usize, width: usize, count: u64) -> Option<Vec<Patch>> {
    let digits = count.to_string();
    let is_numpys =
        bytes[..start].ends_with(b"'shape': (") && bytes[start + width..].starts_with(CLOSE.as_bytes());
    let [old_mark, mark] = [width, digits.len()].map(|width| start + width + CLOSE.len());
    let quote = old_mark.max(mark) + 1;
    let other = format!("\", 'shape': ({digits}{CLOSE}");
    let end = quote + other.len();
    let padding = bytes.get(old_mark..)?;
    let is_padded = padding.ends_with(b"\n") && padding[..padding.len() - 1].iter().all(|byte| *byte == b' ');
    if !is_numpys || !is_padded || end >= bytes.len() {
        return None;
    }
    let mut inside = format!("{digits}{CLOSE}#").into_bytes();
    inside.resize(quote - start, b' ');
    // The space before the parenthesis.
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
