//! The border to Node.js. Only this folder names napi: it converts arguments, results and errors, and does nothing else.
//!
//! What the addon exports stands in three places: the methods of the class in `class`, those of them that are called often and
//! take little time in `bound_functions`, and functions that need no array in `functions`. Jobs are in `jobs`.

mod bound_functions;
mod buffers;
mod class;
mod errors;
mod external;
mod flush;
mod functions;
mod handle;
mod jobs;
mod open_options;
mod overlays;
mod references;
mod result_buffer;
mod shared_buffers;
mod source;
mod values;
mod wait;
mod window_refs;
mod wrapped_array;
