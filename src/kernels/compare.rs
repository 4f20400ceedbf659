//! Where two ranges of the same element type begin to differ.

use bytemuck::Pod;

use super::Region;
use super::dispatch::Level;
use crate::for_scalar;
use crate::typecode::Scalar;

/// Index of the first pair that is not equal by value, over the shorter of the two; a NaN equals nothing.
pub fn first_difference(left: Region<'_>, right: Region<'_>, scalar: Scalar) -> Option<usize> {
    if !scalar.is_float() {
        return difference_in_bits(Level::best(), left, right, scalar.size());
    }
    for_scalar!(scalar, T => difference::<T>(Level::best(), left, right))
}

/// Integers are equal where their bits are: words of them are compared, whatever their size.
fn difference_in_bits(level: Level, left: Region<'_>, right: Region<'_>, size: usize) -> Option<usize> {
    const WORD: usize = size_of::<u64>();
    const N: usize = ROW / WORD;
    let bytes = left.len().min(right.len()) / size * size;
    let words = bytes / WORD;
    let found = level.run(
        #[inline(always)]
        || {
            left.rows::<u64>(0..words).find_with::<N>(
                right.rows(0..words),
                #[inline(always)]
                |ours, theirs| {
                    let mut bits = 0;
                    for lane in 0..N {
                        bits |= ours[lane] ^ theirs[lane];
                    }
                    if bits == 0 {
                        return None;
                    }
                    (0..N).find(|lane| ours[*lane] != theirs[*lane])
                },
                #[inline(always)]
                |ours, theirs| ours != theirs,
            )
        },
    );
    let differs = |at: &usize| left.get::<u8>(*at) != right.get::<u8>(*at);
    let byte = match found {
        // Where somebody has made them equal meanwhile, the first of the word was as good as any.
        Some(word) => Some(
            (word * WORD..(word + 1) * WORD)
                .find(differs)
                .unwrap_or(word * WORD),
        ),
        None => (words * WORD..bytes).find(differs),
    };
    byte.map(|at| at / size)
}

/// Bytes that are compared together.
const ROW: usize = 256;

fn difference<T: Pod + PartialEq>(level: Level, left: Region<'_>, right: Region<'_>) -> Option<usize> {
    level.run(
        #[inline(always)]
        || match size_of::<T>() {
            1 => by_rows::<T, ROW>(left, right),
            2 => by_rows::<T, { ROW / 2 }>(left, right),
            4 => by_rows::<T, { ROW / 4 }>(left, right),
            _ => by_rows::<T, { ROW / 8 }>(left, right),
        },
    )
}

#[inline(always)]
fn by_rows<T: Pod + PartialEq, const N: usize>(left: Region<'_>, right: Region<'_>) -> Option<usize> {
    let count = left.len().min(right.len()) / size_of::<T>();
    left.rows::<T>(0..count).find_with::<N>(
        right.rows(0..count),
        #[inline(always)]
        |ours, theirs| {
            let mut differ = false;
            for lane in 0..N {
                differ |= ours[lane] != theirs[lane];
            }
            if differ {
                (0..N).find(|lane| ours[*lane] != theirs[*lane])
            } else {
                None
            }
        },
        #[inline(always)]
        |ours, theirs| ours != theirs,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_unequal_pair_is_named() {
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
            |level, a, b| difference_in_bits(level, a, b, 1),
        );
        check(
            |n| small(n) as u16,
            |level, a, b| difference_in_bits(level, a, b, 2),
        );
        check(
            |n| (small(n) as u16) << 8,
            |level, a, b| difference_in_bits(level, a, b, 2),
        );
        check(
            |n| small(n) as i32,
            |level, a, b| difference_in_bits(level, a, b, 4),
        );
        check(
            |n| (small(n) as i32) << 24,
            |level, a, b| difference_in_bits(level, a, b, 4),
        );
        check(
            |n| small(n) as u64,
            |level, a, b| difference_in_bits(level, a, b, 8),
        );
        check(
            |n| (small(n) as i64) << 56,
            |level, a, b| difference_in_bits(level, a, b, 8),
        );
        check(|n| small(n) as f32, difference::<f32>);
        check(|n| small(n) as f64, difference::<f64>);
        check(|n| half::f16::from_f64(small(n) as f64), difference::<half::f16>);
    }

    #[test]
    fn a_nan_differs_from_itself_and_zeros_do_not() {
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
