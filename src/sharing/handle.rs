//! Handles: plain data by which another thread or process finds the memory of an array.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::registry;
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::os::identity::FileIdentity;
use crate::os::memory_file::TemporaryName;
use crate::os::process::{self, ProcessIdentity, descriptor_path};
use crate::storage::{Access, Flags, Format, Storage};

/// The errors of the system if the file of a handle no longer exists, or something else is in its place.
const MEANS_GONE: [i32; 5] = [
    libc::ENOENT,
    libc::ENOTDIR,
    libc::EISDIR,
    libc::ENODEV,
    libc::ELOOP,
];

/// The errors of the system if this process may not open the descriptors of another one.
const REFUSES_DESCRIPTORS: [i32; 2] = [libc::EACCES, libc::EPERM];

/// The fields of a handle. It keeps nothing alive, and every field is checked before it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    pub flags: Flags,
    pub owner: ProcessIdentity,
    /// The PID namespace of the owner. `None` if an older version of this package made the handle.
    pub pid_namespace: Option<u64>,
    /// The number of the mapping in the registry of the owner's process.
    pub mapping: u64,
    /// The number of the descriptor in the owner's process.
    pub descriptor: i32,
    pub path: Option<String>,
    pub identity: FileIdentity,
    pub offset: u64,
    /// The number of elements, if the array has a fixed length.
    pub length: Option<u64>,
    /// The lengths of the axes behind axis 0. `None` for one axis, and for a shape that cannot change.
    pub row_shape: Option<Vec<u64>>,
    pub format: Format,
}

impl Handle {
    /// Makes a handle of a mapping.
    pub fn of(mapping: &Arc<Mapping>, flags: Flags, length: Option<u64>, format: Format) -> Result<Handle> {
        let storage = mapping.storage();
        Ok(Handle {
            flags,
            owner: ProcessIdentity::own()?,
            pid_namespace: process::pid_namespace(),
            mapping: registry::number_of(mapping),
            descriptor: storage.descriptor(),
            // A path that is not UTF-8 is left out; the owner's descriptor leads to the file, too.
            path: storage
                .absolute_path()
                .and_then(|path| path.into_os_string().into_string().ok()),
            identity: FileIdentity::of(storage.file())?,
            offset: mapping.offset(),
            length,
            row_shape: None,
            format,
        })
    }

    /// Finds the memory behind the handle. `flags` may ask for less access than the handle has.
    ///
    /// # Errors
    /// `ReadOnly` if `flags` asks for more access; `StaleHandle` if the memory is gone or was replaced; `UnreachableHandle` if the owner
    /// may have it, but is in another container or belongs to another user.
    pub fn locate(&self, flags: Option<Flags>) -> Result<(Arc<Mapping>, Flags)> {
        let wanted = flags;
        let flags = self.allowed(wanted)?;
        let mapping = match self.live_mapping()? {
            // An explicit 'c' gets a private mapping of its own.
            Some(mapping) if mapping.access() == flags.access() && wanted != Some(Flags::CopyOnWrite) => {
                mapping
            }
            Some(mapping) if flags.access().is_private() => {
                Mapping::new(mapping.storage().clone(), self.offset, flags.access())
            }
            _ => Mapping::new(Arc::new(self.reopen(flags)?), self.offset, flags.access()),
        };
        Ok((mapping, flags))
    }

    fn allowed(&self, wanted: Option<Flags>) -> Result<Flags> {
        // The owner may have created or truncated the file; `attach` does neither.
        let own = if self.flags.access() == Access::ReadWrite {
            Flags::ReadWrite
        } else {
            self.flags
        };
        let wanted = wanted.unwrap_or(own);
        if wanted.access() == Access::ReadWrite && own.access() != Access::ReadWrite {
            return Err(Error::ReadOnly {
                operation: "attach with flags 'r+'",
            });
        }
        Ok(wanted)
    }

    /// The owner's mapping, if this is the owner's process.
    fn live_mapping(&self) -> Result<Option<Arc<Mapping>>> {
        if self.owner != ProcessIdentity::own()? {
            return Ok(None);
        }
        let Some(mapping) = registry::find(self.mapping) else {
            return Ok(None);
        };
        // A handle is plain data, which may have been changed.
        if mapping.offset() != self.offset || FileIdentity::of(mapping.storage().file())? != self.identity {
            return Ok(None);
        }
        Ok(Some(mapping))
    }

