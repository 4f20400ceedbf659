//! Keys sorted a byte at a time, last byte first: for processors without the vectors the quicksort needs.

/// A key as its bytes, the last of which decides first.
pub trait Digits: Copy {
    const BYTES: usize;

    /// A digit of the key as a number without a sign; 0 is the least byte.
    fn digit(self, byte: usize) -> usize;
}

macro_rules! digits {
    ($($Key:ident)*) => {$(
        impl Digits for $Key {
            const BYTES: usize = size_of::<$Key>();

            #[inline(always)]
            fn digit(self, byte: usize) -> usize {
                ((self ^ $Key::MIN) >> (8 * byte)) as usize & 0xFF
            }
        }
    )*};
}
digits!(i32 i64);

/// Sorts keys, with as many spare ones to work in, unless it is called off between two bytes.
pub fn sort<K: Digits>(keys: &mut [K], spare: &mut [K], is_off: impl Fn() -> bool) {
    let mut counts = vec![[0usize; 256]; K::BYTES];
    for key in &*keys {
        for (byte, counts) in counts.iter_mut().enumerate() {
            counts[key.digit(byte)] += 1;
        }
    }
    let (mut from, mut to) = (keys, spare);
    let mut is_swapped = false;
    for (byte, counts) in counts.iter_mut().enumerate() {
        // A digit that all share moves nothing.
        if counts.contains(&from.len()) {
            continue;
        }
        if is_off() {
            return;
        }
        let mut start = 0;
        for count in counts.iter_mut() {
            start += std::mem::replace(count, start);
        }
        for key in &*from {
            let place = &mut counts[key.digit(byte)];
            to[*place] = *key;
            *place += 1;
        }
        std::mem::swap(&mut from, &mut to);
        is_swapped = !is_swapped;
    }
    if is_swapped {
        to.copy_from_slice(from);
    }
}
