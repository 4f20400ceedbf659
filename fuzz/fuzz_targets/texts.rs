//! Everything that is read from text or from a name in bytes: taken only where it is one of the words that there are.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use mmap_array::mapping::Advice;
use mmap_array::os::identity::FileIdentity;
use mmap_array::storage::Flags;
use mmap_array::storage::shared_memory::path_of;
use mmap_array::typecode::{self, Typecode};

const ADVICE: [&str; 7] = [
    "normal",
    "random",
    "sequential",
    "willneed",
    "dontneed",
    "hugepage",
    "populate",
];
const FLAGS: [&str; 6] = ["r", "r+", "w+", "wx+", "a+", "c"];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);

    match Typecode::parse(&text) {
        Ok(row) => assert_eq!(row.code.to_string(), text),
        Err(error) => {
            assert_eq!(error.code(), "ERR_INVALID_TYPECODE");
            assert!(typecode::all().all(|row| row.code.to_string() != text));
            assert!(error.to_string().contains(&*text));
        }
    }
    match Flags::parse(&text) {
        Ok(flags) => assert_eq!(flags.as_str(), text),
        Err(error) => {
            assert_eq!(error.code(), "ERR_OUT_OF_RANGE");
            assert!(!FLAGS.contains(&&*text));
        }
    }
    assert_eq!(Advice::parse(&text).is_ok(), ADVICE.contains(&&*text));
    assert_eq!(FileIdentity::from_text(&text).to_string(), text);

    // A name leads to a file of that very directory, or nowhere.
    if let Ok(path) = path_of(bytes) {
        assert_eq!(path.parent(), Some(Path::new("/dev/shm")));
        let name = path.file_name().map(|name| name.as_encoded_bytes());
        assert_eq!(name, Some(bytes.strip_prefix(b"/").unwrap_or(bytes)));
    }
});
