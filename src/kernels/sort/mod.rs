//! Elements in rising order, NaNs last.
//!
//! Where others have the elements too, what is sorted is a copy: they are read once, and written once when they are in
//! order, so that each place has its old or its new element at any moment: what another thread writes meanwhile is lost, and
//! nothing worse. Where nobody else has them, they are moved about in place: should another thread write to them all the
//! same, other elements may be lost too and the rest out of order, but nothing outside of them is touched. Elements of one
//! byte, and many of two, are counted instead, which takes no memory to speak of.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod counting;
#[cfg(target_arch = "x86_64")]
mod heap;
#[cfg(target_arch = "x86_64")]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod moving;
#[cfg(target_arch = "x86_64")]
mod network;
#[cfg(target_arch = "x86_64")]
mod quick;
mod radix;

use super::Region;
use super::block::{Block, blocks};
use super::dispatch::Level;
use super::order::{Key, Ordered};
use crate::for_scalar;
use crate::typecode::Scalar;

/// From so many elements of two bytes on, to count is faster than to compare.
const MANY: usize = 1 << 16;

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
    if T::is_counted(count) || (T::is_moved(level) && place == Place::Anywhere) {
        return 0;
    }
    let spare = if has_vectors(level) { 1 } else { 2 };
    (count * size_of::<T::Wide>() * spare).div_ceil(size_of::<u64>())
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
    if count < 2 || is_sorted::<T>(level, region) {
        return true;
    }
    if T::is_counted(count) {
        return T::count(region, terms);
    }
    if T::is_moved(level) {
        return T::sort_moving(level, region, scratch, terms);
    }
    sort_keys::<T>(level, region, bytemuck::cast_slice_mut(scratch), terms)
}

/// Sorts the keys of elements, and makes elements of them again.
fn sort_keys<T: Sortable>(
    level: Level,
    region: Region<'_>,
    scratch: &mut [T::Wide],
    terms: Terms<'_>,
) -> bool {
    let count = region.len() / size_of::<T>();
    let (keys, spare) = scratch.split_at_mut(count);
    let mut block = Block::new();
    for part in blocks::<T>(0..count) {
        let elements = block.load::<T>(region, part.clone());
        let keys = &mut keys[part];
        level.run(
            #[inline(always)]
            || {
                for (key, element) in keys.iter_mut().zip(elements) {
                    *key = element.key().into();
                }
            },
        );
    }

    T::Wide::sort(level, keys, spare, || terms.is_called_off());
    let mut write = || {
        for part in blocks::<T>(0..count) {
            let at = part.start * size_of::<T>();
            let keys = &keys[part];
            let elements = block.room::<T>(keys.len());
            level.run(
                #[inline(always)]
                || {
                    for (element, key) in elements.iter_mut().zip(keys) {
                        *element = T::of_key(T::narrow(*key));
                    }
                },
            );
            region.write(at, bytemuck::cast_slice(elements));
        }
    };
    !terms.is_off() && (terms.write)(&mut write)
}

/// Whether there is nothing to do, which is seen early where there is.
fn is_sorted<T: Ordered>(level: Level, region: Region<'_>) -> bool {
    let mut block = Block::new();
    let mut last = T::Key::MIN;
    blocks::<T>(0..region.len() / size_of::<T>()).all(|part| {
        let elements = block.load::<T>(region, part);
        let first = elements[0].key();
        let is_sorted = level.run(
            #[inline(always)]
            || {
                elements
                    .windows(2)
                    .fold(true, |sorted, pair| sorted & (pair[0].key() <= pair[1].key()))
            },
        );
        let goes_on = last <= first;
        last = elements[elements.len() - 1].key();
        is_sorted && goes_on
    })
}

/// Elements by the keys they are sorted by, which may be wider than their own.
trait Sortable: Ordered {
    type Wide: SortKey + From<Self::Key>;

    fn narrow(key: Self::Wide) -> Self::Key;

    /// Whether so many of them are counted.
    fn is_counted(count: usize) -> bool;

    fn count(region: Region<'_>, terms: Terms<'_>) -> bool;

    /// Whether the elements themselves can be moved about, without a detour by their keys.
    fn is_moved(level: Level) -> bool;

    fn sort_moving(level: Level, region: Region<'_>, scratch: &mut [u64], terms: Terms<'_>) -> bool;
}

macro_rules! sortable {
    ($($T:ty as $Wide:ident: $is_counted:expr, $moving:ident;)*) => {$(
        impl Sortable for $T {
            type Wide = $Wide;

            #[inline(always)]
            fn narrow(key: $Wide) -> Self::Key {
                key as Self::Key
            }

            fn is_counted(count: usize) -> bool {
                $is_counted(count)
            }

            fn count(region: Region<'_>, terms: Terms<'_>) -> bool {
                let least = Self::Key::MIN as isize;
                counting::sort::<$T>(
                    region,
                    #[inline(always)]
                    |key| (key as isize - least) as usize,
                    |index| (index as isize + least) as Self::Key,
                    terms,
                )
            }

            sortable!($moving);
        }
    )*};
    (moved) => {
        fn is_moved(level: Level) -> bool {
            has_vectors(level)
        }

        #[cfg(target_arch = "x86_64")]
        fn sort_moving(level: Level, region: Region<'_>, scratch: &mut [u64], terms: Terms<'_>) -> bool {
            let lanes = avx512::Avx512::<Self>::new(level).expect("vectors");
            moving::sort(lanes, region, scratch, terms)
        }

        #[cfg(not(target_arch = "x86_64"))]
        fn sort_moving(_: Level, _: Region<'_>, _: &mut [u64], _: Terms<'_>) -> bool {
            unreachable!("no vectors")
        }
    };
    (never) => {
        fn is_moved(_: Level) -> bool {
            false
        }

        fn sort_moving(_: Level, _: Region<'_>, _: &mut [u64], _: Terms<'_>) -> bool {
            unreachable!("too narrow")
        }
    };
}
sortable! {
    i8 as i32: |_| true, never;
    u8 as i32: |_| true, never;
    i16 as i32: |count| count >= MANY, never;
    u16 as i32: |count| count >= MANY, never;
    half::f16 as i32: |count| count >= MANY, never;
    i32 as i32: |_| false, moved;
    u32 as i32: |_| false, moved;
    f32 as i32: |_| false, moved;
    i64 as i64: |_| false, moved;
    u64 as i64: |_| false, moved;
    f64 as i64: |_| false, moved;
}

/// Keys there is a sort for.
trait SortKey: Key + radix::Digits {
    /// Sorts keys, unless it is called off, with as many spare ones to work in where there are no vectors.
    fn sort(level: Level, keys: &mut [Self], spare: &mut [Self], is_called_off: impl Fn() -> bool);
}

#[cfg(target_arch = "x86_64")]
fn has_vectors(level: Level) -> bool {
    level == Level::Avx512
}

#[cfg(not(target_arch = "x86_64"))]
fn has_vectors(_: Level) -> bool {
    false
}

macro_rules! sort_key {
    ($($Key:ident)*) => {$(
        impl SortKey for $Key {
            fn sort(level: Level, keys: &mut [Self], spare: &mut [Self], is_called_off: impl Fn() -> bool) {
                #[cfg(target_arch = "x86_64")]
                if let Some(lanes) = avx512::Avx512::<$Key>::new(level) {
                    return moving::sort_own(lanes, keys, is_called_off);
                }
                let _ = level;
                radix::sort(keys, spare, is_called_off);
            }
        }
    )*};
}
sort_key!(i32 i64);

#[cfg(test)]
mod tests;
