//! Keeps the elements and rows at the end of an exact file whole.
//!
//! A signal that ends the process interrupts an appending write at a page border of the file. The sizes of scalars divide the page, so
//! only whole elements are left. Of other records a part may be left, and everything that is appended behind it would be shifted. A part
//! of a row may be left in any case: the system also interrupts a write at a page border of its source. So calls that change the length
//! hold a lock from before they look at the size until their last write. A call that holds the lock and finds a partial element or row
//! knows that its writer has ended, and truncates the file to whole ones.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::sharing::append_lock::{AppendGuard, AppendLock};
use crate::storage::Storage;

/// The size of the smallest page. Larger pages are multiples of it.
const PAGE: u64 = 4096;

/// The end of an exact file, as one array knows it.
#[derive(Clone, Debug)]
pub struct End {
    /// The bytes of an element, or of a row of several elements.
    unit: u64,
    has_rows: bool,
    /// The byte of the file at which the array begins.
    offset: u64,
    /// Whether the file has been seen to end with a whole element or row: when the array was opened, or under the lock. A partial one that
    /// comes later is what an interrupted append left. Before that, the file may be one of another type.
    was_whole: bool,
    /// Whether the user lets the array truncate the file to whole elements or rows, also if it was ragged when it was opened.
    pub cuts: bool,
    lock: Option<Arc<AppendLock>>,
}

/// Held by a call that changes the length, until it ends.
#[derive(Debug, Default)]
#[must_use = "others may change the length as soon as this is dropped"]
pub struct LengthChange {
    _guard: Option<AppendGuard>,
}

impl End {
    /// `row` is the number of elements by which the length can change, and `bytes` the size of the file from `offset` on.
    pub fn new(itemsize: u64, row: u64, offset: u64, bytes: u64) -> End {
        let unit = itemsize * row;
        End {
            unit,
            has_rows: row > 1,
            offset,
            was_whole: bytes.is_multiple_of(unit),
            cuts: false,
            lock: None,
        }
    }

    /// Whether an interrupted append may leave a part of an element or row, whatever the address of its source.
    pub fn may_be_partial(&self) -> bool {
        self.has_rows || !PAGE.is_multiple_of(self.unit) || !self.offset.is_multiple_of(self.unit)
    }

    /// Checks that bytes of the file, from the offset on, are whole elements or rows.
    ///
    /// # Errors
    /// `RaggedLength`
    pub fn require_whole(&self, bytes: u64) -> Result<()> {
        if bytes.is_multiple_of(self.unit) {
            return Ok(());
        }
        Err(match self.has_rows {
            true => Error::ragged_rows(bytes, self.unit),
            false => Error::ragged(bytes, self.unit as usize),
        })
    }

    /// Begins a change of the length: takes the lock if the array needs it, and looks at the size of the file. Truncates a partial
    /// element or row that an interrupted append left. Returns how many bytes the file has from the offset on. They end with a partial one
    /// if the file was never seen whole, or if the system has no such locks.
    ///
    /// # Errors
    /// `AppendLocked`; the system's.
    pub fn begin_change(&mut self, storage: &Storage) -> Result<(LengthChange, u64)> {
        let guard = match self.lock(storage)? {
            Some(lock) => lock.acquire()?,
            None => None,
        };
        let size = storage.size()?;
        let bytes = size.saturating_sub(self.offset);
        let partial = bytes % self.unit;
        if guard.is_none() || (partial > 0 && !self.was_whole && !self.cuts) {
            return Ok((LengthChange { _guard: guard }, bytes));
        }
        if partial > 0 {
            storage.truncate(size - partial)?;
        }
        self.was_whole = true;
        Ok((LengthChange { _guard: guard }, bytes - partial))
    }

    /// Whether changes of the length hold the lock on appends.
    pub fn needs_lock(&self) -> bool {
        self.may_be_partial() || self.cuts
    }

