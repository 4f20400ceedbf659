//! The keys by which elements are sorted.
#![allow(
    unsafe_code,
    reason = "reads and writes shared memory without a check for each element"
)]

use bytemuck::Pod;
use half::f16;

#[cfg(target_arch = "x86_64")]
use super::vectors::{avx2, avx512, sort_keys};
use super::{SortOptions, counting, sort_copy};
use crate::kernels::Region;
use crate::kernels::dispatch::Level;
use crate::kernels::order::{Key, Ordered};
use crate::kernels::rows::Rows;

/// From this number of elements of two bytes on, counting is faster than comparing.
pub const MANY: usize = 1 << 16;
/// Elements that are converted at a time.
const ROW: usize = 16;

/// An element type that can be sorted. Its keys may be wider than its elements.
pub trait Sortable: Ordered {
    type Wide: SortKey;

    fn wide_key(self) -> Self::Wide;

    fn of_wide_key(key: Self::Wide) -> Self;

    /// Whether so many elements are sorted by counting.
    fn is_counted(count: usize) -> bool;

    fn count(region: Region<'_>, options: SortOptions<'_>) -> bool;
}

macro_rules! sortable {
    ($($T:ty as $Wide:ident: $is_counted:expr;)*) => {$(
        impl Sortable for $T {
            type Wide = $Wide;

            #[inline(always)]
            fn wide_key(self) -> $Wide {
                self.key().into()
            }

            #[inline(always)]
            fn of_wide_key(key: $Wide) -> Self {
                Self::of_key(key as Self::Key)
            }

            fn is_counted(count: usize) -> bool {
                $is_counted(count)
            }

            fn count(region: Region<'_>, options: SortOptions<'_>) -> bool {
                let least = Self::Key::MIN as isize;
                counting::sort::<$T>(
                    region,
                    #[inline(always)]
                    |key| (key as isize - least) as usize,
                    |index| (index as isize + least) as Self::Key,
                    options,
                )
            }
        }
    )*};
}
sortable! {
    i8 as i32: |_| true;
    u8 as i32: |_| true;
    i16 as i32: |count| count >= MANY;
    u16 as i32: |count| count >= MANY;
    f16 as i32: |count| count >= MANY;
    i32 as i32: |_| false;
    u32 as i32: |_| false;
    f32 as i32: |_| false;
    i64 as i64: |_| false;
    u64 as i64: |_| false;
    f64 as i64: |_| false;
}

/// Keys that vectors can hold.
pub trait SortKey: Key {
    /// Sorts elements by these keys.
    fn sort<T: Sortable<Wide = Self>>(
        level: Level,
        region: Region<'_>,
        scratch: &mut [u64],
        options: SortOptions<'_>,
    ) -> bool;
}

macro_rules! sort_key {
    ($($Key:ident)*) => {$(
        impl SortKey for $Key {
            fn sort<T: Sortable<Wide = Self>>(
                level: Level,
                region: Region<'_>,
                scratch: &mut [u64],
                options: SortOptions<'_>,
            ) -> bool {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => sort_keys::<_, T>(avx512::Avx512::<$Key>::new(), region, scratch, options),
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => sort_keys::<_, T>(avx2::Avx2::<$Key>::new(), region, scratch, options),
                    _ => sort_copy::<T>(region, scratch, options),
                }
            }
        }
    )*};
}
sort_key!(i32 i64);

/// Converts elements to others, which may be in the same memory.
///
/// # Panics
/// If `to` is shorter.
#[inline(always)]
pub fn convert<A: Pod, B: Pod>(from: Rows<'_, A>, to: Rows<'_, B>, of: impl Fn(A) -> B) {
    let count = from.len();
    let (source, target) = (from.pointer(0, count), to.pointer(0, count));
    for start in (0..count - count % ROW).step_by(ROW) {
        // SAFETY: so many are there, and every bit pattern is an A.
        let row = unsafe { source.wrapping_add(start).cast::<[A; ROW]>().read_unaligned() };
        let row: [B; ROW] = std::array::from_fn(
            #[inline(always)]
            |index| of(row[index]),
        );
        // SAFETY: so many are there, and the caller may write.
        unsafe { target.wrapping_add(start).cast::<[B; ROW]>().write_unaligned(row) };
    }
    for index in count - count % ROW..count {
        to.put_one(index, of(from.get(index)));
    }
}
