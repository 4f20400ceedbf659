//! The handler of SIGBUS. It does only what a signal handler may: it looks into a lock-free table, makes system calls, and
//! stores to atomics.
#![allow(
    unsafe_code,
    reason = "handles a signal, and maps fixed pages over mappings of this crate"
)]

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::{mem, ptr};

use super::{FAULTS, Slot, gap, slots};
use crate::error::{Error, Result};
use crate::os::{errno, memory};

type Handler = unsafe extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);

/// If a library replaced our handler, another one of these is installed, and faults outside our mappings go to the handler it
/// replaced. That one may pass them to the handler before it, which is one of these too: a single handler could not tell
/// whether another handler asks it, or the kernel.
static HANDLERS: [Handler; 16] = {
    macro_rules! handlers {
        ($($at:literal)*) => { [$(handle_as::<$at>),*] };
    }
    handlers!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
};

/// Whom each of them replaced.
static REPLACED: [AtomicPtr<libc::sigaction>; HANDLERS.len()] =
    [const { AtomicPtr::new(ptr::null_mut()) }; HANDLERS.len()];

/// The default action, as whoever replaced by it would see it.
static DEFAULT: libc::sigaction = {
    // SAFETY: all zeros is a valid sigaction.
    unsafe { mem::zeroed() }
};

