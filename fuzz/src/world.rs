//! Several arrays on one file, and others who change that file: each step is done to the arrays and to a plain model,
//! and the two must agree on the outcome, on every byte and on the file.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::rc::Rc;

use mmap_array::array::{Array, Placement};
use mmap_array::storage::{Access, Flags, Storage};
use mmap_array::typecode::Typecode;

use crate::disk::Disk;
use crate::input::Bytes;
use crate::slot::{OwnPages, PAGE, Slot, bytes_of};
use crate::steps::{Before, Place, Run, Step};

/// Bytes at which a file of a run grows no more.
pub const MOST: usize = 1 << 18;

pub struct World {
    pub typecode: &'static Typecode,
    pub size: usize,
    pub offset: usize,
    /// What the file is to hold. While an array is reserved, up to its length.
    pub disk: Vec<u8>,
    /// The slot that alone may change the length.
    pub reserved: Option<usize>,
    pub slots: Vec<Option<Slot>>,
    /// For changes from outside; anonymous memory has one once it is shared.
    pub file: Option<File>,
    /// Other bytes to read elements from.
    pub source: Disk,
    _named: Option<Disk>,
}

pub type Outcome<T> = Result<T, String>;

pub fn code<T>(done: mmap_array::error::Result<T>) -> Outcome<T> {
    done.map_err(|error| error.code().into_owned())
}

pub fn refused<T>(code: &str) -> Outcome<T> {
    Err(code.to_owned())
}

impl Run {
    pub fn play(self) {
        let mut world = World::new(&self);
        for (number, step) in self.steps {
            let at = number as usize % world.slots.len();
            if world.slots[at].is_some() {
                world.step(at, step);
                world.check();
            }
        }
    }
}

/// Pages that another array with the same window has made its own are this one's too.
fn same_pages(slots: &[Option<Slot>], array: &Array) -> Option<OwnPages> {
    let start = array.window().start();
    slots
        .iter()
        .flatten()
        .find(|slot| slot.array.window().start() == start)
        .map(|slot| slot.own_pages.clone())
}

impl World {
    fn new(run: &Run) -> World {
        let typecode = run.code.0;
        let size = typecode.itemsize();
        let source = Disk::new(
            "source",
            &Bytes::Run {
                elements: 1000,
                seed: 3,
            }
            .of(size),
        );
        let mut world = World {
            typecode,
            size,
            offset: 0,
            disk: vec![],
            reserved: None,
            slots: vec![],
            file: None,
            source,
            _named: None,
        };
        match &run.place {
            Place::Anonymous => {
                let array = Array::anonymous(typecode, 0).unwrap();
                world.add(array, Flags::ReadWrite, None);
                world.reserved = Some(0);
            }
            Place::File { before, bytes, fixed } => {
                world.offset = match before {
                    Before::Nothing => 0,
                    Before::Elements(n) => *n as usize * size,
                    Before::Page => PAGE,
                    Before::PageAndElements(n) => PAGE + *n as usize * size,
                };
                world.disk = vec![0xEE; world.offset];
                world.disk.extend(bytes.of(size));
                let disk = Disk::new("array", &world.disk);
                let there = (world.disk.len() - world.offset) / size;
                let length = fixed.map(|fixed| fixed as usize % (there + 1));
                let placement = Placement {
                    offset: world.offset as u64,
                    length: length.map(|length| length as u64),
                    capacity: None,
                };
                let open = || Storage::open(&disk.path, Flags::ReadWrite, 0o600);
                let array = Array::open(typecode, Flags::ReadWrite, placement, open).unwrap();
                // A length that is all there is fixes nothing.
                let fixed = length.filter(|length| world.offset + length * size < world.disk.len());
                world.file = Some(disk.file.try_clone().unwrap());
                world._named = Some(disk);
                world.add(array, Flags::ReadWrite, fixed);
            }
        }
        world
    }

    pub fn add(&mut self, array: Array, flags: Flags, fixed: Option<usize>) {
        let own_pages =
            same_pages(&self.slots, &array).unwrap_or_else(|| Rc::new(RefCell::new(BTreeMap::new())));
        let there = self.elements_there();
        self.slots.push(Some(Slot {
            array,
            flags,
            fixed,
            length: fixed.map_or(there, |fixed| fixed.min(there)),
            held: None,
            own_pages,
        }));
    }

    /// Bytes from the arrays' offset to the file's end.
    pub fn bytes_there(&self) -> usize {
        self.disk.len().saturating_sub(self.offset)
    }

    pub fn elements_there(&self) -> usize {
        self.bytes_there() / self.size
    }

