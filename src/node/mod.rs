//! The border to Node.js: the class, its buffers, values and errors. Nothing below this folder knows of JavaScript.

mod buffers;
mod class;
mod errors;
mod flush;
mod handle;
mod module;
mod origin;
mod overlays;
mod shared_buffers;
mod values;
mod wait;
