use super::*;
use crate::array::files::Mode;
use crate::array::files::external_file::{ExternalFile, FileName};
use crate::array::samples::{file_of, over};
use crate::array::slice::Bounds;
use crate::array::{Extent, Placement};
use crate::element::Element;
use crate::element_type::ElementType;
use crate::kernels::Region;
use crate::npy::header_of;
use crate::sharing::append_lock::AppendLock;
use crate::sharing::handle::Handle;
use crate::storage::{Flags, Storage};
use crate::typecode::Typecode;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::sync::Barrier;

fn short() -> ElementType {
    Typecode::parse("h").unwrap().into()
}

/// -1 stands for a length that is not given.
fn wanted(lengths: &[i64]) -> WantedShape {
    let lengths: Vec<_> = lengths.iter().map(|length| u64::try_from(*length).ok()).collect();
    WantedShape::new(&lengths).unwrap()
}

fn placed(lengths: &[i64]) -> Placement {
    Placement {
        shape: Some(wanted(lengths)),
        ..Placement::default()
    }
}

fn storage_of(file: &File, flags: Flags) -> Result<Storage> {
    Storage::from_descriptor(file.as_raw_fd(), flags)
}

/// Two-byte integers in a raw file.
fn raw(file: &File, flags: Flags, placement: Placement) -> Result<Array> {
    Array::open(short(), flags, placement, || storage_of(file, flags))
}

/// Two-byte integers in a file with a header.
fn npy(file: &File, flags: Flags, placement: Placement) -> Result<Array> {
    let open = || storage_of(file, flags.without_truncation());
    Array::open_npy(Some(short()), flags, placement, open)
}

/// A file with a header that says a shape, and its elements.
fn npy_of(shape: &[u64]) -> File {
    let mut bytes = header_of(&short(), shape).unwrap();
    let count: u64 = shape.iter().product();
    bytes.extend((0..count).flat_map(|at| (at as u16).to_ne_bytes()));
    file_of(&bytes)
}

/// A file whose header says another order, too.
fn fortran_of(shape: &str, count: u64) -> File {
    let text = format!("{{'descr': '<i2', 'fortran_order': True, 'shape': {shape}, }}");
    let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    bytes.extend(format!("{text:117}\n").bytes());
    bytes.extend(vec![7; 2 * count as usize]);
    file_of(&bytes)
}

/// Arrays of two rows of three elements, of every kind that grows, and the file of each that has one.
fn arrays() -> Vec<(&'static str, Array, Option<File>)> {
    let two_rows = Region::of(&[1u8, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0]);
    let (exact, reserved, numbered) = (file_of(&[]), file_of(&[]), file_of(&[]));
    let rows = || placed(&[-1, 3]);
    let mut arrays = vec![
        ("memory", Array::zeros(short(), &rows()).unwrap(), None),
        (
            "exact",
            raw(&exact, Flags::ReadWrite, rows()).unwrap(),
            Some(exact),
        ),
        (
            "reserved",
            raw(&reserved, Flags::ReadWrite, rows()).unwrap(),
            Some(reserved),
        ),
        (
            "npy",
            npy(&numbered, Flags::CreateOrTruncate, rows()).unwrap(),
            Some(numbered),
        ),
    ];
    for (kind, array, _) in &mut arrays {
        array.extend(two_rows).unwrap();
        if *kind == "reserved" {
            array.reserve(1000).unwrap();
        }
    }
    arrays
}

/// The lengths of the axes, which have all elements.
fn shape_of(array: &Array) -> Vec<u64> {
    let shape = array.shape();
    assert_eq!(shape.iter().product::<u64>(), array.length(), "{shape:?}");
    shape
}

fn bytes_of(array: &Array) -> Vec<u8> {
    array.region().to_vec().unwrap()
}

fn size(file: &File) -> u64 {
    file.metadata().unwrap().len()
}

fn contents(file: &File) -> Vec<u8> {
    let mut bytes = vec![0; size(file) as usize];
    file.read_exact_at(&mut bytes, 0).unwrap();
    bytes
}

fn code<T>(done: Result<T>) -> String {
    done.err()
        .map_or(String::from("done"), |error| error.code().into())
}

