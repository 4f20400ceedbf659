//! Sorts keys with the standard library, for processors without vectors.

use bytemuck::Pod;

/// The standard library cannot be cancelled, so it gets the keys in parts. One part takes about 5 ms.
const PART: usize = 1 << 18;

/// Sorts keys, until `is_cancelled` returns true between two parts.
pub fn sort<K: Pod + Ord>(keys: &mut [K], is_cancelled: &impl Fn() -> bool) {
    if is_cancelled() {
        return;
    }
    if keys.len() <= PART {
        return keys.sort_unstable();
    }
    let mut sample: [K; 63] = std::array::from_fn(|index| keys[keys.len() / 63 * index]);
    sample.sort_unstable();
    let middle = partition(keys, sample[31]);
    // With many equal keys the library is fast.
    if middle.min(keys.len() - middle) < keys.len() / 8 {
        return keys.sort_unstable();
    }
    let (lesser, others) = keys.split_at_mut(middle);
    sort(lesser, is_cancelled);
    sort(others, is_cancelled);
}

/// Moves the keys less than a pivot in front of the others. Returns how many there are.
fn partition<K: Pod + Ord>(keys: &mut [K], pivot: K) -> usize {
    let mut middle = 0;
    for index in 0..keys.len() {
        keys.swap(index, middle);
        middle += usize::from(keys[middle] < pivot);
    }
    middle
}
