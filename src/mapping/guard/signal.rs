//! The handler of SIGBUS: answers faults in our mappings, and asks whoever was there before us about all others. It does only what
//! a signal handler may: it looks into lock-free tables, makes system calls, and stores to atomics.
#![allow(unsafe_code, reason = "handles a signal")]

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::{mem, ptr};

use rustix::time::{ClockId, clock_gettime};

use super::zero_pages::map_zeros_at;
use crate::error::{Error, Result};
use crate::os::errno;

type Handler = unsafe extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);

/// An action that we have replaced: at first whatever was there before us, then whoever replaced us before we were put back.
struct Replaced {
    /// When that was first and when last, by a clock that all copies of this library in the process share; 0 for never. Those in
    /// between would lead to nobody else.
    first: AtomicUsize,
    last: AtomicUsize,
    action: AtomicPtr<libc::sigaction>,
}

/// The first one, and the latest others.
static REPLACED: [Replaced; 8] = [const {
    Replaced {
        first: AtomicUsize::new(0),
        last: AtomicUsize::new(0),
        action: AtomicPtr::new(ptr::null_mut()),
    }
}; 8];

static HANDLER: Handler = handle;

static DEFAULT: libc::sigaction = {
    // SAFETY: all zeros is a valid sigaction.
    unsafe { mem::zeroed() }
};

/// Installs the handler, or puts it back in front if somebody has replaced it. Called by one thread at a time.
pub fn install() -> Result<()> {
    let mut current = change(None)?;
    loop {
        let is_ours = current.sa_sigaction == HANDLER as usize;
        // Whoever puts it back by `signal` has it called without the information.
        if is_ours && current.sa_flags & libc::SA_SIGINFO != 0 {
            return Ok(());
        }
        if !is_ours {
            record(current);
        }
        let action = libc::sigaction {
            sa_sigaction: HANDLER as usize,
            sa_flags: libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART,
            ..DEFAULT
        };
        let before = change(Some(&action))?;
        if before.sa_sigaction == current.sa_sigaction {
            return Ok(());
        }
        // Somebody came in between, such as another copy of this library, and is to be asked too.
        current = before;
    }
}

/// Sets what handles the signal, if anything is given; gives what did before.
fn change(action: Option<&libc::sigaction>) -> Result<libc::sigaction> {
    let mut before = DEFAULT;
    let action = action.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: both are valid or null, and the handlers are functions of this library, which is never unloaded.
    let done = unsafe { libc::sigaction(libc::SIGBUS, action, &mut before) };
    if done != 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "sigaction"));
    }
    Ok(before)
}

/// Remembers an action that we are about to replace, as the latest.
fn record(action: libc::sigaction) {
    let is_same = |known: &Replaced| {
        let known = known.action();
        known.is_some_and(|known| {
            (known.sa_sigaction, known.sa_flags) == (action.sa_sigaction, action.sa_flags)
        })
    };
    let now = clock_gettime(ClockId::Monotonic);
    let now = (now.tv_sec * 1_000_000_000 + now.tv_nsec) as usize;
    let slot = if let Some(known) = REPLACED.iter().find(|known| is_same(known)) {
        known
    } else {
        // The very first stays. Of the others the oldest makes room.
        let is_first = REPLACED[0].action().is_none();
        let oldest = REPLACED[1..].iter().min_by_key(|known| known.before(0));
        let slot = oldest.filter(|_| !is_first).unwrap_or(&REPLACED[0]);
        // Leaked: a handler on another thread may be reading the one before.
        slot.action
            .store(Box::into_raw(Box::new(action)), Ordering::Release);
        slot.first.store(now, Ordering::Release);
        slot
    };
    slot.last.store(now, Ordering::Release);
}

impl Replaced {
    /// When the action was last replaced before a time, or at all if that is 0; 0 if it was not.
    fn before(&self, time: usize) -> usize {
        let times = [&self.last, &self.first].map(|at| at.load(Ordering::Acquire));
        let found = times.into_iter().find(|at| time == 0 || *at < time);
        found.unwrap_or(0)
    }

    fn action(&self) -> Option<&'static libc::sigaction> {
        // SAFETY: null, a leaked box, or a static.
        unsafe { self.action.load(Ordering::Acquire).as_ref() }
    }
}

