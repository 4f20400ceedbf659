//! What the quicksort needs of a vector instruction set.

use bytemuck::Pod;

use crate::kernels::dispatch::Level;
use crate::kernels::order::Key;

/// The most lanes of any implementation.
pub const MOST_LANES: usize = 16;

/// An instruction set for vectors of one type of key. A value of the type is the proof that the processor has it.
pub trait Vectors: Copy {
    type Key: Key;
    type Vector: Pod;

    /// Keys in a vector, at most [`MOST_LANES`].
    const LANES: usize = size_of::<Self::Vector>() / size_of::<Self::Key>();
    /// How many vectors are sorted in registers, at most [`MOST_ROWS`](super::network::MOST_ROWS).
    const ROWS: usize;
    /// What code that uses these vectors must be compiled for.
    const LEVEL: Level;

    /// The same key in all lanes.
    fn splat(self, key: Self::Key) -> Self::Vector;

    /// The lesser keys of two vectors, lane by lane, and the greater ones.
    fn order(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);

    /// Moves each key to the lane whose number differs in these bits.
    fn exchange(self, vector: Self::Vector, bits: usize) -> Self::Vector;

    /// The lesser keys of two vectors, but the greater ones in the lanes whose number has a bit.
    fn order_by_lane(self, a: Self::Vector, b: Self::Vector, bit: usize) -> Self::Vector;

    /// The lanes of two vectors in turns: those of the first halves, those of the second halves.
    fn zip(self, a: Self::Vector, b: Self::Vector) -> (Self::Vector, Self::Vector);

    /// Moves the keys that are less than the pivot to the first lanes, and the others behind them, all in the order they
    /// have; counts the former.
    fn split(self, vector: Self::Vector, pivot: Self::Vector) -> (Self::Vector, usize);
}

/// Makes each function one that is compiled for the instruction set.
macro_rules! compiled_for {
    ($features:literal $(fn $name:ident(self, $($argument:ident: $Type:ty),*) -> $Result:ty $body:block)*) => {$(
        #[inline(always)]
        fn $name(self, $($argument: $Type),*) -> $Result {
            #[inline]
            #[target_feature(enable = $features)]
            fn compiled($($argument: $Type),*) -> $Result $body
            // SAFETY: `self` proves that the processor has these instructions.
            unsafe { compiled($($argument),*) }
        }
    )*};
}
pub(super) use compiled_for;

/// For each mask of 8 lanes the numbers of its lanes, then those of the others, a byte each.
pub static SPLITS_OF_8: [u64; 256] = {
    let mut splits = [0; 256];
    let mut mask = 0;
    while mask < splits.len() {
        let (mut low, mut high, mut lane) = (0, mask.count_ones(), 0);
        while lane < 8 {
            let target = if mask >> lane & 1 == 1 {
                &mut low
            } else {
                &mut high
            };
            splits[mask] |= lane << (8 * *target);
            *target += 1;
            lane += 1;
        }
        mask += 1;
    }
    splits
};
