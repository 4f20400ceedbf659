//! The header of a `.npy` file where it lies: read, made, and kept right while the array gets longer and shorter.

use super::Storage;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::npy::{self, Header};
use crate::typecode::Typecode;

/// What the header of a file says, and its bytes as they were seen last. There is one writer at a time, so a writer
/// believes them until it looks again.
#[derive(Clone, Debug)]
pub struct NpyHeader {
    header: Header,
    bytes: Vec<u8>,
}

impl NpyHeader {
    /// # Errors
    /// `InvalidNpy`, `UnsupportedNpy`, and the system's.
    pub fn read(storage: &Storage) -> Result<NpyHeader> {
        let mut start = [0; npy::PRELUDE];
        let there = storage.read_at(&mut start, 0)?;
        let length = npy::header_length(&start[..there]).map_err(|error| storage.named(error))?;
        let mut bytes = vec![0; length as usize];
        let there = storage.read_at(&mut bytes, 0)?;
        bytes.truncate(there);
        let header = Header::parse(&bytes).map_err(|error| storage.named(error))?;
        Ok(NpyHeader { header, bytes })
    }

    /// Makes a file that of a row without elements, whatever was in it.
    pub fn create(storage: &Storage, typecode: &'static Typecode) -> Result<NpyHeader> {
        let bytes = npy::header_of(typecode, 0);
        let header = Header::parse(&bytes)?;
        // In this order: what is there is a valid file before the old data go.
        storage.write_at(Region::of(&bytes), 0)?;
        storage.truncate(bytes.len() as u64)?;
        Ok(NpyHeader { header, bytes })
    }

    /// What it said when it was looked at last.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The count, asked anew.
    ///
    /// # Errors
    /// `InvalidNpy` where the file is by now one of other elements, or none.
    pub fn count(&mut self, storage: &Storage) -> Result<u64> {
        if !self.is_current(storage)? {
            let now = Self::read_stable(storage)?;
            let facts = |header: &Header| (header.data_start, header.typecode.dtype, header.is_row());
            if facts(&now.header) != facts(&self.header) {
                return Err(storage.named(Error::InvalidNpy {
                    reason: String::from("it was overwritten by a file with other elements"),
                    path: None,
                }));
            }
            *self = now;
        }
        Ok(self.header.count)
    }

    fn is_current(&self, storage: &Storage) -> Result<bool> {
        let mut now = vec![0; self.bytes.len()];
        let there = storage.read_at(&mut now, 0)?;
        Ok(now[..there] == self.bytes)
    }

    /// Reads a header that another process may be writing just now: one of a form of its own, without room for more, can
    /// be seen half-written.
    fn read_stable(storage: &Storage) -> Result<NpyHeader> {
        const TRIES: usize = 3;
        for _ in 1..TRIES {
            match Self::read(storage) {
                Err(Error::InvalidNpy { .. }) => std::thread::yield_now(),
                done => return done,
            }
        }
        Self::read(storage)
    }

    /// Refuses a count of more digits than the header has room for, before the data are written.
    ///
    /// # Errors
    /// `OutOfRange`
    pub fn require_room(&self, count: u64) -> Result<()> {
        self.header.recount(&self.bytes, count).map(drop)
    }

    /// Makes the header say another count. The data it counts are there by now.
    pub fn set_count(&mut self, storage: &Storage, count: u64) -> Result<()> {
        for patch in self.header.recount(&self.bytes, count)? {
            storage.write_at(Region::of(&patch.bytes), patch.at as u64)?;
            patch.apply(&mut self.bytes);
        }
        self.header = Header::parse(&self.bytes)?;
        Ok(())
    }

    /// Makes whole what a writer that was killed left half changed.
    pub fn repair(&mut self, storage: &Storage) -> Result<()> {
        if let Some(whole) = self.header.repair(&self.bytes) {
            storage.write_at(Region::of(&whole.bytes), whole.at as u64)?;
            whole.apply(&mut self.bytes);
            self.header = Header::parse(&self.bytes)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storage() -> Storage {
        Storage::anonymous().unwrap()
    }

    fn create(storage: &Storage, code: &str) -> NpyHeader {
        NpyHeader::create(storage, Typecode::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn others_see_the_count_that_was_set() {
        let storage = storage();
        let mut writer = create(&storage, "i");
        let mut reader = NpyHeader::read(&storage).unwrap();
        for count in [1, 9, 10, 12345, 0] {
            writer.set_count(&storage, count).unwrap();
            assert_eq!(reader.count(&storage).unwrap(), count);
            assert_eq!(reader.bytes, npy::header_of(Typecode::parse("i").unwrap(), count));
        }
    }

    #[test]
    fn a_header_that_is_another_arrays_by_now_is_an_error() {
        let storage = storage();
        let mut header = create(&storage, "i");
        create(&storage, "l").set_count(&storage, 5).unwrap();
        assert_eq!(header.count(&storage).unwrap_err().code(), "ERR_INVALID_NPY");
        create(&storage, "i").set_count(&storage, 7).unwrap();
        assert_eq!(header.count(&storage).unwrap(), 7);
        storage.truncate(20).unwrap();
        assert_eq!(header.count(&storage).unwrap_err().code(), "ERR_INVALID_NPY");
        storage.truncate(0).unwrap();
        assert_eq!(header.count(&storage).unwrap_err().code(), "ERR_INVALID_NPY");
    }

    #[test]
    fn what_was_left_half_changed_is_mended() {
        let storage = storage();
        let header = create(&storage, "i");
        let patches = header.header.recount(&header.bytes, 10).unwrap();
        for stop in 0..patches.len() {
            create(&storage, "i");
            for patch in &patches[..stop] {
                storage
                    .write_at(Region::of(&patch.bytes), patch.at as u64)
                    .unwrap();
            }
            let mut found = NpyHeader::read(&storage).unwrap();
            let count = found.header().count;
            found.repair(&storage).unwrap();
            let mended = NpyHeader::read(&storage).unwrap();
            assert_eq!(mended.bytes, npy::header_of(Typecode::parse("i").unwrap(), count));
        }
    }
}
