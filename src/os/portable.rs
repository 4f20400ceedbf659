//! The choice between a call that only Linux, or only a new Linux, has and its portable fallback.
//!
//! The choice is made at run time, at each call: the kernel may be too old, or a seccomp filter, gVisor or a container may refuse the
//! call. `MMAP_ARRAY_PORTABLE=1` in the environment forces all fallbacks, so that tests can run them on Linux.

use std::sync::OnceLock;

use rustix::io::Errno;

/// Whether all calls that only Linux has use their fallbacks. Always true on other systems.
pub fn is_forced() -> bool {
    !cfg!(target_os = "linux") || is_asked_for()
}

/// Whether the environment asks for the fallbacks. The environment is read once.
pub fn is_asked_for() -> bool {
    static IS_FORCED: OnceLock<bool> = OnceLock::new();
    *IS_FORCED.get_or_init(|| std::env::var_os("MMAP_ARRAY_PORTABLE").is_some_and(|value| value == "1"))
}

/// Whether an error says that this process cannot make the call at all. A kernel that does not know the call answers `ENOSYS`, a
/// sandbox `ENOSYS` or `EPERM`. Some calls fail with `EPERM` for other reasons; then their fallbacks fail with it too.
pub fn is_refusal(errno: Errno) -> bool {
    matches!(errno, Errno::NOSYS | Errno::PERM)
}

/// Makes a call. If the system refuses it, or if fallbacks are forced, uses the fallback.
pub fn or_fallback<T>(
    call: impl FnOnce() -> rustix::io::Result<T>,
    fallback: impl FnOnce() -> rustix::io::Result<T>,
) -> rustix::io::Result<T> {
    if is_forced() {
        return fallback();
    }
    match call() {
        Err(errno) if is_refusal(errno) => fallback(),
        done => done,
    }
}

/// Defines a function that only Linux has. On other systems it fails with `NOSYS`, as on a kernel that does not know the call.
macro_rules! linux_only {
    ($(#[$attribute:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> Result<$done:ty> $body:block) => {
        #[cfg(target_os = "linux")]
        $(#[$attribute])*
        fn $name($($argument: $type),*) -> rustix::io::Result<$done> $body

        #[cfg(not(target_os = "linux"))]
        fn $name($(_: $type),*) -> rustix::io::Result<$done> {
            Err(rustix::io::Errno::NOSYS)
        }
    };
}
pub(super) use linux_only;

/// Whether to skip a unit test of something that only Linux has. Prints the reason.
#[cfg(test)]
pub fn skips(reason: &str) -> bool {
    if is_forced() {
        println!("skipped, since fallbacks are used: {reason}");
    }
    is_forced()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_fallback_of_a_refused_call_uses_the_fallback() {
        for refusal in [Errno::NOSYS, Errno::PERM] {
            assert_eq!(or_fallback(|| Err(refusal), || Ok(2)), Ok(2));
        }
    }

    #[test]
    fn or_fallback_of_a_call_that_fails_otherwise_fails() {
        if skips("fallbacks are used for all calls") {
            return;
        }
        assert_eq!(or_fallback(|| Err(Errno::NOSPC), || Ok(2)), Err(Errno::NOSPC));
        assert_eq!(or_fallback(|| Ok(1), || Ok(2)), Ok(1));
    }
}
