//! The choice between a call that only Linux has, or only a new Linux, and its portable fallback.
//!
//! It is made at run time, at each call: a kernel may be too old, and a seccomp filter, gVisor or a container may refuse the call.
//! `MMAP_ARRAY_PORTABLE=1` in the environment forces every fallback, so that tests run them on Linux.

use std::sync::OnceLock;

use rustix::io::Errno;

/// Whether each call that only Linux has is left to its fallback: always if this is another system.
pub fn is_forced() -> bool {
    !cfg!(target_os = "linux") || is_asked_for()
}

/// Whether the environment asks for the fallbacks. It is read once.
pub fn is_asked_for() -> bool {
    static IS_FORCED: OnceLock<bool> = OnceLock::new();
    *IS_FORCED.get_or_init(|| std::env::var_os("MMAP_ARRAY_PORTABLE").is_some_and(|value| value == "1"))
}

/// Whether an error says that the system does not let this process make the call at all: a kernel that does not know the call
/// answers `ENOSYS`, a sandbox `ENOSYS` or `EPERM`. Some calls fail with `EPERM` for another reason; their fallbacks then fail
/// with it too.
pub fn is_refusal(errno: Errno) -> bool {
    matches!(errno, Errno::NOSYS | Errno::PERM)
}

/// Makes a call that the system may refuse; then, or if fallbacks are forced, does it by the fallback.
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

/// Defines a function of calls that only Linux has. On other systems it fails as on a kernel that does not know the call.
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

/// Whether a unit test of something that only Linux has is to be skipped, with the reason.
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
