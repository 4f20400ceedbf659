//! Elements a row at a time: copies, small enough for registers, so that the compiler makes vectors of a loop over them.
#![allow(
    unsafe_code,
    reason = "reads and writes shared memory without a check for each row, once all are known to be inside"
)]

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

use bytemuck::Pod;

use super::{Region, whole};

/// A start, a step (negative runs down) and a count, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    pub start: usize,
    pub step: isize,
    pub count: usize,
}

/// Elements that lie one behind the other and are known to be inside a region.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    start: NonNull<T>,
    count: usize,
    _region: PhantomData<Region<'a>>,
}

impl<'a> Region<'a> {
    /// The elements of a range.
    ///
    /// # Panics
    /// If they are not all inside.
    #[inline(always)]
    pub fn rows<T: Pod>(self, range: Range<usize>) -> Rows<'a, T> {
        Rows {
            start: self.elements(&range),
            count: range.len(),
            _region: PhantomData,
        }
    }
}

/// Bytes of a cache line.
pub const LINE: usize = 64;

impl<'a, T: Pod> Rows<'a, T> {
    /// Elements of this thread's own.
    pub fn of_mut(values: &'a mut [T]) -> Self {
        let count = values.len();
        Region::of_mut(values).rows(0..count)
    }

    pub const fn len(self) -> usize {
        self.count
    }

    /// Where so many elements from an index on lie.
    ///
    /// # Panics
    /// If they are not all among these.
    #[inline(always)]
    pub(super) fn pointer(self, index: usize, count: usize) -> *mut T {
        if index > self.count || count > self.count - index {
            outside(index, count, self.count);
        }
        self.start.as_ptr().wrapping_add(index)
    }

    #[inline(always)]
    pub fn get(self, index: usize) -> T {
        // SAFETY: inside the region, and every bit pattern is a T.
        unsafe { self.pointer(index, 1).read_unaligned() }
    }

    #[inline(always)]
    pub fn put_one(self, index: usize, value: T) {
        // SAFETY: inside the region, and the caller may write.
        unsafe { self.pointer(index, 1).write_unaligned(value) }
    }

