//! The least and the greatest number of each of many equal parts.

use std::ops::Range;

use super::Region;
use super::column::{Column, Gathered};
use super::dispatch::Level;
use super::order::{Key, Ordered};
use super::rows::runs;
use crate::for_scalar;
use crate::typecode::Scalar;

/// A range of elements that is divided into equal parts. Their sizes differ by at most one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    pub elements: Range<usize>,
    /// At most as many as there are elements.
    pub count: usize,
}

/// The ends of the parts, one after the other, counted from the start of the range: the first `n` parts have `n * elements / count` elements, rounded down. Computed
/// without divisions, which would take longer than the work on a small part.
struct Ends {
    end: usize,
    /// The fraction of an element that was rounded off, times `count`.
    rest: usize,
    /// The number of elements divided by the number of parts, and the remainder.
    quotient: usize,
    remainder: usize,
    count: usize,
}

impl Ends {
    fn of(parts: &Parts) -> Self {
        let (elements, count) = (parts.elements.len(), parts.count);
        Ends {
            end: 0,
            rest: 0,
            quotient: elements.checked_div(count).unwrap_or(0),
            remainder: elements.checked_rem(count).unwrap_or(0),
            count,
        }
    }

    /// The end of the next part.
    #[inline(always)]
    fn advance(&mut self) -> usize {
        self.end += self.quotient;
        self.rest += self.remainder;
        if self.rest >= self.count {
            self.rest -= self.count;
            self.end += 1;
        }
        self.end
    }
}

/// Elements between two calls of `is_cancelled`.
const POLL_INTERVAL: usize = 1 << 20;

/// Writes the least number of each part, then the greatest of each, to `into`, which has two elements for each part. A part without
/// numbers gives a NaN. Returns false if it was cancelled.
///
/// # Panics
/// If the elements are not inside the region, or `into` is not of that size.
pub fn envelope(
    region: Region<'_>,
    scalar: Scalar,
    parts: &Parts,
    into: Region<'_>,
    is_cancelled: &dyn Fn() -> bool,
) -> bool {
    for_scalar!(scalar, T => envelope_at::<T>(Level::best(), region, parts, into, is_cancelled))
}

/// As [`envelope`], of one field of records.
pub fn envelope_of_column(
    column: Column<'_>,
    scalar: Scalar,
    parts: &Parts,
    into: Region<'_>,
    is_cancelled: &dyn Fn() -> bool,
) -> bool {
    let mut gathered = Gathered::new();
    let column = column.part(parts.elements.clone());
    for_scalar!(scalar, T => {
        let mut envelope = Envelope::<T>::new(parts, into);
        runs(column.len(), Gathered::MOST).all(|run| {
            if run.start > 0 && is_cancelled() {
                return false;
            }
            envelope.take(Level::best(), gathered.load(column, run));
            true
        })
    })
}

fn envelope_at<T: Ordered>(
    level: Level,
    region: Region<'_>,
    parts: &Parts,
    into: Region<'_>,
    is_cancelled: &dyn Fn() -> bool,
) -> bool {
    let mut envelope = Envelope::<T>::new(parts, into);
    let size = size_of::<T>();
    let elements = region.part(parts.elements.start * size, parts.elements.len() * size);
    runs(parts.elements.len(), POLL_INTERVAL).all(|run| {
        if run.start > 0 && is_cancelled() {
            return false;
        }
        envelope.take(level, elements.part(run.start * size, run.len() * size));
        true
    })
}

/// The work on the parts, which takes the elements in any number of runs.
struct Envelope<'a, T: Ordered> {
    into: Region<'a>,
    count: usize,
    part: usize,
    /// The number of elements taken, and how many there are up to the end of the current part.
    taken: usize,
    end: usize,
    ends: Ends,
    /// The keys of the current part so far.
    so_far: Keys<T>,
}

impl<'a, T: Ordered> Envelope<'a, T> {
    fn new(parts: &Parts, into: Region<'a>) -> Self {
        assert_eq!(into.len(), 2 * parts.count * size_of::<T>());
        let mut ends = Ends::of(parts);
        Envelope {
            into,
            count: parts.count,
            part: 0,
            taken: 0,
            end: ends.advance(),
            ends,
            so_far: Keys::NONE,
        }
    }

    /// Takes the next elements. They must not be more than those of all parts.
    fn take(&mut self, level: Level, next: Region<'_>) {
        let (mut begin, count) = (0, next.len() / size_of::<T>());
        level.run(
            #[inline(always)]
            || {
                while begin < count {
                    let stop = count.min(begin + self.end - self.taken);
                    self.so_far = self.so_far.and(Keys::of(next, begin..stop));
                    self.taken += stop - begin;
                    begin = stop;
                    if self.taken == self.end {
                        let (least, greatest) = self.so_far.values();
                        self.into.put(self.part, least);
                        self.into.put(self.count + self.part, greatest);
                        self.so_far = Keys::NONE;
                        self.part += 1;
                        self.end = self.ends.advance();
                    }
                }
            },
        );
    }
}

