//! The class `UnfinishedFile` of the addon: a file that is removed at the end of its thread or process, unless it was finished.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::os::unfinished_file;

#[napi]
pub struct UnfinishedFile {
    file: RefCell<Option<unfinished_file::UnfinishedFile>>,
}

#[napi]
impl UnfinishedFile {
    /// For a file that the caller is about to create at an absolute path.
    #[napi(constructor)]
    pub fn new(path: Uint8Array) -> Self {
        let file = unfinished_file::UnfinishedFile::new(Path::new(OsStr::from_bytes(&path)));
        UnfinishedFile {
            file: RefCell::new(Some(file)),
        }
    }

    /// Keeps the file: `remove` does nothing from then on.
    #[napi]
    pub fn finish(&self) {
        if let Some(mut file) = self.file.take() {
            file.finish();
        }
    }

    /// Removes the file, unless it was finished.
    #[napi]
    pub fn remove(&self) {
        self.file.take();
    }
}