unsafe extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: only asks where it is.
    let errno = unsafe { errno::location() };
    // The code that was interrupted may look at it next.
    // SAFETY: each thread has its own, for as long as it lives.
    let before = unsafe { errno.read() };
    // SAFETY: the kernel passes valid information to a handler that asked for it.
    let information = unsafe { &*info };
    // What somebody sent has something else where the address would be. macOS does not tell the two apart: there it has the address
    // of the thread's last fault.
    let is_fault = information.si_code > 0;
    // SAFETY: a fault has an address in its information.
    let address = is_fault.then(|| unsafe { information.si_addr() }.addr());
    if !address.is_some_and(map_zeros_at) {
        // SAFETY: passes on what the kernel gave.
        unsafe { forward(is_fault, signal, info, context) };
    }
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

/// The time to which whoever is asked about a signal goes back: 0 for the first who is asked.
///
/// A handler that we ask may ask us in turn: it was installed over ours, and then we were put back in front of it. Two copies of
/// this library do that to each other. Each time that one of them is asked it goes on to what it replaced before that time, so
/// that all of them are asked in order and none twice. The time is passed on in a word of the kernel's record of the signal:
/// `uc_link`, which the kernel sets to 0 for each signal and does not read. A handler that leaves by `siglongjmp` leaves nothing
/// behind there, as it would in a table of threads.
///
/// # Safety
/// The context is null, or what came with a signal that is handled for as long as the word is used.
unsafe fn time_in<'a>(context: *mut libc::c_void) -> Option<&'a AtomicUsize> {
    let word = context.wrapping_byte_add(mem::offset_of!(libc::ucontext_t, uc_link));
    // SAFETY: valid by the caller's promise; a pointer is as large as a number.
    (!context.is_null()).then(|| unsafe { AtomicUsize::from_ptr(word.cast()) })
}

/// Asks whoever was there before us, or lets the default action end the process.
unsafe fn forward(is_fault: bool, signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: what the kernel gave.
    let Some(time) = (unsafe { time_in(context) }) else {
        return end(signal);
    };
    let asked_at = time.load(Ordering::Relaxed);
    let times = REPLACED
        .iter()
        .map(|replaced| (replaced.before(asked_at), replaced));
    let Some((at @ 1.., replaced)) = times.max_by_key(|(at, _)| *at) else {
        return end(signal);
    };
    time.store(at, Ordering::Relaxed);
    let action = replaced.action().unwrap_or(&DEFAULT);
    if action.sa_flags & libc::SA_RESETHAND != 0 {
        // As the kernel would have it: asked once.
        replaced
            .action
            .store(ptr::from_ref(&DEFAULT).cast_mut(), Ordering::Release);
    }
    match action.sa_sigaction {
        // A fault cannot be ignored.
        libc::SIG_IGN if !is_fault => {}
        libc::SIG_DFL | libc::SIG_IGN => end(signal),
        handler if action.sa_flags & libc::SA_SIGINFO != 0 => {
            // SAFETY: with SA_SIGINFO the handler has this signature.
            let handler = unsafe { mem::transmute::<usize, Handler>(handler) };
            // SAFETY: passes on what the kernel gave.
            as_masked(action, signal, || unsafe { handler(signal, info, context) });
        }
        handler => {
            // SAFETY: without it, this one.
            let handler = unsafe { mem::transmute::<usize, extern "C" fn(i32)>(handler) };
            as_masked(action, signal, || handler(signal));
        }
    }
    time.store(asked_at, Ordering::Relaxed);
}

/// Lets the default action end the process.
fn end(signal: i32) {
    // SAFETY: sigaction may be called in a handler; the touch is tried again and ends the process, as it would have.
    unsafe { libc::sigaction(signal, &DEFAULT, ptr::null_mut()) };
    // SAFETY: so may raise; a signal that somebody sent is not sent again by itself.
    unsafe { libc::raise(signal) };
}

/// Calls a handler with the signals blocked that the kernel would have blocked for it.
fn as_masked(action: &libc::sigaction, signal: i32, call: impl FnOnce()) {
    let before = change_mask(libc::SIG_BLOCK, &action.sa_mask);
    if action.sa_flags & libc::SA_NODEFER != 0 {
        let mut own = DEFAULT.sa_mask;
        // SAFETY: adds to a set of this function's.
        unsafe { libc::sigaddset(&mut own, signal) };
        change_mask(libc::SIG_UNBLOCK, &own);
    }
    call();
    change_mask(libc::SIG_SETMASK, &before);
}

/// Changes which signals this thread takes; gives those it did not take before.
fn change_mask(how: i32, signals: &libc::sigset_t) -> libc::sigset_t {
    let mut before = DEFAULT.sa_mask;
    // SAFETY: both sets are valid; it is this thread's own, which a handler may change.
    unsafe { libc::pthread_sigmask(how, signals, &mut before) };
    before
}
