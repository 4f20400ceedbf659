//! Python's list operations on elements that lie in a `Vec` of bytes, written as plainly as can be.

use mmap_array::array::slice::Bounds;

/// The indices that a slice means, walked one by one as Python's words have it; `None` for a step of 0.
pub fn indices(length: u64, bounds: Bounds) -> Option<Vec<usize>> {
    let length = i128::from(length);
    let step = i128::from(bounds.step.unwrap_or(1));
    let inside = |at: i64| {
        let at = if at < 0 {
            i128::from(at) + length
        } else {
            at.into()
        };
        if step > 0 {
            at.clamp(0, length)
        } else {
            at.clamp(-1, length - 1)
        }
    };
    let mut at = bounds.start.map_or(if step > 0 { 0 } else { length - 1 }, inside);
    let stop = bounds.stop.map_or(if step > 0 { length } else { -1 }, inside);
    let mut picked = vec![];
    while step != 0 && (if step > 0 { at < stop } else { at > stop }) {
        picked.push(at as usize);
        at += step;
    }
    (step != 0).then_some(picked)
}

/// Where `insert`, and the bounds of `index`, put an index.
pub fn clamped(length: usize, index: i64) -> usize {
    let at = if index < 0 {
        i128::from(index) + length as i128
    } else {
        index.into()
    };
    at.clamp(0, length as i128) as usize
}

/// Takes elements out, by their indices in any order.
pub fn delete(bytes: &mut Vec<u8>, size: usize, picked: &[usize]) {
    let mut is_kept = vec![true; bytes.len() / size];
    picked.iter().for_each(|at| is_kept[*at] = false);
    let mut kept = is_kept.into_iter();
    let elements = bytes.chunks(size).filter(|_| kept.next() == Some(true));
    *bytes = elements.flatten().copied().collect();
}

/// Lays elements over those of the given indices.
pub fn scatter(bytes: &mut [u8], size: usize, picked: &[usize], source: &[u8]) {
    for (from, at) in picked.iter().enumerate() {
        bytes[at * size..(at + 1) * size].copy_from_slice(&source[from * size..(from + 1) * size]);
    }
}