/// Puts the handler in place, or back in place where somebody has replaced it. Called by one thread at a time.
pub fn install() -> Result<()> {
    let mut current = change(None)?;
    loop {
        let own = HANDLERS
            .iter()
            .position(|handler| *handler as usize == current.sa_sigaction);
        // Whoever put it back by `signal` has it called without the information.
        if own.is_some() && current.sa_flags & libc::SA_SIGINFO != 0 {
            return Ok(());
        }
        let action = libc::sigaction {
            sa_sigaction: HANDLERS[own.unwrap_or_else(|| handler_over(current))] as usize,
            sa_flags: libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART,
            ..DEFAULT
        };
        let before = change(Some(&action))?;
        if before.sa_sigaction == current.sa_sigaction {
            return Ok(());
        }
        // Somebody came in between, another copy of this library perhaps, and is to be asked too.
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

/// Which of the handlers asks those that are in place now.
fn handler_over(current: libc::sigaction) -> usize {
    let is_same = |action: &libc::sigaction| {
        (action.sa_sigaction, action.sa_flags) == (current.sa_sigaction, current.sa_flags)
    };
    let last = HANDLERS.len() - 1;
    let at = (0..last)
        .find(|at| replaced(*at).is_none_or(is_same))
        .unwrap_or(last);
    // A handler may be reading the one before; what is replaced is leaked, once for each who replaces us.
    if !replaced(at).is_some_and(is_same) {
        REPLACED[at].store(Box::into_raw(Box::new(current)), Ordering::Release);
    }
    at
}

fn replaced(at: usize) -> Option<&'static libc::sigaction> {
    // SAFETY: a leaked box, or null.
    unsafe { REPLACED[at].load(Ordering::Acquire).as_ref() }
}

unsafe extern "C" fn handle_as<const AT: usize>(
    signal: i32,
    info: *mut libc::siginfo_t,
    context: *mut libc::c_void,
) {
    // SAFETY: passes on what the kernel gave.
    unsafe { handle(AT, signal, info, context) };
}

/// What the handler of a number does.
unsafe fn handle(at: usize, signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
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
    if !address.is_some_and(lay_zeros_at) {
        let stage = Stage::of(info.addr());
        // SAFETY: passes on what the kernel gave.
        unsafe { forward(at, stage, is_fault, (signal, info, context)) };
    }
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

/// Whether the address is in a mapping that is guarded, and zeros lie there now.
fn lay_zeros_at(address: usize) -> bool {
    // An entry for borrowed pages may be about what was there before.
    [false, true]
        .into_iter()
        .any(|borrowed| slots().any(|slot| slot.covers(address) && slot.answer(address, borrowed)))
}

impl Slot {
    /// Answers a fault if it is in this mapping, which stays as it is meanwhile. Says whether the touch can be tried again.
    fn answer(&self, address: usize, borrowed: bool) -> bool {
        self.record.enter();
        // The mapping may have ended before the record was entered.
        let answered = self.covers(address)
            && self.is_borrowed() == borrowed
            && self.shows_file_at(address)
            && self.lay_zeros(address);
        self.record.leave();
        answered
    }

    /// Lays zero pages from the file's end on, or over the one page that the file has and cannot give (a hole on a
    /// full disk, a bad block).
    fn lay_zeros(&self, address: usize) -> bool {
        let page = memory::page_size() as usize;
        let (start, length) = (
            self.start.load(Ordering::Relaxed),
            self.length.load(Ordering::Relaxed),
        );
        let touched = (address - start) / page * page;
        let end = self.end_of_file().min(length as u64) as usize;
        let (from, to) = if touched >= end {
            (end, length)
        } else {
            (touched, touched + page)
        };
        // In this order: a thread that reads one of these zeros can see the count, and a thread that sees the count can
        // see the record.
        self.record.add(from..to);
        gap();
        FAULTS.fetch_add(1, Ordering::SeqCst);
        gap();
        // SAFETY: the pages belong to a mapping that `Guarded::new` was promised, whose owner waits for the handler to
        // leave; nobody can read what they held.
        unsafe { memory::blank_out((start + from) as *mut u8, to - from) }.is_ok()
    }

    /// The first byte of the mapping behind the file's last page.
    fn end_of_file(&self) -> u64 {
        let descriptor = self.descriptor.load(Ordering::Relaxed);
        if descriptor < 0 {
            return 0;
        }
        // SAFETY: open by the promise made at `Guarded::new`; a number that is none any more is EBADF.
        let descriptor = unsafe { BorrowedFd::borrow_raw(descriptor) };
        let size = rustix::fs::fstat(descriptor).map_or(0, |stat| stat.st_size as u64);
        memory::round_up_to_pages(size).saturating_sub(self.offset.load(Ordering::Relaxed))
    }
}

/// How far those have got who ask each other about one signal. Whoever registers twice has forgotten who was there before, and
/// asks in a circle, which would go on until the stack ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Begun,
    /// Much stack is used: a circle it may be, of the last handlers, which are used again where there are not enough of them.
    Long,
    /// It is one. Those who were there before all of it are asked.
    Circle,
    /// They are part of it, too.
    End,
}

impl Stage {
    /// By the stack that was used since, where the information still lies where the kernel has put it.
    fn of(information: usize) -> Stage {
        const MUCH: usize = 128 << 10;
        const STAGES: usize = 4;
        let here = 0u8;
        let here = ptr::from_ref(&here).addr();
        let part = match alternate_stack() {
            Some(bottom) if bottom < here => MUCH.min(information.saturating_sub(bottom) / STAGES),
            _ => MUCH,
        };
        match information.wrapping_sub(here).checked_div(part) {
            Some(1) => Stage::Long,
            Some(2) => Stage::Circle,
            Some(3) => Stage::End,
            // What is further away was copied elsewhere, and says nothing.
            _ => Stage::Begun,
        }
    }
}

/// The lowest address of the stack for signals, where this thread is on it.
fn alternate_stack() -> Option<usize> {
    // SAFETY: all zeros is a valid stack_t.
    let mut stack: libc::stack_t = unsafe { mem::zeroed() };
    // SAFETY: only asks, which a handler may.
    let asked = unsafe { libc::sigaltstack(ptr::null(), &mut stack) };
    (asked == 0 && stack.ss_flags & libc::SS_ONSTACK != 0).then(|| stack.ss_sp.addr())
}

/// Asks who was there before, or lets the default action end the process.
unsafe fn forward(
    at: usize,
    stage: Stage,
    is_fault: bool,
    (signal, info, context): (i32, *mut libc::siginfo_t, *mut libc::c_void),
) {
    let at = match stage {
        Stage::Begun => at,
        Stage::Long => at.min(HANDLERS.len() - 2),
        Stage::Circle => 0,
        Stage::End => HANDLERS.len(),
    };
    let action = REPLACED.get(at).and_then(|_| replaced(at)).unwrap_or(&DEFAULT);
    if action.sa_flags & libc::SA_RESETHAND != 0 {
        // As the kernel would have it: asked once.
        REPLACED[at].store(ptr::from_ref(&DEFAULT).cast_mut(), Ordering::Release);
    }
    match action.sa_sigaction {
        // A fault cannot be ignored.
        libc::SIG_IGN if !is_fault => {}
        libc::SIG_DFL | libc::SIG_IGN => {
            // SAFETY: sigaction may be called in a handler; the touch is tried again and ends the process, as it would have.
            unsafe { libc::sigaction(signal, &DEFAULT, ptr::null_mut()) };
            // SAFETY: so may raise; a signal that somebody sent is not sent again by itself.
            unsafe { libc::raise(signal) };
        }
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
