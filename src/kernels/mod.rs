//! Pure loops over ranges of shared bytes.
//!
//! Other threads and processes may write the bytes at any time, so no kernel holds a slice of them: each copies a
//! block into a local, works on that, and writes it back.

mod block;
pub mod compare;
pub mod fill;
pub mod gather;
pub mod region;
pub mod reorder;
pub mod search;

pub use region::Region;