    /// Opens the file by its path or through the owner's descriptor, if either still leads to it.
    fn reopen(&self, flags: Flags) -> Result<Storage> {
        let path = self.path.as_ref().map(PathBuf::from);
        let mut failure = None;
        if let Some(path) = &path {
            match Storage::reopen(path, &self.identity, flags.access(), Some(path.clone())) {
                Ok(Some(storage)) => return Ok(storage),
                Ok(None) => {}
                Err(error) => failure = Some(error),
            }
        }
        let pid = self.owner.pid;
        let mut unreachable = None;
        if self.is_from_another_namespace() {
            unreachable = Some(format!(
                "process {pid} is in another PID namespace, such as that of another container"
            ));
        } else if ProcessIdentity::of(pid) == Some(self.owner)
            && let Some(link) = descriptor_path(pid, self.descriptor)
        {
            match Storage::reopen(&link, &self.identity, flags.access(), path) {
                Ok(Some(storage)) => return Ok(storage),
                Ok(None) => {}
                Err(Error::System { errno, .. }) if REFUSES_DESCRIPTORS.contains(&errno) => {
                    unreachable = Some(format!(
                        "process {pid} belongs to another user or user namespace, so its descriptors may not be opened here"
                    ));
                }
                Err(error) => failure = Some(failure.unwrap_or(error)),
            }
        }
        // If the file exists but cannot be opened, the system's error says why.
        Err(match (failure, unreachable) {
            (Some(error @ Error::System { errno, .. }), _) if !MEANS_GONE.contains(&errno) => error,
            (_, Some(reason)) => Error::UnreachableHandle { reason },
            _ => Error::StaleHandle {
                reason: match self.path.as_deref() {
                    Some(path) if TemporaryName::of(Path::new(path)).is_none() => {
                        format!("'{path}' was removed or replaced by another file")
                    }
                    _ => format!("process {pid} has closed it or has ended"),
                },
            },
        })
    }

    /// Whether the owner's process number means nothing here, because the owner is in another PID namespace.
    fn is_from_another_namespace(&self) -> bool {
        let own = process::pid_namespace();
        self.pid_namespace.is_some() && own.is_some() && self.pid_namespace != own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::portable;

    fn handle() -> (Arc<Mapping>, Handle) {
        let mapping = Mapping::new(Arc::new(Storage::anonymous().unwrap()), 0, Access::ReadWrite);
        let handle = Handle::of(&mapping, Flags::ReadWrite, None, Format::Raw).unwrap();
        (mapping, handle)
    }

    #[test]
    fn locate_in_the_owners_process_gives_the_same_mapping() {
        let (mapping, handle) = handle();
        assert!(Arc::ptr_eq(&handle.locate(None).unwrap().0, &mapping));
    }

    #[test]
    fn locate_with_less_access_gives_another_mapping() {
        let (_mapping, handle) = handle();
        let (copy, flags) = handle.locate(Some(Flags::CopyOnWrite)).unwrap();
        assert!(copy.is_private());
        assert_eq!(flags, Flags::CopyOnWrite);
    }

    #[test]
    fn locate_with_copy_on_write_does_not_share_the_mapping_of_a_reader() {
        let storage = Arc::new(Storage::anonymous().unwrap());
        let reader = Mapping::new(storage, 0, Access::ReadOnly);
        let handle = |flags| Handle::of(&reader, flags, None, Format::Raw).unwrap();
        let (same, _) = handle(Flags::Read).locate(None).unwrap();
        assert!(Arc::ptr_eq(&same, &reader));
        let (forged, _) = handle(Flags::CopyOnWrite).locate(None).unwrap();
        assert!(!Arc::ptr_eq(&forged, &reader));
        assert_eq!(forged.access(), Access::CopyOnWrite);
    }

    #[test]
    fn locate_of_a_dropped_mapping_is_stale() {
        let (mapping, handle) = handle();
        drop(mapping);
        assert_eq!(handle.locate(None).unwrap_err().code(), "ERR_STALE_HANDLE");
    }

    #[test]
    fn locate_of_a_handle_from_another_pid_namespace_says_so() {
        if portable::skips("memory has a path, which leads to it from anywhere") {
            return;
        }
        let (_mapping, here) = handle();
        let elsewhere = Handle {
            pid_namespace: Some(1),
            mapping: u64::MAX,
            ..here.clone()
        };
        let error = elsewhere.locate(None).unwrap_err();
        assert_eq!(error.code(), "ERR_UNREACHABLE_HANDLE");
        assert!(error.to_string().contains("another PID namespace"));
        // A handle without a namespace, from an older version: the owner is looked up, and found.
        let silent = Handle {
            pid_namespace: None,
            ..elsewhere
        };
        silent.locate(None).unwrap();
    }

    #[test]
    fn locate_with_more_access_is_read_only() {
        let (_mapping, handle) = handle();
        let handle = Handle {
            flags: Flags::Read,
            ..handle
        };
        assert_eq!(
            handle.locate(Some(Flags::ReadWrite)).unwrap_err().code(),
            "ERR_READ_ONLY"
        );
        assert!(handle.locate(None).unwrap().0.is_private());
    }

    #[test]
    fn locate_of_a_forged_handle_is_stale() {
        let (_mapping, true_one) = handle();
        let of_another_file = Handle {
            identity: FileIdentity::from_text("1:2:3:4"),
            ..true_one.clone()
        };
        assert_eq!(
            of_another_file.locate(None).unwrap_err().code(),
            "ERR_STALE_HANDLE"
        );
        if portable::skips("memory has a path, which leads to it without its owner") {
            return;
        }
        let of_no_process = Handle {
            owner: ProcessIdentity {
                pid: u32::MAX,
                started: 1,
            },
            ..true_one
        };
        assert_eq!(of_no_process.locate(None).unwrap_err().code(), "ERR_STALE_HANDLE");
    }
}
