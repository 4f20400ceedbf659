//! One mapped range of address space, longer than the file behind it.
#![allow(unsafe_code, reason = "maps files and hands out regions of the mapped bytes")]

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use memmap2::MmapRaw;

use super::own_pages::OwnPages;
use super::restorations::Restorations;
use super::{Advice, address_range};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::guard::{Guarded, Recorded, Zeros, count_fault, gap};
use crate::os::huge_pages::{self, HUGE_PAGE};
use crate::os::memory;
use crate::storage::Storage;

/// A mapping whose base never moves and whose bytes may change under the reader. Bytes past the end of the file are
/// address space only; they become usable the moment the file grows over them.
#[derive(Debug)]
pub struct Window {
    /// Given up when the window is blanked. Declared, and so dropped, before what it answers for.
    file: Mutex<Option<GuardedFile>>,
    map: MmapRaw,
    private: bool,
    /// Asked before and after each call, so without the lock. Of no meaning once the window is blank.
    zeros: Zeros,
    restorations: Restorations,
    /// Which opening of the file the pages are of. See [`Storage::generation`].
    generation: AtomicU32,
    /// Those of a private window that were written to.
    own_pages: OwnPages,
}

/// What is behind the window: the guard that answers for it, and the file it needs for that.
#[derive(Debug)]
struct GuardedFile {
    guarded: Guarded,
    storage: Arc<Storage>,
    /// Byte of the file at the window's start.
    offset: u64,
}

impl Window {
    /// Maps a file from `offset` on, wide enough for `bytes` and many more.
    ///
    /// # Errors
    /// The system's, `ENOMEM` where not even the bytes themselves find room.
    pub fn map(storage: &Arc<Storage>, offset: u64, bytes: u64, private: bool) -> Result<Window> {
        // Before the file is mapped: what is opened anew meanwhile is mapped again.
        let generation = storage.generation();
        let map = address_range::map(storage, offset, bytes, private)?;
        let mut window = Window::guard(map, storage, offset, private)?;
        window.generation = AtomicU32::new(generation);
        Ok(window)
    }

    fn guard(map: MmapRaw, storage: &Arc<Storage>, offset: u64, private: bool) -> Result<Window> {
        let pages = Pages::of(&map);
        let descriptor = storage.descriptor();
        // SAFETY: the pages are this mapping's until the window is dropped or blanked, and the guard goes before; the
        // storage is kept beside it.
        let guarded = unsafe {
            Guarded::new(
                pages.start.addr(),
                pages.length,
                descriptor,
                offset - pages.lead as u64,
            )
        }?;
        let zeros = guarded.zeros();
        let file = GuardedFile {
            guarded,
            storage: storage.clone(),
            offset,
        };
        Ok(Window {
            file: Mutex::new(Some(file)),
            map,
            private,
            zeros,
            restorations: Restorations::default(),
            generation: AtomicU32::default(),
            own_pages: OwnPages::default(),
        })
    }

    /// From which byte of the window on zeros are read that are not the file's: somebody cut it.
    pub fn zeros_from(&self) -> Option<u64> {
        let from = self.zeros.from()?;
        Some(from.saturating_sub(Pages::of(&self.map).lead) as u64)
    }

    /// How many times this window was restored after a fault. An array that last saw a smaller number may have read zeros.
    pub fn restorations(&self) -> usize {
        self.restorations.count()
    }

    /// The same without one that is under way: it is counted before the zeros are gone, which an array may read until then.
    pub fn completed_restorations(&self) -> usize {
        let _none_under_way = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        self.restorations.count()
    }

    /// Refuses the first bytes of the window where some of them are zeros that are not the file's, or were since there
    /// were so many restorations: another array may have had them taken away.
    ///
    /// # Errors
    /// `MemoryFault`
    pub fn require_sound(&self, bytes: u64, restorations_known: usize) -> Result<()> {
        let zeros_lie = self.zeros_from().is_some_and(|from| from < bytes);
        if zeros_lie || self.restorations.reached(bytes, restorations_known) {
            return Err(Error::MemoryFault);
        }
        Ok(())
    }

