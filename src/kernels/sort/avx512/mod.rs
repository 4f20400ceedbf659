//! Elements in vectors of 64 bytes.
#![allow(unsafe_code, reason = "instructions that not every processor has")]

mod keys;
mod shuffles;

use std::arch::x86_64::*;
use std::ops::Range;

use keys::*;
use shuffles::*;

use super::lanes::{Compiled, Lanes};
use super::{network, quick};
use crate::kernels::dispatch::Level;
use crate::kernels::order::Ordered;
use crate::kernels::rows::Rows;

/// The proof that the processor has AVX-512.
#[derive(Clone, Copy)]
pub struct Avx512<T> {
    _element: std::marker::PhantomData<T>,
}

impl<T> Avx512<T> {
    pub fn new(level: Level) -> Option<Self> {
        (level == Level::Avx512 && level.is_available()).then_some(Avx512 {
            _element: std::marker::PhantomData,
        })
    }
}

macro_rules! lanes {
    (
        $Key:ident, $Mask:ident, $count:literal, splat $splat:ident, load $load:ident $load_some:ident,
        store $store_some:ident, compress $compress:ident, split $split:ident,
        min $min:ident, max $max:ident, blend $blend:ident, partners $partners:ident,
        zip $zip:ident($a:expr, $b:expr),
        $($Element:ident: less $less:ident, is_normal $is_normal:expr, keys $keys:ident, elements $elements:ident;)*
    ) => {$(
        impl Compiled for Avx512<$Element> {
            fn sort_few(self, elements: Rows<'_, $Element>) {
                #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
                fn compiled(lanes: Avx512<$Element>, elements: Rows<'_, $Element>) {
                    network::sort_few(lanes, elements);
                }
                // SAFETY: `self` proves that the processor has what the function is compiled for.
                unsafe { compiled(self, elements) }
            }

            fn partition(self, elements: Rows<'_, $Element>, pivot: $Key) -> usize {
                #[target_feature(enable = "avx2,bmi1,bmi2,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
                fn compiled(lanes: Avx512<$Element>, elements: Rows<'_, $Element>, pivot: $Key) -> usize {
                    quick::partition(lanes, elements, pivot)
                }
                // SAFETY: as above.
                unsafe { compiled(self, elements, pivot) }
            }
        }

        impl Lanes for Avx512<$Element> {
            type Element = $Element;
            type Key = $Key;
            type Vector = __m512i;
            type Pivot = Pivot;
            const COUNT: usize = $count;

            #[inline(always)]
            fn splat(self, key: $Key) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $splat(key) }
            }

            #[inline(always)]
            fn load_some(self, from: Rows<'_, $Element>, index: usize, count: usize) -> __m512i {
                let from = from.pointer(index, count);
                // SAFETY: `self` proves that the processor has it; lanes behind the count are not read.
                unsafe { $load_some(first_lanes(count) as $Mask, from.cast()) }
            }

            #[inline(always)]
            fn store_some(self, vector: __m512i, to: Rows<'_, $Element>, index: usize, count: usize) {
                let to = to.pointer(index, count);
                // SAFETY: `self` proves that the processor has it; lanes behind the count are not written.
                unsafe { $store_some(to.cast(), first_lanes(count) as $Mask, vector) }
            }

            #[inline(always)]
            fn store_chosen(self, vector: __m512i, mask: u32, to: Rows<'_, $Element>, index: usize) {
                // To a register first: on some processors the compressing store is a hundred times slower.
                // SAFETY: `self` proves that the processor has it.
                let chosen = unsafe { $compress(mask as $Mask, vector) };
                self.store_some(chosen, to, index, mask.count_ones() as usize);
            }

            #[inline(always)]
            fn pivot(self, key: $Key) -> Pivot {
                let keys = self.splat(key);
                Pivot {
                    keys,
                    elements: self.elements(keys),
                    is_normal: ($is_normal)($Element::of_key(key)),
                }
            }

            #[inline(always)]
            fn less(self, elements: __m512i, pivot: Pivot) -> u32 {
                // SAFETY: `self` proves that the processor has it.
                u32::from(unsafe { $less(elements, pivot) })
            }

            #[inline(always)]
            fn load_many<const N: usize>(self, from: Rows<'_, $Element>, index: usize) -> [__m512i; N] {
                let from = from.pointer(index, N * Self::COUNT);
                let mut vectors = [self.splat(0); N];
                for (number, vector) in vectors.iter_mut().enumerate() {
                    // SAFETY: `self` proves that the processor has it, and so many vectors are there.
                    *vector = unsafe { $load(from.wrapping_add(number * Self::COUNT).cast()) };
                }
                vectors
            }

            #[inline(always)]
            fn split<const N: usize>(
                self,
                elements: [__m512i; N],
                pivot: Pivot,
                to: Rows<'_, $Element>,
                mut gap: Range<usize>,
            ) -> Range<usize> {
                // By each vector the gap gets shorter by as much, so that there is room for it at both ends.
                assert!(gap.len() >= N * Self::COUNT);
                let to = to.pointer(gap.start, gap.len()).wrapping_sub(gap.start);
                for vector in elements {
                    let mask = self.less(vector, pivot) as $Mask;
                    let (low, high) = (to.wrapping_add(gap.start), to.wrapping_add(gap.end));
                    // SAFETY: `self` proves that the processor has it, and a vector is inside the gap, which is inside.
                    unsafe { $split(mask, vector, low.cast(), high.cast()) };
                    let count = mask.count_ones() as usize;
                    gap.start += count;
                    gap.end -= Self::COUNT - count;
                }
                gap
            }

            #[inline(always)]
            fn keys(self, elements: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $keys(elements) }
            }

            #[inline(always)]
            fn elements(self, keys: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $elements(keys) }
            }

            #[inline(always)]
            fn first(self, vector: __m512i, count: usize, others: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $blend(first_lanes(count) as $Mask, others, vector) }
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
            fn partners<const X: usize>(self, vector: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $partners::<X>(vector) }
            }

            #[inline(always)]
            fn blend<const BIT: usize>(self, first: __m512i, second: __m512i) -> __m512i {
                // SAFETY: `self` proves that the processor has it.
                unsafe { $blend(const { lanes_with(BIT) as $Mask }, first, second) }
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
    )*};
}

