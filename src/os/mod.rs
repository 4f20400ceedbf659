//! The system calls that memmap2 and std lack, one file for each topic. A call that only Linux has is beside its portable fallback, and
//! beside a better call of macOS if there is one; see [`portable`].

pub mod available;
pub mod blocks;
pub mod byte_lock;
pub mod descriptor;
pub mod errno;
pub mod exit;
pub mod futex;
pub mod huge_pages;
pub mod identity;
pub mod map_count;
pub mod memory;
pub mod memory_file;
pub mod memory_map;
pub mod pagemap;
pub mod polling;
pub mod portable;
pub mod process;
pub mod read;
pub mod readiness;
pub mod reopen;
pub mod scratch;
pub mod size;
pub mod sync;
pub mod unfinished_file;
pub mod write;
