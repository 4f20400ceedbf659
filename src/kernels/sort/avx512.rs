//! Keys in vectors of 64 bytes.
#![allow(unsafe_code, reason = "instructions that not every processor has")]

use std::arch::x86_64::*;
use std::ops::Range;

use super::lanes::{Compiled, Lanes};
use super::{network, quick};
use crate::kernels::dispatch::Level;

/// The proof that the processor has AVX-512.
#[derive(Clone, Copy)]
pub struct Avx512<Key> {
    _key: std::marker::PhantomData<Key>,
}

impl<Key> Avx512<Key> {
    pub fn new(level: Level) -> Option<Self> {
        (level == Level::Avx512 && level.is_available()).then_some(Avx512 {
            _key: std::marker::PhantomData,
        })
    }
}

/// One bit a lane below a number.
#[inline(always)]
fn first_lanes(count: usize) -> u32 {
    (1 << count) - 1
}

/// The lanes whose number has a bit.
const fn lanes_with(bit: usize) -> u32 {
    let (mut mask, mut lane) = (0, 0);
    while lane < 16 {
        if lane & bit != 0 {
            mask |= 1 << lane;
        }
        lane += 1;
    }
    mask
}

macro_rules! compiled {
    ($($Key:ident)*) => {$(
        impl Compiled for Avx512<$Key> {
            fn sort_few(self, keys: &mut [$Key]) {
                #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
                fn compiled(lanes: Avx512<$Key>, keys: &mut [$Key]) {
                    network::sort_few(lanes, keys);
                }
                // SAFETY: `self` proves that the processor has what the function is compiled for.
                unsafe { compiled(self, keys) }
            }

            fn partition(self, keys: &mut [$Key], pivot: $Key) -> usize {
                #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
                fn compiled(lanes: Avx512<$Key>, keys: &mut [$Key], pivot: $Key) -> usize {
                    quick::partition(lanes, keys, pivot)
                }
                // SAFETY: as above.
                unsafe { compiled(self, keys, pivot) }
            }

            fn distribute(
                self,
                keys: &[$Key],
                pivot: $Key,
                to: &mut [$Key],
                gap: Range<usize>,
            ) -> Range<usize> {
                #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
                fn compiled(
                    lanes: Avx512<$Key>,
                    keys: &[$Key],
                    pivot: $Key,
                    to: &mut [$Key],
                    gap: Range<usize>,
                ) -> Range<usize> {
                    quick::distribute(lanes, keys, pivot, to, gap)
                }
                // SAFETY: as above.
                unsafe { compiled(self, keys, pivot, to, gap) }
            }
        }
    )*};
}
compiled!(i32 i64);