    /// Maps the file again where the guard has laid zeros; gives how many restorations that took, 0 if there were no zeros.
    /// Where another thread keeps touching what is still cut off, zeros stay, and so does their record.
    pub fn restore(&self) -> Result<usize> {
        const ATTEMPTS: usize = 3;
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = file.as_ref() else {
            return Ok(0);
        };
        let pages = Pages::of(&self.map);
        for attempt in 0..ATTEMPTS {
            let Some(recorded) = file.guarded.recorded() else {
                return Ok(attempt);
            };
            let zeros = self.count_restoration(recorded, &pages);
            gap();
            let start = pages.start.wrapping_add(zeros.start);
            let offset = file.offset - pages.lead as u64 + zeros.start as u64;
            // SAFETY: these are pages of this window, and what lies there now is the guard's zeros.
            unsafe { memory::lay_over(start, zeros.len(), file.storage.file(), offset, self.private) }?;
            gap();
            if file.guarded.clear(recorded) {
                return Ok(attempt + 1);
            }
        }
        Ok(ATTEMPTS)
    }

    /// Counts a restoration before its record goes: an array that has read zeros must find one of the two. Gives the bytes of
    /// the pages that are to be mapped again.
    fn count_restoration(&self, recorded: Recorded, pages: &Pages) -> Range<usize> {
        let zeros = recorded.zeros(pages.length);
        self.restorations
            .add(zeros.start.saturating_sub(pages.lead) as u64);
        zeros
    }

    /// Before the first bytes of a private window may be written to.
    pub fn begin_own_writes(&self, bytes: u64) {
        let _no_follow_file_maps_over_it = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        self.own_pages.begin(self.region(bytes));
    }

    /// If written pages are gone, records that as a restoration, so that every array on the window finds out, and counts it as a
    /// fault, so that JavaScript asks.
    pub fn note_lost_pages(&self) {
        if self.own_pages.lost_some() {
            self.restorations.add(0);
            count_fault();
        }
    }

    /// Goes on with what is there.
    pub fn go_on_without_lost_pages(&self, bytes: u64) {
        self.own_pages.go_on(self.region(bytes));
    }

    /// Maps the file that was opened anew since, over all of the window, unless that would lose what was written to it.
    pub fn follow_file(&self) -> Result<()> {
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if self.own_pages.are_written() {
            return Ok(());
        }
        let Some(file) = file.as_ref() else { return Ok(()) };
        let generation = file.storage.generation();
        if self.generation.load(Ordering::Relaxed) == generation {
            return Ok(());
        }
        let pages = Pages::of(&self.map);
        let recorded = file.guarded.recorded();
        if let Some(recorded) = recorded {
            self.count_restoration(recorded, &pages);
        }
        let offset = file.offset - pages.lead as u64;
        // SAFETY: these are all pages of this window, and whoever reads them wants the file's.
        unsafe {
            memory::lay_over(
                pages.start,
                pages.length,
                file.storage.file(),
                offset,
                self.private,
            )
        }?;
        if let Some(recorded) = recorded {
            file.guarded.clear(recorded);
        }
        self.generation.store(generation, Ordering::Relaxed);
        Ok(())
    }

    pub fn len(&self) -> usize {
        self.map.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn start(&self) -> *mut u8 {
        self.map.as_mut_ptr()
    }

    /// The first bytes of the window, which must be inside the file to be touched.
    ///
    /// # Panics
    /// If the window is shorter.
    pub fn region(&self, bytes: u64) -> Region<'_> {
        assert!(
            bytes <= self.len() as u64,
            "{bytes} bytes of a window of {}",
            self.len()
        );
        let start = NonNull::new(self.start()).unwrap_or(NonNull::dangling());
        // SAFETY: the window stays mapped while it is borrowed, writable (private pages where the file is read-only),
        // and nothing in the crate makes a reference to its bytes.
        unsafe { Region::new(start, bytes as usize) }
    }

