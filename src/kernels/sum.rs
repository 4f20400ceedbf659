//! The sum of all elements. It is exact for integers. For floats, the error grows with the logarithm of their number.

use std::ops::Range;

use bytemuck::Pod;
use half::f16;

use super::Region;
use super::column::{Column, Gathered};
use super::dispatch::Level;
use super::rows::runs;
use crate::for_scalar;
use crate::typecode::Scalar;

/// The result of a sum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sum {
    Integer(i128),
    Float(f64),
}

pub fn sum(region: Region<'_>, scalar: Scalar) -> Sum {
    sum_at(Level::best(), region, scalar)
}

/// The sum of one field of many records: the same, to the bit, as that of a copy of the values.
pub fn sum_of_column(column: Column<'_>, scalar: Scalar) -> Sum {
    let (mut gathered, all) = (Gathered::new(), 0..column.len());
    let mut of_run = |run: Range<usize>| sum(gathered.load(column, run), scalar);
    let mut integers = 0;
    let mut floats = |run| match of_run(run) {
        Sum::Float(sum) => sum,
        Sum::Integer(sum) => {
            integers += sum;
            0.0
        }
    };
    let float = halved(all, &mut floats);
    if scalar.is_float() {
        Sum::Float(float)
    } else {
        Sum::Integer(integers)
    }
}

fn sum_at(level: Level, region: Region<'_>, scalar: Scalar) -> Sum {
    for_scalar!(scalar, T => T::sum(level, region))
}

/// The number of partial sums. It affects the result of floats, so it is the same on every machine.
const LANES: usize = 32;
/// Elements that are added to the partial sums before these are added up.
const RUN: usize = 1 << 12;
/// A run of a column is summed from one copy, because the order of additions depends on the runs.
const _: () = assert!(RUN <= Gathered::MOST);

trait Summand: Pod {
    fn sum(level: Level, region: Region<'_>) -> Sum;
}

macro_rules! integers {
    ($($T:ident),*) => {$(
        impl Summand for $T {
            fn sum(level: Level, region: Region<'_>) -> Sum {
                // Runs are so short that no lane of 32 bits overflows.
                Sum::Integer(runs(region.len() / size_of::<$T>(), LANES << 15).map(|run| {
                    level.run(#[inline(always)] || {
                        let lanes = add_up::<$T, i32>(region, run, #[inline(always)] |value| i32::from(value));
                        lanes.into_iter().map(i128::from).sum::<i128>()
                    })
                }).sum())
            }
        }
    )*};
}
integers!(i8, u8, i16, u16);

/// Flipping the sign bit of a signed value adds `$offset` to it, and makes it unsigned. The offsets are subtracted from the sum.
macro_rules! by_halves {
    ($($T:ident offset by $offset:expr),*) => {$(
        impl Summand for $T {
            fn sum(level: Level, region: Region<'_>) -> Sum {
                const OFFSET: u64 = $offset;
                const IS_WHOLE: bool = size_of::<$T>() == size_of::<u64>();
                let flip = if IS_WHOLE { OFFSET } else { OFFSET << 32 | OFFSET };
                let words = region.len() / size_of::<u64>();
                let (low, high) = half_sums(level, region, words, flip);
                let values = if IS_WHOLE { words } else { 2 * words };
                let flipped = if IS_WHOLE { (high << 32) + low } else { high + low };
                let rest = (values..region.len() / size_of::<$T>()).map(|at| i128::from(region.get::<$T>(at)));
                Sum::Integer(flipped - values as i128 * i128::from(OFFSET) + rest.sum::<i128>())
            }
        }
    )*};
}
by_halves!(
    i32 offset by 1 << 31,
    u32 offset by 0,
    i64 offset by 1 << 63,
    u64 offset by 0
);

/// The sums of the lower and the upper halves of words, after some bits were flipped. Neither overflows.
fn half_sums(level: Level, region: Region<'_>, words: usize, flip: u64) -> (i128, i128) {
    const LOW: u64 = u32::MAX as u64;
    let whole = |lanes: [u64; LANES]| lanes.into_iter().map(i128::from).sum::<i128>();
    let mut sums = (0, 0);
    for run in runs(words, LANES << 15) {
        let (low, high) = level.run(
            #[inline(always)]
            || {
                region.rows::<u64>(run).fold_lanes::<LANES, _>(
                    ([0u64; LANES], [0u64; LANES]),
                    #[inline(always)]
                    |(low, high), row| {
                        for lane in 0..LANES {
                            low[lane] += (row[lane] ^ flip) & LOW;
                            high[lane] += (row[lane] ^ flip) >> 32;
                        }
                    },
                    #[inline(always)]
                    |(low, high), lane, word| {
                        low[lane] += (word ^ flip) & LOW;
                        high[lane] += (word ^ flip) >> 32;
                    },
                )
            },
        );
        sums.0 += whole(low);
        sums.1 += whole(high);
    }
    sums
}

macro_rules! floats {
    ($($T:ident by $widen:expr),*) => {$(
        impl Summand for $T {
            fn sum(level: Level, region: Region<'_>) -> Sum {
                let count = region.len() / size_of::<$T>();
                let mut of_run = |run| level.run(#[inline(always)] || pairwise(&add_up::<$T, f64>(region, run, $widen)));
                Sum::Float(halved(0..count, &mut of_run))
            }
        }
    )*};
}
floats!(f16 by widen_half, f32 by f64::from, f64 by std::convert::identity);

/// A half as a double, without a branch.
#[inline(always)]
fn widen_half(half: f16) -> f64 {
    const EXPONENT: u32 = 0x7C00 << 13;
    /// Two to the power of the difference of the exponent biases of a single and a half.
    const SCALE: f32 = f32::from_bits((127 + 127 - 15) << 23);
    let bits = u32::from(half.to_bits());
    let magnitude = (bits & 0x7FFF) << 13;
    // Exact for subnormal halves as well.
    let scaled = (f32::from_bits(magnitude) * SCALE).to_bits();
    let special = if magnitude >= EXPONENT { 0x7F80_0000 } else { 0 };
    f64::from(f32::from_bits(scaled | special | ((bits & 0x8000) << 16)))
}

/// The partial sums of a run.
#[inline(always)]
fn add_up<T: Pod, Lane: Copy + Default + std::ops::AddAssign>(
    region: Region<'_>,
    run: Range<usize>,
    widen: impl Fn(T) -> Lane,
) -> [Lane; LANES] {
    region.rows::<T>(run).fold_lanes::<LANES, _>(
        [Lane::default(); LANES],
        #[inline(always)]
        |lanes, row| {
            for lane in 0..LANES {
                lanes[lane] += widen(row[lane]);
            }
        },
        #[inline(always)]
        |lanes, lane, value| lanes[lane] += widen(value),
    )
}

/// The sum of lanes. Adds neighbours first.
#[inline(always)]
fn pairwise(lanes: &[f64; LANES]) -> f64 {
    let mut sums = *lanes;
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] = sums[2 * lane] + sums[2 * lane + 1];
        }
    }
    sums[0]
}

