//! The elements of an array under test, as bytes.

use std::ptr::NonNull;

use mmap_array::array::Array;
use mmap_array::array::slice::Bounds;
use mmap_array::error::Result;
use mmap_array::kernels::Region;

/// All elements, read as a user's copy is.
pub fn bytes_of(array: &Array) -> Vec<u8> {
    array
        .region()
        .to_vec()
        .expect("the arrays of the targets are small")
}

/// A slice of so many elements, copied out.
#[allow(unsafe_code, reason = "a region over a buffer of this function's")]
pub fn copied(array: &Array, bounds: Bounds, count: usize) -> Result<Vec<u8>> {
    let mut copy = vec![0; count * array.element_type().itemsize()];
    // SAFETY: the buffer lives until the function returns, and is not looked at meanwhile.
    let into = unsafe { Region::new(NonNull::from(&mut copy[..]).cast(), copy.len()) };
    array.copy_slice(bounds, into)?;
    Ok(copy)
}
