//! The border to Node.js. Only this folder names napi: it converts arguments, results and errors, and does nothing else.
//!
//! What the addon exports stands in three places: the methods of the class in `class`, by topic; functions for those of them that
//! take less time than a method costs in `bound_functions`; functions that need no array in `functions`.

mod bound_functions;
mod buffers;
mod class;
mod errors;
mod external;
mod functions;
mod handle;
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
