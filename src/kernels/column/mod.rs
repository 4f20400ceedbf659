//! One field of many records: values of the same size at the same distance from each other.
#![allow(
    unsafe_code,
    reason = "reads and writes shared memory without a check for each value, once all are known to be inside"
)]

pub mod numbers;

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

use bytemuck::Pod;

use super::Region;

/// The bytes of one field in each of many records.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    records: Region<'a>,
    /// The size of a record: the distance from one value to the next.
    stride: usize,
    /// The byte of a record at which the value begins.
    offset: usize,
    /// The size of a value.
    size: usize,
}

impl<'a> Column<'a> {
    /// # Panics
    /// If the field is not inside a record, or has no bytes.
    pub fn new(records: Region<'a>, itemsize: usize, offset: usize, size: usize) -> Column<'a> {
        assert!(
            0 < size && size <= itemsize && offset <= itemsize - size,
            "a field of bytes {offset}+{size} in records of {itemsize}"
        );
        Column {
            records,
            stride: itemsize,
            offset,
            size,
        }
    }

    /// Values that follow each other without gaps.
    pub fn packed(values: Region<'a>, size: usize) -> Column<'a> {
        Column::new(values, size, 0, size)
    }

    /// The number of values.
    pub fn len(self) -> usize {
        self.records.len() / self.stride
    }

    /// The size of a value in bytes.
    pub const fn size(self) -> usize {
        self.size
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The bytes of all values, if nothing lies between them. Bytes after the last whole value, if there are any, are included.
    pub(super) fn packed_values(self) -> Option<Region<'a>> {
        (self.stride == self.size).then_some(self.records)
    }

    /// The values of a range of records.
    ///
    /// # Panics
    /// If the range is not inside.
    pub fn part(self, range: Range<usize>) -> Column<'a> {
        let records = self
            .records
            .part(range.start * self.stride, range.len() * self.stride);
        Column { records, ..self }
    }

    /// The values as numbers of a machine type.
    ///
    /// # Panics
    /// If that has another size.
    pub(super) fn values<T: Pod>(self) -> Values<'a, T> {
        assert_eq!(size_of::<T>(), self.size, "the size of a value");
        Values {
            start: self.start(),
            stride: self.stride,
            count: self.len(),
            _column: PhantomData,
        }
    }

    /// The address of the first value.
    fn start(self) -> NonNull<u8> {
        if self.is_empty() {
            return NonNull::dangling();
        }
        self.records
            .part(self.offset, self.size)
            .elements::<u8>(&(0..self.size))
    }

    /// Copies the values of another column to the first records of this one. The two must not overlap.
    ///
    /// # Panics
    /// If the values have another size, or there are more of them than records.
    pub fn copy_from(self, values: Column<'_>) {
        assert_eq!(self.size, values.size, "the size of a value");
        let target = self.part(0..values.len());
        if let (Some(target), Some(values)) = (target.packed_values(), values.packed_values()) {
            return target.copy_from(0, values.part(0, target.len()));
        }
        match self.size {
            1 => target.copy_each::<u8>(values),
            2 => target.copy_each::<u16>(values),
            4 => target.copy_each::<u32>(values),
            8 => target.copy_each::<u64>(values),
            12 => target.copy_each::<[u32; 3]>(values),
            16 => target.copy_each::<[u64; 2]>(values),
            _ => target.copy_bytes(values),
        }
    }

    fn copy_each<T: Pod>(self, values: Column<'_>) {
        let (from, to) = (values.values::<T>(), self.values::<T>());
        // With a constant for the packed side, the compiler unrolls the loop.
        match size_of::<T>() {
            packed if to.stride == packed => copy_values(from, from.stride, to, packed),
            packed if from.stride == packed => copy_values(from, packed, to, to.stride),
            _ => copy_values(from, from.stride, to, to.stride),
        }
    }

