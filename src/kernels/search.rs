//! Where, and how often, an element occurs. Elements compare by value: 0.0 equals -0.0, a NaN nothing.

use std::ops::Range;

use bytemuck::Pod;

use super::Region;
use super::block::{Block, blocks};
use crate::element::Element;
use crate::for_scalar;
use crate::typecode::Scalar;

/// Index of the first equal element in a range of indices.
pub fn find(region: Region<'_>, scalar: Scalar, needle: &Element, range: Range<usize>) -> Option<usize> {
    for_scalar!(scalar, T => find_value::<T>(region, needle.get::<T>(), range))
}

/// How many elements are equal.
pub fn count(region: Region<'_>, scalar: Scalar, needle: &Element) -> usize {
    for_scalar!(scalar, T => count_value::<T>(region, needle.get::<T>()))
}

fn find_value<T: Pod + PartialEq>(region: Region<'_>, needle: T, range: Range<usize>) -> Option<usize> {
    let mut block = Block::new();
    for part in blocks::<T>(range) {
        let start = part.start;
        let values = block.load::<T>(region, part);
        // Without a branch a value the compiler vectorises this; the exact place is looked for once.
        if values
            .iter()
            .fold(false, |found, value| found | (*value == needle))
        {
            return values
                .iter()
                .position(|value| *value == needle)
                .map(|at| start + at);
        }
    }
    None
}

fn count_value<T: Pod + PartialEq>(region: Region<'_>, needle: T) -> usize {
    let mut block = Block::new();
    blocks::<T>(0..region.len() / size_of::<T>())
        .map(|part| {
            block
                .load::<T>(region, part)
                .iter()
                .filter(|value| **value == needle)
                .count()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_as_a_plain_search_does() {
        let values: Vec<u16> = (0..5000).map(|i| (i * 7919 % 251) as u16).collect();
        let region = Region::of(bytemuck::cast_slice(&values));
        for needle in 0..260u16 {
            for range in [0..5000, 1..1, 3000..4999, 4999..5000] {
                let expected = values[range.clone()]
                    .iter()
                    .position(|v| *v == needle)
                    .map(|at| at + range.start);
                assert_eq!(find_value(region, needle, range), expected);
            }
            assert_eq!(
                count_value(region, needle),
                values.iter().filter(|v| **v == needle).count()
            );
        }
    }

    #[test]
    fn floats_compare_by_value() {
        let values = [f64::NAN, -0.0, 1.5];
        let region = Region::of(bytemuck::cast_slice(&values));
        assert_eq!(find_value(region, 0.0, 0..3), Some(1));
        assert_eq!(count_value(region, f64::NAN), 0);
    }
}
