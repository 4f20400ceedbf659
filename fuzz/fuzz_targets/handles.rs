//! Handles with forged fields: an array of the very file that the handle names, or an error.
#![no_main]

use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::PathBuf;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mmap_array::array::{Array, Placement, WantedShape};
use mmap_array::kernels::Region;
use mmap_array::npy::Header;
use mmap_array::os::identity::FileIdentity;
use mmap_array::os::process::ProcessIdentity;
use mmap_array::sharing::handle::Handle;
use mmap_array::storage::{Access, Flags, Format, Storage};
use mmap_array::typecode::Typecode;
use mmap_array_fuzz::disk::Disk;
use mmap_array_fuzz::elements::bytes_of;
use mmap_array_fuzz::input::AnyType;

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Mode {
    Read,
    Write,
    Empty,
    New,
    Keep,
    Copy,
}

impl Mode {
    fn flags(self) -> Flags {
        match self {
            Mode::Read => Flags::Read,
            Mode::Write => Flags::ReadWrite,
            Mode::Empty => Flags::CreateOrTruncate,
            Mode::New => Flags::CreateNew,
            Mode::Keep => Flags::CreateOrKeep,
            Mode::Copy => Flags::CopyOnWrite,
        }
    }
}

/// Which of the arrays that are there a field is taken from.
type Which = u8;

#[derive(Arbitrary, Debug)]
enum Owner {
    Of(Which),
    Pid {
        pid: u32,
        started: u64,
    },
    /// One that is alive, with its true start.
    Alive(u8),
}

#[derive(Arbitrary, Debug)]
enum Location {
    Of(Which),
    None,
    Secret,
    Text(String),
    /// Something that must not be opened, or cannot be mapped.
    Special(u8),
    Descriptor(i32),
}

#[derive(Arbitrary, Debug)]
enum Identity {
    Of(Which),
    Secret,
    Text(String),
}

#[derive(Arbitrary, Debug)]
struct Forged {
    element_type: AnyType,
    flags: Mode,
    owner: Owner,
    mapping: Result<Which, u64>,
    descriptor: Result<Which, i32>,
    path: Location,
    identity: Identity,
    offset: Option<u64>,
    length: Option<Option<u64>>,
    row_shape: Option<Option<Vec<u64>>>,
    /// Whether it is to be a .npy file.
    npy: Option<bool>,
    base: Which,
    wanted: Option<Mode>,
}

const SPECIAL: [&str; 10] = [
    "/",
    "/dev/null",
    "/dev/zero",
    "/proc/self/mem",
    "/proc/self/maps",
    "/proc/self/fd",
    "/proc/self/exe",
    "/proc/self/root",
    "",
    "\0",
];

struct There {
    disk: Disk,
    _npy: Disk,
    secret: Disk,
    arrays: Vec<Array>,
    handles: Vec<Handle>,
}

impl There {
    fn new() -> There {
        let disk = Disk::new("handles", &[5; 10_000]);
        let npy = Disk::new("npy", b"");
        let secret = Disk::new("secret", &[9; 10_000]);
        let open = |code: &str, flags, offset, length| {
            Array::open(
                Typecode::parse(code).unwrap(),
                flags,
                Placement {
                    offset,
                    length,
                    ..Placement::default()
                },
                || Storage::open(&disk.path, flags, 0o600),
            )
            .unwrap()
        };
        let mut anonymous = Array::anonymous(Typecode::parse("b").unwrap(), 0).unwrap();
        anonymous.extend(Region::of(&[1; 5000])).unwrap();
        let mut numbered = Array::open_npy(
            Some(Typecode::parse("i").unwrap().into()),
            Flags::CreateOrTruncate,
            Placement::default(),
            || Storage::open(&npy.path, Flags::ReadWrite, 0o600),
        )
        .unwrap();
        numbered.extend(Region::of(&[3; 4000])).unwrap();
        let rows = Placement {
            shape: Some(WantedShape::new(&[None, Some(5), Some(3)]).unwrap()),
            ..Placement::default()
        };
        let by_rows = Array::open(Typecode::parse("h").unwrap(), Flags::ReadWrite, rows, || {
            Storage::open(&disk.path, Flags::ReadWrite, 0o600)
        })
        .unwrap();
        let mut arrays = vec![
            open("i", Flags::ReadWrite, 0, None),
            open("d", Flags::ReadWrite, 4096, Some(10)),
            open("B", Flags::Read, 17, None),
            open("q", Flags::CopyOnWrite, 16, None),
            anonymous,
            numbered,
            by_rows,
        ];
        let handles = arrays.iter_mut().map(|array| array.handle().unwrap()).collect();
        There {
            disk,
            _npy: npy,
            secret,
            arrays,
            handles,
        }
    }

