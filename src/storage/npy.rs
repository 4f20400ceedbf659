//! The header in a `.npy` file: reads it, creates it, and keeps its count right while the array grows and shrinks.

use super::Storage;
use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::npy::{self, Header};

/// The header of a file, and its bytes, as of the last read. There is one writer at a time, so a writer need not read it again.
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
        let read = storage.read_at(&mut start, 0)?;
        let length = npy::header_length(&start[..read]).map_err(|error| storage.named(error))?;
        let mut bytes = vec![0; length as usize];
        let read = storage.read_at(&mut bytes, 0)?;
        bytes.truncate(read);
        let header = Header::parse(&bytes).map_err(|error| storage.named(error))?;
        Ok(NpyHeader { header, bytes })
    }

    /// Makes a file a `.npy` file without rows, in C order, whatever it held before. `lengths` are those of the axes behind axis 0.
    ///
    /// # Errors
    /// The system's; `UnsupportedNpy` for a record type that no header can describe.
    pub fn create(storage: &Storage, element_type: &ElementType, lengths: &[u64]) -> Result<NpyHeader> {
        let shape = [&[0], lengths].concat();
        let bytes = npy::header_of(element_type, &shape).map_err(|error| storage.named(error))?;
        let header = Header::parse(&bytes).map_err(|error| storage.named(error))?;
        // In this order, so that the file is always valid.
        storage.write_at(Region::of(&bytes), 0)?;
        storage.truncate(bytes.len() as u64)?;
        Ok(NpyHeader { header, bytes })
    }

    /// The header as of the last read.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Reads the count from the file.
    ///
    /// # Errors
    /// `InvalidNpy` if the file now has elements of another kind, or is no longer a `.npy` file.
    pub fn count(&mut self, storage: &Storage) -> Result<u64> {
        if !self.is_current(storage)? {
            let now = Self::read_stable(storage)?;
            if !now.header.is_like(&self.header) {
                return Err(storage.named(Error::InvalidNpy {
                    reason: String::from(
                        "another file, with elements of another type or shape, was written over it",
                    ),
                    path: None,
                }));
            }
            *self = now;
        }
        Ok(self.header.count)
    }

    fn is_current(&self, storage: &Storage) -> Result<bool> {
        let mut now = vec![0; self.bytes.len()];
        let read = storage.read_at(&mut now, 0)?;
        Ok(now[..read] == self.bytes)
    }

    /// Reads a header that another process may be writing at this moment. If the header is not in NumPy's own layout, it can be seen
    /// half-written; then tries again.
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

    /// Checks that the header has room for the digits of a count.
    ///
    /// # Errors
    /// `OutOfRange`
    pub fn require_room(&self, count: u64) -> Result<()> {
        self.header.recount(&self.bytes, count).map(drop)
    }

    /// Writes a new count to the header. The elements must be in the file already.
    pub fn set_count(&mut self, storage: &Storage, count: u64) -> Result<()> {
        for patch in self.header.recount(&self.bytes, count)? {
            storage.write_at(Region::of(&patch.bytes), patch.at as u64)?;
            patch.apply(&mut self.bytes);
        }
        self.header.set_count(count);
        Ok(())
    }

    /// Repairs a header that a killed writer left half changed.
    pub fn repair(&mut self, storage: &Storage) -> Result<()> {
        if let Some(patch) = self.header.repair(&self.bytes) {
            storage.write_at(Region::of(&patch.bytes), patch.at as u64)?;
            patch.apply(&mut self.bytes);
            self.header = Header::parse(&self.bytes)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typecode::Typecode;

    fn storage() -> Storage {
        Storage::anonymous().unwrap()
    }

    fn plain(code: &str) -> ElementType {
        ElementType::Plain(Typecode::parse(code).unwrap())
    }

    fn create(storage: &Storage, code: &str) -> NpyHeader {
        NpyHeader::create(storage, &plain(code), &[]).unwrap()
    }

    #[test]
    fn set_count_is_seen_by_count_of_another_reader() {
        let storage = storage();
        let mut writer = create(&storage, "i");
        let mut reader = NpyHeader::read(&storage).unwrap();
        for count in [1, 9, 10, 12345, 0] {
            writer.set_count(&storage, count).unwrap();
            assert_eq!(reader.count(&storage).unwrap(), count);
            assert_eq!(reader.bytes, npy::header_of(&plain("i"), &[count]).unwrap());
        }
    }

    #[test]
    fn count_of_a_file_that_was_overwritten_by_another_type_is_an_error() {
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
    fn count_of_a_file_that_was_overwritten_by_other_rows_is_an_error() {
        let storage = storage();
        let created = |lengths: &[u64]| NpyHeader::create(&storage, &plain("i"), lengths).unwrap();
        let mut header = created(&[3, 4]);
        created(&[3, 4]).set_count(&storage, 24).unwrap();
        assert_eq!(header.count(&storage).unwrap(), 24);
        for lengths in [&[4, 3][..], &[12], &[]] {
            created(lengths);
            assert_eq!(header.count(&storage).unwrap_err().code(), "ERR_INVALID_NPY");
        }
    }

    #[test]
    fn repair_of_a_half_changed_header_completes_it() {
        for lengths in [&[][..], &[768], &[3, 4]] {
            repair_after_each_patch(lengths);
        }
    }

    fn repair_after_each_patch(lengths: &[u64]) {
        let storage = storage();
        let create = || NpyHeader::create(&storage, &plain("i"), lengths).unwrap();
        let header = create();
        let row: u64 = lengths.iter().product();
        let patches = header.header.recount(&header.bytes, 10 * row).unwrap();
        assert_eq!(patches.len(), 7);
        for stop in 0..=patches.len() {
            create();
            for patch in &patches[..stop] {
                storage
                    .write_at(Region::of(&patch.bytes), patch.at as u64)
                    .unwrap();
            }
            let mut found = NpyHeader::read(&storage).unwrap();
            let shape = found.header().shape.clone();
            assert_eq!(shape[0], if stop < 3 { 0 } else { 10 });
            found.repair(&storage).unwrap();
            let repaired = NpyHeader::read(&storage).unwrap();
            assert_eq!(repaired.bytes, npy::header_of(&plain("i"), &shape).unwrap());
        }
    }
}
