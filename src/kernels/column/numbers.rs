//! Numbers of one type: all of each element, or one field of many records. For a field, the results are those of the same kernel on a
//! copy of the column, to the bit: the values are copied to memory that fits the cache, a part at a time, and the kernel works on them.

use std::ops::Range;

use super::{Column, Gathered};
use crate::element::Element;
use crate::element_type::ScalarLayout;
use crate::kernels::bisect::{self, Side, Value};
use crate::kernels::envelope::{self, Parts};
use crate::kernels::extremes::{self, Extreme};
use crate::kernels::rows::runs;
use crate::kernels::sum::{self, Sum};
use crate::kernels::{Region, search};
use crate::typecode::Scalar;

#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    column: Column<'a>,
    scalar: Scalar,
}

impl<'a> Numbers<'a> {
    /// The numbers of whole elements.
    ///
    /// # Panics
    /// If the numbers do not lie inside the elements.
    pub fn new(elements: Region<'a>, layout: ScalarLayout) -> Numbers<'a> {
        let ScalarLayout {
            itemsize,
            offset,
            scalar,
        } = layout;
        Numbers {
            column: Column::new(elements, itemsize, offset, scalar.size()),
            scalar,
        }
    }

    /// The type of the numbers.
    pub const fn scalar(self) -> Scalar {
        self.scalar
    }

    pub fn sum(self) -> Sum {
        match self.column.packed_values() {
            Some(region) => sum::sum(region, self.scalar),
            None => sum::sum_of_column(self.column, self.scalar),
        }
    }

    /// As [`extremes::extreme`].
    pub fn extreme(self, which: Extreme) -> Option<Element> {
        if let Some(region) = self.column.packed_values() {
            return extremes::extreme(region, self.scalar, which);
        }
        let mut found: Option<Element> = None;
        self.find_in_parts(0..self.column.len(), |values, _| {
            let next = extremes::extreme(values, self.scalar, which)?;
            // Of two elements, the same kernel finds the right NaN and the right zero.
            found = match found.take() {
                Some(found) => {
                    let both = [found.bytes(), next.bytes()].concat();
                    extremes::extreme(Region::of(&both), self.scalar, which)
                }
                None => Some(next),
            };
            None::<()>
        });
        found
    }

    /// As [`search::find`].
    pub fn find(self, needle: &Element, range: Range<usize>) -> Option<usize> {
        if let Some(region) = self.column.packed_values() {
            return search::find(region, self.scalar, needle, range);
        }
        self.find_in_parts(range, |values, part| {
            search::find(values, self.scalar, needle, 0..part.len()).map(|at| part.start + at)
        })
    }

    /// As [`search::count`].
    pub fn count(self, needle: &Element) -> usize {
        if let Some(region) = self.column.packed_values() {
            return search::count(region, self.scalar, needle);
        }
        let mut found = 0;
        self.find_in_parts(0..self.column.len(), |values, _| {
            found += search::count(values, self.scalar, needle);
            None::<()>
        });
        found
    }

    /// As [`bisect::bound`].
    pub fn bound(self, range: Range<usize>, value: Value, side: Side) -> usize {
        match self.column.packed_values() {
            Some(region) => bisect::bound(region, self.scalar, range, value, side),
            None => bisect::bound_in_column(self.column, self.scalar, range, value, side),
        }
    }

    /// As [`bisect::bounds`].
    pub fn bounds(self, needles: Region<'_>, side: Side, into: Region<'_>) {
        match self.column.packed_values() {
            Some(region) => bisect::bounds(region, self.scalar, needles, side, into),
            None => bisect::bounds_in_column(self.column, self.scalar, needles, side, into),
        }
    }

    /// As [`envelope::envelope`].
    pub fn envelope(self, parts: &Parts, into: Region<'_>, is_cancelled: &dyn Fn() -> bool) -> bool {
        match self.column.packed_values() {
            Some(region) => envelope::envelope(region, self.scalar, parts, into, is_cancelled),
            None => envelope::envelope_of_column(self.column, self.scalar, parts, into, is_cancelled),
        }
    }

    /// Calls a function with each part of a range, until it returns a result.
    fn find_in_parts<R>(
        self,
        range: Range<usize>,
        mut of: impl FnMut(Region<'_>, Range<usize>) -> Option<R>,
    ) -> Option<R> {
        let mut gathered = Gathered::new();
        runs(range.len(), Gathered::MOST).find_map(|run| {
            let part = range.start + run.start..range.start + run.end;
            of(gathered.load(self.column, part.clone()), part)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const SCALARS: [Scalar; 11] = [
        Scalar::I8,
        Scalar::U8,
        Scalar::I16,
        Scalar::U16,
        Scalar::I32,
        Scalar::U32,
        Scalar::I64,
        Scalar::U64,
        Scalar::F16,
        Scalar::F32,
        Scalar::F64,
    ];

    /// Bits of every kind: noise, zeros of both signs, NaNs and infinities of each size of float.
    fn values(scalar: Scalar, count: usize, seed: u64) -> Vec<u8> {
        let size = scalar.size();
        let value = |n: u64| {
            let noise = (n + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
            let special = match scalar {
                Scalar::F16 => [0, 1 << 15, 0x7C00, 0xFC00, 0x7E01, 0xFE02],
                Scalar::F32 => [0, 1 << 31, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0xFFC0_0002],
                _ => [
                    0,
                    1 << 63,
                    0x7FF0 << 48,
                    0xFFF0 << 48,
                    0x7FF8_0001 << 32,
                    0xFFF8_0002 << 32,
                ],
            };
            // Without specials, with zeros, and with all of them.
            match (seed % 3, noise % 40) {
                (1, 0..2) | (2, 0..6) => special[noise as usize % 40],
                _ if seed == 0 => noise % 90,
                _ => noise >> (noise % 8),
            }
        };
        (0..count as u64)
            .flat_map(|n| value(n).to_le_bytes().into_iter().take(size))
            .collect()
    }

    /// Records whose field holds the values. What is around it is noise.
    fn records(values: &[u8], size: usize, before: usize, after: usize) -> Vec<u8> {
        let noise = |n: usize| (n * 89 + 7) as u8;
        let record = |(n, value): (usize, &[u8])| {
            let around = |from: usize, count: usize| (from..from + count).map(noise).collect::<Vec<u8>>();
            [&around(n, before), value, &around(n + 50, after)].concat()
        };
        values.chunks_exact(size).enumerate().flat_map(record).collect()
    }

    fn field_of(records: &[u8], scalar: Scalar, before: usize, after: usize) -> Numbers<'_> {
        let layout = ScalarLayout {
            itemsize: before + scalar.size() + after,
            offset: before,
            scalar,
        };
        Numbers::new(Region::of(records), layout)
    }

    fn each_column(mut test: impl FnMut(Scalar, Region<'_>, Numbers<'_>)) {
        for scalar in SCALARS {
            let size = scalar.size();
            for count in [0, 1, 2, 33, 4095, 4096, 4097, 8192, 8193, 30_011] {
                // Miri takes minutes for the longer ones.
                if cfg!(miri) && count > 40 {
                    continue;
                }
                for (seed, before, after) in [(0, 3, 1), (1, 0, 0), (2, 8, 4), (3, 1, 30)] {
                    let values = values(scalar, count, seed);
                    let records = records(&values, size, before, after);
                    test(
                        scalar,
                        Region::of(&values),
                        field_of(&records, scalar, before, after),
                    );
                }
            }
        }
    }

    /// The bits of a sum, so that NaNs and zeros of other signs differ.
    fn bits(sum: Sum) -> i128 {
        match sum {
            Sum::Integer(sum) => sum,
            Sum::Float(sum) => sum.to_bits().into(),
        }
    }

    #[test]
    fn sum_and_extremes_are_those_of_a_copy() {
        each_column(|scalar, values, numbers| {
            let what = format!("{scalar:?}, {numbers:?}");
            assert_eq!(bits(numbers.sum()), bits(sum::sum(values, scalar)), "{what}");
            for which in [Extreme::Least, Extreme::Greatest] {
                let expected = extremes::extreme(values, scalar, which);
                assert_eq!(numbers.extreme(which), expected, "{which:?} of {what}");
            }
        });
    }

    #[test]
    fn find_and_count_are_those_of_a_copy() {
        each_column(|scalar, values, numbers| {
            let (count_of, size) = (numbers.column.len(), scalar.size());
            for at in [0, 1, count_of / 2, 4096, count_of.saturating_sub(1)] {
                if at >= count_of {
                    continue;
                }
                let mut needle = [0; 8];
                values.read(at * size, &mut needle[..size]);
                let needle = Element::from_bytes(&needle[..size]);
                assert_eq!(numbers.count(&needle), search::count(values, scalar, &needle));
                for range in [0..count_of, at..count_of, at / 2..at, count_of..count_of] {
                    let expected = search::find(values, scalar, &needle, range.clone());
                    assert_eq!(
                        numbers.find(&needle, range.clone()),
                        expected,
                        "{scalar:?} {range:?}"
                    );
                }
            }
        });
    }

    #[test]
    fn envelope_is_that_of_a_copy() {
        each_column(|scalar, values, numbers| {
            let most = numbers.column.len();
            for (start, count) in [
                (0, 1),
                (0, 3),
                (most / 3, 7),
                (0, 1000),
                (most / 2, most - most / 2),
            ] {
                let parts = Parts {
                    elements: start..most,
                    count: count.min(most - start),
                };
                let size = 2 * parts.count * scalar.size();
                let (mut expected, mut found) = (vec![0xEE_u8; size], vec![0xDD_u8; size]);
                envelope::envelope(values, scalar, &parts, Region::of_mut(&mut expected), &|| false);
                numbers.envelope(&parts, Region::of_mut(&mut found), &|| false);
                assert!(found == expected, "{scalar:?} {parts:?}");
            }
        });
    }

    #[test]
    fn envelope_of_a_column_can_be_cancelled() {
        let records = vec![0u8; 5 * Gathered::MOST];
        let numbers = field_of(&records, Scalar::U8, 1, 0);
        let parts = Parts {
            elements: 0..numbers.column.len(),
            count: 1,
        };
        let asked = Cell::new(0);
        let mut into = [0u8; 2];
        let mut cancelled_at = |most| {
            asked.set(0);
            numbers.envelope(&parts, Region::of_mut(&mut into), &|| {
                asked.set(asked.get() + 1);
                asked.get() == most
            })
        };
        assert!(!cancelled_at(2));
        assert!(cancelled_at(100));
        assert_eq!(asked.get(), 2);
    }

    #[test]
    fn bounds_are_those_of_a_copy() {
        each_column(|scalar, values, numbers| {
            // In the order of the keys, which has a place for NaNs.
            let mut sorted = values.to_vec().unwrap();
            let sorted = crate::for_scalar!(scalar, T => {
                use crate::kernels::order::Ordered;
                let mut keys: Vec<_> =
                    (0..numbers.column.len()).map(|n| Region::of(&sorted).get::<T>(n).key()).collect();
                keys.sort_unstable();
                for (n, key) in keys.into_iter().enumerate() {
                    Region::of_mut(&mut sorted).put(n, T::of_key(key));
                }
                sorted
            });
            let (size, count) = (scalar.size(), numbers.column.len());
            let stored = records(&sorted, size, 3, 5);
            let numbers = field_of(&stored, scalar, 3, 5);
            let values = Region::of(&sorted);
            for side in [Side::Left, Side::Right] {
                let needles = Region::of(&sorted).part(0, size * count.min(99));
                let (mut expected, mut found) = (vec![-1.0; count.min(99)], vec![-2.0; count.min(99)]);
                bisect::bounds(values, scalar, needles, side, Region::of_mut(&mut expected));
                numbers.bounds(needles, side, Region::of_mut(&mut found));
                assert_eq!(found, expected, "{scalar:?}");
                for number in [-1e300, -3.5, 0.0, 7.0, 60.0, 1e10, f64::INFINITY, f64::NAN] {
                    let value = Value {
                        number: crate::element::Number::Double(number),
                        excess: 0,
                    };
                    for range in [0..count, count / 3..count - count / 4, count..count] {
                        let expected = bisect::bound(values, scalar, range.clone(), value, side);
                        let found = numbers.bound(range, value, side);
                        assert_eq!(found, expected, "{scalar:?} {number}");
                    }
                }
            }
        });
    }
}
