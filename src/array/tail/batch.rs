//! A batch: elements that wait in memory until they are appended to an array by one write, at the latest at the end of the process.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::End;
use super::exit::AtExit;
use super::file_end::FileEnd;
use crate::array::jobs::Progress;
use crate::array::{Array, Extent, State};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::{Mapping, Window};
use crate::os::exit::lock_at_exit;
use crate::os::write::Unfinished;
use crate::storage::{Flags, NpyHeader};

/// The elements of a buffer, which is an array in memory, and all that is needed to append them to the file of another array without
/// either.
#[derive(Debug)]
pub struct Batch {
    /// The memory and the state of the buffer. JavaScript appends to it without a call.
    elements: Arc<Window>,
    state: Arc<State>,
    itemsize: u64,
    /// The array that gets the elements. Weak, because it gives its file back when it is closed.
    target: Weak<Mapping>,
    npy: Option<NpyHeader>,
    /// Whether each batch is to be stored on the device.
    is_synced: bool,
    writing: Mutex<Writing>,
}

/// Locked while the elements are appended.
#[derive(Debug)]
struct Writing {
    /// The end of the target's file, as of the last append.
    end: End,
    /// Whether the process has ended. If a thread still runs then, it must not append the elements again.
    is_over: bool,
}

/// The batches of this process.
static OPEN: AtExit<Batch> = AtExit::new();

impl Batch {
    fn open(batch: Batch) -> Arc<Batch> {
        let batch = Arc::new(batch);
        OPEN.add(&batch);
        batch
    }

    fn region(&self) -> Region<'_> {
        let bytes = self.state.length() * self.itemsize;
        // A buffer that became longer than its window has another one now.
        self.elements.region(bytes.min(self.elements.len() as u64))
    }

    /// Removes elements that were appended.
    fn remove(&self, bytes: u64) {
        let elements = self.region();
        let rest = elements.len() - bytes as usize;
        elements.move_within(bytes as usize, 0, rest);
        self.state.set(rest as u64 / self.itemsize, self.state.capacity());
    }

    /// Appends the elements without the array, which is exact or in a `.npy` file by now.
    fn append_at_exit(&self) -> Result<()> {
        let (Some(target), Some(mut writing)) = (self.target.upgrade(), lock_at_exit(&self.writing)) else {
            return Ok(());
        };
        let (storage, elements) = (target.storage(), self.region());
        // Memory that nobody else can see ends with the process.
        if writing.is_over || elements.is_empty() || !storage.is_exposed() {
            return Ok(());
        }
        writing.is_over = true;
        FileEnd::at_exit(&target, &writing.end, self.npy.as_ref(), self.itemsize)?
            .append(elements, &mut Progress::default())?;
        if self.is_synced { storage.sync() } else { Ok(()) }
    }
}

/// Appends all batches at the end of the process.
pub(super) fn append_all() {
    OPEN.finish(Batch::append_at_exit);
}

impl Array {
    /// A batch for this array. `buffer` is an array in memory of the same element type and rows, in which the elements are collected.
    ///
    /// # Errors
    /// `ReadOnly`, `FixedLength`; `TypeMismatch` if the types differ; `PartialRow` if the rows do.
    pub fn batch(&self, buffer: &Array, is_synced: bool) -> Result<Arc<Batch>> {
        const OPERATION: &str = "appender";
        self.require_access(OPERATION)?;
        if self.flags == Flags::CopyOnWrite || self.extent != Extent::Whole {
            return Err(self.fixed_length(OPERATION));
        }
        if self.element_type != buffer.element_type {
            return Err(Error::TypeMismatch {
                ours: self.element_type.to_string(),
                theirs: buffer.element_type.to_string(),
            });
        }
        // Each append has whole rows then.
        self.require_whole_rows(OPERATION, buffer.shape.row())?;
        Ok(Batch::open(Batch {
            elements: buffer.window().clone(),
            state: buffer.state.clone(),
            itemsize: self.itemsize(),
            target: Arc::downgrade(self.mapping()),
            npy: self.tail.header().cloned(),
            is_synced,
            writing: Mutex::new(Writing {
                end: self.end.clone(),
                is_over: false,
            }),
        }))
    }

    /// Appends the elements of a batch by one write, and removes them from it. In one call, because a thread may be terminated between
    /// two.
    ///
    /// # Errors
    /// As [`Array::extend`]. Elements that are not in the file stay in the batch.
    pub fn append_batch(&mut self, batch: &Batch) -> Result<()> {
        let mut writing = batch.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let elements = batch.region();
        if writing.is_over || elements.is_empty() {
            return Ok(());
        }
        let _change = self.begin_length_change("the flush of an appender")??;
        writing.end = self.end.clone();
        let appended = self.append_or_keep(&[elements]);
        let kept = match &appended {
            Ok(()) => elements.len() as u64,
            Err(unfinished) => unfinished.kept - unfinished.kept % self.row_bytes(),
        };
        batch.remove(kept);
        appended.map_err(|Unfinished { error, .. }| error)
    }

