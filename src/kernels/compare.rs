//! Finds where two ranges of the same element type begin to differ.

use bytemuck::Pod;

use super::Region;
use super::dispatch::Level;
use crate::for_scalar;
use crate::typecode::Scalar;

/// The index of the first pair that is not equal by value, as far as both ranges go. A NaN equals nothing.
pub fn first_difference(left: Region<'_>, right: Region<'_>, scalar: Scalar) -> Option<usize> {
    let level = Level::best();
    if scalar.is_float() {
        return for_scalar!(scalar, T => difference::<T>(level, left, right));
    }
    difference_in_bytes(level, left, right, scalar.size())
}

/// Integers are equal if their bytes are, and every processor has vectors of bytes.
fn difference_in_bytes(level: Level, left: Region<'_>, right: Region<'_>, size: usize) -> Option<usize> {
    difference::<u8>(level, left, right).map(|byte| byte / size)
}

fn difference<T: Pod + PartialEq>(level: Level, left: Region<'_>, right: Region<'_>) -> Option<usize> {
    level.run(
        #[inline(always)]
        || {
            left.all::<T>().find_pair(
                right.all(),
                #[inline(always)]
                |ours, theirs| ours != theirs,
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_difference_is_the_index_of_the_first_unequal_pair() {
        fn check<T: Pod>(
            make: impl Fn(usize) -> T,
            difference: impl Fn(Level, Region<'_>, Region<'_>) -> Option<usize>,
        ) {
            for length in [1, 7, 63, 64, 65, 4001] {
                let left: Vec<T> = (0..length).map(&make).collect();
                let ours = Region::of(bytemuck::cast_slice(&left));
                for level in Level::available() {
                    for at in [0, 1, 6, 62, 63, 64, 1023, 1024, 3999, 4000] {
                        let mut right = left.clone();
                        // All that follow differ too.
                        for element in right.iter_mut().skip(at) {
                            *element = make(usize::MAX);
                        }
                        let theirs = Region::of(bytemuck::cast_slice(&right));
                        assert_eq!(difference(level, ours, theirs), (at < length).then_some(at));
                    }
                    assert_eq!(difference(level, ours, ours), None);
                    assert_eq!(difference(level, ours, ours.part(0, size_of::<T>())), None);
                    assert_eq!(difference(level, ours, Region::empty()), None);
                }
            }
        }
        // Numbers below 120, and one that is none of them, which differs in its first or in its last byte only.
        let small = |n: usize| if n == usize::MAX { 127 } else { n % 120 };
        check(
            |n| small(n) as i8,
            |level, a, b| difference_in_bytes(level, a, b, 1),
        );
        check(
            |n| small(n) as u16,
            |level, a, b| difference_in_bytes(level, a, b, 2),
        );
        check(
            |n| (small(n) as u16) << 8,
            |level, a, b| difference_in_bytes(level, a, b, 2),
        );
        check(
            |n| small(n) as i32,
            |level, a, b| difference_in_bytes(level, a, b, 4),
        );
        check(
            |n| (small(n) as i32) << 24,
            |level, a, b| difference_in_bytes(level, a, b, 4),
        );
        check(
            |n| small(n) as u64,
            |level, a, b| difference_in_bytes(level, a, b, 8),
        );
        check(
            |n| (small(n) as i64) << 56,
            |level, a, b| difference_in_bytes(level, a, b, 8),
        );
        check(|n| small(n) as f32, difference::<f32>);
        check(|n| small(n) as f64, difference::<f64>);
        check(|n| half::f16::from_f64(small(n) as f64), difference::<half::f16>);
    }

    #[test]
    fn first_difference_of_floats_compares_by_value() {
        let left = [0.0, f64::NAN].map(|value| [value; 40]).concat();
        let right = [-0.0, f64::NAN].map(|value| [value; 40]).concat();
        for level in Level::available() {
            let pair = (
                Region::of(bytemuck::cast_slice(&left)),
                Region::of(bytemuck::cast_slice(&right)),
            );
            assert_eq!(difference::<f64>(level, pair.0, pair.1), Some(40));
        }
    }
}
