//! POSIX shared memory by name: on Linux, files in `/dev/shm`. If that directory does not exist, files in the directory for temporary
//! files, with a prefix, because it has other files, too.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::os::portable;

const DIRECTORY: &str = "/dev/shm";
const PREFIX: &[u8] = b"mmap-array-shm-";

/// Only the owner may open the memory, as with Python's `SharedMemory`.
pub const DEFAULT_MODE: u32 = 0o600;

/// The path of a name. The name may begin with a slash, and has no other.
///
/// # Errors
/// `OutOfRange` for an invalid name.
pub fn path_of(name: &[u8]) -> Result<PathBuf> {
    let bare = name.strip_prefix(b"/").unwrap_or(name);
    if bare.is_empty() || bare == b"." || bare == b".." || bare.contains(&b'/') || bare.len() > 255 {
        return Err(Error::OutOfRange {
            name: "name",
            requirement: String::from("a name of 1 to 255 bytes, with no slash after the first byte"),
            received: format!("'{}'", String::from_utf8_lossy(name)),
        });
    }
    if !portable::is_forced() && Path::new(DIRECTORY).is_dir() {
        return Ok(Path::new(DIRECTORY).join(OsStr::from_bytes(bare)));
    }
    Ok(std::env::temp_dir().join(OsStr::from_bytes(&[PREFIX, bare].concat())))
}

/// Removes a name. Arrays that are open keep their memory.
pub fn unlink(name: &[u8]) -> Result<()> {
    let path = path_of(name)?;
    rustix::fs::unlink(&path)
        .map_err(|errno| Error::system(errno, "shm_unlink").at_path(&path.to_string_lossy()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_a_name_with_and_without_a_slash_is_the_same() {
        assert_eq!(path_of(b"x").unwrap(), path_of(b"/x").unwrap());
        for bad in [&b""[..], b"/", b"//x", b"a/b", b".", b"..", &[b'a'; 256]] {
            assert_eq!(path_of(bad).unwrap_err().code(), "ERR_OUT_OF_RANGE");
        }
        assert_eq!(unlink(b"mmap-array-no-such-name").unwrap_err().code(), "ENOENT");
    }
}
