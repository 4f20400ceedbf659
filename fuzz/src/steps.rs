//! What an input of the `arrays` target says: where the arrays live, and what is done to them.

use arbitrary::Arbitrary;

use crate::input::{Bytes, Code, Index, Slice};

#[derive(Arbitrary, Debug)]
pub enum Place {
    Anonymous,
    /// A file with bytes before the array, and perhaps a window of fixed length on it.
    File {
        before: Before,
        bytes: Bytes,
        fixed: Option<u8>,
    },
}

/// Bytes before element 0: none, a few, or about a page.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Before {
    Nothing,
    Elements(u8),
    Page,
    PageAndElements(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Wanted {
    Same,
    Read,
    Write,
    Copy,
}

#[derive(Arbitrary, Debug)]
pub enum Step {
    Append([u8; 8]),
    Extend(Bytes),
    ExtendSelf,
    /// The elements of another array, which may be the same memory.
    ExtendFrom(u8),
    Insert(Index, [u8; 8]),
    Pop(Index),
    Remove([u8; 8]),
    Clear,
    SetSlice(Slice, Bytes),
    SetSliceFrom(Slice, u8),
    DeleteSlice(Slice),
    CopySlice(Slice),
    Get(Index),
    Set(Index, [u8; 8]),
    Fill([u8; 8], Option<Index>, Option<Index>),
    Reverse,
    Byteswap,
    Count([u8; 8]),
    Find([u8; 8], Index, Index),
    Repeat(i8),
    Reserve(u16),
    Trim,
    Refresh,
    Flush,
    Advise(u8, Option<Index>, Option<Index>),
    ReadFrom(u16),
    WriteTo,
    Notify(Index),
    Lock {
        shared: bool,
    },
    Unlock,
    Attach(Wanted),
    Close,
    /// Somebody else cuts the file, or makes it longer.
    CutOutside(u16),
    GrowOutside(u16),
    StoreOutside(u16, u8),
}

#[derive(Arbitrary, Debug)]
pub struct Run {
    pub code: Code,
    pub place: Place,
    /// Each with the array it is done to.
    pub steps: Vec<(u8, Step)>,
}
