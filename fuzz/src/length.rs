//! Calls that may change the length of an array.

use std::io::Seek;
use std::os::fd::AsRawFd;
use std::sync::Arc;

use mmap_array::array::peer::Peer;
use mmap_array::element::Element;
use mmap_array::kernels::Region;
use mmap_array::mapping::Window;
use mmap_array::storage::Access;

use crate::disk::Disk;
use crate::list;
use crate::steps::Step;
use crate::world::{MOST, Outcome, World, code, refused};

impl World {
    /// What a call that may change the length meets first; then whether it may.
    fn begin(&mut self, at: usize) -> Outcome<Outcome<()>> {
        let slot = self.slots[at].as_ref().expect("in use");
        match slot.flags.access() {
            Access::ReadOnly => return refused("ERR_READ_ONLY"),
            Access::CopyOnWrite => return Ok(refused("ERR_FIXED_LENGTH")),
            Access::ReadWrite if slot.fixed.is_some() => return Ok(refused("ERR_FIXED_LENGTH")),
            Access::ReadWrite => {}
        }
        if self.reserved.is_some() {
            return Ok(Ok(()));
        }
        let there = self.elements_there();
        self.slot(at).length = there;
        Ok(if self.disk.len() < self.offset {
            refused("ERR_MEMORY_FAULT")
        } else if self.bytes_there() % self.size != 0 {
            refused("ERR_RAGGED_LENGTH")
        } else {
            Ok(())
        })
    }

    /// Calls it on the array and on the model: the array's elements become others.
    pub fn change(&mut self, at: usize, step: Step) {
        let size = self.size;
        let stored = |bytes: &[u8; 8]| Element::from_bytes(&bytes[..size]);
        if self.is_too_much(&step) {
            return;
        }
        let source = match step {
            Step::ExtendFrom(other) | Step::SetSliceFrom(_, other) => {
                self.memory_of(other as usize % self.slots.len())
            }
            _ => None,
        };
        let array = &mut self.slots[at].as_mut().expect("in use").array;
        let done: Outcome<()> = match &step {
            Step::Append(bytes) => code(array.append(&stored(bytes))),
            Step::Extend(bytes) => code(array.extend(Region::of(&bytes.of(size)))),
            Step::ExtendSelf => {
                let (window, length) = (array.window().clone(), array.byte_length());
                code(array.extend(window.region(length)))
            }
            Step::ExtendFrom(_) => match &source {
                Some((window, bytes)) => code(array.extend(window.region(bytes.len() as u64))),
                None => return,
            },
            Step::SetSliceFrom(slice, _) => match &source {
                Some((window, bytes)) => {
                    code(array.set_slice(window.region(bytes.len() as u64), slice.bounds()))
                }
                None => return,
            },
            Step::SetSlice(slice, bytes) => {
                code(array.set_slice(Region::of(&bytes.of(size)), slice.bounds()))
            }
            Step::DeleteSlice(slice) => code(array.delete_slice(slice.bounds())),
            Step::Insert(index, bytes) => code(array.insert(index.0, &stored(bytes))),
            Step::Pop(index) => code(array.pop(index.0).map(drop)),
            Step::Remove(bytes) => code(array.remove(&stored(bytes)).map(drop)),
            Step::Clear => code(array.clear()),
            Step::Repeat(times) => code(array.repeat((*times).into())),
            Step::Reserve(capacity) => code(array.reserve((*capacity).into())),
            Step::ReadFrom(count) => {
                self.source.file.rewind().unwrap();
                let peer = Peer::borrow(self.source.file.as_raw_fd()).unwrap();
                code(array.read_from(&peer, (*count).into()))
            }
            _ => unreachable!("{step:?} is done elsewhere"),
        };
        let given = source.map(|(_, bytes)| bytes);
        let expected = self.expected_change(at, &step, given);
        assert_eq!(done, expected, "{step:?}");
    }

    /// Window and elements of an array that may be read from: one whose memory is all there.
    fn memory_of(&self, at: usize) -> Option<(Arc<Window>, Vec<u8>)> {
        let slot = self.slots[at].as_ref()?;
        if self.end_of(slot.length) > self.disk.len() || slot.array.require_sound().is_err() {
            return None;
        }
        Some((slot.array.window().clone(), self.elements_of(at)))
    }

    fn is_too_much(&self, step: &Step) -> bool {
        let factor = match step {
            Step::Repeat(times) => (*times).max(1) as usize,
            Step::ExtendSelf | Step::ExtendFrom(_) | Step::SetSliceFrom(..) => 2,
            _ => 1,
        };
        self.disk.len() * factor > MOST
    }

