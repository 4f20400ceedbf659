//! Headers of `.npy` files: any bytes, and true headers with damage.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mmap_array::array::{Array, Placement};
use mmap_array::npy::{Header, header_length, header_of};
use mmap_array::storage::{Flags, Storage};
use mmap_array_fuzz::disk::Disk;
use mmap_array_fuzz::elements::bytes_of;
use mmap_array_fuzz::input::{AnyType, Code};

#[derive(Arbitrary, Debug)]
enum Start {
    Bytes(Vec<u8>),
    /// A header around any text.
    Text(Vec<u8>),
    /// What we write ourselves, of a shape.
    True(AnyType, Vec<u64>),
    /// A shape as NumPy may have written it, with so many spaces behind it.
    NumPys {
        code: Code,
        count: u16,
        row: Vec<u8>,
        is_fortran: bool,
        spaces: u8,
    },
}

#[derive(Arbitrary, Debug)]
struct Input {
    start: Start,
    damage: Vec<(u8, u8)>,
    counts: Vec<u64>,
    data: u8,
}

fn around(text: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((text.len().min(20_000) as u16).to_le_bytes());
    bytes.extend(text);
    bytes
}

impl Input {
    fn header(&self) -> Vec<u8> {
        let mut bytes = match &self.start {
            Start::Bytes(bytes) => bytes.clone(),
            Start::Text(text) => around(text),
            // A description may be longer than NumPy reads.
            Start::True(element_type, shape) => {
                let shape = &shape[..shape.len().min(64)];
                header_of(&element_type.0, shape).unwrap_or_default()
            }
            Start::NumPys {
                code,
                count,
                row,
                is_fortran,
                spaces,
            } => {
                let row: String = row.iter().take(64).map(|length| format!(", {length}")).collect();
                let row = if row.is_empty() { String::from(",") } else { row };
                let order = if *is_fortran { "True" } else { "False" };
                let mut text = format!(
                    "{{'descr': '{}', 'fortran_order': {order}, 'shape': ({count}{row}), }}",
                    code.0.dtype
                );
                text.push_str(&" ".repeat(*spaces as usize));
                text.push('\n');
                // Elements begin at a multiple of their size.
                while (text.len() + 10) % 8 != 0 {
                    text.insert(text.len() - 1, ' ');
                }
                around(text.as_bytes())
            }
        };
        for (at, byte) in self.damage.iter().take(4) {
            if let Some(there) = bytes.get_mut(*at as usize) {
                *there = *byte;
            }
        }
        bytes
    }
}

fuzz_target!(|input: Input| {
    let bytes = input.header();
    if let Ok(length) = header_length(&bytes) {
        assert!(length <= 40_012);
    }
    let parsed = Header::parse(&bytes);
    if let Err(error) = &parsed {
        assert!(["ERR_INVALID_NPY", "ERR_UNSUPPORTED_NPY"].contains(&&*error.code()));
    }
    if let Ok(header) = parsed {
        assert_eq!(header.data_start, bytes.len() as u64);
        // The product of the other lengths may overflow.
        let product = match header.shape.contains(&0) {
            true => 0,
            false => header.shape.iter().product::<u64>(),
        };
        assert_eq!(product, header.count);
        if header.row_lengths().is_some() {
            assert!(!header.is_fortran());
            recounts(&header, bytes.clone(), &input.counts);
        }
    }
    in_a_file(bytes, input.data);
});

/// Every write leaves a header of the old count or of the new, and from the new there is no way back.
fn recounts(header: &Header, mut bytes: Vec<u8>, counts: &[u64]) {
    let mut header = header.clone();
    let lengths = header.row_lengths().unwrap().to_vec();
    let row: u64 = lengths.iter().product();
    for rows in counts.iter().take(8) {
        let Some(count) = rows.checked_mul(row) else {
            continue;
        };
        let Ok(patches) = header.recount(&bytes, count) else {
            continue;
        };
        // More than fits a file is nobody's to ask for.
        let mut whole = bytes.clone();
        patches.iter().for_each(|patch| patch.apply(&mut whole));
        if Header::parse(&whole).is_err() {
            let itemsize = header.element_type.itemsize() as u64;
            assert!(
                count
                    .checked_mul(itemsize)
                    .is_none_or(|most| most > i64::MAX as u64)
            );
            continue;
        }
        let mut seen = header.count;
        for patch in &patches {
            patch.apply(&mut bytes);
            let now = Header::parse(&bytes).unwrap();
            assert!(
                now.count == seen || now.count == count,
                "{} between {seen} and {count}",
                now.count
            );
            seen = now.count;
            assert_eq!(
                (&now.element_type, now.row_lengths(), now.data_start),
                (&header.element_type, Some(&*lengths), header.data_start)
            );
            // Killed here, the next writer makes it whole again.
            let mut mended = bytes.clone();
            if let Some(patch) = now.repair(&bytes) {
                patch.apply(&mut mended);
            }
            let mended = Header::parse(&mended).unwrap();
            assert_eq!((mended.count, mended.data_start), (seen, header.data_start));
            assert_eq!(mended.element_type, header.element_type);
        }
        header = Header::parse(&bytes).unwrap();
        assert_eq!(header.count, count);
    }
}

/// The array on such a file has no more than the file, and no more than is counted.
fn in_a_file(mut bytes: Vec<u8>, data: u8) {
    let header = Header::parse(&bytes);
    let start = bytes.len();
    bytes.extend(vec![7; data.into()]);
    let disk = Disk::new("npy", &bytes);
    let open = || Storage::open(&disk.path, Flags::Read, 0o600);
    let Ok(array) = Array::open_npy(None, Flags::Read, Placement::default(), open) else {
        return;
    };
    if let Ok(header) = header {
        assert_eq!(array.length(), header.count);
    }
    let there = bytes_of(&array);
    assert!(there.len() <= bytes.len());
    assert!(there.iter().all(|byte| *byte == 7) || array.mapping().offset() < start as u64);
}
