//! What the fuzz targets share: inputs, plain models of slices, and a file to work on.

pub mod disk;
pub mod elements;
pub mod input;
pub mod list;
