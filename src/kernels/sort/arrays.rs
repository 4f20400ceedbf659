//! Vectors that are arrays, of which the compiler makes what the processor has.

use super::vectors::Vectors;
use crate::kernels::dispatch::Level;
use crate::kernels::order::Key;

const LANES: usize = 4;

#[derive(Clone, Copy)]
pub struct Arrays<Key>(std::marker::PhantomData<Key>);

impl<Key> Arrays<Key> {
    pub fn new() -> Self {
        Arrays(std::marker::PhantomData)
    }
}

impl<K: Key> Vectors for Arrays<K> {
    type Key = K;
    type Vector = [K; LANES];
    const LEVEL: Level = Level::Portable;

    #[inline(always)]
    fn splat(self, key: K) -> [K; LANES] {
        [key; LANES]
    }

    #[inline(always)]
    fn order(self, a: [K; LANES], b: [K; LANES]) -> ([K; LANES], [K; LANES]) {
        (
            std::array::from_fn(
                #[inline(always)]
                |lane| a[lane].min(b[lane]),
            ),
            std::array::from_fn(
                #[inline(always)]
                |lane| a[lane].max(b[lane]),
            ),
        )
    }

    #[inline(always)]
    fn exchange(self, vector: [K; LANES], bits: usize) -> [K; LANES] {
        std::array::from_fn(
            #[inline(always)]
            |lane| vector[lane ^ bits],
        )
    }

    #[inline(always)]
    fn blend(self, without: [K; LANES], with: [K; LANES], bit: usize) -> [K; LANES] {
        std::array::from_fn(
            #[inline(always)]
            |lane| {
                if lane & bit == 0 {
                    without[lane]
                } else {
                    with[lane]
                }
            },
        )
    }

    #[inline(always)]
    fn zip(self, a: [K; LANES], b: [K; LANES]) -> ([K; LANES], [K; LANES]) {
        ([a[0], b[0], a[1], b[1]], [a[2], b[2], a[3], b[3]])
    }

    #[inline(always)]
    fn split(self, vector: [K; LANES], pivot: [K; LANES]) -> ([K; LANES], usize) {
        let is_less: [bool; LANES] = std::array::from_fn(
            #[inline(always)]
            |lane| vector[lane] < pivot[lane],
        );
        let count = is_less.iter().map(|is_less| usize::from(*is_less)).sum();
        let mut split = vector;
        let (mut low, mut high) = (0, count);
        for (key, is_less) in vector.into_iter().zip(is_less) {
            split[if is_less { low } else { high } % LANES] = key;
            low += usize::from(is_less);
            high += usize::from(!is_less);
        }
        (split, count)
    }
}
