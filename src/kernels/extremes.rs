//! The least and the greatest element.

use bytemuck::Zeroable;

use super::Region;
use super::dispatch::Level;
use super::order::{Key, Ordered};
use super::search;
use crate::element::Element;
use crate::for_scalar;
use crate::typecode::Scalar;

/// The least or the greatest element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    Least,
    Greatest,
}

/// The least or the greatest element. `None` if there are no elements. If there is a NaN, it is the result. -0.0 is less than 0.0.
pub fn extreme(region: Region<'_>, scalar: Scalar, which: Extreme) -> Option<Element> {
    for_scalar!(scalar, T => match which {
        Extreme::Least => extreme_at::<T, true>(Level::best(), region).map(Element::of),
        Extreme::Greatest => extreme_at::<T, false>(Level::best(), region).map(Element::of),
    })
}

fn extreme_at<T: Comparable, const LEAST: bool>(level: Level, region: Region<'_>) -> Option<T> {
    if region.is_empty() {
        return None;
    }
    let found = T::by_value::<LEAST>(level, region);
    Some(found.unwrap_or_else(|| by_key::<T, LEAST>(level, region)))
}

fn by_key<T: Ordered, const LEAST: bool>(level: Level, region: Region<'_>) -> T {
    let (least, greatest) = level.run(
        #[inline(always)]
        || {
            region.all::<T>().fold(
                (T::Key::MAX, T::Key::MIN),
                #[inline(always)]
                |least, greatest, value| {
                    *least = (*least).min(value.key());
                    *greatest = (*greatest).max(value.key());
                },
                |one, other| (one.0.min(other.0), one.1.max(other.1)),
            )
        },
    );
    let is_nan = greatest > T::LAST_NUMBER;
    T::of_key(if LEAST && !is_nan { least } else { greatest })
}