    /// The same when the thread ends or the batch is dropped. Stores the elements on the device, if the batch wants that.
    pub fn finish_batch(&mut self, batch: &Batch) -> Result<()> {
        self.append_batch(batch)?;
        if batch.is_synced {
            self.storage().sync()
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Placement;
    use crate::array::samples::{file_of, integers, over, records};
    use crate::sharing::append_lock::AppendLock;
    use crate::storage::Storage;
    use crate::typecode::Typecode;
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::FileExt;

    /// A buffer for arrays of two-byte integers, with some bytes.
    fn buffer_of(bytes: &[u8]) -> Array {
        let mut buffer = Array::anonymous(Typecode::parse("h").unwrap(), 100).unwrap();
        buffer.extend(Region::of(bytes)).unwrap();
        buffer
    }

    fn bytes_of(file: &File) -> Vec<u8> {
        let mut bytes = vec![0; file.metadata().unwrap().len() as usize];
        file.read_exact_at(&mut bytes, 0).unwrap();
        bytes
    }

    #[test]
    fn append_batch_empties_the_buffer_and_a_failure_keeps_it() {
        let file = file_of(&[1; 3]);
        let (mut array, mut buffer) = (over(&file, Flags::ReadWrite, None), buffer_of(&[7; 6]));
        let batch = array.batch(&buffer, false).unwrap();
        assert_eq!(
            array.append_batch(&batch).unwrap_err().code(),
            "ERR_RAGGED_LENGTH"
        );
        assert_eq!((buffer.length(), bytes_of(&file).len()), (3, 3));
        file.set_len(2).unwrap();
        array.append_batch(&batch).unwrap();
        array.append_batch(&batch).unwrap();
        assert_eq!((buffer.length(), buffer.capacity() >= 100), (0, true));
        buffer.extend(Region::of(&[8; 2])).unwrap();
        array.append_batch(&batch).unwrap();
        assert_eq!(bytes_of(&file), [1, 1, 7, 7, 7, 7, 7, 7, 8, 8]);
        assert_eq!(array.length(), 5);
    }

    #[test]
    fn append_batch_while_another_append_does_not_end_keeps_the_elements() {
        let file = file_of(&[1; 20]);
        let open = || Storage::from_descriptor(file.as_raw_fd(), Flags::ReadWrite);
        let mut array = Array::open(records(20), Flags::ReadWrite, Placement::default(), open).unwrap();
        let mut buffer = Array::anonymous(records(20), 10).unwrap();
        buffer.extend(Region::of(&[7; 40])).unwrap();
        let batch = array.batch(&buffer, false).unwrap();
        let held = AppendLock::on(array.storage()).unwrap().acquire().unwrap();
        assert_eq!(array.append_batch(&batch).unwrap_err().code(), "ERR_LOCKED");
        assert_eq!((buffer.length(), bytes_of(&file).len()), (2, 20));
        drop(held);
        array.append_batch(&batch).unwrap();
        assert_eq!((buffer.length(), bytes_of(&file).len()), (0, 60));
    }

    #[test]
    fn remove_of_a_part_keeps_the_elements_behind_it() {
        let array = over(&file_of(&[]), Flags::ReadWrite, None);
        let buffer = buffer_of(&[1, 1, 2, 2, 3, 3]);
        array.batch(&buffer, false).unwrap().remove(4);
        assert_eq!(buffer.region().to_vec().unwrap(), [3, 3]);
    }

    #[test]
    fn append_at_exit_appends_once() {
        let file = file_of(&[1; 2]);
        let (mut array, buffer) = (over(&file, Flags::ReadWrite, None), buffer_of(&[7; 4]));
        let batch = array.batch(&buffer, true).unwrap();
        // What another process has appended.
        file.write_all_at(&[2; 2], 2).unwrap();
        batch.append_at_exit().unwrap();
        batch.append_at_exit().unwrap();
        array.append_batch(&batch).unwrap();
        assert_eq!(bytes_of(&file), [1, 1, 2, 2, 7, 7, 7, 7]);
    }

    #[test]
    fn append_at_exit_of_a_closed_array_or_of_memory_that_nobody_sees_does_nothing() {
        let file = file_of(&[1; 2]);
        let array = over(&file, Flags::ReadWrite, None);
        let batch = array.batch(&buffer_of(&[7; 4]), false).unwrap();
        drop(array);
        batch.append_at_exit().unwrap();
        assert_eq!(bytes_of(&file).len(), 2);
        let (array, buffer) = (integers(&[1]), integers(&[2]));
        array.batch(&buffer, false).unwrap().append_at_exit().unwrap();
        assert_eq!(array.storage().size().unwrap(), array.capacity() * 4);
    }

    #[test]
    fn batch_of_an_array_that_cannot_grow_fails() {
        let file = file_of(&[1; 8]);
        let code = |array: Array| {
            let batch = array.batch(&buffer_of(&[]), false);
            batch.unwrap_err().code().into_owned()
        };
        assert_eq!(code(over(&file, Flags::Read, None)), "ERR_READ_ONLY");
        assert_eq!(code(over(&file, Flags::CopyOnWrite, None)), "ERR_FIXED_LENGTH");
        assert_eq!(code(over(&file, Flags::ReadWrite, Some(2))), "ERR_FIXED_LENGTH");
        assert_eq!(code(integers(&[])), "ERR_TYPE_MISMATCH");
    }
}
