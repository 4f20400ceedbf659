//! Work on an array's elements by other threads: what may go on at the same time, and what waits for it.

pub mod computing;
mod file_end;
pub mod reading;
pub mod writing;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Array;
use super::peer::Peer;
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::identity;

/// Whether the process ends.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// Calls all jobs off that wait for others, or come to.
pub fn end_waiting() {
    IS_ENDING.store(true, Ordering::Relaxed);
}

/// Work for another thread; `None` where it was called off.
pub type Work<T> = Box<dyn FnOnce() -> Result<Option<T>> + Send>;

/// Work for another thread that writes its result into memory of that many bytes; `None` where it was called off.
pub struct Filling {
    pub bytes: usize,
    pub work: Box<FillingWork>,
}

pub type FillingWork = dyn FnOnce(Region<'_>) -> Result<Option<()>> + Send;

/// What a job does to the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It reads elements: any number of such jobs at a time.
    Reads,
    /// It writes elements, alone.
    Writes,
    /// It adds elements behind the end, alone.
    Grows,
}

/// What the thread of a job and the array's own know of each other.
#[derive(Debug)]
struct Shared {
    /// The number by which it is called off.
    ticket: u32,
    claim: Claim,
    /// Byte of the file at which the array ended when it began.
    place: u64,
    /// Whether a growing job writes to the room of a reserved file.
    fills_room: bool,
    /// Bytes a growing job has added; `None` once it is called off. Whoever changes a file holds this while it does:
    /// after it was called off a job changes nothing any more.
    added: Mutex<Option<u64>>,
    /// As in [`Outcome`].
    wasted_to: AtomicU64,
    room_end: AtomicU64,
    is_called_off: AtomicBool,
    /// Whether it is called off as soon as it would have to wait for somebody.
    waits_no_more: AtomicBool,
    is_over: AtomicBool,
}

impl Shared {
    fn added(&self) -> MutexGuard<'_, Option<u64>> {
        self.added.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn call_off(&self) {
        self.is_called_off.store(true, Ordering::Relaxed);
    }
}

/// A job's hold on its array, for any thread. To drop it is to be over.
#[derive(Debug)]
pub struct Job(Arc<Shared>);

impl Job {
    /// Whether what it does is of no use any more.
    pub fn is_called_off(&self) -> bool {
        self.0.is_called_off.load(Ordering::Relaxed)
    }

    /// What asks whether work on a file is of no use any more: where it has to wait for who holds the other end, that may be
    /// so a little earlier.
    pub fn question(&self, peer: &Peer) -> impl Fn() -> bool + use<'_> {
        let waits = identity::require_regular(peer.file()).is_err();
        let is_given_up =
            || self.0.waits_no_more.load(Ordering::Relaxed) || IS_ENDING.load(Ordering::Relaxed);
        move || self.is_called_off() || (waits && is_given_up())
    }

    /// Writes, unless it was called off for good; says whether it did. Whoever calls it off waits for the end of that.
    pub fn write(&self, write: &mut dyn FnMut()) -> bool {
        let added = self.0.added();
        let may_write = added.is_some() && !self.is_called_off();
        if may_write {
            write();
        }
        may_write
    }

    /// Says that the file of a reserved array ends there by now, whatever becomes of what is to be written to it.
    pub fn made_room(&self, end: u64) {
        self.0.room_end.store(end, Ordering::Relaxed);
    }

    /// Adds at most so many bytes by a call that is told how many were added before, and says how many it adds. Does nothing,
    /// and says so, once it was called off.
    pub fn add(&self, most: u64, write: impl FnOnce(u64) -> Result<u64>) -> Result<bool> {
        let mut added = self.0.added();
        let Some(before) = *added else { return Ok(false) };
        let written = write(before).inspect_err(|_| {
            let end = self.0.place + before + most;
            self.0.wasted_to.store(end, Ordering::Relaxed);
        })?;
        *added = Some(before + written);
        Ok(true)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::Release);
    }
}

/// The jobs an array has, as it knows them.
#[derive(Debug, Default)]
pub struct Jobs {
    running: Vec<Arc<Shared>>,
    /// Whether there were jobs since they were settled last.
    is_unsettled: bool,
    /// What a growing job has done, and is not taken over yet.
    outcome: Outcome,
}

#[derive(Debug, Default)]
struct Outcome {
    fills_room: bool,
    /// Bytes that were added.
    added: u64,
    /// Byte of the file at which that ends which was perhaps written in vain; 0 where nothing was.
    wasted_to: u64,
    /// Where a reserved file ends that was made longer; 0 where it was not.
    room_end: u64,
}

impl Jobs {
    pub fn is_written(&self) -> bool {
        self.running.iter().any(|job| job.claim != Claim::Reads)
    }

    /// Notes what a growing job has done that does nothing any more.
    fn note(&mut self, job: &Shared, added: Option<u64>) {
        if job.claim == Claim::Grows {
            self.outcome = Outcome {
                fills_room: job.fills_room,
                added: added.unwrap_or(0),
                wasted_to: job.wasted_to.load(Ordering::Relaxed),
                room_end: job.room_end.load(Ordering::Relaxed),
            };
        }
    }

