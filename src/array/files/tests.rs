use super::Mode;
use super::external_file::{ExternalFile, FileName};
use crate::array::Array;
use crate::array::Placement;
use crate::array::jobs::{Claim, Work};
use crate::array::samples::{busy, done, file_of, integers, over, records, values};
use crate::error::Error;
use crate::kernels::Region;
use crate::os::huge_pages::HUGE_PAGE;
use crate::storage::{Flags, Storage};
use crate::typecode::Typecode;
use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

const MUCH: usize = 5 * HUGE_PAGE as usize + 777;

fn bytes() -> Vec<u8> {
    bytes_of(MUCH)
}

fn bytes_of(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at % 251) as u8).collect()
}

/// Bytes of integers, of which more than one piece is read.
const SOME: u64 = 2 * PIECE + 12;
/// What is read at once to memory that nobody else sees.
const PIECE: u64 = 4 << 20;
/// What is read at once of a pipe.
const CHUNK: u64 = 1 << 20;

fn some() -> Vec<u8> {
    bytes_of(SOME as usize)
}

/// The same file, at the same position.
fn same(file: &File) -> ExternalFile {
    ExternalFile::Own(file.try_clone().unwrap())
}

fn opened(path: &[u8]) -> ExternalFile {
    ExternalFile::open(FileName::Path(path), Mode::Sync).unwrap()
}

fn failure(work: Work) -> Error {
    (work.run)(Region::empty()).unwrap_err()
}

fn array_of(code: &str, bytes: &[u8]) -> Array {
    let mut array = Array::anonymous(Typecode::parse(code).unwrap(), 0).unwrap();
    array.extend(Region::of(bytes)).unwrap();
    array
}

#[test]
fn fromfile_reads_from_the_position_of_the_file_and_appends() {
    let source = bytes();
    let mut file = file_of(&source);
    for begin in [0, 1, 4096, MUCH - 1] {
        for (position, count) in [(0, MUCH), (3, MUCH - 3), (1 << 20, 3 << 20), (0, 300_000)] {
            for is_exposed in [false, true] {
                let mut array = array_of("B", &source[..begin]);
                if is_exposed {
                    array.descriptor().unwrap();
                }
                file.seek(SeekFrom::Start(position as u64)).unwrap();
                array.fromfile(same(&file), count as u64).unwrap();
                let model = [&source[..begin], &source[position..position + count]].concat();
                assert!(
                    array.region().to_vec().unwrap() == model,
                    "{begin} + {count} from {position}"
                );
                assert_eq!(file.stream_position().unwrap(), (position + count) as u64);
                array.extend(Region::of(&[7; 9])).unwrap();
                assert!(array.region().to_vec().unwrap().ends_with(&[7; 9]));
            }
        }
    }
}

#[test]
fn fromfile_of_too_few_elements_fails_and_keeps_them() {
    let source = bytes();
    let mut file = file_of(&source);
    for is_exposed in [false, true] {
        let mut array = array_of("d", &[]);
        if is_exposed {
            array.descriptor().unwrap();
        }
        file.rewind().unwrap();
        let error = array.fromfile(same(&file), 1 << 40).unwrap_err();
        assert_eq!(error.code(), "ERR_UNEXPECTED_EOF");
        let whole = MUCH - MUCH % 8;
        assert!(array.region().to_vec().unwrap() == source[..whole]);
    }
}

#[test]
fn fromfile_of_records_counts_whole_ones_only() {
    let source = some();
    for itemsize in [20, 4097, 1 << 20] {
        // The last one is cut.
        let whole = source.len() - source.len() % itemsize;
        for begin in [0, 3] {
            for (is_exposed, is_later) in [(false, false), (false, true), (true, false), (true, true)] {
                let element_type = records(itemsize as u64);
                let mut array = Array::anonymous(element_type, 0).unwrap();
                let before = vec![7; begin * itemsize];
                array.extend(Region::of(&before)).unwrap();
                if is_exposed {
                    array.descriptor().unwrap();
                }
                let file = ExternalFile::Own(file_of(&source));
                let error = if is_later {
                    let work = array.fromfile_later(1, file, 1 << 30).unwrap();
                    let error = failure(work);
                    array.finish_job(1).unwrap();
                    error
                } else {
                    array.fromfile(file, 1 << 30).unwrap_err()
                };
                let got = (whole / itemsize) as u64;
                assert_eq!(error, Error::UnexpectedEof { wanted: 1 << 30, got });
                assert_eq!(array.length(), begin as u64 + got);
                let there = array.region().to_vec().unwrap();
                assert!(there == [&before, &source[..whole]].concat(), "{itemsize}");
            }
        }
    }
}

