//! Handles, and the process-wide registry that finds a live mapping behind one.

pub mod handle;
mod registry;
