//! Jobs on the threads of the pool, as promises. JavaScript gives each a ticket, a number to cancel it by, and finishes it when the promise
//! is settled.

use napi::bindgen_prelude::{AsyncTask, Either, Null, Uint8Array};
use napi::{Env, Task, Unknown};
use napi_derive::napi;

use super::class::MmapArray;
use super::class::side;
use super::errors::{catch_panic, throw_on_error, to_napi};
use super::result_buffer::ResultBuffer;
use super::values::{bounds, bytes, count};
use crate::array::files::Mode;
use crate::array::files::external_file::{ExternalFile, FileName};
use crate::array::jobs::computing::Needles;
use crate::array::jobs::{self, Work};
use crate::error::Result;
use crate::os::available::copied;

pub struct JobTask {
    /// `None` once it was done.
    work: Option<Work>,
    result: ResultBuffer,
}

impl JobTask {
    fn begin(env: &Env, work: Work) -> Result<AsyncTask<Self>> {
        let result = ResultBuffer::new(env, work.result_bytes)?;
        let work = Some(work);
        Ok(AsyncTask::new(JobTask { work, result }))
    }
}

impl Task for JobTask {
    /// False if it was cancelled.
    type Output = Result<bool>;
    /// An `ArrayBuffer`, which is empty if there is no result; null if it was cancelled.
    type JsValue = Either<Unknown<'static>, Null>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Some(Work { run, .. }) = self.work.take() else {
            return Ok(Ok(false));
        };
        Ok(catch_panic(|| run(self.result.region())))
    }

    fn resolve(&mut self, env: Env, done: Self::Output) -> napi::Result<Self::JsValue> {
        match to_napi(&env, done)? {
            true => throw_on_error(&env, || self.result.value()).map(Either::A),
            false => Ok(Either::B(Null)),
        }
    }
}

#[napi]
pub fn sort_later(env: Env, array: &MmapArray, ticket: u32) -> napi::Result<AsyncTask<JobTask>> {
    array.change(&env, |array| JobTask::begin(&env, array.sort_later(ticket)?))
}

#[napi]
pub fn places_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    needles: Unknown<'_>,
    right: bool,
) -> napi::Result<AsyncTask<JobTask>> {
    let needles = bytes(&env, &needles)?;
    array.change(&env, |array| {
        let needles = Needles::Copied(copied(needles)?);
        JobTask::begin(&env, array.places_later(ticket, needles, side(right))?)
    })
}

/// The same for the elements of another array of the same type.
#[napi]
pub fn places_of_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    other: &MmapArray,
    right: bool,
) -> napi::Result<AsyncTask<JobTask>> {
    let needles = throw_on_error(&env, || array.snapshot_of(other))?;
    array.change(&env, |array| {
        let needles = Needles::Snapshot(needles);
        JobTask::begin(&env, array.places_later(ticket, needles, side(right))?)
    })
}

/// The bytes of the least number of each part of a slice, then of the greatest of each.
#[napi]
pub fn envelope_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    parts: f64,
    start: Option<f64>,
    stop: Option<f64>,
) -> napi::Result<AsyncTask<JobTask>> {
    array.change(&env, |array| {
        let parts = array.parts(count("parts", parts)?, bounds(start, stop, None))?;
        JobTask::begin(&env, array.envelope_later(ticket, parts)?)
    })
}

#[napi]
pub fn tofile_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    target: Either<i32, Uint8Array>,
) -> napi::Result<AsyncTask<JobTask>> {
    array.change(&env, |array| {
        JobTask::begin(&env, array.tofile_later(ticket, file_name(&target))?)
    })
}

#[napi]
pub fn fromfile_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    source: Either<i32, Uint8Array>,
    n: f64,
) -> napi::Result<AsyncTask<JobTask>> {
    array.change(&env, |array| {
        let file = ExternalFile::open(file_name(&source), Mode::Async)?;
        JobTask::begin(&env, array.fromfile_later(ticket, file, count("n", n)?)?)
    })
}

/// A file as JavaScript names it: by a descriptor, or by the bytes of a path.
pub fn file_name(file: &Either<i32, Uint8Array>) -> FileName<'_> {
    match file {
        Either::A(descriptor) => FileName::Descriptor(*descriptor),
        Either::B(path) => FileName::Path(path),
    }
}

/// Cancels a job, if it is under way.
#[napi]
pub fn cancel_job(env: Env, array: &MmapArray, ticket: u32) -> napi::Result<()> {
    array.change_unsound(&env, |array| {
        array.cancel_job(ticket);
        Ok(())
    })
}

/// Cancels all jobs of all threads, now and later: the process ends.
#[napi]
pub fn shutdown() {
    jobs::shutdown();
}

/// Takes over what a job has done that is over, if it was begun at all.
#[napi]
pub fn finish_job(env: Env, array: &MmapArray, ticket: u32) -> napi::Result<()> {
    // Whatever has become of the memory: an array that stays busy could not even be refreshed.
    array.change_unsound(&env, |core| {
        // To take over new elements may widen the memory, and nothing is to be seen of what was there before.
        let was_sound = array.require_sound_of(core);
        let before = core.capacity();
        core.finish_job(ticket)?;
        if core.capacity() > before {
            array.overlays.restore(core.mapping())?;
        }
        was_sound
    })?;
    array.read(&env, |_| Ok(()))
}