#[test]
fn new_takes_a_length_that_is_not_given_only_first() {
    for wrong in [
        &[][..],
        &[Some(3), Some(0)],
        &[Some(3), None],
        &[None, None],
        &[Some(1); 65],
    ] {
        let error = WantedShape::new(wrong).unwrap_err();
        assert_eq!(error.code(), "ERR_OUT_OF_RANGE", "{wrong:?}");
    }
    assert_eq!(wanted(&[-1, 768]).to_string(), "[-1, 768]");
    assert_eq!(wanted(&[0]).length(), Some(0));
    assert_eq!(wanted(&[1; 64]).length(), Some(1));
}

#[test]
fn resolve_of_more_bytes_than_can_be_counted_fails() {
    for wrong in [
        &[-1, 1 << 53][..],
        &[0, 1 << 40, 1 << 40],
        &[1 << 52, 2],
        &[1 << 53, 1 << 53],
        &[(1 << 52) + 1],
    ] {
        assert_eq!(code(wanted(wrong).resolve(2)), "ERR_OUT_OF_RANGE", "{wrong:?}");
    }
    assert_eq!(wanted(&[-1, 1 << 52]).resolve(2).unwrap().row(), 1 << 52);
    assert_eq!(wanted(&[1 << 51, 2]).resolve(2).unwrap().row(), 2);
}

#[test]
fn open_of_a_raw_file_by_rows_has_its_whole_rows() {
    let file = file_of(&[1; 20]);
    let array = raw(&file, Flags::Read, placed(&[-1, 3])).unwrap();
    assert_eq!((shape_of(&array), array.order()), (vec![3, 3], Order::C));
    let part = raw(&file, Flags::ReadWrite, placed(&[1, 2, 3])).unwrap();
    assert_eq!(
        (shape_of(&part), part.extent()),
        (vec![1, 2, 3], Extent::Fixed(6))
    );
    let column = raw(&file, Flags::ReadWrite, placed(&[-1, 1])).unwrap();
    assert_eq!(shape_of(&column), [10, 1]);
    let error = raw(&file, Flags::ReadWrite, placed(&[4, 3])).err().unwrap();
    assert!(error.to_string().contains("at most 3 rows"), "{error}");
    let both = Placement {
        length: Some(3),
        ..placed(&[1, 3])
    };
    assert_eq!(code(raw(&file, Flags::ReadWrite, both)), "ERR_OUT_OF_RANGE");
    assert_eq!(contents(&file), [1; 20]);
}

#[test]
fn open_that_creates_rows_fills_them_with_zeros_but_completes_no_part_of_one() {
    let file = file_of(&[1; 12]);
    let array = raw(&file, Flags::CreateOrKeep, placed(&[3, 3])).unwrap();
    assert_eq!(
        (shape_of(&array), bytes_of(&array)[12..].to_vec()),
        (vec![3, 3], vec![0; 6])
    );
    let ragged = file_of(&[1; 14]);
    let error = raw(&ragged, Flags::CreateOrKeep, placed(&[3, 3])).err().unwrap();
    assert_eq!(error.to_string(), "14 bytes is not a multiple of the row size, 6");
    assert_eq!(size(&ragged), 14);
    let cuts = Placement {
        cut_tail: true,
        ..placed(&[3, 3])
    };
    let array = raw(&ragged, Flags::CreateOrKeep, cuts).unwrap();
    assert_eq!(bytes_of(&array), [[1; 12].as_slice(), &[0; 6]].concat());
}

#[test]
fn open_of_a_new_npy_file_makes_the_rows_of_the_shape() {
    for (lengths, shape) in [
        (&[-1, 3, 4][..], &[0, 3, 4][..]),
        (&[0, 3, 4], &[0, 3, 4]),
        (&[2, 3], &[2, 3]),
    ] {
        let file = file_of(b"something else");
        let array = npy(&file, Flags::CreateOrTruncate, placed(lengths)).unwrap();
        assert_eq!((&*shape_of(&array), array.extent()), (shape, Extent::Whole));
        let count: u64 = shape.iter().product();
        let expected = [header_of(&short(), shape).unwrap(), vec![0; 2 * count as usize]].concat();
        assert_eq!(contents(&file), expected);
    }
}

