//! Python's `a *= n`.

use super::Array;
use super::placement::COUNTABLE;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::fill::{repeat_behind, repeat_head};

/// Bytes that few elements are made into before they are written.
const WRITTEN_AT_ONCE: u64 = 1 << 20;

impl Array {
    /// Repeats the elements in place; with `times` of 0 or less nothing is left.
    ///
    /// # Errors
    /// `OutOfRange` for more than 2^53 bytes, else the system's; the array is then as it was.
    pub fn repeat(&mut self, times: i64) -> Result<()> {
        let resizable = self.begin_length_change("repeatInPlace")?;
        let length = self.length();
        let times = u64::try_from(times).unwrap_or(0);
        let most = COUNTABLE.checked_div(self.byte_length()).unwrap_or(u64::MAX);
        if times > most {
            return Err(Error::OutOfRange {
                name: "times",
                requirement: format!("at most {most}, which makes 2^53 bytes"),
                received: times.to_string(),
            });
        }
        let total = length * times;
        if total == length {
            return Ok(());
        }
        resizable?;
        if total == 0 {
            return self.shorten(0);
        }
        // Every page of it is going to be touched.
        self.require_memory(total)?;
        if self.is_reserved() {
            self.make_room(total)?;
            self.repeat_reserved(total)?;
            self.state.set(total, self.capacity());
            return Ok(());
        }
        self.repeat_exact(total)
    }

    /// Repeats what is there behind the end, where there is room.
    fn repeat_reserved(&mut self, total: u64) -> Result<()> {
        let (head, end) = (self.byte_length(), total * self.itemsize());
        if !self.can_prefault(end - head) {
            repeat_head(self.window.region(end), head as usize);
            return Ok(());
        }
        self.in_pieces(end - head, |array, piece| {
            repeat_behind(
                array.window.region(piece.end),
                piece.start as usize,
                head as usize,
            );
            Ok(true)
        })
    }

    /// Appends what is there, over and over. Each write ends at a whole element. What is written comes from the elements there
    /// were: behind them others may append meanwhile.
    fn repeat_exact(&mut self, total: u64) -> Result<()> {
        let (old, goal) = (self.byte_length(), total * self.itemsize());
        self.require_countable(total)?;
        self.cover(goal)?;
        let window = self.window.clone();
        let head = window.region(old);
        let block;
        let head = if old < WRITTEN_AT_ONCE {
            let times = WRITTEN_AT_ONCE.min(goal - old).div_ceil(old);
            block = head.to_vec()?.repeat(times as usize);
            Region::of(&block)
        } else {
            head
        };
        let offset = self.mapping.offset();
        let mut done = old;
        while done < goal {
            let head = head.part(0, head.len().min((goal - done) as usize));
            if let Err(error) = self.write_behind(&[head], offset + done) {
                // Back to where it began, unless others have appended.
                if self.mapping.storage().size()? == offset + done {
                    self.mapping.storage().cut(offset + old)?;
                }
                return Err(error);
            }
            done += head.len() as u64;
        }
        if self.npy.is_some() {
            return self.finish_growth(total);
        }
        self.refresh().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Array;
    use crate::kernels::Region;
    use crate::typecode::Typecode;

    #[test]
    fn more_than_the_machine_has_is_refused_before_it_is_touched() {
        let mut array = Array::anonymous(Typecode::parse("q").unwrap(), 0).unwrap();
        array.extend(Region::of(&[1; 8])).unwrap();
        assert_eq!(array.repeat(1 << 48).unwrap_err().code(), "ENOMEM");
        assert_eq!(array.repeat(1 << 60).unwrap_err().code(), "ERR_OUT_OF_RANGE");
        assert_eq!(array.region().to_vec().unwrap(), [1; 8]);
    }

    #[test]
    fn what_others_append_meanwhile_is_not_repeated() {
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
    fn reserved_and_exact_arrays_repeat_alike() {
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
