//! A reserved array: its file has room behind the elements. The array truncates the file to them, at the latest at the end of the
//! process.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use super::Tail;
use super::exit::AtExit;
use crate::array::{Array, State, countable_bytes};
use crate::error::{Error, Result};
use crate::kernels::{self, Region};
use crate::mapping::{Advice, Mapping};
use crate::os::huge_pages::HUGE_PAGE;
use crate::os::memory::page_size;
use crate::sharing::reservation_lock::ReservationLock;
use crate::storage::NpyHeader;

pub struct Reserved {
    reservation: Arc<Reservation>,
    /// The header when the array was reserved.
    npy: Option<NpyHeader>,
}

impl Reserved {
    pub fn header(&self) -> Option<&NpyHeader> {
        self.npy.as_ref()
    }

    /// As [`Reservation::check_truncation`].
    pub fn check_truncation(&self) -> Result<()> {
        self.reservation.check_truncation()
    }

    /// As [`Reservation::check_size`].
    pub fn check_size(&self) -> Result<()> {
        self.reservation.check_size()
    }

    /// For a job, which must not keep the file reserved after the array has gone.
    pub(super) fn reservation(&self) -> Weak<Reservation> {
        Arc::downgrade(&self.reservation)
    }

    /// Remembers that others truncated the file. The array leaves it alone until a refresh.
    pub fn note_truncation(&self) {
        self.reservation.is_truncated.store(true, Ordering::Relaxed);
    }

    /// Called when the array has taken over what the file holds now.
    pub fn accept_truncation(&self) {
        self.reservation.is_truncated.store(false, Ordering::Relaxed);
    }

    /// Truncates the file to the elements. Returns the tail that the array has from now on.
    pub fn seal(&self) -> Result<Tail> {
        self.reservation.seal()?;
        Ok(Tail::new(self.npy.clone()))
    }
}

/// All that is needed to truncate a reserved file to its elements without the array.
#[derive(Debug)]
pub(super) struct Reservation {
    mapping: Arc<Mapping>,
    state: Arc<State>,
    itemsize: u64,
    row_bytes: u64,
    npy: Option<NpyHeader>,
    /// Whether others have truncated the file. Kept, because they may make it as long again.
    is_truncated: AtomicBool,
    /// Tells readers of the file that its size says nothing. Released when the file is exact again.
    lock: Option<ReservationLock>,
}

/// The reservations of this process in files that others can see.
static OPEN: AtExit<Reservation> = AtExit::new();

impl Reservation {
    fn start(reservation: Reservation) -> Arc<Reservation> {
        let reservation = Arc::new(reservation);
        // Memory that nobody else can see ends with the process.
        if reservation.mapping.storage().is_exposed() {
            OPEN.add(&reservation);
        }
        reservation
    }

    /// Checks that the file has room for the whole capacity. If not, others truncated it, and elements that were stored behind its
    /// end are lost, those in its last page without a fault. It may be longer, because another array may have reserved more.
    ///
    /// # Errors
    /// `MemoryFault`
    fn check_truncation(&self) -> Result<()> {
        if self.is_truncated.load(Ordering::Relaxed) {
            return Err(Error::MemoryFault);
        }
        let capacity = self.state.capacity();
        // If the file is as long again by now, a fault shows that it was truncated.
        let found = if self.mapping.has_zeros_before(capacity * self.itemsize) {
            Err(Error::MemoryFault)
        } else {
            self.mapping.storage().require_size(self.position(capacity))
        };
        if matches!(found, Err(Error::MemoryFault)) {
            self.is_truncated.store(true, Ordering::Relaxed);
        }
        found
    }

    /// Checks that others have neither truncated the file nor appended to it.
    ///
    /// # Errors
    /// `MemoryFault`, `OtherWriter`; the system's
    fn check_size(&self) -> Result<()> {
        self.check_truncation()?;
        self.check_end(self.position(self.state.capacity()))
    }

    /// Checks that others have not appended to the file, which this array has made `capacity` bytes long. What they append lies behind
    /// that: if this array truncated the file or grew, it would be lost. If another array has reserved the file, too, that one may have
    /// made it longer.
    ///
    /// # Errors
    /// `OtherWriter`; the system's
    pub(super) fn check_end(&self, capacity: u64) -> Result<()> {
        let storage = self.mapping.storage();
        // In a `.npy` file, elements lie where the header counts them. Memory that nobody else can see has no other writers.
        if self.npy.is_some() || !storage.is_exposed() {
            return Ok(());
        }
        let bytes = storage.size()?;
        let is_longer = bytes >= capacity + self.row_bytes;
        if is_longer && !self.lock.as_ref().is_some_and(ReservationLock::is_shared) {
            return Err(Error::OtherWriter { bytes, capacity });
        }
        Ok(())
    }

