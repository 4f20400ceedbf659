//! Every way to fail. The border turns a variant into a JavaScript error with the variant's class and code.

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
    /// A writing call on an array opened with `r`, or more access asked of a handle than it has.
    ReadOnly { operation: &'static str },
    /// A call that changes the length of a window of fixed length or of a copy-on-write array.
    FixedLength { operation: &'static str },
    /// The bytes are no whole number of elements.
    RaggedLength { bytes: u64, itemsize: usize },
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
    /// An argument of the wrong kind that only the core could tell.
    InvalidArgType {
        name: &'static str,
        requirement: &'static str,
    },
    /// An array of another element type.
    TypeMismatch { ours: char, theirs: char },
    /// A `.npy` file whose elements are of another type than was asked for.
    OtherDtype { dtype: String, typecode: char },
    /// What NumPy's format does not allow, or a file that ends before it should.
    InvalidNpy { reason: String, path: Option<String> },
    /// A `.npy` file that is right, and that no array here can stand for.
    UnsupportedNpy { reason: String, path: Option<String> },
    /// No row of the typecode table.
    InvalidTypecode { known: String, received: String },
    /// This array holds its lock already.
    Locked,
    /// This array does not hold its lock.
    NotLocked,
    /// A call that has to wait until other threads are done with the elements.
    Busy { operation: &'static str },
    /// A call that needs an element, of an array without any.
    Empty { operation: &'static str },
    /// The end of the source came before the elements asked for.
    UnexpectedEof { wanted: u64, got: u64 },
    /// The array behind a handle is gone, or is another by now.
    StaleHandle { reason: String },
    /// The array behind a handle may be there, but its owner's descriptors are out of reach.
    UnreachableHandle { reason: String },
    /// The mapped memory could not be read or written: somebody cut the file, or the device failed.
    MemoryFault,
    /// One buffer cannot span so many bytes in this runtime.
    ViewTooLarge { bytes: u64, limit: u64 },
    /// The runtime lacks a feature this call needs.
    UnsupportedRuntime { feature: &'static str },
    /// A defect of this package, caught at the border.
    Internal { said: String },
    /// A system call failed.
    System {
        errno: i32,
        syscall: &'static str,
        path: Option<String>,
    },
}

impl Error {
    pub fn system(errno: rustix::io::Errno, syscall: &'static str) -> Self {
        Error::System {
            errno: errno.raw_os_error(),
            syscall,
            path: None,
        }
    }

    /// A failed call on mapped memory: where the system could not read or write it, that is a fault of the memory.
    pub fn on_memory(errno: rustix::io::Errno, syscall: &'static str) -> Self {
        if errno == rustix::io::Errno::FAULT {
            Error::MemoryFault
        } else {
            Error::system(errno, syscall)
        }
    }

    /// The same for a call of the standard library's.
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

    /// The same failure, saying which path it was about.
    pub fn at_path(mut self, of: &str) -> Self {
        if let Error::System { path, .. }
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
            | Error::TypeMismatch { .. }
            | Error::OtherDtype { .. } => Class::TypeError,
            Error::IndexOutOfRange { .. } | Error::ValueOutOfRange { .. } | Error::OutOfRange { .. } => {
                Class::RangeError
            }
            _ => Class::Error,
        }
    }

    pub fn code(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Error::Closed => "ERR_CLOSED",
            Error::ReadOnly { .. } => "ERR_READ_ONLY",
            Error::FixedLength { .. } => "ERR_FIXED_LENGTH",
            Error::RaggedLength { .. } => "ERR_RAGGED_LENGTH",
            Error::IndexOutOfRange { .. } => "ERR_INDEX_OUT_OF_RANGE",
            Error::ValueOutOfRange { .. } => "ERR_VALUE_OUT_OF_RANGE",
            Error::OutOfRange { .. } => "ERR_OUT_OF_RANGE",
            Error::InvalidArgType { .. } => "ERR_INVALID_ARG_TYPE",
            Error::InvalidTypecode { .. } => "ERR_INVALID_TYPECODE",
            Error::Locked => "ERR_LOCKED",
            Error::NotLocked => "ERR_NOT_LOCKED",
            Error::Empty { .. } => "ERR_EMPTY",
            Error::Busy { .. } => "ERR_BUSY",
            Error::TypeMismatch { .. } | Error::OtherDtype { .. } => "ERR_TYPE_MISMATCH",
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
                    "The array is read-only: {operation} needs one opened for writing, with flags 'r+' or 'a+'"
                )
            }
            Error::FixedLength { operation } => {
                write!(
                    f,
                    "The length of this array is fixed, by the 'length' option, by flags 'c' or by its file's shape: \
                     {operation} would change it"
                )
            }
            Error::RaggedLength { bytes, itemsize } => {
                write!(
                    f,
                    "{bytes} bytes are no whole number of elements of {itemsize} bytes each"
                )
            }
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
            Error::InvalidTypecode { known, received } => write!(
                f,
                "The \"typecode\" argument must be one of {known}, or the constructor of a typed array. Received {received}"
            ),
            Error::Locked => write!(f, "This array holds its lock already, and it is not re-entrant"),
            Error::NotLocked => write!(f, "This array does not hold its lock"),
            Error::TypeMismatch { ours, theirs } => {
                write!(
                    f,
                    "An array of typecode '{ours}' takes elements of the same type only. Received '{theirs}'"
                )
            }
            Error::Busy { operation } => write!(
                f,
                "The array is busy: {operation} must wait for the asynchronous call that works on the elements"
            ),
            Error::Empty { operation } => write!(f, "The array is empty: {operation} needs an element"),
            Error::OtherDtype { dtype, typecode } => {
                write!(
                    f,
                    "The file holds elements of NumPy's dtype '{dtype}'. Received the typecode '{typecode}'"
                )
            }
            Error::InvalidNpy { reason, path } => {
                write!(f, "{} no valid .npy file: {reason}", subject(path))
            }
            Error::UnsupportedNpy { reason, path } => {
                write!(f, "{} a .npy file that is not supported: {reason}", subject(path))
            }
            Error::UnexpectedEof { wanted, got } => {
                write!(
                    f,
                    "The source ended early: {wanted} elements were asked for, {got} were there"
                )
            }
            Error::StaleHandle { reason } => write!(f, "The array behind this handle is gone: {reason}"),
            Error::UnreachableHandle { reason } => write!(
                f,
                "The array behind this handle cannot be opened from here: {reason}. Share a file or named memory (openShm) that \
                 both sides can open"
            ),
            Error::MemoryFault => {
                write!(
                    f,
                    "The mapped memory could not be read or written: somebody else cut the file, or its device \
                     had no room for a hole or could not be read; refresh() maps what is there now"
                )
            }
            Error::ViewTooLarge { bytes, limit } => write!(
                f,
                "One buffer of this runtime spans at most {limit} bytes, the array has {bytes}: use subarray(start, end)"
            ),
            Error::UnsupportedRuntime { feature } => write!(f, "This runtime has no {feature}"),
            Error::Internal { said } => write!(f, "Internal error of mmap-array: {said}"),
            Error::System { errno, syscall, path } => {
                write!(f, "{}: {}, {syscall}", errno_name(*errno), errno_message(*errno))?;
                if let Some(path) = path {
                    write!(f, " '{path}'")?;
                }
                if matches!(*errno, libc::EMFILE | libc::ENFILE) {
                    // Node-API runs finalizers in a turn of the event loop after the collection, never at once.
                    f.write_str(
                        "; close() arrays that are done with: those only dropped keep their descriptor until they were \
                         collected and the event loop has turned",
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

/// The symbolic name, as Node reports it in `code`.
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

/// The description of an error, in Node's words; it has the system's with a small first letter but for a few.
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
    #[cfg_attr(miri, ignore = "the words are the C library's, which Miri does without")]
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
    fn an_unknown_errno_still_has_a_code() {
        let error = Error::System {
            errno: 9999,
            syscall: "open",
            path: None,
        };
        assert_eq!(error.code(), "E9999");
    }
}
