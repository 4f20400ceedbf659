//! What the elements of an array are: numbers or characters of one typecode, or records of named fields.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::typecode::{Meaning, Scalar, Typecode};

/// The largest size of a record in bytes.
pub const MAX_RECORD: u64 = 1 << 20;

/// The most fields that a record may have.
pub const MAX_FIELDS: usize = 1024;

/// The type of an element. A clone is cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElementType {
    /// A number or a character. A complex number, too.
    Plain(&'static Typecode),
    Record(Arc<RecordType>),
}

/// A struct: named fields at fixed places. The bytes between them are padding.
#[derive(Debug, PartialEq, Eq)]
pub struct RecordType {
    fields: Vec<Field>,
    /// The scalars of all fields.
    parts: Vec<Part>,
    itemsize: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub name: String,
    pub typecode: &'static Typecode,
    /// How many values of the typecode the field holds. `None` for a field that is one value, which is not the same as an array
    /// of one.
    pub count: Option<usize>,
    /// The byte of the record at which the field begins.
    pub offset: usize,
}

impl Field {
    /// The size in bytes.
    pub fn size(&self) -> usize {
        self.count.unwrap_or(1) * self.typecode.itemsize()
    }

    /// The scalar of a field that is one real number.
    ///
    /// # Errors
    /// `NotForType` for characters, complex numbers, and several values.
    pub fn number(&self) -> Result<Scalar> {
        match (self.typecode.meaning, self.count) {
            (Meaning::Integer | Meaning::Float, None) => Ok(self.typecode.scalar),
            _ => Err(self.is_not("one real number")),
        }
    }

    /// The scalar of a field that is one real number or one character.
    ///
    /// # Errors
    /// `NotForType` for complex numbers, and several values.
    pub fn scalar(&self) -> Result<Scalar> {
        match (self.typecode.meaning, self.count) {
            (Meaning::Integer | Meaning::Float | Meaning::Character(_), None) => Ok(self.typecode.scalar),
            _ => Err(self.is_not("one real number or one character")),
        }
    }

    fn is_not(&self, requirement: &str) -> Error {
        let values = match self.count {
            Some(count) => format!("{count} values"),
            None => String::from("a value"),
        };
        Error::NotForType {
            reason: format!(
                "This call needs a field of {requirement}. The field '{}' has {values} of typecode '{}'",
                self.name, self.typecode.code
            ),
        }
    }
}

/// A scalar that each element has: all of it, or a part at the same byte of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalarLayout {
    /// The size of an element in bytes.
    pub itemsize: usize,
    /// The byte of an element at which the scalar begins.
    pub offset: usize,
    pub scalar: Scalar,
}

/// Scalars of one kind that follow each other in an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// The byte of the element at which they begin.
    pub offset: usize,
    pub typecode: &'static Typecode,
    /// The number of scalars: two for each complex number.
    pub count: usize,
}

impl Part {
    fn of(typecode: &'static Typecode, values: usize, offset: usize) -> Part {
        Part {
            offset,
            typecode,
            count: values * typecode.itemsize() / typecode.scalar.size(),
        }
    }
}

