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
    pub fn find(&self, region: Region<'_>, mut range: Range<usize>) -> Option<usize> {
        if self.has_nan {
            return None;
        }
        range.find(|index| self.is_equal(region, index * self.itemsize))
    }

    /// The number of equal elements.
    pub fn count(&self, region: Region<'_>) -> usize {
        if self.has_nan {
            return 0;
        }
        let all = 0..region.len() / self.itemsize;
        all.filter(|index| self.is_equal(region, index * self.itemsize))
            .count()
    }

    /// Whether the element that begins at a byte is equal.
    #[inline(always)]
    fn is_equal(&self, region: Region<'_>, start: usize) -> bool {
        /// Words that are compared without a branch.
        const AT_ONCE: usize = 8;
        if self.itemsize < WORD {
            let mut bytes = [0; WORD];
            region.read(start, &mut bytes[..self.itemsize]);
            return self
                .words
                .iter()
                .all(|word| word.is_in(u64::from_ne_bytes(bytes)));
        }
        let element = region.part(start, self.itemsize);
        self.words.chunks(AT_ONCE).all(|words| {
            let is_here = |word: &Word| word.is_in(element.get_at(word.offset));
            words.iter().fold(true, |all, word| all & is_here(word))
        })
    }
}

impl Word {
    #[inline(always)]
    fn is_in(&self, bits: u64) -> bool {
        bits & self.mask == self.bits
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

/// From this many bytes on, a part is worked on with vectors.
const LONG: usize = 512;

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
            match part.typecode.scalar.size() {
                2 => swap(region, itemsize, part, block.clone(), u16::swap_bytes),
                4 => swap(region, itemsize, part, block.clone(), u32::swap_bytes),
                8 => swap(region, itemsize, part, block.clone(), u64::swap_bytes),
                _ => {}
            }
        }
    }
}

#[inline(always)]
fn swap<T: Pod>(
    region: Region<'_>,
    itemsize: usize,
    part: &Part,
    block: Range<usize>,
    swapped: impl Fn(T) -> T,
) {
    let size = size_of::<T>();
    for index in block {
        if part.count * size >= LONG {
            reorder::byteswap(bytes_of(region, index, itemsize, part), size);
            continue;
        }
        for scalar in 0..part.count {
            let at = index * itemsize + part.offset + scalar * size;
            region.put_at(at, swapped(region.get_at(at)));
        }
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
            let scalar = part.typecode.scalar;
            found = if !scalar.is_float() && part.count * scalar.size() >= WORD {
                // Integers are equal if their bytes are.
                part_difference::<u64>(left, right, itemsize, part, range)
            } else {
                for_scalar!(scalar, T => part_difference::<T>(left, right, itemsize, part, range))
            }
            .or(found);
        }
        found
    })
}

