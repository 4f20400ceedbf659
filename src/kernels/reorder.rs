//! Changes the order of the bytes in each element, or of the elements.

use super::dispatch::{Level, for_size};
use super::{Region, any_size};

/// Swaps the byte order of each element, which is one scalar.
///
/// # Panics
/// For elements of a size that no scalar has.
pub fn byteswap(region: Region<'_>, itemsize: usize) {
    byteswap_at(Level::best(), region, itemsize);
}

fn byteswap_at(level: Level, region: Region<'_>, itemsize: usize) {
    // With 64-byte vectors the compiler splits words of 8 bytes, which takes three times as long.
    let level = if itemsize == 8 {
        level.min(Level::Avx2)
    } else {
        level
    };
    level.run(
        #[inline(always)]
        || match itemsize {
            1 => {}
            2 => region.all::<u16>().update(u16::swap_bytes),
            4 => region.all::<u32>().update(u32::swap_bytes),
            8 => region.all::<u64>().update(u64::swap_bytes),
            _ => panic!("no machine type has {itemsize} bytes"),
        },
    );
}

/// Reverses the order of the elements.
pub fn reverse(region: Region<'_>, itemsize: usize) {
    reverse_at(Level::best(), region, itemsize);
}

fn reverse_at(level: Level, region: Region<'_>, itemsize: usize) {
    level.run(
        #[inline(always)]
        || for_size!(itemsize, T => region.all::<T>().reverse(), else any_size::reverse(region, itemsize)),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Pod;

    fn check<T: Pod + PartialEq + std::fmt::Debug>(make: impl Fn(usize) -> T) {
        let lengths = [
            0, 1, 2, 3, 63, 65, 64, 127, 129, 255, 256, 511, 512, 513, 1025, 9000,
        ];
        // Miri takes minutes for the longer ones.
        for length in lengths.into_iter().take(if cfg!(miri) { 6 } else { 16 }) {
            let original: Vec<T> = (0..length).map(&make).collect();
            for level in Level::available() {
                let mut values = original.clone();
                reverse_at(level, Region::of_mut(&mut values), size_of::<T>());
                values.reverse();
                assert_eq!(values, original, "{level:?}");
                byteswap_at(level, Region::of_mut(&mut values), size_of::<T>());
                let swapped: Vec<u8> = original
                    .iter()
                    .flat_map(|v| bytemuck::bytes_of(v).iter().rev().copied().collect::<Vec<u8>>())
                    .collect();
                assert_eq!(bytemuck::cast_slice::<T, u8>(&values), swapped, "{level:?}");
            }
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
