//! The address of the thread's `errno`.

#[cfg(target_os = "linux")]
pub use libc::__errno_location as location;
#[cfg(target_os = "macos")]
pub use libc::__error as location;
