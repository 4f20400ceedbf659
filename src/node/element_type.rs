//! Element types as JavaScript writes them: a typecode, or the layout of a record.

use napi::bindgen_prelude::Either;
use napi_derive::napi;

use super::values::{count, optional_count};
use crate::element_type::{ElementType, Field};
use crate::error::Result;
use crate::typecode::Typecode;

pub type RawType = Either<String, RecordLayout>;

/// The fields of a record, at fixed places.
#[napi(object)]
pub struct RecordLayout {
    pub fields: Vec<FieldLayout>,
    /// Bytes.
    pub itemsize: f64,
}

#[napi(object)]
pub struct FieldLayout {
    pub name: String,
    pub typecode: String,
    /// Absent for a field that is one value.
    pub count: Option<f64>,
    /// Bytes.
    pub offset: f64,
}

/// # Errors
/// `InvalidTypecode`, `InvalidRecordType`
pub fn parse_type(raw: RawType) -> Result<ElementType> {
    match raw {
        Either::A(code) => Typecode::parse(&code).map(ElementType::Plain),
        Either::B(RecordLayout { fields, itemsize }) => {
            let fields = fields.into_iter().map(FieldLayout::parse);
            ElementType::record(fields.collect::<Result<_>>()?, count("itemsize", itemsize)?)
        }
    }
}

pub fn raw_type(element_type: &ElementType) -> RawType {
    match element_type {
        ElementType::Plain(typecode) => Either::A(typecode.code.to_owned()),
        ElementType::Record(record) => Either::B(RecordLayout {
            fields: record.fields().iter().map(FieldLayout::from).collect(),
            itemsize: element_type.itemsize() as f64,
        }),
    }
}

impl FieldLayout {
    fn parse(self) -> Result<Field> {
        Ok(Field {
            name: self.name,
            typecode: Typecode::parse(&self.typecode)?,
            count: optional_count("count", self.count)?.map(|count| count as usize),
            offset: count("offset", self.offset)? as usize,
        })
    }
}

impl From<&Field> for FieldLayout {
    fn from(field: &Field) -> FieldLayout {
        FieldLayout {
            name: field.name.clone(),
            typecode: field.typecode.code.to_owned(),
            count: field.count.map(|count| count as f64),
            offset: field.offset as f64,
        }
    }
}
