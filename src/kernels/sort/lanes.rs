//! What a vector of keys must be able to do for the quicksort.

use std::ops::Range;

use crate::kernels::order::Key;

/// A vector instruction set for one type of key. A value of the type is the proof that the processor has it.
pub trait Lanes: Copy {
    type Key: Key;
    type Vector: Copy;

    /// Keys in a vector: 4, 8 or 16.
    const COUNT: usize;

    fn splat(self, key: Self::Key) -> Self::Vector;

    /// The first keys of a slice, which has enough of them.
    fn load(self, from: &[Self::Key]) -> Self::Vector;

    /// All the keys of a slice, which has at most a vector's, and the greatest key in the lanes behind them.
    fn load_some(self, from: &[Self::Key]) -> Self::Vector;

    /// The vector to the start of a slice, which has room for it.
    fn store(self, vector: Self::Vector, to: &mut [Self::Key]);

    /// The first lanes to a slice, which has room for at most a vector.
    fn store_some(self, vector: Self::Vector, to: &mut [Self::Key]);

    /// The lanes of a mask, one behind the other, to the start of a slice, which has room for them.
    fn store_chosen(self, vector: Self::Vector, mask: u32, to: &mut [Self::Key]);

    /// The lanes of a mask, one behind the other, to `low` and on, the other lanes to before `high`. Whole vectors are
    /// written: what lies between the two is free, and there is room for one at either end.
    fn store_split(self, vector: Self::Vector, mask: u32, to: &mut [Self::Key], low: usize, high: usize);

    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// One bit a lane: whether `a` is less there.
    fn less(self, a: Self::Vector, b: Self::Vector) -> u32;

    /// In each lane what lies in the lane whose number differs in the bits `X`: 1, 2, 3, 4, 7, 8 or 15.
    fn partners<const X: usize>(self, vector: Self::Vector) -> Self::Vector;

    /// The lanes of `second` whose number has the bit `BIT`, the other lanes of `first`.
    fn blend<const BIT: usize>(self, first: Self::Vector, second: Self::Vector) -> Self::Vector;

    /// Brings the cache line of a key in, if there is such a key.
    fn prefetch(self, keys: &[Self::Key], index: usize);

    /// The lanes of two vectors in turns.
    fn zip(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);
}

/// The steps of the quicksort as compiled for the instruction set, each a function of its own: they are called from each
/// other, and one that held them all would need a large stack.
pub trait Compiled: Lanes {
    /// [`super::network::sort_few`]
    fn sort_few(self, keys: &mut [Self::Key]);

    /// [`super::quick::partition`]
    fn partition(self, keys: &mut [Self::Key], pivot: Self::Key) -> usize;

    /// [`super::quick::distribute`]
    fn distribute(
        self,
        keys: &[Self::Key],
        pivot: Self::Key,
        to: &mut [Self::Key],
        gap: Range<usize>,
    ) -> Range<usize>;
}