    fn expected_change(&mut self, at: usize, step: &Step, given: Option<Vec<u8>>) -> Outcome<()> {
        let size = self.size;
        let row = self.typecode;
        let is_read_only = self.slot(at).flags.access() == Access::ReadOnly;
        let source = match step {
            Step::Extend(bytes) | Step::SetSlice(_, bytes) => bytes.of(size),
            Step::ExtendSelf => self.elements_of(at),
            _ => given.unwrap_or_default(),
        };
        // What is checked before the file is looked at.
        match step {
            Step::SetSlice(..) | Step::SetSliceFrom(..) if is_read_only => return refused("ERR_READ_ONLY"),
            _ if source.len() % size != 0 => return refused("ERR_RAGGED_LENGTH"),
            Step::SetSlice(slice, _) | Step::SetSliceFrom(slice, _) => {
                let length = self.slot(at).length as u64;
                let picked = list::indices(length, slice.bounds()).ok_or("ERR_OUT_OF_RANGE")?;
                if picked.len() * size == source.len() {
                    return self.scatter(at, &picked, &source);
                }
            }
            _ => {}
        }
        let resizable = self.begin(at)?;
        let mut bytes = self.elements_of(at);
        let length = bytes.len() / size;
        let mut outcome = Ok(());
        match step {
            Step::Append(element) => bytes.extend(&element[..size]),
            Step::Extend(_) | Step::ExtendSelf | Step::ExtendFrom(_) => bytes.extend(&source),
            Step::Insert(index, element) => {
                let to = list::clamped(length, index.0) * size;
                bytes.splice(to..to, element[..size].iter().copied());
            }
            Step::Pop(index) => {
                if length == 0 {
                    return refused("ERR_EMPTY");
                }
                let from = list::inside(length, index.0).ok_or("ERR_INDEX_OUT_OF_RANGE")?;
                code(list::element(&bytes, size, from).require_readable(row))?;
                list::delete(&mut bytes, size, &[from]);
            }
            Step::Remove(element) => {
                let needle = Element::from_bytes(&element[..size]);
                if let Some(found) = list::find(&bytes, row, &needle, 0, length) {
                    list::delete(&mut bytes, size, &[found]);
                }
            }
            Step::Clear => bytes.clear(),
            Step::Repeat(times) => bytes = bytes.repeat((*times).max(0) as usize),
            Step::Reserve(_) => {
                resizable?;
                self.reserved = Some(at);
                return Ok(());
            }
            Step::DeleteSlice(slice) => {
                let picked = list::indices(length as u64, slice.bounds()).ok_or("ERR_OUT_OF_RANGE")?;
                list::delete(&mut bytes, size, &picked);
            }
            Step::SetSlice(slice, _) | Step::SetSliceFrom(slice, _) => {
                let bounds = slice.bounds();
                let picked = list::indices(length as u64, bounds).ok_or("ERR_OUT_OF_RANGE")?;
                if picked.len() * size == source.len() {
                    return self.scatter(at, &picked, &source);
                }
                resizable.clone()?;
                if bounds.step.unwrap_or(1) == 1 {
                    let start = bounds.start.map_or(0, |start| list::clamped(length, start)) * size;
                    bytes.splice(start..start + picked.len() * size, source);
                } else if source.is_empty() {
                    list::delete(&mut bytes, size, &picked);
                } else {
                    return refused("ERR_OUT_OF_RANGE");
                }
            }
            Step::ReadFrom(count) => {
                let all = Disk::contents(&self.source.file);
                let there = all.len() / size;
                bytes.extend(&all[..there.min(*count as usize) * size]);
                if there < *count as usize {
                    outcome = refused("ERR_UNEXPECTED_EOF");
                }
            }
            _ => unreachable!("{step:?} is done elsewhere"),
        }
        // What changes nothing may be done to any array.
        if bytes.len() / size != length {
            resizable?;
            self.become_elements(at, bytes);
        }
        outcome
    }

    /// The file holds these elements from now on, and the array all of them.
    fn become_elements(&mut self, at: usize, bytes: Vec<u8>) {
        self.slot(at).length = bytes.len() / self.size;
        let offset = self.offset;
        self.set_disk(|disk| {
            disk.truncate(offset);
            disk.extend(bytes);
        });
    }

    fn scatter(&mut self, at: usize, picked: &[usize], source: &[u8]) -> Outcome<()> {
        let (size, offset) = (self.size, self.offset);
        let slot = self.slots[at].as_ref().expect("in use");
        for (from, index) in picked.iter().enumerate() {
            slot.store(
                &mut self.disk,
                offset + index * size,
                &source[from * size..(from + 1) * size],
            );
        }
        Ok(())
    }
}
