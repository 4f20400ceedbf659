//! The end of the process, as far as a process that ends by itself gets to see it.
#![allow(unsafe_code, reason = "registers a C callback")]

/// Runs a callback at `exit`, after `process.exit()` and an uncaught exception too, where Node runs no cleanup hook of
/// an addon's.
pub fn at_exit(callback: extern "C" fn()) {
    // SAFETY: the addon is linked `nodelete`, so the function is there as long as the process.
    let failed = unsafe { libc::atexit(callback) };
    debug_assert_eq!(failed, 0, "atexit takes at least 32 functions");
}
