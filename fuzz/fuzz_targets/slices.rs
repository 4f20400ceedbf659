//! Slices: their arithmetic against walking them, then what arrays do with them against a `Vec`.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mmap_array::array::Array;
use mmap_array::array::slice::{Bounds, rising};
use mmap_array::kernels::Region;
use mmap_array_fuzz::elements::{bytes_of, copied};
use mmap_array_fuzz::input::{AnyType, Bytes, Slice};
use mmap_array_fuzz::list;

#[derive(Arbitrary, Debug)]
enum Step {
    Set(Slice, Bytes),
    Delete(Slice),
    Copy(Slice),
}

#[derive(Arbitrary, Debug)]
struct Input {
    length: u64,
    slice: Slice,
    element_type: AnyType,
    /// Whether the array is to be an exact one.
    exact: bool,
    initial: Bytes,
    steps: Vec<Step>,
}

fuzz_target!(|input: Input| {
    arithmetic(input.length, input.slice.bounds());
    arithmetic(input.length % 100, input.slice.bounds());
    operations(&input);
});

/// The resolved slice has as many elements as Python counts, and all of them are inside.
fn arithmetic(length: u64, bounds: Bounds) {
    let resolved = bounds.resolve(length);
    if bounds.step == Some(0) {
        assert!(resolved.is_err());
        return;
    }
    let stride = resolved.unwrap();
    let at = |n: usize| stride.start as i128 + n as i128 * stride.step as i128;
    if length < 100 {
        let walked = list::indices(length, bounds).unwrap();
        let resolved: Vec<_> = (0..stride.count).map(|n| at(n) as usize).collect();
        assert_eq!(resolved, walked);
    }
    let Some(last) = stride.count.checked_sub(1) else {
        return;
    };
    for n in [0, last] {
        assert!((0..i128::from(length)).contains(&at(n)), "{stride:?} of {length}");
    }
    // Nor could there be one more.
    let next = at(stride.count);
    let end = i128::from(i64::try_from(length).unwrap_or(i64::MAX));
    let stop = bounds
        .stop
        .map_or(if stride.step > 0 { end } else { -1 }, |stop| {
            let stop = if stop < 0 {
                i128::from(stop) + end
            } else {
                stop.into()
            };
            if stride.step > 0 {
                stop.clamp(0, end)
            } else {
                stop.clamp(-1, end - 1)
            }
        });
    assert!(if stride.step > 0 {
        next >= stop
    } else {
        next <= stop
    });
    let turned = rising(stride);
    assert_eq!(turned.count, stride.count);
    if stride.step < 0 {
        assert_eq!(turned.start as i128, at(last));
        assert!(turned.step > 0);
    }
}

fn operations(input: &Input) {
    let element_type = &input.element_type.0;
    let size = element_type.itemsize();
    let mut array = Array::anonymous(element_type.clone(), 0).unwrap();
    let mut model = input.initial.of(size);
    model.truncate(model.len() / size * size);
    array.extend(Region::of(&model)).unwrap();
    if input.exact {
        array.handle().unwrap();
    }
    for step in &input.steps {
        match step {
            Step::Set(slice, values) => set(&mut array, &mut model, slice.bounds(), &values.of(size)),
            Step::Delete(slice) => {
                let deleted = array.delete_slice(slice.bounds());
                match list::indices(array_length(&model, size), slice.bounds()) {
                    None => assert_eq!(deleted.unwrap_err().code(), "ERR_OUT_OF_RANGE"),
                    Some(picked) => {
                        deleted.unwrap();
                        list::delete(&mut model, size, &picked);
                    }
                }
            }
            Step::Copy(slice) => match list::indices(array_length(&model, size), slice.bounds()) {
                None => assert!(copied(&array, slice.bounds(), 0).is_err()),
                Some(picked) => {
                    let expected: Vec<u8> = picked
                        .iter()
                        .flat_map(|at| model[at * size..][..size].to_vec())
                        .collect();
                    assert_eq!(copied(&array, slice.bounds(), picked.len()).unwrap(), expected);
                }
            },
        }
        assert_eq!(bytes_of(&array), model);
        if model.len() > 1 << 17 {
            break;
        }
    }
}

fn array_length(model: &[u8], size: usize) -> u64 {
    (model.len() / size) as u64
}

fn set(array: &mut Array, model: &mut Vec<u8>, bounds: Bounds, values: &[u8]) {
    let size = array.element_type().itemsize();
    let done = array
        .set_slice(Region::of(values), bounds)
        .map_err(|error| error.code().into_owned());
    let expected = expected_set(model, size, bounds, values);
    assert_eq!(done, expected.map_err(String::from));
}

fn expected_set(model: &mut Vec<u8>, size: usize, bounds: Bounds, values: &[u8]) -> Result<(), &'static str> {
    if values.len() % size != 0 {
        return Err("ERR_RAGGED_LENGTH");
    }
    let picked = list::indices(array_length(model, size), bounds).ok_or("ERR_OUT_OF_RANGE")?;
    if picked.len() * size == values.len() {
        list::scatter(model, size, &picked, values);
    } else if bounds.step.unwrap_or(1) == 1 {
        // An empty slice stands where its start is.
        let start = bounds
            .start
            .map_or(0, |start| list::clamped(model.len() / size, start));
        model.splice(
            start * size..(start + picked.len()) * size,
            values.iter().copied(),
        );
    } else if values.is_empty() {
        list::delete(model, size, &picked);
    } else {
        return Err("ERR_OUT_OF_RANGE");
    }
    Ok(())
}
