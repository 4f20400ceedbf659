//! Elements a constant step apart.

use bytemuck::Pod;

use super::Region;

/// A start, a step (negative runs down) and a count, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    pub start: usize,
    pub step: isize,
    pub count: usize,
}

impl Stride {
    fn indices(self) -> impl Iterator<Item = usize> {
        // The last step may leave the index range; it is never used, so it may wrap.
        std::iter::successors(Some(self.start), move |at| {
            Some(at.wrapping_add_signed(self.step))
        })
        .take(self.count)
    }
}

/// Copies the elements of a stride, one after the other, to the start of another region.
pub fn gather(from: Region<'_>, stride: Stride, into: Region<'_>, itemsize: usize) {
    if stride.step == 1 {
        return into.copy_from(0, from.part(stride.start * itemsize, stride.count * itemsize));
    }
    match itemsize {
        1 => gather_elements::<u8>(from, stride, into),
        2 => gather_elements::<u16>(from, stride, into),
        4 => gather_elements::<u32>(from, stride, into),
        _ => gather_elements::<u64>(from, stride, into),
    }
}

fn gather_elements<T: Pod>(from: Region<'_>, stride: Stride, into: Region<'_>) {
    for (to, at) in stride.indices().enumerate() {
        into.put::<T>(to, from.get::<T>(at));
    }
}

/// Spreads elements that lie one after the other over a stride.
pub fn scatter(from: Region<'_>, into: Region<'_>, stride: Stride, itemsize: usize) {
    if stride.step == 1 {
        return into.copy_from(stride.start * itemsize, from.part(0, stride.count * itemsize));
    }
    match itemsize {
        1 => scatter_elements::<u8>(from, into, stride),
        2 => scatter_elements::<u16>(from, into, stride),
        4 => scatter_elements::<u32>(from, into, stride),
        _ => scatter_elements::<u64>(from, into, stride),
    }
}

fn scatter_elements<T: Pod>(from: Region<'_>, into: Region<'_>, stride: Stride) {
    for (index, to) in stride.indices().enumerate() {
        into.put::<T>(to, from.get::<T>(index));
    }
}

/// Closes the gaps that the elements of a rising stride leave. The region then ends `stride.count` elements earlier.
pub fn remove(region: Region<'_>, stride: Stride, itemsize: usize) {
    let step = stride.step.unsigned_abs();
    let mut to = stride.start * itemsize;
    for removed in 0..stride.count {
        let from = (stride.start + removed * step + 1) * itemsize;
        let end = if removed + 1 < stride.count {
            from + (step - 1) * itemsize
        } else {
            region.len()
        };
        region.move_within(from, to, end - from);
        to += end - from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::NonNull;

    #[allow(unsafe_code, reason = "a region over a local buffer")]
    fn over(values: &mut [u16]) -> Region<'_> {
        // SAFETY: the borrow is held by the region for its life.
        unsafe { Region::new(NonNull::from(&mut *values).cast(), size_of_val(values)) }
    }

    #[test]
    fn gathers_scatters_and_removes() {
        let mut values: Vec<u16> = (0..10).collect();
        let mut picked = [0; 4];
        gather(
            over(&mut values),
            Stride {
                start: 9,
                step: -3,
                count: 4,
            },
            over(&mut picked),
            2,
        );
        assert_eq!(picked, [9, 6, 3, 0]);
        scatter(
            over(&mut picked),
            over(&mut values),
            Stride {
                start: 1,
                step: 2,
                count: 4,
            },
            2,
        );
        assert_eq!(values, [0, 9, 2, 6, 4, 3, 6, 0, 8, 9]);
        remove(
            over(&mut values),
            Stride {
                start: 0,
                step: 3,
                count: 4,
            },
            2,
        );
        assert_eq!(values[..6], [9, 2, 4, 3, 0, 8]);
    }

    #[test]
    fn a_step_past_every_index_is_never_taken() {
        let mut values: Vec<u16> = (0..3).collect();
        let mut picked = [0; 1];
        gather(
            over(&mut values),
            Stride {
                start: 2,
                step: isize::MAX,
                count: 1,
            },
            over(&mut picked),
            2,
        );
        assert_eq!(picked, [2]);
        remove(
            over(&mut values),
            Stride {
                start: 1,
                step: isize::MAX,
                count: 1,
            },
            2,
        );
        assert_eq!(values[..2], [0, 2]);
    }
}
