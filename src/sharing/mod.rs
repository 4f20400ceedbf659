//! What threads and processes share an array by: handles, the registry that finds a live mapping behind one, locks,
//! and sleeping on an element.

pub mod handle;
pub mod lock;
mod registry;
pub mod wait;
