//! Work on the threads of the pool, as promises. Each is begun with a ticket, a number by which it can be called off; what
//! it did is taken over by `settle`, which whoever waited calls.

use napi::bindgen_prelude::{AsyncTask, Either, Null, Uint8Array};
use napi::{Env, Task, Unknown};
use napi_derive::napi;

use super::class::MmapArray;
use super::class::side;
use super::errors::{catch_panic, throw_on_error, to_napi};
use super::result_buffer::ResultBuffer;
use super::values::{bounds, bytes, count};
use crate::array::jobs::computing::Needles;
use crate::array::jobs::writing::Target;
use crate::array::jobs::{self, Filling, FillingWork, Work};
use crate::array::peer::{Opening, Peer};
use crate::error::Result;
use crate::os::available::copied;

/// Work that gives `Output`.
pub struct JobTask<Output> {
    work: Option<Work<Output>>,
}

impl<Output> JobTask<Output> {
    fn begin(work: Work<Output>) -> AsyncTask<Self>
    where
        Self: Task,
    {
        AsyncTask::new(JobTask { work: Some(work) })
    }

    /// On a thread of the pool.
    fn run(&mut self) -> Result<Option<Output>> {
        self.work.take().map_or(Ok(None), catch_panic)
    }
}

impl Task for JobTask<()> {
    type Output = Result<Option<()>>;
    /// False where it was called off.
    type JsValue = bool;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        Ok(self.run())
    }

    fn resolve(&mut self, env: Env, done: Self::Output) -> napi::Result<bool> {
        Ok(to_napi(&env, done)?.is_some())
    }
}

/// Work that writes its result into a buffer of JavaScript's.
pub struct FillingTask {
    work: Option<Box<FillingWork>>,
    result: ResultBuffer,
}

impl FillingTask {
    fn begin(env: &Env, Filling { bytes, work }: Filling) -> Result<AsyncTask<Self>> {
        Ok(AsyncTask::new(FillingTask {
            work: Some(work),
            result: ResultBuffer::new(env, bytes)?,
        }))
    }
}

impl Task for FillingTask {
    type Output = Result<Option<()>>;
    /// An `ArrayBuffer`; null where it was called off.
    type JsValue = Either<Unknown<'static>, Null>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Some(work) = self.work.take() else {
            return Ok(Ok(None));
        };
        Ok(catch_panic(|| work(self.result.region())))
    }

    fn resolve(&mut self, env: Env, done: Self::Output) -> napi::Result<Self::JsValue> {
        match to_napi(&env, done)? {
            Some(()) => throw_on_error(&env, || self.result.value()).map(Either::A),
            None => Ok(Either::B(Null)),
        }
    }
}

#[napi]
pub fn sort_later(env: Env, array: &MmapArray, ticket: u32) -> napi::Result<AsyncTask<JobTask<()>>> {
    array.change(&env, |array| array.sort_later(ticket).map(JobTask::begin))
}

#[napi]
pub fn places_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    needles: Unknown<'_>,
    right: bool,
) -> napi::Result<AsyncTask<FillingTask>> {
    let needles = bytes(&env, &needles)?;
    array.change(&env, |array| {
        let needles = Needles::Copied(copied(needles)?);
        FillingTask::begin(&env, array.places_later(ticket, needles, side(right))?)
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
) -> napi::Result<AsyncTask<FillingTask>> {
    let needles = throw_on_error(&env, || array.snapshot_of(other))?;
    array.change(&env, |array| {
        let needles = Needles::Snapshot(needles);
        FillingTask::begin(&env, array.places_later(ticket, needles, side(right))?)
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
) -> napi::Result<AsyncTask<FillingTask>> {
    array.change(&env, |array| {
        let parts = array.parts(count("parts", parts)?, bounds(start, stop, None))?;
        FillingTask::begin(&env, array.envelope_later(ticket, parts)?)
    })
}

#[napi]
pub fn tofile_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    target: Either<i32, Uint8Array>,
) -> napi::Result<AsyncTask<JobTask<()>>> {
    array.change(&env, |array| {
        let target = match target {
            Either::A(descriptor) if array.length() > 0 => Target::Open(Peer::borrow(descriptor)?),
            Either::A(_) => Target::Nothing,
            Either::B(path) => Target::Path(path.to_vec()),
        };
        array.write_later(ticket, target).map(JobTask::begin)
    })
}

#[napi]
pub fn fromfile_later(
    env: Env,
    array: &MmapArray,
    ticket: u32,
    source: Either<i32, Uint8Array>,
    n: f64,
) -> napi::Result<AsyncTask<JobTask<()>>> {
    array.change(&env, |array| {
        let peer = match source {
            Either::A(descriptor) => Peer::borrow(descriptor)?,
            Either::B(path) => Peer::open(&path, Opening::AtOnce)?,
        };
        array.read_later(ticket, peer, count("n", n)?).map(JobTask::begin)
    })
}

/// Calls the work of a ticket off, if it is under way.
#[napi]
pub fn call_off(env: Env, array: &MmapArray, ticket: u32) -> napi::Result<()> {
    array.change_unsound(&env, |array| {
        array.call_off(ticket);
        Ok(())
    })
}

/// Calls the work of a ticket off if it waits for others.
#[napi]
pub fn stop_waiting(env: Env, array: &MmapArray, ticket: u32) -> napi::Result<()> {
    array.change_unsound(&env, |array| {
        array.stop_waiting(ticket);
        Ok(())
    })
}

/// Calls all work of all threads off that waits for others, now or later: the process ends.
#[napi]
pub fn end_waiting() {
    jobs::end_waiting();
}

/// Takes back that work of a ticket was begun, if it was: the call was refused.
#[napi]
pub fn forget_job(env: Env, array: &MmapArray, ticket: u32) -> napi::Result<()> {
    array.change_unsound(&env, |array| {
        array.forget_job(ticket);
        Ok(())
    })
}

/// Takes over what work has done that is over.
#[napi]
pub fn settle(env: Env, array: &MmapArray) -> napi::Result<()> {
    // Whatever has become of the memory: an array that stays busy could not even be refreshed.
    array.change_unsound(&env, |core| {
        // To take over new elements may widen the memory, and nothing is to be seen of what was there before.
        let was_sound = array.require_sound_of(core);
        let before = core.capacity();
        core.settle_jobs()?;
        if core.capacity() > before {
            array.overlays.restore(core.mapping())?;
        }
        was_sound
    })?;
    array.read(&env, |_| Ok(()))
}
