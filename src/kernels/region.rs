//! A range of shared bytes. The core reads and writes such bytes only through this type.
#![allow(
    unsafe_code,
    reason = "the one place that reads and writes mapped memory through a raw pointer"
)]

use std::io::IoSlice;
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

use bytemuck::Pod;

use super::whole;
use crate::error::{Error, Result};

/// Bytes that others may write at any time, so never a slice, only a start and a length. A copy may see half of a change by another
/// writer. Every access is checked to be inside.
#[derive(Clone, Copy, Debug)]
pub struct Region<'a> {
    start: NonNull<u8>,
    length: usize,
    _owner: PhantomData<&'a ()>,
}

impl<'a> Region<'a> {
    /// # Safety
    /// - `length` bytes from `start` stay mapped, readable and writable for `'a`. They are only read if the memory
    ///   is read-only.
    /// - No `&mut` to any of them is alive during `'a`.
    pub const unsafe fn new(start: NonNull<u8>, length: usize) -> Self {
        Region {
            start,
            length,
            _owner: PhantomData,
        }
    }

    pub const fn empty() -> Self {
        Region {
            start: NonNull::dangling(),
            length: 0,
            _owner: PhantomData,
        }
    }

    pub fn of(bytes: &'a [u8]) -> Self {
        // SAFETY: the borrow keeps the bytes alive for 'a, and such a region is only read.
        unsafe { Region::new(NonNull::from(bytes).cast(), bytes.len()) }
    }

    /// Memory of the caller to write to.
    pub fn of_mut<T: Pod>(values: &'a mut [T]) -> Self {
        // SAFETY: the region keeps the borrow.
        unsafe { Region::new(NonNull::from(&mut *values).cast(), size_of_val(values)) }
    }

    pub const fn len(self) -> usize {
        self.length
    }

    pub const fn is_empty(self) -> bool {
        self.length == 0
    }

    pub fn address(self) -> usize {
        self.start.as_ptr().addr()
    }

    /// `length` bytes from `offset`.
    ///
    /// # Panics
    /// If they are not all inside.
    pub fn part(self, offset: usize, length: usize) -> Region<'a> {
        Region {
            start: self.pointer(offset, length),
            length,
            _owner: PhantomData,
        }
    }

    fn pointer(self, offset: usize, length: usize) -> NonNull<u8> {
        if offset > self.length || length > self.length - offset {
            bytes_outside(offset, length, self.length);
        }
        // SAFETY: checked to lie inside the range.
        unsafe { self.start.add(offset) }
    }

    pub fn read(self, offset: usize, into: &mut [u8]) {
        let from = self.pointer(offset, into.len());
        // SAFETY: `from` has that many readable bytes, and nobody holds a `&mut` to them, so the two do not overlap.
        unsafe { whole::copy(from.as_ptr(), into.as_mut_ptr(), into.len()) }
    }

    pub fn write(self, offset: usize, from: &[u8]) {
        let into = self.pointer(offset, from.len());
        // SAFETY: `into` has that many writable bytes; `copy` allows an overlap.
        unsafe { whole::copy(from.as_ptr(), into.as_ptr(), from.len()) }
    }

    /// Copies another region in; the two may overlap.
    pub fn copy_from(self, offset: usize, from: Region<'_>) {
        let into = self.pointer(offset, from.length);
        // SAFETY: both ranges are inside theirs; `copy` allows an overlap.
        unsafe { whole::copy(from.start.as_ptr(), into.as_ptr(), from.length) }
    }

    /// Moves bytes inside the region, as `memmove`.
    pub fn move_within(self, from: usize, to: usize, length: usize) {
        self.copy_from(to, self.part(from, length));
    }

    /// One element, by its index.
    pub fn get<T: Pod>(self, index: usize) -> T {
        self.get_at(index * size_of::<T>())
    }

    /// A value at a byte, which need not be aligned.
    #[inline]
    pub fn get_at<T: Pod>(self, offset: usize) -> T {
        let from = self.pointer(offset, size_of::<T>());
        // SAFETY: the bytes are inside, and every bit pattern is a T.
        unsafe { from.cast::<T>().read_unaligned() }
    }

    pub fn put<T: Pod>(self, index: usize, value: T) {
        self.put_at(index * size_of::<T>(), value);
    }

    #[inline]
    pub fn put_at<T: Pod>(self, offset: usize, value: T) {
        let into = self.pointer(offset, size_of::<T>());
        // SAFETY: the bytes are inside and writable.
        unsafe { into.cast::<T>().write_unaligned(value) }
    }

    /// The address of a range of elements.
    ///
    /// # Panics
    /// If the elements are not all inside.
    #[inline(always)]
    pub(super) fn elements<T: Pod>(self, range: &Range<usize>) -> NonNull<T> {
        if range.start > range.end || range.end > self.length / size_of::<T>() {
            elements_outside(range.start, range.end, self.length);
        }
        self.pointer(range.start * size_of::<T>(), range.len() * size_of::<T>())
            .cast()
    }

    /// Its address, for a system call that writes to it.
    pub fn as_mut_ptr(self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// A copy on the heap.
    ///
    /// # Errors
    /// `ENOMEM`
    pub fn to_vec(self) -> Result<Vec<u8>> {
        let mut copy = Vec::new();
        copy.try_reserve_exact(self.length)
            .map_err(|_| Error::system(rustix::io::Errno::NOMEM, "malloc"))?;
        copy.resize(self.length, 0);
        self.read(0, &mut copy);
        Ok(copy)
    }

    /// The range for a system call. Rust never reads it as a slice. The kernel reads it, and answers EFAULT if it cannot.
    pub fn as_io_slice(self) -> IoSlice<'a> {
        // SAFETY: the bytes stay mapped for 'a, and only the kernel reads the slice.
        IoSlice::new(unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.length) })
    }
}

// Separate functions with arguments by value, because otherwise every check would store them for the message.

#[cold]
#[inline(never)]
fn bytes_outside(offset: usize, length: usize, there: usize) -> ! {
    panic!("bytes {offset}+{length} of a region of {there}")
}

#[cold]
#[inline(never)]
fn elements_outside(start: usize, end: usize, there: usize) -> ! {
    panic!("elements {start}..{end} of a region of {there} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(bytes: &mut [u8]) -> Region<'_> {
        // SAFETY: the borrow is held by the region for its life.
        unsafe { Region::new(NonNull::from(&mut *bytes).cast(), bytes.len()) }
    }

    #[test]
    fn copies_change_only_the_given_bytes() {
        let mut bytes = *b"abcdef";
        let all = region(&mut bytes);
        all.move_within(0, 2, 4);
        assert_eq!(all.to_vec().unwrap(), b"ababcd");
        all.put::<u16>(0, u16::from_ne_bytes(*b"xy"));
        assert_eq!(all.part(1, 2).to_vec().unwrap(), b"ya");
    }

    #[test]
    #[should_panic(expected = "bytes 4+3 of a region of 6")]
    fn read_past_the_end_panics() {
        region(&mut [0; 6]).read(4, &mut [0; 3]);
    }

    #[test]
    #[should_panic]
    fn part_of_an_overflowing_range_panics() {
        let _ = Region::empty().part(usize::MAX, 2);
    }
}
