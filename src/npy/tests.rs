use super::*;
use crate::element_type::field;
use crate::typecode::{Typecode, all};

fn plain(code: &str) -> ElementType {
    ElementType::Plain(Typecode::parse(code).unwrap())
}

fn header_of(element_type: &ElementType, count: u64) -> Vec<u8> {
    super::header_of(element_type, &[count]).unwrap()
}

/// A packed record of fields of one value.
fn packed(fields: &[(&str, &str)]) -> ElementType {
    let mut end = 0;
    let fields = fields.iter().map(|(name, code)| {
        let field = field(name, code, None, end);
        end += field.size();
        field
    });
    ElementType::record(fields.collect(), end as u64).unwrap()
}

/// The header of a format version, with a text.
fn bytes(version: u8, text: &[u8]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend([version, 0]);
    match version {
        1 => bytes.extend((text.len() as u16).to_le_bytes()),
        _ => bytes.extend((text.len() as u32).to_le_bytes()),
    }
    bytes.extend(text);
    bytes
}

/// A header with a text, padded so that data of every type are aligned.
fn parse(text: &str) -> Result<Header> {
    let length = (text.len() + 10).next_multiple_of(16) - 10;
    Header::parse(&bytes(1, format!("{text:length$}").as_bytes()))
}

fn row(descr: &str, shape: &str) -> Result<Header> {
    parse(&format!(
        "{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"
    ))
}

