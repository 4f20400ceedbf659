//! Headers of `.npy` files: a header or an error of its own, and a header that says another count says the rest as before.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mmap_array::npy::{self, Header};

fuzz_target!(|bytes: &[u8]| {
    let _ = npy::header_length(&bytes[..bytes.len().min(npy::PRELUDE)]);
    let header = match Header::parse(bytes) {
        Ok(header) => header,
        Err(error) => {
            assert!(["ERR_INVALID_NPY", "ERR_UNSUPPORTED_NPY"].contains(&&*error.code()));
            return;
        }
    };
    assert!(header.data_start as usize <= bytes.len());
    // Only a row gets longer.
    if !header.is_row() {
        return;
    }
    for count in [0, 1, header.count, header.count.saturating_add(1), 1 << 40] {
        // Without room for more digits it is refused.
        let Ok(patches) = header.recount(bytes, count) else { continue };
        let mut changed = bytes.to_vec();
        for patch in patches {
            patch.apply(&mut changed);
        }
        let again = Header::parse(&changed).expect("a header with another count is a header");
        assert_eq!((again.count, again.data_start), (count, header.data_start));
        assert_eq!(changed.len(), bytes.len());
    }
});
