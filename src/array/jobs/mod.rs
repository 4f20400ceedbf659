//! Jobs: other threads work on the elements of an array. Until then the array refuses calls that a job excludes.

pub mod computing;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Array;
use crate::error::{Error, Result};
use crate::kernels::Region;

/// Whether the process is ending.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// While the process is ending, the jobs of all threads are cancelled, and so is each new one.
pub fn set_ending(is_ending: bool) {
    IS_ENDING.store(is_ending, Ordering::Relaxed);
}

/// The work of a job, for any thread.
pub struct Work {
    /// The size of its result in bytes.
    pub result_bytes: usize,
    /// Writes the result. Returns false if it was cancelled.
    pub run: Box<dyn FnOnce(Region<'_>) -> Result<bool> + Send>,
}

impl Work {
    pub(super) fn new(
        result_bytes: usize,
        run: impl FnOnce(Region<'_>) -> Result<bool> + Send + 'static,
    ) -> Work {
        Work {
            result_bytes,
            run: Box::new(run),
        }
    }
}

/// What a job does to the array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It reads elements, as any number of other jobs may.
    Reads,
    /// It writes elements, alone.
    Writes,
    /// It appends elements, alone.
    Grows,
}

/// What a job has appended.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// In bytes.
    pub appended: u64,
    /// The byte up to which a failed append may have written to the file; 0 if none failed.
    pub wasted_to: u64,
    /// The new end of a reserved file; 0 if the job did not make it longer.
    pub room_end: u64,
}

#[derive(Debug)]
struct Shared {
    ticket: u32,
    claim: Claim,
    is_cancelled: AtomicBool,
    /// `None` once the array has abandoned the job. Locked while the job changes the array, so that it changes nothing after that.
    progress: Mutex<Option<Progress>>,
}

impl Shared {
    fn progress(&self) -> MutexGuard<'_, Option<Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Once true, it stays true: if the process goes on, a job that has stopped early must not report that it is done.
    fn is_cancelled(&self, is_ending: bool) -> bool {
        if is_ending {
            self.is_cancelled.store(true, Ordering::Relaxed);
        }
        self.is_cancelled.load(Ordering::Relaxed)
    }
}

/// A job, for the thread that does the work. Its work is over when this is dropped.
#[derive(Debug)]
pub struct Job(Arc<Shared>);

impl Job {
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled(IS_ENDING.load(Ordering::Relaxed))
    }

    /// Writes elements, unless the array has abandoned the job. Returns whether it did.
    pub fn write(&self, write: &mut dyn FnMut()) -> bool {
        let progress = self.0.progress();
        if progress.is_some() {
            write();
        }
        progress.is_some()
    }

    /// Appends elements, unless the array has abandoned the job. Returns whether it did.
    pub fn append(&self, append: impl FnOnce(&mut Progress) -> Result<()>) -> Result<bool> {
        match self.0.progress().as_mut() {
            Some(progress) => append(progress).map(|()| true),
            None => Ok(false),
        }
    }
}

/// The jobs of an array that it has not finished.
#[derive(Debug, Default)]
pub struct Jobs(Vec<Arc<Shared>>);

impl Jobs {
    pub fn is_idle(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, claim: Claim) -> bool {
        self.0.iter().any(|job| job.claim == claim)
    }
}

impl Array {
    /// Begins a job. The array is busy until `finish_job`, even if the work is over before, so that later calls do not depend on
    /// the speed of another thread.
    ///
    /// # Errors
    /// `Busy` if a pending job excludes it.
    pub(super) fn begin_job(&mut self, operation: &'static str, ticket: u32, claim: Claim) -> Result<Job> {
        self.require_unwritten(operation)?;
        if claim != Claim::Reads {
            self.require_idle(operation)?;
        }
        if self.jobs.is_idle() {
            // From now on JavaScript calls the core to append or pop.
            self.state.set_prefaulted(0);
        }
        let shared = Arc::new(Shared {
            ticket,
            claim,
            is_cancelled: AtomicBool::new(false),
            progress: Mutex::new(Some(Progress::default())),
        });
        self.jobs.0.push(shared.clone());
        Ok(Job(shared))
    }

    /// Cancels a job, which ends soon. What it has done by then stays.
    pub fn cancel_job(&self, ticket: u32) {
        for job in self.jobs.0.iter().filter(|job| job.ticket == ticket) {
            job.is_cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// Takes over what a job has done, if its work is over. Otherwise does nothing.
    ///
    /// # Errors
    /// The system's.
    pub fn finish_job(&mut self, ticket: u32) -> Result<()> {
        let is_over = |job: &mut Arc<Shared>| job.ticket == ticket && Arc::get_mut(job).is_some();
        let over: Vec<_> = self.jobs.0.extract_if(.., is_over).collect();
        over.iter().try_for_each(|job| self.take_over(job))
    }

    fn take_over(&mut self, job: &Shared) -> Result<()> {
        match job.progress().take() {
            Some(progress) if job.claim == Claim::Grows => self.take_over_appended(progress),
            _ => Ok(()),
        }
    }

    /// Cancels all jobs for good: from now on none of them changes the file. Their memory stays valid, and what they have appended is
    /// the array's.
    pub fn abandon_jobs(&mut self) {
        for job in std::mem::take(&mut self.jobs.0) {
            job.is_cancelled.store(true, Ordering::Relaxed);
            // Waits for a write that is under way. A failure cannot be reported, because the array ends.
            let _ = self.take_over(&job);
        }
    }

    /// Refuses an operation while a job writes or appends elements.
    pub(super) fn require_unwritten(&self, operation: &'static str) -> Result<()> {
        let is_written = self.jobs.has(Claim::Writes) || self.jobs.has(Claim::Grows);
        busy_if(is_written, operation)
    }

    /// Refuses an operation while any job is pending.
    pub(super) fn require_idle(&self, operation: &'static str) -> Result<()> {
        busy_if(!self.jobs.is_idle(), operation)
    }

    /// Refuses to truncate the file that a job is appending to.
    pub(super) fn require_not_growing(&self, operation: &'static str) -> Result<()> {
        busy_if(self.jobs.has(Claim::Grows), operation)
    }
}

fn busy_if(is_busy: bool, operation: &'static str) -> Result<()> {
    if is_busy {
        return Err(Error::Busy { operation });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::integers;

    #[test]
    fn is_cancelled_of_a_job_stays_true_when_the_process_goes_on() {
        let mut array = integers(&[]);
        let job = array.begin_job("sortAsync", 1, Claim::Writes).unwrap();
        assert!(!job.0.is_cancelled(false));
        assert!(job.0.is_cancelled(true));
        assert!(job.0.is_cancelled(false));
    }
}
