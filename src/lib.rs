//! mmap-array: typed arrays in mapped memory.
//!
//! This file is the map of the crate. A layer uses what stands to its right, never what stands to its left;
//! `__test__/layering.test.js` holds that direction.
//!
//! layer: node > array > sharing > mapping > storage > os > kernels > npy > element > typecode > error
//!
//! - `node`: the border to Node.js, and the only place that names napi.
//! - `array`: what Python's `array` does, over any mapping: length, growth, slices, splices, file transfer.
//! - `sharing`: handles, the process-wide registry that finds a live mapping behind one, locks, wait and notify.
//! - `mapping`: a window of bytes that grows without moving; advice.
//! - `storage`: where the bytes live: a file, named shared memory, anonymous memory.
//! - `os`: the system calls that memmap2 and std lack, one topic a file.
//! - `kernels`: pure loops over ranges of shared bytes.
//! - `npy`: the header of NumPy's file format, as bytes.
//! - `element`, `typecode`: one table, one row a typecode, and the values it holds.
//! - `error`: every way to fail.

pub mod array;
pub mod element;
pub mod error;
pub mod kernels;
pub mod mapping;
pub mod npy;
pub mod os;
pub mod sharing;
pub mod storage;
pub mod typecode;

#[cfg(feature = "node")]
mod node;