#[test]
fn open_by_a_shape_that_cannot_be_leaves_the_file_alone() {
    let file = file_of(b"something else");
    let both = Placement {
        length: Some(3),
        ..placed(&[1, 3])
    };
    for placement in [both, placed(&[1 << 40, 1 << 40])] {
        for flags in [Flags::CreateOrTruncate, Flags::CreateOrKeep] {
            assert_eq!(code(npy(&file, flags, placement.clone())), "ERR_OUT_OF_RANGE");
            assert_eq!(code(raw(&file, flags, placement.clone())), "ERR_OUT_OF_RANGE");
        }
    }
    assert_eq!(contents(&file), b"something else");
    let existing = npy_of(&[1, 3]);
    let both = Placement {
        length: Some(3),
        ..placed(&[1, 3])
    };
    let open = || storage_of(&existing, Flags::Read);
    assert_eq!(
        code(Array::open_npy(None, Flags::Read, both, open)),
        "ERR_OUT_OF_RANGE"
    );
}

#[test]
fn open_of_an_npy_file_by_another_shape_fails_and_names_both() {
    let file = npy_of(&[5, 3]);
    let before = contents(&file);
    for wrong in [&[-1, 4][..], &[6, 3], &[5, 4], &[-1], &[15], &[-1, 3, 1]] {
        for flags in [Flags::Read, Flags::ReadWrite, Flags::CreateOrKeep] {
            let error = npy(&file, flags, placed(wrong)).err().unwrap();
            assert_eq!(error.code(), "ERR_OUT_OF_RANGE");
            let text = error.to_string();
            assert!(
                text.contains("[5, 3]") && text.ends_with(&wanted(wrong).to_string()),
                "{text}"
            );
        }
    }
    assert_eq!(contents(&file), before);
    for (lengths, shape, extent) in [
        (&[-1, 3][..], [5, 3], Extent::Whole),
        (&[5, 3], [5, 3], Extent::Whole),
        (&[2, 3], [2, 3], Extent::Fixed(6)),
        (&[0, 3], [0, 3], Extent::Fixed(0)),
    ] {
        let array = npy(&file, Flags::ReadWrite, placed(lengths)).unwrap();
        assert_eq!((shape_of(&array), array.extent()), (shape.to_vec(), extent));
    }
}

#[test]
fn open_of_an_npy_file_by_a_length_has_one_axis_unless_it_is_all() {
    let file = npy_of(&[5, 3]);
    let by = |flags, length| {
        let placement = Placement {
            length: Some(length),
            ..Placement::default()
        };
        npy(&file, flags, placement)
    };
    assert_eq!(by(Flags::Read, 7).unwrap().shape(), [7]);
    assert_eq!(by(Flags::Read, 6).unwrap().shape(), [6]);
    assert_eq!(by(Flags::Read, 15).unwrap().shape(), [5, 3]);
    assert_eq!(code(by(Flags::CreateOrKeep, 16)), "ERR_PARTIAL_ROW");
    assert_eq!(code(by(Flags::ReadWrite, 18)), "ERR_OUT_OF_RANGE");
    assert_eq!(by(Flags::CreateOrKeep, 18).unwrap().shape(), [6, 3]);
    let expected = header_of(&short(), &[6, 3]).unwrap();
    assert_eq!(contents(&file)[..expected.len()], expected);
}

#[test]
fn open_of_a_file_in_fortran_order_has_a_fixed_shape() {
    let file = fortran_of("(2, 3)", 6);
    for placement in [Placement::default(), placed(&[2, 3]), placed(&[-1, 3])] {
        let mut array = npy(&file, Flags::ReadWrite, placement).unwrap();
        assert_eq!((shape_of(&array), array.order()), (vec![2, 3], Order::Fortran));
        assert_eq!(code(array.extend(Region::of(&[0; 6]))), "ERR_FIXED_LENGTH");
        assert_eq!(code(array.pop(0)), "ERR_FIXED_LENGTH");
    }
    for wrong in [&[1, 3][..], &[3, 2], &[-1, 2], &[6]] {
        assert_eq!(
            code(npy(&file, Flags::Read, placed(wrong))),
            "ERR_OUT_OF_RANGE",
            "{wrong:?}"
        );
    }
    let mut array = npy(&file, Flags::ReadWrite, Placement::default()).unwrap();
    file.set_len(128 + 9).unwrap();
    array.refresh().unwrap();
    assert_eq!((shape_of(&array), array.order()), (vec![4], Order::C));
    // One axis has one order, and the file keeps its word for it.
    let row = fortran_of("(2,)", 2);
    let mut array = npy(&row, Flags::ReadWrite, placed(&[-1])).unwrap();
    array.append(&Element::from_bytes(&[1, 2])).unwrap();
    assert_eq!((shape_of(&array), array.order()), (vec![3], Order::C));
    assert!(String::from_utf8_lossy(&contents(&row)).contains("True, 'shape': (3,)"));
}

