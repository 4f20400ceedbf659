//! Arrays of records and complex numbers do what a list of their bytes does.

use std::os::fd::AsRawFd;

use super::samples::{file_of, records};
use super::slice::Bounds;
use super::{Array, Placement};
use crate::element::Element;
use crate::element_type::{ElementType, field};
use crate::error::Error;
use crate::kernels::Region;
use crate::kernels::bisect::{Side, Value};
use crate::kernels::envelope::Parts;
use crate::kernels::extremes::Extreme;
use crate::storage::{Flags, Storage};
use crate::typecode::Typecode;

fn types() -> impl Iterator<Item = ElementType> {
    let sizes = [2, 3, 8, 16, 20, 41, 4096, 5000];
    let complex = ["Zf", "Zd"].map(|code| Typecode::parse(code).unwrap().into());
    sizes.into_iter().map(records).chain(complex)
}

/// A generator of numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    /// An index, a bound of a slice or none, also behind the ends.
    fn bound(&mut self, length: usize) -> Option<i64> {
        (self.below(4) > 0).then(|| self.below(2 * length as u64 + 5) as i64 - length as i64 - 2)
    }

    fn elements(&mut self, count: usize, size: usize) -> Vec<Vec<u8>> {
        (0..count)
            .map(|_| (0..size).map(|_| self.below(3) as u8).collect())
            .collect()
    }
}

/// The indices that a slice selects.
fn selected(bounds: Bounds, length: usize) -> Vec<usize> {
    let stride = bounds.resolve(length as u64).unwrap();
    let index = |n: usize| (stride.start as isize + n as isize * stride.step) as usize;
    (0..stride.count).map(index).collect()
}

fn check_sequence(mut array: Array, random: &mut Random) {
    let size = array.itemsize() as usize;
    let mut model: Vec<Vec<u8>> = vec![];
    for _ in 0..if cfg!(miri) { 20 } else { 120 } {
        let length = model.len();
        let one = random.elements(1, size).remove(0);
        let element = Element::from_bytes(&one);
        let step = [1, 1, 1, 2, 3, -1, -2, 7][random.below(8) as usize];
        let bounds = Bounds {
            start: random.bound(length),
            stop: random.bound(length),
            step: Some(step),
        };
        let operation = random.below(16);
        match operation {
            0 | 1 => {
                array.append(&element).unwrap();
                model.push(one);
            }
            2 | 3 => {
                let count = random.below(9) as usize;
                let more = random.elements(count, size);
                array.extend(Region::of(&more.concat())).unwrap();
                model.extend(more);
            }
            4 => {
                let at = random.below(length as u64 + 1);
                array.insert(at as i64, &element).unwrap();
                model.insert(at as usize, one);
            }
            5 if length > 0 => {
                let at = random.below(length as u64) as usize;
                assert_eq!(array.pop(at as i64).unwrap().bytes(), model.remove(at));
            }
            6 if length > 0 => {
                let at = random.below(length as u64) as usize;
                array.set(at as i64, &element).unwrap();
                model[at] = one;
                assert_eq!(array.get(at as i64 - length as i64).unwrap().bytes(), model[at]);
            }
            7 => {
                array.reverse().unwrap();
                model.reverse();
            }
            8 => {
                array.delete_slice(bounds).unwrap();
                let removed = selected(bounds, length);
                let mut at = 0..;
                model.retain(|_| !removed.contains(&at.next().unwrap()));
            }
            9 => {
                let indices = selected(bounds, length);
                let more = random.elements(indices.len(), size);
                array.set_slice(Region::of(&more.concat()), bounds).unwrap();
                for (at, new) in indices.into_iter().zip(more) {
                    model[at] = new;
                }
            }
            10 => {
                let (start, count) = (random.below(length as u64 + 1) as usize, random.below(5) as usize);
                let stop = start + random.below((length - start) as u64 + 1) as usize;
                let bounds = Bounds {
                    start: Some(start as i64),
                    stop: Some(stop as i64),
                    step: None,
                };
                let more = random.elements(count, size);
                array.set_slice(Region::of(&more.concat()), bounds).unwrap();
                model.splice(start..stop, more);
            }
            11 => {
                let bounds = Bounds {
                    step: Some(1),
                    ..bounds
                };
                array.fill(&element, bounds).unwrap();
                for at in selected(bounds, length) {
                    model[at] = one.clone();
                }
            }
            12 => {
                let indices = selected(bounds, length);
                let mut found = vec![0; indices.len() * size];
                array.copy_slice(bounds, Region::of_mut(&mut found)).unwrap();
                let expected: Vec<u8> = indices.into_iter().flat_map(|at| model[at].clone()).collect();
                assert!(found == expected);
            }
            13 if length < 40 => {
                let times = random.below(4);
                array.repeat(times as i64).unwrap();
                model = vec![model; times as usize].concat();
            }
            14 => array.reserve(random.below(60)).unwrap(),
            _ => array.trim().unwrap(),
        }
        assert_eq!(array.length() as usize, model.len(), "operation {operation}");
        let there = array.region().to_vec().unwrap();
        assert!(
            there == model.concat(),
            "operation {operation} of {}",
            array.element_type()
        );
    }
}

