//! Keys: integers that sort in the order of the elements.

use bytemuck::Pod;
use half::f16;

/// An element type and its keys, which are signed integers of the same size. Each bit pattern has its own key, in the order of the
/// values. Every NaN comes after every number, and -0.0 right before 0.0.
pub trait Ordered: Pod {
    type Key: Key;

    fn key(self) -> Self::Key;

    fn of_key(key: Self::Key) -> Self;

    /// The greatest key of a number. Greater keys are those of NaNs.
    const LAST_NUMBER: Self::Key;
}

/// What all keys have in common.
pub trait Key: Pod + Ord {
    const MIN: Self;
    const MAX: Self;

    /// The next key, unless this is the greatest.
    #[cfg_attr(
        not(target_arch = "x86_64"),
        allow(dead_code, reason = "the sort for x86-64 uses it")
    )]
    fn next(self) -> Option<Self>;
}

macro_rules! integers {
    ($($Signed:ident $Unsigned:ident)*) => {$(
        impl Key for $Signed {
            const MIN: Self = $Signed::MIN;
            const MAX: Self = $Signed::MAX;

            #[inline(always)]
            fn next(self) -> Option<Self> {
                self.checked_add(1)
            }
        }

        impl Ordered for $Signed {
            type Key = $Signed;
            const LAST_NUMBER: Self::Key = $Signed::MAX;

            #[inline(always)]
            fn key(self) -> $Signed {
                self
            }

            #[inline(always)]
            fn of_key(key: $Signed) -> Self {
                key
            }
        }

        impl Ordered for $Unsigned {
            type Key = $Signed;
            const LAST_NUMBER: Self::Key = $Signed::MAX;

            #[inline(always)]
            fn key(self) -> $Signed {
                self as $Signed ^ $Signed::MIN
            }

            #[inline(always)]
            fn of_key(key: $Signed) -> Self {
                (key ^ $Signed::MIN) as $Unsigned
            }
        }
    )*};
}
integers!(i8 u8 i16 u16 i32 u32 i64 u64);

macro_rules! floats {
    ($($Float:ident $Signed:ident, $infinity:expr;)*) => {$(
        impl Ordered for $Float {
            type Key = $Signed;
            const LAST_NUMBER: Self::Key = $Signed::MAX - 2 * ($Signed::MAX - $infinity);

            #[inline(always)]
            fn key(self) -> $Signed {
                let bits = self.to_bits() as $Signed;
                // The order of negative numbers is reversed. Then the NaNs with a sign come first. Subtracting their number wraps
                // them around, behind all others.
                let turned = bits ^ ((bits >> ($Signed::BITS - 1)) & $Signed::MAX);
                turned.wrapping_sub($Signed::MAX - $infinity)
            }

            #[inline(always)]
            fn of_key(key: $Signed) -> Self {
                let turned = key.wrapping_add($Signed::MAX - $infinity);
                $Float::from_bits((turned ^ ((turned >> ($Signed::BITS - 1)) & $Signed::MAX)) as _)
            }
        }
    )*};
}
// The bits of infinity. All greater ones are NaNs.
floats! {
    f16 i16, 0x7C00;
    f32 i32, 0x7F80_0000;
    f64 i64, 0x7FF0_0000_0000_0000;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_integers_have_their_order() {
        assert_eq!([0u8, 127, 128, 255].map(u8::key), [-128, -1, 0, 127]);
        assert_eq!(u64::of_key(i64::MIN), 0);
        for value in [0, 1, u32::MAX, 1 << 31] {
            assert_eq!(u32::of_key(value.key()), value);
        }
    }

    #[test]
    fn keys_of_floats_have_their_order_and_nans_are_last() {
        let rising = [
            f64::NEG_INFINITY,
            f64::MIN,
            -1.0,
            -f64::MIN_POSITIVE,
            -f64::from_bits(1),
            -0.0,
            0.0,
            f64::from_bits(1),
            1.5,
            f64::MAX,
            f64::INFINITY,
        ];
        assert!(rising.map(f64::key).is_sorted());
        assert_eq!(f64::NEG_INFINITY.key(), i64::MIN);
        assert_eq!(f64::INFINITY.key(), f64::LAST_NUMBER);
        assert_eq!(f32::INFINITY.key(), f32::LAST_NUMBER);
        for bits in [
            0x7FF0_0000_0000_0001,
            u64::MAX,
            0xFFF0_0000_0000_0001,
            0x7FF8 << 48,
        ] {
            let nan = f64::from_bits(bits);
            assert!(nan.key() > f64::INFINITY.key());
            assert_eq!(f64::of_key(nan.key()).to_bits(), bits);
        }
    }

    #[test]
    fn every_half_has_a_key_of_its_own() {
        let mut halves: Vec<f16> = (0..=u16::MAX).map(f16::from_bits).collect();
        halves.sort_by_key(|half| half.key());
        assert_eq!(halves[0], f16::NEG_INFINITY);
        for pair in halves.windows(2) {
            assert!(pair[0] <= pair[1] || pair[1].is_nan());
        }
        for half in &halves {
            assert_eq!(f16::of_key(half.key()).to_bits(), half.to_bits());
            assert_eq!(half.key() > f16::LAST_NUMBER, half.is_nan());
        }
    }
}
