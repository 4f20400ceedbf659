//! Every way to sort against the standard library's, at sizes around those where another code begins.

use half::f16;

use super::keys::MANY;
use super::*;

fn written(write: &mut dyn FnMut()) -> bool {
    write();
    true
}

fn check<T: Sortable>(original: &[T], what: &str) {
    let mut expected: Vec<T::Key> = original.iter().map(|value| value.key()).collect();
    expected.sort();
    for level in Level::available() {
        let options = |readers, is_source_intact, is_cancelled| SortOptions {
            readers,
            is_source_intact,
            is_cancelled,
            write: &written,
        };
        let ways = [
            options(Readers::None, &|| true, None),
            options(Readers::Others, &|| true, None),
            options(Readers::Others, &|| true, Some(&|| false)),
            options(Readers::Others, &|| true, Some(&|| true)),
            options(Readers::Others, &|| false, None),
            options(Readers::None, &|| false, None),
        ];
        // The others differ in what they do at the end only.
        for options in ways
            .into_iter()
            .take(if ["scrambled", "falling"].contains(&what) {
                6
            } else {
                2
            })
        {
            let mut values = original.to_vec();
            let mut scratch = vec![0; words_at::<T>(level, values.len(), options.readers)];
            let is_done = sort_at::<T>(level, Region::of_mut(&mut values), &mut scratch, options);
            let keys: Vec<T::Key> = values.iter().map(|value| value.key()).collect();
            let case = format!(
                "{what}: {} of {} at {level:?}, {:?}",
                original.len(),
                std::any::type_name::<T>(),
                options.readers
            );
            if is_done {
                assert!(keys == expected, "{case}");
            } else {
                assert!(options.must_stop(), "{case}");
                assert!(
                    keys.iter()
                        .zip(original)
                        .all(|(key, before)| *key == before.key()),
                    "{case}"
                );
            }
        }
    }
}

fn scrambled(index: usize) -> u64 {
    (index as u64 + 1)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .rotate_left(29)
        .wrapping_mul(0xBF58_476D_1CE4_E5B9)
}

/// Orders and repetitions that are difficult for sorts.
fn patterns(length: usize) -> Vec<(&'static str, Vec<u64>)> {
    let of = |make: &dyn Fn(usize) -> u64| (0..length).map(make).collect();
    vec![
        ("scrambled", of(&scrambled)),
        ("rising", of(&|n| n as u64)),
        ("falling", of(&|n| (length - n) as u64)),
        ("equal", of(&|_| u64::MAX)),
        ("two values", of(&|n| scrambled(n) & 1)),
        ("few values", of(&|n| scrambled(n) % 7)),
        (
            "greatest and least",
            of(&|n| {
                if scrambled(n).is_multiple_of(3) {
                    i64::MAX as u64
                } else {
                    1 << 63
                }
            }),
        ),
        // Of 64 bits, and turned round of 32.
        (
            "zeros of both signs, NaNs and ones",
            of(&|n| {
                let ones = [0x3FF0_0000_0000_0000, 0x1FC0_0000];
                let special = [
                    0,
                    1 << 63,
                    0x4000_0000,
                    u64::MAX,
                    i64::MAX as u64,
                    ones[0],
                    ones[1],
                ];
                special[scrambled(n) as usize % special.len()]
            }),
        ),
        (
            "all but the last in order",
            of(&|n| if n + 1 == length { 0 } else { n as u64 + 5 }),
        ),
        ("organ pipe", of(&|n| n.min(length - n) as u64)),
    ]
}

macro_rules! check_all {
    ($length:expr) => {
        for (what, values) in patterns($length) {
            let turned = |bits: u64| bits.rotate_left(1);
            check(&values.iter().map(|n| *n as i8).collect::<Vec<i8>>(), what);
            check(&values.iter().map(|n| *n as u8).collect::<Vec<u8>>(), what);
            check(&values.iter().map(|n| *n as i16).collect::<Vec<i16>>(), what);
            check(&values.iter().map(|n| *n as u16).collect::<Vec<u16>>(), what);
            check(&values.iter().map(|n| *n as i32).collect::<Vec<i32>>(), what);
            check(
                &values.iter().map(|n| turned(*n) as u32).collect::<Vec<u32>>(),
                what,
            );
            check(&values.iter().map(|n| *n as i64).collect::<Vec<i64>>(), what);
            check(&values, what);
            // All bits there are: NaNs, subnormals and zeros of both signs among them.
            check(
                &values
                    .iter()
                    .map(|n| f16::from_bits(*n as u16))
                    .collect::<Vec<f16>>(),
                what,
            );
            check(
                &values
                    .iter()
                    .map(|n| f32::from_bits(turned(*n) as u32))
                    .collect::<Vec<f32>>(),
                what,
            );
            check(
                &values.iter().map(|n| f64::from_bits(*n)).collect::<Vec<f64>>(),
                what,
            );
        }
    };
}

#[test]
fn sort_of_short_arrays_agrees_with_the_standard_library() {
    for length in (0..20).chain([31, 32, 33, 63, 64, 65, 127, 128, 129, 200, 255, 256, 257]) {
        check_all!(length);
    }
}

#[test]
fn sort_of_lengths_around_blocks_agrees_with_the_standard_library() {
    for length in [384, 511, 513, 1025, 4097] {
        check_all!(length);
    }
}

#[test]
fn sort_of_lengths_around_the_limit_of_counting_agrees_with_the_standard_library() {
    for length in [MANY - 1, MANY] {
        for (what, values) in patterns(length).into_iter().take(2) {
            check(&values.iter().map(|n| *n as u16).collect::<Vec<_>>(), what);
            check(
                &values
                    .iter()
                    .map(|n| f16::from_bits(*n as u16))
                    .collect::<Vec<_>>(),
                what,
            );
            check(&values.iter().map(|n| *n as u32).collect::<Vec<_>>(), what);
        }
    }
}

