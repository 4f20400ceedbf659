//! Loops over elements that copy a row at a time. A row is small enough for registers, so that the compiler makes vectors of it.
#![allow(
    unsafe_code,
    reason = "reads and writes shared memory without a check for each row, once all are known to be inside"
)]

use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

use bytemuck::Pod;

use super::{Region, whole};

/// A range of elements that was checked to be inside a region.
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

    /// All whole elements.
    #[inline(always)]
    pub fn all<T: Pod>(self) -> Rows<'a, T> {
        self.rows(0..self.len() / size_of::<T>())
    }
}

/// The size of a cache line.
pub const LINE: usize = 64;

/// Prefetches the cache line of any address.
#[inline(always)]
pub fn prefetch(address: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: the instruction reads nothing, and accepts any address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}

/// Calls a generic method with the number of elements in a row of 256 bytes.
macro_rules! by_size {
    ($T:ident, $rows:ident.$method:ident($($argument:expr),*)) => {
        match size_of::<$T>() {
            1 => $rows.$method::<256>($($argument),*),
            2 => $rows.$method::<128>($($argument),*),
            4 => $rows.$method::<64>($($argument),*),
            _ => $rows.$method::<32>($($argument),*),
        }
    };
}

impl<'a, T: Pod> Rows<'a, T> {
    /// Elements that only the caller uses.
    pub fn of_mut(values: &'a mut [T]) -> Self {
        let count = values.len();
        Region::of_mut(values).rows(0..count)
    }

    pub const fn len(self) -> usize {
        self.count
    }

    /// The address of `count` elements from an index on.
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

    /// The address of an element, which may be outside.
    #[inline(always)]
    pub fn address(self, index: usize) -> *const u8 {
        self.start.as_ptr().wrapping_add(index).cast()
    }

    /// Copies elements from an index on.
    pub fn read(self, index: usize, into: &mut [T]) {
        let from = self.pointer(index, into.len()).cast::<u8>();
        // SAFETY: `from` has that many elements, and nobody holds a `&mut` to them.
        unsafe { whole::copy(from, into.as_mut_ptr().cast(), size_of_val(into)) }
    }