    fn handle(&self, which: Which) -> &Handle {
        &self.handles[which as usize % self.handles.len()]
    }

    fn forge(&self, forged: &Forged) -> Handle {
        let base = self.handle(forged.base).clone();
        Handle {
            flags: forged.flags.flags(),
            owner: match &forged.owner {
                Owner::Of(which) => self.handle(*which).owner,
                Owner::Pid { pid, started } => ProcessIdentity {
                    pid: *pid,
                    started: *started,
                },
                Owner::Alive(which) => {
                    let pid =
                        [1, std::process::id(), std::os::unix::process::parent_id()][*which as usize % 3];
                    ProcessIdentity::of(pid).unwrap_or(base.owner)
                }
            },
            pid_namespace: base.pid_namespace,
            mapping: forged
                .mapping
                .map_or_else(|number| number, |which| self.handle(which).mapping),
            descriptor: forged
                .descriptor
                .map_or_else(|number| number, |which| self.handle(which).descriptor),
            path: match &forged.path {
                Location::Of(which) => self.handle(*which).path.clone(),
                Location::None => None,
                Location::Secret => Some(self.secret.path.to_string_lossy().into_owned()),
                Location::Text(text) => Some(text.clone()),
                Location::Special(which) => Some(String::from(SPECIAL[*which as usize % SPECIAL.len()])),
                Location::Descriptor(number) => Some(format!("/proc/self/fd/{number}")),
            },
            identity: match &forged.identity {
                Identity::Of(which) => self.handle(*which).identity.clone(),
                Identity::Secret => FileIdentity::of(&self.secret.file).unwrap(),
                Identity::Text(text) => FileIdentity::from_text(text),
            },
            offset: forged.offset.unwrap_or(base.offset),
            length: forged.length.unwrap_or(base.length),
            row_shape: forged.row_shape.clone().unwrap_or(base.row_shape),
            format: match forged.npy {
                None => base.format,
                Some(true) => Format::Npy,
                Some(false) => Format::Raw,
            },
        }
    }
}

fn open_descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fuzz_target!(|forged: Forged| {
    let there = There::new();
    let handle = there.forge(&forged);
    let before = open_descriptors();
    let attached = Array::attach(
        forged.element_type.0.clone(),
        &handle,
        forged.wanted.map(Mode::flags),
    );
    if let Ok(array) = attached {
        check(&handle, array);
    }
    assert_eq!(open_descriptors(), before, "a descriptor was left open");
    // What was there is as it was.
    assert!(Disk::contents(&there.disk.file) == [5; 10_000]);
    assert!(Disk::contents(&there.secret.file) == [9; 10_000]);
    assert!(bytes_of(&there.arrays[4]) == [1; 5000]);
});

/// What an array that was attached may be, whatever its handle says.
fn check(handle: &Handle, mut array: Array) {
    let file: &File = array.mapping().storage().file();
    assert_eq!(FileIdentity::of(file).unwrap(), handle.identity);
    let link = std::fs::read_link(PathBuf::from(format!("/proc/self/fd/{}", file.as_raw_fd()))).unwrap();
    assert!(file.metadata().unwrap().is_file(), "{link:?} is no file");
    assert_eq!(array.mapping().offset(), handle.offset);
    if handle.flags.access() != Access::ReadWrite {
        assert_ne!(array.flags().access(), Access::ReadWrite);
    }
    // As long as the file is from the offset on, and no longer than the handle says.
    let contents = Disk::contents(file);
    let from = usize::try_from(handle.offset)
        .unwrap_or(usize::MAX)
        .min(contents.len());
    let there = (contents.len() - from) / array.element_type().itemsize();
    let counted = match handle.format {
        Format::Raw => there,
        // The header, which ends where the elements begin, says how many there are.
        Format::Npy => Header::parse(&contents[..from]).unwrap().count as usize,
    };
    let there = there.min(counted);
    let length = handle.length.map_or(there, |length| {
        there.min(usize::try_from(length).unwrap_or(usize::MAX))
    });
    // Whole rows.
    let row: u64 = handle.row_shape.iter().flatten().product();
    let length = length / row as usize * row as usize;
    assert_eq!(array.length(), length as u64);
    assert_eq!(array.shape().iter().product::<u64>(), array.length());
    assert!(bytes_of(&array) == contents[from..from + length * array.element_type().itemsize()]);
    array.check_faults().unwrap();
    assert_eq!(array.refresh().unwrap(), length as u64);
    if let Some(last) = length.checked_sub(1) {
        array.get(last as i64).unwrap();
        array.get(-1).unwrap();
    }
    array.handle().unwrap();
}
