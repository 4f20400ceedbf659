//! What the fuzz targets share: inputs, plain models of what an array does, and a file to work on.

pub mod disk;
pub mod input;
pub mod list;
pub mod slot;
pub mod steps;
pub mod world;

// What a world does, by kinds of step.
mod access;
mod length;
mod others;