    fn is_growing(&self) -> bool {
        self.running.iter().any(|job| job.claim == Claim::Grows)
    }

    pub fn is_idle(&self) -> bool {
        self.running.is_empty()
    }
}

impl Array {
    /// Begins a job.
    ///
    /// # Errors
    /// `Busy` where it cannot go together with those there are.
    pub(super) fn begin_job(&mut self, operation: &'static str, ticket: u32, claim: Claim) -> Result<Job> {
        self.require_unwritten(operation)?;
        if claim != Claim::Reads {
            self.require_idle(operation)?;
        }
        if self.jobs.is_idle() {
            self.jobs.is_unsettled = true;
            // No append and no pop goes by the core.
            self.state.set_prefaulted(0);
        }
        let shared = Arc::new(Shared {
            ticket,
            claim,
            place: self.file_position(self.length()),
            fills_room: self.is_reserved(),
            added: Mutex::new(Some(0)),
            wasted_to: AtomicU64::new(0),
            room_end: AtomicU64::new(0),
            is_called_off: AtomicBool::new(false),
            waits_no_more: AtomicBool::new(false),
            is_over: AtomicBool::new(false),
        });
        self.jobs.running.push(shared.clone());
        Ok(Job(shared))
    }

    /// Calls a job off: it ends as soon as it can, and what it has done by then stays.
    pub fn call_off(&self, ticket: u32) {
        for job in self.jobs.running.iter().filter(|job| job.ticket == ticket) {
            job.call_off();
        }
    }

    /// Calls a job off if it waits for others, now or later. One that can go on by itself does.
    pub fn stop_waiting(&self, ticket: u32) {
        for job in self.jobs.running.iter().filter(|job| job.ticket == ticket) {
            job.waits_no_more.store(true, Ordering::Relaxed);
        }
    }

    /// Takes back that a job was begun, which has done nothing: what was to do it is refused.
    pub fn forget_job(&mut self, ticket: u32) {
        self.jobs.running.retain(|job| job.ticket != ticket);
        if self.jobs.is_idle() && self.jobs.outcome.added == 0 {
            self.jobs.is_unsettled = false;
        }
    }

    /// Takes over what jobs have done that are over by now. Until then the array is as busy as if they were not: when it is
    /// free again depends on who waits for them, not on how fast they are.
    pub fn settle_jobs(&mut self) -> Result<()> {
        let is_over = |job: &mut Arc<Shared>| job.is_over.load(Ordering::Acquire);
        let over: Vec<_> = self.jobs.running.extract_if(.., is_over).collect();
        for job in over {
            let added = *job.added();
            self.jobs.note(&job, added);
        }
        if !self.jobs.is_idle() {
            return Ok(());
        }
        if !self.jobs.is_unsettled {
            return Ok(());
        }
        if self.jobs.outcome.fills_room {
            self.take_over_room();
        } else if self.jobs.outcome.added > 0 {
            let bytes = self.bytes_in_file()?;
            self.set_bytes(bytes)?;
        }
        self.give_back_waste();
        // Not before: what could not be taken over is tried again.
        self.jobs.outcome = Outcome::default();
        self.jobs.is_unsettled = false;
        Ok(())
    }

    /// Takes over what a job has added to a reserved file, and how long it has made that.
    fn take_over_room(&mut self) {
        let Outcome { added, room_end, .. } = self.jobs.outcome;
        let length = self.length() + added / self.itemsize();
        let room = room_end.saturating_sub(self.file_position(0)) / self.itemsize();
        self.state.set(length, self.capacity().max(length).max(room));
    }

    /// A full disk gets back what it gave, where a header counts the elements. Of a failure of that nothing more is to be told.
    fn give_back_waste(&mut self) {
        let wasted_to = self.jobs.outcome.wasted_to;
        if wasted_to > 0 {
            self.note_slack(wasted_to);
            let _ = self.truncate_slack();
        }
    }

    /// Refuses what needs the elements to stay as they are while others write them.
    pub(super) fn require_unwritten(&self, operation: &'static str) -> Result<()> {
        if self.jobs.is_written() {
            return Err(Error::Busy { operation });
        }
        Ok(())
    }

    /// Refuses what changes the length while others work on the elements.
    pub(super) fn require_idle(&self, operation: &'static str) -> Result<()> {
        if self.jobs.is_idle() {
            Ok(())
        } else {
            Err(Error::Busy { operation })
        }
    }

    /// Refuses to cut the file that a job is adding to.
    pub(super) fn require_not_growing(&self, operation: &'static str) -> Result<()> {
        if self.jobs.is_growing() {
            Err(Error::Busy { operation })
        } else {
            Ok(())
        }
    }

    /// Calls all jobs off for good: from now on none of them changes the file. What they hold stays valid, and what they have
    /// added to a reserved file is the array's, as in any other it is the file's.
    pub fn abandon_jobs(&mut self) {
        for job in std::mem::take(&mut self.jobs.running) {
            job.call_off();
            // Waits for the write that is under way.
            let added = job.added().take();
            self.jobs.note(&job, added);
        }
        if self.jobs.outcome.fills_room {
            self.take_over_room();
        }
        self.give_back_waste();
        self.jobs.outcome = Outcome::default();
    }
}