#[test]
fn open_of_a_file_without_dimensions_or_with_empty_rows_has_a_fixed_shape() {
    for shape in [&[][..], &[5, 0], &[0, 0]] {
        let file = npy_of(shape);
        let mut array = npy(&file, Flags::ReadWrite, Placement::default()).unwrap();
        assert_eq!((&*shape_of(&array), array.order()), (shape, Order::C));
        assert_eq!(code(array.extend(Region::of(&[0; 2]))), "ERR_FIXED_LENGTH");
        assert_eq!(
            code(npy(&file, Flags::Read, placed(&[-1, 1]))),
            "ERR_OUT_OF_RANGE"
        );
        assert_eq!(code(npy(&file, Flags::Read, placed(&[-1]))), "ERR_OUT_OF_RANGE");
        let handle = array.handle().unwrap();
        assert_eq!(Array::attach(short(), &handle, None).unwrap().shape(), shape);
    }
}

#[test]
fn calls_that_would_leave_part_of_a_row_change_nothing() {
    type Call = fn(&mut Array) -> Result<()>;
    let calls: [(&str, Call); 11] = [
        ("append", |array| array.append(&Element::from_bytes(&[9, 9]))),
        ("insert", |array| array.insert(0, &Element::from_bytes(&[9, 9]))),
        ("pop", |array| array.pop(-1).map(drop)),
        ("pop", |array| array.pop(99).map(drop)),
        ("remove", |array| {
            array.remove(&Element::from_bytes(&[1, 0])).map(drop)
        }),
        ("extend", |array| array.extend(Region::of(&[9; 8]))),
        ("deleteSlice", |array| array.delete_slice(bounds(1, 3, 1))),
        ("deleteSlice", |array| array.delete_slice(bounds(0, 6, 3))),
        ("setSlice", |array| {
            array.set_slice(Region::of(&[9; 4]), bounds(0, 1, 1))
        }),
        ("setSlice", |array| {
            array.set_slice(Region::empty(), bounds(0, 4, 2))
        }),
        ("fromfile", |array| {
            array.fromfile(ExternalFile::Own(file_of(&[9; 30])), 4)
        }),
    ];
    for (kind, mut array, file) in arrays() {
        let before = (bytes_of(&array), array.capacity(), file.as_ref().map(contents));
        for (name, call) in calls {
            let error = call(&mut array).unwrap_err();
            assert_eq!(error.code(), "ERR_PARTIAL_ROW", "{kind} {name}");
            assert_eq!(
                error.to_string(),
                format!(
                    "{name} would leave part of a row. The length of this array changes by whole rows of 3 elements"
                )
            );
        }
        let after = (bytes_of(&array), array.capacity(), file.as_ref().map(contents));
        assert_eq!(before, after, "{kind}");
    }
}

fn bounds(start: i64, stop: i64, step: i64) -> Bounds {
    Bounds {
        start: Some(start),
        stop: Some(stop),
        step: Some(step),
    }
}

#[test]
fn calls_that_leave_whole_rows_change_the_length() {
    for (kind, mut array, file) in arrays() {
        let shape = |array: &Array| (shape_of(array)[0], shape_of(array)[1]);
        array.extend(Region::of(&[7; 18])).unwrap();
        assert_eq!(shape(&array), (5, 3), "{kind}");
        array.extend_with_itself().unwrap();
        assert_eq!(shape(&array), (10, 3), "{kind}");
        // Three elements from the middle of two rows.
        array.delete_slice(bounds(1, 4, 1)).unwrap();
        assert_eq!((shape(&array), bytes_of(&array)[2]), ((9, 3), 5), "{kind}");
        // Every other one of six.
        array.delete_slice(bounds(0, 6, 2)).unwrap();
        array.set_slice(Region::of(&[8; 14]), bounds(2, 3, 1)).unwrap();
        array.set_slice(Region::of(&[8; 2]), bounds(2, 3, 1)).unwrap();
        array.set_slice(Region::empty(), bounds(0, 9, 3)).unwrap();
        assert_eq!(shape(&array), (9, 3), "{kind}");
        array.repeat(3).unwrap();
        assert_eq!(shape(&array), (27, 3), "{kind}");
        array.fromfile(ExternalFile::Own(file_of(&[9; 12])), 6).unwrap();
        assert_eq!(shape(&array), (29, 3), "{kind}");
        array.clear().unwrap();
        array.extend(Region::of(&[1, 0, 2, 0, 3, 0])).unwrap();
        array.trim().unwrap();
        assert_eq!(
            (shape(&array), bytes_of(&array)),
            ((1, 3), vec![1, 0, 2, 0, 3, 0])
        );
        if let Some(file) = file {
            assert!(contents(&file).ends_with(&[1, 0, 2, 0, 3, 0]));
            let elsewhere = match kind {
                "npy" => npy(&file, Flags::Read, Placement::default()),
                _ => raw(&file, Flags::Read, placed(&[-1, 3])),
            };
            assert_eq!(elsewhere.unwrap().shape(), [1, 3], "{kind}");
        }
    }
}