fn reason(done: Result<Header>) -> String {
    match done.unwrap_err() {
        Error::InvalidNpy { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn header_of_scalars_is_what_numpy_writes() {
    let expected = b"\x93NUMPY\x01\x00\x76\x00{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }";
    let header = header_of(&plain("i"), 3);
    assert_eq!(&header[..expected.len()], expected);
    assert_eq!((header.len(), header[127]), (128, b'\n'));
    assert!(header[expected.len()..127].iter().all(|byte| *byte == b' '));
    for row in all() {
        for count in [0, 9, 10, 10_u64.pow(18) - 1] {
            let element_type = ElementType::Plain(row);
            let bytes = count.checked_mul(row.itemsize() as u64);
            let Some(bytes) = bytes.filter(|bytes| *bytes < 1 << 63) else {
                continue;
            };
            let header = header_of(&element_type, count);
            assert_eq!(header.len(), 128);
            let parsed = Header::parse(&header).unwrap();
            assert_eq!(
                (parsed.count, parsed.count * row.itemsize() as u64),
                (count, bytes)
            );
            parsed.require(&element_type).unwrap();
            assert_eq!(parsed.row_lengths(), Some(&[][..]));
        }
    }
}

#[test]
fn header_of_several_dimensions_is_what_numpy_writes_if_that_has_room_for_a_recount() {
    const ONES: &str =
        "1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1";
    // The lengths are those of NumPy 2.4.6.
    for (code, descr, shape, text, numpys, ours) in [
        ("f", "<f4", &[0, 768][..], "0, 768", 128, 128),
        ("f", "<f4", &[9, 768], "9, 768", 128, 128),
        ("d", "<f8", &[9, 3, 4], "9, 3, 4", 128, 128),
        ("B", "|u1", &[10, 28, 28], "10, 28, 28", 128, 128),
        ("f", "<f4", &[123_456_789, 1], "123456789, 1", 128, 128),
        ("d", "<f8", &[0, 1000, 1000], "0, 1000, 1000", 128, 128),
        ("Zd", "<c16", &[1_000_000, 2], "1000000, 2", 128, 128),
        ("d", "<f8", &[], "", 128, 128),
        ("B", "|u1", &[5, 0], "5, 0", 128, 128),
        ("f", "<f4", &[0, 1024, 1024, 3], "0, 1024, 1024, 3", 128, 128),
        (
            "d",
            "<f8",
            &[1, 2, 3, 4, 5, 6, 7],
            "1, 2, 3, 4, 5, 6, 7",
            128,
            192,
        ),
        ("d", "<f8", &[1; 32], ONES, 192, 320),
    ] {
        let header = super::header_of(&plain(code), shape).unwrap();
        let text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({text}), }}");
        assert_eq!((header.len(), numpys <= ours), (ours, true), "{shape:?}");
        assert_eq!(
            header[..10],
            [
                MAGIC.as_slice(),
                &[1, 0, (ours - 10) as u8, ((ours - 10) >> 8) as u8]
            ]
            .concat()
        );
        assert_eq!(
            header[10..],
            *format!("{text:width$}\n", width = ours - 11).as_bytes()
        );
        let parsed = Header::parse(&header).unwrap();
        assert_eq!((&*parsed.shape, parsed.count), (shape, shape.iter().product()));
    }
}

#[test]
fn row_lengths_are_those_of_arrays_that_can_grow() {
    let of = |shape: &str, fortran| {
        let text = format!("{{'descr': '<f4', 'fortran_order': {fortran}, 'shape': {shape}, }}");
        let header = parse(&text).unwrap();
        (header.row_lengths().map(<[u64]>::to_vec), header.is_fortran())
    };
    assert_eq!(of("(3,)", "False"), (Some(vec![]), false));
    assert_eq!(of("(3,)", "True"), (Some(vec![]), false));
    assert_eq!(of("(0, 768)", "False"), (Some(vec![768]), false));
    assert_eq!(of("(2, 3, 4)", "False"), (Some(vec![3, 4]), false));
    assert_eq!(of("(2, 3)", "True"), (None, true));
    assert_eq!(of("()", "False"), (None, false));
    assert_eq!(of("(5, 0)", "False"), (None, false));
    assert_eq!(of("(0, 0, 7)", "False"), (None, false));
    // A row of 2^53 bytes, of more, and of more elements than can be counted.
    assert_eq!(of("(0, 2251799813685248)", "False").0, Some(vec![1 << 51]));
    assert_eq!(of("(0, 2251799813685249)", "False").0, None);
    assert_eq!(of("(0, 4294967296, 4294967296)", "False").0, None);
}

#[test]
fn is_like_of_other_rows_or_another_order_is_false() {
    let of = |shape: &str, fortran| {
        parse(&format!(
            "{{'descr': '<f4', 'fortran_order': {fortran}, 'shape': {shape}, }}"
        ))
        .unwrap()
    };
    let grid = of("(2, 3, 4)", "False");
    assert!(grid.is_like(&of("(9, 3, 4)", "False")));
    for other in ["(2, 4, 3)", "(2, 12)", "(24,)", "(2, 3, 0)"] {
        assert!(!grid.is_like(&of(other, "False")), "{other}");
    }
    assert!(!grid.is_like(&of("(2, 3, 4)", "True")));
    assert!(of("(7,)", "False").is_like(&of("(8,)", "True")));
}

#[test]
fn header_of_a_description_that_is_too_long_for_numpy_is_unsupported() {
    let named = |length| super::header_of(&packed(&[(&"n".repeat(length), "i")]), &[0]);
    let longest = (9_000..10_000).rfind(|length| named(*length).is_ok()).unwrap();
    assert_eq!(named(longest).unwrap().len(), 10_000 / 64 * 64);
    let error = named(longest + 1).unwrap_err();
    assert_eq!(error.code(), "ERR_UNSUPPORTED_NPY");
    assert!(error.to_string().contains("needs 10038 characters"), "{error}");
    // The limit is one of characters, not of bytes.
    let wide = header_of(&packed(&[(&"日".repeat(9_000), "i")]), 0);
    assert!(wide.len() > 27_000);
    assert_eq!(Header::parse(&wide).unwrap().data_start, wide.len() as u64);
    let mut longer = bytes(3, &wide[12..]);
    longer.truncate(12);
    longer[8..12].copy_from_slice(&10_800_u32.to_le_bytes());
    longer.extend("é".repeat(400).bytes().chain([b' '; 10_000]));
    assert!(reason(Header::parse(&longer)).contains("10400 characters"));
}

#[test]
fn parse_of_a_field_without_a_name_is_unsupported() {
    let header = header_of(&packed(&[("a", "i"), ("", "i")]), 0);
    let error = Header::parse(&header).unwrap_err();
    assert_eq!(error.code(), "ERR_UNSUPPORTED_NPY");
}

#[test]
fn parse_reads_every_version() {
    let text = format!(
        "{:84}",
        "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }"
    );
    for version in [2, 3] {
        assert_eq!(
            Header::parse(&bytes(version, text.as_bytes()))
                .unwrap()
                .data_start,
            96
        );
    }
    assert_eq!(
        Header::parse(&bytes(1, &text.as_bytes()[..70]))
            .unwrap()
            .data_start,
        80
    );
    for [major, minor] in [[0, 0], [1, 1], [4, 0], [255, 255]] {
        let mut wrong = bytes(1, text.as_bytes());
        wrong[6..8].copy_from_slice(&[major, minor]);
        assert!(reason(Header::parse(&wrong)).contains("version"));
    }
}

#[test]
fn parse_reads_any_order_of_keys_and_any_white_space() {
    let header = parse("{\"shape\":(2,\n3),'fortran_order':True,'descr':'i2'}").unwrap();
    assert_eq!(
        (&*header.shape, header.count, header.fortran_order),
        (&[2, 3][..], 6, true)
    );
    assert_eq!((header.row_lengths(), header.is_fortran()), (None, true));
    assert_eq!((header.element_type, header.descr.as_str()), (plain("h"), "'i2'"));
    assert_eq!(row("'<i4'", "()").unwrap().count, 1);
    assert_eq!(row("'<i4'", "(0, 18446744073709551615)").unwrap().count, 0);
}

#[test]
fn parse_of_an_invalid_header_says_why() {
    for (wrong, why) in [
        (row("'<i4'", "(-1,)"), "shape"),
        (row("'<i4'", "(3)"), "must be a tuple"),
        (row("'<i4'", "[3]"), "must be a tuple"),
        (row("'<i4'", "('3',)"), "shape"),
        (row("'<i4'", "(99999999999999999999,)"), "shape"),
        (row("'<i4'", "(4294967296, 4294967296)"), "more bytes"),
        (row("'<i8'", "(2305843009213693952,)"), "more bytes"),
        (row("5", "(3,)"), "descr"),
        (
            parse("{'descr': '<i4', 'fortran_order': 0, 'shape': (3,)}"),
            "fortran_order",
        ),
        (
            parse("{'descr': '<i4', 'fortran_order': False}"),
            "must have the keys",
        ),
        (
            parse("{'descr': '<i4', 'fortran_order': False, 'shape': (3,), 'x': 1}"),
            "key 'x'",
        ),
        (parse(""), "ends early"),
        (Header::parse(b"PK\x03\x04"), "magic"),
        (Header::parse(b"\x93NUMPY\x01"), "ends inside"),
        (Header::parse(b"\x93NUMPY\x01\x00\x76"), "ends inside"),
        (
            Header::parse(b"\x93NUMPY\x02\x00\xff\xff\xff\xff"),
            "4294967295 bytes",
        ),
        (Header::parse(&header_of(&plain("i"), 3)[..100]), "ends inside"),
        (Header::parse(&bytes(3, b"{'\xff': 1}")), "UTF-8"),
    ] {
        let said = reason(wrong);
        assert!(said.contains(why), "{said:?} does not say {why:?}");
    }
}

#[test]
fn parse_of_data_that_are_not_aligned_is_unsupported() {
    let text = b"{'descr': '<i4', 'fortran_order': False, 'shape': (3,)}";
    assert_eq!(
        Header::parse(&bytes(1, text)).unwrap_err().code(),
        "ERR_UNSUPPORTED_NPY"
    );
}

/// A generator of random numbers with a fixed seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

#[test]
fn parse_of_random_bytes_never_panics_and_what_it_accepts_can_be_recounted() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let seeds = [
        header_of(&plain("i"), 12),
        super::header_of(&plain("f"), &[9, 3, 4]).unwrap(),
        bytes(
            2,
            b"{'shape': (345678,), 'descr': '<f8', 'fortran_order': True}         ",
        ),
        header_of(&packed(&[("it's", "i"), ("日", "Zd"), ("c", "c")]), 12),
    ];
    let mut accepted = 0;
    for round in 0..100_000 {
        let mut mutant = seeds[round % seeds.len()].clone();
        for _ in 0..=dice.below(4) {
            let at = dice.below(mutant.len());
            match dice.below(20) {
                0 => mutant.truncate(at.max(1)),
                1..10 => mutant[at] = dice.below(256) as u8,
                _ => mutant[at] = b"(){}[],:'\"\\#-0123456789 \n"[dice.below(25)],
            }
        }
        if let Ok(header) = Header::parse(&mutant) {
            accepted += 1;
            if let Some(lengths) = header.row_lengths()
                && let Some(count) = lengths.iter().product::<u64>().checked_mul(7_654_321)
                && count < 1 << 50
                && let Ok(patches) = header.recount(&mutant, count)
            {
                patches.iter().for_each(|patch| patch.apply(&mut mutant));
                let now = Header::parse(&mutant).unwrap();
                assert_eq!((now.count, now.row_lengths()), (count, header.row_lengths()));
            }
        }
    }
    assert!(accepted > 1000, "{accepted}");
}

