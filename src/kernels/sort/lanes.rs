//! What a vector of elements must be able to do for the quicksort.

use std::ops::Range;

use crate::kernels::order::{Key, Ordered};
use crate::kernels::rows::Rows;

/// A vector instruction set for one type of element. A value of the type is the proof that the processor has it.
pub trait Lanes: Copy {
    type Element: Ordered<Key = Self::Key>;
    type Key: Key;
    type Vector: Copy;
    /// What elements are compared with.
    type Pivot: Copy;

    /// Elements in a vector: 4, 8 or 16.
    const COUNT: usize;

    fn splat(self, key: Self::Key) -> Self::Vector;

    /// So many elements from an index on, at most a vector's, and whatever in the lanes behind them.
    fn load_some(self, from: Rows<'_, Self::Element>, index: usize, count: usize) -> Self::Vector;

    /// The first lanes.
    fn store_some(self, vector: Self::Vector, to: Rows<'_, Self::Element>, index: usize, count: usize);

    /// The lanes of a mask, one behind the other.
    fn store_chosen(self, vector: Self::Vector, mask: u32, to: Rows<'_, Self::Element>, index: usize);

    /// `N` vectors, from an index on.
    fn load_many<const N: usize>(self, from: Rows<'_, Self::Element>, index: usize) -> [Self::Vector; N];

    fn pivot(self, key: Self::Key) -> Self::Pivot;

    /// One bit a lane: whether the element there has a lesser key than the pivot.
    fn less(self, elements: Self::Vector, pivot: Self::Pivot) -> u32;

    /// Lays elements down in a gap: those with a lesser key than a pivot at its start, the others at its end. Gives what is
    /// left of it. Whole vectors are written: the gap is as long as the elements, or by a vector or more longer.
    fn split<const N: usize>(
        self,
        elements: [Self::Vector; N],
        pivot: Self::Pivot,
        to: Rows<'_, Self::Element>,
        gap: Range<usize>,
    ) -> Range<usize>;

    /// The keys by which elements are sorted.
    fn keys(self, elements: Self::Vector) -> Self::Vector;

    /// The elements that have these keys.
    fn elements(self, keys: Self::Vector) -> Self::Vector;

    /// The first lanes of a vector, the others of another.
    fn first(self, vector: Self::Vector, count: usize, others: Self::Vector) -> Self::Vector;

    fn min(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// In each lane what lies in the lane whose number differs in the bits `X`: 1, 2, 3, 4, 7, 8 or 15.
    fn partners<const X: usize>(self, vector: Self::Vector) -> Self::Vector;

    /// The lanes of `second` whose number has the bit `BIT`, the other lanes of `first`.
    fn blend<const BIT: usize>(self, first: Self::Vector, second: Self::Vector) -> Self::Vector;

    /// The lanes of two vectors in turns.
    fn zip(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);
}

/// The steps of the quicksort as compiled for the instruction set, each a function of its own: they are called from each
/// other, and one that held them all would need a large stack.
pub trait Compiled: Lanes {
    /// [`super::network::sort_few`]
    fn sort_few(self, elements: Rows<'_, Self::Element>);

    /// [`super::quick::partition`]
    fn partition(self, elements: Rows<'_, Self::Element>, pivot: Self::Key) -> usize;
}
