//! Quicksort by vectors, in place. At worst, where pivot after pivot is badly chosen, it leaves the rest to the standard
//! library's sort, so that time never grows faster than n log n.

use std::ops::Range;

use super::lanes::{Compiled, Lanes};
use super::network::MOST_ROWS;
use crate::kernels::order::Key;

/// Vectors read at a time from one end.
const STRIDE: usize = 8;
/// Keys that are looked at to choose a pivot, at most.
const SAMPLE: usize = 64;
/// How many reads ahead memory is asked for: the processor does not see which end is next.
const AHEAD: usize = 3;
/// The most keys of a vector.
const WIDEST: usize = 16;

/// How many times larger than a key's logarithm the tree of partitions may be.
const PATIENCE: u32 = 2;

/// Who a sort is for.
pub trait Customer<Key> {
    /// Takes keys that are in their final order, from first to last.
    fn take(&mut self, keys: &[Key]);

    /// Whether the result is of no use any more.
    fn is_gone(&self) -> bool;
}

/// So many keys are worth to ask first whether they are still wanted.
const WORTH_ASKING: usize = 1 << 16;

/// How deep the tree of partitions of so many keys may be.
pub fn patience(count: usize) -> u32 {
    PATIENCE * count.max(1).ilog2()
}

/// Sorts by so many partitions of partitions at most, and otherwise. Keys are given away as soon as they are in order,
/// while they are at hand.
pub fn sort<L: Compiled>(
    lanes: L,
    mut keys: &mut [L::Key],
    mut depth: u32,
    customer: &mut impl Customer<L::Key>,
) {
    while keys.len() > MOST_ROWS * L::COUNT {
        if keys.len() >= WORTH_ASKING && customer.is_gone() {
            return;
        }
        if depth == 0 {
            keys.sort_unstable();
            return customer.take(keys);
        }
        depth -= 1;
        let pivot = choose_pivot(lanes, keys.len(), |index| keys[index]);
        let mut middle = lanes.partition(keys, pivot);
        if middle == 0 {
            // The pivot is the least key: all that equal it are in place once they are in front.
            middle = match pivot.next() {
                Some(next) => lanes.partition(keys, next),
                None => keys.len(),
            };
            customer.take(&keys[..middle]);
        } else {
            sort(lanes, &mut keys[..middle], depth, customer);
        }
        keys = &mut keys[middle..];
    }
    lanes.sort_few(keys);
    customer.take(keys);
}

/// The middle one of some keys that lie evenly over all.
pub fn choose_pivot<L: Compiled>(lanes: L, length: usize, key_at: impl Fn(usize) -> L::Key) -> L::Key {
    let count = match length {
        0x2_0000.. => SAMPLE,
        0x1000.. => SAMPLE / 2,
        _ => SAMPLE / 4,
    };
    let step = length / count;
    let mut sample = [L::Key::MAX; SAMPLE];
    for (index, key) in sample[..count].iter_mut().enumerate() {
        *key = key_at(step / 2 + index * step);
    }
    lanes.sort_few(&mut sample[..count]);
    sample[count / 2]
}

/// Lays keys down in the gap between two ends: those less than a pivot at its start, the others at its end. Gives what
/// is left of the gap.
#[inline(always)]
pub fn distribute<L: Lanes>(
    lanes: L,
    keys: &[L::Key],
    pivot: L::Key,
    to: &mut [L::Key],
    mut gap: Range<usize>,
) -> Range<usize> {
    let pivots = lanes.splat(pivot);
    for part in keys.chunks(L::COUNT) {
        let vector = lanes.load_some(part);
        let there = (1u32 << part.len()) - 1;
        let less = lanes.less(vector, pivots) & there;
        let count = less.count_ones() as usize;
        lanes.store_chosen(vector, less, &mut to[gap.start..]);
        gap.start += count;
        gap.end -= part.len() - count;
        lanes.store_chosen(vector, !less & there, &mut to[gap.end..]);
    }
    gap
}

/// Puts the keys less than a pivot in front of the others; gives how many there are. Both ends are set aside first, which
/// makes room for what is read from that end which has less of it.
#[inline(always)]
pub fn partition<L: Lanes>(lanes: L, keys: &mut [L::Key], pivot: L::Key) -> usize {
    let stride = STRIDE * L::COUNT;
    let pivots = lanes.splat(pivot);
    let aside = stride + keys.len() % stride;
    let mut ends = [L::Key::MIN; 3 * STRIDE * WIDEST];
    let mut unread = stride..keys.len() - aside;
    ends[..stride].copy_from_slice(&keys[..stride]);
    ends[stride..stride + aside].copy_from_slice(&keys[unread.end..]);

    let (mut low, mut high) = (0, keys.len());
    while !unread.is_empty() {
        let (at, soon) = if unread.start - low <= high - unread.end {
            unread.start += stride;
            let at = unread.start - stride;
            (at, at + AHEAD * stride)
        } else {
            unread.end -= stride;
            (unread.end, unread.end.wrapping_sub(AHEAD * stride))
        };
        for vector in 0..STRIDE {
            lanes.prefetch(keys, soon.wrapping_add(vector * L::COUNT));
        }
        let block = &keys[at..at + stride];
        let mut vectors = [pivots; STRIDE];
        for (vector, keys) in vectors.iter_mut().zip(block.chunks_exact(L::COUNT)) {
            *vector = lanes.load(keys);
        }
        for vector in vectors {
            // Before the first of them either end has room for a stride: two were set aside, and the end with less of it
            // was read from.
            let less = lanes.less(vector, pivots);
            lanes.store_split(vector, less, keys, low, high);
            let count = less.count_ones() as usize;
            low += count;
            high -= L::COUNT - count;
        }
    }
    let gap = distribute(lanes, &ends[..stride + aside], pivot, keys, low..high);
    debug_assert!(gap.is_empty(), "{gap:?}");
    gap.start
}
