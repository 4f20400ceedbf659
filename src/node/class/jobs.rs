//! Jobs: calls that work on a thread of the pool and return a promise. JavaScript gives each job a ticket, a number by which it can
//! be cancelled, and calls `finishJob` when its promise is settled.

use napi::bindgen_prelude::{AsyncTask, Either, Null, Uint8Array};
use napi::{Env, Task, Unknown};
use napi_derive::napi;

use super::MmapArray;
use super::array_module::file_name;
use super::numbers::{number_of, side};
use crate::array::files::Mode;
use crate::array::files::external_file::ExternalFile;
use crate::array::jobs::Work;
use crate::array::jobs::computing::Needles;
use crate::error::Result;
use crate::kernels::Region;
use crate::node::errors::{catch_panic, throw_on_error, to_napi};
use crate::node::result_buffer::ResultBuffer;
use crate::node::source::Source;
use crate::node::values::{bounds, count};
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
    /// An `ArrayBuffer`, empty if there is no result; null if it was cancelled.
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
impl MmapArray {
    #[napi]
    pub fn sort_async(&self, env: Env, ticket: u32, field: Option<u32>) -> napi::Result<AsyncTask<JobTask>> {
        self.change(&env, |array| {
            JobTask::begin(&env, array.sort_later(ticket, number_of(field))?)
        })
    }

    /// Gives the bytes of doubles.
    #[napi]
    pub fn searchsorted_async(
        &self,
        env: Env,
        ticket: u32,
        needles: Unknown<'_>,
        right: bool,
        field: Option<u32>,
    ) -> napi::Result<AsyncTask<JobTask>> {
        let field = number_of(field);
        let needles = Source::new(&env, self, &needles, field)?;
        self.change(&env, |array| {
            let needles = match needles {
                Source::Bytes(bytes) => Needles::Copied(copied(bytes)?),
                Source::Array(snapshot) => Needles::Snapshot(snapshot),
            };
            JobTask::begin(
                &env,
                array.searchsorted_later(ticket, needles, side(right), field)?,
            )
        })
    }

    /// Gives the bytes of the least number of each part of a slice, then of the greatest of each.
    #[napi]
    pub fn envelope_async(
        &self,
        env: Env,
        ticket: u32,
        parts: f64,
        start: Option<f64>,
        stop: Option<f64>,
        field: Option<u32>,
    ) -> napi::Result<AsyncTask<JobTask>> {
        self.change(&env, |array| {
            let parts = array.parts(count("parts", parts)?, bounds(start, stop, None))?;
            JobTask::begin(&env, array.envelope_later(ticket, parts, number_of(field))?)
        })
    }

    #[napi]
    pub fn tofile_async(
        &self,
        env: Env,
        ticket: u32,
        target: Either<i32, Uint8Array>,
    ) -> napi::Result<AsyncTask<JobTask>> {
        self.change(&env, |array| {
            JobTask::begin(&env, array.tofile_later(ticket, file_name(&target))?)
        })
    }

    #[napi]
    pub fn fromfile_async(
        &self,
        env: Env,
        ticket: u32,
        source: Either<i32, Uint8Array>,
        n: f64,
    ) -> napi::Result<AsyncTask<JobTask>> {
        self.change(&env, |array| {
            let file = ExternalFile::open(file_name(&source), Mode::Async)?;
            JobTask::begin(&env, array.fromfile_later(ticket, file, count("n", n)?)?)
        })
    }

    /// It takes no ticket: it cannot be cancelled.
    #[napi]
    pub fn flush_async(&self, env: Env) -> napi::Result<AsyncTask<JobTask>> {
        self.change(&env, |array| {
            let snapshot = array.flush_later()?;
            let run = Box::new(move |_: Region<'_>| snapshot.flush().map(|()| true));
            JobTask::begin(&env, Work { result_bytes: 0, run })
        })
    }

    /// Cancels a job that is under way.
    #[napi]
    pub fn cancel_job(&self, env: Env, ticket: u32) -> napi::Result<()> {
        self.change_unsound(&env, |array| {
            array.cancel_job(ticket);
            Ok(())
        })
    }

    /// Takes over the result of a job that is over. Does nothing for one that was never begun.
    #[napi]
    pub fn finish_job(&self, env: Env, ticket: u32) -> napi::Result<()> {
        // It works on a faulty array too, which would stay busy otherwise.
        self.change_unsound(&env, |array| {
            // New elements may widen the memory. A fault of before must not be forgotten by that.
            let was_sound = self.check_faults_of(array);
            let before = array.capacity();
            array.finish_job(ticket)?;
            if array.capacity() > before {
                self.overlays.restore(array.mapping())?;
            }
            was_sound
        })?;
        self.check_faults(env)
    }
}