#[test]
fn sequences_of_operations_on_elements_of_any_size_agree_with_a_list() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for element_type in types() {
        check_sequence(Array::anonymous(element_type.clone(), 0).unwrap(), &mut random);
        let mut exposed = Array::anonymous(element_type.clone(), 0).unwrap();
        exposed.descriptor().unwrap();
        check_sequence(exposed, &mut random);
        // Behind a header of another program.
        let header = if element_type.alignment() == 1 { 47 } else { 48 };
        let file = file_of(&vec![9; header]);
        let placement = Placement {
            offset: header as u64,
            ..Placement::default()
        };
        let open = || Storage::from_descriptor(file.as_raw_fd(), Flags::ReadWrite);
        let array = Array::open(element_type, Flags::ReadWrite, placement, open).unwrap();
        check_sequence(array, &mut random);
    }
}

#[test]
fn remove_find_and_count_of_records_ignore_the_padding() {
    let mut array = Array::anonymous(records(3), 0).unwrap();
    array
        .extend(Region::of(&[1, 65, 9, 2, 66, 9, 1, 65, 7, 2, 66, 5]))
        .unwrap();
    let needle = Element::from_bytes(&[2, 66, 0]);
    assert_eq!(
        (
            array.find(&needle, 0, i64::MAX),
            array.count(&needle, Bounds::default()).unwrap()
        ),
        (Some(1), 2)
    );
    assert_eq!(array.find(&needle, 2, 3), None);
    assert!(array.remove(&needle).unwrap());
    assert_eq!(array.region().to_vec().unwrap(), [1, 65, 9, 1, 65, 7, 2, 66, 5]);
    assert!(!array.remove(&Element::from_bytes(&[2, 67, 5])).unwrap());
    assert_eq!(array.first_difference(Region::of(&[1, 65, 0, 1, 66, 0])), Some(1));
    array.byteswap().unwrap();
    assert_eq!(array.length(), 3);
}

#[test]
fn pop_of_a_record_with_an_invalid_character_fails_and_keeps_it() {
    let record = ElementType::record(vec![field("letter", "w", Some(2), 1)], 9).unwrap();
    let mut array = Array::anonymous(record, 0).unwrap();
    array
        .append(&Element::from_bytes(&[0, 65, 0, 0, 0, 0, 0, 0x11, 0]))
        .unwrap();
    let error = array.pop(-1).unwrap_err();
    assert_eq!(error.code(), "ERR_VALUE_OUT_OF_RANGE");
    assert!(error.to_string().contains("in the field 'letter'"), "{error}");
    assert_eq!(array.length(), 1);
}

#[test]
fn calls_that_need_an_order_or_a_number_refuse_complex_numbers_and_records() {
    fn refused<T>(done: Result<T, Error>) {
        assert_eq!(done.err().unwrap().code(), "ERR_TYPE_MISMATCH");
    }
    // Four bytes, on which a thread could sleep if they were one number.
    for element_type in [records(4), Typecode::parse("Zf").unwrap().into()] {
        let mut array = Array::anonymous(element_type, 0).unwrap();
        array.extend(Region::of(&[1; 8])).unwrap();
        let value = Value {
            number: crate::element::Number::Integer(0),
            excess: 0,
        };
        let parts = || Parts {
            elements: 0..1,
            count: 1,
        };
        refused(array.extreme(Extreme::Least, None, Bounds::default()));
        refused(array.extreme(Extreme::Greatest, None, Bounds::default()));
        refused(array.sort(None));
        refused(array.sort_later(1, None));
        refused(array.bisect(value, 0, 1, Side::Left, None));
        refused(array.searchsorted(Region::of(&[1; 8]), Side::Left, None, Region::of_mut(&mut [0.0])));
        refused(array.envelope(&parts(), None, Region::of_mut(&mut [0u8; 16])));
        refused(array.envelope_later(1, parts(), None));
        refused(array.wait(0, 0, std::time::Duration::ZERO));
        refused(array.notify(0, 1));
        assert_eq!(array.region().to_vec().unwrap(), [1; 8]);
        array.pop(0).unwrap();
    }
}
