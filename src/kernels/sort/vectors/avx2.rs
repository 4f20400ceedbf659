//! Vectors of 32 bytes.
#![allow(unsafe_code, reason = "instructions that not every processor has")]

use std::arch::x86_64::*;
use std::marker::PhantomData;

use super::instruction_set::{SPLITS_OF_8, Vectors, compiled_for};
use crate::kernels::dispatch::Level;

/// The proof that the processor has AVX2.
#[derive(Clone, Copy)]
pub struct Avx2<Key>(PhantomData<Key>);

impl<Key> Avx2<Key> {
    /// # Panics
    /// If the processor lacks it.
    pub fn new() -> Self {
        assert!(Level::Avx2.is_available(), "no AVX2");
        Avx2(PhantomData)
    }
}

impl Vectors for Avx2<i32> {
    type Key = i32;
    type Vector = __m256i;
    const ROWS: usize = 16;
    const LEVEL: Level = Level::Avx2;

    compiled_for! {
        "avx2,popcnt"

        fn splat(self, key: i32) -> __m256i {
            _mm256_set1_epi32(key)
        }

        fn order(self, a: __m256i, b: __m256i) -> (__m256i, __m256i) {
            (_mm256_min_epi32(a, b), _mm256_max_epi32(a, b))
        }

        fn exchange(self, vector: __m256i, bits: usize) -> __m256i {
            exchange32(vector, bits)
        }

        fn order_by_lane(self, a: __m256i, b: __m256i, bit: usize) -> __m256i {
            let (lesser, greater) = (_mm256_min_epi32(a, b), _mm256_max_epi32(a, b));
            _mm256_blendv_epi8(lesser, greater, lanes_with(bit))
        }

        fn zip(self, a: __m256i, b: __m256i) -> (__m256i, __m256i) {
            join_halves(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b))
        }

        fn split(self, vector: __m256i, pivot: __m256i) -> (__m256i, usize) {
            let less = _mm256_cmpgt_epi32(pivot, vector);
            split32(vector, less)
        }
    }
}

impl Vectors for Avx2<i64> {
    type Key = i64;
    type Vector = __m256i;
    // 8 keep registers free for the comparison, which takes three instructions.
    const ROWS: usize = 8;
    const LEVEL: Level = Level::Avx2;

    compiled_for! {
        "avx2,popcnt"

        fn splat(self, key: i64) -> __m256i {
            _mm256_set1_epi64x(key)
        }

        fn order(self, a: __m256i, b: __m256i) -> (__m256i, __m256i) {
            let is_greater = _mm256_cmpgt_epi64(a, b);
            (_mm256_blendv_epi8(a, b, is_greater), _mm256_blendv_epi8(b, a, is_greater))
        }

        fn exchange(self, vector: __m256i, bits: usize) -> __m256i {
            exchange32(vector, 2 * bits)
        }

        fn order_by_lane(self, a: __m256i, b: __m256i, bit: usize) -> __m256i {
            let takes_b = _mm256_xor_si256(_mm256_cmpgt_epi64(a, b), lanes_with(2 * bit));
            _mm256_blendv_epi8(a, b, takes_b)
        }

        fn zip(self, a: __m256i, b: __m256i) -> (__m256i, __m256i) {
            join_halves(_mm256_unpacklo_epi64(a, b), _mm256_unpackhi_epi64(a, b))
        }

        fn split(self, vector: __m256i, pivot: __m256i) -> (__m256i, usize) {
            let less = _mm256_cmpgt_epi64(pivot, vector);
            // Each lane is two of 32 bits.
            let (split, halves) = split32(vector, less);
            (split, halves / 2)
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn lanes32() -> __m256i {
    _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)
}

#[inline]
#[target_feature(enable = "avx2")]
fn exchange32(vector: __m256i, bits: usize) -> __m256i {
    let from = _mm256_xor_si256(lanes32(), _mm256_set1_epi32(bits as i32));
    _mm256_permutevar8x32_epi32(vector, from)
}

#[inline]
#[target_feature(enable = "avx2")]
fn lanes_with(bit: usize) -> __m256i {
    let bit = _mm256_set1_epi32(bit as i32);
    _mm256_cmpeq_epi32(_mm256_and_si256(lanes32(), bit), bit)
}

/// Moves the lanes of 32 bits that are `less` to the front, and counts them.
#[inline]
#[target_feature(enable = "avx2,popcnt")]
fn split32(vector: __m256i, less: __m256i) -> (__m256i, usize) {
    let mask = _mm256_movemask_ps(_mm256_castsi256_ps(less)) as u8;
    let order = _mm_cvtsi64_si128(SPLITS_OF_8[usize::from(mask)] as i64);
    let split = _mm256_permutevar8x32_epi32(vector, _mm256_cvtepu8_epi32(order));
    (split, mask.count_ones() as usize)
}

/// The first halves of two vectors, and the second halves.
#[inline]
#[target_feature(enable = "avx2")]
fn join_halves(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
    (
        _mm256_permute2x128_si256::<0x20>(a, b),
        _mm256_permute2x128_si256::<0x31>(a, b),
    )
}