impl RecordType {
    /// # Errors
    /// `InvalidRecordType` without fields; for a name that appears twice; for a field outside the record or over another one.
    pub fn new(fields: Vec<Field>, itemsize: u64) -> Result<RecordType> {
        if fields.is_empty() || fields.len() > MAX_FIELDS {
            return Err(invalid(format!(
                "a record must have from 1 to {MAX_FIELDS} fields. Received {}",
                fields.len()
            )));
        }
        if itemsize > MAX_RECORD {
            return Err(invalid(format!(
                "a record has at most {MAX_RECORD} bytes. Received {itemsize}"
            )));
        }
        let itemsize = itemsize as usize;
        let mut names = HashSet::new();
        let mut in_order: Vec<&Field> = fields.iter().collect();
        in_order.sort_by_key(|field| field.offset);
        let mut end = 0;
        for field in in_order {
            let name = &field.name;
            if !names.insert(name) {
                return Err(invalid(format!("the field '{name}' appears twice")));
            }
            if field.count == Some(0) {
                return Err(invalid(format!("the field '{name}' has no values")));
            }
            if field.offset < end {
                return Err(invalid(format!("the field '{name}' overlaps another one")));
            }
            let size = field.count.unwrap_or(1).checked_mul(field.typecode.itemsize());
            end = size
                .and_then(|size| size.checked_add(field.offset))
                .filter(|end| *end <= itemsize)
                .ok_or_else(|| {
                    invalid(format!(
                        "the field '{name}' ends after the record, which has {itemsize} bytes"
                    ))
                })?;
        }
        let parts = fields
            .iter()
            .map(|field| Part::of(field.typecode, field.count.unwrap_or(1), field.offset))
            .collect();
        Ok(RecordType {
            fields,
            parts,
            itemsize,
        })
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The scalars of all fields, without the padding.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl From<&'static Typecode> for ElementType {
    fn from(typecode: &'static Typecode) -> ElementType {
        ElementType::Plain(typecode)
    }
}

/// For messages: `typecode 'd'` or `records { time: 'q', point: ['f', 3] }`.
impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let record = match self {
            ElementType::Plain(typecode) => return write!(f, "typecode '{}'", typecode.code),
            ElementType::Record(record) => record,
        };
        let fields = record.fields().iter().map(|field| match field.count {
            None => format!("{}: '{}'", field.name, field.typecode.code),
            Some(count) => format!("{}: ['{}', {count}]", field.name, field.typecode.code),
        });
        write!(f, "records {{ {} }}", fields.collect::<Vec<_>>().join(", "))
    }
}

impl ElementType {
    /// The type of records of these fields.
    ///
    /// # Errors
    /// Those of [`RecordType::new`].
    pub fn record(fields: Vec<Field>, itemsize: u64) -> Result<ElementType> {
        RecordType::new(fields, itemsize).map(|record| ElementType::Record(Arc::new(record)))
    }

    /// The size of an element in bytes.
    pub fn itemsize(&self) -> usize {
        match self {
            ElementType::Plain(typecode) => typecode.itemsize(),
            ElementType::Record(record) => record.itemsize,
        }
    }

    /// The scalar of elements that are one number or one character each. `None` for complex numbers and records.
    pub fn scalar(&self) -> Option<Scalar> {
        match self {
            ElementType::Plain(typecode) if typecode.meaning != Meaning::Complex => Some(typecode.scalar),
            _ => None,
        }
    }

    /// The scalar of elements that have an order.
    ///
    /// # Errors
    /// `NotForType` for complex numbers and records.
    pub fn ordered_scalar(&self, operation: &'static str) -> Result<Scalar> {
        self.scalar().ok_or_else(|| Error::NotForType {
            reason: match self {
                ElementType::Plain(_) => {
                    format!("{operation} needs elements that have an order. Complex numbers have none")
                }
                ElementType::Record(_) => {
                    format!("{operation} of records needs a field, as in {operation}({{ field: 'name' }})")
                }
            },
        })
    }

    /// The numbers that an operation works on: the elements, or one field of each.
    ///
    /// # Errors
    /// `NotForType` for elements without an order, and for a field that is not one real number; those of [`ElementType::field`].
    pub fn numbers(&self, operation: &'static str, field: Option<usize>) -> Result<ScalarLayout> {
        let (offset, scalar) = match field {
            None => (0, self.ordered_scalar(operation)?),
            Some(number) => {
                let field = self.field(number)?;
                (field.offset, field.number()?)
            }
        };
        Ok(self.layout(offset, scalar))
    }

