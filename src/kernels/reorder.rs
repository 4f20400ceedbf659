//! In-place changes of order: of the bytes in each element, of the elements in a range.

use bytemuck::Pod;

use super::Region;
use super::block::{Block, blocks};

/// Swaps the byte order of each element.
pub fn byteswap(region: Region<'_>, itemsize: usize) {
    match itemsize {
        2 => map_blocks::<u16>(region, u16::swap_bytes),
        4 => map_blocks::<u32>(region, u32::swap_bytes),
        8 => map_blocks::<u64>(region, u64::swap_bytes),
        _ => {}
    }
}

fn map_blocks<T: Pod>(region: Region<'_>, change: impl Fn(T) -> T) {
    let mut block = Block::new();
    for part in blocks::<T>(0..region.len() / size_of::<T>()) {
        let start = part.start * size_of::<T>();
        let values = block.load::<T>(region, part);
        for value in &mut *values {
            *value = change(*value);
        }
        region.write(start, bytemuck::cast_slice(values));
    }
}

/// Turns the order of the elements round.
pub fn reverse(region: Region<'_>, itemsize: usize) {
    match itemsize {
        1 => reverse_elements::<u8>(region),
        2 => reverse_elements::<u16>(region),
        4 => reverse_elements::<u32>(region),
        _ => reverse_elements::<u64>(region),
    }
}

/// Swaps a block of the front with its mirror at the back until the two meet.
fn reverse_elements<T: Pod>(region: Region<'_>) {
    let size = size_of::<T>();
    let length = region.len() / size;
    let (mut front, mut back) = (Block::new(), Block::new());
    for part in blocks::<T>(0..length / 2) {
        let mirror = length - part.end..length - part.start;
        let (low, high) = (part.start * size, mirror.start * size);
        let head = front.load::<T>(region, part);
        let tail = back.load::<T>(region, mirror);
        head.reverse();
        tail.reverse();
        region.write(low, bytemuck::cast_slice(tail));
        region.write(high, bytemuck::cast_slice(head));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::NonNull;

    #[allow(unsafe_code, reason = "a region over a local buffer")]
    fn over<T: Pod>(values: &mut [T]) -> Region<'_> {
        // SAFETY: the borrow is held by the region for its life.
        unsafe { Region::new(NonNull::from(&mut *values).cast(), size_of_val(values)) }
    }

    fn check<T: Pod + PartialEq + std::fmt::Debug>(make: impl Fn(usize) -> T) {
        for length in [0, 1, 2, 3, 511, 512, 513, 1024, 1025, 9000] {
            let original: Vec<T> = (0..length).map(&make).collect();
            let mut values = original.clone();
            reverse(over(&mut values), size_of::<T>());
            values.reverse();
            assert_eq!(values, original);
            byteswap(over(&mut values), size_of::<T>());
            let swapped: Vec<u8> = original
                .iter()
                .flat_map(|v| bytemuck::bytes_of(v).iter().rev().copied().collect::<Vec<u8>>())
                .collect();
            assert_eq!(bytemuck::cast_slice::<T, u8>(&values), swapped);
        }
    }

    #[test]
    fn every_size_of_element() {
        check(|i| i as u8);
        check(|i| (i * 257) as u16);
        check(|i| (i as u32).wrapping_mul(0x0102_0304));
        check(|i| (i as u64).wrapping_mul(0x0102_0304_0506_0708));
    }
}
