//! Where two ranges of the same element type begin to differ.

use bytemuck::Pod;

use super::Region;
use super::block::{Block, blocks};
use crate::for_scalar;
use crate::typecode::Scalar;

/// Index of the first pair that is not equal by value, over the shorter of the two; a NaN equals nothing.
pub fn first_difference(left: Region<'_>, right: Region<'_>, scalar: Scalar) -> Option<usize> {
    for_scalar!(scalar, T => difference::<T>(left, right))
}

fn difference<T: Pod + PartialEq>(left: Region<'_>, right: Region<'_>) -> Option<usize> {
    let (mut ours, mut theirs) = (Block::new(), Block::new());
    for part in blocks::<T>(0..left.len().min(right.len()) / size_of::<T>()) {
        let start = part.start;
        let ours = ours.load::<T>(left, part.clone());
        let theirs = theirs.load::<T>(right, part);
        if ours
            .iter()
            .zip(&*theirs)
            .fold(false, |differ, (a, b)| differ | (a != b))
        {
            return ours
                .iter()
                .zip(theirs)
                .position(|(a, b)| a != b)
                .map(|at| start + at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_unequal_pair_is_named() {
        let left: Vec<i32> = (0..4000).collect();
        for at in [0, 1, 1023, 1024, 3999] {
            let mut right = left.clone();
            right[at] = -1;
            let pair = (
                Region::of(bytemuck::cast_slice(&left)),
                Region::of(bytemuck::cast_slice(&right)),
            );
            assert_eq!(difference::<i32>(pair.0, pair.1), Some(at));
        }
        let region = Region::of(bytemuck::cast_slice(&left));
        assert_eq!(difference::<i32>(region, region), None);
    }

    #[test]
    fn a_nan_differs_from_itself_and_zeros_do_not() {
        let left = [0.0, f64::NAN];
        let right = [-0.0, f64::NAN];
        let pair = (
            Region::of(bytemuck::cast_slice(&left)),
            Region::of(bytemuck::cast_slice(&right)),
        );
        assert_eq!(difference::<f64>(pair.0, pair.1), Some(1));
    }
}
