//! What others see of the file of an array at this moment. Nothing here changes the length of the array.

use super::{Array, Extent};
use crate::error::Result;
use crate::kernels::Region;
use crate::sharing::reservation_lock::is_reserved;

impl Array {
    /// Begins to follow the file: memory that nobody else could see is exact from now on, because others are to append to it. Returns
    /// the descriptor, by which the file can be watched.
    pub fn begin_follow(&mut self) -> Result<i32> {
        if !self.storage().is_exposed() {
            self.expose("follow")?;
        }
        Ok(self.storage().descriptor())
    }

    /// The number of elements in the file, of which whole rows count. `None` while an array has the file reserved: then its size says
    /// nothing.
    ///
    /// # Errors
    /// The system's; `InvalidNpy` if the file was overwritten.
    pub fn length_in_file(&self) -> Result<Option<u64>> {
        let length = match self.count_in_header()? {
            Some(count) => count,
            None => match self.unreserved_size()? {
                Some(size) => size.saturating_sub(self.file_position(0)) / self.itemsize(),
                None => return Ok(None),
            },
        };
        let length = match self.extent {
            Extent::Fixed(most) => length.min(most),
            Extent::Whole => length,
        };
        Ok(Some(length - length % self.shape.row()))
    }

    /// Copies elements from an index of the file on. Returns how many there were. `None` if an array has the file reserved by now: then
    /// the bytes may be zeros that nobody appended.
    ///
    /// # Errors
    /// The system's.
    pub fn read_from_file(&self, index: u64, into: Region<'_>) -> Result<Option<u64>> {
        let position = index
            .checked_mul(self.itemsize())
            .and_then(|bytes| bytes.checked_add(self.file_position(0)));
        let Some(position) = position.filter(|position| i64::try_from(*position).is_ok()) else {
            return Ok(Some(0));
        };
        let read = self.storage().read_into(into, position)? as u64;
        if !self.is_raw() {
            return Ok(Some(read / self.itemsize()));
        }
        // Zeros of an array that had the file reserved, and has truncated it since, are behind the end by now.
        let size = self.unreserved_size()?;
        Ok(size.map(|size| read.min(size.saturating_sub(position)) / self.itemsize()))
    }

    /// Whether this array or another one, of any process, has a raw file reserved.
    pub fn is_reserved_by_anybody(&self) -> bool {
        self.has_raw_reservation() || (self.is_raw() && is_reserved(self.storage()))
    }

    /// The size of a raw file while nobody has it reserved. The size is read on both sides of the question, and the smaller one counts:
    /// if the file was reserved a moment before or after, the other one has its zeros.
    fn unreserved_size(&self) -> Result<Option<u64>> {
        let before = self.storage().size()?;
        if self.is_reserved_by_anybody() {
            return Ok(None);
        }
        Ok(Some(before.min(self.storage().size()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::{file_of, over};
    use crate::storage::Flags;

    #[test]
    fn length_in_file_and_read_from_file_leave_the_length_of_the_array() {
        let file = file_of(&[7; 4]);
        let (reader, mut writer) = (
            over(&file, Flags::Read, None),
            over(&file, Flags::ReadWrite, None),
        );
        writer.extend(Region::of(&[8, 9])).unwrap();
        let mut room = [0u8; 8];
        assert_eq!(reader.length_in_file().unwrap(), Some(3));
        let read = reader.read_from_file(1, Region::of_mut(&mut room)).unwrap();
        assert_eq!((read, room), (Some(2), [7, 7, 8, 9, 0, 0, 0, 0]));
        assert_eq!(
            reader
                .read_from_file(u64::MAX, Region::of_mut(&mut room))
                .unwrap(),
            Some(0)
        );
        assert_eq!(reader.length(), 2);
    }

    #[test]
    fn length_in_file_of_a_file_that_is_reserved_is_none_until_trim() {
        let file = file_of(&[7; 4]);
        let (reader, mut writer) = (
            over(&file, Flags::Read, None),
            over(&file, Flags::ReadWrite, None),
        );
        writer.reserve(100).unwrap();
        let mut room = [0u8; 8];
        for array in [&reader, &writer] {
            assert_eq!(array.length_in_file().unwrap(), None);
            let read = array.read_from_file(0, Region::of_mut(&mut room)).unwrap();
            assert_eq!(read, None);
        }
        writer.trim().unwrap();
        assert_eq!(reader.length_in_file().unwrap(), Some(2));
    }

    #[test]
    fn length_in_file_of_a_window_ends_with_the_window() {
        let file = file_of(&[7; 8]);
        let window = over(&file, Flags::Read, Some(3));
        assert_eq!(window.length_in_file().unwrap(), Some(3));
    }
}
