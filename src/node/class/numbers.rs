//! The calls that take the elements as numbers.

use napi::bindgen_prelude::{BigInt, Either};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::MmapArray;
use crate::array::Array;
use crate::kernels::bisect::Side;
use crate::kernels::extremes::Extreme;
use crate::kernels::sum::Sum;
use crate::node::source::Source;
use crate::node::values::{Decoded, RawNumber, bounds, bytes, count};
use crate::typecode::Scalar;

#[napi]
impl MmapArray {
    /// A bigint for integers of 8 bytes, else a number.
    #[napi]
    pub fn sum(&self, env: Env) -> napi::Result<RawNumber> {
        self.read(&env, |array| {
            Ok(match (array.sum()?, array.element_type().scalar()) {
                (Sum::Integer(sum), Some(Scalar::I64 | Scalar::U64)) => Either::B(BigInt::from(sum)),
                (Sum::Integer(sum), _) => Either::A(sum as f64),
                (Sum::Float(sum), _) => Either::A(sum),
            })
        })
    }

    #[napi]
    pub fn min(&self, env: Env) -> napi::Result<Decoded> {
        self.extreme(&env, Extreme::Least)
    }

    #[napi]
    pub fn max(&self, env: Env) -> napi::Result<Decoded> {
        self.extreme(&env, Extreme::Greatest)
    }

    fn extreme(&self, env: &Env, which: Extreme) -> napi::Result<Decoded> {
        self.read(env, |array| {
            Ok(Decoded::of(array.element_type(), &array.extreme(which)?))
        })
    }

    /// Writes the least number of each part of a slice, then the greatest of each, into memory of two elements for
    /// each part.
    #[napi]
    pub fn envelope(
        &self,
        env: Env,
        parts: f64,
        start: Option<f64>,
        stop: Option<f64>,
        into: Unknown<'_>,
    ) -> napi::Result<()> {
        let into = bytes(&env, &into)?;
        self.read(&env, |array| {
            let parts = array.parts(count("parts", parts)?, bounds(start, stop, None))?;
            array.envelope(&parts, into)
        })
    }

    #[napi]
    pub fn sort(&self, env: Env) -> napi::Result<()> {
        self.read(&env, Array::sort)
    }

    /// Writes the index at which each of many elements belongs, as doubles, into memory of their number.
    #[napi]
    pub fn searchsorted(
        &self,
        env: Env,
        needles: Unknown<'_>,
        right: bool,
        into: Unknown<'_>,
    ) -> napi::Result<()> {
        let (needles, into) = (Source::new(&env, self, &needles)?, bytes(&env, &into)?);
        self.read(&env, |array| {
            array.searchsorted(needles.region(), side(right), into)?;
            needles.check_faults()
        })
    }
}

pub(super) fn side(right: bool) -> Side {
    if right { Side::Right } else { Side::Left }
}