lanes! {
    i32, u16, 16, splat _mm512_set1_epi32, load _mm512_loadu_epi32 _mm512_maskz_loadu_epi32,
    store _mm512_mask_storeu_epi32, compress _mm512_maskz_compress_epi32,
    split split32,
    min _mm512_min_epi32, max _mm512_max_epi32, blend _mm512_mask_blend_epi32,
    partners partners32,
    zip _mm512_permutex2var_epi32(
        _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23),
        _mm512_setr_epi32(8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
    ),
    i32: less less_i32, is_normal |_| true, keys same, elements same;
    u32: less less_u32, is_normal |_| true, keys flipped32, elements flipped32;
    f32: less less_f32, is_normal f32::is_normal, keys keys_f32, elements elements_f32;
}

lanes! {
    i64, u8, 8, splat _mm512_set1_epi64, load _mm512_loadu_epi64 _mm512_maskz_loadu_epi64,
    store _mm512_mask_storeu_epi64, compress _mm512_maskz_compress_epi64,
    split split64,
    min _mm512_min_epi64, max _mm512_max_epi64, blend _mm512_mask_blend_epi64,
    partners partners64,
    zip _mm512_permutex2var_epi64(
        _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11),
        _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15)
    ),
    i64: less less_i64, is_normal |_| true, keys same, elements same;
    u64: less less_u64, is_normal |_| true, keys flipped64, elements flipped64;
    f64: less less_f64, is_normal f64::is_normal, keys keys_f64, elements elements_f64;
}
