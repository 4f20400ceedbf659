//! Python's `a *= n`.

use super::Array;
use super::open::COUNTABLE;
use crate::error::{Error, Result};
use crate::kernels::Region;

/// Fewer bytes than this are first repeated into a block of this size, which is then appended.
const BLOCK: u64 = 4 << 20;

impl Array {
    /// Repeats the elements in place. Removes all of them if `times` is 0 or less.
    ///
    /// # Errors
    /// `OutOfRange` for more than 2^53 bytes; the system's. Then nothing is changed.
    pub fn repeat(&mut self, times: i64) -> Result<()> {
        let resizable = self.begin_length_change("repeatInPlace")?;
        let length = self.length();
        let times = u64::try_from(times).unwrap_or(0);
        let most = COUNTABLE.checked_div(self.byte_length()).unwrap_or(u64::MAX);
        if times > most {
            return Err(Error::OutOfRange {
                name: "times",
                requirement: format!("<= {most}, which makes 2^53 bytes"),
                received: times.to_string(),
            });
        }
        let total = length * times;
        if total == length {
            return Ok(());
        }
        let _change = resizable?;
        if total == 0 {
            return self.truncate(0);
        }
        // All of its pages will be written.
        self.require_memory(total)?;
        self.prepare_append(total)?;
        let own = self.snapshot()?;
        let mut missing = (total - length) * self.itemsize();
        let block;
        let head = if (own.region().len() as u64) < BLOCK {
            let times = BLOCK.min(missing).div_ceil(own.region().len() as u64);
            block = own.region().to_vec()?.repeat(times as usize);
            Region::of(&block)
        } else {
            own.region()
        };
        // Others may truncate the file meanwhile: zeros that were read instead of elements are not repeated.
        own.check_faults()?;
        // Others may append meanwhile. What they do is not repeated.
        while missing > 0 {
            let part = head.part(0, head.len().min(usize::try_from(missing).unwrap_or(usize::MAX)));
            let appended = self.append_bytes(&[part]).map(|()| missing -= part.len() as u64);
            if let Err(error) = appended.and_then(|()| own.check_faults()) {
                self.undo_append(length, total - missing / self.itemsize())?;
                return Err(error);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Array;
    use crate::kernels::Region;
    use crate::typecode::Typecode;

    #[test]
    fn repeat_beyond_the_available_memory_fails_and_changes_nothing() {
        let mut array = Array::anonymous(Typecode::parse("q").unwrap(), 0).unwrap();
        array.extend(Region::of(&[1; 8])).unwrap();
        assert_eq!(array.repeat(1 << 48).unwrap_err().code(), "ENOMEM");
        assert_eq!(array.repeat(1 << 60).unwrap_err().code(), "ERR_OUT_OF_RANGE");
        assert_eq!(array.region().to_vec().unwrap(), [1; 8]);
    }

    #[test]
    fn repeat_while_others_append_does_not_repeat_their_elements() {
        use std::sync::atomic::{AtomicBool, Ordering};
        for head in [3usize, 3 << 20] {
            let mut array = Array::anonymous(Typecode::parse("B").unwrap(), 0).unwrap();
            array.extend(Region::of(&vec![1; head])).unwrap();
            array.descriptor().unwrap();
            let storage = array.mapping().storage().clone();
            let is_over = AtomicBool::new(false);
            let times = (20 << 20) / head;
            let theirs = std::thread::scope(|scope| {
                let other = scope.spawn(|| {
                    // What is appended before it begins is repeated too.
                    while storage.size().unwrap() == head as u64 {
                        std::thread::yield_now();
                    }
                    let mut count = 0;
                    while !is_over.load(Ordering::Relaxed) {
                        storage.append(&[Region::of(&[255])], 0).unwrap();
                        count += 1;
                    }
                    count
                });
                let done = array.repeat(times as i64);
                // Also where it failed: the scope waits for the other thread.
                is_over.store(true, Ordering::Relaxed);
                done.unwrap();
                other.join().unwrap()
            });
            array.refresh().unwrap();
            let there = array.region().to_vec().unwrap();
            let ours = there.iter().filter(|byte| **byte == 1).count();
            assert_eq!((ours, there.len() - ours), (head * times, theirs), "{head}");
        }
    }

    #[test]
    fn repeat_of_elements_that_are_lost_meanwhile_appends_no_zeros() {
        use crate::array::samples::{file_of, over};
        use crate::storage::Flags;
        let file = file_of(&[7; 3 * 4096]);
        let mut array = over(&file, Flags::ReadWrite, None);
        let theirs = file.try_clone().unwrap();
        // Called when the call has taken over the length: another process truncates the file once more.
        array.on_truncate(Box::new(move |_| theirs.set_len(4096).unwrap()));
        file.set_len(2 * 4096).unwrap();
        assert_eq!(array.repeat(3).unwrap_err().code(), "ERR_MEMORY_FAULT");
        assert_eq!(file.metadata().unwrap().len(), 4096);
    }

    #[test]
    fn repeat_of_reserved_and_exact_arrays_gives_the_same() {
        for exact in [false, true] {
            let mut array = Array::anonymous(Typecode::parse("B").unwrap(), 0).unwrap();
            array.extend(Region::of(b"abc")).unwrap();
            if exact {
                array.descriptor().unwrap();
            }
            array.repeat(5).unwrap();
            assert_eq!(array.region().to_vec().unwrap(), b"abc".repeat(5));
            array.repeat(-1).unwrap();
            assert_eq!(array.length(), 0);
            array.repeat(7).unwrap();
            assert_eq!(array.length(), 0);
        }
    }
}
