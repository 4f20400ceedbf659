//! One element, changed so that no change by another thread, process or program is lost.
#![allow(unsafe_code, reason = "makes atomics of elements in mapped memory")]

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use bytemuck::Pod;
use half::f16;

use super::Region;
use crate::element::{Element, half_from_double};
use crate::for_scalar;
use crate::typecode::Scalar;

/// What happens to an element. The values are elements of its type.
#[derive(Debug)]
pub enum Change {
    /// Adds a value. Integers wrap around, floats are rounded.
    Add(Element),
    /// Stores a value.
    Exchange(Element),
    /// Stores `replacement` if the element has the bits of `expected`. If `expected` is a NaN, any NaN will do: JavaScript cannot tell
    /// one from another, and its caller must be able to tell by the old element whether it was replaced.
    CompareExchange { expected: Element, replacement: Element },
}

/// Changes an element. Returns the one before.
///
/// # Panics
/// If the element is not inside the region, or not aligned to its size.
pub fn change(region: Region<'_>, scalar: Scalar, index: usize, change: &Change) -> Element {
    for_scalar!(scalar, T => Element::of(change_as::<T>(region, index, change)))
}

fn change_as<T: Number>(region: Region<'_>, index: usize, change: &Change) -> T {
    match change {
        Change::Add(value) => {
            let value = value.get();
            update(region, index, |old: T| Some(old.plus(value)))
        }
        Change::Exchange(value) => {
            let value = value.get();
            update(region, index, |_| Some(value))
        }
        Change::CompareExchange {
            expected,
            replacement,
        } => {
            let (expected, replacement): (T, T) = (expected.get(), replacement.get());
            update(region, index, |old: T| {
                old.is_same(expected).then_some(replacement)
            })
        }
    }
}

/// Replaces an element by what `next` gives for it, until no other writer came in between. Returns the last one that `next` was given.
fn update<T: Pod>(region: Region<'_>, index: usize, next: impl Fn(T) -> Option<T>) -> T {
    macro_rules! update_as {
        ($Atomic:ty, $Bits:ty) => {{
            let element = region.elements::<$Bits>(&(index..index + 1)).as_ptr();
            assert!(element.is_aligned(), "an element is not aligned to its size");
            // SAFETY: the element is inside the region, whose bytes stay writable, and it is aligned.
            let element = unsafe { <$Atomic>::from_ptr(element) };
            let next = |bits: $Bits| next(bytemuck::cast(bits)).map(|value| bytemuck::cast(value));
            match element.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next) {
                Ok(bits) | Err(bits) => bytemuck::cast(bits),
            }
        }};
    }
    match size_of::<T>() {
        1 => update_as!(AtomicU8, u8),
        2 => update_as!(AtomicU16, u16),
        4 => update_as!(AtomicU32, u32),
        8 => update_as!(AtomicU64, u64),
        other => panic!("no scalar has {other} bytes"),
    }
}

trait Number: Pod {
    fn plus(self, other: Self) -> Self;

    /// Whether the bits are the same, or both are NaN.
    fn is_same(self, other: Self) -> bool;
}

macro_rules! integers {
    ($($T:ty),*) => {$(
        impl Number for $T {
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            fn is_same(self, other: Self) -> bool {
                self == other
            }
        }
    )*};
}
integers!(i8, u8, i16, u16, i32, u32, i64, u64);

macro_rules! floats {
    ($($T:ty, $plus:expr);*) => {$(
        impl Number for $T {
            fn plus(self, other: Self) -> Self {
                $plus(self, other)
            }

            fn is_same(self, other: Self) -> bool {
                self.to_bits() == other.to_bits() || (self.is_nan() && other.is_nan())
            }
        }
    )*};
}
floats!(f32, |a, b| a + b; f64, |a, b| a + b; f16, half_sum);

/// A double holds the sum of two halves exactly, so it is rounded once.
fn half_sum(one: f16, other: f16) -> f16 {
    let sum = one.to_f64() + other.to_f64();
    half_from_double(sum).unwrap_or(if sum > 0.0 {
        f16::INFINITY
    } else {
        f16::NEG_INFINITY
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn add<T: Pod>(values: &mut [T], scalar: Scalar, index: usize, value: T) -> T {
        change(
            Region::of_mut(values),
            scalar,
            index,
            &Change::Add(Element::of(value)),
        )
        .get()
    }

    #[test]
    fn add_of_integers_wraps_at_both_ends() {
        let mut bytes = [0x55u8, 255, 0x55];
        assert_eq!(add(&mut bytes, Scalar::U8, 1, 2), 255);
        assert_eq!(bytes, [0x55, 1, 0x55]);
        let mut longs = [i64::MIN, 7];
        assert_eq!(add(&mut longs, Scalar::I64, 0, -1), i64::MIN);
        assert_eq!(longs, [i64::MAX, 7]);
    }

    #[test]
    fn add_of_floats_rounds_once_and_overflows_to_infinity() {
        let mut singles = [0.1f32, f32::MAX];
        add(&mut singles, Scalar::F32, 0, 0.2);
        add(&mut singles, Scalar::F32, 1, f32::MAX);
        assert_eq!(singles, [0.1f32 + 0.2, f32::INFINITY]);
        let half = f16::from_f64;
        let mut halves = [half(2048.0), half(-65504.0), half(-2.0)];
        add(&mut halves, Scalar::F16, 0, half(1.0 + 1.0 / 1024.0));
        add(&mut halves, Scalar::F16, 1, half(-65504.0));
        add(&mut halves, Scalar::F16, 2, half(2.0));
        assert_eq!(halves, [half(2050.0), f16::NEG_INFINITY, half(0.0)]);
    }

    #[test]
    fn compare_exchange_of_floats_compares_bits_and_takes_one_nan_for_another() {
        let mut doubles = [0.0f64];
        let mut swap = |expected: f64, replacement: f64| {
            let change_to = Change::CompareExchange {
                expected: Element::of(expected),
                replacement: Element::of(replacement),
            };
            let old: f64 = change(Region::of_mut(&mut doubles), Scalar::F64, 0, &change_to).get();
            (old.to_bits(), doubles[0].to_bits())
        };
        let other_nan = f64::from_bits(0xFFF8_0000_0000_0123);
        assert_eq!(swap(-0.0, 1.0), (0, 0));
        assert_eq!(swap(0.0, -0.0), (0, (-0.0f64).to_bits()));
        assert_eq!(swap(f64::NAN, 1.0).1, (-0.0f64).to_bits());
        assert_eq!(swap(-0.0, other_nan).1, other_nan.to_bits());
        assert_eq!(swap(f64::NAN, 5.0), (other_nan.to_bits(), 5.0f64.to_bits()));
    }

    #[test]
    fn add_by_several_threads_loses_none() {
        const ROUNDS: usize = if cfg!(miri) { 20 } else { 20_000 };
        let mut values = [0.0f64, 0.0];
        let region = Region::of_mut(&mut values);
        let address = region.address();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(move || {
                    let start = std::ptr::NonNull::new(address as *mut u8).unwrap();
                    // SAFETY: the array outlives the threads, and only they use it.
                    let region = unsafe { Region::new(start, 16) };
                    for _ in 0..ROUNDS {
                        change(region, Scalar::F64, 1, &Change::Add(Element::of(0.5f64)));
                    }
                });
            }
        });
        assert_eq!(values, [0.0, 1.5 * ROUNDS as f64]);
    }
}
