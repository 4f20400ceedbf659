//! Quicksort by vectors, in place. At worst, where pivot after pivot is badly chosen, it leaves the rest to a heap, so that
//! time never grows faster than n log n.

use bytemuck::Zeroable;

use super::heap;
use super::lanes::{Compiled, Lanes};
use super::network::MOST_ROWS;
use crate::kernels::order::{Key, Ordered};
use crate::kernels::rows::Rows;

/// Vectors read at a time from one end.
const STRIDE: usize = 8;
/// As much of fewer elements than these strides would be set aside, so less is read at a time.
const FEW_STRIDES: usize = 8;
const SHORT_STRIDE: usize = 4;
/// Elements that are looked at to choose a pivot, at most.
const SAMPLE: usize = 64;
/// How many reads ahead memory is asked for: the processor does not see which end is next.
const AHEAD: usize = 3;
/// The most elements of a vector.
const WIDEST: usize = 16;

/// How many times larger than a count's logarithm the tree of partitions may be.
const PATIENCE: u32 = 2;

/// Who a sort is for.
pub trait Customer<T> {
    /// Takes elements that are in their final order, from first to last.
    fn take(&mut self, elements: Rows<'_, T>);

    /// Whether the result is of no use any more.
    fn is_gone(&self) -> bool;
}

/// So many elements are worth to ask first whether they are still wanted.
const WORTH_ASKING: usize = 1 << 16;

/// How deep the tree of partitions of so many elements may be.
pub fn patience(count: usize) -> u32 {
    PATIENCE * count.max(1).ilog2()
}

/// Sorts by so many partitions of partitions at most, and otherwise. Elements are given away as soon as they are in order,
/// while they are at hand. Whatever somebody else writes to them meanwhile, it comes to an end, and stays inside.
pub fn sort<L: Compiled>(
    lanes: L,
    mut elements: Rows<'_, L::Element>,
    mut depth: u32,
    customer: &mut impl Customer<L::Element>,
) {
    while elements.len() > MOST_ROWS * L::COUNT {
        if elements.len() >= WORTH_ASKING && customer.is_gone() {
            return;
        }
        if depth == 0 {
            heap::sort(elements);
            return customer.take(elements);
        }
        depth -= 1;
        let pivot = choose_pivot(lanes, elements);
        let mut middle = lanes.partition(elements, pivot);
        if middle == 0 {
            // The pivot is the least key: all that equal it are in place once they are in front.
            middle = match pivot.next() {
                Some(next) => lanes.partition(elements, next),
                None => elements.len(),
            };
            customer.take(elements.split_at(middle).0);
        } else {
            sort(lanes, elements.split_at(middle).0, depth, customer);
        }
        elements = elements.split_at(middle).1;
    }
    lanes.sort_few(elements);
    customer.take(elements);
}

/// The key in the middle of some that lie evenly over all.
fn choose_pivot<L: Compiled>(lanes: L, elements: Rows<'_, L::Element>) -> L::Key {
    let count = match elements.len() {
        0x2_0000.. => SAMPLE,
        0x1000.. => SAMPLE / 2,
        _ => SAMPLE / 4,
    };
    let step = elements.len() / count;
    let mut sample = [L::Element::zeroed(); SAMPLE];
    for (index, element) in sample[..count].iter_mut().enumerate() {
        *element = elements.get(step / 2 + index * step);
    }
    lanes.sort_few(Rows::of_mut(&mut sample[..count]));
    sample[count / 2].key()
}

/// Puts the elements less than a pivot in front of the others; gives how many there are.
#[inline(always)]
pub fn partition<L: Lanes>(lanes: L, elements: Rows<'_, L::Element>, pivot: L::Key) -> usize {
    if elements.len() < FEW_STRIDES * STRIDE * L::COUNT {
        partition_by::<L, SHORT_STRIDE>(lanes, elements, pivot)
    } else {
        partition_by::<L, STRIDE>(lanes, elements, pivot)
    }
}

/// Both ends are set aside first, which makes room for what is read from that end which has less of it.
#[inline(always)]
fn partition_by<L: Lanes, const STRIDE: usize>(
    lanes: L,
    elements: Rows<'_, L::Element>,
    pivot: L::Key,
) -> usize {
    let stride = STRIDE * L::COUNT;
    let pivot = lanes.pivot(pivot);
    let mut rest = [L::Element::zeroed(); self::STRIDE * WIDEST];
    let rest = &mut rest[..elements.len() % stride];
    let mut unread = stride..elements.len() - rest.len() - stride;
    elements.read(elements.len() - rest.len(), rest);
    let head = lanes.load_many::<STRIDE>(elements, 0);
    let tail = lanes.load_many::<STRIDE>(elements, unread.end);

    let mut gap = 0..elements.len();
    while !unread.is_empty() {
        let (at, soon) = if unread.start - gap.start <= gap.end - unread.end {
            unread.start += stride;
            let at = unread.start - stride;
            (at, at + AHEAD * stride)
        } else {
            unread.end -= stride;
            (unread.end, unread.end.wrapping_sub(AHEAD * stride))
        };
        for vector in 0..STRIDE {
            elements.prefetch(soon.wrapping_add(vector * L::COUNT));
        }
        // Before it either end has room for a stride: two were set aside, and the end with less of it was read from.
        gap = lanes.split(lanes.load_many::<STRIDE>(elements, at), pivot, elements, gap);
    }
    let rest = Rows::of_mut(rest);
    for index in (0..rest.len()).step_by(L::COUNT) {
        let count = L::COUNT.min(rest.len() - index);
        let vector = lanes.load_some(rest, index, count);
        let there = (1u32 << count) - 1;
        let less = lanes.less(vector, pivot) & there;
        let others = !less & there;
        lanes.store_chosen(vector, less, elements, gap.start);
        gap.start += less.count_ones() as usize;
        gap.end -= others.count_ones() as usize;
        lanes.store_chosen(vector, others, elements, gap.end);
    }
    gap = lanes.split(head, pivot, elements, gap);
    gap = lanes.split(tail, pivot, elements, gap);
    debug_assert!(gap.is_empty(), "{gap:?}");
    gap.start
}
