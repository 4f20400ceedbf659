//! What the kernel says is mapped at an address. [`file_at`] allocates nothing, so that a signal handler may call it; [`Mappings`] reads
//! the whole list, for many questions. Both need `/proc`, and have no fallback.
#![allow(unsafe_code, reason = "reads a file with system calls alone")]

use std::sync::atomic::{AtomicI32, Ordering};

/// The file behind an address, as `/proc/self/maps` names it. `stat` may name it differently.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MappedFile {
    pub major: u64,
    pub minor: u64,
    /// 0 if no file is mapped.
    pub inode: u64,
    /// The byte of the file at the address.
    pub offset: u64,
}

/// The first descriptor of the list that was opened. It is kept, because the process may have no descriptor left when a signal comes.
static SPARE: AtomicI32 = AtomicI32::new(-1);

/// The file at an address. `None` if nothing is mapped there, or if the kernel does not tell.
pub fn file_at(address: usize) -> Option<MappedFile> {
    // SAFETY: the path is a constant, and open may be called in a signal handler.
    let descriptor = unsafe { libc::open(c"/proc/self/maps".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    if descriptor < 0 {
        return search(SPARE.load(Ordering::Acquire), address as u64);
    }
    let found = search(descriptor, address as u64);
    let kept = SPARE.compare_exchange(-1, descriptor, Ordering::AcqRel, Ordering::Relaxed);
    if kept.is_err() {
        // SAFETY: the descriptor was opened above, and nobody else knows it.
        unsafe { libc::close(descriptor) };
    }
    found
}

/// All mappings of the process at one moment. Must not be used in a signal handler.
#[derive(Debug)]
pub struct Mappings(Vec<Line>);

impl Mappings {
    pub fn now() -> std::io::Result<Mappings> {
        let text = std::fs::read("/proc/self/maps")?;
        let mut lines = Vec::new();
        let mut line = Line::default();
        for byte in text {
            if line.feed(byte) {
                lines.push(std::mem::take(&mut line));
            }
        }
        Ok(Mappings(lines))
    }

    /// The file at an address. `None` if nothing is mapped there.
    pub fn file_at(&self, address: usize) -> Option<MappedFile> {
        let address = address as u64;
        let at = self.0.partition_point(|line| line.end() <= address);
        self.0.get(at)?.at(address)
    }
}

fn search(descriptor: i32, address: u64) -> Option<MappedFile> {
    let mut line = Line::default();
    let mut chunk = [0u8; 1024];
    let mut at = 0;
    loop {
        // pread, because several threads may use the spare descriptor at once.
        // SAFETY: the buffer has that length, and pread may be called in a signal handler.
        let got = unsafe { libc::pread(descriptor, chunk.as_mut_ptr().cast(), chunk.len(), at) };
        at += libc::off_t::try_from(got).ok().filter(|got| *got > 0)?;
        let got = usize::try_from(got).ok()?;
        for byte in chunk.iter().take(got) {
            if line.feed(*byte)
                && let Some(found) = std::mem::take(&mut line).at(address)
            {
                return Some(found);
            }
        }
    }
}

/// The numbers of a line: start, end, permissions (skipped), offset, major and minor of the device, inode.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    numbers: [u64; 7],
    field: usize,
}

const INODE: usize = 6;

impl Line {
    /// Parses a byte. Returns true at the end of the line.
    fn feed(&mut self, byte: u8) -> bool {
        let radix = if self.field == INODE { 10 } else { 16 };
        match (byte, char::from(byte).to_digit(radix)) {
            (b'\n', _) => return true,
            (b' ' | b'-' | b':', _) if self.is_separator(byte) => self.field += 1,
            (_, Some(digit)) if self.field <= INODE => {
                let number = &mut self.numbers[self.field];
                *number = number.wrapping_mul(radix.into()).wrapping_add(digit.into());
            }
            _ => {}
        }
        false
    }

    fn is_separator(&self, byte: u8) -> bool {
        const SEPARATORS: [u8; 7] = *b"-   :  ";
        SEPARATORS.get(self.field) == Some(&byte)
    }

    fn end(self) -> u64 {
        self.numbers[1]
    }

    fn at(self, address: u64) -> Option<MappedFile> {
        let [start, end, _, offset, major, minor, inode] = self.numbers;
        (start <= address && address < end).then(|| MappedFile {
            major,
            minor,
            inode,
            offset: offset.wrapping_add(address - start),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::unix::fs::MetadataExt;

    fn parsed(text: &str) -> Line {
        let mut line = Line::default();
        for (at, byte) in text.bytes().enumerate() {
            assert_eq!(line.feed(byte), at + 1 == text.len(), "{text:?} at {at}");
        }
        line
    }

    #[test]
    fn feed_of_a_line_reads_its_numbers() {
        let line = "7f12aa-7f13ff r--p 00002000 fe:1b 1234567          /a path-with 12:34 numbers\n";
        assert_eq!(
            parsed(line).at(0x7f12ab),
            Some(MappedFile {
                major: 0xfe,
                minor: 0x1b,
                inode: 1_234_567,
                offset: 0x2001
            })
        );
        assert_eq!(parsed(line).at(0x7f13ff), None);
        let anonymous = "1000-2000 rw-p 00000000 00:00 0 \n";
        assert_eq!(parsed(anonymous).at(0x1000), Some(MappedFile::default()));
    }

    #[test]
    fn file_at_of_a_mapped_file_finds_it() {
        let file = File::open(std::env::current_exe().unwrap()).unwrap();
        let inode = file.metadata().unwrap().ino();
        // SAFETY: the program's own file is not changed while it runs.
        let map = unsafe { memmap2::MmapOptions::new().offset(4096).len(64).map(&file) }.unwrap();
        let found = file_at(map.as_ptr().addr() + 5).unwrap();
        assert_eq!((found.inode, found.offset), (inode, 4101));
        assert_eq!(file_at(0), None);
        let mappings = Mappings::now().unwrap();
        assert_eq!(mappings.file_at(map.as_ptr().addr() + 5), Some(found));
        assert_eq!(mappings.file_at(0), None);
        assert_eq!(mappings.file_at(usize::MAX), None);
        for line in &mappings.0 {
            let [start, end, ..] = line.numbers.map(|number| number as usize);
            assert_eq!(mappings.file_at(start), line.at(start as u64));
            assert_eq!(mappings.file_at(end - 1), line.at(end as u64 - 1));
        }
    }
}
