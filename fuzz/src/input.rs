//! Pieces of an input, near the values at which things happen.

use std::sync::Arc;

use arbitrary::{Arbitrary, Result, Unstructured};
use mmap_array::array::slice::Bounds;
use mmap_array::element_type::{ElementType, Field, RecordType};
use mmap_array::typecode::{self, Typecode};

/// Any row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Code(pub &'static Typecode);

impl<'a> Arbitrary<'a> for Code {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let rows: Vec<_> = typecode::all().collect();
        u.choose(&rows).map(|row| Code(row))
    }
}

/// Any type of elements: a row of the table, or a record with any names.
#[derive(Clone, Debug)]
pub struct AnyType(pub ElementType);

impl<'a> Arbitrary<'a> for AnyType {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.ratio(1, 3)? {
            return Code::arbitrary(u).map(|code| AnyType(ElementType::Plain(code.0)));
        }
        let mut end = 0;
        let mut fields = Vec::new();
        for _ in 0..u.int_in_range(1..=6)? {
            let typecode = Code::arbitrary(u)?.0;
            let count = u.ratio(1, 3)?.then_some(u.int_in_range(1..=9)?);
            let offset = end + u.int_in_range(0..=9)?;
            end = offset + count.unwrap_or(1) * typecode.itemsize();
            // Each name is another one.
            let name = format!("{}{}", String::arbitrary(u)?, fields.len());
            fields.push(Field {
                name,
                typecode,
                count,
                offset,
            });
        }
        let itemsize = end + u.int_in_range(0..=9)?;
        let record = RecordType::new(fields, itemsize as u64).expect("fields that follow each other");
        Ok(AnyType(ElementType::Record(Arc::new(record))))
    }
}

/// An index or bound: mostly small, sometimes at an edge, sometimes anything.
#[derive(Clone, Copy, Debug)]
pub struct Index(pub i64);

impl<'a> Arbitrary<'a> for Index {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        const EDGES: [i64; 8] = [
            i64::MIN,
            i64::MIN + 1,
            i64::MAX,
            i64::MAX - 1,
            -(1 << 53),
            1 << 53,
            -1,
            0,
        ];
        Ok(Index(match u.int_in_range(0..=7)? {
            0 => *u.choose(&EDGES)?,
            1 => i64::arbitrary(u)?,
            2 => i16::arbitrary(u)?.into(),
            3..=5 => u.int_in_range(-4..=9)?,
            _ => i8::arbitrary(u)?.into(),
        }))
    }
}

/// `start:stop:step`, each perhaps not given.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub struct Slice {
    start: Option<Index>,
    stop: Option<Index>,
    step: Option<Index>,
}

impl Slice {
    pub fn bounds(self) -> Bounds {
        let given = |index: Option<Index>| index.map(|index| index.0);
        Bounds {
            start: given(self.start),
            stop: given(self.stop),
            step: given(self.step),
        }
    }
}

/// Elements of any type as bytes: a run that is long enough to cross blocks and pages, or what the input says.
#[derive(Arbitrary, Clone, Debug)]
pub enum Bytes {
    Run { elements: u16, seed: u8 },
    Given(Vec<u8>),
}

impl Bytes {
    /// At most 16 KiB, so that no step takes long.
    pub fn of(&self, itemsize: usize) -> Vec<u8> {
        match self {
            Bytes::Run { elements, seed } => {
                let length = (*elements as usize * itemsize).min(1 << 14);
                (0..length).map(|at| (at / itemsize) as u8 ^ seed).collect()
            }
            Bytes::Given(bytes) => bytes.clone(),
        }
    }
}
