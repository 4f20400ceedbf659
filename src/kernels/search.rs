//! Finds and counts elements. They compare by value: 0.0 equals -0.0, and a NaN equals nothing.

use std::ops::Range;

use bytemuck::Pod;

use super::Region;
use super::dispatch::{Level, for_size};
use super::rows::runs;
use crate::element::Element;
use crate::for_scalar;
use crate::typecode::Scalar;

/// The index of the first equal element in a range of indices.
pub fn find(region: Region<'_>, scalar: Scalar, needle: &Element, range: Range<usize>) -> Option<usize> {
    for_scalar!(scalar, T => find_at(Level::best(), region, needle.get::<T>(), range))
}

fn find_at<T: Pod + PartialEq>(
    level: Level,
    region: Region<'_>,
    needle: T,
    range: Range<usize>,
) -> Option<usize> {
    let start = range.start;
    let elements = region.rows::<T>(range);
    let found = level.run(
        #[inline(always)]
        || {
            elements.find(
                #[inline(always)]
                |value| value == needle,
            )
        },
    );
    found.map(|at| start + at)
}

/// The number of equal elements.
pub fn count(region: Region<'_>, scalar: Scalar, needle: &Element) -> usize {
    for_scalar!(scalar, T => count_at(Level::best(), region, needle.get::<T>()))
}

/// Counts in lanes as wide as the elements.
fn count_at<T: Pod + PartialEq>(level: Level, region: Region<'_>, needle: T) -> usize {
    for_size!(size_of::<T>(), Lane => {
        const LANES: usize = 256 / size_of::<Lane>();
        /// Short enough that no lane overflows.
        const RUN: usize = LANES * if size_of::<Lane>() < 4 { Lane::MAX as usize } else { 1 << 20 };
        let of_run = |run: Range<usize>| {
            let lanes = level.run(
                #[inline(always)]
                || {
                    // In a vector, a comparison gives a number of ones only, and subtracting that number adds one.
                    #[inline(always)]
                    fn take(lane: &mut Lane, is_equal: bool) {
                        *lane = lane.wrapping_sub(if is_equal { Lane::MAX } else { 0 });
                    }
                    region.rows::<T>(run).fold_lanes::<LANES, _>(
                        [0 as Lane; LANES],
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
        };
        runs(region.len() / size_of::<T>(), RUN).map(of_run).sum()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use half::f16;

    fn check<T: Pod + PartialEq + std::fmt::Debug>(make: impl Fn(usize) -> T) {
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
                            find_at(level, region, needle, range),
                            expected,
                            "{level:?} {needle:?}"
                        );
                    }
                    let expected = values.iter().filter(|value| **value == needle).count();
                    assert_eq!(count_at(level, region, needle), expected, "{level:?} {needle:?}");
                }
            }
        }
    }

    #[test]
    fn find_and_count_agree_with_a_plain_search() {
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
    fn count_is_exact_beyond_what_a_lane_holds() {
        for level in Level::available() {
            let many = vec![7u8; 256 * 256 * 3 + 5];
            assert_eq!(count_at::<u8>(level, Region::of(&many), 7), many.len());
            let many = vec![7u16; 128 * 65_536 + 5];
            assert_eq!(
                count_at::<u16>(level, Region::of(bytemuck::cast_slice(&many)), 7),
                many.len()
            );
        }
    }

    #[test]
    fn floats_compare_by_value() {
        let values = [f64::NAN, -0.0, 1.5].repeat(100);
        let region = Region::of(bytemuck::cast_slice(&values));
        for level in Level::available() {
            assert_eq!(find_at::<f64>(level, region, 0.0, 0..300), Some(1));
            assert_eq!(count_at::<f64>(level, region, 0.0), 100);
            assert_eq!(count_at::<f64>(level, region, f64::NAN), 0);
            assert_eq!(find_at::<f64>(level, region, f64::NAN, 0..300), None);
        }
    }
}