#[test]
fn fromfile_of_an_unreadable_file_fails_and_changes_nothing() {
    // Only Linux opens the file of a descriptor again.
    if !cfg!(target_os = "linux") {
        return;
    }
    let file = file_of(&bytes());
    let by_number = format!("/proc/self/fd/{}", file.as_raw_fd());
    let mut write_only = File::options().write(true).open(by_number).unwrap();
    let mut array = array_of("B", b"abc");
    for position in [0, MUCH as u64] {
        write_only.seek(SeekFrom::Start(position)).unwrap();
        let error = array.fromfile(same(&write_only), 1 << 20).unwrap_err();
        assert_eq!(error.code(), "EBADF");
        let work = array.fromfile_later(1, same(&write_only), 1 << 20).unwrap();
        assert_eq!(failure(work).code(), "EBADF");
        array.finish_job(1).unwrap();
    }
    assert_eq!(array.region().to_vec().unwrap(), b"abc");
}

#[test]
fn fromfile_beyond_the_available_memory_fails_and_changes_nothing() {
    let holes = file_of(b"");
    holes.set_len(1 << 50).unwrap();
    for is_exposed in [false, true] {
        let mut array = array_of("B", b"abc");
        if is_exposed {
            array.descriptor().unwrap();
        }
        let error = array.fromfile(same(&holes), 1 << 50).unwrap_err();
        assert_eq!(error.code(), "ENOMEM");
        let later = array.fromfile_later(1, same(&holes), 1 << 50).err().unwrap();
        assert_eq!(later.code(), "ENOMEM");
        assert_eq!(array.region().to_vec().unwrap(), b"abc");
    }
}

#[test]
fn fromfile_of_a_partial_element_reads_and_drops_it() {
    let source = bytes();
    let mut file = file_of(&source);
    for (is_exposed, count) in [(false, MUCH), (true, MUCH), (false, 10), (true, 10)] {
        let mut array = array_of("d", &[]);
        if is_exposed {
            array.descriptor().unwrap();
        }
        file.seek(SeekFrom::Start((MUCH - count) as u64)).unwrap();
        assert_eq!(
            array
                .fromfile(same(&file), count as u64 / 8 + 1)
                .unwrap_err()
                .code(),
            "ERR_UNEXPECTED_EOF"
        );
        assert_eq!(file.stream_position().unwrap(), MUCH as u64);
        assert_eq!(array.length(), count as u64 / 8);
    }
}

#[test]
fn fromfile_of_its_own_reserved_file_reads_only_its_elements() {
    // Only Linux opens the file of a descriptor again.
    if !cfg!(target_os = "linux") {
        return;
    }
    let mut array = array_of("B", b"abc");
    array.reserve(1000).unwrap();
    let own = format!("/proc/self/fd/{}", array.storage().file().as_raw_fd());
    let file = File::open(own).unwrap();
    assert_eq!(
        array.fromfile(same(&file), 5).unwrap_err().code(),
        "ERR_UNEXPECTED_EOF"
    );
    assert_eq!(array.region().to_vec().unwrap(), b"abcabc");
}

#[test]
fn finish_job_of_fromfile_later_appends_what_was_read() {
    let source = std::env::temp_dir().join(format!("mmap-array-later-{}", std::process::id()));
    std::fs::write(&source, [1u8, 0, 0, 0, 2, 0, 0, 0, 3]).unwrap();
    let path = std::os::unix::ffi::OsStrExt::as_bytes(source.as_os_str());
    for is_exact in [false, true] {
        let mut array = integers(&[7]);
        if is_exact {
            array.handle().unwrap();
        }
        let work = array.fromfile_later(1, opened(path), 2).unwrap();
        assert_eq!(array.length(), 1);
        assert!(done(work));
        array.finish_job(1).unwrap();
        assert_eq!(values(&array), [7, 1, 2]);
        let work = array.fromfile_later(1, opened(path), 5).unwrap();
        assert_eq!(failure(work).code(), "ERR_UNEXPECTED_EOF");
        array.finish_job(1).unwrap();
        assert_eq!(values(&array), [7, 1, 2, 1, 2]);

        let work = array.fromfile_later(1, opened(path), 2).unwrap();
        busy(array.trim().and(if is_exact {
            array.refresh().map(drop)
        } else {
            Ok(())
        }));
        array.abandon_jobs();
        assert!(!done(work));
        assert_eq!(array.refresh().unwrap(), 5);
    }
    std::fs::remove_file(source).unwrap();
}