    /// Makes a header count the elements, then truncates the file to them.
    ///
    /// # Errors
    /// As [`Self::check_size`], with the file left as it is; the system's
    fn seal(&self) -> Result<()> {
        self.check_size()?;
        let length = self.state.length();
        let storage = self.mapping.storage();
        if let Some(mut npy) = self.npy.clone() {
            npy.count(storage)?;
            npy.set_count(storage, length)?;
        }
        storage.truncate(self.position(length))
    }

    /// Byte of the file at which an element lies.
    fn position(&self, element: u64) -> u64 {
        self.mapping.offset() + element * self.itemsize
    }
}

/// Truncates all reserved files to their elements, at the end of the process.
pub(super) fn seal_all() {
    OPEN.finish(Reservation::seal);
}

impl Array {
    /// Makes the array the only writer of its file, with room for at least `capacity` elements.
    pub fn reserve(&mut self, capacity: u64) -> Result<()> {
        let _change = self.begin_length_change("reserve")??;
        self.reserve_more(capacity)
    }

    /// The same, for an array that has just taken over the length of its file.
    pub(in crate::array) fn reserve_more(&mut self, capacity: u64) -> Result<()> {
        countable_bytes("capacity", capacity, self.itemsize())?;
        let exact = self.start_reservation()?;
        if capacity <= self.capacity() {
            return self.check_truncation();
        }
        self.set_capacity(capacity).inspect_err(|_| {
            if let Some(exact) = exact {
                self.tail = exact;
            }
        })
    }

    /// Makes the array reserved. Returns the tail it had; `None` if it was reserved already.
    fn start_reservation(&mut self) -> Result<Option<Tail>> {
        if let Tail::Reserved(_) = self.tail {
            return Ok(None);
        }
        let npy = self.tail.header().cloned();
        // A header counts the elements, whatever the size of the file.
        let lock = if npy.is_none() && self.storage().is_exposed() {
            ReservationLock::on(self.storage())?
        } else {
            None
        };
        let reservation = Reservation::start(Reservation {
            mapping: self.memory.mapping().clone(),
            state: self.state.clone(),
            itemsize: self.itemsize(),
            row_bytes: self.row_bytes(),
            npy: npy.clone(),
            is_truncated: AtomicBool::new(false),
            lock,
        });
        let reserved = Tail::Reserved(Reserved { reservation, npy });
        Ok(Some(std::mem::replace(&mut self.tail, reserved)))
    }

    /// As [`Reservation::check_truncation`]. Does nothing if the array is not reserved.
    pub(in crate::array) fn check_truncation(&self) -> Result<()> {
        match &self.tail {
            Tail::Reserved(reserved) => reserved.check_truncation(),
            Tail::Exact | Tail::Npy(_) => Ok(()),
        }
    }

