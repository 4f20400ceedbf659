//! The end of an array in a `.npy` file: the header's count is the length. NumPy does not look at the slack, the bytes behind the
//! counted elements. So NumPy can read the file at every moment: elements are written before they are counted, and the count is
//! lowered before the file is truncated.

use crate::error::Result;
use crate::kernels::Region;
use crate::mapping::Mapping;
use crate::storage::{NpyHeader, Storage};

pub struct NpyTail {
    header: NpyHeader,
    /// The end of the slack that this array left in the file; 0 if it left none.
    slack_end: u64,
}

impl NpyTail {
    pub fn new(header: NpyHeader) -> NpyTail {
        NpyTail { header, slack_end: 0 }
    }

    /// The header as it was last read or written.
    pub fn header(&self) -> &NpyHeader {
        &self.header
    }

    /// Bytes of the elements that the header counts now and the file holds.
    pub fn bytes(&mut self, mapping: &Mapping, itemsize: u64) -> Result<u64> {
        let count = self.header.count(mapping.storage())?;
        // The size is read last, because counted elements are in the file.
        Ok(count.min(mapping.bytes()? / itemsize) * itemsize)
    }

    /// Writes elements to where the counted ones end, then counts them. If that fails, some of them may be written.
    pub fn append(&mut self, storage: &Storage, parts: &[Region<'_>], end: u64, length: u64) -> Result<()> {
        let mut position = end;
        for part in parts {
            storage.write_at(*part, position)?;
            position += part.len() as u64;
        }
        self.header.set_count(storage, length)
    }

    /// Counts fewer elements, which leaves the others as slack up to the byte at which they ended.
    pub fn truncate(&mut self, storage: &Storage, end: u64, length: u64) -> Result<()> {
        self.note_slack(end);
        self.header.set_count(storage, length)
    }

    pub fn note_slack(&mut self, end: u64) {
        self.slack_end = self.slack_end.max(end);
    }

    /// The number of elements to truncate the file to. `None` if it does not end with slack of this array.
    pub fn take_slack(&mut self, mapping: &Mapping, itemsize: u64) -> Result<Option<u64>> {
        let slack_end = std::mem::take(&mut self.slack_end);
        if slack_end == 0 {
            return Ok(None);
        }
        let count = self.header.count(mapping.storage())?;
        let (end, size) = (mapping.offset() + count * itemsize, mapping.storage().size()?);
        Ok((size > end && size <= slack_end).then_some(count))
    }
}