    /// The numbers that are added up: as [`ElementType::numbers`], but two for a complex number.
    ///
    /// # Errors
    /// Those of [`ElementType::numbers`].
    pub fn summands(&self, field: Option<usize>) -> Result<Vec<ScalarLayout>> {
        let (typecode, count, offset) = match (self, field) {
            (ElementType::Plain(typecode), None) => (*typecode, None, 0),
            (_, Some(number)) => {
                let field = self.field(number)?;
                (field.typecode, field.count, field.offset)
            }
            (ElementType::Record(_), None) => return Ok(vec![self.numbers("sum", None)?]),
        };
        if typecode.meaning != Meaning::Complex || count.is_some() {
            return Ok(vec![self.numbers("sum", field)?]);
        }
        let scalar = typecode.scalar;
        let both = [offset, offset + scalar.size()];
        Ok(both.map(|offset| self.layout(offset, scalar)).to_vec())
    }

    pub fn layout(&self, offset: usize, scalar: Scalar) -> ScalarLayout {
        ScalarLayout {
            itemsize: self.itemsize(),
            offset,
            scalar,
        }
    }

    /// The scalars of an element, without the padding.
    pub fn parts(&self) -> Vec<Part> {
        match self {
            ElementType::Plain(typecode) => vec![Part::of(typecode, 1, 0)],
            ElementType::Record(record) => record.parts.clone(),
        }
    }

    /// The alignment that a typed array on the elements needs. Records are read byte by byte.
    pub fn alignment(&self) -> usize {
        match self {
            ElementType::Plain(typecode) => typecode.scalar.size(),
            ElementType::Record(_) => 1,
        }
    }

    /// # Errors
    /// `InvalidArgType` for elements that are no records, and for a number that no field has.
    pub fn field(&self, number: usize) -> Result<&Field> {
        let fields = match self {
            ElementType::Plain(_) => &[],
            ElementType::Record(record) => record.fields(),
        };
        fields.get(number).ok_or(Error::InvalidArgType {
            name: "field",
            requirement: "the name of a field of the records",
        })
    }
}

fn invalid(reason: String) -> Error {
    Error::InvalidRecordType { reason }
}

/// A field, for tests.
#[cfg(test)]
pub fn field(name: &str, code: &str, count: Option<usize>, offset: usize) -> Field {
    Field {
        name: name.to_owned(),
        typecode: Typecode::parse(code).unwrap(),
        count,
        offset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_has_the_parts_of_its_fields() {
        let fields = vec![
            field("time", "q", None, 0),
            field("gain", "Zf", Some(2), 8),
            field("size", "I", None, 28),
        ];
        let record = ElementType::record(fields, 32).unwrap();
        assert_eq!(
            (record.itemsize(), record.alignment(), record.scalar()),
            (32, 1, None)
        );
        let parts: Vec<_> = record
            .parts()
            .iter()
            .map(|part| (part.offset, part.typecode.scalar, part.count))
            .collect();
        assert_eq!(
            parts,
            [(0, Scalar::I64, 1), (8, Scalar::F32, 4), (28, Scalar::U32, 1)]
        );
        assert_eq!(record.field(0).unwrap().number().unwrap(), Scalar::I64);
        assert_eq!(
            record.field(1).unwrap().number().unwrap_err().code(),
            "ERR_TYPE_MISMATCH"
        );
        assert!(record.field(3).is_err());
        assert_eq!(
            record.ordered_scalar("sort").unwrap_err().code(),
            "ERR_TYPE_MISMATCH"
        );
    }

    #[test]
    fn record_with_bad_fields_is_an_error() {
        for (fields, itemsize) in [
            (vec![], 8),
            (vec![field("a", "i", None, 0), field("a", "i", None, 4)], 8),
            (vec![field("a", "i", None, 0), field("b", "h", None, 3)], 8),
            (vec![field("a", "i", None, 5)], 8),
            (vec![field("a", "i", Some(0), 0)], 8),
            (vec![field("a", "i", Some(usize::MAX), 0)], 8),
            (vec![field("a", "i", None, usize::MAX)], 8),
            (vec![field("a", "i", None, 0)], MAX_RECORD + 1),
        ] {
            let error = RecordType::new(fields, itemsize).unwrap_err();
            assert_eq!(error.code(), "ERR_INVALID_RECORD_TYPE");
        }
        assert!(RecordType::new(vec![field("b", "h", None, 4), field("a", "i", None, 0)], 6).is_ok());
    }
}
