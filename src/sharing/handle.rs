//! A few plain facts by which another thread or process finds the memory of an array.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::registry;
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::os::identity::FileIdentity;
use crate::os::memory_file::TemporaryName;
use crate::os::process::{self, ProcessIdentity, descriptor_path};
use crate::storage::{Access, Flags, Format, Storage};
use crate::typecode::Typecode;

/// What the system answers where the file of a handle is no longer there, or something else is.
const MEANS_GONE: [i32; 5] = [
    libc::ENOENT,
    libc::ENOTDIR,
    libc::EISDIR,
    libc::ENODEV,
    libc::ELOOP,
];

/// What the system answers if this process may not look at another one's descriptors.
const REFUSES_DESCRIPTORS: [i32; 2] = [libc::EACCES, libc::EPERM];

/// What a handle says. It keeps nothing alive, and nothing of it is believed unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    pub typecode: &'static Typecode,
    pub flags: Flags,
    pub owner: ProcessIdentity,
    /// The PID namespace of the owner. `None` if an older version of this package made the handle.
    pub pid_namespace: Option<u64>,
    /// The mapping's number in the owner's process.
    pub mapping: u64,
    /// The owner's descriptor.
    pub descriptor: i32,
    pub path: Option<String>,
    pub identity: FileIdentity,
    pub offset: u64,
    /// Elements of a window of fixed length.
    pub length: Option<u64>,
    pub format: Format,
}

impl Handle {
    /// Says where a mapping is, and what lies in it.
    pub fn of(
        mapping: &Arc<Mapping>,
        typecode: &'static Typecode,
        flags: Flags,
        length: Option<u64>,
        format: Format,
    ) -> Result<Handle> {
        let storage = mapping.storage();
        Ok(Handle {
            typecode,
            flags,
            owner: ProcessIdentity::own()?,
            pid_namespace: process::pid_namespace(),
            mapping: registry::number_of(mapping),
            descriptor: storage.descriptor(),
            // A path that is no text stays unsaid; the owner's descriptor leads there too.
            path: storage
                .absolute_path()
                .and_then(|path| path.into_os_string().into_string().ok()),
            identity: FileIdentity::of(storage.file())?,
            offset: mapping.offset(),
            length,
            format,
        })
    }

    /// The memory behind the handle, with the handle's flags or lesser ones.
    ///
    /// # Errors
    /// `ReadOnly` for more than the handle has; `StaleHandle` where the memory is gone, or another's; `UnreachableHandle` if the
    /// owner may have it, and is in another container or another user's.
    pub fn locate(&self, flags: Option<Flags>) -> Result<(Arc<Mapping>, Flags)> {
        let asked = flags;
        let flags = self.allowed(asked)?;
        let mapping = match self.live_mapping()? {
            // Copies that were asked for are the asker's own.
            Some(mapping) if mapping.access() == flags.access() && asked != Some(Flags::CopyOnWrite) => {
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
        // A file that was created or emptied once is neither by those who attach.
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

    /// The mapping itself, where this is the owner's process.
    fn live_mapping(&self) -> Result<Option<Arc<Mapping>>> {
        if self.owner != ProcessIdentity::own()? {
            return Ok(None);
        }
        let Some(mapping) = registry::find(self.mapping) else {
            return Ok(None);
        };
        // A handle is plain data and may have been tampered with.
        if mapping.offset() != self.offset || FileIdentity::of(mapping.storage().file())? != self.identity {
            return Ok(None);
        }
        Ok(Some(mapping))
    }

    /// Opens the file by its path, or through the owner's descriptor, whichever is still the same file.
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
        let mut hindrance = None;
        if self.is_from_another_namespace() {
            hindrance = Some(format!(
                "process {pid} is in another PID namespace, such as that of another container"
            ));
        } else if ProcessIdentity::of(pid) == Some(self.owner)
            && let Some(link) = descriptor_path(pid, self.descriptor)
        {
            match Storage::reopen(&link, &self.identity, flags.access(), path) {
                Ok(Some(storage)) => return Ok(storage),
                Ok(None) => {}
                Err(Error::System { errno, .. }) if REFUSES_DESCRIPTORS.contains(&errno) => {
                    hindrance = Some(format!(
                        "process {pid} belongs to another user or user namespace, so its descriptors may not be opened here"
                    ));
                }
                Err(error) => failure = Some(failure.unwrap_or(error)),
            }
        }
        // A file that is there and refuses us is the system's error; one that is gone is ours.
        Err(match (failure, hindrance) {
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

    /// Whether the number of the owner's process means another one here, or none.
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
        let handle = Handle::of(
            &mapping,
            Typecode::parse("i").unwrap(),
            Flags::ReadWrite,
            None,
            Format::Raw,
        )
        .unwrap();
        (mapping, handle)
    }

    #[test]
    fn a_handle_leads_to_the_very_mapping() {
        let (mapping, handle) = handle();
        assert!(Arc::ptr_eq(&handle.locate(None).unwrap().0, &mapping));
    }

    #[test]
    fn lesser_flags_get_a_mapping_of_their_own() {
        let (_mapping, handle) = handle();
        let (copy, flags) = handle.locate(Some(Flags::CopyOnWrite)).unwrap();
        assert!(copy.is_private());
        assert_eq!(flags, Flags::CopyOnWrite);
    }

    #[test]
    fn a_handle_that_says_copies_does_not_reach_those_of_a_reader() {
        let storage = Arc::new(Storage::anonymous().unwrap());
        let reader = Mapping::new(storage, 0, Access::ReadOnly);
        let handle =
            |flags| Handle::of(&reader, Typecode::parse("i").unwrap(), flags, None, Format::Raw).unwrap();
        let (same, _) = handle(Flags::Read).locate(None).unwrap();
        assert!(Arc::ptr_eq(&same, &reader));
        let (forged, _) = handle(Flags::CopyOnWrite).locate(None).unwrap();
        assert!(!Arc::ptr_eq(&forged, &reader));
        assert_eq!(forged.access(), Access::CopyOnWrite);
    }

    #[test]
    fn a_handle_of_what_is_gone_is_stale() {
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
        // Of a version that did not say: the owner is looked up, and found.
        let silent = Handle {
            pid_namespace: None,
            ..elsewhere
        };
        silent.locate(None).unwrap();
    }

    #[test]
    fn more_than_the_handle_has_is_refused() {
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
    fn a_forged_handle_is_checked() {
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
