//! Bounds against counting, and against the exact values of numbers.

use super::*;

fn bound_among<T: Searchable>(sorted: &[T], number: Number, excess: i8, side: Side) -> usize {
    let region = Region::of(bytemuck::cast_slice(sorted));
    bound_of(region.all::<T>(), Value { number, excess }, side)
}

fn both<T: Searchable>(sorted: &[T], number: Number) -> [usize; 2] {
    [Side::Left, Side::Right].map(|side| bound_among(sorted, number, 0, side))
}

#[test]
fn bound_of_every_length_agrees_with_counting() {
    for length in 0..70i32 {
        let sorted: Vec<i32> = (0..length).map(|n| n / 3 * 2).collect();
        for value in -2..length + 3 {
            let less = sorted.iter().filter(|element| **element < value).count();
            let not_greater = sorted.iter().filter(|element| **element <= value).count();
            assert_eq!(both(&sorted, Number::Integer(value.into())), [less, not_greater]);
            assert_eq!(both(&sorted, Number::Double(value.into())), [less, not_greater]);
            let between = Number::Double(f64::from(value) + 0.5);
            assert_eq!(both(&sorted, between), [not_greater, not_greater]);
        }
    }
}

#[test]
fn bound_with_prefetching_agrees_with_counting() {
    // From two pages on: all bounds near those where a half ends, and some others.
    for length in [1025i32, 2047, 2048, 2049, 10_000] {
        let sorted: Vec<i32> = (0..length).map(|n| n * 2).collect();
        for bound in (0..=length).filter(|n| n % 64 < 2 || n % 64 == 63 || n % 7 == 0) {
            let bound = bound as usize;
            assert_eq!(
                both(&sorted, Number::Integer(bound as i128 * 2 - 1)),
                [bound, bound]
            );
            if bound < sorted.len() {
                assert_eq!(
                    both(&sorted, Number::Integer(bound as i128 * 2)),
                    [bound, bound + 1]
                );
            }
        }
    }
}

#[test]
fn bound_of_a_range_stays_inside() {
    let sorted = [1u8, 1, 2, 3, 3, 3];
    let three = Value {
        number: Number::Integer(3),
        excess: 0,
    };
    let region = Region::of(&sorted);
    assert_eq!(bound(region, Scalar::U8, 1..4, three, Side::Left), 3);
    assert_eq!(bound(region, Scalar::U8, 1..4, three, Side::Right), 4);
    assert_eq!(bound(region, Scalar::U8, 5..5, three, Side::Left), 5);
}

#[test]
fn what_no_element_can_be_has_a_place() {
    let bytes = [0u8, 5, 5, 255];
    assert_eq!(both(&bytes, Number::Integer(-1)), [0, 0]);
    assert_eq!(both(&bytes, Number::Integer(256)), [4, 4]);
    assert_eq!(both(&bytes, Number::Integer(255)), [3, 4]);
    assert_eq!(both(&bytes, Number::Double(f64::NEG_INFINITY)), [0, 0]);
    assert_eq!(both(&bytes, Number::Double(f64::INFINITY)), [4, 4]);
    assert_eq!(both(&bytes, Number::Double(f64::NAN)), [4, 4]);
    assert_eq!(both(&bytes, Number::Double(-0.5)), [0, 0]);
    assert_eq!(both(&bytes, Number::Double(254.5)), [3, 3]);
    assert_eq!(both(&[i64::MIN, i64::MAX], Number::Double(2f64.powi(63))), [2, 2]);
    assert_eq!(
        both(&[i64::MIN, i64::MAX], Number::Double(-(2f64.powi(63)))),
        [0, 1]
    );
    assert_eq!(
        both(&[u64::MAX - 1, u64::MAX], Number::Integer(u64::MAX.into())),
        [1, 2]
    );
}

#[test]
fn floats_compare_exactly() {
    let zeros = [-1.0, -0.0, -0.0, 0.0, 0.0, 1.0, f64::NAN, -f64::NAN];
    for zero in [Number::Double(0.0), Number::Double(-0.0), Number::Integer(0)] {
        assert_eq!(both(&zeros, zero), [1, 5]);
    }
    assert_eq!(both(&zeros, Number::Double(f64::NAN)), [6, 8]);
    assert_eq!(both(&zeros, Number::Double(f64::INFINITY)), [6, 6]);
    // The single nearest to 0.1 lies above it.
    assert_eq!(both(&[0.1f32], Number::Double(0.1)), [0, 0]);
    assert_eq!(both(&[0.1f32], Number::Double(0.1f32.into())), [0, 1]);
    assert_eq!(both(&[0.3f32], Number::Double(0.3)), [0, 0]);
    assert_eq!(both(&[f32::MAX, f32::INFINITY], Number::Double(1e300)), [1, 1]);
    assert_eq!(
        both(&[f32::NEG_INFINITY, f32::MIN], Number::Double(-1e300)),
        [1, 1]
    );
    let halves = [1.0, 1.0009765625].map(f16::from_f64);
    assert_eq!(both(&halves, Number::Double(1.0 + 1e-9)), [1, 1]);
    assert_eq!(both(&halves, Number::Double(1.0009765625 - 1e-9)), [1, 1]);
    let large = [2f64.powi(53), 2f64.powi(53) + 2.0];
    assert_eq!(both(&large, Number::Integer((1 << 53) + 1)), [1, 1]);
    assert_eq!(both(&large, Number::Integer((1 << 53) + 2)), [1, 2]);
    for (excess, expected) in [(1, [2, 2]), (-1, [1, 1])] {
        let found = [Side::Left, Side::Right]
            .map(|side| bound_among(&[1e299, 1e300], Number::Double(1e300), excess, side));
        assert_eq!(found, expected);
    }
    assert_eq!(both(&[f64::MAX], Number::Integer(i128::MAX)), [0, 0]);
}

#[test]
fn bounds_of_many_agree_with_single_bounds() {
    let sorted: Vec<f32> = (0..5000).map(|n| (n / 7) as f32).chain([f32::NAN]).collect();
    let mut needles: Vec<f32> = (0..100).map(|n| (n * 7919 % 9001) as f32 / 11.0).collect();
    needles.extend([f32::NAN, -f32::NAN, -0.0, f32::INFINITY, f32::NEG_INFINITY]);
    for count in [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, needles.len()] {
        let needles = &needles[needles.len() - count..];
        for side in [Side::Left, Side::Right] {
            let mut into = vec![0.0f64; count];
            bounds(
                Region::of(bytemuck::cast_slice(&sorted)),
                Scalar::F32,
                Region::of(bytemuck::cast_slice(needles)),
                side,
                Region::of_mut(&mut into),
            );
            for (needle, bound) in needles.iter().zip(into) {
                let expected = bound_among(&sorted, Number::Double((*needle).into()), 0, side);
                assert_eq!(bound, expected as f64, "{needle} {side:?}");
            }
        }
    }
}
