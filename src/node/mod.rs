//! The border to Node.js. Only this folder names napi: it converts arguments, results and errors, and does nothing else.
//!
//! The addon exports the class in `class`, which has a file for each topic, and functions that need no array in `functions`.

mod buffers;
mod class;
mod element_type;
mod errors;
mod external;
mod functions;
mod handle;
mod opening;
mod overlays;
mod references;
mod result_buffer;
mod shared_buffers;
mod source;
mod unfinished_file;
mod values;
mod wrapped_array;