#[test]
fn abandon_jobs_keeps_what_was_read_before() {
    let source = std::env::temp_dir().join(format!("mmap-array-abandoned-{}", std::process::id()));
    std::fs::write(&source, [1u8, 0, 0, 0, 2, 0, 0, 0]).unwrap();
    let path = std::os::unix::ffi::OsStrExt::as_bytes(source.as_os_str());
    for capacity in [0, 1000] {
        let mut array = integers(&[7]);
        array.reserve(capacity).unwrap();
        let work = array.fromfile_later(1, opened(path), 2).unwrap();
        assert!(done(work));
        array.abandon_jobs();
        assert_eq!(values(&array), [7, 1, 2]);
        array.trim().unwrap();
        assert_eq!(values(&array), [7, 1, 2]);
    }
    std::fs::remove_file(source).unwrap();
}

#[test]
fn fromfile_later_from_a_short_pipe_keeps_the_room_as_capacity() {
    for (came, bytes) in [(2, 8 + CHUNK), (10_000, CHUNK + 32)] {
        for is_abandoned in [false, true] {
            let mut array = integers(&[7]);
            array.reserve(5).unwrap();
            let before = array.capacity();
            let (reader, writer) = std::io::pipe().unwrap();
            let source = ExternalFile::borrow(reader.as_raw_fd(), Mode::Async).unwrap();
            let work = array.fromfile_later(1, source, bytes / 4).unwrap();
            let writing = std::thread::spawn(move || (&writer).write_all(&vec![1; 4 * came]).unwrap());
            assert_eq!(failure(work).code(), "ERR_UNEXPECTED_EOF");
            writing.join().unwrap();
            if is_abandoned {
                array.abandon_jobs();
            } else {
                array.finish_job(1).unwrap();
            }
            let size = |array: &Array| array.storage().size().unwrap();
            let length = came as u64 + 1;
            assert_eq!(array.length(), length);
            assert_eq!(array.capacity() > before, length > before);
            assert_eq!(size(&array), array.capacity() * 4);
            array.extend(Region::of(&[9; 4])).unwrap();
            array.trim().unwrap();
            assert_eq!((array.length(), size(&array)), (length + 1, length * 4 + 4));
        }
    }
}

#[test]
fn fromfile_later_to_a_reserved_file_reads_all() {
    let mut array = over(&file_of(&[7; 2]), Flags::ReadWrite, None);
    array.reserve(5).unwrap();
    let work = array
        .fromfile_later(1, ExternalFile::Own(file_of(&some())), SOME / 2)
        .unwrap();
    assert!(done(work));
    array.finish_job(1).unwrap();
    assert_eq!(array.capacity(), array.length());
    assert!(array.region().to_vec().unwrap()[2..] == some());
}

#[test]
fn fromfile_later_to_private_memory_reads_all() {
    for (begin, position, count) in [(0, 0, SOME / 4), (1, 4, SOME / 4 - 1), (1_000_003, 8, 1 << 20)] {
        let mut array = integers(&vec![7; begin]);
        let mut source = file_of(&some());
        source.seek(SeekFrom::Start(position)).unwrap();
        let work = array
            .fromfile_later(1, ExternalFile::Own(source.try_clone().unwrap()), count)
            .unwrap();
        assert!(done(work));
        assert_eq!(array.length(), begin as u64);
        array.finish_job(1).unwrap();
        let there = array.region().to_vec().unwrap();
        let read = &some()[position as usize..(position + 4 * count) as usize];
        assert!(there[..4 * begin] == *bytemuck::cast_slice::<i32, u8>(&vec![7; begin]));
        assert!(there[4 * begin..] == *read, "{begin} + {count}");
        assert_eq!(source.stream_position().unwrap(), position + 4 * count);
        array.extend(Region::of(&[9; 4])).unwrap();
        assert!(array.region().to_vec().unwrap().ends_with(&[9; 4]));
    }
}

#[test]
fn fromfile_later_of_a_file_truncated_meanwhile_fails() {
    let source = file_of(&some());
    let mut array = integers(&[7]);
    let work = array
        .fromfile_later(1, ExternalFile::Own(source.try_clone().unwrap()), SOME / 4)
        .unwrap();
    source.set_len(PIECE + 10).unwrap();
    assert_eq!(failure(work).code(), "ERR_UNEXPECTED_EOF");
    array.finish_job(1).unwrap();
    assert_eq!(array.length(), 1 + (PIECE + 8) / 4);
    assert!(array.region().to_vec().unwrap()[4..] == some()[..PIECE as usize + 8]);
}

