//! Lanes of vectors that change places.

use std::arch::x86_64::*;

/// One bit a lane below a number.
#[inline(always)]
pub fn first_lanes(count: usize) -> u32 {
    (1 << count) - 1
}

/// The lanes whose number has a bit.
pub const fn lanes_with(bit: usize) -> u32 {
    let (mut mask, mut lane) = (0, 0);
    while lane < 16 {
        if lane & bit != 0 {
            mask |= 1 << lane;
        }
        lane += 1;
    }
    mask
}

/// [`Lanes::partners`] for lanes of 32 bits.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn partners32<const X: usize>(vector: __m512i) -> __m512i {
    match X {
        1 => _mm512_shuffle_epi32::<0b10_11_00_01>(vector),
        2 => _mm512_shuffle_epi32::<0b01_00_11_10>(vector),
        3 => _mm512_shuffle_epi32::<0b00_01_10_11>(vector),
        4 => _mm512_shuffle_i32x4::<0b10_11_00_01>(vector, vector),
        7 => _mm512_permutexvar_epi32(
            _mm512_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8),
            vector,
        ),
        8 => _mm512_shuffle_i32x4::<0b01_00_11_10>(vector, vector),
        15 => _mm512_permutexvar_epi32(
            _mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
            vector,
        ),
        _ => unreachable!("no exchange by {X}"),
    }
}

/// [`Lanes::partners`] for lanes of 64 bits.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn partners64<const X: usize>(vector: __m512i) -> __m512i {
    match X {
        1 => _mm512_shuffle_epi32::<0b01_00_11_10>(vector),
        2 => _mm512_shuffle_i64x2::<0b10_11_00_01>(vector, vector),
        3 => _mm512_permutex_epi64::<0b00_01_10_11>(vector),
        4 => _mm512_shuffle_i64x2::<0b01_00_11_10>(vector, vector),
        7 => _mm512_permutexvar_epi64(_mm512_setr_epi64(7, 6, 5, 4, 3, 2, 1, 0), vector),
        _ => unreachable!("no exchange by {X}"),
    }
}

/// The lanes of a mask to `low` and on, the others to before `high`.
///
/// # Safety
/// There is room for a vector at either.
#[inline]
#[target_feature(enable = "avx512f,popcnt")]
pub unsafe fn split32(mask: u16, vector: __m512i, low: *mut i32, high: *mut i32) {
    let chosen = _mm512_maskz_compress_epi32(mask, vector);
    // SAFETY: the caller's.
    unsafe { _mm512_storeu_epi32(low, chosen) };
    let others = _mm512_maskz_compress_epi32(!mask, vector);
    let count = (!mask).count_ones() as usize;
    // SAFETY: the caller's; lanes behind the count are not written.
    unsafe { _mm512_mask_storeu_epi32(high.wrapping_sub(count), first_lanes(count) as u16, others) };
}

/// The same for lanes of 64 bits, few enough for a table.
///
/// # Safety
/// As above.
#[inline]
#[target_feature(enable = "avx512f")]
pub unsafe fn split64(mask: u8, vector: __m512i, low: *mut i64, high: *mut i64) {
    let order = SPLITS[usize::from(mask)];
    let order = _mm512_cvtepu8_epi64(_mm_cvtsi64_si128(order as i64));
    let split = _mm512_permutexvar_epi64(order, vector);
    // SAFETY: the caller's.
    unsafe { _mm512_storeu_epi64(low, split) };
    // SAFETY: the caller's.
    unsafe { _mm512_storeu_epi64(high.wrapping_sub(8), split) };
}

/// For each mask, the numbers of its lanes, then those of the others, a byte each.
static SPLITS: [u64; 256] = {
    let mut splits = [0; 256];
    let mut mask = 0;
    while mask < splits.len() {
        let (mut low, mut high, mut lane) = (0, mask.count_ones(), 0);
        while lane < 8 {
            let place = if mask >> lane & 1 == 1 {
                &mut low
            } else {
                &mut high
            };
            splits[mask] |= lane << (8 * *place);
            *place += 1;
            lane += 1;
        }
        mask += 1;
    }
    splits
};
