//! Copies, removes, reverses and fills elements whose size is not that of a machine word, such as records.

use super::Region;
use super::gather::Stride;

/// Copies the elements of a stride to those of another one, in order.
///
/// # Panics
/// If the elements are not all inside.
pub fn copy(from: Region<'_>, of: Stride, into: Region<'_>, to: Stride, itemsize: usize) {
    let count = of.count.min(to.count) as isize;
    let byte = |stride: Stride, index: isize| {
        let element = stride.start.wrapping_add_signed(index * stride.step);
        element.wrapping_mul(itemsize)
    };
    for index in 0..count {
        into.copy_from(byte(to, index), from.part(byte(of, index), itemsize));
    }
}

/// Reverses the order of the elements.
pub fn reverse(region: Region<'_>, itemsize: usize) {
    let (mut front, mut back) = (vec![0; itemsize], vec![0; itemsize]);
    let count = region.len() / itemsize;
    for index in 0..count / 2 {
        let (first, last) = (index * itemsize, (count - index - 1) * itemsize);
        region.read(first, &mut front);
        region.read(last, &mut back);
        region.write(first, &back);
        region.write(last, &front);
    }
}

/// Fills a region with copies of a pattern. It ends with as much of the pattern as fits.
pub fn fill(region: Region<'_>, pattern: &[u8]) {
    const BLOCK: usize = 4096;
    let block = pattern.repeat((BLOCK / pattern.len()).max(1));
    for start in (0..region.len()).step_by(block.len()) {
        region.write(start, &block[..block.len().min(region.len() - start)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::{fill, gather, reorder};

    /// Each element is different.
    fn bytes(count: usize, itemsize: usize) -> Vec<u8> {
        let of = |at: usize| (at * 31 + at / itemsize) as u8;
        (0..count * itemsize).map(of).collect()
    }

    const SIZES: [usize; 16] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 20, 24, 48, 129, 5000];

    #[test]
    fn gather_and_scatter_of_any_size_agree_with_a_plain_copy() {
        for itemsize in SIZES {
            for (start, step, count) in [
                (0, 1, 9),
                (1, 2, 4),
                (0, 3, 3),
                (0, 5, 2),
                (8, -1, 9),
                (7, -2, 4),
                (8, -8, 2),
                (3, isize::MAX, 1),
                (3, isize::MIN, 1),
                (9, 1, 0),
            ] {
                let stride = Stride { start, step, count };
                let all = bytes(9, itemsize);
                let element = |n: usize| {
                    let at = start.wrapping_add_signed(n as isize * step) * itemsize;
                    at..at + itemsize
                };
                let expected: Vec<u8> = (0..count).flat_map(|n| all[element(n)].to_vec()).collect();
                let mut picked = vec![0; count * itemsize];
                gather::gather(Region::of(&all), stride, Region::of_mut(&mut picked), itemsize);
                assert_eq!(picked, expected, "{itemsize} {stride:?}");

                let others: Vec<u8> = bytes(count, itemsize).iter().map(|byte| byte ^ 0x55).collect();
                let mut spread = all.clone();
                gather::scatter(Region::of(&others), Region::of_mut(&mut spread), stride, itemsize);
                let mut expected = all;
                for (n, other) in others.chunks(itemsize).enumerate() {
                    expected[element(n)].copy_from_slice(other);
                }
                assert_eq!(spread, expected, "{itemsize} {stride:?}");
            }
        }
    }

    #[test]
    fn remove_of_any_size_keeps_the_other_elements() {
        for itemsize in SIZES {
            for (start, step, count) in [(0, 1, 1), (0, 2, 6), (1, 3, 3), (2, 4, 2), (0, 11, 2), (4, 7, 1)] {
                let mut all = bytes(12, itemsize);
                let removed: Vec<usize> = (0..count).map(|n| start + n * step).collect();
                let kept = |at: &usize| !removed.contains(at);
                let expected: Vec<u8> = (0..12)
                    .filter(kept)
                    .flat_map(|at| all[at * itemsize..][..itemsize].to_vec())
                    .collect();
                let stride = Stride {
                    start,
                    step: step as isize,
                    count,
                };
                gather::remove(Region::of_mut(&mut all), stride, itemsize);
                assert_eq!(all[..expected.len()], expected, "{itemsize} {stride:?}");
            }
        }
    }

    #[test]
    fn reverse_and_fill_of_any_size_agree_with_a_plain_loop() {
        for itemsize in SIZES {
            for count in [0, 1, 2, 3, 40, 41] {
                let mut all = bytes(count, itemsize);
                let expected: Vec<u8> = all.chunks(itemsize).rev().flatten().copied().collect();
                reorder::reverse(Region::of_mut(&mut all), itemsize);
                assert_eq!(all, expected, "{count} of {itemsize} bytes");
                let pattern = bytes(1, itemsize);
                fill::fill(Region::of_mut(&mut all), &pattern);
                assert_eq!(all, pattern.repeat(count), "{count} of {itemsize} bytes");
            }
        }
    }
}
