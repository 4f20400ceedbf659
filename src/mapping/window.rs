//! One mapped range of address space, longer than the file behind it.
#![allow(unsafe_code, reason = "maps files and hands out regions of the mapped bytes")]

use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use memmap2::MmapRaw;

use super::fault_log::FaultLog;
use super::own_pages::OwnPages;
use super::{Advice, address_range};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::guard::{Guarded, Recorded, Zeros, count_fault, gap};
use crate::os::huge_pages::{self, HUGE_PAGE};
use crate::os::memory;
use crate::storage::Storage;

/// A mapping of a file, longer than the file.
///
/// - Its base never moves.
/// - Its bytes may change at any time, because others write to the file.
/// - Bytes behind the end of the file are address space only. They become usable as soon as the file grows over them.
#[derive(Debug)]
pub struct Window {
    /// `None` after `release`. Declared before `map`, because the guard must be dropped before the pages it guards.
    file: Mutex<Option<GuardedFile>>,
    map: MmapRaw,
    private: bool,
    /// Read before and after each call, so without the lock. Meaningless after `release`.
    zeros: Zeros,
    faults: FaultLog,
    /// The generation of the file that is mapped. See [`Storage::generation`].
    generation: AtomicU32,
    own_pages: OwnPages,
}

/// The file behind the window, and the guard over its pages.
#[derive(Debug)]
struct GuardedFile {
    guarded: Guarded,
    storage: Arc<Storage>,
    /// Byte of the file at the window's start.
    offset: u64,
}

