//! Arrays on one file, in every kind of storage, against a plain model of all of them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mmap_array_fuzz::steps::Run;

fuzz_target!(|run: Run| run.play());