#[test]
fn room_for_javascript_is_none_if_rows_have_several_elements() {
    for (kind, mut array, _) in arrays() {
        array.reserve(1_000_000).unwrap();
        array.extend(Region::of(&[1; 6])).unwrap();
        assert_eq!((array.state().room(), array.length()), (0, 9), "{kind}");
    }
    let mut column = Array::zeros(short(), &placed(&[-1, 1])).unwrap();
    column.reserve(100).unwrap();
    column.append(&Element::from_bytes(&[1, 1])).unwrap();
    assert!(column.state().room() > 1);
}

#[test]
fn capacity_is_one_of_whole_rows() {
    for (kind, mut array, file) in arrays() {
        array.reserve(10_000).unwrap();
        assert_eq!(array.capacity(), 10_002, "{kind}");
        if let Some(file) = file {
            // What a killed process leaves.
            let start = array.file_position(0);
            assert_eq!(size(&file) - start, 20_004, "{kind}");
            file.set_len(start + 104).unwrap();
            assert_eq!(code(array.extend(Region::of(&[1; 6]))), "ERR_MEMORY_FAULT");
            array.refresh().unwrap();
            assert_eq!((shape_of(&array), array.capacity()), (vec![2, 3], 51), "{kind}");
            array.extend(Region::of(&[1; 6 * 40])).unwrap();
            array.trim().unwrap();
            assert_eq!(size(&file), start + 6 * 42, "{kind}");
        }
    }
}

#[test]
fn append_after_an_interrupted_append_removes_its_part_of_a_row() {
    // Rows that do not divide a page, and rows that do: their sources need not be aligned to rows.
    for row in [3, 2048] {
        let bytes = 2 * row as usize;
        let file = file_of(&vec![1; 2 * bytes]);
        let mut array = raw(&file, Flags::ReadWrite, placed(&[-1, row])).unwrap();
        let mut reader = raw(&file, Flags::Read, placed(&[-1, row])).unwrap();
        assert!(array.end.needs_lock());
        file.write_all_at(&vec![2; bytes + 4], 2 * bytes as u64).unwrap();
        assert_eq!(reader.refresh().unwrap(), 3 * row as u64);
        array.extend(Region::of(&vec![3; bytes])).unwrap();
        assert_eq!((shape_of(&array)[0], size(&file)), (4, 4 * bytes as u64));
        let expected = [vec![1; 2 * bytes], vec![2; bytes], vec![3; bytes]].concat();
        assert_eq!(contents(&file), expected);
        file.set_len(4 * bytes as u64 + 1).unwrap();
        array.delete_slice(bounds(0, row, 1)).unwrap();
        assert_eq!(contents(&file), expected[bytes..]);
    }
}

