//! What a follower asks about the file of an array. The array may have a fault: its file is read, not its memory.

use napi::{Env, Unknown};
use napi_derive::napi;

use super::MmapArray;
use crate::array::Array;
use crate::node::values::{bytes, count};

/// The answer while an array has the file reserved.
const RESERVED: f64 = -1.0;

#[napi]
impl MmapArray {
    /// The descriptor of the file, to watch it. Unlike `fd`, it leaves an array reserved whose file others can see.
    #[napi]
    pub fn begin_follow(&self, env: Env) -> napi::Result<i32> {
        self.change_unsound(&env, Array::begin_follow)
    }

    /// The number of elements in whole rows of the file, or -1 while an array has it reserved.
    #[napi]
    pub fn length_in_file(&self, env: Env) -> napi::Result<f64> {
        self.change_unsound(&env, |array| Ok(or_reserved(array.length_in_file()?)))
    }

    /// Copies elements of the file from an index on into new memory. Gives their number, or -1 if an array has the file reserved by now.
    #[napi]
    pub fn read_from_file(&self, env: Env, index: f64, into: Unknown<'_>) -> napi::Result<f64> {
        let into = bytes(&env, &into)?;
        self.change_unsound(&env, |array| {
            Ok(or_reserved(array.read_from_file(count("index", index)?, into)?))
        })
    }

    #[napi]
    pub fn is_reserved(&self, env: Env) -> napi::Result<bool> {
        self.change_unsound(&env, |array| Ok(array.is_reserved_by_anybody()))
    }
}

fn or_reserved(number: Option<u64>) -> f64 {
    number.map_or(RESERVED, |number| number as f64)
}