/// An element type whose values the processor compares itself, which is faster than comparing keys.
trait Comparable: Ordered {
    /// The least or the greatest element, found without keys. `None` if that needs keys.
    fn by_value<const LEAST: bool>(level: Level, region: Region<'_>) -> Option<Self>;
}

/// The lesser or the greater of two. The second one if they are equal or one is a NaN.
#[inline(always)]
fn nearer<T: PartialOrd, const LEAST: bool>(one: T, other: T) -> T {
    if (LEAST && one < other) || (!LEAST && one > other) {
        one
    } else {
        other
    }
}

/// The least or the greatest element as the processor compares them, and whether all elements are numbers.
fn nearest<T: Ordered + PartialOrd, const LEAST: bool>(level: Level, region: Region<'_>) -> (T, bool) {
    let first = region.get::<T>(0);
    let (found, nan) = level.run(
        #[inline(always)]
        || {
            region.all::<T>().fold(
                (first, T::Key::zeroed()),
                #[inline(always)]
                |found, nan, value| {
                    *found = nearer::<_, LEAST>(value, *found);
                    // A mask of the size of the element, for vectors.
                    #[allow(clippy::eq_op, reason = "only a NaN does not equal itself")]
                    let is_number = value == value;
                    *nan = if is_number { *nan } else { T::Key::MAX };
                },
                |one, other| (nearer::<_, LEAST>(one.0, other.0), one.1.max(other.1)),
            )
        },
    );
    (found, nan == T::Key::zeroed())
}

macro_rules! integers {
    ($($T:ident)*) => {$(
        impl Comparable for $T {
            fn by_value<const LEAST: bool>(level: Level, region: Region<'_>) -> Option<$T> {
                Some(nearest::<$T, LEAST>(level, region).0)
            }
        }
    )*};
}
integers!(i8 u8 i16 u16 i32 u32 i64 u64);

macro_rules! floats {
    ($($T:ident $scalar:expr;)*) => {$(
        impl Comparable for $T {
            fn by_value<const LEAST: bool>(level: Level, region: Region<'_>) -> Option<$T> {
                // The processor may be in the mode that treats subnormal numbers as zeros.
                if std::hint::black_box($T::from_bits(1)) == 0.0 {
                    return None;
                }
                let (found, are_numbers) = nearest::<$T, LEAST>(level, region);
                if !are_numbers || found != 0.0 {
                    return are_numbers.then_some(found);
                }
                // Both zeros are equal for the processor. Only one sign is the result, if it is there.
                let zero: $T = if LEAST { -0.0 } else { 0.0 };
                let all = 0..region.len() / size_of::<$T>();
                let is_there = search::find(region, $scalar, &Element::of(zero.to_bits()), all).is_some();
                Some(if is_there { zero } else { -zero })
            }
        }
    )*};
}
floats! {
    f32 Scalar::U32;
    f64 Scalar::U64;
}

impl Comparable for half::f16 {
    fn by_value<const LEAST: bool>(_: Level, _: Region<'_>) -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_agrees_with_a_plain_search() {
        fn check<T: Comparable + PartialOrd + std::fmt::Debug>(make: impl Fn(u64) -> T) {
            for length in [1usize, 2, 31, 32, 33, 64, 255, 256, 257, 3000] {
                let values: Vec<T> = (0..length as u64)
                    .map(|n| make((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
                    .collect();
                let least = values.iter().copied().reduce(|a, b| if b < a { b } else { a });
                let greatest = values.iter().copied().reduce(|a, b| if b > a { b } else { a });
                for level in Level::available() {
                    let region = Region::of(bytemuck::cast_slice(&values));
                    assert_eq!(extreme_at::<T, true>(level, region), least, "{level:?}, {length}");
                    assert_eq!(
                        extreme_at::<T, false>(level, region),
                        greatest,
                        "{level:?}, {length}"
                    );
                }
            }
        }
        check(|n| n as i8);
        check(|n| n as u8);
        check(|n| n as i16);
        check(|n| n as u16);
        check(|n| n as i32);
        check(|n| n as u32);
        check(|n| n as i64);
        check(|n| n);
        check(|n| half::f16::from_f64((n % 2001) as f64 - 1000.0));
        check(|n| n as i32 as f32);
        check(|n| n as i64 as f64);
    }

    #[test]
    fn extreme_with_a_nan_is_the_nan() {
        for length in [1, 40, 300] {
            for at in [0, length / 2, length - 1] {
                for nan in [f32::NAN, -f32::NAN] {
                    let mut values = vec![f32::INFINITY; length];
                    values[at] = nan;
                    for level in Level::available() {
                        let region = Region::of(bytemuck::cast_slice(&values));
                        assert!(extreme_at::<f32, true>(level, region).unwrap().is_nan());
                        assert!(extreme_at::<f32, false>(level, region).unwrap().is_nan());
                    }
                }
            }
        }
    }

    #[test]
    fn extreme_of_zeros_is_the_one_with_the_right_sign() {
        for length in [1, 2, 40, 300] {
            for at in [0, length / 2, length - 1] {
                for zero in [0.0f64, -0.0] {
                    let mut values = vec![zero; length];
                    values[at] = -zero;
                    for level in Level::available() {
                        let region = Region::of(bytemuck::cast_slice(&values));
                        let least = extreme_at::<f64, true>(level, region).unwrap();
                        let greatest = extreme_at::<f64, false>(level, region).unwrap();
                        let only = length == 1;
                        assert_eq!(least.is_sign_negative(), !only || values[0].is_sign_negative());
                        assert_eq!(greatest.is_sign_positive(), !only || values[0].is_sign_positive());
                    }
                }
            }
        }
    }

    #[test]
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    #[allow(unsafe_code, reason = "a program may set the processor up like this")]
    fn extreme_with_subnormals_treated_as_zeros_is_exact() {
        const DENORMALS_ARE_ZEROS: u32 = 1 << 6;
        let tiny = f64::from_bits(1);
        let values: Vec<f64> = (0..300).map(|n| if n == 7 { -tiny } else { 5.0 }).collect();
        let region = Region::of(bytemuck::cast_slice(&values));
        let set = |register: u32| {
            // SAFETY: it is put back, and nothing until then counts on subnormals.
            unsafe { std::arch::asm!("ldmxcsr [{}]", in(reg) &register) };
        };
        let mut before = 0u32;
        // SAFETY: writes to `before`.
        unsafe { std::arch::asm!("stmxcsr [{}]", in(reg) &raw mut before) };
        set(before | DENORMALS_ARE_ZEROS);
        let found: Vec<_> = Level::available()
            .map(|level| extreme_at::<f64, true>(level, region).map(f64::to_bits))
            .collect();
        set(before);
        assert_eq!(found[0], Some((-tiny).to_bits()));
        assert!(found.iter().all(|bits| *bits == found[0]));
    }

    #[test]
    fn extreme_of_no_elements_is_none() {
        assert_eq!(extreme(Region::empty(), Scalar::F64, Extreme::Least), None);
    }
}