    pub fn end_of(&self, length: usize) -> usize {
        self.offset + length * self.size
    }

    pub fn slot(&mut self, at: usize) -> &mut Slot {
        self.slots[at].as_mut().expect("only slots in use are asked")
    }

    /// Does a step to an array and to the model.
    fn step(&mut self, at: usize, step: Step) {
        // Who reserves is the only writer: others wait.
        if self.reserved.is_some_and(|reserved| reserved != at) {
            return;
        }
        let takes_over = matches!(
            step,
            Step::Append(_)
                | Step::Insert(..)
                | Step::Pop(_)
                | Step::Remove(_)
                | Step::Clear
                | Step::DeleteSlice(_)
                | Step::Reserve(_)
                | Step::Repeat(_)
                | Step::Refresh
                | Step::Close
        );
        let (length, sound) = (self.slot(at).length, self.slot(at).array.require_sound().is_ok());
        let is_resizable = self.slot(at).flags.access() == Access::ReadWrite && self.slot(at).fixed.is_none();
        let is_cut = self.end_of(length) > self.disk.len() && length > 0;
        if let (Step::Get(_), true, true) = (&step, is_cut, sound) {
            return self.touch_behind_the_end(at);
        }
        if !sound || (is_cut && !(takes_over && is_resizable)) {
            self.refresh(at);
        }
        match step {
            Step::CutOutside(_) | Step::GrowOutside(_) | Step::StoreOutside(..) => self.change_outside(step),
            Step::Attach(wanted) => self.attach(at, wanted),
            Step::Close => self.close(at),
            Step::Refresh => self.refresh(at),
            Step::Lock { shared } => self.lock(at, shared),
            Step::Unlock => {
                let done = code(self.slot(at).array.unlock());
                let had = self.slot(at).held.take().is_some();
                assert_eq!(done, if had { Ok(()) } else { refused("ERR_NOT_LOCKED") });
            }
            Step::Get(_)
            | Step::CopySlice(_)
            | Step::Count(_)
            | Step::Find(..)
            | Step::WriteTo
            | Step::Notify(_) => self.read(at, step),
            Step::Set(..) | Step::Fill(..) | Step::Reverse | Step::Byteswap => self.store(at, step),
            Step::Flush | Step::Trim | Step::Advise(..) => self.keep(at, step),
            other => self.change(at, other),
        }
    }

    pub fn elements_of(&self, at: usize) -> Vec<u8> {
        let slot = self.slots[at].as_ref().expect("in use");
        slot.seen(&self.disk, self.offset, self.end_of(slot.length))
    }

    /// Changes the file's bytes; pages of others' own that lie behind its new end are gone.
    pub fn set_disk(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        let before = self.disk.len();
        change(&mut self.disk);
        if self.disk.len() < before {
            let pages = self.disk.len().div_ceil(PAGE);
            for slot in self.slots.iter().flatten() {
                slot.own_pages.borrow_mut().retain(|page, _| *page < pages);
            }
        }
    }

    pub fn refresh(&mut self, at: usize) {
        let there = self.elements_there();
        let is_reserved = self.reserved.is_some();
        let slot = self.slot(at);
        let expected = match slot.fixed {
            _ if is_reserved => slot.length,
            Some(fixed) => fixed.min(there),
            None if slot.flags == Flags::CopyOnWrite => slot.length.min(there),
            None => there,
        };
        slot.length = expected;
        assert_eq!(slot.array.refresh().unwrap(), expected as u64);
        slot.array.require_sound().unwrap();
    }

    /// The file and every array are what the model says.
    fn check(&self) {
        if let (Some(file), None) = (&self.file, self.reserved) {
            assert!(
                Disk::contents(file) == self.disk,
                "the file is not what it is to be"
            );
        }
        for (at, slot) in self
            .slots
            .iter()
            .enumerate()
            .filter_map(|(at, slot)| Some((at, slot.as_ref()?)))
        {
            assert_eq!(slot.array.length(), slot.length as u64);
            assert_eq!(slot.array.is_reserved(), self.reserved == Some(at));
            assert!(slot.array.capacity() >= slot.array.length());
            // While somebody reserves, and where the file was cut, the others' elements are nobody's promise.
            let is_all_there =
                self.end_of(slot.length) <= self.disk.len() && slot.array.require_sound().is_ok();
            if is_all_there && self.reserved.is_none_or(|reserved| reserved == at) {
                assert!(
                    bytes_of(&slot.array) == self.elements_of(at),
                    "array {at} is not what it is to be"
                );
                slot.array.require_sound().unwrap();
            }
        }
    }
}
