//! What the addon exports beside the class: the core's facts, and ways to an array's memory for the JavaScript layer
//! alone. They are functions, not methods, so that no array carries them in reach of its user.

use napi::bindgen_prelude::{Float32Array, Uint8Array};
use napi::{Env, Unknown};
use napi_derive::napi;

use super::class::MmapArray;
use super::errors::throw_on_error;
use super::open_options::{OpenOptions, RareOptions};
use super::values::{bytes, count};
use super::{external, overlays, shared_buffers};
use crate::element::half_from_double;
use crate::typecode::{Meaning, all};

/// A row of the typecode table.
#[napi(object)]
pub struct TypecodeRow {
    pub code: String,
    pub itemsize: u32,
    /// `integer`, `float` or `character`.
    pub meaning: String,
    pub scalar: String,
}

/// The table of the core, for the test that compares it with JavaScript's.
#[napi]
pub fn typecode_table() -> Vec<TypecodeRow> {
    all()
        .map(|row| TypecodeRow {
            code: row.code.to_string(),
            itemsize: row.itemsize() as u32,
            meaning: String::from(match row.meaning {
                Meaning::Integer => "integer",
                Meaning::Float => "float",
                Meaning::Character(_) => "character",
            }),
            scalar: format!("{:?}", row.scalar),
        })
        .collect()
}

/// Bits of the half nearest to a number.
#[napi]
pub fn half_bits(env: Env, value: f64) -> napi::Result<u16> {
    throw_on_error(&env, || half_from_double(value).map(half::f16::to_bits))
}

/// The number each of the 65,536 halves stands for.
#[napi]
pub fn half_values() -> Float32Array {
    (0..=u16::MAX)
        .map(|bits| half::f16::from_bits(bits).to_f32())
        .collect::<Vec<f32>>()
        .into()
}

/// The typecode that a `.npy` file says itself; nothing where the call that opens it is going to make one.
#[napi]
pub fn npy_typecode(
    env: Env,
    path: Option<Unknown<'_>>,
    flags: Option<String>,
    rare: Option<RareOptions>,
) -> napi::Result<Option<String>> {
    let options = OpenOptions::new(&env, None, path, flags, None, rare)?;
    throw_on_error(&env, || Ok(options.typecode_of_npy()?.map(String::from)))
}

/// Refuses more memory than can be had, before it is taken and filled.
#[napi]
pub fn require_available(env: Env, bytes: f64) -> napi::Result<()> {
    throw_on_error(&env, || {
        crate::os::available::require_available(count("bytes", bytes)?, "malloc")
    })
}

/// Takes a name of shared memory away.
#[napi]
pub fn unlink_shm(env: Env, name: Uint8Array) -> napi::Result<()> {
    throw_on_error(&env, || crate::storage::shared_memory::unlink(&name))
}

/// The few numbers both layers share, as an `ArrayBuffer`.
#[napi(ts_return_type = "ArrayBuffer")]
pub fn state_of(env: Env, array: &MmapArray) -> napi::Result<Unknown<'static>> {
    array.state_buffer(&env)
}

/// The number of faults that the guard has answered in this process, as an `ArrayBuffer` on the counter itself.
#[napi(ts_return_type = "ArrayBuffer")]
pub fn fault_counter(env: Env) -> napi::Result<Unknown<'static>> {
    throw_on_error(&env, || external::fault_counter_buffer(&env))
}

/// The memory of the elements for the element path, as a buffer of at most `limit` bytes.
#[napi(ts_return_type = "ArrayBuffer | SharedArrayBuffer")]
pub fn elements_of(env: Env, array: &MmapArray, limit: f64) -> napi::Result<Unknown<'static>> {
    array.elements_buffer(&env, limit)
}

/// Whether the runtime makes `SharedArrayBuffer`s on our memory itself.
#[napi]
pub fn has_shared_buffers() -> bool {
    shared_buffers::are_native()
}

/// A `SharedArrayBuffer` on the elements, where the runtime makes them itself.
#[napi(ts_return_type = "SharedArrayBuffer")]
pub fn shared_buffer_of(env: Env, array: &MmapArray, limit: f64) -> napi::Result<Unknown<'static>> {
    array.shared_buffer(&env, limit)
}

/// Whether pages can be laid over those of a growable `SharedArrayBuffer`, tried on a scratch one of at least a page
/// whose first byte is 1, and 2 afterwards.
#[napi]
pub fn probe_overlay(env: Env, memory: Unknown<'_>) -> napi::Result<bool> {
    let memory = bytes(&env, &memory)?;
    throw_on_error(&env, || overlays::probe(memory))
}

/// Gives back what such buffers held that no thread has any more; says whether others are left.
#[napi]
pub fn sweep_overlays() -> bool {
    overlays::sweep()
}

/// Lays the array's pages over those of a growable `SharedArrayBuffer`; `memory` shows it from its first byte to its
/// last.
#[napi]
pub fn lay_over(env: Env, array: &MmapArray, buffer: Unknown<'_>, memory: Unknown<'_>) -> napi::Result<()> {
    array.map_over(&env, buffer, memory)
}

/// An `ArrayBuffer` on elements from `start` to before `end`, for users.
#[napi(ts_return_type = "ArrayBuffer")]
pub fn buffer_of(
    env: Env,
    array: &MmapArray,
    start: f64,
    end: f64,
    limit: f64,
) -> napi::Result<Unknown<'static>> {
    array.buffer(&env, start, end, limit)
}
