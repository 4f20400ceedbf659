//! Up to 16 vectors of elements sorted in registers, by comparisons that do not depend on what was compared before.
//!
//! Their keys stand in rows and columns, a row a vector. First each column is sorted; then columns are merged, two and two
//! at first, all in the end. The result lies column by column, and is turned over at last.

use super::lanes::Lanes;
use crate::kernels::order::Key;
use crate::kernels::rows::Rows;

/// How many vectors [`sort_few`] takes.
pub const MOST_ROWS: usize = 16;

/// Sorts at most [`MOST_ROWS`] vectors of elements.
#[inline(always)]
pub fn sort_few<L: Lanes>(lanes: L, elements: Rows<'_, L::Element>) {
    match elements.len().div_ceil(L::COUNT) {
        0 => {}
        1 => sort_rows::<L, 1>(lanes, elements),
        2 => sort_rows::<L, 2>(lanes, elements),
        3..=4 => sort_rows::<L, 4>(lanes, elements),
        5..=8 => sort_rows::<L, 8>(lanes, elements),
        _ => sort_rows::<L, MOST_ROWS>(lanes, elements),
    }
}

type Table<L, const ROWS: usize> = [<L as Lanes>::Vector; ROWS];

#[inline(always)]
fn sort_rows<L: Lanes, const ROWS: usize>(lanes: L, elements: Rows<'_, L::Element>) {
    let greatest = lanes.splat(L::Key::MAX);
    // Whole rows and the one that is none are treated alike, without a branch.
    let row_of = |row: usize| {
        let start = (row * L::COUNT).min(elements.len());
        (start, L::COUNT.min(elements.len() - start))
    };
    let mut rows = [greatest; ROWS];
    for (number, row) in rows.iter_mut().enumerate() {
        let (start, count) = row_of(number);
        *row = lanes.first(
            lanes.keys(lanes.load_some(elements, start, count)),
            count,
            greatest,
        );
    }

    sort_columns(lanes, &mut rows);
    mirror::<L, ROWS, 1, 1>(lanes, &mut rows);
    clean_columns(lanes, &mut rows);
    mirror::<L, ROWS, 3, 2>(lanes, &mut rows);
    exchange::<L, ROWS, 1>(lanes, &mut rows);
    clean_columns(lanes, &mut rows);
    if L::COUNT > 4 {
        mirror::<L, ROWS, 7, 4>(lanes, &mut rows);
        exchange::<L, ROWS, 2>(lanes, &mut rows);
        exchange::<L, ROWS, 1>(lanes, &mut rows);
        clean_columns(lanes, &mut rows);
    }
    if L::COUNT > 8 {
        mirror::<L, ROWS, 15, 8>(lanes, &mut rows);
        exchange::<L, ROWS, 4>(lanes, &mut rows);
        exchange::<L, ROWS, 2>(lanes, &mut rows);
        exchange::<L, ROWS, 1>(lanes, &mut rows);
        clean_columns(lanes, &mut rows);
    }
    turn_over(lanes, &mut rows);

    for (number, row) in rows.into_iter().enumerate() {
        let (start, count) = row_of(number);
        lanes.store_some(lanes.elements(row), elements, start, count);
    }
}

/// Puts pairs of rows in order, lane by lane.
macro_rules! order {
    ($lanes:ident $rows:ident: $($a:literal $b:literal),*) => {$(
        ($rows[$a], $rows[$b]) = ($lanes.min($rows[$a], $rows[$b]), $lanes.max($rows[$a], $rows[$b]));
    )*};
}