fn recount_and_look(element_type: &ElementType, old: u64, new: u64) {
    recount_rows_and_look(element_type, &[], old, new);
}

/// Changes the number of rows, and checks what a reader sees after each byte of each write.
fn recount_rows_and_look(element_type: &ElementType, lengths: &[u64], old: u64, new: u64) {
    let row: u64 = lengths.iter().product();
    let of = |rows| super::header_of(element_type, &[&[rows], lengths].concat()).unwrap();
    let mut file = of(old);
    let mut header = Header::parse(&file).unwrap();
    let look = |file: &[u8]| {
        let now = Header::parse(file).unwrap();
        assert_eq!(now.shape[1..], *lengths);
        assert!([old, new].contains(&now.shape[0]), "{old} {new} {:?}", now.shape);
        assert_eq!(now.count, now.shape[0] * row);
        now.require(element_type).unwrap();
        now
    };
    let patches = header.recount(&file, new * row).unwrap();
    for patch in patches {
        // A reader may see the first bytes of a write, or the last ones.
        for split in 0..patch.bytes.len() {
            for range in [0..split, split..patch.bytes.len()] {
                let mut torn = file.clone();
                let at = patch.at + range.start..patch.at + range.end;
                torn[at].copy_from_slice(&patch.bytes[range]);
                look(&torn);
            }
        }
        patch.apply(&mut file);
        let now = look(&file);
        // If the writer is killed here, the next one repairs the header.
        let mut repaired = file.clone();
        if let Some(patch) = now.repair(&file) {
            patch.apply(&mut repaired);
        }
        assert_eq!(Header::parse(&repaired).unwrap().repair(&repaired), None);
        assert_eq!(text_of(&repaired), text_of(&of(now.shape[0])));
    }
    header.set_count(new * row);
    assert_eq!(header, Header::parse(&file).unwrap());
    assert_eq!(text_of(&file), text_of(&of(new)));
    assert_eq!(header.recount(&file, new * row).unwrap(), []);
}

