//! Lower and upper bounds of values in sorted elements. Numbers compare by their exact mathematical values, even if the element
//! type cannot hold them. A NaN is greater than every number.

use std::ops::Range;

use half::f16;

use bytemuck::Pod;

use super::Region;
use super::column::{Column, Values};
use super::order::Ordered;
use super::rows::{LINE, Rows, prefetch};
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
    for_scalar!(scalar, T => range.start + bound_of(region.rows::<T>(range), value, side))
}

/// As [`bound`], by one field of records.
pub fn bound_in_column(
    column: Column<'_>,
    scalar: Scalar,
    range: Range<usize>,
    value: Value,
    side: Side,
) -> usize {
    for_scalar!(scalar, T => range.start + bound_of(column.part(range).values::<T>(), value, side))
}

/// Values in rising order.
trait Sorted<T>: Copy {
    fn len(self) -> usize;

    fn get(self, index: usize) -> T;

    /// The address of a value, which may be outside.
    fn address(self, index: usize) -> *const u8;
}

macro_rules! sorted {
    ($($Values:ident)*) => {$(
        impl<T: Pod> Sorted<T> for $Values<'_, T> {
            #[inline(always)]
            fn len(self) -> usize {
                self.len()
            }

            #[inline(always)]
            fn get(self, index: usize) -> T {
                self.get(index)
            }

            #[inline(always)]
            fn address(self, index: usize) -> *const u8 {
                self.address(index)
            }
        }
    )*};
}
sorted!(Rows Values);

fn bound_of<T: Searchable>(sorted: impl Sorted<T>, value: Value, side: Side) -> usize {
    match T::limit_of(value, side) {
        Limit::Below(key) => descend_alone(sorted, |element| element < key),
        Limit::UpTo(key) => descend_alone(sorted, |element| element <= key),
    }
}

/// The first index at which `goes_on` is false. A single search waits for memory at each step, so it prefetches all that the step
/// after the next may read.
fn descend_alone<T: Searchable>(sorted: impl Sorted<T>, goes_on: impl Fn(T::Key) -> bool) -> usize {
    let (mut bound, mut left) = (0, sorted.len());
    while left > 0 {
        let half = left.div_ceil(2);
        // The last elements lie in one cache line, or two.
        if left > LINE / size_of::<T>() {
            let quarter = (left - half).div_ceil(2);
            let eighth = (left - half - quarter).div_ceil(2);
            for start in [0, quarter, half, half + quarter] {
                prefetch(sorted.address(bound + start + eighth - 1));
            }
        }
        let middle = sorted.get(bound + half - 1).key();
        bound += std::hint::select_unpredictable(goes_on(middle), half, 0);
        left -= half;
    }
    bound
}

/// The bound of each of many elements, as doubles in `into`.
pub fn bounds(region: Region<'_>, scalar: Scalar, needles: Region<'_>, side: Side, into: Region<'_>) {
    for_scalar!(scalar, T => bounds_of(region.all::<T>(), needles, side, into));
}

/// As [`bounds`], by one field of records.
pub fn bounds_in_column(
    column: Column<'_>,
    scalar: Scalar,
    needles: Region<'_>,
    side: Side,
    into: Region<'_>,
) {
    for_scalar!(scalar, T => bounds_of(column.values::<T>(), needles, side, into));
}

fn bounds_of<T: Searchable>(sorted: impl Sorted<T>, needles: Region<'_>, side: Side, into: Region<'_>) {
    match side {
        Side::Left => bounds_by(
            sorted,
            needles,
            T::least_equal,
            |element, key| element < key,
            into,
        ),
        Side::Right => bounds_by(
            sorted,
            needles,
            T::greatest_equal,
            |element, key| element <= key,
            into,
        ),
    }
}

/// The number of searches that run at the same time. While one waits for memory, the others continue.
const AT_ONCE: usize = 32;

fn bounds_by<T: Searchable>(
    sorted: impl Sorted<T>,
    needles: Region<'_>,
    key_of: impl Fn(T) -> T::Key,
    goes_on: impl Fn(T::Key, T::Key) -> bool + Copy,
    into: Region<'_>,
) {
    let count = needles.len() / size_of::<T>();
    let needle = |at: usize| key_of(needles.get::<T>(at));
    let full = count - count % AT_ONCE;
    for start in (0..full).step_by(AT_ONCE) {
        let keys = std::array::from_fn::<_, AT_ONCE, _>(|lane| needle(start + lane));
        let found = descend::<T, AT_ONCE>(sorted, keys, goes_on);
        for (lane, bound) in found.into_iter().enumerate() {
            into.put(start + lane, bound as f64);
        }
    }
    for at in full..count {
        let key = needle(at);
        let bound = descend_alone(sorted, |element| goes_on(element, key));
        into.put(at, bound as f64);
    }
}

/// The first index for each key at which `goes_on` is false. All searches halve the same range in step, without a branch
/// that the processor would have to predict.
#[inline(always)]
fn descend<T: Searchable, const N: usize>(
    sorted: impl Sorted<T>,
    keys: [T::Key; N],
    goes_on: impl Fn(T::Key, T::Key) -> bool,
) -> [usize; N] {
    let mut bounds = [0; N];
    let mut left = sorted.len();
    while left > 0 {
        let half = left.div_ceil(2);
        for lane in 0..N {
            let middle = sorted.get(bounds[lane] + half - 1).key();
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
mod tests;
