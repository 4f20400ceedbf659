//! Quicksort by vectors, in place.
//!
//! The idea: a vector is compared with the pivot at once, and one shuffle moves its lesser keys to the front. The whole
//! vector is then stored twice, at the start and at the end of a gap: what does not belong at either end is overwritten
//! by the next. So no step depends on the outcome of a comparison but by how far the two ends of the gap move.
//!
//! 1. Choose the middle of a few keys that lie evenly over all as the pivot.
//! 2. Partition: set the keys at both ends aside, which makes the gap. Then read strides of vectors from that end whose
//!    side of the gap is smaller, so that there is always room, and store their keys in the gap. At last store the keys that
//!    were set aside.
//! 3. Sort both parts likewise, the lesser first. A part of few keys is sorted in registers (`network`).
//! 4. If nothing is less than the pivot, it is the least key. Partition by the next greater one then: all that equal the
//!    pivot are in order, however many they are.
//! 5. If pivots are so bad that the recursion gets deep, sort the part by a heap. So time grows by n log n at worst.
//!
//! Others may write the keys at any time. So a key is read once into a register, where it is compared and from where it is
//! written, and all positions follow from counts of lanes: whatever the keys are, both ends of the gap stay inside.
#![allow(unsafe_code, reason = "reads and writes whole vectors")]

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::heap;
use super::instruction_set::{MOST_LANES, Vectors};
use super::network::sort_few;
use crate::kernels::order::Key;
use crate::kernels::rows::{LINE, Rows, prefetch};

/// Vectors read at a time from one end.
const STRIDE: usize = 8;
/// How many strides ahead memory is asked for: the processor does not see which end is next.
const AHEAD: usize = 3;
/// Keys that are looked at to choose a pivot, at most.
const SAMPLE: usize = 64;
/// How many times larger than a count's logarithm the depth of the recursion may be.
const DEPTH_FACTOR: u32 = 2;
/// Before each part of at least so many keys the sort asks whether it was cancelled.
const POLL_LEAST: usize = 1 << 16;

/// How deep the recursion may be for so many keys.
pub fn depth_for(count: usize) -> u32 {
    DEPTH_FACTOR * count.max(1).ilog2()
}

