//! Keeps the elements at the end of an exact file whole.
//!
//! A signal that ends the process interrupts an appending write at a page border of the file. The sizes of scalars divide the page, so
//! only whole elements are left. Of other records a part may be left, and everything that is appended behind it would be shifted. So
//! calls that change the length hold a lock from before they look at the size until their last write. Who holds the lock and finds a
//! partial element knows that its writer has ended, and truncates the file to whole elements.

use std::sync::Arc;

use crate::error::Result;
use crate::sharing::append_lock::{AppendGuard, AppendLock};
use crate::storage::Storage;

/// The size of the smallest page. Larger pages are multiples of it.
const PAGE: u64 = 4096;

/// The end of an exact file, as one array knows it.
#[derive(Clone, Debug)]
pub struct End {
    itemsize: u64,
    /// The byte of the file at which the array begins.
    offset: u64,
    /// Whether the file has been seen to end with a whole element: when the array was opened, or under the lock. A partial element that
    /// comes later is what an interrupted append left. Before that, the file may be one of another type.
    was_whole: bool,
    /// Whether the user lets the array truncate the file to whole elements in any case.
    cuts: bool,
    lock: Option<Arc<AppendLock>>,
}

/// Held by a call that changes the length, until it ends.
#[derive(Debug, Default)]
#[must_use = "others may change the length as soon as this is dropped"]
pub struct LengthChange {
    _guard: Option<AppendGuard>,
}

impl End {
    /// `bytes` is the size of the file from `offset` on.
    pub fn new(itemsize: u64, offset: u64, bytes: u64) -> End {
        End {
            itemsize,
            offset,
            was_whole: bytes.is_multiple_of(itemsize),
            cuts: false,
            lock: None,
        }
    }

    /// Lets the array truncate the file to whole elements, whoever left it ragged.
    pub fn allow_cut(&mut self) {
        self.cuts = true;
    }

    /// Whether an element may lie across a page border of the file, where a write may be interrupted.
    pub fn may_cross_pages(&self) -> bool {
        !PAGE.is_multiple_of(self.itemsize) || !self.offset.is_multiple_of(self.itemsize)
    }

    /// Begins a change of the length: takes the lock if the array needs it, and looks at the size of the file. Truncates a partial
    /// element that an interrupted append left. Returns how many bytes the file has from the offset on. They are not whole elements if
    /// nobody knows what the last ones are, or if the system has no such locks.
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
        let partial = bytes % self.itemsize;
        if guard.is_none() || (partial > 0 && !self.was_whole && !self.cuts) {
            return Ok((LengthChange { _guard: guard }, bytes));
        }
        if partial > 0 {
            storage.truncate(size - partial)?;
        }
        self.was_whole = true;
        Ok((LengthChange { _guard: guard }, bytes - partial))
    }

    /// The lock on appends. `None` if the array does not need it.
    fn lock(&mut self, storage: &Storage) -> Result<Option<&Arc<AppendLock>>> {
        if self.lock.is_none() && (self.may_cross_pages() || self.cuts) {
            self.lock = Some(AppendLock::on(storage)?);
        }
        Ok(self.lock.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typecode;

    #[test]
    fn may_cross_pages_of_each_scalar_is_false() {
        for row in typecode::all() {
            let itemsize = row.itemsize() as u64;
            assert!(
                !End::new(itemsize, 3 * itemsize, 0).may_cross_pages(),
                "{}",
                row.code
            );
        }
    }

    #[test]
    fn may_cross_pages_of_records_depends_on_size_and_offset() {
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
                End::new(itemsize, offset, 0).may_cross_pages(),
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
        let mut end = End::new(20, 5, 42);
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
        let mut end = End::new(8, 0, 15);
        assert_eq!(end.begin_change(&storage).unwrap().1, 15);
        end.allow_cut();
        assert_eq!(end.begin_change(&storage).unwrap().1, 8);
        assert_eq!(storage.size().unwrap(), 8);
    }

    #[test]
    fn begin_change_of_scalars_opens_no_descriptor() {
        let storage = storage_of(15);
        let mut end = End::new(8, 0, 15);
        assert!(end.lock(&storage).unwrap().is_none());
        assert!(End::new(20, 0, 15).lock(&storage).unwrap().is_some());
    }
}
