//! Lower and upper bounds of values in sorted elements. Numbers compare by their exact mathematical values, even if the element
//! type cannot hold them. A NaN is greater than every number.

use std::ops::Range;

use half::f16;

use super::Region;
use super::order::Ordered;
use super::rows::LINE;
use crate::element::Number;
use crate::for_scalar;
use crate::typecode::Scalar;

/// The lower bound of a value, before the elements that equal it, or the upper bound, behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// A number that the element type need not be able to hold. If it is not even a double, `number` is the nearest double, and
/// `excess` is 1 if the value is above that, or -1 if it is below.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    pub number: Number,
    pub excess: i8,
}

/// The bound of a value in a range of sorted elements.
pub fn bound(region: Region<'_>, scalar: Scalar, range: Range<usize>, value: Value, side: Side) -> usize {
    for_scalar!(scalar, T => bound_of::<T>(region, range, value, side))
}

fn bound_of<T: Searchable>(region: Region<'_>, range: Range<usize>, value: Value, side: Side) -> usize {
    match T::limit_of(value, side) {
        Limit::Below(key) => descend_alone::<T>(region, range, |element| element < key),
        Limit::UpTo(key) => descend_alone::<T>(region, range, |element| element <= key),
    }
}

/// The first index at which `goes_on` is false. A single search waits for memory at each step, so it prefetches all that the step
/// after the next may read.
fn descend_alone<T: Searchable>(
    region: Region<'_>,
    range: Range<usize>,
    goes_on: impl Fn(T::Key) -> bool,
) -> usize {
    let elements = region.rows::<T>(range.clone());
    let (mut bound, mut left) = (0, range.len());
    while left > 0 {
        let half = left.div_ceil(2);
        // The last elements lie in one cache line, or two.
        if left > LINE / size_of::<T>() {
            let quarter = (left - half).div_ceil(2);
            let eighth = (left - half - quarter).div_ceil(2);
            for start in [0, quarter, half, half + quarter] {
                elements.prefetch(bound + start + eighth - 1);
            }
        }
        let middle = elements.get(bound + half - 1).key();
        bound += std::hint::select_unpredictable(goes_on(middle), half, 0);
        left -= half;
    }
    range.start + bound
}

/// The bound of each of many elements, as doubles in `into`.
pub fn bounds(region: Region<'_>, scalar: Scalar, needles: Region<'_>, side: Side, into: Region<'_>) {
    for_scalar!(scalar, T => match side {
        Side::Left => bounds_by::<T>(region, needles, T::least_equal, |element, key| element < key, into),
        Side::Right => bounds_by::<T>(region, needles, T::greatest_equal, |element, key| element <= key, into),
    });
}

/// The number of searches that run at the same time. While one waits for memory, the others continue.
const AT_ONCE: usize = 32;

fn bounds_by<T: Searchable>(
    region: Region<'_>,
    needles: Region<'_>,
    key_of: impl Fn(T) -> T::Key,
    goes_on: impl Fn(T::Key, T::Key) -> bool + Copy,
    into: Region<'_>,
) {
    let all = 0..region.len() / size_of::<T>();
    let count = needles.len() / size_of::<T>();
    let needle = |at: usize| key_of(needles.get::<T>(at));
    let full = count - count % AT_ONCE;
    for start in (0..full).step_by(AT_ONCE) {
        let keys = std::array::from_fn::<_, AT_ONCE, _>(|lane| needle(start + lane));
        let found = descend::<T, AT_ONCE>(region, all.end, keys, goes_on);
        for (lane, bound) in found.into_iter().enumerate() {
            into.put(start + lane, bound as f64);
        }
    }
    for at in full..count {
        let key = needle(at);
        let bound = descend_alone::<T>(region, all.clone(), |element| goes_on(element, key));
        into.put(at, bound as f64);
    }
}

/// The first index for each key at which `goes_on` is false. All searches halve the same range in step, without a branch
/// that the processor would have to predict.
#[inline(always)]
fn descend<T: Searchable, const N: usize>(
    region: Region<'_>,
    length: usize,
    keys: [T::Key; N],
    goes_on: impl Fn(T::Key, T::Key) -> bool,
) -> [usize; N] {
    let mut bounds = [0; N];
    let mut left = length;
    while left > 0 {
        let half = left.div_ceil(2);
        for lane in 0..N {
            let middle = region.get::<T>(bounds[lane] + half - 1).key();
            let step = std::hint::select_unpredictable(goes_on(middle, keys[lane]), half, 0);
            bounds[lane] += step;
        }
        left -= half;
    }
    bounds
}

