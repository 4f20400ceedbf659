//! The handler of SIGBUS. It does only what a signal handler may: it looks into a lock-free table, makes system calls, and
//! stores to atomics.
#![allow(
    unsafe_code,
    reason = "handles a signal, and maps fixed pages over mappings of this crate"
)]

use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use std::{mem, ptr};

use super::{Slot, slots};
use crate::error::{Error, Result};
use crate::os::memory;

/// Who was asked before us, and is asked about what is not ours.
static PREVIOUS: AtomicPtr<libc::sigaction> = AtomicPtr::new(ptr::null_mut());

/// Who was there before our first mapping. Whoever replaced us since may ask us what they do not know, and must not be asked
/// again for that.
static FIRST: AtomicPtr<libc::sigaction> = AtomicPtr::new(ptr::null_mut());

/// Signals that others are being asked about, each by where its information lies, on the stack of its thread. With more at the
/// same time than there is room for, the last are not noted.
static ASKED: [Asked; 64] = [const { Asked::nothing() }; 64];

struct Asked {
    information: AtomicUsize,
    /// How far the stack went when they were asked; it grows downwards.
    frame: AtomicUsize,
}

impl Asked {
    const fn nothing() -> Asked {
        Asked {
            information: AtomicUsize::new(0),
            frame: AtomicUsize::new(0),
        }
    }
}

/// A question to others about a signal, while they are asked.
enum Asking {
    /// By somebody who was asked by us: their answer is to ask us.
    Answer,
    Question(Option<&'static Asked>),
}

impl Asking {
    fn about(information: usize, frame: usize) -> Asking {
        let same = ASKED
            .iter()
            .find(|asked| asked.information.load(Ordering::Acquire) == information);
        if let Some(asked) = same {
            if frame < asked.frame.load(Ordering::Relaxed) {
                return Asking::Answer;
            }
            // Another signal at the same place: who was asked about the last one never came back.
            asked.frame.store(frame, Ordering::Relaxed);
            return Asking::Question(Some(asked));
        }
        let noted = ASKED.iter().find(|asked| {
            let mine =
                asked
                    .information
                    .compare_exchange(0, information, Ordering::AcqRel, Ordering::Relaxed);
            mine.is_ok()
        });
        if let Some(asked) = noted {
            asked.frame.store(frame, Ordering::Relaxed);
        }
        Asking::Question(noted)
    }

    fn is_answer(&self) -> bool {
        matches!(self, Asking::Answer)
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Asking::Question(Some(asked)) = self {
            asked.information.store(0, Ordering::Release);
        }
    }
}

/// Puts the handler in place, or back in place where somebody has replaced it. Called by one thread at a time.
pub fn install() -> Result<()> {
    // SAFETY: all zeros is a valid sigaction, the default one.
    let mut current: libc::sigaction = unsafe { mem::zeroed() };
    // SAFETY: only asks.
    let asked = unsafe { libc::sigaction(libc::SIGBUS, ptr::null(), &mut current) };
    if asked != 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "sigaction"));
    }
    let ours = handle as *const () as usize;
    if current.sa_sigaction == ours {
        return Ok(());
    }
    // A handler may be reading the one before; what is replaced is leaked, once for each who replaces us.
    let current = Box::into_raw(Box::new(current));
    let _ = FIRST.compare_exchange(ptr::null_mut(), current, Ordering::AcqRel, Ordering::Relaxed);
    PREVIOUS.store(current, Ordering::Release);
    // SAFETY: as above.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = ours;
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
    // SAFETY: the handler is a function of this library, which is never unloaded.
    let set = unsafe { libc::sigaction(libc::SIGBUS, &action, ptr::null_mut()) };
    if set != 0 {
        return Err(Error::io(&std::io::Error::last_os_error(), "sigaction"));
    }
    Ok(())
}

unsafe extern "C" fn handle(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
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
        unsafe { forward(signal, info, context) };
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
unsafe fn forward(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let here = 0u8;
    let asking = Asking::about(info.addr(), ptr::from_ref(&here).addr());
    let previous = if asking.is_answer() { &FIRST } else { &PREVIOUS };
    // SAFETY: a leaked box, or null.
    let action = unsafe { previous.load(Ordering::Acquire).as_ref() };
    match action {
        Some(action) if action.sa_sigaction != libc::SIG_DFL && action.sa_sigaction != libc::SIG_IGN => {
            if action.sa_flags & libc::SA_SIGINFO != 0 {
                type Handler = extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void);
                // SAFETY: with SA_SIGINFO the handler has this signature.
                let handler = unsafe { mem::transmute::<usize, Handler>(action.sa_sigaction) };
                handler(signal, info, context);
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