/// The sum of a range: the sum of its two halves, which are divided again, down to runs.
fn halved(range: Range<usize>, of_run: &mut impl FnMut(Range<usize>) -> f64) -> f64 {
    if range.len() <= RUN {
        return of_run(range);
    }
    let middle = range.start + (range.len() / 2).next_multiple_of(RUN);
    halved(range.start..middle, of_run) + halved(middle..range.end, of_run)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths around the lanes, the rows and the runs.
    const LENGTHS: [usize; 12] = [0, 1, 2, 31, 32, 33, 63, 65, 4095, 4096, 4097, 100_000];

    fn sums<T: Summand>(values: &[T]) -> impl Iterator<Item = Sum> + '_ {
        Level::available().map(|level| T::sum(level, Region::of(bytemuck::cast_slice(values))))
    }

    macro_rules! exact {
        ($($T:ident)*) => {$(
            for length in LENGTHS {
                for make in [|_| $T::MAX, |_| $T::MIN, |index: usize| (index as $T).wrapping_mul(0x5B)] {
                    let values: Vec<$T> = (0..length).map(make).collect();
                    let expected = values.iter().map(|value| *value as i128).sum();
                    for sum in sums(&values) {
                        assert_eq!(sum, Sum::Integer(expected), "{length} of {}", stringify!($T));
                    }
                }
            }
        )*};
    }

    #[test]
    fn sum_of_integers_is_exact() {
        exact!(i8 u8 i16 u16 i32 u32 i64 u64);
        let many = vec![i16::MIN; (LANES << 15) + 5];
        for sum in sums(&many) {
            assert_eq!(sum, Sum::Integer(-32768 * many.len() as i128));
        }
    }

    #[test]
    fn widen_half_of_every_half_is_exact() {
        for half in (0..=u16::MAX).map(f16::from_bits) {
            let (ours, expected) = (widen_half(half), half.to_f64());
            assert!(
                ours.to_bits() == expected.to_bits() || (ours.is_nan() && expected.is_nan()),
                "{half}"
            );
        }
    }

    #[test]
    fn sum_of_floats_is_as_exact_as_a_pairwise_sum() {
        for length in LENGTHS {
            let tenths = vec![0.1; length];
            let mut answers = sums(&tenths).map(|sum| match sum {
                Sum::Float(sum) => sum,
                Sum::Integer(_) => unreachable!("floats sum to floats"),
            });
            let first = answers.next().unwrap();
            let error = (first - 0.1 * length as f64).abs();
            assert!(error <= 1e-15 * length as f64, "{length}: off by {error}");
            assert!(answers.all(|sum| sum == first), "every level gives the same");
        }
        assert!(sums(&[0.1f32; 1000]).all(|sum| sum == Sum::Float(1000.0 * f64::from(0.1f32))));
        assert!(sums(&[f16::from_f32(0.5); 1001]).all(|sum| sum == Sum::Float(500.5)));
    }

    #[test]
    fn sum_with_nans_and_infinities_is_theirs() {
        let mut values = vec![1.0; 10_000];
        values[7000] = f64::INFINITY;
        assert!(sums(&values).all(|sum| sum == Sum::Float(f64::INFINITY)));
        values[9999] = f64::NEG_INFINITY;
        assert!(sums(&values).all(|sum| matches!(sum, Sum::Float(sum) if sum.is_nan())));
        assert!(sums(&[f64::MAX, f64::MAX]).all(|sum| sum == Sum::Float(f64::INFINITY)));
    }
}