    /// The elements before an index, and those from it on.
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
        // SAFETY: they are a part of a region with the same lifetime, made by `Region::new`.
        unsafe { Region::new(self.start.cast(), self.count * size_of::<T>()) }
    }

    /// The number of elements in whole rows of `N`.
    #[inline(always)]
    const fn full<const N: usize>(self) -> usize {
        self.count - self.count % N
    }

    /// Copies a row.
    ///
    /// # Safety
    /// `N` elements from `index` are among these.
    #[inline(always)]
    unsafe fn row<const N: usize>(self, index: usize) -> [T; N] {
        debug_assert!(index + N <= self.count);
        // SAFETY: inside the region, and every bit pattern is a T.
        unsafe {
            self.start
                .as_ptr()
                .wrapping_add(index)
                .cast::<[T; N]>()
                .read_unaligned()
        }
    }

    /// # Safety
    /// `N` elements from `index` are among these, and writable.
    #[inline(always)]
    unsafe fn put<const N: usize>(self, index: usize, row: [T; N]) {
        debug_assert!(index + N <= self.count);
        // SAFETY: inside the region.
        unsafe {
            self.start
                .as_ptr()
                .wrapping_add(index)
                .cast::<[T; N]>()
                .write_unaligned(row)
        };
    }

    /// Folds each full row of `N` into a state with `whole`, then each remaining element with `single`, which gets its index in the
    /// row. The loop over the lanes must be in `whole`: from a loop here, the compiler makes no AVX-512 vectors (measured: 30 times
    /// slower).
    #[inline(always)]
    pub fn fold_lanes<const N: usize, S>(
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
            single(&mut state, index - full, self.get(index));
        }
        state
    }

    /// Folds all elements into a pair of values, in lanes that each begin with `first`. `merge` combines the pairs of two lanes.
    #[inline(always)]
    pub fn fold<A: Copy, B: Copy>(
        self,
        first: (A, B),
        take: impl Fn(&mut A, &mut B, T),
        merge: impl Fn((A, B), (A, B)) -> (A, B),
    ) -> (A, B) {
        match size_of::<T>() {
            1 => self.fold_rows::<256, _, _>(first, take, merge),
            2 => self.fold_rows::<128, _, _>(first, take, merge),
            4 => self.fold_rows::<64, _, _>(first, take, merge),
            _ => self.fold_rows::<32, _, _>(first, take, merge),
        }
    }

    #[inline(always)]
    fn fold_rows<const N: usize, A: Copy, B: Copy>(
        self,
        first: (A, B),
        take: impl Fn(&mut A, &mut B, T),
        merge: impl Fn((A, B), (A, B)) -> (A, B),
    ) -> (A, B) {
        // For fewer elements, the lanes would take longer than one element after the other.
        if self.count < N {
            let (mut a, mut b) = first;
            for index in 0..self.count {
                take(&mut a, &mut b, self.get(index));
            }
            return (a, b);
        }
        let (a, b) = self.fold_lanes::<N, _>(
            ([first.0; N], [first.1; N]),
            #[inline(always)]
            |(a, b), row| {
                for lane in 0..N {
                    take(&mut a[lane], &mut b[lane], row[lane]);
                }
            },
            #[inline(always)]
            |(a, b), lane, value| take(&mut a[lane], &mut b[lane], value),
        );
        a.into_iter().zip(b).fold(first, merge)
    }

    /// The first index at which a condition holds.
    #[inline(always)]
    pub fn find(self, holds: impl Fn(T) -> bool) -> Option<usize> {
        by_size!(T, self.find_row(holds))
    }

    #[inline(always)]
    fn find_row<const N: usize>(self, holds: impl Fn(T) -> bool) -> Option<usize> {
        let full = self.full::<N>();
        for index in (0..full).step_by(N) {
            // SAFETY: a full row.
            let row: [T; N] = unsafe { self.row(index) };
            if let Some(at) = first_in_row(row, &holds) {
                return Some(index + at);
            }
        }
        (full..self.count).find(|index| holds(self.get(*index)))
    }

    /// The first index at which a condition holds for a pair of an element of these and one of the others.
    #[inline(always)]
    pub fn find_pair(self, other: Rows<'_, T>, holds: impl Fn(T, T) -> bool) -> Option<usize> {
        by_size!(T, self.find_row_pair(other, holds))
    }

    #[inline(always)]
    fn find_row_pair<const N: usize>(
        self,
        other: Rows<'_, T>,
        holds: impl Fn(T, T) -> bool,
    ) -> Option<usize> {
        let count = self.count.min(other.count);
        let full = count - count % N;
        for index in (0..full).step_by(N) {
            // SAFETY: a full row of both.
            let ours: [T; N] = unsafe { self.row(index) };
            // SAFETY: as above.
            let theirs: [T; N] = unsafe { other.row(index) };
            let mut is_here = false;
            for lane in 0..N {
                is_here |= holds(ours[lane], theirs[lane]);
            }
            if is_here {
                let lane = (0..N).find(|lane| holds(ours[*lane], theirs[*lane]));
                return lane.map(|lane| index + lane);
            }
        }
        (full..count).find(|index| holds(self.get(*index), other.get(*index)))
    }

    /// Changes each element.
    #[inline(always)]
    pub fn update(self, change: impl Fn(T) -> T) {
        by_size!(T, self.update_rows(change))
    }

    #[inline(always)]
    fn update_rows<const N: usize>(self, change: impl Fn(T) -> T) {
        let full = self.full::<N>();
        for index in (0..full).step_by(N) {
            // SAFETY: a full row.
            let row: [T; N] = unsafe { self.row(index) };
            // SAFETY: the same, and the caller may write.
            unsafe { self.put(index, row.map(&change)) };
        }
        for index in full..self.count {
            self.put_one(index, change(self.get(index)));
        }
    }

    /// Writes one value to all elements.
    #[inline(always)]
    pub fn fill<const N: usize>(self, value: T) {
        let full = self.full::<N>();
        for index in (0..full).step_by(N) {
            // SAFETY: a full row, and the caller may write.
            unsafe { self.put(index, [value; N]) };
        }
        for index in full..self.count {
            self.put_one(index, value);
        }
    }

    /// Reverses the order. Swaps rows at the front with rows at the back.
    #[inline(always)]
    pub fn reverse(self) {
        by_size!(T, self.reverse_rows())
    }

    #[inline(always)]
    fn reverse_rows<const N: usize>(self) {
        let half = self.count / 2;
        let full = half - half % N;
        for index in (0..full).step_by(N) {
            let mirror = self.count - index - N;
            // SAFETY: a row of the first half.
            let mut head: [T; N] = unsafe { self.row(index) };
            // SAFETY: a row of the second half.
            let mut tail: [T; N] = unsafe { self.row(mirror) };
            head.reverse();
            tail.reverse();
            // SAFETY: as above, and the caller may write.
            unsafe { self.put(index, tail) };
            // SAFETY: as above.
            unsafe { self.put(mirror, head) };
        }
        for index in full..half {
            let mirror = self.count - index - 1;
            let (head, tail) = (self.get(index), self.get(mirror));
            self.put_one(index, tail);
            self.put_one(mirror, head);
        }
    }
}

/// Has no branch for each value, so that the compiler makes vectors of it. Finds the exact index only in a row that has one.
#[inline(always)]
fn first_in_row<T: Copy, const N: usize>(row: [T; N], holds: &impl Fn(T) -> bool) -> Option<usize> {
    let is_here = row.iter().fold(false, |found, value| found | holds(*value));
    if is_here {
        row.iter().position(|value| holds(*value))
    } else {
        None
    }
}

/// A separate function with arguments by value, because otherwise every check would store them for the message.
#[cold]
#[inline(never)]
fn outside(index: usize, count: usize, there: usize) -> ! {
    panic!("{count} elements from {index} of {there}")
}

/// Divides a number of elements into ranges of at most `longest` each.
pub fn runs(count: usize, longest: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count)
        .step_by(longest)
        .map(move |start| start..count.min(start + longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "elements 1..4 of a region of 7 bytes")]
    fn elements_outside_panic() {
        let _ = Region::of(&[0; 7]).rows::<u16>(1..4);
    }
}
