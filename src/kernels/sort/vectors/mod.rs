//! The sort by vectors: keys of elements, by a quicksort over the instruction sets of x86-64.

pub mod avx2;
pub mod avx512;
mod heap;
mod instruction_set;
mod network;
pub mod quick;

use std::any::TypeId;

use super::keys::{self, Sortable};
use super::{SortOptions, is_in_place};
use crate::kernels::Region;
use crate::kernels::rows::Rows;
use instruction_set::Vectors;

/// Sorts the keys of elements, and makes elements of them again.
pub fn sort_keys<V: Vectors, T: Sortable<Wide = V::Key>>(
    vectors: V,
    region: Region<'_>,
    scratch: &mut [u64],
    options: SortOptions<'_>,
) -> bool {
    let count = region.len() / size_of::<T>();
    let elements = region.rows::<T>(0..count);
    let pivot = quick::choose_pivot(vectors, elements, T::wide_key);
    // 1. The first partition makes keys of the elements on the way.
    let (keys, middle) = if is_in_place::<T>(options.readers) {
        if !(options.is_source_intact)() {
            return false;
        }
        let middle = quick::partition(vectors, elements, pivot, T::wide_key);
        (region.rows(0..count), middle)
    } else {
        let keys = Region::of_mut(scratch).rows(0..count);
        let middle = quick::partition_into(vectors, elements, keys, pivot, T::wide_key);
        if options.must_stop() {
            return false;
        }
        (keys, middle)
    };
    // 2. Sorted keys become elements while they are in the cache. A sort that can be cancelled converts them at the end.
    let mut written = 0;
    let has_elements = is_in_place::<T>(options.readers) && TypeId::of::<T>() == TypeId::of::<T::Wide>();
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
        if options.is_cancelled.is_none() {
            write(sorted);
        }
    };
    let (lesser, others) = keys.split_at(middle);
    for part in [lesser, others] {
        let depth = quick::depth_for(count);
        quick::sort(vectors, part, depth, &mut take, &|| options.is_cancelled());
    }
    match options.is_cancelled {
        Some(_) => !options.is_cancelled() && (options.write)(&mut || write(keys)),
        None => true,
    }
}
