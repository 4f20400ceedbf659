//! mmap-array: typed arrays in mapped memory.
//!
//! This file is the map of the crate. A layer may use the layers to its right in this list, and none to its left.
//! `__test__/layering.test.js` checks that.
//!
//! layer: node > array > sharing > mapping > storage > os > kernels > npy > element > element_type > typecode > error
//!
//! - `node`: the border to Node.js, and the only layer that uses napi.
//! - `array`: the methods of Python's `array` over any mapping: length, growth, slices, splices, reading and writing files.
//! - `sharing`: handles, the process-wide registry of mappings behind them, locks, wait and notify.
//! - `mapping`: windows of mapped bytes that never move, the guard over them, advice.
//! - `storage`: where the bytes are stored: a file, named shared memory, anonymous memory.
//! - `os`: the system calls that memmap2 and std lack, one file for each topic.
//! - `kernels`: pure loops over ranges of shared bytes.
//! - `npy`: the header of NumPy's file format, as bytes.
//! - `element`, `element_type`, `typecode`: the table of typecodes, record types, and single elements.
//! - `error`: all errors.

pub mod array;
pub mod element;
pub mod element_type;
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