    fn copy_bytes(self, values: Column<'_>) {
        for index in 0..values.len() {
            let value = values
                .records
                .part(index * values.stride + values.offset, self.size);
            self.records.copy_from(index * self.stride + self.offset, value);
        }
    }
}

/// Copies as many values as `from` has. `to` has as many.
#[inline(always)]
fn copy_values<T: Pod>(from: Values<'_, T>, from_stride: usize, to: Values<'_, T>, to_stride: usize) {
    assert!(from.count <= to.count && from.stride == from_stride && to.stride == to_stride);
    let (source, target) = (from.start.as_ptr(), to.start.as_ptr());
    for index in 0..from.count {
        let source = source.wrapping_add(index * from_stride).cast::<T>();
        let target = target.wrapping_add(index * to_stride).cast::<T>();
        // SAFETY: the value is inside the records, and every bit pattern is a T.
        let value = unsafe { source.read_unaligned() };
        // SAFETY: as above, and the caller may write.
        unsafe { target.write_unaligned(value) };
    }
}

/// A column whose values are of one machine type. They need not be aligned.
#[derive(Clone, Copy)]
pub(super) struct Values<'a, T> {
    start: NonNull<u8>,
    stride: usize,
    count: usize,
    _column: PhantomData<(Region<'a>, T)>,
}

impl<T: Pod> Values<'_, T> {
    pub const fn len(self) -> usize {
        self.count
    }

    /// The address of a value. The index may be outside.
    #[inline(always)]
    pub(super) fn address(self, index: usize) -> *const u8 {
        self.start.as_ptr().wrapping_add(index.wrapping_mul(self.stride))
    }

    #[inline(always)]
    pub fn get(self, index: usize) -> T {
        if index >= self.count {
            outside(index, self.count);
        }
        // SAFETY: inside the records, and every bit pattern is a T.
        unsafe { self.address(index).cast::<T>().read_unaligned() }
    }
}

#[cold]
#[inline(never)]
fn outside(index: usize, there: usize) -> ! {
    panic!("value {index} of {there}")
}

/// Values of a column in memory of our own, where vectors can work on them.
pub(super) struct Gathered([u64; Gathered::MOST]);

impl Gathered {
    /// The most values.
    pub const MOST: usize = 1 << 12;

    pub fn new() -> Self {
        Gathered([0; Self::MOST])
    }

