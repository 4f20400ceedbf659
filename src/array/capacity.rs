//! The room of an array beyond its elements: a reserved one has some, an exact one has none.

use super::reservation::Reservation;
use super::{Array, countable_bytes};
use crate::error::{Error, Result};
use crate::mapping::Advice;
use crate::os::huge_pages::HUGE_PAGE;
use crate::os::memory::page_size;

impl Array {
    /// Whether appending needs no system call.
    pub fn is_reserved(&self) -> bool {
        self.reservation.is_some()
    }

    /// Room for a length in a reserved array; grows by half, so that a run of appends asks the system seldom.
    pub(super) fn make_room(&mut self, length: u64) -> Result<()> {
        let capacity = self.capacity();
        if length <= capacity {
            return Ok(());
        }
        let page = page_size() / self.itemsize();
        let generous = length.max(capacity.saturating_add(capacity / 2)).max(page);
        let generous = self.in_huge_pages(generous);
        // What was asked for may fit where half as much again does not. Less than a page more is never worth a call of
        // its own: near a full disk each append would make one.
        let mut spare = generous - length;
        loop {
            match self.set_capacity(length + spare) {
                Err(Error::System { .. } | Error::OutOfRange { .. }) if spare > 0 => {
                    spare = if spare > page { spare / 2 } else { 0 }
                }
                done => return done,
            }
        }
    }

    /// At least so many elements, and where there is so much memory of its own, as many as whole huge pages hold: one that
    /// the end of the file lies in costs a fault for each of its small ones.
    fn in_huge_pages(&self, elements: u64) -> u64 {
        let huge = HUGE_PAGE / self.itemsize();
        if self.mapping.storage().is_exposed() || elements < 2 * huge || self.capacity() == 0 {
            return elements;
        }
        elements.checked_next_multiple_of(huge).unwrap_or(elements)
    }

    /// Grows the file of a reserved array; its length stays.
    fn set_capacity(&mut self, capacity: u64) -> Result<()> {
        let (from, to) = (self.file_position(self.capacity()), self.file_position(capacity));
        self.require_countable(capacity)?;
        self.require_uncut()?;
        self.cover(capacity * self.itemsize())?;
        self.mapping.storage().grow(from, to)?;
        self.state.set(self.length(), capacity);
        if !self.mapping.storage().is_exposed() && capacity * self.itemsize() >= HUGE_PAGE {
            // A hint: where the system has huge pages for such memory, they take far fewer faults.
            let _ = self
                .window
                .advise(Advice::HugePage, 0, capacity * self.itemsize());
        }
        Ok(())
    }

    /// Refuses a length that takes more memory than can be had, before anything is touched. Memory that others can see took its
    /// pages with its capacity, memory of our own takes them when elements are stored.
    ///
    /// # Errors
    /// `ENOMEM`
    pub(super) fn require_memory(&self, length: u64) -> Result<()> {
        let storage = self.mapping.storage();
        let there = if storage.is_exposed() {
            self.capacity()
        } else {
            self.length()
        };
        let added = length.saturating_sub(there);
        storage.require_possible(added.saturating_mul(self.itemsize()))
    }

    /// Refuses a reserved array whose file others cut. See [`Reservation::require_uncut`].
    pub(super) fn require_uncut(&self) -> Result<()> {
        self.reservation
            .as_ref()
            .map_or(Ok(()), |reservation| reservation.require_uncut())
    }

    /// Makes the array the only writer of its file, with room for `capacity` elements at least.
    pub fn reserve(&mut self, capacity: u64) -> Result<()> {
        self.begin_length_change("reserve")??;
        self.reserve_more(capacity)
    }

    /// The same, of an array whose length is the file's.
    pub(super) fn reserve_more(&mut self, capacity: u64) -> Result<()> {
        countable_bytes("capacity", capacity, self.itemsize())?;
        let was_reserved = self.is_reserved();
        if !was_reserved {
            self.reservation = Some(Reservation::start(
                &self.mapping,
                &self.state,
                self.itemsize(),
                self.npy.clone(),
            ));
        }
        if capacity <= self.capacity() {
            return self.require_uncut();
        }
        self.set_capacity(capacity).inspect_err(|_| {
            if !was_reserved {
                self.reservation = None;
            }
        })
    }