#[test]
fn every_zero_one_sequence_of_a_short_network() {
    // What sorts all sequences of zeros and ones sorts all.
    for bits in 0..1u32 << 12 {
        check(
            &(0..12).map(|n| (bits >> n & 1) as i64).collect::<Vec<_>>(),
            "zeros and ones",
        );
    }
}

#[test]
fn nans_are_last_and_keep_their_bits() {
    let mut values = vec![
        f64::NAN,
        1.0,
        -f64::NAN,
        f64::INFINITY,
        -0.0,
        0.0,
        f64::NEG_INFINITY,
    ];
    let mut scratch = vec![0; scratch_words(Scalar::F64, values.len(), Readers::Others)];
    let options = SortOptions {
        readers: Readers::Others,
        is_source_intact: &|| true,
        is_cancelled: None,
        write: &written,
    };
    assert!(sort(
        Region::of_mut(&mut values),
        Scalar::F64,
        &mut scratch,
        options
    ));
    assert_eq!(values[..5], [f64::NEG_INFINITY, -0.0, 0.0, 1.0, f64::INFINITY]);
    assert!(values[1].is_sign_negative());
    assert!(values[5..].iter().all(|value| value.is_nan()));
    assert_ne!(values[5].is_sign_negative(), values[6].is_sign_negative());
}

/// With many elements, more are read for a pivot, and the sort asks several times whether it was cancelled.
#[test]
fn sort_of_many_elements_can_be_cancelled() {
    fn check<T: Sortable>(original: &[T]) {
        let mut expected: Vec<T::Key> = original.iter().map(|value| value.key()).collect();
        expected.sort();
        for level in Level::available() {
            for limit in [0, 1, 2, 4, usize::MAX] {
                let asked = std::cell::Cell::new(0);
                let is_cancelled = || {
                    asked.set(asked.get() + 1);
                    asked.get() > limit
                };
                let options = SortOptions {
                    readers: Readers::Others,
                    is_source_intact: &|| true,
                    is_cancelled: Some(&is_cancelled),
                    write: &written,
                };
                let mut values = original.to_vec();
                let mut scratch = vec![0; words_at::<T>(level, values.len(), options.readers)];
                let is_done = sort_at::<T>(level, Region::of_mut(&mut values), &mut scratch, options);
                let case = format!("{} at {level:?}, {limit}", std::any::type_name::<T>());
                assert_eq!(is_done, limit == usize::MAX, "{case}");
                assert!(limit == 0 || asked.get() > 1, "{case}");
                let keys = values.iter().map(|value| value.key());
                if is_done {
                    assert!(keys.eq(expected.iter().copied()), "{case}");
                } else {
                    assert!(keys.eq(original.iter().map(|value| value.key())), "{case}");
                }
            }
        }
    }
    let count = 0x8_0001;
    check(&(0..count).map(|n| scrambled(n) as i32).collect::<Vec<_>>());
    check(
        &(0..count)
            .map(|n| (scrambled(n) >> 11) as f64)
            .collect::<Vec<_>>(),
    );
}

/// If pivots are too bad, a heap sorts the rest.
#[test]
#[cfg(target_arch = "x86_64")]
fn quicksort_without_depth_left_falls_back_to_a_heap() {
    use super::vectors::{avx2, quick};
    if !Level::Avx2.is_available() {
        return;
    }
    for limit in [0, 1, 3] {
        let mut keys: Vec<i64> = (0..10_000).map(|n| scrambled(n) as i64 >> limit).collect();
        let mut expected = keys.clone();
        expected.sort();
        let mut taken = vec![];
        let mut take = |sorted: Rows<'_, i64>| taken.extend((0..sorted.len()).map(|index| sorted.get(index)));
        let vectors = avx2::Avx2::<i64>::new();
        quick::sort(vectors, Rows::of_mut(&mut keys), limit, &mut take, &|| false);
        assert_eq!(taken, expected);
        assert_eq!(keys, expected);
    }
}

/// Another thread writes to the elements all the time. The sort ends, and touches no other memory.
#[test]
#[allow(unsafe_code, reason = "a write by another thread, which Rust does not allow")]
fn sort_of_elements_that_change_meanwhile_stays_inside() {
    let mut values: Vec<u64> = (0..30_000).map(scrambled).collect();
    let guard = 64;
    let region = Region::of_mut(&mut values);
    let sorted = region.part(8 * guard, region.len() - 16 * guard);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    let address = sorted.address();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
                let at = scrambled(n) as usize % (30_000 - 2 * guard);
                let target = std::ptr::with_exposed_provenance_mut::<u64>(address).wrapping_add(at);
                // Least and greatest, so that partitions are as uneven as can be.
                let value = if n % 2 == 0 { 0 } else { u64::MAX };
                // SAFETY: inside the values, which outlive the thread.
                unsafe { target.write_volatile(value) };
            }
        });
        for _ in 0..300 {
            for scalar in [Scalar::U64, Scalar::F64, Scalar::I32] {
                let options = SortOptions {
                    readers: Readers::None,
                    is_source_intact: &|| true,
                    is_cancelled: None,
                    write: &written,
                };
                let words = scratch_words(scalar, sorted.len() / scalar.size(), Readers::None);
                assert!(sort(sorted, scalar, &mut vec![0; words], options));
            }
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let untouched = |range: std::ops::Range<usize>| range.into_iter().all(|n| values[n] == scrambled(n));
    assert!(untouched(0..guard) && untouched(30_000 - guard..30_000));
}
