//! How threads and processes share an array: handles, the registry of mappings behind them, locks, and sleeping on an element.

pub mod append_lock;
pub mod handle;
pub mod lock;
mod registry;
pub mod reservation_lock;
pub mod wait;
