//! Calls that read or write elements where they are, and those that change none.

use std::os::fd::AsRawFd;

use mmap_array::array::peer::Peer;
use mmap_array::element::Element;
use mmap_array::mapping::Advice;
use mmap_array::storage::Access;

use crate::disk::Disk;
use crate::list;
use crate::slot::copied;
use crate::steps::Step;
use crate::world::{World, code, refused};

impl World {
    /// A call that writes elements where they are.
    pub fn store(&mut self, at: usize, step: Step) {
        let (size, offset) = (self.size, self.offset);
        let mut bytes = self.elements_of(at);
        let length = bytes.len() / size;
        let slot = self.slots[at].as_mut().expect("in use");
        let stored = |bytes: &[u8; 8]| Element::from_bytes(&bytes[..size]);
        let done = code(match &step {
            Step::Set(index, element) => slot.array.set(index.0, &stored(element)),
            Step::Fill(element, start, end) => {
                slot.array
                    .fill(&stored(element), start.map(|start| start.0), end.map(|end| end.0))
            }
            Step::Reverse => slot.array.reverse(),
            _ => slot.array.byteswap(),
        });
        if slot.flags.access() == Access::ReadOnly {
            return assert_eq!(done, refused("ERR_READ_ONLY"));
        }
        let written: Vec<usize> = match &step {
            Step::Set(index, element) => {
                let Some(index) = list::inside(length, index.0) else {
                    return assert_eq!(done, refused("ERR_INDEX_OUT_OF_RANGE"));
                };
                list::scatter(&mut bytes, size, &[index], &element[..size]);
                vec![index]
            }
            Step::Fill(element, start, end) => {
                let from = start.map_or(0, |start| list::clamped(length, start.0));
                let to = end.map_or(length, |end| list::clamped(length, end.0));
                let picked: Vec<usize> = (from..to).collect();
                list::scatter(&mut bytes, size, &picked, &element[..size].repeat(picked.len()));
                picked
            }
            Step::Reverse => {
                let turned: Vec<u8> = bytes.chunks(size).rev().flatten().copied().collect();
                bytes = turned;
                // One in the middle stays where it is.
                (0..length)
                    .filter(|index| length % 2 == 0 || *index != length / 2)
                    .collect()
            }
            _ => {
                bytes.chunks_mut(size).for_each(<[u8]>::reverse);
                if size == 1 { vec![] } else { (0..length).collect() }
            }
        };
        assert_eq!(done, Ok(()), "{step:?}");
        for index in written {
            let element = bytes[index * size..(index + 1) * size].to_vec();
            slot.store(&mut self.disk, offset + index * size, &element);
        }
    }

    /// A call that only reads.
    pub fn read(&mut self, at: usize, step: Step) {
        let (size, row) = (self.size, self.typecode);
        let bytes = self.elements_of(at);
        let length = bytes.len() / size;
        let stored = |bytes: &[u8; 8]| Element::from_bytes(&bytes[..size]);
        let array = &self.slots[at].as_ref().expect("in use").array;
        match step {
            Step::Get(index) => {
                let expected = list::inside(length, index.0).map(|index| list::element(&bytes, size, index));
                assert_eq!(array.get(index.0).ok(), expected);
            }
            Step::CopySlice(slice) => match list::indices(length as u64, slice.bounds()) {
                None => assert_eq!(
                    code(copied(array, slice.bounds(), 0)),
                    refused("ERR_OUT_OF_RANGE")
                ),
                Some(picked) => {
                    let expected: Vec<u8> = picked
                        .iter()
                        .flat_map(|at| &bytes[at * size..][..size])
                        .copied()
                        .collect();
                    assert_eq!(copied(array, slice.bounds(), picked.len()).unwrap(), expected);
                }
            },
            Step::Count(element) => {
                let wanted = stored(&element).decode(row.scalar);
                let equal = |at: &usize| list::element(&bytes, size, *at).decode(row.scalar) == wanted;
                assert_eq!(
                    array.count(&stored(&element)),
                    (0..length).filter(equal).count() as u64
                );
            }
            Step::Find(element, start, stop) => {
                let (from, to) = (list::clamped(length, start.0), list::clamped(length, stop.0));
                let expected = list::find(&bytes, row, &stored(&element), from, to.max(from));
                assert_eq!(
                    array.find(&stored(&element), start.0, stop.0),
                    expected.map(|at| at as u64)
                );
            }
            Step::Notify(index) => {
                if size == 4 {
                    let expected =
                        list::inside(length, index.0).map_or(refused("ERR_INDEX_OUT_OF_RANGE"), |_| Ok(0));
                    assert_eq!(code(array.notify(index.0, 1)), expected);
                }
            }
            _ => {
                let copy = Disk::new("copy", b"");
                array
                    .write_to_open(&Peer::borrow(copy.file.as_raw_fd()).unwrap())
                    .unwrap();
                assert_eq!(Disk::contents(&copy.file), bytes);
            }
        }
    }

    /// A call that changes no element, and makes a reserved array exact or leaves it.
    pub fn keep(&mut self, at: usize, step: Step) {
        let array = &mut self.slots[at].as_mut().expect("in use").array;
        match step {
            Step::Advise(advice, start, end) => {
                const ALL: [Advice; 6] = [
                    Advice::Normal,
                    Advice::Random,
                    Advice::Sequential,
                    Advice::WillNeed,
                    Advice::DontNeed,
                    Advice::Populate,
                ];
                let advice = ALL[advice as usize % ALL.len()];
                array
                    .advise(advice, start.map(|start| start.0), end.map(|end| end.0))
                    .unwrap();
            }
            Step::Trim => {
                array.trim().unwrap();
                self.reserved = None;
            }
            _ => {
                array.flush().unwrap();
                self.reserved = None;
            }
        }
    }
}
