//! Elements in rising order, NaNs last.
//!
//! What is sorted are keys in memory of the caller's own, for others may write the elements meanwhile: they are read
//! once, and written once when they are in order. What somebody else writes in between is lost, and nothing worse.
//! Elements of one byte, and many of two, are counted instead, which takes no memory to speak of.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod counting;
#[cfg(target_arch = "x86_64")]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod network;
#[cfg(target_arch = "x86_64")]
mod quick;
mod radix;

use std::marker::PhantomData;

use super::Region;
use super::block::{Block, blocks};
use super::dispatch::Level;
use super::order::{Key, Ordered};
use crate::for_scalar;
use crate::typecode::Scalar;

/// From so many elements of two bytes on, to count is faster than to compare.
const MANY: usize = 1 << 16;

/// How many words of memory [`sort`] needs.
pub fn scratch_words(scalar: Scalar, count: usize) -> usize {
    for_scalar!(scalar, T => words_at::<T>(Level::best(), count))
}

fn words_at<T: Sortable>(level: Level, count: usize) -> usize {
    if T::is_counted(count) {
        return 0;
    }
    let spare = if has_vectors(level) { 1 } else { 2 };
    (count * size_of::<T::Wide>() * spare).div_ceil(size_of::<u64>())
}

/// When a sort is to leave the elements as they are.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
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
    let scratch = bytemuck::cast_slice_mut::<u64, T::Wide>(scratch);
    let elements = Elements::<T> {
        level,
        region,
        terms,
        _type: PhantomData,
    };
    T::Wide::sort(level, &elements, scratch)
}

/// Where keys come from, and where they go.
struct Elements<'a, T> {
    level: Level,
    region: Region<'a>,
    terms: Terms<'a>,
    _type: PhantomData<T>,
}

impl<T: Sortable> Source<T::Wide> for Elements<'_, T> {
    fn len(&self) -> usize {
        self.region.len() / size_of::<T>()
    }

    fn terms(&self) -> Terms<'_> {
        self.terms
    }

    fn key(&self, index: usize) -> T::Wide {
        self.region.get::<T>(index).key().into()
    }

    fn for_blocks(&self, mut take: impl FnMut(&[T::Wide])) {
        let (mut block, mut keys) = (Block::new(), Block::new());
        for part in blocks::<T::Wide>(0..self.len()) {
            let elements = block.load::<T>(self.region, part);
            let keys = keys.room::<T::Wide>(elements.len());
            self.level.run(
                #[inline(always)]
                || {
                    for (key, element) in keys.iter_mut().zip(&*elements) {
                        *key = element.key().into();
                    }
                },
            );
            take(keys);
        }
    }

    fn write(&self, start: usize, keys: &[T::Wide], block: &mut Block) {
        for part in blocks::<T>(0..keys.len()) {
            let at = (start + part.start) * size_of::<T>();
            let keys = &keys[part];
            let elements = block.room::<T>(keys.len());
            self.level.run(
                #[inline(always)]
                || {
                    for (element, key) in elements.iter_mut().zip(keys) {
                        *element = T::of_key(T::narrow(*key));
                    }
                },
            );
            self.region.write(at, bytemuck::cast_slice(elements));
        }
    }
}

/// The elements to be sorted, as keys.
trait Source<K> {
    fn len(&self) -> usize;

    fn terms(&self) -> Terms<'_>;

    fn key(&self, index: usize) -> K;

    /// All keys, a block at a time.
    fn for_blocks(&self, take: impl FnMut(&[K]));

    /// Makes elements of keys, from an index on, by way of a block.
    fn write(&self, start: usize, keys: &[K], block: &mut Block);
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
}

