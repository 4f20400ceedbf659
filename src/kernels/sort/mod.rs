//! Elements in rising order, NaNs last.
//!
//! Where others have the elements too, what is sorted is a copy: they are read once, and written once when they are in
//! order, so that each place has its old or its new element at any moment: what another thread writes meanwhile is lost, and
//! nothing worse. Where nobody else has them, they are sorted in place, as keys: should another thread write to them all the
//! same, elements may be lost, changed or out of order, but nothing outside of them is touched. Elements of one
//! byte, and many of two, are counted instead, which takes no memory to speak of.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod counting;
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "vectors sort on x86-64 alone")
)]
mod heap;
mod keys;
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "vectors sort on x86-64 alone")
)]
mod network;
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "vectors sort on x86-64 alone")
)]
mod quick;
mod scalar;
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(
        dead_code,
        unused_imports,
        unused_macros,
        reason = "vectors sort on x86-64 alone"
    )
)]
mod vectors;

use std::any::TypeId;

use super::Region;
use super::block::{Block, blocks};
use super::dispatch::Level;
use super::order::Ordered;
use super::reorder;
use super::rows::Rows;
use crate::for_scalar;
use crate::typecode::Scalar;
use keys::{SortKey, Sortable};
use vectors::Vectors;

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

/// Sorts the keys of elements, and makes elements of them again.
#[cfg_attr(
    not(target_arch = "x86_64"),
    allow(dead_code, reason = "vectors sort on x86-64 alone")
)]
fn sort_keys<V: Vectors, T: Sortable<Wide = V::Key>>(
    vectors: V,
    region: Region<'_>,
    scratch: &mut [u64],
    terms: Terms<'_>,
) -> bool {
    let count = region.len() / size_of::<T>();
    let elements = region.rows::<T>(0..count);
    let pivot = quick::choose_pivot(vectors, elements, T::wide_key);
    // 1. The first partition makes keys of the elements on the way.
    let (keys, middle) = if is_in_place::<T>(terms.place) {
        if !(terms.is_read)() {
            return false;
        }
        let middle = quick::partition(vectors, elements, pivot, T::wide_key);
        (region.rows(0..count), middle)
    } else {
        let keys = Region::of_mut(scratch).rows(0..count);
        let middle = quick::partition_into(vectors, elements, keys, pivot, T::wide_key);
        if terms.is_off() {
            return false;
        }
        (keys, middle)
    };
    // 2. What is in order becomes elements while it is in the cache, or, if the sort can be called off, once all is.
    let mut written = 0;
    let has_elements = is_in_place::<T>(terms.place) && TypeId::of::<T>() == TypeId::of::<T::Wide>();
    let mut write = |sorted: Rows<'_, T::Wide>| {
        if has_elements {
            return;
        }
        let end = written + sorted.len();
        V::LEVEL.run(
            #[inline(always)]
            || keys::convert(sorted, region.rows::<T>(written..end), T::of_wide_key),
        );
        written = end;
    };
    let mut take = |sorted: Rows<'_, T::Wide>| {
        if terms.is_called_off.is_none() {
            write(sorted);
        }
    };
    let (lesser, others) = keys.split_at(middle);
    for part in [lesser, others] {
        let depth = quick::depth_for(count);
        quick::sort(vectors, part, depth, &mut take, &|| terms.is_called_off());
    }
    match terms.is_called_off {
        Some(_) => !terms.is_called_off() && (terms.write)(&mut || write(keys)),
        None => true,
    }
}

/// Whether all pairs of neighbours are in some order: it is seen early where they are not.
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
