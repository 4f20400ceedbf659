//! The handler of SIGBUS. It handles faults in our mappings, and passes all others on to the handler that was there before. It
//! does only what a signal handler may do: read lock-free tables, make system calls, and store to atomics.
#![allow(unsafe_code, reason = "handles a signal")]

use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::{mem, ptr};

use rustix::time::{ClockId, clock_gettime};

use super::zero_pages::map_zeros_at;
use crate::error::{Error, Result};
use crate::os::errno;

type Handler = unsafe extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);

/// A signal action that we have replaced: the one that was there before us, or one that replaced ours before we installed ours
/// again.
struct Replaced {
    /// When we first and last replaced it, by the system's clock, which all copies of this library in the process share. 0 is never.
    first: AtomicUsize,
    last: AtomicUsize,
    action: AtomicPtr<libc::sigaction>,
}

/// The very first action, then the latest of the others.
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

/// Installs the handler. If a library has replaced it, installs it again. Must be called by one thread at a time.
pub fn install() -> Result<()> {
    let mut current = change(None)?;
    loop {
        let is_ours = current.sa_sigaction == HANDLER as usize;
        // A library that restores our handler with `signal` drops SA_SIGINFO, and with it the address of the fault.
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
        // Another library, perhaps another copy of this one, installed its handler in between. Record it too.
        current = before;
    }
}

/// Sets the action of the signal, if one is given. Returns the action before.
fn change(action: Option<&libc::sigaction>) -> Result<libc::sigaction> {
    let mut before = DEFAULT;
    let action = action.map_or(ptr::null(), ptr::from_ref);
    // SAFETY: both pointers are valid or null. The handlers are functions of this library, which is never unloaded.
    let done = unsafe { libc::sigaction(libc::SIGBUS, action, &mut before) };
    if done != 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "sigaction"));
    }
    Ok(before)
}

/// Records an action that we are about to replace, as the latest.
fn record(action: libc::sigaction) {
    let is_same = |replaced: &Replaced| {
        let other = replaced.action();
        other.is_some_and(|other| {
            (other.sa_sigaction, other.sa_flags) == (action.sa_sigaction, action.sa_flags)
        })
    };
    let now = clock_gettime(ClockId::Monotonic);
    let now = (now.tv_sec * 1_000_000_000 + now.tv_nsec) as usize;
    let slot = if let Some(same) = REPLACED.iter().find(|replaced| is_same(replaced)) {
        same
    } else {
        // The very first action stays. The oldest of the others makes room.
        let is_first = REPLACED[0].action().is_none();
        let oldest = REPLACED[1..].iter().min_by_key(|replaced| replaced.before(0));
        let slot = oldest.filter(|_| !is_first).unwrap_or(&REPLACED[0]);
        // Leaked, because a handler on another thread may be reading the previous action.
        slot.action
            .store(Box::into_raw(Box::new(action)), Ordering::Release);
        slot.first.store(now, Ordering::Release);
        slot
    };
    slot.last.store(now, Ordering::Release);
}

impl Replaced {
    /// When the action was last replaced before a time, or at any time if `time` is 0. 0 if it was not. Only the first and the last
    /// time are known; the ones in between would lead to the same handlers.
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
    // SAFETY: only returns the address of this thread's errno.
    let errno = unsafe { errno::location() };
    // Saved, because the interrupted code may read it next.
    // SAFETY: the address is valid for as long as the thread lives.
    let before = unsafe { errno.read() };
    // SAFETY: the kernel passes valid information to a handler with SA_SIGINFO.
    let information = unsafe { &*info };
    // A signal that was sent by `kill` has no address. macOS does not tell the two apart, and gives the address of the thread's last
    // fault for both.
    let is_fault = information.si_code > 0;
    // SAFETY: the information of a fault has an address.
    let address = is_fault.then(|| unsafe { information.si_addr() }.addr());
    if !address.is_some_and(map_zeros_at) {
        // SAFETY: passes on the kernel's arguments.
        unsafe { forward(is_fault, signal, info, context) };
    }
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

/// The time before which the next handler must have been replaced. 0, the initial value, stands for any time.
///
/// A handler that we call may call us in turn: it was installed over ours, and then ours was installed again. Two copies of this
/// library do that to each other. Each time one of them is called, it calls the handler that it replaced before that time. So all
/// handlers are called in order, and none twice. The time is kept in `uc_link` of the kernel's record of the signal, which the
/// kernel sets to 0 for each signal and does not read. A table of thread ids would keep an entry for good if a handler leaves by
/// `siglongjmp`.
///
/// # Safety
/// The context is null, or belongs to a signal that is being handled for as long as the word is used.
unsafe fn time_in<'a>(context: *mut libc::c_void) -> Option<&'a AtomicUsize> {
    let word = context.wrapping_byte_add(mem::offset_of!(libc::ucontext_t, uc_link));
    // SAFETY: valid by the caller's promise; a pointer is as large as a `usize`.
    (!context.is_null()).then(|| unsafe { AtomicUsize::from_ptr(word.cast()) })
}

/// Calls the handler that was there before ours, or lets the default action end the process.
unsafe fn forward(is_fault: bool, signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    // SAFETY: the context comes from the kernel.
    let Some(time) = (unsafe { time_in(context) }) else {
        return end(signal);
    };
    let limit = time.load(Ordering::Relaxed);
    let times = REPLACED.iter().map(|replaced| (replaced.before(limit), replaced));
    let Some((at @ 1.., replaced)) = times.max_by_key(|(at, _)| *at) else {
        return end(signal);
    };
    time.store(at, Ordering::Relaxed);
    let action = replaced.action().unwrap_or(&DEFAULT);
    if action.sa_flags & libc::SA_RESETHAND != 0 {
        // As the kernel does it: such a handler is called once.
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
            // SAFETY: passes on the kernel's arguments.
            with_mask(action, signal, || unsafe { handler(signal, info, context) });
        }
        handler => {
            // SAFETY: without SA_SIGINFO the handler has this signature.
            let handler = unsafe { mem::transmute::<usize, extern "C" fn(i32)>(handler) };
            with_mask(action, signal, || handler(signal));
        }
    }
    time.store(limit, Ordering::Relaxed);
}

/// Lets the default action end the process.
fn end(signal: i32) {
    // SAFETY: sigaction may be called in a handler.
    unsafe { libc::sigaction(signal, &DEFAULT, ptr::null_mut()) };
    // A fault is repeated when the handler returns, but a signal that was sent by `kill` is not.
    // SAFETY: raise may be called in a handler.
    unsafe { libc::raise(signal) };
}

/// Calls a handler with the signals blocked that the kernel would have blocked for it.
fn with_mask(action: &libc::sigaction, signal: i32, call: impl FnOnce()) {
    let before = change_mask(libc::SIG_BLOCK, &action.sa_mask);
    if action.sa_flags & libc::SA_NODEFER != 0 {
        let mut own = DEFAULT.sa_mask;
        // SAFETY: changes a local set.
        unsafe { libc::sigaddset(&mut own, signal) };
        change_mask(libc::SIG_UNBLOCK, &own);
    }
    call();
    change_mask(libc::SIG_SETMASK, &before);
}

/// Changes which signals are blocked in this thread. Returns those that were blocked before.
fn change_mask(how: i32, signals: &libc::sigset_t) -> libc::sigset_t {
    let mut before = DEFAULT.sa_mask;
    // SAFETY: both sets are valid. A handler may change the mask of its thread.
    unsafe { libc::pthread_sigmask(how, signals, &mut before) };
    before
}