/// Sorts keys, and passes them to `take` as soon as they are in their final order, from first to last, while they are in the
/// cache. Stops when `is_cancelled` returns true.
pub fn sort<V: Vectors>(
    vectors: V,
    mut keys: Rows<'_, V::Key>,
    mut depth: u32,
    take: &mut impl FnMut(Rows<'_, V::Key>),
    is_cancelled: &impl Fn() -> bool,
) {
    while keys.len() > V::ROWS * V::LANES {
        if keys.len() >= POLL_LEAST && is_cancelled() {
            return;
        }
        if depth == 0 {
            heap::sort(keys);
            return take(keys);
        }
        depth -= 1;
        let pivot = choose_pivot(vectors, keys, |key| key);
        let mut middle = partition(vectors, keys, pivot, |key| key);
        if middle == 0 {
            middle = match pivot.next() {
                Some(next) => partition(vectors, keys, next, |key| key),
                None => keys.len(),
            };
            take(keys.split_at(middle).0);
        } else {
            sort(vectors, keys.split_at(middle).0, depth, take, is_cancelled);
        }
        keys = keys.split_at(middle).1;
    }
    sort_few(vectors, keys);
    take(keys);
}

/// The median of a sample that is spread evenly over all elements.
pub fn choose_pivot<V: Vectors, T: Pod>(
    vectors: V,
    elements: Rows<'_, T>,
    key_of: impl Fn(T) -> V::Key,
) -> V::Key {
    let count = match elements.len() {
        0x2_0000.. => SAMPLE,
        0x1000.. => SAMPLE / 2,
        len => len.min(SAMPLE / 4),
    };
    let step = elements.len() / count;
    let mut sample = [V::Key::zeroed(); SAMPLE];
    for (index, key) in sample[..count].iter_mut().enumerate() {
        *key = key_of(elements.get(step / 2 + index * step));
    }
    sort_few(vectors, Rows::of_mut(&mut sample[..count]));
    sample[count / 2]
}

/// Replaces elements by their keys, those less than a pivot first; returns how many these are.
pub fn partition<V: Vectors, T: Pod>(
    vectors: V,
    elements: Rows<'_, T>,
    pivot: V::Key,
    key_of: impl Fn(T) -> V::Key,
) -> usize {
    let stride = STRIDE * V::LANES;
    let (head, tail) = match elements.len() {
        len if len < 2 * stride => (len, len),
        len => (stride, len - len % stride - stride),
    };
    let mut aside = [V::Vector::zeroed(); 3 * STRIDE];
    let aside = &mut bytemuck::cast_slice_mut::<_, T>(&mut aside)[..head + elements.len() - tail];
    elements.read(0, &mut aside[..head]);
    elements.read(tail, &mut aside[head..]);

    let keys = elements.region().rows::<V::Key>(0..elements.len());
    V::LEVEL.run(
        #[inline(always)]
        || {
            let pivot = vectors.splat(pivot);
            let (mut unread, mut gap) = (head..tail, 0..keys.len());
            while !unread.is_empty() {
                let (at, soon) = if unread.start - gap.start <= gap.end - unread.end {
                    unread.start += stride;
                    (
                        unread.start - stride,
                        unread.start + AHEAD.wrapping_sub(1) * stride,
                    )
                } else {
                    unread.end -= stride;
                    (unread.end, unread.end.wrapping_sub(AHEAD * stride))
                };
                for vector in (0..STRIDE).step_by(LINE.div_ceil(size_of::<V::Vector>())) {
                    prefetch(elements.address(soon.wrapping_add(vector * V::LANES)));
                }
                partition_vectors::<V, T, STRIDE>(vectors, elements, at, pivot, keys, &mut gap, &key_of);
            }
            partition_all(vectors, Rows::of_mut(aside), pivot, keys, &mut gap, &key_of);
            gap.start
        },
    )
}

/// Writes the keys of elements to other memory, those less than a pivot first; returns how many these are.
pub fn partition_into<V: Vectors, T: Pod>(
    vectors: V,
    elements: Rows<'_, T>,
    keys: Rows<'_, V::Key>,
    pivot: V::Key,
    key_of: impl Fn(T) -> V::Key,
) -> usize {
    V::LEVEL.run(
        #[inline(always)]
        || {
            let mut gap = 0..elements.len();
            partition_all(vectors, elements, vectors.splat(pivot), keys, &mut gap, &key_of);
            gap.start
        },
    )
}

/// Stores the keys of as many elements in a gap as it is long.
#[inline(always)]
fn partition_all<V: Vectors, T: Pod>(
    vectors: V,
    elements: Rows<'_, T>,
    pivot: V::Vector,
    keys: Rows<'_, V::Key>,
    gap: &mut Range<usize>,
    key_of: &impl Fn(T) -> V::Key,
) {
    // What is less than a vector comes first: from then on the gap is as long as the vectors are, or longer by one at least,
    // and storing one at its end spoils nothing at its start. It is filled up with keys that are never less than a pivot.
    let count = elements.len() % V::LANES;
    let whole = elements.len() - count;
    let mut rest = [vectors.splat(V::Key::MAX)];
    for (index, key) in bytemuck::cast_slice_mut(&mut rest)[..count]
        .iter_mut()
        .enumerate()
    {
        *key = key_of(elements.get(whole + index));
    }
    let (split, less) = vectors.split(rest[0], pivot);
    let rest = bytemuck::cast_slice::<_, V::Key>(std::slice::from_ref(&split));
    gap.end -= count - less;
    for (at, range) in [(gap.start, 0..less), (gap.end, less..count)] {
        keys.region()
            .write(at * size_of::<V::Key>(), bytemuck::cast_slice(&rest[range]));
    }
    gap.start += less;

    let strides = whole - whole % (STRIDE * V::LANES);
    for at in (0..strides).step_by(STRIDE * V::LANES) {
        partition_vectors::<V, T, STRIDE>(vectors, elements, at, pivot, keys, gap, key_of);
    }
    for at in (strides..whole).step_by(V::LANES) {
        partition_vectors::<V, T, 1>(vectors, elements, at, pivot, keys, gap, key_of);
    }
}

/// Stores the keys of some vectors of elements in a gap: those less than the pivot at its start, the others at its end.
#[inline(always)]
fn partition_vectors<V: Vectors, T: Pod, const COUNT: usize>(
    vectors: V,
    elements: Rows<'_, T>,
    at: usize,
    pivot: V::Vector,
    keys: Rows<'_, V::Key>,
    gap: &mut Range<usize>,
    key_of: &impl Fn(T) -> V::Key,
) {
    let from = elements.pointer(at, COUNT * V::LANES);
    // All are read before any is written.
    let mut loaded = [pivot; COUNT];
    for (number, vector) in loaded.iter_mut().enumerate() {
        let mut row = [V::Key::zeroed(); MOST_LANES];
        for (lane, key) in row[..V::LANES].iter_mut().enumerate() {
            // SAFETY: so many elements are there, and every bit pattern is a T.
            *key = key_of(unsafe { from.wrapping_add(number * V::LANES + lane).read_unaligned() });
        }
        *vector = bytemuck::pod_read_unaligned(bytemuck::cast_slice(&row[..V::LANES]));
    }
    // Each vector makes the gap shorter by its lanes, so that the next fits as well.
    assert!(gap.len() >= COUNT * V::LANES);
    let start = keys.pointer(gap.start, gap.len()).wrapping_sub(gap.start);
    for vector in loaded {
        let (split, less) = vectors.split(vector, pivot);
        // SAFETY: a vector fits into the gap, which is inside, and the caller may write.
        unsafe {
            start
                .wrapping_add(gap.start)
                .cast::<V::Vector>()
                .write_unaligned(split)
        };
        gap.start += less;
        // SAFETY: as above.
        unsafe {
            start
                .wrapping_add(gap.end - V::LANES)
                .cast::<V::Vector>()
                .write_unaligned(split)
        };
        gap.end -= V::LANES - less;
    }
}
