//! All errors of the core. `src/node` turns each into a JavaScript error with the variant's class and code.

use std::borrow::Cow;
use std::fmt;

pub type Result<T> = std::result::Result<T, Error>;

/// The JavaScript class an error becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Error,
    TypeError,
    RangeError,
}

#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The array was closed.
    Closed,
    /// A write to an array opened with `r`, or an `attach` that asks for more access than the handle has.
    ReadOnly { operation: &'static str },
    /// A change of the length of an array whose length is fixed: by an option, by `c`, or by the shape of its file.
    FixedLength {
        operation: &'static str,
        /// Why, as a clause that begins with "because".
        reason: &'static str,
    },
    /// The number of bytes is not a multiple of the element size.
    RaggedLength {
        bytes: u64,
        itemsize: u64,
        /// What has that size: an element or a row.
        unit: &'static str,
        path: Option<String>,
    },
    /// A change of the length that would leave part of a row, which has so many elements.
    PartialRow { operation: &'static str, row: u64 },
    /// An element index outside the array.
    IndexOutOfRange { index: String, length: u64 },
    /// A value outside the range of the element type.
    ValueOutOfRange {
        requirement: Cow<'static, str>,
        received: String,
    },
    /// Any other argument outside its range.
    OutOfRange {
        name: &'static str,
        requirement: String,
        received: String,
    },
    /// An argument of the wrong kind.
    InvalidArgType {
        name: &'static str,
        requirement: &'static str,
    },
    /// An array of another element type.
    TypeMismatch { ours: String, theirs: String },
    /// A call that elements of this type, or a field of this type, do not have.
    NotForType { reason: String },
    /// Fields that do not make a record.
    InvalidRecordType { reason: String },
    /// A `.npy` file whose elements have another type than the caller asked for.
    OtherDtype {
        dtype: String,
        wanted: String,
        path: Option<String>,
    },
    /// A `.npy` file that breaks NumPy's format, or ends too early.
    InvalidNpy { reason: String, path: Option<String> },
    /// A valid `.npy` file that this package cannot map.
    UnsupportedNpy { reason: String, path: Option<String> },
    /// A typecode that is not in the table.
    InvalidTypecode { allowed: String, received: String },
    /// This array already holds its lock.
    Locked,
    /// Another append did not end in time. `holder` is the process that is in the middle of one, if the system tells.
    AppendLocked { holder: Option<u32> },
    /// The file of a reserved array is longer than its capacity, because others have appended to it.
    OtherWriter { bytes: u64, capacity: u64 },
    /// This array does not hold its lock.
    NotLocked,
    /// A call that must wait until a pending asynchronous call has finished.
    Busy { operation: &'static str },
    /// A call that needs an element, on an empty array.
    Empty { operation: &'static str },
    /// The source ended before the requested elements were read.
    UnexpectedEof { wanted: u64, got: u64 },
    /// The array behind a handle no longer exists, or another one has taken its place.
    StaleHandle { reason: String },
    /// The array behind a handle may exist, but this process may not open its owner's descriptors.
    UnreachableHandle { reason: String },
    /// The mapped memory could not be read or written: the file was truncated, by another process or this one, or the device failed.
    MemoryFault,
    /// The array has more bytes than one buffer of this runtime can span.
    ViewTooLarge { bytes: u64, limit: u64 },
    /// The runtime lacks a feature that the call needs.
    UnsupportedRuntime { feature: &'static str },
    /// A bug of this package, caught before it reached JavaScript.
    Internal { said: String },
    /// A system call failed.
    System {
        errno: i32,
        syscall: &'static str,
        path: Option<String>,
    },
}

impl Error {
    pub fn ragged(bytes: u64, itemsize: usize) -> Self {
        Error::RaggedLength {
            bytes,
            itemsize: itemsize as u64,
            unit: "element",
            path: None,
        }
    }

    /// The same for the bytes of rows.
    pub fn ragged_rows(bytes: u64, row_bytes: u64) -> Self {
        Error::RaggedLength {
            bytes,
            itemsize: row_bytes,
            unit: "row",
            path: None,
        }
    }

    /// The error of an argument that is not one of some words.
    pub fn not_one_of<const N: usize>(name: &'static str, words: [&str; N], received: &str) -> Self {
        Error::OutOfRange {
            name,
            requirement: format!("one of {}", words.map(|word| format!("'{word}'")).join(", ")),
            received: format!("'{received}'"),
        }
    }

    pub fn system(errno: rustix::io::Errno, syscall: &'static str) -> Self {
        Error::System {
            errno: errno.raw_os_error(),
            syscall,
            path: None,
        }
    }

    /// The error of a system call on mapped memory. `EFAULT` means that the memory could not be read or written.
    pub fn on_memory(errno: rustix::io::Errno, syscall: &'static str) -> Self {
        if errno == rustix::io::Errno::FAULT {
            Error::MemoryFault
        } else {
            Error::system(errno, syscall)
        }
    }

    /// The same for a call of the standard library.
    pub fn io_on_memory(error: &std::io::Error, syscall: &'static str) -> Self {
        let errno = rustix::io::Errno::from_io_error(error).unwrap_or(rustix::io::Errno::IO);
        Self::on_memory(errno, syscall)
    }

    pub fn io(error: &std::io::Error, syscall: &'static str) -> Self {
        Error::System {
            errno: error.raw_os_error().unwrap_or(libc::EIO),
            syscall,
            path: None,
        }
    }

    /// Adds a path to the error, if its message names one.
    pub fn at_path(mut self, of: &str) -> Self {
        if let Error::System { path, .. }
        | Error::RaggedLength { path, .. }
        | Error::OtherDtype { path, .. }
        | Error::InvalidNpy { path, .. }
        | Error::UnsupportedNpy { path, .. } = &mut self
        {
            *path = Some(of.to_owned());
        }
        self
    }

    pub fn class(&self) -> Class {
        match self {
            Error::InvalidArgType { .. }
            | Error::InvalidTypecode { .. }
            | Error::InvalidRecordType { .. }
            | Error::TypeMismatch { .. }
            | Error::NotForType { .. }
            | Error::OtherDtype { .. } => Class::TypeError,
            Error::PartialRow { .. }
            | Error::IndexOutOfRange { .. }
            | Error::ValueOutOfRange { .. }
            | Error::OutOfRange { .. } => Class::RangeError,
            _ => Class::Error,
        }
    }

    pub fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Error::Closed => "ERR_CLOSED",
            Error::ReadOnly { .. } => "ERR_READ_ONLY",
            Error::FixedLength { .. } => "ERR_FIXED_LENGTH",
            Error::RaggedLength { .. } => "ERR_RAGGED_LENGTH",
            Error::PartialRow { .. } => "ERR_PARTIAL_ROW",
            Error::IndexOutOfRange { .. } => "ERR_INDEX_OUT_OF_RANGE",
            Error::ValueOutOfRange { .. } => "ERR_VALUE_OUT_OF_RANGE",
            Error::OutOfRange { .. } => "ERR_OUT_OF_RANGE",
            Error::InvalidArgType { .. } => "ERR_INVALID_ARG_TYPE",
            Error::InvalidTypecode { .. } => "ERR_INVALID_TYPECODE",
            Error::Locked | Error::AppendLocked { .. } => "ERR_LOCKED",
            Error::OtherWriter { .. } => "ERR_OTHER_WRITER",
            Error::NotLocked => "ERR_NOT_LOCKED",
            Error::Empty { .. } => "ERR_EMPTY",
            Error::Busy { .. } => "ERR_BUSY",
            Error::InvalidRecordType { .. } => "ERR_INVALID_RECORD_TYPE",
            Error::TypeMismatch { .. } | Error::NotForType { .. } | Error::OtherDtype { .. } => {
                "ERR_TYPE_MISMATCH"
            }
            Error::InvalidNpy { .. } => "ERR_INVALID_NPY",
            Error::UnsupportedNpy { .. } => "ERR_UNSUPPORTED_NPY",
            Error::UnexpectedEof { .. } => "ERR_UNEXPECTED_EOF",
            Error::StaleHandle { .. } => "ERR_STALE_HANDLE",
            Error::UnreachableHandle { .. } => "ERR_UNREACHABLE_HANDLE",
            Error::MemoryFault => "ERR_MEMORY_FAULT",
            Error::ViewTooLarge { .. } => "ERR_VIEW_TOO_LARGE",
            Error::UnsupportedRuntime { .. } => "ERR_UNSUPPORTED_RUNTIME",
            Error::Internal { .. } => "ERR_INTERNAL",
            Error::System { errno, .. } => return errno_name(*errno),
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Closed => write!(f, "The array is closed"),
            Error::ReadOnly { operation } => {
                write!(
                    f,
                    "The array is read-only: {operation} needs an array opened for writing, with flags 'r+' or 'a+'"
                )
            }
            Error::FixedLength { operation, reason } => {
                write!(f, "{operation} cannot change the length of this array, {reason}")
            }
            Error::RaggedLength {
                bytes,
                itemsize,
                unit,
                path,
            } => {
                if let Some(path) = path {
                    write!(f, "{path}: ")?;
                }
                write!(
                    f,
                    "{bytes} bytes is not a multiple of the {unit} size, {itemsize}"
                )?;
                // Only a file has a path.
                if path.is_some() {
                    write!(
                        f,
                        ". If the type is right, open the file with tail: 'cut': the next append then removes the part of {} at \
                         its end",
                        if *unit == "row" { "a row" } else { "an element" }
                    )?;
                }
                Ok(())
            }
            Error::PartialRow { operation, row } => write!(
                f,
                "{operation} would leave part of a row. The length of this array changes by whole rows of {row} elements"
            ),
            Error::IndexOutOfRange { index, length: 0 } => write!(
                f,
                "The value of \"index\" is out of range. The array is empty. Received {index}"
            ),
            Error::IndexOutOfRange { index, length } => write!(
                f,
                "The value of \"index\" is out of range. It must be >= -{length} and < {length}. Received {index}"
            ),
            Error::ValueOutOfRange {
                requirement,
                received,
            } => write!(
                f,
                "The value of \"value\" is out of range. It must be {requirement}. Received {received}"
            ),
            Error::OutOfRange {
                name,
                requirement,
                received,
            } => write!(
                f,
                "The value of \"{name}\" is out of range. It must be {requirement}. Received {received}"
            ),
            Error::InvalidArgType { name, requirement } => {
                write!(f, "The \"{name}\" argument must be {requirement}")
            }
            Error::InvalidTypecode { allowed, received } => write!(
                f,
                "The \"typecode\" argument must be one of {allowed}, the constructor of a typed array or a record type. Received {received}"
            ),
            Error::Locked => write!(
                f,
                "This array already holds its lock. Call unlock() before you lock it again"
            ),
            Error::OtherWriter { bytes, capacity } => write!(
                f,
                "Another array appended {} bytes to the file while this one had it reserved. Truncating the file would remove them, \
                 so it stays as it is: this array's elements, zeros up to byte {capacity}, and behind them what was appended",
                bytes - capacity
            ),
            Error::AppendLocked { holder } => {
                f.write_str("The append lock of the file was not released within two seconds, so nothing was written: ")?;
                match holder {
                    Some(pid) => write!(f, "process {pid} holds it"),
                    None => f.write_str("another open file holds it"),
                }
            }
            Error::NotLocked => write!(f, "This array does not hold its lock"),
            Error::NotForType { reason } => f.write_str(reason),
            Error::InvalidRecordType { reason } => write!(f, "The record type is invalid: {reason}"),
            Error::TypeMismatch { ours, theirs } => {
                write!(
                    f,
                    "An array of {ours} takes elements of the same type only. Received {theirs}"
                )
            }
            Error::Busy { operation } => write!(
                f,
                "The array is busy: {operation} must wait for the pending asynchronous call on its elements. Await that promise first"
            ),
            Error::Empty { operation } => write!(
                f,
                "{operation} needs at least one element. The array, or the given range of it, is empty"
            ),
            Error::OtherDtype { dtype, wanted, path } => {
                match path {
                    Some(path) => write!(f, "The elements of '{path}'")?,
                    None => f.write_str("The elements of the file")?,
                }
                write!(f, " must be of {wanted}. They are of dtype {dtype}")
            }
            Error::InvalidNpy { reason, path } => {
                write!(f, "{} not a valid .npy file: {reason}", subject(path))
            }
            Error::UnsupportedNpy { reason, path } => {
                write!(f, "{} a .npy file that cannot be mapped: {reason}", subject(path))
            }
            Error::UnexpectedEof { wanted, got } => {
                write!(f, "The source ended early. Expected {wanted} elements, got {got}")
            }
            Error::StaleHandle { reason } => write!(f, "The array behind this handle is gone: {reason}"),
            Error::UnreachableHandle { reason } => write!(
                f,
                "This process cannot open the array behind this handle: {reason}. Share a file, or memory with a name (openShm), \
                 that both sides can open"
            ),
            Error::MemoryFault => {
                write!(
                    f,
                    "The mapped memory could not be read or written: the file was truncated, or its device is full or \
                     failed. Call refresh() to go on with the file as it is now"
                )
            }
            Error::ViewTooLarge { bytes, limit } => write!(
                f,
                "A buffer in this runtime spans at most {limit} bytes, and the array has {bytes}. Use subarray(start, end)"
            ),
            Error::UnsupportedRuntime { feature } => write!(f, "This runtime has no {feature}"),
            Error::Internal { said } => write!(f, "Internal error of mmap-array: {said}"),
            Error::System { errno, syscall, path } => {
                write!(f, "{}: {}, {syscall}", errno_name(*errno), errno_message(*errno))?;
                if let Some(path) = path {
                    write!(f, " '{path}'")?;
                }
                if matches!(*errno, libc::EMFILE | libc::ENFILE) {
                    // Node-API runs finalizers on the event loop, some time after the garbage collection.
                    f.write_str(
                        ". Close arrays that you no longer need: otherwise an array keeps its descriptor until it is \
                         garbage-collected and the event loop has run",
                    )?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {}

fn subject(path: &Option<String>) -> String {
    match path {
        Some(path) => format!("'{path}' is"),
        None => String::from("This is"),
    }
}

/// The symbolic name, which Node reports as `code`.
fn errno_name(errno: i32) -> Cow<'static, str> {
    macro_rules! names {
        ($($name:ident)*) => {
            match errno {
                $(libc::$name => Cow::Borrowed(stringify!($name)),)*
                other => Cow::Owned(format!("E{other}")),
            }
        };
    }
    names! {
        EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG EBADF EAGAIN ENOMEM EACCES EFAULT EBUSY EEXIST EXDEV ENODEV
        ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE
        EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP EOVERFLOW EOPNOTSUPP ESTALE EDQUOT ECANCELED
        EOWNERDEAD ENOTSOCK ECONNRESET ENOTCONN ETIMEDOUT
    }
}

/// The description of an error in Node's words. Most are the system's, beginning with a small letter.
fn errno_message(errno: i32) -> String {
    let own = match errno {
        libc::EEXIST => "file already exists",
        libc::EISDIR => "illegal operation on a directory",
        libc::ENOMEM => "not enough memory",
        libc::EBUSY => "resource busy or locked",
        libc::ELOOP => "too many symbolic links encountered",
        libc::ENAMETOOLONG => "name too long",
        libc::EIO => "i/o error",
        libc::EFAULT => "bad address in system call argument",
        libc::ENFILE => "file table overflow",
        libc::ETXTBSY => "text file is busy",
        libc::EXDEV => "cross-device link not permitted",
        libc::EOPNOTSUPP => "operation not supported on socket",
        _ => return system_message(errno),
    };
    own.to_owned()
}

fn system_message(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    let text = text
        .rsplit_once(" (os error")
        .map_or(text.as_str(), |(message, _)| message);
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::from("unknown error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "the words come from the C library, which Miri lacks")]
    fn system_errors_read_as_nodes_do() {
        let error = Error::system(rustix::io::Errno::NOENT, "open").at_path("/nowhere");
        assert_eq!(
            error.to_string(),
            "ENOENT: no such file or directory, open '/nowhere'"
        );
        assert_eq!(error.code(), "ENOENT");
        assert_eq!(error.class(), Class::Error);
    }

    #[test]
    fn a_ragged_length_names_the_file_and_the_element_size() {
        let error = Error::ragged(12, 8);
        assert_eq!(
            error.to_string(),
            "12 bytes is not a multiple of the element size, 8"
        );
        assert_eq!(
            error.at_path("log.f64").to_string(),
            "log.f64: 12 bytes is not a multiple of the element size, 8. If the type is right, open the file with tail: 'cut': \
             the next append then removes the part of an element at its end"
        );
    }

    #[test]
    fn an_unknown_errno_still_has_a_code() {
        let error = Error::System {
            errno: 9999,
            syscall: "open",
            path: None,
        };
        assert_eq!(error.code(), "E9999");
    }
}
