//! Growing a file together with its blocks, so that every byte can be stored to: a full disk is an error now, not a fault later.

use std::fs::File;

use rustix::fs::{fstatvfs, tell};
use rustix::io::Errno;

use super::portable::{self, linux_only};
use super::{identity, size};
use crate::error::{Error, Result};
use crate::kernels::Region;

/// Grows a file from one size to another: first its blocks, then its size, so that a full disk leaves it as it was. Keeps what other
/// processes append meanwhile, with one exception: if unused blocks must be given back, an append between the two calls of that is
/// lost. If the file system cannot reserve blocks, zeros are appended with `append`.
pub fn grow(file: &File, from: u64, to: u64, append: &dyn Fn(Region<'_>, u64) -> Result<()>) -> Result<()> {
    if to > size::MAX {
        return Err(Error::system(Errno::FBIG, "fallocate"));
    }
    if to <= from {
        return Ok(());
    }
    let reserved = reserve(file, from, to - from);
    // The blocks exist now, so this only sets the size. It never makes a longer file shorter.
    match reserved.and_then(|()| extend(file, to)) {
        Err(errno) if errno == Errno::OPNOTSUPP || portable::is_refusal(errno) => {
            if reserved.is_err() {
                require_free(file, to - from)?;
            }
            append_zeros(file, to, append)
        }
        Err(errno) => {
            give_back(file, from);
            Err(Error::system(errno, "fallocate"))
        }
        Ok(()) => Ok(()),
    }
}

/// Grows a file that no other process knows. On macOS the call that sets a size could truncate what others appended, so [`grow`]
/// writes zeros there, which takes longer.
pub fn grow_unseen(
    file: &File,
    from: u64,
    to: u64,
    append: &dyn Fn(Region<'_>, u64) -> Result<()>,
) -> Result<()> {
    if cfg!(target_os = "macos") && from < to && to <= size::MAX && reserve(file, from, to - from).is_ok() {
        return size::set(file, to);
    }
    grow(file, from, to, append)
}

/// Reserves blocks, and leaves the size as it is. `OPNOTSUPP` if the file system cannot, and if the fallback is forced.
fn reserve(file: &File, start: u64, length: u64) -> rustix::io::Result<()> {
    if portable::is_asked_for() {
        return Err(Errno::OPNOTSUPP);
    }
    reserve_blocks(file, start, length)
}

#[cfg(not(target_os = "macos"))]
fn reserve_blocks(file: &File, start: u64, length: u64) -> rustix::io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    rustix::io::retry_on_intr(|| fallocate(file, FallocateFlags::KEEP_SIZE, start, length))
}

/// Uses `F_PREALLOCATE`, which counts from the end of the file.
#[cfg(target_os = "macos")]
#[allow(unsafe_code, reason = "asks for blocks with a C call")]
fn reserve_blocks(file: &File, start: u64, length: u64) -> rustix::io::Result<()> {
    use super::errno::result_of;
    use std::os::fd::AsRawFd;
    let end = rustix::fs::fstat(file)?.st_size as u64;
    let missing = (start + length).saturating_sub(end);
    if missing == 0 {
        return Ok(());
    }
    let wanted = libc::fstore_t {
        fst_flags: libc::F_ALLOCATEALL,
        fst_posmode: libc::F_PEOFPOSMODE,
        fst_offset: 0,
        fst_length: missing as i64,
        fst_bytesalloc: 0,
    };
    // SAFETY: the descriptor is open, and the system reads and writes only this structure.
    let reserved = result_of(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_PREALLOCATE, &wanted) });
    reserved.map_err(|errno| match errno {
        Errno::NOTSUP | Errno::INVAL => Errno::OPNOTSUPP,
        errno => errno,
    })
}

linux_only! {
    fn extend(file: &File, to: u64) -> Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        rustix::io::retry_on_intr(|| fallocate(file, FallocateFlags::empty(), to - 1, 1))
    }
}

/// Gives unused blocks behind the end of a file back, by setting the size that the file has. Does nothing if another process has made
/// the file longer, because it may be doing so again.
fn give_back(file: &File, size: u64) {
    if size::of(file).is_ok_and(|now| now == size) {
        let _ = size::set(file, size);
    }
}

/// Below this size, preallocating blocks costs more than it saves.
const MUCH: u64 = 1 << 20;

/// Preallocates the blocks of an empty file that will be written to. That takes half the time of allocating them page by page, and the
/// blocks are contiguous. If it fails, the later writes report why.
pub fn preallocate(file: &File, bytes: u64) {
    if bytes >= MUCH && !identity::is_in_memory(file) {
        let _ = reserve(file, 0, bytes);
    }
}

