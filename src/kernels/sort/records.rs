//! Sorts records by one of their fields. Records with equal keys keep their order.
//!
//! The records are copied once. Integers are sorted that hold the key of a record and, below it, its index. No two of them are equal,
//! so any sort keeps the order of equal keys. Then the records are written once, in order, from the copy. So each record is an old or
//! a new one at any moment, and what another thread writes meanwhile is lost.

use super::{Readers, SortOptions, scalar, sort};
use crate::element_type::ScalarLayout;
use crate::for_scalar;
use crate::kernels::Region;
use crate::kernels::column::{Column, Values};
use crate::kernels::order::Ordered;
use crate::typecode::Scalar;

/// Words of scratch memory for the order of each record: an integer of 128 bits, or one of 64 bits and the copy that its sort needs.
const WORDS: usize = 2;
/// A word by which integers of 128 bits can be aligned.
const FOR_ALIGNMENT: usize = 1;

/// How many words of memory [`sort_records`] needs. `None` if they are too many to count.
pub fn record_scratch_words(bytes: usize, itemsize: usize) -> Option<usize> {
    let of_order = (bytes / itemsize).checked_mul(WORDS)?;
    of_order.checked_add(bytes.div_ceil(size_of::<u64>()) + FOR_ALIGNMENT)
}

/// Sorts records by a number of each, in the order in which [`sort`] puts such numbers. Returns false if it left the
/// records as they were.
///
/// # Panics
/// If the scratch memory is shorter than [`record_scratch_words`], or the number is not inside a record.
pub fn sort_records(
    records: Region<'_>,
    key: ScalarLayout,
    scratch: &mut [u64],
    options: SortOptions<'_>,
) -> bool {
    let ScalarLayout {
        itemsize,
        offset,
        scalar,
    } = key;
    let count = records.len() / itemsize;
    let (order, copy) = scratch.split_at_mut(WORDS * count + FOR_ALIGNMENT);
    let copy = &mut bytemuck::cast_slice_mut::<_, u8>(copy)[..count * itemsize];
    records.read(0, copy);
    let column = Column::new(Region::of(copy), itemsize, offset, scalar.size());
    let order = match for_scalar!(scalar, T => Keys::of(column.values::<T>()).map(|keys| keys.sort(order, &options)))
    {
        Some(order) => order,
        None => return true,
    };
    let mut write = || {
        for at in 0..count {
            let start = order.index(at) * itemsize;
            records.write(at * itemsize, &copy[start..start + itemsize]);
        }
    };
    !options.must_stop() && (options.write)(&mut write)
}

/// The keys of a column, which are not in order.
struct Keys<'a, T: Ordered> {
    values: Values<'a, T>,
    /// The least key.
    least: u64,
    /// The number of bits that the difference of two keys may have.
    bits: u32,
}

/// The indices of records in their new order.
enum Order<'a> {
    /// The lower bits of integers.
    Short { integers: &'a [u64], mask: u64 },
    /// The lower halves of integers.
    Long { integers: &'a [u128] },
}

impl Order<'_> {
    #[inline(always)]
    fn index(&self, at: usize) -> usize {
        match self {
            Order::Short { integers, mask } => (integers[at] & mask) as usize,
            Order::Long { integers } => integers[at] as u64 as usize,
        }
    }
}

impl<'a, T: Ordered<Key: Into<i64>>> Keys<'a, T> {
    /// `None` if they are in order.
    fn of(values: Values<'a, T>) -> Option<Self> {
        let (mut least, mut greatest, mut last, mut are_rising) = (u64::MAX, u64::MIN, u64::MIN, true);
        for at in 0..values.len() {
            let key = key(values.get(at));
            are_rising &= last <= key;
            (least, greatest, last) = (least.min(key), greatest.max(key), key);
        }
        let bits = u64::BITS - greatest.wrapping_sub(least).leading_zeros();
        (!are_rising).then_some(Keys { values, least, bits })
    }

