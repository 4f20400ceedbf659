//! The calls that take the elements, or one field of records, as numbers. A field is named by its number.

use napi::bindgen_prelude::{BigInt, Either3};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::MmapArray;
use crate::array::slice::Bounds;
use crate::error::Result;
use crate::kernels::bisect::Side;
use crate::kernels::extremes::Extreme;
use crate::kernels::sum::Sum;
use crate::node::source::Source;
use crate::node::values::{RawNumber, bounds, bytes, count, decode, index, range, sought};
use crate::os::huge_pages;
use crate::typecode::Scalar;

#[napi]
impl MmapArray {
    /// A bigint for integers of 8 bytes; an array of the sums of both parts for complex numbers; else a number.
    #[napi]
    pub fn sum(
        &self,
        env: Env,
        start: f64,
        stop: f64,
        field: Option<u32>,
    ) -> napi::Result<Either3<f64, BigInt, Vec<f64>>> {
        self.read(&env, |array| {
            let bounds = range(start, stop);
            let summands = array.element_type().summands(number_of(field))?;
            let double = |sum| match sum {
                Sum::Integer(sum) => sum as f64,
                Sum::Float(sum) => sum,
            };
            let sums: Result<Vec<Sum>> = summands
                .iter()
                .map(|summand| array.sum(*summand, bounds))
                .collect();
            let sums = sums?;
            Ok(match (&sums[..], summands[0].scalar) {
                ([Sum::Integer(sum)], Scalar::I64 | Scalar::U64) => Either3::B(BigInt::from(*sum)),
                ([sum], _) => Either3::A(double(*sum)),
                (parts, _) => Either3::C(parts.iter().copied().map(double).collect()),
            })
        })
    }

    #[napi]
    pub fn min(&self, env: Env, start: f64, stop: f64, field: Option<u32>) -> napi::Result<RawNumber> {
        self.extreme(&env, Extreme::Least, range(start, stop), field)
    }

    #[napi]
    pub fn max(&self, env: Env, start: f64, stop: f64, field: Option<u32>) -> napi::Result<RawNumber> {
        self.extreme(&env, Extreme::Greatest, range(start, stop), field)
    }

    fn extreme(
        &self,
        env: &Env,
        which: Extreme,
        bounds: Bounds,
        field: Option<u32>,
    ) -> napi::Result<RawNumber> {
        self.read(env, |array| {
            let (scalar, found) = array.extreme(which, number_of(field), bounds)?;
            Ok(decode(scalar, &found))
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
        field: Option<u32>,
    ) -> napi::Result<()> {
        let into = bytes(&env, &into)?;
        self.read(&env, |array| {
            let parts = array.parts(count("parts", parts)?, bounds(start, stop, None))?;
            array.envelope(&parts, number_of(field), into)
        })
    }

    #[napi]
    pub fn sort(&self, env: Env, field: Option<u32>) -> napi::Result<()> {
        self.read(&env, |array| array.sort(number_of(field)))
    }

    /// The index at which a value belongs among records that are sorted by a field.
    #[napi]
    #[allow(
        clippy::too_many_arguments,
        reason = "the arguments of bisectLeft, its side and its field"
    )]
    pub fn bisect_field(
        &self,
        env: Env,
        field: u32,
        value: RawNumber,
        excess: f64,
        lo: f64,
        hi: f64,
        right: bool,
    ) -> napi::Result<f64> {
        let [lo, hi] = [lo, hi].map(|bound| index(bound).max(0) as u64);
        self.read(&env, |array| {
            let found = array.bisect(
                sought(&value, excess),
                lo,
                hi,
                side(right),
                number_of(Some(field)),
            )?;
            Ok(found as f64)
        })
    }

    /// Writes the index at which each of many numbers belongs, as doubles, into memory of their number.
    #[napi]
    pub fn searchsorted(
        &self,
        env: Env,
        needles: Unknown<'_>,
        right: bool,
        into: Unknown<'_>,
        field: Option<u32>,
    ) -> napi::Result<()> {
        let field = number_of(field);
        let (needles, into) = (Source::new(&env, self, &needles, field)?, bytes(&env, &into)?);
        self.read(&env, |array| {
            array.searchsorted(needles.region(), side(right), field, into)?;
            needles.check_faults()
        })
    }

    /// Copies a field of the records of a slice into new memory of its size.
    #[napi]
    pub fn column(
        &self,
        env: Env,
        field: u32,
        into: Unknown<'_>,
        start: Option<f64>,
        stop: Option<f64>,
    ) -> napi::Result<()> {
        let into = bytes(&env, &into)?;
        huge_pages::prefer(into.address(), into.len());
        self.read(&env, |array| {
            array.column(field as usize, bounds(start, stop, None), into)
        })
    }

    /// Stores the values of bytes, or of an array of the field's type, in a field of the records from an index on.
    #[napi]
    pub fn set_column(&self, env: Env, field: u32, source: Unknown<'_>, start: f64) -> napi::Result<()> {
        let field = field as usize;
        let source = Source::new(&env, self, &source, Some(field))?;
        self.read(&env, |array| {
            let start = count("start", start)?;
            match &source {
                Source::Bytes(bytes) => array.set_column(field, *bytes, start),
                Source::Array(snapshot) => array.set_column_with(field, snapshot, start),
            }
        })
    }

    /// Stores the bytes of a value in a field of one record.
    #[napi]
    pub fn set_field(&self, env: Env, at: f64, field: u32, value: Unknown<'_>) -> napi::Result<()> {
        let (at, value) = (index(at), bytes(&env, &value)?);
        self.access(&env, at, |array| array.set_field(at, field as usize, value))
    }
}

/// The number of a field as the core takes it.
pub(super) fn number_of(field: Option<u32>) -> Option<usize> {
    field.map(|number| number as usize)
}

pub(super) fn side(right: bool) -> Side {
    if right { Side::Right } else { Side::Left }
}
