//! Other arrays on the same file, and those who change it from outside.

use std::os::unix::fs::FileExt;
use std::time::Duration;

use mmap_array::array::Array;
use mmap_array::storage::{Access, Flags};

use crate::slot::{Hold, PAGE};
use crate::steps::{Step, Wanted};
use crate::world::{MOST, World, code, refused};

const MOST_ARRAYS: usize = 6;

impl World {
    /// What somebody else cut off reads as zeros from the page behind the file's end on, and is told.
    pub fn touch_behind_the_end(&mut self, at: usize) {
        let (disk, size) = (self.disk.len(), self.size);
        let slot = self.slot(at);
        let last = slot.array.get(-1).unwrap();
        let position = self.end_of(self.slots[at].as_ref().expect("in use").length) - size;
        if position >= disk.div_ceil(PAGE) * PAGE {
            assert!(last.bytes().iter().all(|byte| *byte == 0));
            assert_eq!(
                code(self.slot(at).array.require_sound()),
                refused("ERR_MEMORY_FAULT")
            );
        }
        self.refresh(at);
    }

    pub fn change_outside(&mut self, step: Step) {
        let Some(file) = self.file.as_ref().filter(|_| self.reserved.is_none()) else {
            return;
        };
        match step {
            Step::CutOutside(by) => {
                let to = self.disk.len().saturating_sub(by.into());
                file.set_len(to as u64).unwrap();
                self.set_disk(|disk| disk.truncate(to));
            }
            Step::GrowOutside(by) if self.disk.len() < MOST => {
                let to = self.disk.len() + by as usize;
                // By a write: what lay in the last page behind the end is nobody's promise.
                file.write_all_at(&vec![7; by.into()], self.disk.len() as u64)
                    .unwrap();
                self.set_disk(|disk| disk.resize(to, 7));
            }
            Step::StoreOutside(place, byte) if !self.disk.is_empty() => {
                let place = place as usize % self.disk.len();
                file.write_all_at(&[byte], place as u64).unwrap();
                self.disk[place] = byte;
            }
            _ => {}
        }
    }

    pub fn attach(&mut self, at: usize, wanted: Wanted) {
        if self.slots.len() >= MOST_ARRAYS {
            return;
        }
        let slot = self.slots[at].as_mut().expect("in use");
        let handle = slot.array.handle().unwrap();
        self.reserved = None;
        if self.file.is_none() {
            self.file = Some(slot.array.mapping().storage().file().try_clone().unwrap());
        }
        let (own, fixed) = (slot.flags, slot.fixed);
        let wanted = match wanted {
            Wanted::Same => None,
            Wanted::Read => Some(Flags::Read),
            Wanted::Write => Some(Flags::ReadWrite),
            Wanted::Copy => Some(Flags::CopyOnWrite),
        };
        let attached = Array::attach(&handle, wanted);
        if wanted == Some(Flags::ReadWrite) && own.access() != Access::ReadWrite {
            return assert_eq!(code(attached.map(drop)), refused("ERR_READ_ONLY"));
        }
        let mut array = attached.unwrap();
        // One that was cut before is told so at once.
        if array.require_sound().is_err() {
            array.refresh().unwrap();
        }
        self.add(array, wanted.unwrap_or(own), fixed);
    }

    pub fn close(&mut self, at: usize) {
        // The last one stays: there is nothing to do without.
        if self.slots.iter().flatten().count() > 1 {
            self.slots[at] = None;
            self.reserved = self.reserved.filter(|reserved| *reserved != at);
        }
    }

    pub fn lock(&mut self, at: usize, shared: bool) {
        let wanted = if shared { Hold::Shared } else { Hold::Exclusive };
        let others = self.slots.iter().enumerate().filter(|(n, _)| *n != at);
        let is_free = others
            .filter_map(|(_, slot)| slot.as_ref()?.held)
            .all(|held| held == Hold::Shared && shared);
        let slot = self.slot(at);
        let expected = if slot.held.is_some() {
            refused("ERR_LOCKED")
        } else {
            Ok(is_free)
        };
        assert_eq!(code(slot.array.lock(shared, Duration::ZERO)), expected);
        if expected == Ok(true) {
            slot.held = Some(wanted);
        }
    }
}
