//! The functions of the addon that need no array.

use napi::bindgen_prelude::{Float32Array, Uint8Array};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::errors::throw_on_error;
use super::values::count;
use super::{external, overlays, shared_buffers};
use crate::typecode::all;

/// The rows of the core's table of typecodes, as text. A test compares them with JavaScript's.
#[napi]
pub fn typecode_table() -> Vec<String> {
    all()
        .map(|row| {
            format!(
                "{} {:?} {:?} {}",
                row.code,
                row.scalar,
                row.meaning,
                row.itemsize()
            )
        })
        .collect()
}

/// The numbers of all 65,536 halves, by their bits.
#[napi]
pub fn half_values() -> Float32Array {
    (0..=u16::MAX)
        .map(|bits| half::f16::from_bits(bits).to_f32())
        .collect::<Vec<f32>>()
        .into()
}

/// Fails if so much memory is not available.
#[napi]
pub fn require_available(env: Env, bytes: f64) -> napi::Result<()> {
    throw_on_error(&env, || {
        crate::os::available::require_available(count("bytes", bytes)?, "malloc")
    })
}

/// Removes a name of shared memory.
#[napi]
pub fn unlink_shm(env: Env, name: Uint8Array) -> napi::Result<()> {
    throw_on_error(&env, || crate::storage::shared_memory::unlink(&name))
}

/// The fault counter of this process, which JavaScript reads.
#[napi(ts_return_type = "ArrayBuffer")]
pub fn fault_counter(env: Env) -> napi::Result<Unknown<'static>> {
    throw_on_error(&env, || external::fault_counter_buffer(&env))
}

/// Whether the runtime can make `SharedArrayBuffer`s on our memory.
#[napi]
pub fn has_shared_buffers() -> bool {
    shared_buffers::are_native()
}

/// Releases the guards of buffers of `mapOver` that no thread has any more. Returns whether others are left.
#[napi]
pub fn sweep_overlays() -> bool {
    overlays::sweep()
}

/// While the process is ending, the jobs of all threads are cancelled, and so is each new one.
#[napi]
pub fn set_ending(is_ending: bool) {
    crate::array::jobs::set_ending(is_ending);
}