/// The least key of all elements, including NaNs, and the greatest key of all numbers.
#[derive(Clone, Copy)]
struct Keys<T: Ordered> {
    least: T::Key,
    greatest: T::Key,
}

impl<T: Ordered> Keys<T> {
    const NONE: Self = Keys {
        least: T::Key::MAX,
        greatest: T::Key::MIN,
    };

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Keys {
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
        }
    }

    #[inline(always)]
    fn of(region: Region<'_>, range: Range<usize>) -> Self {
        let (least, greatest) = region.rows::<T>(range).fold(
            (Self::NONE.least, Self::NONE.greatest),
            #[inline(always)]
            |least, greatest, value| {
                let key = value.key();
                *least = (*least).min(key);
                *greatest = (*greatest).max(Self::number_or_least(key));
            },
            |one, other| (one.0.min(other.0), one.1.max(other.1)),
        );
        Keys { least, greatest }
    }

    /// The key, or the least key for a NaN, so that a NaN is never the greatest.
    #[inline(always)]
    fn number_or_least(key: T::Key) -> T::Key {
        if key > T::LAST_NUMBER { T::Key::MIN } else { key }
    }

    /// The least and the greatest number. If there are only NaNs, one of them for both.
    #[inline(always)]
    fn values(self) -> (T, T) {
        let least = T::of_key(self.least);
        if self.least > T::LAST_NUMBER {
            return (least, least);
        }
        (least, T::of_key(self.greatest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn found<T: Ordered>(level: Level, values: &[T], parts: &Parts) -> Vec<T> {
        let mut into = vec![T::zeroed(); 2 * parts.count];
        let region = Region::of(bytemuck::cast_slice(values));
        assert!(envelope_at::<T>(
            level,
            region,
            parts,
            Region::of_mut(&mut into),
            &|| panic!("asked too early")
        ));
        into
    }

    #[test]
    fn envelope_agrees_with_a_plain_search() {
        fn check<T: Ordered + PartialOrd + std::fmt::Debug>(make: impl Fn(u64) -> T) {
            for length in [1usize, 2, 31, 64, 65, 300, 3000] {
                let values: Vec<T> = (0..length as u64)
                    .map(|n| make((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
                    .collect();
                for start in [0, length / 3] {
                    for count in [1, 2, 3, 7, length - start] {
                        let parts = Parts {
                            elements: start..length,
                            count: count.min(length - start),
                        };
                        let expected = |choose: fn(&T, &T) -> bool| {
                            (0..parts.count)
                                .map(move |part| (part, choose))
                                .map(|(part, choose)| {
                                    let n = length - start;
                                    let range =
                                        start + part * n / parts.count..start + (part + 1) * n / parts.count;
                                    values[range]
                                        .iter()
                                        .copied()
                                        .reduce(|a, b| if choose(&b, &a) { b } else { a })
                                        .unwrap()
                                })
                        };
                        let both: Vec<T> = expected(|a, b| a < b).chain(expected(|a, b| a > b)).collect();
                        for level in Level::available() {
                            assert_eq!(found(level, &values, &parts), both, "{level:?} {parts:?}");
                        }
                    }
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
    fn envelope_skips_nans_and_is_nan_for_parts_of_nans() {
        let nan = f64::NAN;
        let values = [nan, 2.0, -nan, -1.0, nan, -nan, f64::NEG_INFINITY, nan];
        let parts = |count| Parts {
            elements: 0..8,
            count,
        };
        for level in Level::available() {
            assert_eq!(found(level, &values, &parts(1)), [f64::NEG_INFINITY, 2.0]);
            let pairs = found(level, &values, &parts(4));
            assert_eq!(pairs[..2], [2.0, -1.0]);
            assert!(pairs[2].is_nan() && pairs[6].is_nan());
            assert_eq!(pairs[3], f64::NEG_INFINITY);
            assert_eq!(pairs[4..6], [2.0, -1.0]);
            assert_eq!(pairs[7], f64::NEG_INFINITY);
        }
    }

    #[test]
    fn envelope_of_parts_longer_than_a_run_is_exact_and_can_be_cancelled() {
        let mut values = vec![5u8; 3 * POLL_INTERVAL + 10];
        values[POLL_INTERVAL + 1] = 9;
        *values.last_mut().unwrap() = 1;
        let parts = Parts {
            elements: 0..values.len(),
            count: 1,
        };
        let region = Region::of(&values);
        let mut into = [0u8; 2];
        let asked = Cell::new(0);
        let is_whole = envelope(region, Scalar::U8, &parts, Region::of_mut(&mut into), &|| {
            asked.set(asked.get() + 1);
            false
        });
        assert!(is_whole);
        assert_eq!((into, asked.get()), ([1, 9], 3));
        assert!(!envelope(
            region,
            Scalar::U8,
            &parts,
            Region::of_mut(&mut into),
            &|| true
        ));
    }

    #[test]
    fn envelope_of_no_parts_writes_nothing() {
        let parts = Parts {
            elements: 0..0,
            count: 0,
        };
        assert!(envelope(
            Region::empty(),
            Scalar::F32,
            &parts,
            Region::empty(),
            &|| true
        ));
    }
}
