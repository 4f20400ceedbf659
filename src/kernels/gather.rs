//! Copies and removes elements a constant step apart.
#![allow(
    unsafe_code,
    reason = "reads and writes shared memory without a check for each element, once all are known to be inside"
)]

use std::ptr::NonNull;

use bytemuck::Pod;

use super::block::Block;
use super::dispatch::{Level, for_size};
use super::{Region, any_size};

/// A start, a step, which may be negative, and a count, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    pub start: usize,
    pub step: isize,
    pub count: usize,
}

impl Stride {
    #[inline(always)]
    pub const fn with_step(self, step: isize) -> Stride {
        Stride { step, ..self }
    }
}

/// Copies the elements of a stride to the start of another region, without gaps.
pub fn gather(from: Region<'_>, stride: Stride, into: Region<'_>, itemsize: usize) {
    if stride.step == 1 {
        return into.copy_from(0, from.part(stride.start * itemsize, stride.count * itemsize));
    }
    let all = in_a_row(stride.count);
    copy(Level::best(), from, stride, into, all, itemsize);
}

/// Copies elements without gaps to a stride.
pub fn scatter(from: Region<'_>, into: Region<'_>, stride: Stride, itemsize: usize) {
    if stride.step == 1 {
        return into.copy_from(stride.start * itemsize, from.part(0, stride.count * itemsize));
    }
    let all = in_a_row(stride.count);
    copy(Level::best(), from, all, into, stride, itemsize);
}

fn in_a_row(count: usize) -> Stride {
    Stride {
        start: 0,
        step: 1,
        count,
    }
}

fn copy(level: Level, from: Region<'_>, of: Stride, into: Region<'_>, to: Stride, itemsize: usize) {
    // For AVX-512 the compiler would load with gather instructions and store with scatter instructions, which take at least twice as
    // long as single loads and stores.
    let level = level.min(Level::Avx2);
    level.run(
        #[inline(always)]
        || {
            for_size!(
                itemsize,
                T => copy_elements::<T>(from, of, into, to),
                else any_size::copy(from, of, into, to, itemsize)
            )
        },
    );
}

/// The compiler makes vectors of the loop for the steps that are constants here.
#[inline(always)]
fn copy_elements<T: Pod>(from: Region<'_>, of: Stride, into: Region<'_>, to: Stride) {
    macro_rules! copy {
        ($source:expr, $target:expr) => {
            copy_strided::<T>(from, of.with_step($source), into, to.with_step($target))
        };
    }
    match (of.step, to.step) {
        (-1, 1) => copy!(-1, 1),
        (2, 1) => copy!(2, 1),
        (3, 1) => copy!(3, 1),
        (4, 1) => copy!(4, 1),
        (1, -1) => copy!(1, -1),
        (1, 2) => copy!(1, 2),
        (source, target) => copy!(source, target),
    }
}

/// Copies the elements of a stride to those of another one, in order. If both steps are 1, a plain copy is faster.
///
/// # Panics
/// If the elements are not all inside.
#[inline(always)]
pub fn copy_strided<T: Pod>(from: Region<'_>, of: Stride, into: Region<'_>, to: Stride) {
    let source = strided::<T>(from, of).as_ptr();
    let target = strided::<T>(into, to).as_ptr();
    for index in 0..of.count.min(to.count) as isize {
        // SAFETY: the first and the last element lie inside, and so do those between them.
        let element = unsafe { source.wrapping_offset(index * of.step).read_unaligned() };
        // SAFETY: as above, and the caller may write.
        unsafe { target.wrapping_offset(index * to.step).write_unaligned(element) };
    }
}

/// The address of the first element of a stride, all of which is inside the region.
fn strided<T: Pod>(region: Region<'_>, stride: Stride) -> NonNull<T> {
    let Some(steps) = stride.count.checked_sub(1) else {
        return NonNull::dangling();
    };
    let distance = stride.step.checked_mul(steps as isize);
    let last = distance.and_then(|distance| stride.start.checked_add_signed(distance));
    let there = region.len() / size_of::<T>();
    let inside = stride.start < there && last.is_some_and(|last| last < there);
    assert!(inside, "{stride:?} of a region of {} bytes", region.len());
    region.elements(&(stride.start..stride.start + 1))
}

/// Closes the gaps that the elements of a rising stride leave. The region then ends `stride.count` elements earlier.
pub fn remove(region: Region<'_>, stride: Stride, itemsize: usize) {
    let Some(last) = stride.count.checked_sub(1) else {
        return;
    };
    let mut from = stride.start * itemsize;
    let mut to = from;
    // With one element the step has no effect, and may be any number.
    if last > 0 {
        let step = stride.step.unsigned_abs();
        let (period, kept) = (step * itemsize, (step - 1) * itemsize);
        if kept < FAR && matches!(itemsize, 1 | 2 | 4 | 8) {
            close_gaps(Level::best(), region.part(from, last * period), step, itemsize);
        } else {
            for gap in 0..last {
                region.move_within(from + gap * period + itemsize, to + gap * kept, kept);
            }
        }
        from += last * period;
        to += last * kept;
    }
    let rest = from + itemsize;
    region.move_within(rest, to, region.len() - rest);
}

/// From this size on, the bytes between two gaps are moved one by one.
const FAR: usize = 128;

/// Drops the first element of every `step` in a region of whole steps.
fn close_gaps(level: Level, region: Region<'_>, step: usize, itemsize: usize) {
    level.run(
        #[inline(always)]
        || for_size!(itemsize, T => close_element_gaps::<T>(region, step)),
    );
}