/// The version and the text, without the spaces at its end.
fn text_of(file: &[u8]) -> (u8, &[u8]) {
    (file[6], file[text_start(file)..].trim_ascii_end())
}

#[test]
fn recount_shows_the_old_or_the_new_count_after_each_byte() {
    for (old, new) in [
        (0, 1),
        (9, 10),
        (10, 9),
        (1299, 1300),
        (1300, 1299),
        (0, 10_u64.pow(17)),
        (10_u64.pow(17), 0),
        (99_999_999, 123),
    ] {
        recount_and_look(&plain("i"), old, new);
    }
}

#[test]
fn recount_of_rows_shows_the_old_or_the_new_shape_after_each_byte() {
    let long = [1_u64; 63];
    for lengths in [&[768][..], &[3, 4], &[1], &[1024, 1024, 3], &long] {
        let row: u64 = lengths.iter().product();
        let most = (1 << 53) / (4 * row);
        for (old, new) in [
            (0, 1),
            (9, 10),
            (10, 9),
            (99, 100),
            (0, most.min(999_999_999_999)),
            (most.min(999_999_999_999), 0),
        ] {
            recount_rows_and_look(&plain("f"), lengths, old, new);
        }
    }
    for length in 0..ALIGNMENT {
        let name = "é".to_owned() + &"n".repeat(length);
        recount_rows_and_look(&packed(&[(&name, "i"), ("'", "Zd")]), &[3, 4], 99, 100);
    }
}

