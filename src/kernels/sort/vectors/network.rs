//! Up to 16 vectors of keys sorted in registers, by comparisons that do not depend on what was compared before: a bitonic
//! sort.
//!
//! A vector is a row. The position of a key is a number: its low bits are the row, its high bits the lane, so that a column
//! is in order before the next. Most comparisons are then between two rows, which takes no shuffle.
//!
//! 1. Load the keys. Fill what is left of the rows with the greatest key.
//! 2. Merge runs of 1 key, of 2, of 4 and so on. Both runs rise, so compare each position with its mirror image first: all
//!    bits of the position below the length of the merged run differ. Then compare positions that differ in one bit, the
//!    highest first. The lesser key goes to the lower position.
//! 3. Make rows of the columns: each `zip` of the upper half of the rows with the lower moves one bit of the position from
//!    the row to the lane.
//! 4. Store the rows.
#![allow(unsafe_code, reason = "reads and writes whole vectors")]

use super::instruction_set::Vectors;
use crate::kernels::order::Key;
use crate::kernels::rows::Rows;

/// How many vectors [`sort_few`] takes.
pub const MOST_ROWS: usize = 16;

/// Sorts at most [`MOST_ROWS`] vectors of keys.
pub fn sort_few<V: Vectors>(vectors: V, keys: Rows<'_, V::Key>) {
    V::LEVEL.run(
        #[inline(always)]
        || match keys.len().div_ceil(V::LANES) {
            0..=4 => sort_rows::<V, 4>(vectors, keys),
            5..=8 => sort_rows::<V, 8>(vectors, keys),
            _ => sort_rows::<V, MOST_ROWS>(vectors, keys),
        },
    );
}

#[inline(always)]
fn sort_rows<V: Vectors, const ROWS: usize>(vectors: V, keys: Rows<'_, V::Key>) {
    let whole = keys.len() - keys.len() % V::LANES;
    debug_assert!(keys.len() <= ROWS * V::LANES);
    // The last row, which is not full, and one for all rows behind it.
    let mut spare = [vectors.splat(V::Key::MAX); 2];
    let spare = bytemuck::cast_slice_mut::<_, V::Key>(&mut spare);
    keys.read(whole, &mut spare[..keys.len() - whole]);
    let spare_row = Rows::of_mut(spare);
    let row_at = |row: usize| match row * V::LANES {
        start if start < whole => keys.pointer(start, V::LANES),
        start => spare_row.pointer(usize::from(start > whole) * V::LANES, V::LANES),
    };

    let mut rows = [vectors.splat(V::Key::MAX); ROWS];
    for (number, row) in rows.iter_mut().enumerate() {
        // SAFETY: the keys of a vector are there.
        *row = unsafe { row_at(number).cast::<V::Vector>().read_unaligned() };
    }
    merge::<V, ROWS, 1>(vectors, &mut rows);
    merge::<V, ROWS, 2>(vectors, &mut rows);
    merge::<V, ROWS, 4>(vectors, &mut rows);
    merge::<V, ROWS, 8>(vectors, &mut rows);
    merge::<V, ROWS, 16>(vectors, &mut rows);
    merge::<V, ROWS, 32>(vectors, &mut rows);
    merge::<V, ROWS, 64>(vectors, &mut rows);
    merge::<V, ROWS, 128>(vectors, &mut rows);
    for _ in 0..ROWS.ilog2() {
        let before = rows;
        for row in 0..ROWS / 2 {
            (rows[2 * row], rows[2 * row + 1]) = vectors.zip(before[row], before[row + ROWS / 2]);
        }
    }
    for (number, row) in rows.into_iter().enumerate() {
        // SAFETY: as above, and the caller may write.
        unsafe { row_at(number).cast::<V::Vector>().write_unaligned(row) };
    }
    let rest = bytemuck::cast_slice(&spare[..keys.len() - whole]);
    keys.region().write(whole * size_of::<V::Key>(), rest);
}

/// Merges each run of `LENGTH` positions with the next.
#[inline(always)]
fn merge<V: Vectors, const ROWS: usize, const LENGTH: usize>(vectors: V, rows: &mut [V::Vector; ROWS]) {
    if LENGTH >= ROWS * V::LANES {
        return;
    }
    compare(vectors, rows, 2 * LENGTH - 1, LENGTH);
    // Written out, so that the compiler keeps the rows in registers.
    macro_rules! compare_each {
        ($($bit:literal)*) => {$(
            if $bit < LENGTH {
                compare(vectors, rows, $bit, $bit);
            }
        )*};
    }
    compare_each!(64 32 16 8 4 2 1);
}

/// Compares each position with the one whose number differs in some bits, the highest of which decides where the lesser key
/// goes.
#[inline(always)]
fn compare<V: Vectors, const ROWS: usize>(
    vectors: V,
    rows: &mut [V::Vector; ROWS],
    bits: usize,
    highest: usize,
) {
    let (row_bits, lane_bits) = (bits % ROWS, bits / ROWS);
    let before = *rows;
    for row in 0..ROWS {
        let partner = row ^ row_bits;
        if lane_bits != 0 {
            let partners = vectors.exchange(before[partner], lane_bits);
            rows[row] = vectors.order_by_lane(before[row], partners, highest / ROWS);
        } else if row < partner {
            (rows[row], rows[partner]) = vectors.order(before[row], before[partner]);
        }
    }
}
