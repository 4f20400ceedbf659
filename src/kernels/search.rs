//! Where, and how often, an element occurs. Elements compare by value: 0.0 equals -0.0, a NaN nothing.

use std::ops::Range;

use bytemuck::Pod;
use half::f16;

use super::Region;
use super::dispatch::Level;
use crate::element::Element;
use crate::for_scalar;
use crate::typecode::Scalar;

/// Index of the first equal element in a range of indices.
pub fn find(region: Region<'_>, scalar: Scalar, needle: &Element, range: Range<usize>) -> Option<usize> {
    for_scalar!(scalar, T => T::find(Level::best(), region, needle.get::<T>(), range))
}

/// How many elements are equal.
pub fn count(region: Region<'_>, scalar: Scalar, needle: &Element) -> usize {
    for_scalar!(scalar, T => T::count(Level::best(), region, needle.get::<T>()))
}

/// Bytes of elements that are looked at together.
const ROW: usize = 256;

trait Comparable: Pod + PartialEq {
    fn find(level: Level, region: Region<'_>, needle: Self, range: Range<usize>) -> Option<usize>;

    fn count(level: Level, region: Region<'_>, needle: Self) -> usize;
}

macro_rules! comparable {
    ($($T:ident counted in $Count:ident),*) => {$(
        impl Comparable for $T {
            fn find(level: Level, region: Region<'_>, needle: $T, range: Range<usize>) -> Option<usize> {
                const N: usize = ROW / size_of::<$T>();
                let start = range.start;
                let rows = region.rows::<$T>(range);
                let found = level.run(
                    #[inline(always)]
                    || {
                        rows.find::<N>(
                            #[inline(always)]
                            |row| {
                                // Without a branch a value the compiler makes vectors of it; the exact place is looked for
                                // once.
                                let is_here = row.iter().fold(false, |found, value| found | (*value == needle));
                                if is_here { row.iter().position(|value| *value == needle) } else { None }
                            },
                            #[inline(always)]
                            |value| value == needle,
                        )
                    },
                );
                found.map(|at| start + at)
            }

            fn count(level: Level, region: Region<'_>, needle: $T) -> usize {
                const N: usize = ROW / size_of::<$T>();
                /// So many that no lane overflows.
                const RUN: usize = N * if size_of::<$T>() < 4 { $Count::MAX as usize } else { 1 << 20 };
                let count = region.len() / size_of::<$T>();
                let runs = (0..count).step_by(RUN).map(|start| start..count.min(start + RUN));
                runs.map(|run| {
                    let rows = region.rows::<$T>(run);
                    let lanes = level.run(
                        #[inline(always)]
                        || {
                            // A comparison gives all ones in a vector, and those taken away are one more.
                            #[inline(always)]
                            fn take(lane: &mut $Count, is_equal: bool) {
                                *lane = lane.wrapping_sub(if is_equal { $Count::MAX } else { 0 });
                            }
                            rows.fold::<N, _>(
                                [0 as $Count; N],
                                #[inline(always)]
                                |lanes, row| {
                                    for (lane, value) in lanes.iter_mut().zip(row) {
                                        take(lane, value == needle);
                                    }
                                },
                                #[inline(always)]
                                |lanes, lane, value| take(&mut lanes[lane], value == needle),
                            )
                        },
                    );
                    lanes.into_iter().map(|lane| lane as usize).sum::<usize>()
                })
                .sum()
            }
        }
    )*};
}
comparable!(
    i8 counted in u8, u8 counted in u8, i16 counted in u16, u16 counted in u16, f16 counted in u16, i32 counted in u32,
    u32 counted in u32, f32 counted in u32, i64 counted in u64, u64 counted in u64, f64 counted in u64
);

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: Comparable + std::fmt::Debug>(make: impl Fn(usize) -> T) {
        for length in [0, 1, 31, 32, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1000] {
            let values: Vec<T> = (0..length).map(|n| make(n * 7919 % 101)).collect();
            let region = Region::of(bytemuck::cast_slice(&values));
            for needle in (0..110).step_by(3).map(&make) {
                for level in Level::available() {
                    for start in [0, 1, length / 3, length] {
                        let range = start.min(length)..length - length / 5;
                        if range.start > range.end {
                            continue;
                        }
                        let there = values[range.clone()].iter().position(|value| *value == needle);
                        let expected = there.map(|at| at + range.start);
                        assert_eq!(
                            T::find(level, region, needle, range),
                            expected,
                            "{level:?} {needle:?}"
                        );
                    }
                    let expected = values.iter().filter(|value| **value == needle).count();
                    assert_eq!(T::count(level, region, needle), expected, "{level:?} {needle:?}");
                }
            }
        }
    }

    #[test]
    fn as_a_plain_search_does() {
        check(|n| n as i8);
        check(|n| n as u8);
        check(|n| n as i16 - 50);
        check(|n| n as u16 * 600);
        check(|n| f16::from_f64(n as f64 - 50.0));
        check(|n| n as i32 - 50);
        check(|n| n as u32);
        check(|n| n as f32 - 50.0);
        check(|n| n as i64 - 50);
        check(|n| n as u64);
        check(|n| n as f64 / 4.0);
    }

    #[test]
    fn more_are_counted_than_a_lane_holds() {
        for level in Level::available() {
            let many = vec![7u8; 256 * 256 * 3 + 5];
            assert_eq!(u8::count(level, Region::of(&many), 7), many.len());
            let many = vec![7u16; 128 * 65_536 + 5];
            assert_eq!(
                u16::count(level, Region::of(bytemuck::cast_slice(&many)), 7),
                many.len()
            );
        }
    }

    #[test]
    fn floats_compare_by_value() {
        let values = [f64::NAN, -0.0, 1.5].repeat(100);
        let region = Region::of(bytemuck::cast_slice(&values));
        for level in Level::available() {
            assert_eq!(f64::find(level, region, 0.0, 0..300), Some(1));
            assert_eq!(f64::count(level, region, 0.0), 100);
            assert_eq!(f64::count(level, region, f64::NAN), 0);
            assert_eq!(f64::find(level, region, f64::NAN, 0..300), None);
        }
    }
}
