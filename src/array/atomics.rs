//! Atomic changes of one element.

use super::Array;
use super::slice::element_index;
use crate::element::Element;
use crate::element_type::ElementType;
use crate::error::{Error, Result};
use crate::kernels::atomic::{self, Change};
use crate::typecode::{Meaning, Typecode};

impl Array {
    /// Changes an element atomically. Returns the one before.
    ///
    /// # Errors
    /// `NotForType` for elements that are no real numbers, `ReadOnly`, `IndexOutOfRange`.
    pub fn change_atomically(&self, operation: &'static str, index: i64, change: &Change) -> Result<Element> {
        let scalar = self.require_numbers()?.scalar;
        self.require_writable(operation)?;
        let at = element_index(index, self.length())?;
        Ok(atomic::change(self.region(), scalar, at as usize, change))
    }

    fn require_numbers(&self) -> Result<&'static Typecode> {
        match &self.element_type {
            ElementType::Plain(typecode) if matches!(typecode.meaning, Meaning::Integer | Meaning::Float) => {
                Ok(typecode)
            }
            _ => Err(Error::NotForType {
                reason: String::from("Atomic changes need elements that are one number each"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::{file_of, over};
    use crate::kernels::Region;
    use crate::storage::Flags;

    #[test]
    fn change_atomically_checks_access_index_and_type() {
        let add = Change::Add(Element::of(1i16));
        let code = |array: &Array, index| {
            array
                .change_atomically("add", index, &add)
                .map_err(|error| error.code().into_owned())
        };
        let file = file_of(&[1; 8]);
        let array = over(&file, Flags::ReadWrite, None);
        assert_eq!(code(&array, -1), Ok(Element::of(0x101i16)));
        assert_eq!(array.get(3).unwrap(), Element::of(0x102i16));
        assert_eq!(code(&array, 4), Err(String::from("ERR_INDEX_OUT_OF_RANGE")));
        assert_eq!(
            code(&over(&file, Flags::Read, None), 0),
            Err(String::from("ERR_READ_ONLY"))
        );
        for typecode in ["c", "u", "Zf", "Zd"] {
            let mut array = Array::anonymous(Typecode::parse(typecode).unwrap(), 0).unwrap();
            array.extend(Region::of(&[0; 16])).unwrap();
            assert_eq!(
                code(&array, 0),
                Err(String::from("ERR_TYPE_MISMATCH")),
                "{typecode}"
            );
        }
    }
}
