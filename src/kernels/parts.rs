//! Elements made of several scalars: records and complex numbers. They compare scalar by scalar, by value: 0.0 equals -0.0, and a
//! NaN equals nothing. The bytes between the scalars, the padding, are never compared.

use std::ops::Range;

use bytemuck::Pod;
use half::f16;

use super::{Region, compare, reorder};
use crate::element_type::Part;
use crate::for_scalar;
use crate::typecode::Scalar;

/// The elements that equal one, in words: those whose bits are the word's, under its mask.
pub struct Pattern {
    itemsize: usize,
    /// They cover all scalars. The last one may overlap the one before it.
    words: Vec<Word>,
    /// Whether a scalar is NaN.
    has_nan: bool,
}

struct Word {
    offset: usize,
    bits: u64,
    mask: u64,
}

const WORD: usize = size_of::<u64>();

impl Pattern {
    /// The elements that equal `needle`.
    pub fn of(parts: &[Part], needle: &[u8]) -> Pattern {
        // At least a word, so that a small element is one.
        let length = needle.len().max(WORD);
        let (mut bits, mut mask) = (needle.to_vec(), vec![0u8; length]);
        bits.resize(length, 0);
        let mut has_nan = false;
        for part in parts {
            let size = part.typecode.scalar.size();
            for at in (0..part.count).map(|index| part.offset + index * size) {
                has_nan |= compared_bits(
                    part.typecode.scalar,
                    &bits[at..at + size],
                    &mut mask[at..at + size],
                );
            }
        }
        let word = |bytes: &[u8], at| u64::from_ne_bytes(std::array::from_fn(|byte| bytes[at + byte]));
        let words = (0..length)
            .step_by(WORD)
            .map(|at| at.min(length - WORD))
            .map(|offset| {
                let mask = word(&mask, offset);
                let bits = word(&bits, offset) & mask;
                Word { offset, bits, mask }
            })
            .filter(|word| word.mask != 0)
            .collect();
        Pattern {
            itemsize: needle.len(),
            words,
            has_nan,
        }
    }

    /// The index of the first equal element in a range of indices.
    pub fn find(&self, region: Region<'_>, range: Range<usize>) -> Option<usize> {
        let mut range = range;
        range.find(|index| self.is_equal(region, *index))
    }

    /// The number of equal elements.
    pub fn count(&self, region: Region<'_>) -> usize {
        let all = 0..region.len() / self.itemsize;
        all.filter(|index| self.is_equal(region, *index)).count()
    }

    #[inline(always)]
    fn is_equal(&self, region: Region<'_>, index: usize) -> bool {
        /// Words that are compared without a branch.
        const AT_ONCE: usize = 8;
        let start = index * self.itemsize;
        let differs = |words: &[Word], load: &dyn Fn(usize) -> u64| {
            let different = |word: &Word| (load(word.offset) & word.mask) ^ word.bits;
            words.iter().fold(0, |all, word| all | different(word)) != 0
        };
        if self.has_nan {
            return false;
        }
        if self.itemsize < WORD {
            let mut bytes = [0; WORD];
            region.read(start, &mut bytes[..self.itemsize]);
            return !differs(&self.words, &|_| u64::from_ne_bytes(bytes));
        }
        let mut runs = self.words.chunks(AT_ONCE);
        runs.all(|words| !differs(words, &|offset| region.get_at(start + offset)))
    }
}

/// Masks the bits of a scalar that those of an equal one have, too. Returns whether it is NaN.
fn compared_bits(scalar: Scalar, bits: &[u8], mask: &mut [u8]) -> bool {
    macro_rules! float {
        ($T:ty, $Bits:ty) => {{
            let value: $T = bytemuck::pod_read_unaligned(bits);
            // Only zeros have two patterns of bits, which differ in the sign.
            let is_zero = value == <$T>::default();
            let compared = if is_zero { <$Bits>::MAX >> 1 } else { <$Bits>::MAX };
            mask.copy_from_slice(&compared.to_ne_bytes());
            value.is_nan()
        }};
    }
    match scalar {
        Scalar::F16 => float!(f16, u16),
        Scalar::F32 => float!(f32, u32),
        Scalar::F64 => float!(f64, u64),
        _ => {
            mask.fill(0xFF);
            false
        }
    }
}

/// Bytes of elements that are worked on at a time, part by part. They stay in the first-level cache.
const BLOCK: usize = 16 * 1024;

/// A part of so many bytes is worked on with vectors.
const LONG: usize = 128;

/// Divides elements into ranges of about a block each.
fn blocks(count: usize, itemsize: usize) -> impl Iterator<Item = Range<usize>> {
    super::rows::runs(count, (BLOCK / itemsize).max(1))
}

/// The bytes of a part in one element.
fn bytes_of<'a>(region: Region<'a>, index: usize, itemsize: usize, part: &Part) -> Region<'a> {
    let size = part.count * part.typecode.scalar.size();
    region.part(index * itemsize + part.offset, size)
}

/// Swaps the byte order of each scalar.
pub fn byteswap(region: Region<'_>, itemsize: usize, parts: &[Part]) {
    for block in blocks(region.len() / itemsize, itemsize) {
        for part in parts {
            let size = part.typecode.scalar.size();
            for index in block.clone() {
                let bytes = bytes_of(region, index, itemsize, part);
                match size {
                    1 => break,
                    _ if bytes.len() >= LONG => reorder::byteswap(bytes, size),
                    2 => swap(bytes, u16::swap_bytes),
                    4 => swap(bytes, u32::swap_bytes),
                    _ => swap(bytes, u64::swap_bytes),
                }
            }
        }
    }
}

#[inline(always)]
fn swap<T: Pod>(bytes: Region<'_>, swapped: impl Fn(T) -> T) {
    for index in 0..bytes.len() / size_of::<T>() {
        bytes.put(index, swapped(bytes.get(index)));
    }
}

/// The index of the first pair of elements that are not equal, as far as both regions go.
pub fn first_difference(
    left: Region<'_>,
    right: Region<'_>,
    itemsize: usize,
    parts: &[Part],
) -> Option<usize> {
    blocks(left.len().min(right.len()) / itemsize, itemsize).find_map(|block| {
        let mut found = None;
        for part in parts {
            // Only before the pair that another part has found.
            let range = block.start..found.unwrap_or(block.end);
            found = for_scalar!(part.typecode.scalar, T => {
                part_difference::<T>(left, right, itemsize, part, range)
            })
            .or(found);
        }
        found
    })
}

#[inline(always)]
fn part_difference<T: Pod + PartialEq>(
    left: Region<'_>,
    right: Region<'_>,
    itemsize: usize,
    part: &Part,
    mut range: Range<usize>,
) -> Option<usize> {
    range.find(|index| {
        let ours = bytes_of(left, *index, itemsize, part);
        let theirs = bytes_of(right, *index, itemsize, part);
        if ours.len() >= LONG {
            return compare::first_difference(ours, theirs, part.typecode.scalar).is_some();
        }
        (0..part.count).any(|scalar| ours.get::<T>(scalar) != theirs.get::<T>(scalar))
    })
}
