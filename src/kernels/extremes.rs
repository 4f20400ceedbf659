//! The least and the greatest element.

use super::Region;
use super::dispatch::Level;
use super::order::{Key, Ordered};
use crate::element::Element;
use crate::for_scalar;
use crate::typecode::Scalar;

/// Least and greatest element, unless there is none. A NaN anywhere is both.
pub fn extremes(region: Region<'_>, scalar: Scalar) -> Option<(Element, Element)> {
    for_scalar!(scalar, T => {
        let (least, greatest) = extremes_at::<T>(Level::best(), region)?;
        Some((Element::of(least), Element::of(greatest)))
    })
}

/// Bytes looked at together.
const ROW: usize = 256;

fn extremes_at<T: Ordered>(level: Level, region: Region<'_>) -> Option<(T, T)> {
    if region.is_empty() {
        return None;
    }
    let (least, greatest) = level.run(
        #[inline(always)]
        || match size_of::<T>() {
            1 => key_range::<T, ROW>(region),
            2 => key_range::<T, { ROW / 2 }>(region),
            4 => key_range::<T, { ROW / 4 }>(region),
            _ => key_range::<T, { ROW / 8 }>(region),
        },
    );
    let greatest_value = T::of_key(greatest);
    let is_nan = greatest > T::LAST_NUMBER;
    Some((
        if is_nan { greatest_value } else { T::of_key(least) },
        greatest_value,
    ))
}

#[inline(always)]
fn key_range<T: Ordered, const N: usize>(region: Region<'_>) -> (T::Key, T::Key) {
    let (least, greatest) = region.rows::<T>(0..region.len() / size_of::<T>()).fold::<N, _>(
        ([T::Key::MAX; N], [T::Key::MIN; N]),
        #[inline(always)]
        |(least, greatest), row| {
            for lane in 0..N {
                least[lane] = least[lane].min(row[lane].key());
                greatest[lane] = greatest[lane].max(row[lane].key());
            }
        },
        #[inline(always)]
        |(least, greatest), lane, value| {
            least[lane] = least[lane].min(value.key());
            greatest[lane] = greatest[lane].max(value.key());
        },
    );
    (
        least.into_iter().fold(T::Key::MAX, T::Key::min),
        greatest.into_iter().fold(T::Key::MIN, T::Key::max),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_plain_search_has_it() {
        fn check<T: Ordered + PartialOrd + std::fmt::Debug>(make: impl Fn(u64) -> T) {
            for length in [1usize, 2, 31, 32, 33, 64, 255, 256, 257, 3000] {
                let values: Vec<T> = (0..length as u64)
                    .map(|n| make((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
                    .collect();
                let least = values.iter().copied().reduce(|a, b| if b < a { b } else { a });
                let greatest = values.iter().copied().reduce(|a, b| if b > a { b } else { a });
                for level in Level::available() {
                    let found = extremes_at::<T>(level, Region::of(bytemuck::cast_slice(&values)));
                    assert_eq!(found, least.zip(greatest), "{level:?}, {length}");
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
    fn a_nan_anywhere_is_both() {
        for length in [1, 40, 300] {
            for at in [0, length / 2, length - 1] {
                for nan in [f32::NAN, -f32::NAN] {
                    let mut values = vec![f32::INFINITY; length];
                    values[at] = nan;
                    for level in Level::available() {
                        let (least, greatest) =
                            extremes_at::<f32>(level, Region::of(bytemuck::cast_slice(&values))).unwrap();
                        assert!(least.is_nan() && greatest.is_nan());
                    }
                }
            }
        }
    }

    #[test]
    fn nothing_has_none() {
        assert_eq!(extremes(Region::empty(), Scalar::F64), None);
    }
}
