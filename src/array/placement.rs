//! Where an array begins and ends in its file.

use std::sync::Arc;

use super::Array;
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::storage::{Flags, Storage};
use crate::typecode::Typecode;

/// Whether an array is all that its file holds from its offset on, or a window of fixed length on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    Whole,
    Fixed(u64),
}

/// Where an array begins and ends in its file and how much room it gets, as asked for; units are bytes and elements.
#[derive(Clone, Copy, Debug, Default)]
pub struct Placement {
    pub offset: u64,
    pub length: Option<u64>,
    pub capacity: Option<u64>,
}

impl Placement {
    /// Refuses more than can be counted: before a file is made or emptied for it.
    pub(super) fn require_countable(&self, itemsize: u64) -> Result<()> {
        countable_bytes("options.length", self.length.unwrap_or(0), itemsize)?;
        countable_bytes("options.capacity", self.capacity.unwrap_or(0), itemsize).map(drop)
    }
}

impl Array {
    /// An array on a file that `open` opens, once the placement is known to make sense: a file may be emptied by it.
    ///
    /// # Errors
    /// The system's; `OutOfRange` where `placement` does not fit the file and the flags do not create.
    pub fn open(
        typecode: &'static Typecode,
        flags: Flags,
        placement: Placement,
        open: impl FnOnce() -> Result<Storage>,
    ) -> Result<Array> {
        let itemsize = typecode.itemsize() as u64;
        if !placement.offset.is_multiple_of(itemsize) {
            return Err(Error::OutOfRange {
                name: "options.offset",
                requirement: format!("a multiple of the item size, {itemsize}"),
                received: placement.offset.to_string(),
            });
        }
        placement.require_countable(itemsize)?;
        let storage = Arc::new(open()?);
        let made = place(&storage, flags, placement, itemsize).and_then(|(extent, size)| {
            let mapping = Mapping::new(storage.clone(), placement.offset, flags.access());
            let bytes = size.saturating_sub(placement.offset);
            Array::over_bytes(mapping, typecode, flags, extent, None, bytes)?.with_room(placement.capacity)
        });
        made.inspect_err(|_| storage.undo(flags))
    }

    /// With room for more, where that was asked for.
    pub(super) fn with_room(mut self, capacity: Option<u64>) -> Result<Array> {
        if let Some(capacity) = capacity {
            self.reserve(capacity)?;
        }
        Ok(self)
    }
}

/// Checks a placement against a file that was just opened, and makes the file longer where the flags create. Gives the file's
/// size, too.
fn place(storage: &Storage, flags: Flags, placement: Placement, itemsize: u64) -> Result<(Extent, u64)> {
    let mut size = storage.opening_size();
    let wanted =
        placement.offset + countable_bytes("options.length", placement.length.unwrap_or(0), itemsize)?;
    if wanted > size {
        if flags.creates() {
            storage.grow(size, wanted)?;
            size = wanted;
        } else if placement.offset > size {
            return Err(Error::OutOfRange {
                name: "options.offset",
                requirement: format!("at most the file's size, {size}"),
                received: placement.offset.to_string(),
            });
        } else if let Some(length) = placement.length {
            let there = (size - placement.offset) / itemsize;
            return Err(longer_than(there, length));
        }
    }
    let extent = match placement.length {
        Some(length) if wanted < size => Extent::Fixed(length),
        _ => Extent::Whole,
    };
    Ok((extent, size))
}

/// The error for a length beyond the elements there are, in a file that is not to be made longer.
pub(super) fn longer_than(there: u64, length: u64) -> Error {
    Error::OutOfRange {
        name: "options.length",
        requirement: format!("at most the {there} elements that are there"),
        received: length.to_string(),
    }
}

/// Bytes that JavaScript can count: 2^53.
pub(super) const COUNTABLE: u64 = 1 << 53;

/// Bytes that a number of elements takes.
///
/// # Errors
/// `OutOfRange` beyond 2^53, which JavaScript cannot count.
pub fn countable_bytes(name: &'static str, elements: u64, itemsize: u64) -> Result<u64> {
    elements
        .checked_mul(itemsize)
        .filter(|bytes| *bytes <= COUNTABLE)
        .ok_or_else(|| Error::OutOfRange {
            name,
            requirement: format!("at most {}, which is 2^53 bytes", COUNTABLE / itemsize),
            received: elements.to_string(),
        })
}
