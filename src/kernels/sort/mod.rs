//! Sorts elements, the least first and NaNs last.
//!
//! If others may read the elements, a copy is sorted: the elements are read once, and written once when they are in order. So each
//! element is its old or its new value at any moment, and what another thread writes meanwhile is lost. If nobody else may read
//! them, they are sorted in place, as keys. If another thread writes to them nevertheless, elements can be lost, changed or out of
//! order, but no other memory is touched. Elements of one byte, and many of two, are counted instead, which takes next to no
//! memory.

mod counting;
mod keys;
mod records;
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
pub use records::{record_scratch_words, sort_records};

/// Who may read the elements while they are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Each element has its old or its new value.
    Others,
    /// The region may hold elements in any order, and some only in registers.
    None,
}

/// How many words of memory [`sort`] needs.
pub fn scratch_words(scalar: Scalar, count: usize, readers: Readers) -> usize {
    for_scalar!(scalar, T => words_at::<T>(Level::best(), count, readers))
}

fn words_at<T: Sortable>(level: Level, count: usize, readers: Readers) -> usize {
    if T::is_counted(count) || (level > Level::Portable && is_in_place::<T>(readers)) {
        return 0;
    }
    (count * size_of::<T::Wide>()).div_ceil(size_of::<u64>())
}

/// Whether vectors sort keys where the elements are: only if they have the same size.
fn is_in_place<T: Sortable>(readers: Readers) -> bool {
    readers == Readers::None && size_of::<T>() == size_of::<T::Wide>()
}

/// How a sort treats the elements, and when it leaves them as they are.
#[derive(Clone, Copy)]
pub struct SortOptions<'a> {
    /// [`Readers::None`] only if the sort cannot be cancelled.
    pub readers: Readers,
    /// Asked after everything was read and before anything is written: false if zeros may have been read in place of the file.
    pub is_source_intact: &'a dyn Fn() -> bool,
    /// Asked from time to time, if the sort can be cancelled. Such a sort writes nothing before it has sorted all.
    pub is_cancelled: Option<&'a dyn Fn() -> bool>,
    /// Calls the function that writes the result, unless the job was abandoned. Returns whether it did.
    pub write: &'a dyn Fn(&mut dyn FnMut()) -> bool,
}

impl SortOptions<'_> {
    fn is_cancelled(&self) -> bool {
        self.is_cancelled.is_some_and(|is_cancelled| is_cancelled())
    }

    fn must_stop(&self) -> bool {
        self.is_cancelled() || !(self.is_source_intact)()
    }
}

/// Sorts the elements. Returns false if it left them as they were.
///
/// # Panics
/// If the scratch memory is shorter than [`scratch_words`].
pub fn sort(region: Region<'_>, scalar: Scalar, scratch: &mut [u64], options: SortOptions<'_>) -> bool {
    for_scalar!(scalar, T => sort_at::<T>(Level::best(), region, scratch, options))
}

fn sort_at<T: Sortable>(
    level: Level,
    region: Region<'_>,
    scratch: &mut [u64],
    options: SortOptions<'_>,
) -> bool {
    let count = region.len() / size_of::<T>();
    if count < 2 || is_run::<T>(level, region, |key, next| key <= next) {
        return true;
    }
    if is_run::<T>(level, region, |key, next| key >= next) {
        return !options.must_stop() && (options.write)(&mut || reorder::reverse(region, size_of::<T>()));
    }
    if T::is_counted(count) {
        return T::count(region, options);
    }
    T::Wide::sort::<T>(level, region, scratch, options)
}

/// Sorts a copy with the standard library, which needs memory that nobody else writes.
fn sort_copy<T: Sortable>(region: Region<'_>, scratch: &mut [u64], options: SortOptions<'_>) -> bool {
    let elements = region.rows::<T>(0..region.len() / size_of::<T>());
    let keys = &mut bytemuck::cast_slice_mut(scratch)[..elements.len()];
    keys::convert(elements, Rows::of_mut(keys), T::wide_key);
    if options.must_stop() {
        return false;
    }
    match options.is_cancelled {
        Some(is_cancelled) => scalar::sort(keys, &is_cancelled),
        None => keys.sort_unstable(),
    }
    let mut write = || keys::convert(Rows::of_mut(keys), elements, T::of_wide_key);
    !options.is_cancelled() && (options.write)(&mut write)
}

/// Whether all pairs of neighbours fulfil a condition. Stops at the first block with one that does not.
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
