//! Pure loops over ranges of shared bytes.
//!
//! Other threads and processes may write the bytes at any time, so no kernel holds a slice of them. Each copies a block or a row to
//! a local variable, works on that, and writes it back.

mod any_size;
pub mod atomic;
pub mod bisect;
mod block;
pub mod column;
pub mod compare;
mod dispatch;
pub mod envelope;
pub mod extremes;
pub mod fill;
pub mod gather;
mod order;
pub mod parts;
pub mod region;
pub mod reorder;
mod rows;
pub mod search;
pub mod sort;
pub mod sum;
mod whole;

pub use region::Region;