    /// Copies values of at most 8 bytes.
    ///
    /// # Panics
    /// If they are more or larger.
    pub fn load(&mut self, column: Column<'_>, range: Range<usize>) -> Region<'_> {
        let (size, bytes) = (column.size, range.len() * column.size);
        assert!(size <= size_of::<u64>());
        let values = Region::of_mut(&mut self.0).part(0, bytes);
        Column::packed(values, size).copy_from(column.part(range));
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each size that is copied in its own way, and others.
    const SIZES: [usize; 11] = [1, 2, 3, 4, 7, 8, 12, 16, 17, 24, 100];

    fn noise(count: usize) -> Vec<u8> {
        let mixed = (1..=count as u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56);
        mixed.map(|byte| byte as u8).collect()
    }

    fn each_layout(mut test: impl FnMut(usize, usize, usize, usize)) {
        let most = if cfg!(miri) { 2 } else { 5 };
        for size in SIZES {
            for (before, after) in [(0, 0), (0, 1), (1, 0), (3, 9), (0, 8), (8, 4)] {
                for count in [3, 0, 1, 65, 1000].into_iter().take(most) {
                    test(count, before + size + after, before, size);
                }
            }
        }
    }

    #[test]
    fn copy_from_a_field_gathers_its_values() {
        each_layout(|count, itemsize, offset, size| {
            // The last record is not whole, and the first begins at an odd address.
            let bytes = noise(1 + count * itemsize + itemsize - 1);
            let column = Column::new(Region::of(&bytes[1..]), itemsize, offset, size);
            assert_eq!(column.len(), count);
            let records = bytes[1..].chunks_exact(itemsize);
            let expected: Vec<u8> = records
                .flat_map(|record| &record[offset..offset + size])
                .copied()
                .collect();
            let mut found = vec![0xEE; 1 + count * size + size];
            Column::packed(Region::of_mut(&mut found[1..]), size).copy_from(column);
            assert!(
                found[1..][..count * size] == expected,
                "{count} of {offset}+{size} in {itemsize}"
            );
            assert!(found[1 + count * size..].iter().all(|byte| *byte == 0xEE));
            assert_eq!(found[0], 0xEE);
        });
    }

    #[test]
    fn copy_from_packed_values_changes_only_the_field() {
        each_layout(|count, itemsize, offset, size| {
            let before = noise(1 + count * itemsize + itemsize / 2);
            let values = noise(9000)[1..=count.min(80) * size].to_vec();
            let mut expected = before.clone();
            for (record, value) in expected[1..]
                .chunks_exact_mut(itemsize)
                .zip(values.chunks_exact(size))
            {
                record[offset..offset + size].copy_from_slice(value);
            }
            let mut bytes = before;
            Column::new(Region::of_mut(&mut bytes[1..]), itemsize, offset, size)
                .copy_from(Column::packed(Region::of(&values), size));
            assert!(bytes == expected, "{count} of {offset}+{size} in {itemsize}");
        });
    }

    #[test]
    fn copy_from_one_field_to_another_takes_each_value() {
        let mut bytes: Vec<u8> = (0..100).collect();
        let source = bytes.clone();
        let from = Column::new(Region::of(&source), 10, 7, 2);
        Column::new(Region::of_mut(&mut bytes), 20, 1, 2).copy_from(from.part(2..6));
        for record in 0..4 {
            assert_eq!(bytes[20 * record + 1], source[10 * (record + 2) + 7]);
            assert_eq!(bytes[20 * record + 2], source[10 * (record + 2) + 8]);
        }
    }

    #[test]
    fn get_reads_one_value() {
        let bytes: Vec<u8> = (0..9).collect();
        let values = Column::new(Region::of(&bytes), 4, 1, 2).values::<u16>();
        assert_eq!(values.len(), 2);
        assert_eq!(values.get(1), u16::from_ne_bytes([5, 6]));
        assert!(std::panic::catch_unwind(|| values.get(2)).is_err());
    }

    #[test]
    fn calls_outside_panic() {
        let records = Region::of(&[0; 10]);
        let of_two = |offset| Column::new(records, 4, offset, 2);
        let calls: [&dyn Fn(); 8] = [
            &|| _ = of_two(3),
            &|| _ = of_two(usize::MAX),
            &|| _ = Column::new(records, 4, 0, 0),
            &|| _ = Column::new(records, 0, 0, 0),
            &|| _ = of_two(0).part(1..3),
            &|| _ = of_two(0).values::<u32>(),
            &|| of_two(0).copy_from(Column::packed(records, 2)),
            &|| of_two(0).copy_from(Column::packed(records.part(0, 2), 1)),
        ];
        for (number, call) in calls.into_iter().enumerate() {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(call));
            assert!(outcome.is_err(), "{number}");
        }
        assert!(Column::new(records.part(0, 3), 4, 2, 2).is_empty());
        assert_eq!(Column::new(Region::empty(), 4, 2, 2).values::<u16>().len(), 0);
    }

    #[test]
    fn gathered_values_are_those_of_the_range() {
        let bytes = noise(3 * 5000);
        let column = Column::new(Region::of(&bytes), 3, 1, 2);
        let mut gathered = Gathered::new();
        for range in [0..0, 0..1, 7..7 + Gathered::MOST, 4999..5000] {
            let values = gathered.load(column, range.clone());
            let expected: Vec<u8> = range.flat_map(|n| [bytes[3 * n + 1], bytes[3 * n + 2]]).collect();
            assert_eq!(values.to_vec().unwrap(), expected);
        }
    }
}