/// Sorts each column by a network of the fewest comparisons known.
#[inline(always)]
fn sort_columns<L: Lanes, const ROWS: usize>(lanes: L, rows: &mut Table<L, ROWS>) {
    match ROWS {
        1 => {}
        2 => {
            order!(lanes rows: 0 1);
        }
        4 => {
            order!(lanes rows: 0 1, 2 3, 0 2, 1 3, 1 2);
        }
        8 => {
            order!(lanes rows: 0 2, 1 3, 4 6, 5 7, 0 4, 1 5, 2 6, 3 7, 0 1, 2 3, 4 5, 6 7, 2 4, 3 5, 1 4, 3 6, 1 2, 3 4, 5 6);
        }
        _ => {
            order!(lanes rows: 0 13, 1 12, 2 15, 3 14, 4 8, 5 6, 7 11, 9 10);
            order!(lanes rows: 0 5, 1 7, 2 9, 3 4, 6 13, 8 14, 10 15, 11 12);
            order!(lanes rows: 0 1, 2 3, 4 5, 6 8, 7 9, 10 11, 12 13, 14 15);
            order!(lanes rows: 0 2, 1 3, 4 10, 5 11, 6 7, 8 9, 12 14, 13 15);
            order!(lanes rows: 1 2, 3 12, 4 6, 5 7, 8 10, 9 11, 13 14);
            order!(lanes rows: 1 4, 2 6, 5 8, 7 10, 9 13, 11 14);
            order!(lanes rows: 2 4, 3 6, 9 12, 11 13);
            order!(lanes rows: 3 5, 6 8, 7 9, 10 12);
            order!(lanes rows: 3 4, 5 6, 7 8, 9 10, 11 12);
            order!(lanes rows: 6 7, 8 9);
        }
    }
}

/// Makes each column sorted that falls and rises at most once.
#[inline(always)]
fn clean_columns<L: Lanes, const ROWS: usize>(lanes: L, rows: &mut Table<L, ROWS>) {
    match ROWS {
        1 => {}
        2 => {
            order!(lanes rows: 0 1);
        }
        4 => {
            order!(lanes rows: 0 2, 1 3, 0 1, 2 3);
        }
        8 => {
            order!(lanes rows: 0 4, 1 5, 2 6, 3 7, 0 2, 1 3, 4 6, 5 7, 0 1, 2 3, 4 5, 6 7);
        }
        _ => {
            order!(lanes rows: 0 8, 1 9, 2 10, 3 11, 4 12, 5 13, 6 14, 7 15);
            order!(lanes rows: 0 4, 1 5, 2 6, 3 7, 8 12, 9 13, 10 14, 11 15);
            order!(lanes rows: 0 2, 1 3, 4 6, 5 7, 8 10, 9 11, 12 14, 13 15);
            order!(lanes rows: 0 1, 2 3, 4 5, 6 7, 8 9, 10 11, 12 13, 14 15);
        }
    }
}

/// Compares two runs of columns, one with the other in reverse: a lane with the one whose number differs in the bits `X`,
/// in the row that is as far from the end. The less goes to the lane without the bit `BIT`.
#[inline(always)]
fn mirror<L: Lanes, const ROWS: usize, const X: usize, const BIT: usize>(
    lanes: L,
    rows: &mut Table<L, ROWS>,
) {
    for row in 0..ROWS.div_ceil(2) {
        let (first, last) = (rows[row], rows[ROWS - 1 - row]);
        rows[row] = in_order::<L, X, BIT>(lanes, first, last);
        rows[ROWS - 1 - row] = in_order::<L, X, BIT>(lanes, last, first);
    }
}

/// A row after each lane was compared with its partner in the other.
#[inline(always)]
fn in_order<L: Lanes, const X: usize, const BIT: usize>(
    lanes: L,
    mine: L::Vector,
    other: L::Vector,
) -> L::Vector {
    let theirs = lanes.partners::<X>(other);
    lanes.blend::<BIT>(lanes.min(mine, theirs), lanes.max(mine, theirs))
}

/// Compares each lane with the one whose number differs in a bit.
#[inline(always)]
fn exchange<L: Lanes, const ROWS: usize, const BIT: usize>(lanes: L, rows: &mut Table<L, ROWS>) {
    for row in rows {
        *row = in_order::<L, BIT, BIT>(lanes, *row, *row);
    }
}

/// Makes rows of what lies column by column: one shuffle of the whole, first half and second half in turns, moves the
/// topmost bit of a key's row behind the bits of its lane.
#[inline(always)]
fn turn_over<L: Lanes, const ROWS: usize>(lanes: L, rows: &mut Table<L, ROWS>) {
    for bit in 0..MOST_ROWS.ilog2() {
        if bit < ROWS.ilog2() {
            let before = *rows;
            for row in 0..ROWS / 2 {
                (rows[2 * row], rows[2 * row + 1]) = lanes.zip(before[row], before[row + ROWS / 2]);
            }
        }
    }
}
