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
mod held;
mod jobs;
mod module;
mod numbers;
mod origin;
mod overlays;
mod results;
mod shared_buffers;
mod shares;
mod sharing;
mod storage;
mod values;
mod wait;
