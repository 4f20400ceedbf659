//! Elements in rising order, NaNs last.
//!
//! Where others have the elements too, what is sorted is a copy: they are read once, and written once when they are in
//! order, so that each place has its old or its new element at any moment: what another thread writes meanwhile is lost, and
//! nothing worse. Where nobody else has them, they are sorted in place, as keys: should another thread write to them all the
//! same, elements may be lost, changed or out of order, but nothing outside of them is touched. Elements of one
//! byte, and many of two, are counted instead, which takes no memory to speak of.

mod counting;
mod keys;
mod scalar;
#[cfg(target_arch = "x86_64")]
mod vectors;

use super::Region;
use super::block::{Block, blocks};
use super::dispatch::Level;
use super::order::Ordered;
use super::reorder;
use super::rows::Rows;
use crate::for_scalar;
use crate::typecode::Scalar;
use keys::{SortKey, Sortable};

/// Where elements may be while they are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Each in its old place or its new one.
    OldOrNew,
    /// Anywhere among the others, and a few of them in the sort's hands.
    Anywhere,
}

/// How many words of memory [`sort`] needs.
pub fn scratch_words(scalar: Scalar, count: usize, place: Place) -> usize {
    for_scalar!(scalar, T => words_at::<T>(Level::best(), count, place))
}

fn words_at<T: Sortable>(level: Level, count: usize, place: Place) -> usize {
    if T::is_counted(count) || (level > Level::Portable && is_in_place::<T>(place)) {
        return 0;
    }
    (count * size_of::<T::Wide>()).div_ceil(size_of::<u64>())
}

/// Whether vectors sort keys where the elements are: only if they have the same size.
fn is_in_place<T: Sortable>(place: Place) -> bool {
    place == Place::Anywhere && size_of::<T>() == size_of::<T::Wide>()
}

/// When a sort is to leave the elements as they are, and how it is to treat them.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// [`Place::Anywhere`] only where the sort cannot be called off.
    pub place: Place,
    /// Asked once all is read, before anything is written: whether what was read is what was there.
    pub is_read: &'a dyn Fn() -> bool,
    /// Asked now and then, where the sort can be called off: then it writes nothing before all is in order.
    pub is_called_off: Option<&'a dyn Fn() -> bool>,
    /// Does the writing of a sort that can be called off, unless it is too late for that; says whether it did.
    pub write: &'a dyn Fn(&mut dyn FnMut()) -> bool,
}

impl Terms<'_> {
    fn is_called_off(&self) -> bool {
        self.is_called_off.is_some_and(|is_called_off| is_called_off())
    }

    fn is_off(&self) -> bool {
        self.is_called_off() || !(self.is_read)()
    }
}

/// Sorts the elements, or leaves them; says whether they are sorted.
///
/// # Panics
/// If the scratch memory has not the words of [`scratch_words`].
pub fn sort(region: Region<'_>, scalar: Scalar, scratch: &mut [u64], terms: Terms<'_>) -> bool {
    for_scalar!(scalar, T => sort_at::<T>(Level::best(), region, scratch, terms))
}

fn sort_at<T: Sortable>(level: Level, region: Region<'_>, scratch: &mut [u64], terms: Terms<'_>) -> bool {
    let count = region.len() / size_of::<T>();
    if count < 2 || is_run::<T>(level, region, |key, next| key <= next) {
        return true;
    }
    if is_run::<T>(level, region, |key, next| key >= next) {
        return !terms.is_off() && (terms.write)(&mut || reorder::reverse(region, size_of::<T>()));
    }
    if T::is_counted(count) {
        return T::count(region, terms);
    }
    T::Wide::sort::<T>(level, region, scratch, terms)
}

/// Sorts a copy by the standard library, which must have it for itself.
fn sort_copy<T: Sortable>(region: Region<'_>, scratch: &mut [u64], terms: Terms<'_>) -> bool {
    let elements = region.rows::<T>(0..region.len() / size_of::<T>());
    let keys = &mut bytemuck::cast_slice_mut(scratch)[..elements.len()];
    keys::convert(elements, Rows::of_mut(keys), T::wide_key);
    if terms.is_off() {
        return false;
    }
    match terms.is_called_off {
        Some(is_called_off) => scalar::sort(keys, &is_called_off),
        None => keys.sort_unstable(),
    }
    let mut write = || keys::convert(Rows::of_mut(keys), elements, T::of_wide_key);
    !terms.is_called_off() && (terms.write)(&mut write)
}

/// Whether all pairs of neighbours are in some order. Stops at the first block that has one out of order.
fn is_run<T: Ordered>(level: Level, region: Region<'_>, is_pair: impl Fn(T::Key, T::Key) -> bool) -> bool {
    let mut block = Block::new();
    let mut last = None;
    blocks::<T>(0..region.len() / size_of::<T>()).all(|part| {
        let elements = block.load::<T>(region, part);
        let goes_on = last.is_none_or(|last| is_pair(last, elements[0].key()));
        last = elements.last().map(|element| element.key());
        level.run(
            #[inline(always)]
            || {
                let pairs = elements.windows(2);
                pairs.fold(goes_on, |all, pair| all & is_pair(pair[0].key(), pair[1].key()))
            },
        )
    })
}

#[cfg(test)]
mod tests;