    /// Makes room for elements, and stores them behind the end.
    pub(super) fn append_reserved(&mut self, parts: &[Region<'_>], length: u64) -> Result<()> {
        self.require_memory(length)?;
        self.make_room(length)?;
        for part in parts {
            self.store_behind_end(*part);
            let end = self.byte_length() + part.len() as u64;
            // Elements that were stored where the file had been truncated are lost, and do not count.
            self.check_faults_within(end)?;
            self.state.set(end / self.itemsize(), self.capacity());
        }
        Ok(())
    }

    /// Makes a reserved array shorter. Its file keeps its size, but zeros replace the elements: if the process is killed, the file
    /// stays that long, and removed elements must not come back.
    pub(super) fn truncate_reserved(&mut self, length: u64) {
        if self.storage().is_exposed() {
            let start = length * self.itemsize();
            let removed = self
                .region()
                .part(start as usize, (self.byte_length() - start) as usize);
            kernels::fill::fill(removed, &[0]);
        }
        self.state.set(length, self.capacity());
    }

    /// Makes room for a length in a reserved array. Grows by half, so that many appends make few system calls.
    pub(in crate::array) fn make_room(&mut self, length: u64) -> Result<()> {
        let capacity = self.capacity();
        if length <= capacity {
            return Ok(());
        }
        let page = page_size() / self.itemsize();
        let generous = length.max(capacity.saturating_add(capacity / 2)).max(page);
        let generous = self.in_huge_pages(generous);
        // If so much does not fit, tries less, down to what is needed. It never adds less than a page: otherwise each append near a
        // full disk would make a system call.
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

    /// At least so many elements. If nobody else sees the memory and it is large, as many as whole huge pages hold: the kernel uses
    /// small pages from the last huge page border of a file to its end, and each costs a fault.
    fn in_huge_pages(&self, elements: u64) -> u64 {
        let bytes = elements.saturating_mul(self.itemsize());
        if self.storage().is_exposed() || bytes < 2 * HUGE_PAGE || self.capacity() == 0 {
            return elements;
        }
        let whole = bytes.checked_next_multiple_of(HUGE_PAGE);
        whole.map_or(elements, |whole| whole.div_ceil(self.itemsize()))
    }

    /// Grows the file of a reserved array. The length stays. If the process is killed, the file ends with a whole row.
    fn set_capacity(&mut self, capacity: u64) -> Result<()> {
        let capacity = capacity.next_multiple_of(self.shape.row());
        let (from, to) = (self.file_position(self.capacity()), self.file_position(capacity));
        self.require_length_fits_header(capacity)?;
        if let Tail::Reserved(reserved) = &self.tail {
            reserved.check_size()?;
        }
        self.memory.cover(capacity * self.itemsize())?;
        self.storage().grow(from, to)?;
        self.state.set(self.length(), capacity);
        if !self.storage().is_exposed() && capacity * self.itemsize() >= HUGE_PAGE {
            // A hint, which may fail: with huge pages, the memory takes far fewer faults.
            let bytes = capacity * self.itemsize();
            let _ = self.window().advise(Advice::HugePage, 0, bytes);
        }
        Ok(())
    }

    /// Checks that memory is available for a length, before it is touched. Memory that others can see has its pages for the whole
    /// capacity; other memory gets them when elements are stored.
    ///
    /// # Errors
    /// `ENOMEM`
    pub(in crate::array) fn require_memory(&self, length: u64) -> Result<()> {
        let taken = if self.storage().is_exposed() {
            self.capacity()
        } else {
            self.length()
        };
        let added = length.saturating_sub(taken);
        self.storage()
            .require_memory(added.saturating_mul(self.itemsize()))
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
    fn trim_truncates_a_reserved_file_and_never_extends_it() {
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
    fn truncation_of_a_reserved_file_is_a_fault_until_refresh() {
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
    fn refresh_after_the_file_is_as_long_again_keeps_the_capacity() {
        let file = file_of(&[7; 4]);
        let mut array = over(&file, Flags::ReadWrite, None);
        array.reserve(10_000).unwrap();
        file.set_len(4096).unwrap();
        // Behind the elements, as a view from before the array got shorter does.
        array.window().region(20_000).put::<u8>(10_000, 1);
        file.set_len(20_000).unwrap();
        assert_eq!(array.trim().unwrap_err().code(), "ERR_MEMORY_FAULT");
        assert_eq!((array.refresh().unwrap(), array.capacity()), (2, 10_000));
        array.extend(Region::of(&[8; 2])).unwrap();
        array.trim().unwrap();
        assert_eq!(size(&file), 6);
    }

    #[test]
    fn trim_after_another_array_appended_is_an_error_and_keeps_the_file() {
        let file = file_of(&[7; 4]);
        let (mut reserved, mut other) = (
            over(&file, Flags::ReadWrite, None),
            over(&file, Flags::ReadWrite, None),
        );
        reserved.reserve(100).unwrap();
        reserved.extend(Region::of(&[8, 8])).unwrap();
        other.extend(Region::of(&[9; 4])).unwrap();
        let refused =
            |done: crate::error::Result<()>| assert_eq!(done.unwrap_err().code(), "ERR_OTHER_WRITER");
        refused(reserved.trim());
        refused(reserved.reserve(200));
        refused(reserved.extend(Region::of(&[8; 200])));
        assert_eq!((reserved.length(), reserved.capacity()), (3, 100));
        drop(reserved);
        assert_eq!((size(&file), other.refresh().unwrap()), (204, 102));
        let bytes = other.region().to_vec().unwrap();
        assert_eq!(
            (&bytes[..7], &bytes[199..]),
            (&[7, 7, 7, 7, 8, 8, 0][..], &[0, 9, 9, 9, 9][..])
        );
    }

    #[test]
    fn drop_after_others_truncated_the_file_leaves_it_alone() {
        let file = file_of(&[7; 4]);
        let mut array = over(&file, Flags::ReadWrite, None);
        array.reserve(100).unwrap();
        file.set_len(150).unwrap();
        drop(array);
        assert_eq!(size(&file), 150);
    }

    #[test]
    fn reserve_after_another_array_reserved_more_is_no_fault() {
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
