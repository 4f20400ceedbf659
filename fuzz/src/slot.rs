//! An array under test beside what a plain model says about it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ptr::NonNull;
use std::rc::Rc;

use mmap_array::array::Array;
use mmap_array::array::slice::Bounds;
use mmap_array::error::Result;
use mmap_array::kernels::Region;
use mmap_array::storage::Flags;

pub const PAGE: usize = 4096;

/// All elements, read as a user's copy is.
pub fn bytes_of(array: &Array) -> Vec<u8> {
    array.region().to_vec().expect("the models stay small")
}

/// A slice of so many elements, copied out.
#[allow(unsafe_code, reason = "a region over a buffer of this function's")]
pub fn copied(array: &Array, bounds: Bounds, count: usize) -> Result<Vec<u8>> {
    let mut copy = vec![0; count * array.typecode().itemsize()];
    // SAFETY: the buffer lives until the function returns, and is not looked at meanwhile.
    let into = unsafe { Region::new(NonNull::from(&mut copy[..]).cast(), copy.len()) };
    array.copy_slice(bounds, into)?;
    Ok(copy)
}

/// Pages that a copy-on-write window has made its own, by their number in the file.
pub type OwnPages = Rc<RefCell<BTreeMap<usize, Vec<u8>>>>;

/// One array, and what it is to be like.
pub struct Slot {
    pub array: Array,
    pub flags: Flags,
    /// Elements of a window of fixed length.
    pub fixed: Option<usize>,
    /// Elements it believes to have.
    pub length: usize,
    pub held: Option<Hold>,
    pub own_pages: OwnPages,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    Shared,
    Exclusive,
}

impl Slot {
    /// What it shows of a file's bytes, all there, from `from` to before `to`.
    pub fn seen(&self, disk: &[u8], from: usize, to: usize) -> Vec<u8> {
        // Cut before the array begins, it has no elements.
        let mut bytes = disk.get(from..to).unwrap_or_default().to_vec();
        for (page, content) in self.own_pages.borrow().iter() {
            let (start, end) = (page * PAGE, (page + 1) * PAGE);
            for at in start.max(from)..end.min(to) {
                bytes[at - from] = content[at - start];
            }
        }
        bytes
    }

    /// Stores bytes at a place of the file: in the file, or in pages of its own.
    pub fn store(&self, disk: &mut [u8], at: usize, bytes: &[u8]) {
        if self.flags != Flags::CopyOnWrite {
            disk[at..at + bytes.len()].copy_from_slice(bytes);
            return;
        }
        let mut pages = self.own_pages.borrow_mut();
        for (n, byte) in bytes.iter().enumerate() {
            let (page, within) = ((at + n) / PAGE, (at + n) % PAGE);
            let content = pages.entry(page).or_insert_with(|| {
                let start = page * PAGE;
                let mut content = disk[start..disk.len().min(start + PAGE)].to_vec();
                content.resize(PAGE, 0);
                content
            });
            content[within] = *byte;
        }
    }
}
