//! `os_sync_wait_on_address` of macOS 14.4 and later. It is looked up at run time, so that the addon also loads on older versions.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU32;

use rustix::io::Errno;
use rustix::time::Timespec;

use super::WokenBy;
use crate::os::errno::result_of;
use crate::os::portable;

/// Address, expected value, size, flags, clock, nanoseconds.
type WaitWithTimeout = unsafe extern "C" fn(*mut c_void, u64, usize, u32, u32, u64) -> c_int;
/// Address, size, flags.
type WakeAny = unsafe extern "C" fn(*mut c_void, usize, u32) -> c_int;

/// Lets threads of other processes wake sleepers, too.
const SHARED: u32 = libc::OS_SYNC_WAIT_ON_ADDRESS_SHARED;
/// `OS_CLOCK_MACH_ABSOLUTE_TIME`
const CLOCK: u32 = 32;
const SIZE: usize = size_of::<u32>();

struct Calls {
    wait: WaitWithTimeout,
    wake: WakeAny,
}

static CALLS: LazyLock<Option<Calls>> = LazyLock::new(|| {
    let wait = symbol(c"os_sync_wait_on_address_with_timeout")?;
    let wake = symbol(c"os_sync_wake_by_address_any")?;
    Some(Calls {
        // SAFETY: the system declares the function with this signature.
        wait: unsafe { std::mem::transmute::<*mut c_void, WaitWithTimeout>(wait) },
        // SAFETY: as above.
        wake: unsafe { std::mem::transmute::<*mut c_void, WakeAny>(wake) },
    })
});

fn symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: looks a name up among the loaded symbols.
    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!symbol.is_null()).then_some(symbol)
}

pub fn is_available() -> bool {
    !portable::is_asked_for() && CALLS.is_some()
}

/// Sleeps while the word is `expected`, until the timeout. The system gives the same answer if the sleeper was woken and if the word
/// had another value, so the word is read first.
pub fn wait(word: &AtomicU32, expected: u32, timeout: &Timespec) -> rustix::io::Result<()> {
    /// A longer sleep ends with `INTR` after this time.
    const LONGEST: i64 = 3600;
    let calls = CALLS.as_ref().ok_or(Errno::NOSYS)?;
    if load(word)? != expected {
        return Err(Errno::AGAIN);
    }
    let nanoseconds = timeout.tv_sec.min(LONGEST) * 1_000_000_000 + timeout.tv_nsec;
    if nanoseconds == 0 {
        return Err(Errno::TIMEDOUT);
    }
    let address = word.as_ptr().cast();
    // SAFETY: the system reads the word, and answers with an error if it cannot.
    match result_of(unsafe {
        (calls.wait)(address, expected.into(), SIZE, SHARED, CLOCK, nanoseconds as u64)
    }) {
        // The page may not be in memory. The next read of the word brings it in, or fails.
        Err(Errno::FAULT) => Err(Errno::INTR),
        Err(Errno::TIMEDOUT) if timeout.tv_sec > LONGEST => Err(Errno::INTR),
        done => done,
    }
}

/// Wakes at most `count` sleepers, and returns how many it woke. One by one, because the call that wakes all does not count them.
pub fn wake(word: &AtomicU32, count: u32) -> rustix::io::Result<u32> {
    let calls = CALLS.as_ref().ok_or(Errno::NOSYS)?;
    let mut woken = 0;
    while woken < count {
        // SAFETY: the system uses the address only to find the sleepers, and does not read the word.
        match result_of(unsafe { (calls.wake)(word.as_ptr().cast(), SIZE, SHARED) }) {
            Ok(()) => woken += 1,
            Err(Errno::INTR) => {}
            // No sleeper is left.
            Err(Errno::NOENT) => break,
            Err(errno) => return Err(errno),
        }
    }
    Ok(woken)
}

/// Does nothing: a sleeper that can be cancelled checks for it from time to time.
pub fn wake_own(_: &AtomicU32) -> rustix::io::Result<()> {
    Ok(())
}

/// macOS has no call that sleeps on two words.
pub fn wait_for_either(
    _: &AtomicU32,
    _: u32,
    _: &AtomicU32,
    _: Option<&Timespec>,
) -> rustix::io::Result<WokenBy> {
    Err(Errno::NOSYS)
}

/// The word, or `FAULT` if the file behind it was truncated. A plain load could raise a signal outside of the guarded mappings.
fn load(word: &AtomicU32) -> rustix::io::Result<u32> {
    unsafe extern "C" {
        safe static mach_task_self_: u32;
        fn mach_vm_read_overwrite(task: u32, address: u64, size: u64, into: u64, got: *mut u64) -> c_int;
    }
    let (mut value, mut got) = (0u32, 0);
    let address = word.as_ptr().addr() as u64;
    let into = ptr::from_mut(&mut value).addr() as u64;
    // SAFETY: the local variable has that many bytes. The system answers with an error if it cannot read the address.
    let done = unsafe { mach_vm_read_overwrite(mach_task_self_, address, SIZE as u64, into, &mut got) };
    if done == 0 && got == SIZE as u64 {
        Ok(value)
    } else {
        Err(Errno::FAULT)
    }
}
