//! A local copy of a run of elements, small enough for the first-level cache.

use std::ops::Range;

use bytemuck::Pod;

use super::Region;

const BLOCK_BYTES: usize = 4096;

/// The memory of a block, aligned for every element type.
pub struct Block([u64; BLOCK_BYTES / 8]);

impl Block {
    pub fn new() -> Self {
        Block([0; BLOCK_BYTES / 8])
    }

    /// The number of elements of a type that fit.
    pub const fn capacity<T>() -> usize {
        BLOCK_BYTES / size_of::<T>()
    }

    /// The first elements of the block, with any values.
    pub fn room<T: Pod>(&mut self, count: usize) -> &mut [T] {
        &mut bytemuck::cast_slice_mut(&mut self.0)[..count]
    }

    /// Fills the block with `wanted` copies of a value, or as many as fit.
    pub fn fill<T: Pod>(&mut self, wanted: usize, value: T) -> &[T] {
        let block = self.room(wanted.min(Self::capacity::<T>()));
        block.fill(value);
        block
    }

    /// Copies elements to the block, and returns them.
    pub fn load<T: Pod>(&mut self, region: Region<'_>, elements: Range<usize>) -> &mut [T] {
        let block = self.room(elements.len());
        region.read(elements.start * size_of::<T>(), bytemuck::cast_slice_mut(block));
        block
    }
}

/// Divides a range into ranges of at most a block each, in order.
pub fn blocks<T>(range: Range<usize>) -> impl DoubleEndedIterator<Item = Range<usize>> {
    let step = Block::capacity::<T>();
    let count = range.len().div_ceil(step);
    (0..count).map(move |block| {
        let start = range.start + block * step;
        start..range.end.min(start + step)
    })
}