    /// Writes changed pages of the first bytes back to the file, and waits for it.
    pub fn flush(&self, bytes: u64) -> Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        self.map
            .flush_range(0, self.within(bytes))
            .map_err(|error| Error::io_on_memory(&error, "msync"))
    }

    /// Tells the system how a byte range is going to be used.
    pub fn advise(&self, advice: Advice, start: u64, end: u64) -> Result<()> {
        let (start, end) = (self.within(start), self.within(end));
        if start >= end {
            return Ok(());
        }
        advice
            .apply(&self.map, start, end - start)
            .map_err(|error| Error::io_on_memory(&error, "madvise"))
    }

    /// The advice speaks of pages to come, and of files in memory only where an administrator allows that; this is for those
    /// that are there. One by one, since the system stops at the first that has no memory yet.
    pub fn put_huge_pages_together(&self, start: u64, end: u64) {
        let huge = HUGE_PAGE as usize;
        let (start, end) = (self.within(start), self.within(end));
        let (first, last) = (self.start().addr() + start, self.start().addr() + end);
        for page in (first.next_multiple_of(huge)..last / huge * huge).step_by(huge) {
            let _ = huge_pages::collapse(page, huge);
        }
    }

    fn within(&self, bytes: u64) -> usize {
        usize::try_from(bytes).unwrap_or(usize::MAX).min(self.len())
    }

    /// Gives file and memory back, and keeps the address range: reads see zeros, writes go nowhere.
    pub fn blank(&self) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: this mapping is the window's own, and its owner has retired it.
        let done = unsafe { memory::blank_out(self.start(), self.len()) };
        debug_assert!(done.is_ok(), "{done:?}");
        // Others may touch the pages just now, and a file that was cut is answered for as long as they are its own: until the
        // last share goes where the system cannot even do that.
        if done.is_ok() {
            file.take();
        }
    }
}

/// The whole pages a mapping takes, which may begin before its first byte.
struct Pages {
    start: *mut u8,
    length: usize,
    /// Bytes between the first page's start and the mapping's.
    lead: usize,
}

impl Pages {
    fn of(map: &MmapRaw) -> Pages {
        let lead = map.as_mut_ptr().addr() % memory::page_size() as usize;
        Pages {
            start: map.as_mut_ptr().wrapping_sub(lead),
            length: memory::round_up_to_pages((map.len() + lead) as u64) as usize,
            lead,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_need_not_lie_on_a_page() {
        let storage = Arc::new(Storage::anonymous().unwrap());
        storage.grow(0, 100).unwrap();
        Window::map(&storage, 0, 100, false)
            .unwrap()
            .region(100)
            .write(16, b"here");
        let shifted = Window::map(&storage, 16, 84, false).unwrap();
        let mut text = [0; 4];
        shifted.region(84).read(0, &mut text);
        assert_eq!(&text, b"here");
        shifted.blank();
        assert_eq!(shifted.region(84).get::<u32>(0), 0);
    }

    #[test]
    fn a_touch_behind_a_cut_file_reads_zeros_until_it_is_mapped_again() {
        let storage = Arc::new(Storage::anonymous().unwrap());
        for offset in [0, 16] {
            storage.grow(0, 3 << 20).unwrap();
            let window = Window::map(&storage, offset, 3 << 20, false).unwrap();
            let all = window.region(3 << 20).part(0, (3 << 20) - offset as usize);
            all.put::<u8>(2 << 20, 7);
            storage.cut(5000).unwrap();
            assert_eq!(window.zeros_from(), None);
            assert_eq!(all.get::<u8>(2 << 20), 0);
            all.put::<u8>(2 << 20, 9);
            assert_eq!(window.zeros_from(), Some(8192 - offset));
            storage.grow(5000, 3 << 20).unwrap();
            window.restore().unwrap();
            assert_eq!(window.zeros_from(), None);
            assert_eq!(all.get::<u8>(2 << 20), 0);
            all.put::<u8>(2 << 20, 5);
            let other = Window::map(&storage, 0, 3 << 20, false).unwrap();
            assert_eq!(other.region(3 << 20).get::<u8>((2 << 20) + offset as usize), 5);
        }
    }
}