    /// Sorts the indices of the records by these keys, unless it is cancelled.
    fn sort<'b>(&self, memory: &'b mut [u64], options: &SortOptions<'_>) -> Order<'b> {
        let count = self.values.len();
        let index_bits = u64::BITS - (count as u64).leading_zeros();
        let distance = |at| key(self.values.get(at)) - self.least;
        // Integers of 63 bits are the fastest to sort. Most keys and indices fit.
        if self.bits + index_bits < u64::BITS {
            let (integers, spare) = memory.split_at_mut(count);
            for (at, integer) in integers.iter_mut().enumerate() {
                *integer = distance(at) << index_bits | at as u64;
            }
            let readers = match options.is_cancelled {
                Some(_) => Readers::Others,
                None => Readers::None,
            };
            let of_integers = SortOptions {
                readers,
                is_source_intact: &|| true,
                is_cancelled: options.is_cancelled,
                write: &|write| {
                    write();
                    true
                },
            };
            sort(Region::of_mut(integers), Scalar::I64, spare, of_integers);
            let mask = (1 << index_bits) - 1;
            return Order::Short { integers, mask };
        }
        let (_, integers, _) = bytemuck::pod_align_to_mut::<u64, u128>(memory);
        let integers = &mut integers[..count];
        for (at, integer) in integers.iter_mut().enumerate() {
            *integer = u128::from(distance(at)) << u64::BITS | at as u128;
        }
        match options.is_cancelled {
            Some(is_cancelled) => scalar::sort(integers, &is_cancelled),
            None => integers.sort_unstable(),
        }
        Order::Long { integers }
    }
}

