//! Vectors of elements as vectors of keys, and comparisons that come to the same.

use std::arch::x86_64::*;

use crate::kernels::order::Ordered;

/// How many keys lie behind the last number, which is by how many those of the floats are moved.
const NANS_F32: i32 = (i32::MAX - f32::LAST_NUMBER) / 2;
const NANS_F64: i64 = (i64::MAX - f64::LAST_NUMBER) / 2;

/// A pivot in every lane.
#[derive(Clone, Copy)]
pub struct Pivot {
    pub keys: __m512i,
    pub elements: __m512i,
    /// Whether floats compare with it as their keys do: zeros of either sign are equal, as is nothing to a NaN, and there
    /// are programs to which subnormals are zeros.
    pub is_normal: bool,
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn less_i32(elements: __m512i, pivot: Pivot) -> u16 {
    _mm512_cmplt_epi32_mask(elements, pivot.elements)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn less_u32(elements: __m512i, pivot: Pivot) -> u16 {
    _mm512_cmplt_epu32_mask(elements, pivot.elements)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn less_f32(elements: __m512i, pivot: Pivot) -> u16 {
    if pivot.is_normal {
        let pivots = _mm512_castsi512_ps(pivot.elements);
        _mm512_cmp_ps_mask::<_CMP_LT_OQ>(_mm512_castsi512_ps(elements), pivots)
    } else {
        _mm512_cmplt_epi32_mask(keys_f32(elements), pivot.keys)
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn less_i64(elements: __m512i, pivot: Pivot) -> u8 {
    _mm512_cmplt_epi64_mask(elements, pivot.elements)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn less_u64(elements: __m512i, pivot: Pivot) -> u8 {
    _mm512_cmplt_epu64_mask(elements, pivot.elements)
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn less_f64(elements: __m512i, pivot: Pivot) -> u8 {
    if pivot.is_normal {
        let pivots = _mm512_castsi512_pd(pivot.elements);
        _mm512_cmp_pd_mask::<_CMP_LT_OQ>(_mm512_castsi512_pd(elements), pivots)
    } else {
        _mm512_cmplt_epi64_mask(keys_f64(elements), pivot.keys)
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn flipped32(vector: __m512i) -> __m512i {
    _mm512_xor_si512(vector, _mm512_set1_epi32(i32::MIN))
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn flipped64(vector: __m512i) -> __m512i {
    _mm512_xor_si512(vector, _mm512_set1_epi64(i64::MIN))
}

/// What needs no turning.
#[inline]
#[target_feature(enable = "avx512f")]
pub fn same(vector: __m512i) -> __m512i {
    vector
}

/// The bits of floats as integers that rise as they do, but for the NaNs with a sign; and the other way round.
#[inline]
#[target_feature(enable = "avx512f")]
fn turned32(bits: __m512i) -> __m512i {
    let negative = _mm512_srai_epi32::<31>(bits);
    _mm512_xor_si512(bits, _mm512_and_si512(negative, _mm512_set1_epi32(i32::MAX)))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn turned64(bits: __m512i) -> __m512i {
    let negative = _mm512_srai_epi64::<63>(bits);
    _mm512_xor_si512(bits, _mm512_and_si512(negative, _mm512_set1_epi64(i64::MAX)))
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn keys_f32(elements: __m512i) -> __m512i {
    _mm512_sub_epi32(turned32(elements), _mm512_set1_epi32(NANS_F32))
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn elements_f32(keys: __m512i) -> __m512i {
    turned32(_mm512_add_epi32(keys, _mm512_set1_epi32(NANS_F32)))
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn keys_f64(elements: __m512i) -> __m512i {
    _mm512_sub_epi64(turned64(elements), _mm512_set1_epi64(NANS_F64))
}

#[inline]
#[target_feature(enable = "avx512f")]
pub fn elements_f64(keys: __m512i) -> __m512i {
    turned64(_mm512_add_epi64(keys, _mm512_set1_epi64(NANS_F64)))
}