    /// Brings the cache line in where an element would be; any index will do.
    #[inline(always)]
    pub fn prefetch(self, index: usize) {
        let line = self.start.as_ptr().wrapping_add(index).cast();
        #[cfg(target_arch = "x86_64")]
        // SAFETY: nothing is read; an address without memory does nothing.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(line);
        }
        #[cfg(not(target_arch = "x86_64"))]
        let _: *mut i8 = line;
    }

    /// Copies elements from an index on.
    pub fn read(self, index: usize, into: &mut [T]) {
        let from = self.pointer(index, into.len()).cast::<u8>();
        // SAFETY: so many are there, and nobody holds a `&mut` to them.
        unsafe { whole::copy(from, into.as_mut_ptr().cast(), size_of_val(into)) }
    }

    /// Those before an index, and those from it on.
    pub fn split_at(self, index: usize) -> (Self, Self) {
        let part = |start, count| Rows {
            start: NonNull::new(self.pointer(start, count)).expect("memory of a region"),
            count,
            _region: PhantomData,
        };
        (part(0, index), part(index, self.count - index))
    }

    /// The same as bytes.
    pub fn region(self) -> Region<'a> {
        // SAFETY: they are part of a region that lives as long, with what was promised of it.
        unsafe { Region::new(self.start.cast(), self.count * size_of::<T>()) }
    }

    /// How many of them make up whole rows of `N`.
    #[inline(always)]
    fn full<const N: usize>(self) -> usize {
        self.count - self.count % N
    }

    /// Where the row from an index on lies.
    #[inline(always)]
    fn row_at<const N: usize>(self, index: usize) -> *mut [T; N] {
        debug_assert!(index + N <= self.count);
        self.start.as_ptr().wrapping_add(index).cast()
    }

    /// # Safety
    /// `N` elements from `index` are among these.
    #[inline(always)]
    unsafe fn row<const N: usize>(self, index: usize) -> [T; N] {
        // SAFETY: inside the region, and every bit pattern is a T.
        unsafe { self.row_at::<N>(index).read_unaligned() }
    }

    /// # Safety
    /// `N` elements from `index` are among these, and writable.
    #[inline(always)]
    unsafe fn put<const N: usize>(self, index: usize, row: [T; N]) {
        // SAFETY: inside the region.
        unsafe { self.row_at::<N>(index).write_unaligned(row) }
    }

    /// Takes each full row of `N` into a state by `whole`, then each of those left over by `single`, which is told its
    /// place in the row.
    #[inline(always)]
    pub fn fold<const N: usize, S>(
        self,
        mut state: S,
        whole: impl Fn(&mut S, [T; N]),
        single: impl Fn(&mut S, usize, T),
    ) -> S {
        let full = self.full::<N>();
        for index in (0..full).step_by(N) {
            // SAFETY: a full row.
            whole(&mut state, unsafe { self.row(index) });
        }
        for index in full..self.count {
            // SAFETY: one of those left over.
            let [value] = unsafe { self.row(index) };
            single(&mut state, index - full, value);
        }
        state
    }

    /// The first place at which something holds, asked of full rows of `N` first: `in_row` gives a place in the row.
    #[inline(always)]
    pub fn find<const N: usize>(
        self,
        in_row: impl Fn([T; N]) -> Option<usize>,
        single: impl Fn(T) -> bool,
    ) -> Option<usize> {
        let full = self.full::<N>();
        for index in (0..full).step_by(N) {
            // SAFETY: a full row.
            if let Some(at) = in_row(unsafe { self.row(index) }) {
                return Some(index + at);
            }
        }
        (full..self.count).find(|index| {
            // SAFETY: one of those left over.
            let [value] = unsafe { self.row(*index) };
            single(value)
        })
    }

    /// The same for pairs of these elements and as many others.
    #[inline(always)]
    pub fn find_with<const N: usize>(
        self,
        other: Rows<'_, T>,
        in_rows: impl Fn([T; N], [T; N]) -> Option<usize>,
        single: impl Fn(T, T) -> bool,
    ) -> Option<usize> {
        let count = self.count.min(other.count);
        let full = count - count % N;
        for index in (0..full).step_by(N) {
            // SAFETY: a full row of both.
            let ours = unsafe { self.row(index) };
            // SAFETY: as above.
            let theirs = unsafe { other.row(index) };
            if let Some(at) = in_rows(ours, theirs) {
                return Some(index + at);
            }
        }
        (full..count).find(|index| {
            // SAFETY: one of those left over.
            let [ours] = unsafe { self.row(*index) };
            // SAFETY: as above.
            let [theirs] = unsafe { other.row(*index) };
            single(ours, theirs)
        })
    }

    /// Changes each full row of `N` by `whole`, and each element left over by `single`.
    #[inline(always)]
    pub fn update<const N: usize>(self, whole: impl Fn([T; N]) -> [T; N], single: impl Fn(T) -> T) {
        let full = self.full::<N>();
        for index in (0..full).step_by(N) {
            // SAFETY: a full row.
            let row = whole(unsafe { self.row(index) });
            // SAFETY: the same, and the caller may write.
            unsafe { self.put(index, row) };
        }
        for index in full..self.count {
            // SAFETY: one of those left over.
            let [value] = unsafe { self.row(index) };
            // SAFETY: as above.
            unsafe { self.put(index, [single(value)]) };
        }
    }

    /// Puts one value everywhere.
    #[inline(always)]
    pub fn fill<const N: usize>(self, value: T) {
        let full = self.full::<N>();
        for index in (0..full).step_by(N) {
            // SAFETY: a full row, and the caller may write.
            unsafe { self.put(index, [value; N]) };
        }
        for index in full..self.count {
            // SAFETY: one of those left over.
            unsafe { self.put(index, [value]) };
        }
    }

    /// Turns the order round: rows of `N` at the front change places with those at the back until they meet.
    #[inline(always)]
    pub fn reverse<const N: usize>(self) {
        let half = self.count / 2;
        let full = half - half % N;
        for index in (0..full).step_by(N) {
            let mirror = self.count - index - N;
            // SAFETY: a row of the first half.
            let mut head = unsafe { self.row::<N>(index) };
            // SAFETY: a row of the second half.
            let mut tail = unsafe { self.row::<N>(mirror) };
            head.reverse();
            tail.reverse();
            // SAFETY: as above, and the caller may write.
            unsafe { self.put(index, tail) };
            // SAFETY: as above.
            unsafe { self.put(mirror, head) };
        }
        for index in full..half {
            let mirror = self.count - index - 1;
            // SAFETY: an element of the first half.
            let head = unsafe { self.row::<1>(index) };
            // SAFETY: an element of the second half.
            let tail = unsafe { self.row::<1>(mirror) };
            // SAFETY: as above, and the caller may write.
            unsafe { self.put(index, tail) };
            // SAFETY: as above.
            unsafe { self.put(mirror, head) };
        }
    }
}