/// Compares values of a type, of which the last may overlap the one before it.
#[inline(always)]
fn part_difference<T: Pod + PartialEq>(
    left: Region<'_>,
    right: Region<'_>,
    itemsize: usize,
    part: &Part,
    mut range: Range<usize>,
) -> Option<usize> {
    let bytes = part.count * part.typecode.scalar.size();
    range.find(|index| {
        if bytes >= LONG {
            let ours = bytes_of(left, *index, itemsize, part);
            let theirs = bytes_of(right, *index, itemsize, part);
            return compare::first_difference(ours, theirs, part.typecode.scalar).is_some();
        }
        (0..bytes).step_by(size_of::<T>()).any(|at| {
            let at = index * itemsize + part.offset + at.min(bytes - size_of::<T>());
            left.get_at::<T>(at) != right.get_at::<T>(at)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::Element;
    use crate::element_type::{ElementType, field};
    use crate::typecode::Typecode;

    /// Types whose fields are packed, aligned, out of order, long, short, and with padding at either end.
    fn types() -> Vec<ElementType> {
        let record = |fields: &[(&str, Option<usize>, usize)], itemsize| {
            let fields = fields
                .iter()
                .map(|(code, count, offset)| field(&offset.to_string(), code, *count, *offset));
            ElementType::record(fields.collect(), itemsize).unwrap()
        };
        vec![
            record(&[("q", None, 0), ("d", None, 8), ("I", None, 16)], 20),
            record(&[("q", None, 0), ("d", None, 8), ("I", None, 16)], 24),
            record(&[("b", None, 1)], 3),
            record(&[("f", None, 0)], 4),
            record(&[("e", None, 3), ("H", None, 1), ("B", None, 0)], 7),
            record(&[("d", None, 0)], 8),
            record(&[("u", None, 2), ("e", Some(2), 9)], 13),
            record(&[("Zf", Some(3), 5), ("w", Some(1), 31), ("h", None, 1)], 36),
            record(
                &[("d", Some(40), 3), ("B", Some(300), 330), ("H", Some(90), 640)],
                900,
            ),
            record(&[("i", None, 0), ("Zd", None, 40_000)], 50_000),
            Typecode::parse("Zf").unwrap().into(),
            Typecode::parse("Zd").unwrap().into(),
        ]
    }

    /// The numbers of each scalar of an element. The padding is left out.
    fn numbers(parts: &[Part], element: &[u8]) -> Vec<f64> {
        let of_part = |part: &Part| {
            let size = part.typecode.scalar.size();
            let bytes = element[part.offset..].chunks(size).take(part.count);
            bytes
                .map(|bytes| number(part.typecode.scalar, bytes))
                .collect::<Vec<_>>()
        };
        parts.iter().flat_map(of_part).collect()
    }

    fn number(scalar: Scalar, bytes: &[u8]) -> f64 {
        match Element::from_bytes(bytes).decode(scalar) {
            crate::element::Number::Double(value) => value,
            crate::element::Number::Integer(value) => value as f64,
        }
    }

    /// A generator of numbers that look random.
    struct Random(u64);

    impl Random {
        fn below(&mut self, end: u64) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0 % end
        }

        /// An element of few values, so that many are equal, with any padding.
        fn element(&mut self, element_type: &ElementType) -> Vec<u8> {
            let size = element_type.itemsize();
            let mut bytes: Vec<u8> = (0..size).map(|_| self.below(256) as u8).collect();
            let rare = self.below(3) == 0;
            for part in element_type.parts() {
                let size = part.typecode.scalar.size();
                let scalars = bytes[part.offset..].chunks_mut(size).take(part.count);
                scalars.for_each(|scalar| {
                    scalar.fill(0);
                    if rare && self.below(part.count as u64 + 1) == 0 {
                        // The sign of a float, its least bit, or a NaN.
                        match self.below(3) {
                            0 => scalar[size - 1] = 0x80,
                            1 => scalar[0] = 1,
                            _ => scalar[size.saturating_sub(2)..].fill(0x7F | 0xF0),
                        }
                    }
                });
            }
            bytes
        }
    }

    #[test]
    fn kernels_of_parts_agree_with_a_comparison_number_by_number() {
        let mut random = Random(88_172_645_463_325_252);
        for element_type in types() {
            let (itemsize, parts) = (element_type.itemsize(), element_type.parts());
            let most = if cfg!(miri) || itemsize > 1000 { 20 } else { 700 };
            for count in [0, 1, 2, most] {
                let mut elements = |count| (0..count).flat_map(|_| random.element(&element_type)).collect();
                let (left, mut right): (Vec<u8>, Vec<u8>) = (elements(count), elements(count));
                // From an odd address on.
                let shifted: Vec<u8> = [&[0], &left[..]].concat();
                let region = Region::of(&shifted).part(1, left.len());
                let found: Vec<Vec<f64>> = left
                    .chunks(itemsize)
                    .map(|element| numbers(&parts, element))
                    .collect();

                for needle in right.chunks(itemsize).chain(left.chunks(itemsize)).take(40) {
                    let pattern = Pattern::of(&parts, needle);
                    let sought = numbers(&parts, needle);
                    let expected = found.iter().filter(|element| **element == sought).count();
                    assert_eq!(pattern.count(region), expected, "{element_type}");
                    for range in [0..count, count / 3..count, 0..count / 2, count..count] {
                        let expected = found[range.clone()].iter().position(|element| *element == sought);
                        let expected = expected.map(|at| at + range.start);
                        assert_eq!(pattern.find(region, range), expected, "{element_type}");
                    }
                }

                // The same values up to a random element, then any.
                for _ in 0..10 {
                    let same = random.below(count as u64 + 1) as usize;
                    for (ours, theirs) in left.chunks(itemsize).zip(right.chunks_mut(itemsize)).take(same) {
                        for part in &parts {
                            let end = part.offset + part.count * part.typecode.scalar.size();
                            theirs[part.offset..end].copy_from_slice(&ours[part.offset..end]);
                        }
                    }
                    let pairs = found.iter().zip(right.chunks(itemsize));
                    let expected = pairs
                        .map(|(ours, theirs)| *ours == numbers(&parts, theirs))
                        .position(|is_equal| !is_equal);
                    let difference = first_difference(region, Region::of(&right), itemsize, &parts);
                    assert_eq!(difference, expected, "{element_type}");
                }
            }
        }
    }

    #[test]
    fn byteswap_of_parts_reverses_the_bytes_of_each_scalar_only() {
        for element_type in types() {
            let (itemsize, parts) = (element_type.itemsize(), element_type.parts());
            for count in [0, 1, 3, 1700 / itemsize] {
                let original: Vec<u8> = (0..count * itemsize).map(|at| (at % 251) as u8).collect();
                let mut swapped = original.clone();
                byteswap(Region::of_mut(&mut swapped), itemsize, &parts);
                let mut expected = original;
                for element in expected.chunks_mut(itemsize) {
                    for part in &parts {
                        let size = part.typecode.scalar.size();
                        let scalars = element[part.offset..].chunks_mut(size).take(part.count);
                        scalars.for_each(<[u8]>::reverse);
                    }
                }
                assert!(swapped == expected, "{count} of {element_type}");
            }
        }
    }
}