/// Gives back the preallocated blocks that were not written to, unless another process is writing to the file.
pub fn release_preallocated(file: &File) {
    if let Ok(written) = tell(file) {
        give_back(file, written);
    }
}

/// Appends zeros until the file is long enough. If that fails, truncates it to its old size, unless others appended meanwhile.
fn append_zeros(file: &File, to: u64, append: &dyn Fn(Region<'_>, u64) -> Result<()>) -> Result<()> {
    static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];
    let before = size::of(file)?;
    let mut end = before;
    while end < to {
        let length = (to - end).min(ZEROS.len() as u64);
        if let Err(error) = append(Region::of(&ZEROS[..length as usize]), end) {
            if size::of(file)? == end {
                size::set(file, before)?;
            }
            return Err(error);
        }
        end += length;
    }
    Ok(())
}

/// Checks that the disk of a file has so many bytes free, so that it is not filled up in vain.
fn require_free(file: &File, bytes: u64) -> Result<()> {
    match fstatvfs(file) {
        // Some file systems report no size.
        Ok(disk) if disk.f_blocks > 0 && disk.f_bavail.saturating_mul(disk.f_frsize) < bytes => {
            Err(Error::system(Errno::NOSPC, "write"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::write::write_at;
    use super::*;
    use std::io::Write;
    use std::os::unix::fs::FileExt;

    fn scratch() -> File {
        crate::os::memory_file::scratch()
    }

    /// Grows the file. The fallback writes zeros at the end that the caller passes.
    fn grow(file: &File, from: u64, to: u64) -> Result<()> {
        super::grow(file, from, to, &|zeros, end| write_at(file, zeros, end))
    }

    #[test]
    fn grow_and_append_zeros_reach_the_size() {
        let file = scratch();
        grow(&file, 0, 10_000).unwrap();
        assert_eq!(size::of(&file).unwrap(), 10_000);
        append_zeros(&file, 200_000, &|zeros, end| write_at(&file, zeros, end)).unwrap();
        assert_eq!(size::of(&file).unwrap(), 200_000);
    }

    #[test]
    fn grow_of_a_file_that_others_made_longer_keeps_its_size() {
        let file = scratch();
        file.write_all_at(b"theirs", 10_000).unwrap();
        grow(&file, 0, 5_000).unwrap();
        assert_eq!(size::of(&file).unwrap(), 10_006);
        let mut text = [0; 6];
        file.read_exact_at(&mut text, 10_000).unwrap();
        assert_eq!(&text, b"theirs");
    }

    #[test]
    fn release_preallocated_gives_back_the_blocks_that_were_not_written_to() {
        if portable::skips("no blocks are asked for") {
            return;
        }
        use std::os::unix::fs::MetadataExt;
        const BYTES: u64 = 3 * MUCH;
        let path = std::env::temp_dir().join(format!("mmap-array-preallocated-{}", std::process::id()));
        let blocks = |file: &File| file.metadata().unwrap().blocks() * 512;
        for written in [0, 5000, BYTES] {
            let mut file = File::create(&path).unwrap();
            preallocate(&file, BYTES);
            assert!(blocks(&file) >= BYTES);
            file.write_all(&vec![7; written as usize]).unwrap();
            release_preallocated(&file);
            assert_eq!(size::of(&file).unwrap(), written);
            assert!(blocks(&file) <= written.next_multiple_of(64 * 1024), "{written}");
        }
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn release_preallocated_leaves_a_file_that_others_write_to() {
        let mut file = scratch();
        file.write_all(b"ours").unwrap();
        file.write_all_at(b"theirs", 4).unwrap();
        release_preallocated(&file);
        assert_eq!(size::of(&file).unwrap(), 10);
    }

    #[test]
    fn append_zeros_that_fails_truncates_the_file_to_its_old_size() {
        let file = scratch();
        file.write_all_at(b"abc", 0).unwrap();
        let append = |zeros: Region<'_>, end: u64| match end {
            3 => write_at(&file, zeros, end),
            _ => Err(Error::system(Errno::NOSPC, "write")),
        };
        assert_eq!(
            append_zeros(&file, 200_000, &append).unwrap_err().code(),
            "ENOSPC"
        );
        assert_eq!(size::of(&file).unwrap(), 3);
    }

    #[test]
    fn grow_by_more_than_the_disk_has_free_is_enospc() {
        let file = scratch();
        // A tmpfs without a size refuses nothing.
        if fstatvfs(&file).unwrap().f_blocks > 0 {
            assert_eq!(require_free(&file, 1 << 60).unwrap_err().code(), "ENOSPC");
        }
    }

    #[test]
    fn grow_to_more_than_a_file_can_hold_is_efbig() {
        assert_eq!(grow(&scratch(), 0, u64::MAX).unwrap_err().code(), "EFBIG");
    }
}