#[test]
fn append_to_a_file_that_ended_inside_a_row_fails_unless_it_may_be_cut() {
    let file = file_of(&[1; 16]);
    let mut array = raw(&file, Flags::ReadWrite, placed(&[-1, 3])).unwrap();
    assert_eq!(shape_of(&array), [2, 3]);
    let error = array.extend(Region::of(&[2; 6])).unwrap_err();
    assert_eq!(error.to_string(), "16 bytes is not a multiple of the row size, 6");
    assert_eq!(error.code(), "ERR_RAGGED_LENGTH");
    let source = ExternalFile::Own(file_of(&[2; 6]));
    let work = array.fromfile_later(1, source, 3).unwrap();
    assert_eq!(code((work.run)(Region::empty())), "ERR_RAGGED_LENGTH");
    array.finish_job(1).unwrap();
    assert_eq!(contents(&file), [1; 16]);
    let cuts = Placement {
        cut_tail: true,
        ..placed(&[-1, 3])
    };
    let mut array = raw(&file, Flags::ReadWrite, cuts).unwrap();
    array.extend(Region::of(&[2; 6])).unwrap();
    assert_eq!(contents(&file), [[1; 12].as_slice(), &[2; 6]].concat());
}

#[test]
fn append_that_fails_in_the_middle_of_a_row_changes_nothing() {
    for (kind, mut array, file) in arrays() {
        let lost_file = file_of(&[7; 9000]);
        let lost = over(&lost_file, Flags::ReadWrite, None).snapshot().unwrap();
        lost_file.set_len(0).unwrap();
        let before = bytes_of(&array);
        assert_eq!(code(array.extend_with(&lost)), "ERR_MEMORY_FAULT", "{kind}");
        assert_eq!(bytes_of(&array), before, "{kind}");
        if let Some(file) = file {
            array.trim().unwrap();
            assert_eq!(size(&file), array.file_position(array.length()), "{kind}");
        }
    }
}

#[test]
fn append_from_threads_keeps_rows_whole() {
    const EACH: usize = 200;
    const ROW: usize = 4096;
    let file = file_of(&[]);
    let mut owner = raw(&file, Flags::ReadWrite, placed(&[-1, ROW as i64 / 2])).unwrap();
    let handle = owner.handle().unwrap();
    let storage = owner.storage().clone();
    // A file that ends inside a row when it is opened is left as it is.
    let all_opened = Barrier::new(3);
    let append = |mut array: Array, value: u8| {
        all_opened.wait();
        for _ in 0..EACH {
            array.extend(Region::of(&[value; 2 * ROW])).unwrap();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            append(
                raw(&file, Flags::ReadWrite, placed(&[-1, ROW as i64 / 2])).unwrap(),
                3,
            )
        });
        scope.spawn(|| append(Array::attach(short(), &handle, None).unwrap(), 4));
        scope.spawn(|| {
            all_opened.wait();
            for round in 0..EACH {
                // What a killed append leaves.
                let lock = AppendLock::on(&storage).unwrap();
                let _held = lock.acquire().unwrap();
                let end = storage.size().unwrap();
                let part = [99; 1000];
                storage
                    .write_at(Region::of(&part[..round % 1000]), end - end % ROW as u64)
                    .unwrap();
            }
        });
    });
    owner.extend(Region::of(&[3; ROW])).unwrap();
    let bytes = contents(&file);
    let (rows, rest) = bytes.as_chunks::<ROW>();
    assert!(rest.is_empty());
    let of = |value: u8| rows.iter().filter(|row| **row == [value; ROW]).count();
    assert_eq!((of(3), of(4), rows.len()), (2 * EACH + 1, 2 * EACH, 4 * EACH + 1));
}

#[test]
fn refresh_of_a_file_that_ends_inside_a_row_shows_whole_rows() {
    let whole = [1; 60];
    for flags in [Flags::Read, Flags::ReadWrite, Flags::CopyOnWrite] {
        for lengths in [&[-1, 3][..], &[8, 3]] {
            let file = file_of(&whole);
            let mut array = raw(&file, flags, placed(lengths)).unwrap();
            file.set_len(40).unwrap();
            array.refresh().unwrap();
            assert_eq!(shape_of(&array), [6, 3]);
            array.check().unwrap();
        }
        let file = npy_of(&[10, 3]);
        for lengths in [&[-1, 3][..], &[8, 3]] {
            let mut array = npy(&file, flags, placed(lengths)).unwrap();
            file.set_len(128 + 40).unwrap();
            array.refresh().unwrap();
            assert_eq!(shape_of(&array), [6, 3]);
            if flags == Flags::ReadWrite && lengths == [-1, 3] {
                array.extend(Region::of(&[5; 6])).unwrap();
                assert_eq!((shape_of(&array), size(&file)), (vec![7, 3], 128 + 42));
                file.set_len(128 + 36).unwrap();
            }
            let all = npy_of(&[10, 3]);
            file.write_all_at(&contents(&all), 0).unwrap();
        }
    }
}

