//! The border to Node.js: the class, its buffers, values and errors. Nothing below this folder knows of JavaScript.

mod array_module;
mod bound_functions;
mod buffers;
mod calls;
mod class;
mod errors;
mod external;
mod flush;
mod handle;
mod jobs;
mod module;
mod numbers;
mod open_options;
mod overlays;
mod references;
mod result_buffer;
mod shared_buffers;
mod sharing;
mod storage;
mod values;
mod wait;
mod window_refs;
mod wrapped_array;