    /// Cuts the file back to the array's length: a reserved array becomes exact.
    ///
    /// # Errors
    /// The system's; `MemoryFault` where somebody cut the file shorter than the array reserved.
    pub fn trim(&mut self) -> Result<()> {
        self.make_exact("trim")?;
        self.cut_slack()
    }

    /// Cuts the file back before the array goes. Nobody sees the size of memory without a name.
    pub fn finish(&mut self) -> Result<()> {
        if self.mapping.storage().is_exposed() {
            // A reserved array notes a fault that no call has met yet, and then leaves the file alone.
            let _ = self.require_sound();
            self.trim()
        } else {
            Ok(())
        }
    }

    /// Cuts the file of a reserved array back to its length. Nothing to do for an exact one.
    pub(super) fn make_exact(&mut self, operation: &'static str) -> Result<()> {
        self.require_not_growing(operation)?;
        if let Some(reservation) = &self.reservation {
            // Before any buffer is detached: a call that fails changes nothing.
            reservation.require_uncut()?;
            let length = self.length();
            self.release_pages_behind(length);
            reservation.settle()?;
            self.reservation = None;
            self.slack_end = 0;
            self.forget_prefaulted();
            self.set_exact_length(length);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::array::samples::{file_of, over};
    use crate::kernels::Region;
    use crate::storage::Flags;

    fn size(file: &std::fs::File) -> u64 {
        file.metadata().unwrap().len()
    }

    #[test]
    fn a_reserved_file_is_cut_back_and_never_made_longer() {
        let file = file_of(&[7; 4]);
        let mut array = over(&file, Flags::ReadWrite, None);
        array.reserve(10_000).unwrap();
        assert_eq!(size(&file), 20_000);
        array.extend(Region::of(&[8, 8])).unwrap();
        array.trim().unwrap();
        assert_eq!((size(&file), array.capacity()), (6, 3));
        array.reserve(10_000).unwrap();
        file.set_len(2).unwrap();
        assert_eq!(array.trim().unwrap_err().code(), "ERR_MEMORY_FAULT");
        assert_eq!(size(&file), 2);
        assert_eq!(array.refresh().unwrap(), 1);
        array.trim().unwrap();
        assert_eq!(size(&file), 2);
    }

    #[test]
    fn a_reserved_array_whose_room_was_cut_is_a_fault_until_refresh() {
        let file = file_of(&[7; 4]);
        let mut array = over(&file, Flags::ReadWrite, None);
        array.reserve(100).unwrap();
        // Inside the page, behind the elements: what is stored from there on is lost without a fault.
        file.set_len(10).unwrap();
        // As JavaScript appends: without a call.
        array.state().set(12, 100);
        file.set_len(40).unwrap();
        let fault = |done: crate::error::Result<()>| assert_eq!(done.unwrap_err().code(), "ERR_MEMORY_FAULT");
        fault(array.reserve(50));
        fault(array.extend(Region::of(&[8; 20])));
        // As long as before, which takes back nothing of what was lost.
        file.set_len(200).unwrap();
        fault(array.trim());
        fault(array.flush());
        fault(array.handle().map(drop));
        fault(array.descriptor().map(drop));
        fault(array.reserve(1000));
        assert_eq!(size(&file), 200);
        file.set_len(60).unwrap();
        assert_eq!(array.refresh().unwrap(), 12);
        assert_eq!(array.capacity(), 30);
        array.extend(Region::of(&[9; 2])).unwrap();
        array.trim().unwrap();
        assert_eq!(size(&file), 26);
    }

    #[test]
    fn a_file_that_others_cut_is_left_as_found_when_the_array_is_dropped() {
        let file = file_of(&[7; 4]);
        let mut array = over(&file, Flags::ReadWrite, None);
        array.reserve(100).unwrap();
        file.set_len(150).unwrap();
        drop(array);
        assert_eq!(size(&file), 150);
    }

    #[test]
    fn a_file_that_another_array_reserved_more_of_is_no_fault() {
        let file = file_of(&[7; 4]);
        let (mut one, mut other) = (
            over(&file, Flags::ReadWrite, None),
            over(&file, Flags::ReadWrite, None),
        );
        one.reserve(100).unwrap();
        other.reserve(5000).unwrap();
        one.reserve(200).unwrap();
        one.extend(Region::of(&[8; 2])).unwrap();
        one.trim().unwrap();
        assert_eq!(size(&file), 6);
        assert_eq!(other.trim().unwrap_err().code(), "ERR_MEMORY_FAULT");
        assert_eq!(size(&file), 6);
    }
}
