//! One field of many records. Fields are named by their number among those of the record.

use super::slice::{Bounds, insertion_index};
use super::{Array, Snapshot};
use crate::element::{Element, Number};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::kernels::column::Column;
use crate::kernels::column::numbers::Numbers;
use crate::mapping::guard::guards_any_of;
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
        if !source.len().is_multiple_of(column.size()) {
            return Err(Error::ragged(source.len() as u64, column.size()));
        }
        let count = source.len() / column.size();
        let left = self
            .length()
            .checked_sub(start)
            .ok_or_else(|| Error::OutOfRange {
                name: "start",
                requirement: format!("at most {}, the number of records", self.length()),
                received: start.to_string(),
            })?;
        if count as u64 > left {
            return Err(Error::OutOfRange {
                name: "values",
                requirement: format!("at most {left} values long, the number of records from {start} on"),
                received: format!("{count} values"),
            });
        }
        // The source may be memory of this array's file, through this or another mapping. Then stores would change it.
        let copy;
        let source = if guards_any_of(source.address(), source.len()) {
            copy = copied(source)?;
            Region::of(&copy)
        } else {
            source
        };
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

    /// A number or a character that a field is compared with.
    ///
    /// # Errors
    /// `InvalidArgType` for a field that is not there; `NotForType` for a field of several numbers; those of [`Element::encode`].
    pub fn encode_for_field(&self, field: usize, number: Number) -> Result<Element> {
        let layout = self.element_type.field(field)?;
        layout.scalar()?;
        Element::encode(layout.typecode, number)
    }

    /// The number or the character that a field is in each record.
    fn scalars(&self, field: usize) -> Result<Numbers<'_>> {
        let layout = self.element_type.field(field)?;
        let layout = self.element_type.layout(layout.offset, layout.scalar()?);
        Ok(Numbers::new(self.region(), layout))
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
        let found = self.scalars(field)?.find(needle, start..stop.max(start));
        Ok(found.map(|at| at as u64))
    }

    /// As [`Array::count`], by a field.
    ///
    /// # Errors
    /// Those of [`Array::find_by_field`].
    pub fn count_by_field(&self, field: usize, needle: &Element) -> Result<u64> {
        Ok(self.scalars(field)?.count(needle) as u64)
    }
}
