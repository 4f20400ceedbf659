//! The pages that a copy-on-write array has written.

use super::Array;
use crate::storage::Flags;

impl Array {
    /// Called before elements may be written, by a method or through memory that is handed out. Only pages of a copy-on-write array can be
    /// lost: what other arrays write is in the file.
    pub fn begin_own_writes(&self) {
        if self.flags == Flags::CopyOnWrite && !self.state.is_writable() {
            self.window().begin_own_writes(self.byte_length());
            self.state.set_writable();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::array::samples::{file_of, over};
    use crate::array::shape::Shape;
    use crate::array::{Array, Extent};
    use crate::storage::Flags;
    use std::fs::File;
    use std::os::unix::fs::FileExt;

    const BYTES: usize = 20_000;

    fn rewrite(file: &File) {
        file.set_len(0).unwrap();
        file.write_all_at(&[2; BYTES], 0).unwrap();
    }

    fn is_fault(array: &Array) -> bool {
        array.check_faults().is_err()
    }

    #[test]
    fn loss_of_written_pages_is_a_fault_until_refresh() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let file = file_of(&[1; BYTES]);
        let mut array = over(&file, Flags::CopyOnWrite, None);
        array.reverse().unwrap();
        assert!(!is_fault(&array));
        for _ in 0..2 {
            rewrite(&file);
            assert!(is_fault(&array) && is_fault(&array));
            array.refresh().unwrap();
            assert!(!is_fault(&array));
        }
        file.write_all_at(&[3; 3 * BYTES], 0).unwrap();
        assert!(!is_fault(&array));
    }

    #[test]
    fn truncation_of_an_unwritten_array_is_no_fault() {
        let file = file_of(&[1; BYTES]);
        let mut array = over(&file, Flags::CopyOnWrite, None);
        assert_eq!(
            array.append(&array.get(0).unwrap()).unwrap_err().code(),
            "ERR_FIXED_LENGTH"
        );
        rewrite(&file);
        assert!(!is_fault(&array));
    }

    #[test]
    fn loss_of_written_pages_is_a_fault_for_all_arrays_of_the_mapping() {
        if crate::os::portable::skips("/proc tells whose page it is") {
            return;
        }
        let file = file_of(&[1; BYTES]);
        let mut writer = over(&file, Flags::CopyOnWrite, None);
        let mut reader = Array::over(
            writer.mapping().clone(),
            writer.element_type().clone(),
            Flags::CopyOnWrite,
            (Extent::Whole, Shape::flat()),
            None,
        )
        .unwrap();
        writer.byteswap().unwrap();
        rewrite(&file);
        assert!(is_fault(&writer));
        writer.refresh().unwrap();
        assert!(!is_fault(&writer) && is_fault(&reader));
        reader.refresh().unwrap();
        assert!(!is_fault(&reader));
    }
}
