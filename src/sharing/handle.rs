//! A few plain facts by which another thread or process finds an array.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::registry;
use crate::array::{Array, Extent};
use crate::error::{Error, Result};
use crate::mapping::Mapping;
use crate::os::identity::FileIdentity;
use crate::os::process::ProcessIdentity;
use crate::storage::{Access, Flags, Storage};
use crate::typecode::Typecode;

/// What the system answers where the file of a handle is no longer there, or something else is.
const MEANS_GONE: [i32; 5] = [
    libc::ENOENT,
    libc::ENOTDIR,
    libc::EISDIR,
    libc::ENODEV,
    libc::ELOOP,
];

/// What a handle says. It keeps nothing alive, and nothing of it is believed unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    pub typecode: &'static Typecode,
    pub flags: Flags,
    pub owner: ProcessIdentity,
    /// The mapping's number in the owner's process.
    pub mapping: u64,
    /// The owner's descriptor.
    pub descriptor: i32,
    pub path: Option<String>,
    pub identity: FileIdentity,
    pub offset: u64,
    /// Elements of a window of fixed length.
    pub length: Option<u64>,
}

impl Handle {
    /// Makes an array exact, and says where it is.
    pub fn of(array: &mut Array) -> Result<Handle> {
        let descriptor = array.descriptor()?;
        let mapping = array.mapping();
        let storage = mapping.storage();
        Ok(Handle {
            typecode: array.typecode(),
            flags: array.flags(),
            owner: ProcessIdentity::own(),
            mapping: registry::number_of(mapping),
            descriptor,
            // A path that is no text stays unsaid; the owner's descriptor leads there too.
            path: storage.absolute_path().and_then(Path::to_str).map(str::to_owned),
            identity: FileIdentity::of(storage.file())?,
            offset: mapping.offset(),
            length: match array.extent() {
                Extent::Fixed(length) => Some(length),
                Extent::Whole => None,
            },
        })
    }

    /// The array behind the handle, with the handle's flags or lesser ones.
    ///
    /// # Errors
    /// `ReadOnly` for more than the handle has; `StaleHandle` where the array is gone, or another.
    pub fn attach(&self, flags: Option<Flags>) -> Result<Array> {
        let flags = self.allowed(flags)?;
        let mapping = match self.live_mapping(flags)? {
            Some(mapping) => mapping,
            None => Mapping::new(
                Arc::new(self.reopen(flags)?),
                self.offset,
                flags.access().is_private(),
            ),
        };
        let extent = match self.length {
            Some(length) => Extent::Fixed(length),
            None => Extent::Whole,
        };
        Array::over(mapping, self.typecode, flags, extent)
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

    /// The mapping itself, where this is the owner's process. Lesser flags get a private one on the same file.
    fn live_mapping(&self, flags: Flags) -> Result<Option<Arc<Mapping>>> {
        if self.owner != ProcessIdentity::own() {
            return Ok(None);
        }
        let Some(mapping) = registry::find(self.mapping) else {
            return Ok(None);
        };
        // A handle is plain data and may have been tampered with.
        if mapping.offset() != self.offset || FileIdentity::of(mapping.storage().file())? != self.identity {
            return Ok(None);
        }
        if flags.access() == Access::ReadWrite && mapping.is_private() {
            return Ok(None);
        }
        if flags.access() == self.flags.access() {
            return Ok(Some(mapping));
        }
        Ok(Some(Mapping::new(mapping.storage().clone(), self.offset, true)))
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
        if ProcessIdentity::of(self.owner.pid) == Some(self.owner) {
            let link = PathBuf::from(format!("/proc/{}/fd/{}", self.owner.pid, self.descriptor));
            match Storage::reopen(&link, &self.identity, flags.access(), path) {
                Ok(Some(storage)) => return Ok(storage),
                Ok(None) => {}
                Err(error) => failure = Some(failure.unwrap_or(error)),
            }
        }
        // A file that is there and refuses us is the system's error; one that is gone is ours.
        Err(match failure {
            Some(error @ Error::System { errno, .. }) if !MEANS_GONE.contains(&errno) => error,
            _ => Error::StaleHandle {
                reason: match &self.path {
                    Some(path) => format!("'{path}' is another file by now, or none"),
                    None => format!("process {} has closed it, or has ended", self.owner.pid),
                },
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::{Element, Number};

    fn array() -> Array {
        let mut array = Array::anonymous(Typecode::parse("i").unwrap(), 100).unwrap();
        for value in 0..10 {
            array
                .append(&Element::encode(array.typecode(), Number::Integer(value)).unwrap())
                .unwrap();
        }
        array
    }

    #[test]
    fn a_handle_makes_exact_and_leads_to_the_same_window() {
        let mut array = array();
        let handle = Handle::of(&mut array).unwrap();
        assert_eq!(array.capacity(), 10);
        let other = handle.attach(None).unwrap();
        assert_eq!(other.window().start(), array.window().start());
        assert_eq!(other.length(), 10);
        assert_eq!(Handle::of(&mut array).unwrap(), handle);
    }

    #[test]
    fn lesser_flags_get_pages_of_their_own() {
        let mut array = array();
        let handle = Handle::of(&mut array).unwrap();
        let copy = handle.attach(Some(Flags::CopyOnWrite)).unwrap();
        let nine = Element::encode(copy.typecode(), Number::Integer(9)).unwrap();
        copy.set(0, &nine).unwrap();
        assert_ne!(array.get(0).unwrap(), nine);
        assert_eq!(
            handle
                .attach(Some(Flags::Read))
                .unwrap()
                .set(0, &nine)
                .unwrap_err()
                .code(),
            "ERR_READ_ONLY"
        );
    }

    #[test]
    fn a_handle_of_what_is_gone_is_stale() {
        let handle = Handle::of(&mut array()).unwrap();
        assert_eq!(handle.attach(None).err().unwrap().code(), "ERR_STALE_HANDLE");
    }

    #[test]
    fn more_than_the_handle_has_is_refused() {
        let mut array = array();
        let handle = Handle {
            flags: Flags::Read,
            ..Handle::of(&mut array).unwrap()
        };
        assert_eq!(
            handle.attach(Some(Flags::ReadWrite)).err().unwrap().code(),
            "ERR_READ_ONLY"
        );
        assert!(handle.attach(None).is_ok());
    }

    #[test]
    fn a_forged_handle_is_checked() {
        let mut array = array();
        let true_one = Handle::of(&mut array).unwrap();
        for forged in [
            Handle {
                identity: FileIdentity::from_text("1:2:3:4"),
                ..true_one.clone()
            },
            Handle {
                owner: ProcessIdentity {
                    pid: u32::MAX,
                    started: 1,
                },
                ..true_one.clone()
            },
        ] {
            assert_eq!(forged.attach(None).err().unwrap().code(), "ERR_STALE_HANDLE");
        }
    }
}