/// The key of a number, as an integer without a sign.
#[inline(always)]
fn key<T: Ordered<Key: Into<i64>>>(number: T) -> u64 {
    let key: i64 = number.key().into();
    key as u64 ^ 1 << 63
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn options(is_cancelled: Option<&dyn Fn() -> bool>) -> SortOptions<'_> {
        SortOptions {
            readers: Readers::Others,
            is_source_intact: &|| true,
            is_cancelled,
            write: &|write| {
                write();
                true
            },
        }
    }

    /// Records of a number between two bytes and four others, which tell one from another.
    fn records<T: Ordered>(numbers: &[T]) -> Vec<u8> {
        let record = |(n, number): (usize, &T)| {
            let number = bytemuck::bytes_of(number);
            [&[0xAA, 0xBB], number, &(n as u32).to_le_bytes()].concat()
        };
        numbers.iter().enumerate().flat_map(record).collect()
    }

    fn key_of(itemsize: usize, scalar: Scalar) -> ScalarLayout {
        ScalarLayout {
            itemsize,
            offset: 2,
            scalar,
        }
    }

    fn sorted(bytes: &[u8], size: usize, scalar: Scalar, options: SortOptions<'_>) -> (bool, Vec<u8>) {
        // Two bytes more than whole records.
        let mut bytes = [bytes, &[1, 2]].concat();
        let itemsize = size + 6;
        let mut scratch = vec![u64::MAX; record_scratch_words(bytes.len(), itemsize).unwrap()];
        let is_sorted = sort_records(
            Region::of_mut(&mut bytes),
            key_of(itemsize, scalar),
            &mut scratch,
            options,
        );
        assert_eq!(bytes[bytes.len() - 2..], [1, 2]);
        bytes.truncate(bytes.len() - 2);
        (is_sorted, bytes)
    }

    fn check<T: Ordered>(scalar: Scalar, numbers: &[T]) {
        let mut expected: Vec<(usize, &T)> = numbers.iter().enumerate().collect();
        expected.sort_by_key(|(_, number)| number.key());
        let original = records(numbers);
        let itemsize = size_of::<T>() + 6;
        let expected: Vec<u8> = expected
            .iter()
            .flat_map(|(n, _)| &original[n * itemsize..(n + 1) * itemsize])
            .copied()
            .collect();
        for is_cancelled in [None, Some(&(|| false) as &dyn Fn() -> bool)] {
            let (is_done, found) = sorted(&original, size_of::<T>(), scalar, options(is_cancelled));
            assert!(is_done && found == expected, "{} of {scalar:?}", numbers.len());
        }
    }

    fn noise(n: usize) -> u64 {
        (n as u64 + 1)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(29)
            .wrapping_mul(0xBF58_476D_1CE4_E5B9)
    }

    #[test]
    fn sort_records_is_a_stable_sort_of_the_keys() {
        for count in [0, 1, 2, 3, 50, 1000, 5000] {
            if cfg!(miri) && count > 50 {
                continue;
            }
            // All bits, few values, rising, falling.
            for bits in [
                noise,
                |n| noise(n) % 7,
                |n| n as u64 / 2,
                |n| u64::MAX - n as u64 / 3,
            ] {
                let all = || (0..count).map(bits);
                macro_rules! check_all {
                    ($($scalar:ident $make:expr;)*) => {
                        $(check(Scalar::$scalar, &all().map($make).collect::<Vec<_>>());)*
                    };
                }
                check_all! {
                    I8 |n| n as i8;
                    U8 |n| n as u8;
                    I16 |n| n as i16;
                    U16 |n| n as u16;
                    I32 |n| n as i32;
                    U32 |n| n as u32;
                    I64 |n| n as i64;
                    U64 |n| n;
                    F16 |n| half::f16::from_bits(n as u16);
                    F32 |n| f32::from_bits(n as u32);
                    F64 f64::from_bits;
                    F64 |n| n as i64 as f64;
                    I64 |n| (n >> 16) as i64;
                }
            }
        }
    }

    #[test]
    fn sort_records_puts_nans_last_and_keeps_their_bits() {
        let numbers = [
            f64::NAN,
            1.0,
            -0.0,
            -f64::NAN,
            0.0,
            f64::NEG_INFINITY,
            -0.0,
            f64::INFINITY,
            f64::NAN,
        ];
        check(Scalar::F64, &numbers);
        let (_, bytes) = sorted(&records(&numbers), 8, Scalar::F64, options(None));
        let order: Vec<u8> = bytes.chunks_exact(14).map(|record| record[10]).collect();
        assert_eq!(order[..6], [5, 2, 6, 4, 1, 7]);
        assert_eq!(order[6..].iter().filter(|n| [0, 8].contains(*n)).count(), 2);
    }

    #[test]
    fn sort_records_that_must_stop_changes_nothing() {
        for wide in [false, true] {
            let numbers: Vec<u64> = (0..300)
                .map(|n| if wide { noise(n) } else { noise(n) % 9 })
                .collect();
            let original = records(&numbers);
            let asked = Cell::new(0);
            for at in 1..4 {
                asked.set(0);
                let is_cancelled = || {
                    asked.set(asked.get() + 1);
                    asked.get() >= at
                };
                let (is_done, bytes) = sorted(&original, 8, Scalar::U64, options(Some(&is_cancelled)));
                assert!(is_done == (bytes != original), "{wide} {at}");
                assert!(asked.get() > 0);
            }
            let faulty = SortOptions {
                is_source_intact: &|| false,
                ..options(None)
            };
            assert_eq!(
                sorted(&original, 8, Scalar::U64, faulty),
                (false, original.clone())
            );
            let abandoned = SortOptions {
                write: &|_| false,
                ..options(None)
            };
            assert_eq!(sorted(&original, 8, Scalar::U64, abandoned), (false, original));
        }
    }

    #[test]
    fn sort_records_of_memory_that_is_not_aligned_works() {
        let numbers: Vec<u64> = (0..100).map(noise).collect();
        let original = records(&numbers);
        let words = record_scratch_words(original.len(), 14).unwrap();
        for start in [0, 1] {
            let (mut bytes, mut scratch) = (original.clone(), vec![0; words + 1]);
            let scratch = &mut scratch[start..start + words];
            assert!(sort_records(
                Region::of_mut(&mut bytes),
                key_of(14, Scalar::U64),
                scratch,
                options(None)
            ));
            let keys: Vec<u64> = bytes
                .chunks_exact(14)
                .map(|record| bytemuck::pod_read_unaligned(&record[2..10]))
                .collect();
            assert!(keys.is_sorted());
        }
    }

    #[test]
    fn record_scratch_words_of_too_many_records_is_none() {
        assert_eq!(record_scratch_words(usize::MAX, 1), None);
        assert_eq!(record_scratch_words(40, 20), Some(10));
    }
}