#[inline(always)]
fn close_element_gaps<T: Pod>(region: Region<'_>, step: usize) {
    let (mut block, mut kept) = (Block::new(), Block::new());
    let most = Block::capacity::<T>() / step * step;
    let count = region.len() / size_of::<T>();
    for start in (0..count).step_by(most) {
        let periods = &*block.load::<T>(region, start..count.min(start + most));
        let kept = kept.room::<T>(periods.len() / step * (step - 1));
        // The compiler makes vectors of it for the steps that are constants here.
        match step {
            2 => keep_rest(periods, 2, kept),
            3 => keep_rest(periods, 3, kept),
            4 => keep_rest(periods, 4, kept),
            _ => keep_rest(periods, step, kept),
        }
        region.write(
            start / step * (step - 1) * size_of::<T>(),
            bytemuck::cast_slice(kept),
        );
    }
}

#[inline(always)]
fn keep_rest<T: Pod>(periods: &[T], step: usize, kept: &mut [T]) {
    for (period, kept) in periods.chunks_exact(step).zip(kept.chunks_exact_mut(step - 1)) {
        kept.copy_from_slice(&period[1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gather_of_a_stride_outside_panics() {
        let bytes = [0u8; 9];
        let stride = |start, step, count| Stride { start, step, count };
        for (of, is_inside) in [
            (stride(0, 4, 3), true),
            (stride(0, 4, 4), false),
            (stride(8, -4, 3), true),
            (stride(8, -4, 4), false),
            (stride(9, 1, 1), false),
            (stride(9, 1, 0), true),
            (stride(8, isize::MAX, 1), true),
            (stride(8, isize::MIN, 2), false),
            (stride(0, isize::MAX, 3), false),
        ] {
            let checked = std::panic::catch_unwind(|| strided::<u8>(Region::of(&bytes), of));
            assert_eq!(checked.is_ok(), is_inside, "{of:?}");
        }
    }

    fn stride(start: usize, step: isize, count: usize) -> Stride {
        Stride { start, step, count }
    }

    fn check<T: Pod + PartialEq + std::fmt::Debug>(make: impl Fn(usize) -> T) {
        let size = size_of::<T>();
        // Miri takes minutes for the longer ones.
        let most = if cfg!(miri) { 3 } else { 9 };
        for length in [1, 2, 65, 3, 63, 64, 130, 2000, 9001].into_iter().take(most) {
            let values: Vec<T> = (0..length).map(&make).collect();
            for step in [2, 3, 4, 5, 7, 16, 17, 150, 5000, isize::MAX] {
                for start in [0, 1, length / 2] {
                    let picked: Vec<T> = values
                        .iter()
                        .copied()
                        .skip(start)
                        .step_by(step as usize)
                        .collect();
                    let rising = stride(start, step, picked.len());
                    let Some(steps) = picked.len().checked_sub(1) else {
                        continue;
                    };
                    let falling = stride(
                        start + steps * if steps == 0 { 0 } else { step as usize },
                        -step,
                        picked.len(),
                    );
                    for level in Level::available() {
                        let bytes = Region::of(bytemuck::cast_slice(&values));
                        let mut found = picked.clone();
                        found.fill(make(12345));
                        let there = in_a_row(picked.len());
                        copy(level, bytes, rising, Region::of_mut(&mut found), there, size);
                        assert!(found == picked, "{level:?} {rising:?}");
                        copy(level, bytes, falling, Region::of_mut(&mut found), there, size);
                        found.reverse();
                        assert!(found == picked, "{level:?} {falling:?}");

                        let mut spread = values.clone();
                        let others: Vec<T> = (0..picked.len()).map(|n| make(n + 77)).collect();
                        let source = Region::of(bytemuck::cast_slice(&others));
                        copy(level, source, there, Region::of_mut(&mut spread), rising, size);
                        let mut expected = values.clone();
                        for (target, value) in expected
                            .iter_mut()
                            .skip(start)
                            .step_by(step as usize)
                            .zip(&others)
                        {
                            *target = *value;
                        }
                        assert!(spread == expected, "{level:?} {rising:?}");
                    }
                    let mut left = values.clone();
                    remove(Region::of_mut(&mut left), rising, size);
                    left.truncate(length - picked.len());
                    let expected: Vec<T> = values
                        .iter()
                        .enumerate()
                        .filter(|(n, _)| *n < start || !(n - start).is_multiple_of(step as usize))
                        .map(|(_, value)| *value)
                        .collect();
                    assert!(left == expected, "{rising:?} removed from {length}");
                }
            }
        }
    }

    #[test]
    fn every_step_and_size_of_element() {
        check(|n| n as u8);
        check(|n| n as u16);
        check(|n| n as u32);
        check(|n| n as u64);
    }

    #[test]
    fn remove_gives_the_same_at_every_level() {
        let values: Vec<u16> = (0..180 * 33).collect();
        for level in Level::available() {
            for step in [2usize, 3, 4, 5, 9] {
                let mut left = values.clone();
                close_gaps(level, Region::of_mut(&mut left), step, 2);
                let expected: Vec<u16> = values
                    .iter()
                    .copied()
                    .filter(|n| !(*n as usize).is_multiple_of(step))
                    .collect();
                assert!(left[..expected.len()] == expected, "{level:?}, step {step}");
            }
        }
    }

    #[test]
    fn gather_and_scatter_backwards_restore_the_elements() {
        let mut values: Vec<u32> = (0..1000).collect();
        let expected: Vec<u32> = (0..1000).rev().collect();
        let mut reversed = vec![0u32; 1000];
        gather(
            Region::of_mut(&mut values),
            stride(999, -1, 1000),
            Region::of_mut(&mut reversed),
            4,
        );
        assert_eq!(reversed, expected);
        scatter(
            Region::of_mut(&mut reversed),
            Region::of_mut(&mut values),
            stride(999, -1, 1000),
            4,
        );
        assert_eq!(values[..3], [0, 1, 2]);
    }
}