#[test]
fn fromfile_later_that_is_cancelled_appends_nothing() {
    let mut array = integers(&[7]);
    let work = array
        .fromfile_later(1, ExternalFile::Own(file_of(&some())), SOME / 4)
        .unwrap();
    array.cancel_job(1);
    assert!(!done(work));
    array.finish_job(1).unwrap();
    assert_eq!(values(&array), [7]);
    let work = array
        .fromfile_later(2, ExternalFile::Own(file_of(&some())), SOME / 4)
        .unwrap();
    array.abandon_jobs();
    assert!(!done(work));
    assert_eq!(values(&array), [7]);
}

fn counted(file: &File) -> Array {
    let open = || Storage::from_descriptor(file.as_raw_fd(), Flags::ReadWrite);
    let integers = Typecode::parse("i").unwrap();
    Array::open_npy(
        Some(integers.into()),
        Flags::CreateOrTruncate,
        Placement::default(),
        open,
    )
    .unwrap()
}

// What broke: what could not be taken over was added once more, to what the header had told meanwhile.
#[test]
fn finish_job_that_failed_does_not_append_twice() {
    let file = file_of(b"");
    let mut array = counted(&file);
    let source = ExternalFile::Own(file_of(&[1; 40]));
    let work = array.fromfile_later(1, source, 10).unwrap();
    assert!(done(work));
    let mut first = [0];
    file.read_exact_at(&mut first, 0).unwrap();
    file.write_all_at(b"X", 0).unwrap();
    array.finish_job(1).unwrap_err();
    file.write_all_at(&first, 0).unwrap();
    array.reserve(10).unwrap();
    assert_eq!((array.length(), array.capacity()), (10, 10));
    let sort = array.sort_later(2).unwrap();
    assert!(done(sort));
    array.finish_job(2).unwrap();
    assert_eq!((array.length(), array.capacity()), (10, 10));
}

#[test]
fn finish_job_of_a_failed_append_truncates_the_file() {
    for is_abandoned in [false, true] {
        let file = file_of(b"");
        let mut array = counted(&file);
        array.extend(Region::of(&[1; 8])).unwrap();
        let size = file.metadata().unwrap().len();
        let job = array.begin_job("fromfileAsync", 1, Claim::Grows).unwrap();
        let written = job.append(|progress| {
            file.write_all_at(&[9; 3], size).unwrap();
            progress.wasted_to = size + 4;
            Err(Error::MemoryFault)
        });
        assert_eq!(written.unwrap_err().code(), "ERR_MEMORY_FAULT");
        drop(job);
        if is_abandoned {
            array.abandon_jobs();
        } else {
            array.finish_job(1).unwrap();
        }
        assert_eq!(file.metadata().unwrap().len(), size);
        assert_eq!(array.length(), 2);
    }
}

// What broke: the window was widened before anything was read, and a pipe could not be asked for more than 2^30 bytes.
#[test]
fn finish_job_widens_the_window_to_what_was_appended() {
    for is_reserved in [false, true] {
        let file = file_of(&[7; 2]);
        let mut array = over(&file, Flags::ReadWrite, None);
        if is_reserved {
            array.reserve(5).unwrap();
        }
        let end = array.window().len() as u64 + 2;
        let job = array.begin_job("fromfileAsync", 1, Claim::Grows).unwrap();
        let is_appended = job.append(|progress| {
            file.set_len(end).unwrap();
            file.write_all_at(&[9; 2], end - 2).unwrap();
            progress.appended = end - 2;
            progress.room_end = if is_reserved { end } else { 0 };
            Ok(())
        });
        assert!(is_appended.unwrap());
        drop(job);
        array.finish_job(1).unwrap();
        assert_eq!(array.length(), end / 2);
        assert_eq!(array.get(-1).unwrap().bytes(), [9; 2]);
    }
}

#[test]
fn fromfile_later_from_a_pipe_takes_any_count() {
    for is_exposed in [false, true] {
        let mut array = integers(&[7]);
        if is_exposed {
            array.descriptor().unwrap();
        }
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(&[1, 0, 0, 0, 2]).unwrap();
        drop(writer);
        let source = ExternalFile::borrow(reader.as_raw_fd(), Mode::Async).unwrap();
        let work = array.fromfile_later(1, source, 1 << 50).unwrap();
        assert_eq!(failure(work).code(), "ERR_UNEXPECTED_EOF");
        array.finish_job(1).unwrap();
        assert_eq!(values(&array), [7, 1]);
    }
}