/// A function of its own, and what it tells by value: else every check would write it down for the message.
#[cold]
#[inline(never)]
fn outside(index: usize, count: usize, there: usize) -> ! {
    panic!("{count} elements from {index} of {there}")
}

/// Copies elements a constant step apart to others, in order. With `step` 1 on both sides a plain copy is faster.
///
/// # Panics
/// If the elements are not all inside.
#[inline(always)]
pub fn copy_strided<T: Pod>(from: Region<'_>, of: Stride, into: Region<'_>, to: Stride) {
    let source = strided::<T>(from, of).as_ptr();
    let target = strided::<T>(into, to).as_ptr();
    for index in 0..of.count.min(to.count) as isize {
        // SAFETY: the first and the last element lie inside, and so do those between them.
        let element = unsafe { source.wrapping_offset(index * of.step).read_unaligned() };
        // SAFETY: as above, and the caller may write.
        unsafe { target.wrapping_offset(index * to.step).write_unaligned(element) };
    }
}

/// Where the elements of a stride start, all of which are inside the region.
fn strided<T: Pod>(region: Region<'_>, stride: Stride) -> NonNull<T> {
    let Some(steps) = stride.count.checked_sub(1) else {
        return NonNull::dangling();
    };
    let distance = stride.step.checked_mul(steps as isize);
    let last = distance.and_then(|distance| stride.start.checked_add_signed(distance));
    let there = region.len() / size_of::<T>();
    let inside = stride.start < there && last.is_some_and(|last| last < there);
    assert!(inside, "{stride:?} of a region of {} bytes", region.len());
    region.elements(&(stride.start..stride.start + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "elements 1..4 of a region of 7 bytes")]
    fn elements_outside_panic() {
        let _ = Region::of(&[0; 7]).rows::<u16>(1..4);
    }

    #[test]
    fn strides_outside_panic() {
        let bytes = [0u8; 9];
        let stride = |start, step, count| Stride { start, step, count };
        for (of, is_inside) in [
            (stride(0, 4, 3), true),
            (stride(0, 4, 4), false),
            (stride(8, -4, 3), true),
            (stride(8, -4, 4), false),
            (stride(9, 1, 1), false),
            (stride(9, 1, 0), true),
            (stride(8, isize::MAX, 1), true),
            (stride(8, isize::MIN, 2), false),
            (stride(0, isize::MAX, 3), false),
        ] {
            let checked = std::panic::catch_unwind(|| strided::<u8>(Region::of(&bytes), of));
            assert_eq!(checked.is_ok(), is_inside, "{of:?}");
        }
    }
}