    /// The lock on appends. `None` if the array does not need it.
    fn lock(&mut self, storage: &Storage) -> Result<Option<&Arc<AppendLock>>> {
        if self.lock.is_none() && self.needs_lock() {
            self.lock = Some(AppendLock::on(storage)?);
        }
        Ok(self.lock.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::files::external_file::ExternalFile;
    use crate::array::samples::{file_of, records};
    use crate::array::{Array, Placement};
    use crate::kernels::Region;
    use crate::storage::Flags;
    use crate::typecode;
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileExt;
    use std::sync::Barrier;
    use std::thread;

    #[test]
    fn may_be_partial_of_each_scalar_is_false() {
        for row in typecode::all() {
            let itemsize = row.itemsize() as u64;
            assert!(
                !End::new(itemsize, 1, 3 * itemsize, 0).may_be_partial(),
                "{}",
                row.code
            );
        }
    }

    #[test]
    fn may_be_partial_of_records_depends_on_size_and_offset() {
        for (itemsize, offset, expected) in [
            (20, 0, true),
            (12, 4096, true),
            (16, 0, false),
            (16, 8, true),
            (16, 48, false),
            (4096, 0, false),
            (8192, 0, true),
        ] {
            assert_eq!(
                End::new(itemsize, 1, offset, 0).may_be_partial(),
                expected,
                "{itemsize} {offset}"
            );
        }
    }

    fn storage_of(bytes: u64) -> Storage {
        let storage = Storage::anonymous().unwrap();
        storage.grow(0, bytes).unwrap();
        storage
    }

    #[test]
    fn begin_change_cuts_only_what_was_whole_before() {
        let storage = storage_of(47);
        let mut end = End::new(20, 1, 5, 42);
        assert_eq!(end.begin_change(&storage).unwrap().1, 42);
        assert_eq!(storage.size().unwrap(), 47);
        // Another writer was in the middle of an append when the array was opened.
        storage.grow(47, 65).unwrap();
        assert_eq!(end.begin_change(&storage).unwrap().1, 60);
        storage.grow(65, 66).unwrap();
        assert_eq!(end.begin_change(&storage).unwrap().1, 60);
        assert_eq!(storage.size().unwrap(), 65);
    }

    #[test]
    fn begin_change_cuts_what_the_user_allows() {
        let storage = storage_of(15);
        let mut end = End::new(8, 1, 0, 15);
        assert_eq!(end.begin_change(&storage).unwrap().1, 15);
        end.cuts = true;
        assert_eq!(end.begin_change(&storage).unwrap().1, 8);
        assert_eq!(storage.size().unwrap(), 8);
    }

    #[test]
    fn begin_change_of_scalars_opens_no_descriptor() {
        let storage = storage_of(15);
        let mut end = End::new(8, 1, 0, 15);
        assert!(end.lock(&storage).unwrap().is_none());
        assert!(End::new(20, 1, 0, 15).lock(&storage).unwrap().is_some());
    }

    /// An array of records of 20 bytes.
    fn opened(file: &File) -> Array {
        let open = || Storage::from_descriptor(file.as_raw_fd(), Flags::ReadWrite);
        Array::open(records(20), Flags::ReadWrite, Placement::default(), open).unwrap()
    }

    fn size(file: &File) -> u64 {
        file.metadata().unwrap().len()
    }

    #[test]
    fn append_after_an_interrupted_append_removes_its_part() {
        let file = file_of(&[1; 40]);
        let mut array = opened(&file);
        let mut reader = opened(&file);
        file.write_all_at(&[2; 27], 40).unwrap();
        assert_eq!((reader.refresh().unwrap(), array.length()), (3, 2));
        array.extend(Region::of(&[3; 20])).unwrap();
        assert_eq!(
            (size(&file), array.length(), reader.refresh().unwrap()),
            (80, 4, 4)
        );
        let expected = [[1; 40].as_slice(), &[2; 20], &[3; 20]].concat();
        assert_eq!(reader.region().to_vec().unwrap(), expected);
        file.set_len(85).unwrap();
        array.clear().unwrap();
        assert_eq!((size(&file), reader.refresh().unwrap()), (0, 0));
    }

    #[test]
    fn append_to_a_file_that_was_never_whole_fails() {
        let file = file_of(&[1; 50]);
        let mut array = opened(&file);
        let error = array.extend(Region::of(&[3; 20])).unwrap_err();
        assert_eq!((error.code().as_ref(), size(&file)), ("ERR_RAGGED_LENGTH", 50));
        assert_eq!(array.pop(0).unwrap_err().code(), "ERR_RAGGED_LENGTH");
        // An append of another array, which was under way when this array was opened, has ended.
        file.set_len(60).unwrap();
        array.extend(Region::of(&[3; 20])).unwrap();
        file.set_len(81).unwrap();
        array.extend(Region::of(&[4; 20])).unwrap();
        assert_eq!((size(&file), array.length()), (100, 5));
    }

    #[test]
    fn append_that_fails_midway_leaves_whole_elements() {
        let file = file_of(&[1; 40]);
        let mut array = opened(&file);
        let lost = crate::array::samples::over(&file_of(&[7; 8192]), Flags::ReadWrite, None);
        lost.storage().truncate(0).unwrap();
        let source = lost.region().part(0, 8180);
        assert_eq!(array.extend(source).unwrap_err().code(), "ERR_MEMORY_FAULT");
        assert_eq!((size(&file), array.length()), (40, 2));
    }

    #[test]
    fn append_from_threads_of_one_mapping_and_of_duplicates_keeps_elements_whole() {
        const EACH: usize = 300;
        let file = file_of(&[]);
        let mut owner = opened(&file);
        let handle = owner.handle().unwrap();
        let all_opened = Barrier::new(4);
        let append = |mut array: Array, value: u8| {
            all_opened.wait();
            for round in 0..EACH {
                if round % 10 == 0 {
                    // What a killed append leaves. An append under way would mix with it, if it did not hold the lock.
                    let storage = array.storage();
                    let _held = AppendLock::on(storage).unwrap().acquire().unwrap();
                    let end = storage.size().unwrap();
                    storage.write_at(Region::of(&[99; 7]), end - end % 20).unwrap();
                }
                array.extend(Region::of(&[value; 60])).unwrap();
            }
        };
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| append(opened(&file), 3));
                scope.spawn(|| append(Array::attach(records(20), &handle, None).unwrap(), 4));
            }
        });
        let mut bytes = vec![0; size(&file) as usize];
        file.read_exact_at(&mut bytes, 0).unwrap();
        let mut elements: Vec<_> = bytes.chunks(60).collect();
        elements.sort();
        let expected = [[3; 60], [4; 60]].map(|element| vec![element; 2 * EACH]).concat();
        assert_eq!(elements, expected);
    }

    #[test]
    fn fromfile_later_waits_for_another_append_in_its_job_only() {
        let file = file_of(&[1; 40]);
        let mut array = opened(&file);
        // Another append is under way.
        file.write_all_at(&[2; 7], 40).unwrap();
        let held = AppendLock::on(array.storage()).unwrap().acquire().unwrap();
        let read = |array: &mut Array, ticket| {
            let source = ExternalFile::Own(file_of(&[3; 20]));
            array.fromfile_later(ticket, source, 1).unwrap()
        };
        let work = read(&mut array, 1);
        assert_eq!((work.run)(Region::empty()).unwrap_err().code(), "ERR_LOCKED");
        array.finish_job(1).unwrap();
        assert_eq!((size(&file), array.length()), (47, 2));
        drop(held);
        let work = read(&mut array, 2);
        assert!((work.run)(Region::empty()).unwrap());
        array.finish_job(2).unwrap();
        assert_eq!((size(&file), array.length()), (60, 3));
    }
}
