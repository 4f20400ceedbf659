//! The variable in which C keeps the last error of a thread.

#[cfg(target_os = "linux")]
pub use libc::__errno_location as location;
#[cfg(target_os = "macos")]
pub use libc::__error as location;
