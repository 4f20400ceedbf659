//! The system calls that memmap2 and std lack, one topic a file.

pub mod append;
pub mod exit;
pub mod identity;
pub mod memory;
pub mod process;
pub mod size;
