//! Vectors of 64 bytes.
#![allow(unsafe_code, reason = "instructions that not every processor has")]

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::instruction_set::{SPLITS_OF_8, Vectors, compiled_for};
use crate::kernels::dispatch::Level;

/// The proof that the processor has AVX-512.
#[derive(Clone, Copy)]
pub struct Avx512<Key>(PhantomData<Key>);

impl<Key> Avx512<Key> {
    /// # Panics
    /// If the processor lacks it.
    pub fn new() -> Self {
        assert!(Level::Avx512.is_available(), "no AVX-512");
        Avx512(PhantomData)
    }
}

impl Vectors for Avx512<i32> {
    type Key = i32;
    type Vector = __m512i;
    const ROWS: usize = 16;
    const LEVEL: Level = Level::Avx512;

    compiled_for! {
        "avx512f,popcnt"

        fn splat(self, key: i32) -> __m512i {
            _mm512_set1_epi32(key)
        }

        fn order(self, a: __m512i, b: __m512i) -> (__m512i, __m512i) {
            (_mm512_min_epi32(a, b), _mm512_max_epi32(a, b))
        }

        fn exchange(self, vector: __m512i, bits: usize) -> __m512i {
            let lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            let from = _mm512_xor_si512(lanes, _mm512_set1_epi32(bits as i32));
            _mm512_permutexvar_epi32(from, vector)
        }

        fn order_by_lane(self, a: __m512i, b: __m512i, bit: usize) -> __m512i {
            let lesser = _mm512_min_epi32(a, b);
            _mm512_mask_max_epi32(lesser, lanes_with(bit), a, b)
        }

        fn zip(self, a: __m512i, b: __m512i) -> (__m512i, __m512i) {
            let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let second = _mm512_add_epi32(first, _mm512_set1_epi32(8));
            (_mm512_permutex2var_epi32(a, first, b), _mm512_permutex2var_epi32(a, second, b))
        }

        fn split(self, vector: __m512i, pivot: __m512i) -> (__m512i, usize) {
            let less = _mm512_cmplt_epi32_mask(vector, pivot);
            let count = less.count_ones() as usize;
            // To registers: on some processors compressing to memory is a hundred times slower.
            let first = _mm512_maskz_compress_epi32(less, vector);
            let others = _mm512_maskz_compress_epi32(!less, vector);
            (_mm512_mask_expand_epi32(first, (0xFFFF << count) as u16, others), count)
        }
    }
}

impl Vectors for Avx512<i64> {
    type Key = i64;
    type Vector = __m512i;
    const ROWS: usize = 16;
    const LEVEL: Level = Level::Avx512;

    compiled_for! {
        "avx512f,popcnt"

        fn splat(self, key: i64) -> __m512i {
            _mm512_set1_epi64(key)
        }

        fn order(self, a: __m512i, b: __m512i) -> (__m512i, __m512i) {
            (_mm512_min_epi64(a, b), _mm512_max_epi64(a, b))
        }

        fn exchange(self, vector: __m512i, bits: usize) -> __m512i {
            let lanes = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
            let from = _mm512_xor_si512(lanes, _mm512_set1_epi64(bits as i64));
            _mm512_permutexvar_epi64(from, vector)
        }

        fn order_by_lane(self, a: __m512i, b: __m512i, bit: usize) -> __m512i {
            let lesser = _mm512_min_epi64(a, b);
            _mm512_mask_max_epi64(lesser, lanes_with(bit) as u8, a, b)
        }

        fn zip(self, a: __m512i, b: __m512i) -> (__m512i, __m512i) {
            let first = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);
            let second = _mm512_add_epi64(first, _mm512_set1_epi64(4));
            (_mm512_permutex2var_epi64(a, first, b), _mm512_permutex2var_epi64(a, second, b))
        }

        fn split(self, vector: __m512i, pivot: __m512i) -> (__m512i, usize) {
            let less = _mm512_cmplt_epi64_mask(vector, pivot);
            let order = _mm_cvtsi64_si128(SPLITS_OF_8[usize::from(less)] as i64);
            let split = _mm512_permutexvar_epi64(_mm512_cvtepu8_epi64(order), vector);
            (split, less.count_ones() as usize)
        }
    }
}

/// A mask of the lanes whose number has a bit.
#[inline(always)]
fn lanes_with(bit: usize) -> u16 {
    match bit {
        1 => 0xAAAA,
        2 => 0xCCCC,
        4 => 0xF0F0,
        _ => 0xFF00,
    }
}