#[test]
fn refresh_of_an_npy_file_that_others_made_longer_shows_its_rows() {
    let file = npy_of(&[9, 3]);
    let mut reader = npy(&file, Flags::Read, Placement::default()).unwrap();
    let mut writer = npy(&file, Flags::ReadWrite, placed(&[-1, 3])).unwrap();
    writer.extend(Region::of(&[5; 6])).unwrap();
    reader.refresh().unwrap();
    assert_eq!(shape_of(&reader), [10, 3]);
    assert_eq!(contents(&file)[..128], header_of(&short(), &[10, 3]).unwrap());
    let other = npy_of(&[10, 6]);
    file.write_all_at(&contents(&other), 0).unwrap();
    assert_eq!(code(reader.refresh()), "ERR_INVALID_NPY");
    assert_eq!(code(writer.extend(Region::of(&[5; 6]))), "ERR_INVALID_NPY");
}

#[test]
fn open_after_a_killed_recount_shows_whole_rows_and_completes_the_header() {
    for lengths in [&[3][..], &[2, 3]] {
        let shape = |rows: u64| [&[rows], lengths].concat();
        let row: u64 = lengths.iter().product();
        let before = header_of(&short(), &shape(9)).unwrap();
        let patches = Header::parse(&before)
            .unwrap()
            .recount(&before, 10 * row)
            .unwrap();
        for stop in 0..=patches.len() {
            let file = npy_of(&shape(10));
            let mut bytes = before.clone();
            patches[..stop].iter().for_each(|patch| patch.apply(&mut bytes));
            file.write_all_at(&bytes, 0).unwrap();
            let reader = npy(&file, Flags::Read, Placement::default()).unwrap();
            let rows = if stop < 3 { 9 } else { 10 };
            assert_eq!(shape_of(&reader), shape(rows), "{stop}");
            let mut writer = npy(&file, Flags::ReadWrite, Placement::default()).unwrap();
            assert_eq!(
                contents(&file)[..128],
                header_of(&short(), &shape(rows)).unwrap(),
                "{stop}"
            );
            writer.extend(Region::of(&vec![1; 2 * row as usize])).unwrap();
            assert_eq!(
                contents(&file)[..128],
                header_of(&short(), &shape(rows + 1)).unwrap(),
                "{stop}"
            );
        }
    }
}

#[test]
fn fromfile_of_a_short_source_appends_its_whole_rows() {
    for (kind, mut array, _) in arrays() {
        let error = array
            .fromfile(ExternalFile::Own(file_of(&[9; 16])), 9)
            .unwrap_err();
        assert_eq!(error, Error::UnexpectedEof { wanted: 9, got: 6 }, "{kind}");
        assert_eq!(shape_of(&array), [4, 3], "{kind}");
        for count in [9, 3 << 40] {
            let (reader, mut writer) = std::io::pipe().unwrap();
            writer.write_all(&[8; 10]).unwrap();
            drop(writer);
            let source = ExternalFile::open(FileName::Descriptor(reader.as_raw_fd()), Mode::Async).unwrap();
            let work = array.fromfile_later(1, source, count).unwrap();
            let error = (work.run)(Region::empty()).unwrap_err();
            assert_eq!(
                error,
                Error::UnexpectedEof {
                    wanted: count,
                    got: 3
                },
                "{kind}"
            );
            array.finish_job(1).unwrap();
        }
        assert_eq!(shape_of(&array), [6, 3], "{kind}");
        let job = array.fromfile_later(2, ExternalFile::Own(file_of(&[9; 16])), 8);
        assert_eq!(code(job.map(drop)), "ERR_PARTIAL_ROW", "{kind}");
    }
}