/// Which elements come before a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit<K> {
    Below(K),
    UpTo(K),
}

/// An element type that can be searched.
trait Searchable: Ordered {
    /// The least key of all elements that equal this one.
    fn least_equal(self) -> Self::Key;

    /// The greatest key of all elements that equal this one.
    fn greatest_equal(self) -> Self::Key;

    fn limit_of(value: Value, side: Side) -> Limit<Self::Key>;

    /// The limit for an element.
    fn limit(self, side: Side) -> Limit<Self::Key> {
        match side {
            Side::Left => Limit::Below(self.least_equal()),
            Side::Right => Limit::UpTo(self.greatest_equal()),
        }
    }
}

macro_rules! integers {
    ($($T:ident)*) => {$(
        impl Searchable for $T {
            #[inline(always)]
            fn least_equal(self) -> Self::Key {
                self.key()
            }

            #[inline(always)]
            fn greatest_equal(self) -> Self::Key {
                self.key()
            }

            fn limit_of(value: Value, side: Side) -> Limit<Self::Key> {
                // The least integer that is not less. Large doubles saturate to integers beyond every element.
                let (ceiling, is_equal) = match value.number {
                    Number::Integer(integer) => (integer, true),
                    Number::Double(double) if double.is_nan() => (i128::MAX, false),
                    Number::Double(double) => (double.ceil() as i128, double.fract() == 0.0),
                };
                if ceiling > i128::from($T::MAX) {
                    return Limit::UpTo(Self::Key::MAX);
                }
                match $T::try_from(ceiling) {
                    Ok(element) if is_equal => element.limit(side),
                    Ok(element) => Limit::Below(element.key()),
                    Err(_) => Limit::Below(Self::Key::MIN),
                }
            }
        }
    )*};
}
integers!(i8 u8 i16 u16 i32 u32 i64 u64);

macro_rules! floats {
    ($($T:ident from $round:expr),*) => {$(
        impl Searchable for $T {
            #[inline(always)]
            fn least_equal(self) -> Self::Key {
                let behind_numbers = Self::LAST_NUMBER + 1;
                // The key of -0.0 is that before the one of 0.0.
                let key = if self.to_bits() << 1 == 0 { $T::from_bits(0).key() - 1 } else { self.key() };
                key.min(behind_numbers)
            }

            #[inline(always)]
            fn greatest_equal(self) -> Self::Key {
                let key = if self.to_bits() << 1 == 0 { $T::from_bits(0).key() } else { self.key() };
                if key > Self::LAST_NUMBER { Self::Key::MAX } else { key }
            }

            fn limit_of(value: Value, side: Side) -> Limit<Self::Key> {
                let (double, excess) = match value.number {
                    Number::Double(double) => (double, value.excess),
                    Number::Integer(integer) => {
                        let double = integer as f64;
                        // The double is an integer, and fits `i128` unless it is 2^127.
                        (double, integer.cmp(&(double as i128)) as i8)
                    }
                };
                let nearest: $T = $round(double);
                if nearest.is_nan() {
                    return nearest.limit(side);
                }
                match f64::from(nearest).total_cmp(&double) as i8 {
                    0 if excess == 0 => nearest.limit(side),
                    0 if excess > 0 => Limit::UpTo(nearest.key()),
                    ..0 => Limit::UpTo(nearest.key()),
                    _ => Limit::Below(nearest.key()),
                }
            }
        }
    )*};
}
floats!(f16 from f16::from_f64, f32 from |double| double as f32, f64 from std::convert::identity);

#[cfg(test)]
mod tests {
    use super::*;

    fn bound_among<T: Searchable>(sorted: &[T], number: Number, excess: i8, side: Side) -> usize {
        let region = Region::of(bytemuck::cast_slice(sorted));
        bound_of::<T>(region, 0..sorted.len(), Value { number, excess }, side)
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
}