macro_rules! lanes {
    (
        $Key:ident, $Mask:ident, $count:literal, splat $splat:ident, load $load:ident $load_some:ident,
        store $store:ident $store_some:ident, compress $compress:ident, expand $expand:ident, min $min:ident, max $max:ident, less $less:ident,
        blend $blend:ident, partners $vector:ident { $($X:literal => $partners:expr,)* },
        zip $zip:ident($a:expr, $b:expr)
    ) => {
        impl Lanes for Avx512<$Key> {
            type Key = $Key;
            type Vector = __m512i;
            const COUNT: usize = $count;

            #[inline(always)]
            fn splat(self, key: $Key) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $splat(key) }
            }

            #[inline(always)]
            fn load(self, from: &[$Key]) -> __m512i {
                assert!(from.len() >= Self::COUNT);
                // SAFETY: `self` proves that the processor has it, and so many keys are there.
                unsafe { $load(from.as_ptr()) }
            }

            #[inline(always)]
            fn load_some(self, from: &[$Key]) -> __m512i {
                assert!(from.len() <= Self::COUNT);
                let rest = self.splat($Key::MAX);
                // SAFETY: `self` proves that the processor has it; lanes behind the slice are not read.
                unsafe { $load_some(rest, first_lanes(from.len()) as $Mask, from.as_ptr()) }
            }

            #[inline(always)]
            fn store(self, vector: __m512i, to: &mut [$Key]) {
                assert!(to.len() >= Self::COUNT);
                // SAFETY: `self` proves that the processor has it, and there is room for a vector.
                unsafe { $store(to.as_mut_ptr(), vector) }
            }

            #[inline(always)]
            fn store_some(self, vector: __m512i, to: &mut [$Key]) {
                assert!(to.len() <= Self::COUNT);
                // SAFETY: `self` proves that the processor has it; lanes behind the slice are not written.
                unsafe { $store_some(to.as_mut_ptr(), first_lanes(to.len()) as $Mask, vector) }
            }

            #[inline(always)]
            fn store_chosen(self, vector: __m512i, mask: u32, to: &mut [$Key]) {
                let mask = mask as $Mask;
                let count = mask.count_ones() as usize;
                assert!(to.len() >= count);
                // To a register first: on some processors the compressing store is a hundred times slower.
                // SAFETY: `self` proves that the processor has it.
                let chosen = unsafe { $compress(mask, vector) };
                // SAFETY: as above; there is room for as many lanes as are written.
                unsafe { $store_some(to.as_mut_ptr(), first_lanes(count) as $Mask, chosen) }
            }

            #[inline(always)]
            fn store_split(self, vector: __m512i, mask: u32, to: &mut [$Key], low: usize, high: usize) {
                let mask = mask as $Mask;
                let behind = !(first_lanes(mask.count_ones() as usize) as $Mask);
                // SAFETY: `self` proves that the processor has it.
                let both = unsafe { $expand($compress(mask, vector), behind, $compress(!mask, vector)) };
                self.store(both, &mut to[low..]);
                self.store(both, &mut to[high - Self::COUNT..]);
            }

            #[inline(always)]
            fn min(self, a: __m512i, b: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $min(a, b) }
            }

            #[inline(always)]
            fn max(self, a: __m512i, b: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $max(a, b) }
            }

            #[inline(always)]
            fn less(self, a: __m512i, b: __m512i) -> u32 {
                // SAFETY: `self` proves that the processor has it.
                u32::from(unsafe { $less(a, b) })
            }

            #[inline(always)]
            fn partners<const X: usize>(self, $vector: __m512i) -> __m512i {
                match X {
                    // SAFETY: `self` proves that the processor has it.
                    $($X => unsafe { $partners },)*
                    _ => unreachable!("no exchange by {X}"),
                }
            }

            #[inline(always)]
            fn blend<const BIT: usize>(self, first: __m512i, second: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $blend(const { lanes_with(BIT) as $Mask }, first, second) }
            }

            #[inline(always)]
            fn prefetch(self, keys: &[$Key], index: usize) {
                let line = keys.as_ptr().wrapping_add(index).cast();
                // SAFETY: nothing is read; an address without memory does nothing.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(line) }
            }

            #[inline(always)]
            fn zip(self, a: __m512i, b: __m512i) -> (__m512i, __m512i) {
                // SAFETY: `self` proves that the processor has it.
                let low = unsafe { $zip(a, $a, b) };
                // SAFETY: as above.
                let high = unsafe { $zip(a, $b, b) };
                (low, high)
            }
        }
    };
}

lanes! {
    i32, u16, 16, splat _mm512_set1_epi32, load _mm512_loadu_epi32 _mm512_mask_loadu_epi32,
    store _mm512_storeu_epi32 _mm512_mask_storeu_epi32, compress _mm512_maskz_compress_epi32,
    expand _mm512_mask_expand_epi32, min _mm512_min_epi32, max _mm512_max_epi32, less _mm512_cmplt_epi32_mask, blend _mm512_mask_blend_epi32,
    partners vector {
        1 => _mm512_shuffle_epi32::<0b10_11_00_01>(vector),
        2 => _mm512_shuffle_epi32::<0b01_00_11_10>(vector),
        3 => _mm512_shuffle_epi32::<0b00_01_10_11>(vector),
        4 => _mm512_shuffle_i32x4::<0b10_11_00_01>(vector, vector),
        7 => _mm512_permutexvar_epi32(_mm512_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8), vector),
        8 => _mm512_shuffle_i32x4::<0b01_00_11_10>(vector, vector),
        15 => _mm512_permutexvar_epi32(_mm512_setr_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), vector),
    },
    zip _mm512_permutex2var_epi32(
        _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
    )
}

lanes! {
    i64, u8, 8, splat _mm512_set1_epi64, load _mm512_loadu_epi64 _mm512_mask_loadu_epi64,
    store _mm512_storeu_epi64 _mm512_mask_storeu_epi64, compress _mm512_maskz_compress_epi64,
    expand _mm512_mask_expand_epi64, min _mm512_min_epi64, max _mm512_max_epi64, less _mm512_cmplt_epi64_mask, blend _mm512_mask_blend_epi64,
    partners vector {
        1 => _mm512_shuffle_epi32::<0b01_00_11_10>(vector),
        2 => _mm512_shuffle_i64x2::<0b10_11_00_01>(vector, vector),
        3 => _mm512_permutex_epi64::<0b00_01_10_11>(vector),
        4 => _mm512_shuffle_i64x2::<0b01_00_11_10>(vector, vector),
        7 => _mm512_permutexvar_epi64(_mm512_setr_epi64(7, 6, 5, 4, 3, 2, 1, 0), vector),
    },
    zip _mm512_permutex2var_epi64(
        _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11),
        _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15)
    )
}