macro_rules! sortable {
    ($($T:ty as $Wide:ident: $is_counted:expr;)*) => {$(
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
        }
    )*};
}
sortable! {
    i8 as i32: |_| true;
    u8 as i32: |_| true;
    i16 as i32: |count| count >= MANY;
    u16 as i32: |count| count >= MANY;
    half::f16 as i32: |count| count >= MANY;
    i32 as i32: |_| false;
    u32 as i32: |_| false;
    f32 as i32: |_| false;
    i64 as i64: |_| false;
    u64 as i64: |_| false;
    f64 as i64: |_| false;
}

/// Keys there is a sort for.
trait SortKey: Key + radix::Digits {
    fn sort(level: Level, elements: &impl Source<Self>, scratch: &mut [Self]) -> bool;
}

#[cfg(target_arch = "x86_64")]
fn has_vectors(level: Level) -> bool {
    level == Level::Avx512
}

#[cfg(not(target_arch = "x86_64"))]
fn has_vectors(_: Level) -> bool {
    false
}

impl SortKey for i32 {
    fn sort(level: Level, elements: &impl Source<Self>, scratch: &mut [Self]) -> bool {
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = avx512::Avx512::<i32>::new(level) {
            return sort_by_vectors(lanes, elements, scratch);
        }
        let _ = level;
        sort_by_digits(elements, scratch)
    }
}

impl SortKey for i64 {
    fn sort(level: Level, elements: &impl Source<Self>, scratch: &mut [Self]) -> bool {
        #[cfg(target_arch = "x86_64")]
        if let Some(lanes) = avx512::Avx512::<i64>::new(level) {
            return sort_by_vectors(lanes, elements, scratch);
        }
        let _ = level;
        sort_by_digits(elements, scratch)
    }
}

/// The first partition is made while the keys are read, and what is in order is written while it is at hand; where it may
/// be called off, only when all is.
#[cfg(target_arch = "x86_64")]
fn sort_by_vectors<L: lanes::Compiled>(
    lanes: L,
    elements: &impl Source<L::Key>,
    scratch: &mut [L::Key],
) -> bool {
    let keys = &mut scratch[..elements.len()];
    let pivot = quick::choose_pivot(lanes, keys.len(), |index| elements.key(index));
    let mut gap = 0..keys.len();
    elements.for_blocks(|block| gap = lanes.distribute(block, pivot, keys, gap.clone()));
    let terms = elements.terms();
    if terms.is_off() {
        return false;
    }

    let depth = quick::patience(keys.len());
    let (less, rest) = keys.split_at_mut(gap.start);
    let mut writer = Writer {
        elements,
        done: 0,
        block: Block::new(),
    };
    for part in [less, rest] {
        quick::sort(lanes, part, depth, &mut writer);
    }
    if terms.is_called_off.is_some() {
        return (terms.write)(&mut || elements.write(0, keys, &mut writer.block));
    }
    true
}

/// Writes keys that are in order.
#[cfg(target_arch = "x86_64")]
struct Writer<'a, S> {
    elements: &'a S,
    done: usize,
    block: Block,
}

#[cfg(target_arch = "x86_64")]
impl<K, S: Source<K>> quick::Customer<K> for Writer<'_, S> {
    fn take(&mut self, keys: &[K]) {
        if self.elements.terms().is_called_off.is_none() {
            self.elements.write(self.done, keys, &mut self.block);
            self.done += keys.len();
        }
    }

    fn is_gone(&self) -> bool {
        self.elements.terms().is_called_off()
    }
}

fn sort_by_digits<K: SortKey>(elements: &impl Source<K>, scratch: &mut [K]) -> bool {
    let (keys, spare) = scratch.split_at_mut(elements.len());
    let mut read = 0;
    elements.for_blocks(|block| {
        keys[read..read + block.len()].copy_from_slice(block);
        read += block.len();
    });
    let terms = elements.terms();
    radix::sort(keys, &mut spare[..read], || terms.is_called_off());
    !terms.is_off() && (terms.write)(&mut || elements.write(0, keys, &mut Block::new()))
}

#[cfg(test)]
mod tests;
