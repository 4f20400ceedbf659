//! The handler of SIGBUS. It does only what a signal handler may: it looks into a lock-free table, makes system calls, and
//! stores to atomics.
#![allow(
    unsafe_code,
    reason = "handles a signal, and maps fixed pages over mappings of this crate"
)]

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::{mem, ptr};

use super::{Slot, slots};
use crate::error::{Error, Result};
use crate::os::memory;

type Handler = unsafe extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);

/// Every time that somebody has replaced our handler it is put back as another one, which asks those it replaced about what
/// is not ours. They may ask in turn who was there before them, which is one of these too; a single one could not know
/// whether they do, or whether the kernel asks.
static HANDLERS: [Handler; 16] = {
    macro_rules! handlers {
        ($($at:literal)*) => { [$(handle_as::<$at>),*] };
    }
    handlers!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
};

/// Whom each of them replaced.
static REPLACED: [AtomicPtr<libc::sigaction>; HANDLERS.len()] =
    [const { AtomicPtr::new(ptr::null_mut()) }; HANDLERS.len()];

/// Bytes of stack from a signal on that those who ask each other about it take at most. Who registered twice has forgotten
/// who was there before, and would ask in a circle until the stack ends.
const ASKING: usize = 512 << 10;

/// Puts the handler in place, or back in place where somebody has replaced it. Called by one thread at a time.
pub fn install() -> Result<()> {
    // SAFETY: all zeros is a valid sigaction, the default one.
    let mut current: libc::sigaction = unsafe { mem::zeroed() };
    // SAFETY: only asks.
    let asked = unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), &mut current) };
    if asked != 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "sigaction"));
    }
    if HANDLERS
        .iter()
        .any(|handler| *handler as usize == current.sa_sigaction)
    {
        return Ok(());
    }
    // SAFETY: as above.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = HANDLERS[handler_over(current)] as usize;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the handler is a function of this library, which is never unloaded.
    let set = unsafe { libc::sigaction(libc::SIGBUS, &action, ptr::null_mut()) };
    if set != 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "sigaction"));
    }
    Ok(())
}

/// Which of the handlers asks those that are in place now.
fn handler_over(current: libc::sigaction) -> usize {
    let known = |at: &usize| {
        replaced(*at).is_none_or(|action| {
            (action.sa_sigaction, action.sa_flags) == (current.sa_sigaction, current.sa_flags)
        })
    };
    let last = HANDLERS.len() - 1;
    let at = (0..last).find(known).unwrap_or(last);
    // A handler may be reading the one before; what is replaced is leaked, once for each who replaces us.
    if !(replaced(at).is_some() && known(&at)) {
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
    let errno = unsafe { libc::__errno_location() };
    // The code that was interrupted may look at it next.
    // SAFETY: each thread has its own, for as long as it lives.
    let before = unsafe { errno.read() };
    // SAFETY: the kernel passes valid information to a handler that asked for it.
    let information = unsafe { &*info };
    // SAFETY: SIGBUS has an address in its information.
    let address = unsafe { information.si_addr() }.addr();
    // A signal that somebody sent has no address of ours.
    // An entry for borrowed pages may be about what was there before.
    let handled = [false, true].into_iter().any(|borrowed| {
        slots().any(|slot| {
            slot.covering(address)
                .filter(|_| slot.is_borrowed() == borrowed && slot.shows_file_at(address))
                .is_some_and(|range| slot.lay_zeros(range, address))
        })
    });
    if !handled {
        // SAFETY: passes on what the kernel gave.
        unsafe { forward(at, signal, info, context) };
    }
    // SAFETY: as above.
    unsafe { errno.write(before) };
}

impl Slot {
    /// Lays zero pages from the file's end on, or over the one page that the file has and cannot give (a hole on a
    /// full disk, a bad block). Says whether the touch can be tried again.
    ///
    /// The range is the one that was verified: the slot may be free by now, its pages blank, and then a late blank over
    /// them changes nothing.
    fn lay_zeros(&self, (start, length): (usize, usize), address: usize) -> bool {
        let page = memory::page_size() as usize;
        let touched = (address - start) / page * page;
        let end = self.end_of_file().min(length as u64) as usize;
        let (from, to) = if touched >= end {
            (end, length)
        } else {
            (touched, touched + page)
        };
        // SAFETY: the pages belong to a mapping that `Guarded::new` was promised; nobody can read what they held.
        let done = unsafe { memory::blank_out((start + from) as *mut u8, to - from) };
        if done.is_ok() {
            self.remember(&(from..to));
        }
        done.is_ok()
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

/// Asks who was there before, or lets the default action end the process.
unsafe fn forward(at: usize, signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let here = 0u8;
    // Of information that somebody has copied to elsewhere this says nothing.
    let asking = info.addr().wrapping_sub(ptr::from_ref(&here).addr()) / ASKING;
    let action = match asking {
        // In a circle those are left out who were there before it began.
        1 => replaced(0),
        2..4 => None,
        _ => replaced(at),
    };
    match action {
        Some(action) if action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN => {
            if action.sa_flags & libc::SA_SIGINFO != 0 {
                // SAFETY: with SA_SIGINFO the handler has this signature.
                let handler = unsafe { mem::transmute::<usize, Handler>(action.sa_sigaction) };
                // SAFETY: passes on what the kernel gave.
                unsafe { handler(signal, info, context) };
            } else {
                // SAFETY: without it, this one.
                let handler = unsafe { mem::transmute::<usize, extern "C" fn(i32)>(action.sa_sigaction) };
                handler(signal);
            }
        }
        _ => {
            // SAFETY: all zeros is the default action; the touch is tried again and ends the process, as it would have.
            let default: libc::sigaction = unsafe { mem::zeroed() };
            // SAFETY: sigaction may be called in a handler.
            unsafe { libc::sigaction(signal, &default, ptr::null_mut()) };
            // SAFETY: so may raise; a signal that somebody sent is not sent again by itself.
            unsafe { libc::raise(signal) };
        }
    }
}
