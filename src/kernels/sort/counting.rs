//! Sorts elements of one or two bytes by counting each value.

use std::ops::Range;

use super::SortOptions;
use crate::kernels::Region;
use crate::kernels::block::Block;
use crate::kernels::order::Ordered;

/// The number of counters for each value, so that the processor need not wait for one counter when equal elements follow each
/// other.
const TABLES: usize = 4;

/// Sorts a region. Returns false if it was cancelled, before anything is written. Needs memory for the counters only.
#[inline(always)]
pub fn sort<T: Ordered>(
    region: Region<'_>,
    index_of: impl Fn(T::Key) -> usize,
    key_at: impl Fn(usize) -> T::Key,
    options: SortOptions<'_>,
) -> bool {
    let values = 1 << (8 * size_of::<T>());
    let count = region.len() / size_of::<T>();
    // Several tables of two-byte values would not fit the first-level cache.
    let tables = if values <= 256 { TABLES } else { 1 };
    let counters = region.rows::<T>(0..count).fold_lanes::<TABLES, _>(
        vec![0usize; values * tables],
        #[inline(always)]
        |counters, row| {
            for (table, value) in row.into_iter().enumerate() {
                counters[table % tables * values + index_of(value.key())] += 1;
            }
        },
        #[inline(always)]
        |counters, _, value| counters[index_of(value.key())] += 1,
    );
    let mut write = || {
        let mut start = 0;
        let mut block = Block::new();
        for index in 0..values {
            let equal: usize = (0..tables).map(|table| counters[table * values + index]).sum();
            write_run(region, start..start + equal, T::of_key(key_at(index)), &mut block);
            start += equal;
        }
    };
    !options.must_stop() && (options.write)(&mut write)
}

/// Writes one element to all of a range.
fn write_run<T: Ordered>(region: Region<'_>, range: Range<usize>, value: T, block: &mut Block) {
    let run = block.fill::<T>(range.len(), value);
    let mut at = range.start;
    while at < range.end {
        let part = run.len().min(range.end - at);
        region.write(at * size_of::<T>(), bytemuck::cast_slice(&run[..part]));
        at += part;
    }
}
