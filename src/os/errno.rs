//! The thread's `errno`: its address, and the result of a C call that sets it.

use rustix::io::Errno;

#[cfg(target_os = "linux")]
pub use libc::__errno_location as location;
#[cfg(target_os = "macos")]
pub use libc::__error as location;

/// The result of a C call that returned a number. A negative number is a failure.
pub fn result_of(done: i32) -> rustix::io::Result<()> {
    if done < 0 {
        let error = std::io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
    }
    Ok(())
}
