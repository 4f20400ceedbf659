//! One field of many records. Fields are named by their number among those of the record.

use super::numbers::whole_values;
use super::slice::{Bounds, element_index, insertion_index};
use super::splice::unmapped;
use super::{Array, Snapshot};
use crate::element::{Element, Number};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::column::Column;
use crate::kernels::column::numbers::Numbers;
use crate::os::available::copied;

impl Array {
    /// All bytes of a field of each record.
    ///
    /// # Errors
    /// `InvalidArgType` for a field that is not there.
    fn field_column(&self, field: usize) -> Result<Column<'_>> {
        let layout = self.element_type.field(field)?;
        let itemsize = self.element_type.itemsize();
        Ok(Column::new(self.region(), itemsize, layout.offset, layout.size()))
    }

    /// Copies a field of the records of a slice of step 1 into memory of exactly that size.
    ///
    /// # Errors
    /// `InvalidArgType` for a field that is not there, or if `into` has another size.
    pub fn column(&self, field: usize, bounds: Bounds, into: Region<'_>) -> Result<()> {
        let column = self.field_column(field)?;
        let slice = bounds.resolve(self.length())?;
        if slice.step != 1 || into.len() != slice.count * column.size() {
            return Err(Error::InvalidArgType {
                name: "into",
                requirement: "a buffer of one value for each record",
            });
        }
        let column = column.part(slice.start..slice.start + slice.count);
        Column::packed(into, column.size()).copy_from(column);
        Ok(())
    }

    /// Stores values in a field of the records from an index on. The source may be this array's own memory.
    ///
    /// # Errors
    /// `ReadOnly`; `InvalidArgType` for a field that is not there; `RaggedLength` for bytes that are not whole values;
    /// `OutOfRange` for more values than records. Nothing is changed then.
    pub fn set_column(&self, field: usize, source: Region<'_>, start: u64) -> Result<()> {
        self.begin_write_in_place("setColumn")?;
        let column = self.field_column(field)?;
        let count = whole_values(source, column.size())?;
        let left = self
            .length()
            .checked_sub(start)
            .ok_or_else(|| Error::OutOfRange {
                name: "start",
                requirement: format!("<= {}, the number of records", self.length()),
                received: start.to_string(),
            })?;
        if count as u64 > left {
            return Err(Error::OutOfRange {
                name: "values",
                requirement: format!(
                    "at most {left} values long, the number of records from index {start} on"
                ),
                received: count.to_string(),
            });
        }
        let mut copy = Vec::new();
        let source = unmapped(source, &mut copy)?;
        let start = start as usize;
        column
            .part(start..start + count)
            .copy_from(Column::packed(source, column.size()));
        Ok(())
    }

    /// Stores the elements of another array in a field, as [`Array::set_column`].
    ///
    /// # Errors
    /// Those of [`Array::set_column`]; `MemoryFault` if the elements could not be read, and nothing is changed.
    pub fn set_column_with(&self, field: usize, source: &Snapshot, start: u64) -> Result<()> {
        let copy = copied(source.region())?;
        source.check_faults()?;
        self.set_column(field, Region::of(&copy), start)
    }

    /// Stores the bytes of a value in a field of one record. The other fields are not written.
    ///
    /// # Errors
    /// `ReadOnly`; `IndexOutOfRange`; `InvalidArgType` for a field that is not there, and for bytes of another size.
    pub fn set_field(&self, index: i64, field: usize, value: Region<'_>) -> Result<()> {
        self.require_writable("setField")?;
        let at = element_index(index, self.length())? as usize;
        let layout = self.element_type.field(field)?;
        if value.len() != layout.size() {
            return Err(Error::InvalidArgType {
                name: "value",
                requirement: "a Uint8Array of the bytes of one field",
            });
        }
        self.region()
            .copy_from(at * self.element_type.itemsize() + layout.offset, value);
        Ok(())
    }

    /// A number or a character that a field is compared with.
    ///
    /// # Errors
    /// `InvalidArgType` for a field that is not there; `NotForType` for a field of several numbers; those of [`Element::encode`].
    pub fn encode_for_field(&self, field: usize, number: Number) -> Result<Element> {
        let layout = self.element_type.field(field)?;
        layout.scalar()?;
        Element::encode(layout.typecode, number)
    }

    /// The number or the character that a field is in each record of a slice of step 1.
    fn scalars(&self, field: usize, bounds: Bounds) -> Result<Numbers<'_>> {
        let layout = self.element_type.field(field)?;
        let layout = self.element_type.layout(layout.offset, layout.scalar()?);
        Ok(Numbers::new(self.part(bounds)?, layout))
    }

    /// As [`Array::find`], by a field.
    ///
    /// # Errors
    /// `InvalidArgType` for a field that is not there; `NotForType` for a field of several numbers.
    pub fn find_by_field(
        &self,
        field: usize,
        needle: &Element,
        start: i64,
        stop: i64,
    ) -> Result<Option<u64>> {
        let [start, stop] = [start, stop].map(|index| insertion_index(index, self.length()) as usize);
        let found = self
            .scalars(field, Bounds::default())?
            .find(needle, start..stop.max(start));
        Ok(found.map(|at| at as u64))
    }

    /// As [`Array::count`], by a field.
    ///
    /// # Errors
    /// Those of [`Array::find_by_field`].
    pub fn count_by_field(&self, field: usize, needle: &Element, bounds: Bounds) -> Result<u64> {
        Ok(self.scalars(field, bounds)?.count(needle) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::done;
    use crate::element_type::{ElementType, field};
    use crate::kernels::bisect::{Side, Value};
    use crate::kernels::extremes::Extreme;
    use crate::kernels::sum::Sum;
    use crate::typecode::Typecode;

    const TIME: usize = 0;
    const MARK: usize = 1;
    const POINT: usize = 2;
    const GAIN: usize = 3;

    /// Records of 27 bytes, of which one is padding. Their times fall.
    fn records(count: usize) -> Array {
        let fields = vec![
            field("time", "q", None, 1),
            field("mark", "c", None, 9),
            field("point", "h", Some(4), 11),
            field("gain", "Zf", None, 19),
        ];
        let mut array = Array::anonymous(ElementType::record(fields, 27).unwrap(), 0).unwrap();
        for n in 0..count {
            let mut record = [n as u8; 27];
            record[1..9].copy_from_slice(&(-((n / 2) as i64)).to_le_bytes());
            record[9] = b'a' + (n % 3) as u8;
            record[19..27].copy_from_slice(bytemuck::bytes_of(&[n as f32, -1.5f32]));
            array.extend(Region::of(&record)).unwrap();
        }
        array
    }

    fn times(array: &Array) -> Vec<i64> {
        let mut into = vec![0i64; array.length() as usize];
        array
            .column(TIME, Bounds::default(), Region::of_mut(&mut into))
            .unwrap();
        into
    }

    fn code<T>(result: Result<T>) -> String {
        result
            .err()
            .map_or(String::new(), |error| error.code().into_owned())
    }

    #[test]
    fn column_copies_the_field_of_a_slice() {
        let array = records(5);
        assert_eq!(times(&array), [0, 0, -1, -1, -2]);
        let last_two = Bounds {
            start: Some(-2),
            ..Bounds::default()
        };
        let mut points = [0i16; 8];
        array
            .column(POINT, last_two, Region::of_mut(&mut points))
            .unwrap();
        assert_eq!(
            points,
            [0x0303, 0x0303, 0x0303, 0x0303, 0x0404, 0x0404, 0x0404, 0x0404]
        );
        let mut gains = [0f32; 4];
        array.column(GAIN, last_two, Region::of_mut(&mut gains)).unwrap();
        assert_eq!(gains, [3.0, -1.5, 4.0, -1.5]);
        assert_eq!(
            code(array.column(GAIN, last_two, Region::of_mut(&mut points[..7]))),
            "ERR_INVALID_ARG_TYPE"
        );
        assert_eq!(
            code(array.column(4, last_two, Region::empty())),
            "ERR_INVALID_ARG_TYPE"
        );
    }

    #[test]
    fn set_column_changes_the_field_alone() {
        let array = records(5);
        let before = array.region().to_vec().unwrap();
        array
            .set_column(TIME, Region::of(bytemuck::cast_slice(&[7i64, 8])), 3)
            .unwrap();
        array.set_column(TIME, Region::empty(), 5).unwrap();
        assert_eq!(times(&array), [0, 0, -1, 7, 8]);
        let mut expected = before;
        expected[27 * 3 + 1..][..8].copy_from_slice(&7i64.to_le_bytes());
        expected[27 * 4 + 1..][..8].copy_from_slice(&8i64.to_le_bytes());
        assert_eq!(array.region().to_vec().unwrap(), expected);
    }

    #[test]
    fn set_field_changes_the_field_of_one_record() {
        let array = records(3);
        let mut expected = array.region().to_vec().unwrap();
        array
            .set_field(-2, POINT, Region::of(bytemuck::cast_slice(&[1i16, 2, 3, 4])))
            .unwrap();
        expected[27 + 11..27 + 19].copy_from_slice(bytemuck::cast_slice(&[1i16, 2, 3, 4]));
        assert_eq!(array.region().to_vec().unwrap(), expected);
        for (index, field, size, error) in [
            (3, POINT, 8, "ERR_INDEX_OUT_OF_RANGE"),
            (-4, POINT, 8, "ERR_INDEX_OUT_OF_RANGE"),
            (0, POINT, 7, "ERR_INVALID_ARG_TYPE"),
            (0, 4, 8, "ERR_INVALID_ARG_TYPE"),
        ] {
            let outcome = array.set_field(index, field, Region::of(&[0xEE; 8][..size]));
            assert_eq!(code(outcome), error);
        }
        assert_eq!(array.region().to_vec().unwrap(), expected);
    }

    #[test]
    fn set_column_that_fails_changes_nothing() {
        let array = records(5);
        let before = array.region().to_vec().unwrap();
        let bytes = [9u8; 24];
        for (field, length, start, expected) in [
            (TIME, 24, 3, "ERR_OUT_OF_RANGE"),
            (TIME, 8, 5, "ERR_OUT_OF_RANGE"),
            (TIME, 0, 6, "ERR_OUT_OF_RANGE"),
            (TIME, 8, u64::MAX, "ERR_OUT_OF_RANGE"),
            (TIME, 23, 0, "ERR_RAGGED_LENGTH"),
            (9, 24, 0, "ERR_INVALID_ARG_TYPE"),
        ] {
            let outcome = array.set_column(field, Region::of(&bytes[..length]), start);
            assert_eq!(code(outcome), expected, "{length} bytes at {start}");
        }
        assert_eq!(array.region().to_vec().unwrap(), before);
    }

    #[test]
    fn set_column_from_its_own_memory_takes_the_old_values() {
        let array = records(9);
        let before = array.region().to_vec().unwrap();
        array.set_column(TIME, array.region().part(3, 8 * 8), 1).unwrap();
        let expected: Vec<i64> = before[3..67]
            .chunks_exact(8)
            .map(bytemuck::pod_read_unaligned)
            .collect();
        assert_eq!(times(&array)[1..], expected);
    }

    #[test]
    fn set_column_with_another_array_stores_its_elements() {
        let array = records(3);
        let mut numbers = Array::anonymous(Typecode::parse("q").unwrap(), 0).unwrap();
        numbers
            .extend(Region::of(bytemuck::cast_slice(&[5i64, 6])))
            .unwrap();
        array
            .set_column_with(TIME, &numbers.snapshot().unwrap(), 1)
            .unwrap();
        assert_eq!(times(&array), [0, 5, 6]);
    }

    #[test]
    fn find_and_count_by_a_field_compare_it_alone() {
        let array = records(7);
        let time = |number| array.encode_for_field(TIME, Number::Integer(number)).unwrap();
        assert_eq!(
            array.count_by_field(TIME, &time(-1), Bounds::default()).unwrap(),
            2
        );
        assert_eq!(
            array.find_by_field(TIME, &time(-1), 0, i64::MAX).unwrap(),
            Some(2)
        );
        assert_eq!(
            array.find_by_field(TIME, &time(-1), 3, i64::MAX).unwrap(),
            Some(3)
        );
        assert_eq!(array.find_by_field(TIME, &time(-1), 4, 2).unwrap(), None);
        assert_eq!(array.find_by_field(TIME, &time(-3), -1, 99).unwrap(), Some(6));
        let mark = array
            .encode_for_field(MARK, Number::Integer(b'b'.into()))
            .unwrap();
        assert_eq!(array.count_by_field(MARK, &mark, Bounds::default()).unwrap(), 2);
        assert_eq!(
            code(array.encode_for_field(POINT, Number::Integer(0))),
            "ERR_TYPE_MISMATCH"
        );
        assert_eq!(
            code(array.count_by_field(GAIN, &mark, Bounds::default())),
            "ERR_TYPE_MISMATCH"
        );
        assert_eq!(
            code(array.encode_for_field(MARK, Number::Integer(256))),
            "ERR_VALUE_OUT_OF_RANGE"
        );
    }

    #[test]
    fn calls_for_numbers_refuse_other_fields() {
        let array = records(3);
        for (field, expected) in [
            (Some(MARK), "ERR_TYPE_MISMATCH"),
            (Some(POINT), "ERR_TYPE_MISMATCH"),
            (Some(GAIN), "ERR_TYPE_MISMATCH"),
            (Some(9), "ERR_INVALID_ARG_TYPE"),
            (None, "ERR_TYPE_MISMATCH"),
        ] {
            assert_eq!(
                code(array.extreme(Extreme::Least, field, Bounds::default())),
                expected
            );
            assert_eq!(code(array.sort(field)), expected);
            assert_eq!(
                code(array.searchsorted(Region::empty(), Side::Left, field, Region::empty())),
                expected
            );
            if field != Some(GAIN) {
                assert_eq!(code(array.element_type().summands(field)), expected);
            }
        }
    }

    #[test]
    fn sum_of_a_complex_field_is_that_of_both_parts() {
        let array = records(4);
        let sums = |field| {
            array
                .element_type()
                .summands(Some(field))
                .unwrap()
                .into_iter()
                .map(|part| array.sum(part, Bounds::default()).unwrap())
        };
        assert_eq!(
            sums(GAIN).collect::<Vec<_>>(),
            [Sum::Float(6.0), Sum::Float(-6.0)]
        );
        assert_eq!(sums(TIME).collect::<Vec<_>>(), [Sum::Integer(-2)]);
        let complex = Array::anonymous(Typecode::parse("Zd").unwrap(), 0).unwrap();
        assert_eq!(complex.element_type().summands(None).unwrap().len(), 2);
        assert_eq!(
            code(complex.element_type().summands(Some(0))),
            "ERR_INVALID_ARG_TYPE"
        );
    }

    #[test]
    fn sort_by_a_field_moves_whole_records_and_keeps_the_order_of_equal_ones() {
        let order = |array: &Array| -> Vec<u8> {
            array
                .region()
                .to_vec()
                .unwrap()
                .chunks_exact(27)
                .map(|record| record[10])
                .collect()
        };
        let array = records(6);
        array.sort(Some(TIME)).unwrap();
        assert_eq!(order(&array), [4, 5, 2, 3, 0, 1]);
        let value = Value {
            number: Number::Integer(-1),
            excess: 0,
        };
        assert_eq!(array.bisect(value, 0, 99, Side::Right, Some(TIME)).unwrap(), 4);

        let mut array = records(6);
        let work = array.sort_later(1, Some(TIME)).unwrap();
        assert!(done(work));
        assert_eq!(order(&array), [4, 5, 2, 3, 0, 1]);

        let mut array = records(6);
        let work = array.sort_later(2, Some(TIME)).unwrap();
        array.cancel_job(2);
        assert!(!done(work));
        assert_eq!(order(&array), [0, 1, 2, 3, 4, 5]);
    }
}
