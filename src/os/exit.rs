//! Callbacks at the exit of the process.
#![allow(unsafe_code, reason = "registers a C callback")]

/// Runs a callback at `exit`. It also runs after `process.exit()` and an uncaught exception, when Node does not run the cleanup
/// hooks of addons. It does not run if a signal ends the process.
pub fn at_exit(callback: extern "C" fn()) {
    // SAFETY: the addon is linked with `nodelete`, so the function is never unloaded.
    let failed = unsafe { libc::atexit(callback) };
    debug_assert_eq!(failed, 0, "atexit takes at least 32 functions");
}
