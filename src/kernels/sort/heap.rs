//! Elements sorted in place by a heap: slow, and never slower than n log n.

use crate::kernels::order::Ordered;
use crate::kernels::rows::Rows;

/// Sorts elements.
pub fn sort<T: Ordered>(elements: Rows<'_, T>) {
    let count = elements.len();
    for root in (0..count / 2).rev() {
        sift(elements, root, count);
    }
    for end in (1..count).rev() {
        let (greatest, last) = (elements.get(0), elements.get(end));
        elements.put_one(end, greatest);
        elements.put_one(0, last);
        sift(elements, 0, end);
    }
}

/// Lets an element sink to where none below it, before an end, is greater.
fn sift<T: Ordered>(elements: Rows<'_, T>, mut at: usize, end: usize) {
    let sinking = elements.get(at);
    loop {
        let mut child = 2 * at + 1;
        if child >= end {
            break;
        }
        if child + 1 < end && elements.get(child).key() < elements.get(child + 1).key() {
            child += 1;
        }
        let greater = elements.get(child);
        if greater.key() <= sinking.key() {
            break;
        }
        elements.put_one(at, greater);
        at = child;
    }
    elements.put_one(at, sinking);
}
