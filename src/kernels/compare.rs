//! Where two ranges of the same element type begin to differ.

use bytemuck::Pod;

use super::Region;
use super::dispatch::Level;
use crate::for_scalar;
use crate::typecode::Scalar;

/// Index of the first pair that is not equal by value, over the shorter of the two; a NaN equals nothing.
pub fn first_difference(left: Region<'_>, right: Region<'_>, scalar: Scalar) -> Option<usize> {
    for_scalar!(scalar, T => difference::<T>(Level::best(), left, right))
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
        for length in [1, 63, 64, 65, 4000] {
            let left: Vec<i32> = (0..length).collect();
            let ours = Region::of(bytemuck::cast_slice(&left));
            for level in Level::available() {
                for at in [0, 1, 62, 63, 64, 1023, 1024, 3999] {
                    let mut right = left.clone();
                    let Some(element) = right.get_mut(at) else {
                        continue;
                    };
                    *element = -1;
                    let theirs = Region::of(bytemuck::cast_slice(&right));
                    assert_eq!(difference::<i32>(level, ours, theirs), Some(at));
                }
                assert_eq!(difference::<i32>(level, ours, ours), None);
                assert_eq!(difference::<i32>(level, ours, ours.part(0, 4)), None);
            }
        }
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
