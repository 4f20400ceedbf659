//! A file of a target's own in the temporary directory; its name goes away with it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

pub struct Disk {
    pub path: PathBuf,
    pub file: File,
}

impl Disk {
    /// A new file with these bytes. One of a process at a time has a name.
    pub fn new(name: &str, bytes: &[u8]) -> Disk {
        let path = std::env::temp_dir().join(format!("mmap-array-fuzz-{}-{name}", std::process::id()));
        let _ = fs::remove_file(&path);
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .expect("the temporary directory takes files");
        file.write_all_at(bytes, 0).expect("and there is room in it");
        Disk { path, file }
    }

    /// What is in a file now.
    pub fn contents(file: &File) -> Vec<u8> {
        let length = file.metadata().expect("an open file").len() as usize;
        let mut bytes = vec![0; length];
        file.read_exact_at(&mut bytes, 0).expect("nobody else cuts it");
        bytes
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