#[test]
fn fromfile_of_rows_larger_than_what_is_read_at_once_appends_whole_ones() {
    const ROW: usize = (3 << 20) + 6;
    let source: Vec<u8> = (0..3 * ROW + 5).map(|at| (at % 251) as u8).collect();
    let rows = || placed(&[-1, ROW as i64 / 2]);
    let (exact, numbered) = (file_of(&[]), file_of(&[]));
    let mut arrays = [
        Array::zeros(short(), &rows()).unwrap(),
        raw(&exact, Flags::ReadWrite, rows()).unwrap(),
        npy(&numbered, Flags::CreateOrTruncate, rows()).unwrap(),
    ];
    for array in &mut arrays {
        for round in 0..2u32 {
            let file = ExternalFile::Own(file_of(&source));
            let count = 4 * ROW as u64 / 2;
            let expected = Error::UnexpectedEof {
                wanted: count,
                got: 3 * ROW as u64 / 2,
            };
            if round == 0 {
                assert_eq!(array.fromfile(file, count).unwrap_err(), expected);
            } else {
                let work = array.fromfile_later(round, file, count).unwrap();
                assert_eq!((work.run)(Region::empty()).unwrap_err(), expected);
                array.finish_job(round).unwrap();
            }
        }
        assert_eq!(shape_of(array), [6, ROW as u64 / 2]);
        let there = bytes_of(array);
        assert!(there[..3 * ROW] == source[..3 * ROW] && there[3 * ROW..] == source[..3 * ROW]);
    }
}

#[test]
fn fromfile_of_a_row_larger_than_the_memory_is_enomem() {
    let huge = 1 << 50;
    let file = file_of(&[]);
    let mut array = raw(&file, Flags::ReadWrite, placed(&[-1, huge])).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(writer);
    let source = ExternalFile::open(FileName::Descriptor(reader.as_raw_fd()), Mode::Sync).unwrap();
    assert_eq!(code(array.fromfile(source, huge as u64)), "ENOMEM");
    assert_eq!(shape_of(&array), [0, huge as u64]);
}

#[test]
fn attach_gives_the_shape_of_the_owner() {
    for (kind, mut array, _) in arrays() {
        let handle = array.handle().unwrap();
        assert_eq!(handle.row_shape, Some(vec![3]), "{kind}");
        let mut other = Array::attach(short(), &handle, None).unwrap();
        assert_eq!(shape_of(&other), [2, 3], "{kind}");
        assert_eq!(
            code(other.append(&Element::from_bytes(&[1, 1]))),
            "ERR_PARTIAL_ROW"
        );
        other.extend(Region::of(&[1; 6])).unwrap();
        array.refresh().unwrap();
        assert_eq!(shape_of(&array), [3, 3], "{kind}");
    }
    let file = npy_of(&[5, 3]);
    for (placement, shape) in [
        (placed(&[2, 3]), vec![2, 3]),
        (
            Placement {
                length: Some(4),
                ..Placement::default()
            },
            vec![4],
        ),
    ] {
        let mut owner = npy(&file, Flags::ReadWrite, placement).unwrap();
        let handle = owner.handle().unwrap();
        assert_eq!(Array::attach(short(), &handle, None).unwrap().shape(), shape);
    }
    let fortran = fortran_of("(2, 3)", 6);
    let mut owner = npy(&fortran, Flags::ReadWrite, Placement::default()).unwrap();
    let other = Array::attach(short(), &owner.handle().unwrap(), None).unwrap();
    assert_eq!((shape_of(&other), other.order()), (vec![2, 3], Order::Fortran));
}

#[test]
fn attach_by_a_forged_row_shape_fails() {
    let file = file_of(&[1; 60]);
    let mut array = raw(&file, Flags::ReadWrite, placed(&[4, 3])).unwrap();
    let handle = array.handle().unwrap();
    for row_shape in [
        vec![0],
        vec![5],
        vec![1 << 53],
        vec![u64::MAX, 2],
        vec![1 << 40; 63],
        vec![1; 64],
    ] {
        let forged = Handle {
            row_shape: Some(row_shape.clone()),
            ..handle.clone()
        };
        let attached = Array::attach(short(), &forged, None);
        assert_eq!(code(attached), "ERR_INVALID_ARG_TYPE", "{row_shape:?}");
    }
    let numbered = npy_of(&[5, 3]);
    let mut array = npy(&numbered, Flags::ReadWrite, Placement::default()).unwrap();
    let handle = array.handle().unwrap();
    for row_shape in [None, Some(vec![5]), Some(vec![3, 1])] {
        let forged = Handle {
            row_shape,
            ..handle.clone()
        };
        assert_eq!(code(Array::attach(short(), &forged, None)), "ERR_STALE_HANDLE");
    }
    let other = npy_of(&[5, 6]);
    numbered.write_all_at(&contents(&other), 0).unwrap();
    assert_eq!(code(Array::attach(short(), &handle, None)), "ERR_STALE_HANDLE");
}
