//! Keys sorted in place by a heap: slow, and never slower than n log n.

use crate::kernels::order::Key;
use crate::kernels::rows::Rows;

/// Sorts keys.
pub fn sort<K: Key>(keys: Rows<'_, K>) {
    let count = keys.len();
    for root in (0..count / 2).rev() {
        sift(keys, root, count);
    }
    for end in (1..count).rev() {
        let (greatest, last) = (keys.get(0), keys.get(end));
        keys.put_one(end, greatest);
        keys.put_one(0, last);
        sift(keys, 0, end);
    }
}

/// Lets a key sink to where none below it, before an end, is greater.
fn sift<K: Key>(keys: Rows<'_, K>, mut at: usize, end: usize) {
    let sinking = keys.get(at);
    loop {
        let mut child = 2 * at + 1;
        if child >= end {
            break;
        }
        if child + 1 < end && keys.get(child) < keys.get(child + 1) {
            child += 1;
        }
        let greater = keys.get(child);
        if greater <= sinking {
            break;
        }
        keys.put_one(at, greater);
        at = child;
    }
    keys.put_one(at, sinking);
}
