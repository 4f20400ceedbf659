//! What the kernel says is mapped at an address: asked once, which allocates nothing, so that a signal handler may; or of a list of
//! all, for many questions. Without `/proc` there is no answer, and no fallback: who needs one is told that it is missing.
#![allow(unsafe_code, reason = "reads a file with system calls alone")]

use std::sync::atomic::{AtomicI32, Ordering};

/// The file behind an address, as `/proc/self/maps` names it, which is not always how `stat` does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MappedFile {
    pub major: u64,
    pub minor: u64,
    /// 0 where no file is behind it.
    pub inode: u64,
    /// Byte of the file at the address.
    pub offset: u64,
}

/// The first descriptor of the list, kept open: a signal handler may come when the process has none left.
static SPARE: AtomicI32 = AtomicI32::new(-1);

/// `None` where nothing is mapped, or where the kernel does not say.
pub fn file_at(address: usize) -> Option<MappedFile> {
    // SAFETY: a constant path; open may be called in a signal handler.
    let descriptor = unsafe { libc::open(c"/proc/self/maps".as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC) };
    if descriptor < 0 {
        return search(SPARE.load(Ordering::Acquire), address as u64);
    }
    let found = search(descriptor, address as u64);
    let kept = SPARE.compare_exchange(-1, descriptor, Ordering::AcqRel, Ordering::Relaxed);
    if kept.is_err() {
        // SAFETY: opened above, and known to nobody else.
        unsafe { libc::close(descriptor) };
    }
    found
}

/// All that is mapped at one moment. Not for a signal handler.
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

    /// `None` where nothing is mapped.
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
        // By position: several threads may use the spare descriptor.
        // SAFETY: the buffer is as long as is said; pread is a system call and no more.
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
    /// Takes a byte in; true at the line's end.
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
    fn lines_are_read() {
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
    fn a_mapping_of_this_process_is_found() {
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