#[test]
fn recount_of_rows_is_several_writes_of_which_one_changes_the_shape() {
    let mut file = super::header_of(&plain("f"), &[9, 3, 4]).unwrap();
    let patches = Header::parse(&file).unwrap().recount(&file, 10 * 12).unwrap();
    let seen = patches.iter().map(|patch| {
        patch.apply(&mut file);
        let text = String::from_utf8_lossy(&file[51..]);
        (Header::parse(&file).unwrap().shape[0], text.trim_end().to_owned())
    });
    let seen: Vec<_> = seen.collect();
    let expected = [
        (9, "'shape': (9, 3, 4), }#"),
        (9, "'shape': (9, 3, 4), }# \",'shape':(10, 3, 4)}"),
        (10, "'shape':\"(9, 3, 4), }# \",'shape':(10, 3, 4)}"),
        (10, "'shape':\"(10, 3, 4), }#\",'shape':(10, 3, 4)}"),
        (10, "'shape': (10, 3, 4), }#\",'shape':(10, 3, 4)}"),
        (10, "'shape': (10, 3, 4), }#"),
        (10, "'shape': (10, 3, 4), }"),
    ];
    assert_eq!(seen, expected.map(|(rows, text)| (rows, text.to_owned())));
}

#[test]
fn recount_of_records_shows_the_old_or_the_new_count_after_each_byte() {
    // Names of all lengths leave any number of spaces.
    for length in 0..ALIGNMENT {
        for name in ["x", "#", "\"", "é", "日"] {
            let name = name.to_owned() + &"n".repeat(length);
            let element_type = packed(&[(&name, "i"), ("'", "Zd")]);
            for (old, new) in [(0, 999_999_999_999), (999_999_999_999, 0), (99, 100)] {
                recount_and_look(&element_type, old, new);
            }
        }
    }
}

#[test]
fn repair_of_a_header_that_is_complete_does_nothing() {
    for (name, code) in [("#", "i"), ("'shape': (3,), }#", "d")] {
        let file = header_of(&packed(&[(name, code)]), 3);
        assert_eq!(Header::parse(&file).unwrap().repair(&file), None);
    }
}

#[test]
fn recount_of_one_digit_writes_one_byte() {
    let file = header_of(&plain("i"), 1234);
    let patches = Header::parse(&file).unwrap().recount(&file, 1235).unwrap();
    assert_eq!((patches.len(), patches[0].bytes.as_slice()), (1, &b"5"[..]));
}

#[test]
fn recount_of_a_header_with_another_layout_keeps_the_layout() {
    let text = "{'shape': (9,), 'descr': '<i4', 'fortran_order': False}    \n";
    let mut file = bytes(2, text.as_bytes());
    let header = Header::parse(&file).unwrap();
    for patch in header.recount(&file, 12345).unwrap() {
        patch.apply(&mut file);
    }
    assert_eq!(
        String::from_utf8_lossy(&file[12..]),
        "{'shape': (12345,), 'descr': '<i4', 'fortran_order': False}\n"
    );
    let header = Header::parse(&file).unwrap();
    let error = header.recount(&file, 123_456).unwrap_err();
    assert_eq!(error.code(), "ERR_OUT_OF_RANGE");
    assert!(error.to_string().contains("at most 5 digits"));
    assert_eq!(header.recount(&file, 7).unwrap().len(), 1);
}
