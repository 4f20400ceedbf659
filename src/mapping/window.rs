//! One mapped range of address space, longer than the file behind it.
#![allow(unsafe_code, reason = "maps files and hands out regions of the mapped bytes")]

use std::ptr::NonNull;

use memmap2::{MmapOptions, MmapRaw};
use rustix::io::Errno;

use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::mapping::Advice;
use crate::os::memory;
use crate::storage::Storage;

/// Least length of a window: address space costs nothing, and most arrays never outgrow it.
const LEAST_WINDOW: u64 = 1 << 30;
/// How many times its file a window is long.
const HEADROOM: u64 = 8;

/// A mapping whose base never moves and whose bytes may change under the reader. Bytes past the end of the file are
/// address space only; they become usable the moment the file grows over them.
#[derive(Debug)]
pub struct Window {
    map: MmapRaw,
}

impl Window {
    /// Maps a file from `offset` on, wide enough for `bytes` and many more.
    ///
    /// # Errors
    /// The system's, `ENOMEM` where not even the bytes themselves find room.
    pub fn map(storage: &Storage, offset: u64, bytes: u64, private: bool) -> Result<Window> {
        let least = memory::round_up_to_pages(bytes.max(1));
        let mut length = memory::round_up_to_pages(bytes.saturating_mul(HEADROOM).max(LEAST_WINDOW));
        loop {
            match Self::map_length(storage, offset, length, private) {
                Ok(map) => return Ok(Window { map }),
                Err(_) if length > least => length = memory::round_up_to_pages((length / 2).max(least)),
                Err(error) => {
                    let error = Error::io(&error, "mmap");
                    return Err(match storage.path() {
                        Some(path) => error.at_path(&path.to_string_lossy()),
                        None => error,
                    });
                }
            }
        }
    }

    fn map_length(storage: &Storage, offset: u64, length: u64, private: bool) -> std::io::Result<MmapRaw> {
        let too_long = || std::io::Error::from(Errno::NOMEM);
        let mut options = MmapOptions::new();
        options
            .offset(offset)
            .len(usize::try_from(length).map_err(|_| too_long())?);
        if isize::try_from(length).is_err() {
            return Err(too_long());
        }
        if private {
            // SAFETY: the bytes are only touched through a Region, which allows others to change them.
            let map = unsafe { options.no_reserve_swap().map_copy(storage.file()) };
            map.map(MmapRaw::from)
        } else {
            options.map_raw(storage.file())
        }
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
            .map_err(|error| Error::io(&error, "msync"))
    }

    /// Tells the system how a byte range is going to be used.
    pub fn advise(&self, advice: Advice, start: u64, end: u64) -> Result<()> {
        let (start, end) = (self.within(start), self.within(end));
        if start >= end {
            return Ok(());
        }
        match advice.apply(&self.map, start, end - start) {
            // A hint this kernel does not know, or not for this kind of memory.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => Ok(()),
            done => done.map_err(|error| Error::io(&error, "madvise")),
        }
    }

    fn within(&self, bytes: u64) -> usize {
        usize::try_from(bytes).unwrap_or(usize::MAX).min(self.len())
    }

    /// Gives file and memory back, and keeps the address range: reads see zeros, writes go nowhere.
    pub fn blank(&self) {
        // SAFETY: this mapping is the window's own, and its owner has retired it.
        let done = unsafe { memory::blank_out(self.start(), self.len()) };
        // Where the system cannot even do that, the old pages stay until the last share goes.
        debug_assert!(done.is_ok(), "{done:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_longer_than_their_files() {
        let storage = Storage::anonymous().unwrap();
        assert_eq!(
            Window::map(&storage, 0, 0, false).unwrap().len() as u64,
            LEAST_WINDOW
        );
        assert_eq!(
            Window::map(&storage, 0, 1 << 30, false).unwrap().len() as u64,
            8 << 30
        );
    }

    #[test]
    fn an_offset_need_not_lie_on_a_page() {
        let storage = Storage::anonymous().unwrap();
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
    fn what_does_not_fit_the_address_space_is_enomem() {
        let storage = Storage::anonymous().unwrap();
        assert_eq!(
            Window::map(&storage, 0, 1 << 60, false).unwrap_err().code(),
            "ENOMEM"
        );
    }
}