impl Window {
    /// Maps a file from `offset` on. The window is at least `bytes` long, and usually much longer.
    ///
    /// # Errors
    /// The system's. `ENOMEM` if the address space has no room for `bytes`.
    pub fn map(storage: &Arc<Storage>, offset: u64, bytes: u64, private: bool) -> Result<Window> {
        // Read before the file is mapped, so that a file which is reopened meanwhile is mapped again.
        let generation = storage.generation();
        let map = address_range::map(storage, offset, bytes, private)?;
        let pages = Pages::of(&map);
        let descriptor = storage.descriptor();
        // SAFETY: the pages belong to this mapping until the window is dropped or released, and the guard ends before that.
        // The storage, which keeps the descriptor open, is kept beside the guard.
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
            faults: FaultLog::default(),
            generation: AtomicU32::new(generation),
            own_pages: OwnPages::default(),
        })
    }

    fn lock_file(&self) -> MutexGuard<'_, Option<GuardedFile>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first byte of the window that reads as zero because the guard mapped zeros there. `None` if it mapped none.
    pub fn zeros_from(&self) -> Option<u64> {
        let from = self.zeros.from()?;
        Some(from.saturating_sub(Pages::of(&self.map).lead) as u64)
    }

    /// How many times this window was restored after a fault. An array that last saw a smaller number may have read zeros.
    pub fn fault_epoch(&self) -> usize {
        self.faults.epoch()
    }

    /// The fault epoch at a time when no restoration is under way. A restoration ends the epoch before it removes the zeros, so
    /// an array that reads during a restoration may see the new epoch and zeros.
    pub fn stable_fault_epoch(&self) -> usize {
        let _no_restoration = self.lock_file();
        self.faults.epoch()
    }

    /// Checks the first bytes of the window for faults. Zeros that another array has removed since an epoch count as well.
    ///
    /// # Errors
    /// `MemoryFault` if some of the bytes are the guard's zeros, or were since the epoch.
    pub fn check_faults(&self, bytes: u64, since: usize) -> Result<()> {
        let has_zeros = self.zeros_from().is_some_and(|from| from < bytes);
        if has_zeros || self.faults.reaches(bytes, since) {
            return Err(Error::MemoryFault);
        }
        Ok(())
    }

    /// Maps the file again where the guard has mapped zeros. Returns how many fault epochs that ended, 0 if there were no zeros.
    /// If another thread keeps touching pages that the file still lacks, the zeros and their record stay.
    pub fn restore(&self) -> Result<usize> {
        const ATTEMPTS: usize = 3;
        let file = self.lock_file();
        let Some(file) = file.as_ref() else {
            return Ok(0);
        };
        for attempt in 0..ATTEMPTS {
            let Some(recorded) = file.guarded.recorded() else {
                return Ok(attempt);
            };
            let zeros = self.log_restoration(recorded);
            gap();
            self.map_again(file, zeros)?;
            gap();
            if file.guarded.clear(recorded) {
                return Ok(attempt + 1);
            }
        }
        Ok(ATTEMPTS)
    }

    /// Logs a restoration before the guard's record is cleared: an array that has read zeros must find one of the two. Returns
    /// the bytes to map again, which are whole pages.
    fn log_restoration(&self, recorded: Recorded) -> Range<usize> {
        let pages = Pages::of(&self.map);
        let zeros = recorded.zeros(pages.length);
        self.faults.add(zeros.start.saturating_sub(pages.lead) as u64);
        zeros
    }

    /// Maps the file over whole pages of the window.
    fn map_again(&self, file: &GuardedFile, bytes: Range<usize>) -> Result<()> {
        let pages = Pages::of(&self.map);
        let start = pages.start.wrapping_add(bytes.start);
        let offset = file.offset - pages.lead as u64 + bytes.start as u64;
        // SAFETY: these are pages of this window, and all that use it want the contents of the file.
        unsafe { memory::map_fixed(start, bytes.len(), file.storage.file(), offset, self.private) }
    }

    /// Must be called before the first bytes of a private window are written to.
    pub fn begin_own_writes(&self, bytes: u64) {
        // Keeps `follow_file` from mapping over the written pages.
        let _file = self.lock_file();
        self.own_pages.watch(self.region(bytes));
    }

    /// If written pages were lost, logs that as a restoration, so that every array on the window finds out, and counts it as a
    /// fault, so that the element path in JavaScript checks.
    pub fn log_lost_pages(&self) {
        if self.own_pages.take_loss() {
            self.faults.add(0);
            count_fault();
        }
    }

    /// Watches for further losses, after an array was refreshed.
    pub fn accept_lost_pages(&self, bytes: u64) {
        if self.own_pages.are_written() {
            self.own_pages.watch(self.region(bytes));
        }
    }

    /// Maps the whole file again if it was reopened, unless pages of the window were written to, which would be lost.
    pub fn follow_file(&self) -> Result<()> {
        let file = self.lock_file();
        if self.own_pages.are_written() {
            return Ok(());
        }
        let Some(file) = file.as_ref() else { return Ok(()) };
        let generation = file.storage.generation();
        if self.generation.load(Ordering::Relaxed) == generation {
            return Ok(());
        }
        let recorded = file.guarded.recorded();
        if let Some(recorded) = recorded {
            self.log_restoration(recorded);
        }
        self.map_again(file, 0..Pages::of(&self.map).length)?;
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

    /// The first bytes of the window. A touch of bytes behind the end of the file is a fault.
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
        // SAFETY: the window stays mapped while it is borrowed. It is writable, since a read-only file is mapped privately.
        // Nothing in the crate makes a reference to its bytes.
        unsafe { Region::new(start, bytes as usize) }
    }

    /// Writes changed pages of the first bytes to the file, and waits until that is done.
    pub fn flush(&self, bytes: u64) -> Result<()> {
        if bytes == 0 {
            return Ok(());
        }
        self.map
            .flush_range(0, self.within(bytes))
            .map_err(|error| Error::io_on_memory(&error, "msync"))
    }

    /// Tells the system how a range of bytes will be used.
    pub fn advise(&self, advice: Advice, start: u64, end: u64) -> Result<()> {
        let (start, end) = (self.within(start), self.within(end));
        if start >= end {
            return Ok(());
        }
        advice
            .apply(&self.map, start, end - start)
            .map_err(|error| Error::io_on_memory(&error, "madvise"))
    }

    /// Collapses the pages that exist into huge pages, because the hint concerns future pages only, and works for files in memory only if
    /// an administrator allows it. One huge page at a time, because the system stops at the first one without any memory.
    pub fn collapse_huge_pages(&self, start: u64, end: u64) {
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

    /// Releases the file and its memory, and keeps the address range: reads see zeros, and writes have no effect on the file.
    pub fn release(&self) {
        let mut file = self.lock_file();
        // SAFETY: this mapping belongs to the window, and no array uses it any more.
        let done = unsafe { memory::map_zeros(self.start(), self.len()) };
        debug_assert!(done.is_ok(), "{done:?}");
        // If the call failed, the pages still show the file, and buffers may touch them. Then the guard must stay.
        if done.is_ok() {
            file.take();
        }
    }
}

/// The whole pages of a mapping. They may begin before its first byte.
struct Pages {
    start: *mut u8,
    length: usize,
    /// Bytes from the start of the first page to the start of the mapping.
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
        shifted.release();
        assert_eq!(shifted.region(84).get::<u32>(0), 0);
    }

    #[test]
    fn a_touch_behind_the_end_of_a_truncated_file_reads_zeros_until_restore() {
        let storage = Arc::new(Storage::anonymous().unwrap());
        for offset in [0, 16] {
            storage.grow(0, 3 << 20).unwrap();
            let window = Window::map(&storage, offset, 3 << 20, false).unwrap();
            let all = window.region(3 << 20).part(0, (3 << 20) - offset as usize);
            all.put::<u8>(2 << 20, 7);
            storage.truncate(5000).unwrap();
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
