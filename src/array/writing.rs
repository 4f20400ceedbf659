//! Elements to other files.

use std::io::ErrorKind;

use rustix::fs::{OFlags, fcntl_getfl};
use rustix::io::Errno;

use super::peer::{Opening, Peer};
use super::turns::Place;
use super::{Array, Extent};
use crate::error::{Error, Result};
use crate::kernels::Region;
use crate::os::blocks::Expecting;
use crate::os::readiness::{self, Use};
use crate::os::{identity, size};

/// Bytes that a file is given between two questions whether it was called off.
const PART: usize = 8 << 20;

/// Whether a file is to be emptied before it is written to. That takes long where it holds much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emptying {
    Needed,
    Unneeded,
}

impl Emptying {
    /// The file as it is to be, which so many bytes are going to be written to.
    pub fn done(self, peer: Peer, bytes: u64) -> Result<Peer> {
        match peer {
            Peer::Own(file) if self == Emptying::Needed => {
                size::set(&file, 0)?;
                Ok(Peer::New(Expecting::new(file, bytes)))
            }
            other => Ok(other),
        }
    }
}

impl Array {
    /// Writes the elements to a file of a path, and nothing else is in it then.
    ///
    /// # Errors
    /// The system's; `EBUSY` for this array's own file where that holds more than the array: writing it would move the
    /// elements under the mapping.
    pub fn write_to_path(&self, path: &[u8]) -> Result<()> {
        let Some((peer, emptying)) = self.file_to_write(path, Opening::Waits)? else {
            return Ok(());
        };
        // Held until the file is closed, which may cut it.
        let _turn = match emptying {
            Emptying::Needed => Place::for_now(peer.file(), Use::Write)?.turn(&|| false),
            Emptying::Unneeded => None,
        };
        let peer = emptying.done(peer, self.byte_length())?;
        self.write_to(&peer)
    }

    /// The file of a path, and what has to be done to it before it is written to; `None` where it is this array's own, and
    /// holds what it is to hold.
    pub(super) fn file_to_write(&self, path: &[u8], opening: Opening) -> Result<Option<(Peer, Emptying)>> {
        let peer = Peer::create(path, opening)?;
        if self.is_own(&peer)? {
            let is_all = self.mapping().offset() == 0 && self.extent == Extent::Whole;
            if is_all && self.storage().size()? == self.file_position(self.length()) {
                // What a copy-on-write array has changed is in no file yet.
                return Ok(self.mapping().is_private().then_some((peer, Emptying::Unneeded)));
            }
            return Err(Error::system(Errno::BUSY, "open").at_path(&String::from_utf8_lossy(path)));
        }
        let emptying = match identity::require_regular(peer.file()) {
            Ok(_) => Emptying::Needed,
            Err(_) => Emptying::Unneeded,
        };
        Ok(Some((peer, emptying)))
    }

    /// Writes the elements to where a descriptor of the caller's stands.
    ///
    /// # Errors
    /// The system's; `EBUSY` as at [`Array::require_apart`].
    pub fn write_to_open(&self, peer: &Peer) -> Result<()> {
        self.require_apart(peer)?;
        self.write_to(peer)
    }

    /// Refuses a descriptor of this array's own file that stands where writing would move the elements while they are read,
    /// or lay them over a header. In their own place they stay what they are, and behind them nothing is.
    ///
    /// # Errors
    /// `EBUSY`
    pub(super) fn require_apart(&self, peer: &Peer) -> Result<()> {
        let appends = || fcntl_getfl(peer.file()).is_ok_and(|flags| flags.contains(OFlags::APPEND));
        if !self.is_own(peer)? || appends() {
            return Ok(());
        }
        let (place, position) = (self.file_position(0), peer.position()?);
        let used = self.start_in_file()..self.file_position(self.length());
        let is_clear = position >= used.end || position.saturating_add(self.byte_length()) <= used.start;
        if position == place || is_clear {
            return Ok(());
        }
        Err(Error::system(Errno::BUSY, "write"))
    }

    /// Writes the elements to where a file stands. An empty array does not touch it.
    pub(super) fn write_to(&self, peer: &Peer) -> Result<()> {
        write_elements(self.region(), peer, None).map(drop)
    }
}

/// Writes all bytes to where a file stands, or some of them where it is called off; says whether it did all.
pub(super) fn write_elements(
    all: Region<'_>,
    peer: &Peer,
    is_called_off: Option<&dyn Fn() -> bool>,
) -> Result<bool> {
    let part = match is_called_off {
        None => all.len(),
        Some(_) if identity::require_regular(peer.file()).is_ok() => PART,
        // More than it takes at once would keep this thread until somebody reads.
        Some(_) => readiness::AT_ONCE,
    };
    let mut done = 0;
    while done < all.len() {
        if let Some(is_called_off) = is_called_off
            && !readiness::wait(peer.file(), Use::Write, is_called_off)?
        {
            return Ok(false);
        }
        match peer.write(all.part(done, part.min(all.len() - done))) {
            Ok(0) => return Err(Error::system(Errno::IO, "write")),
            Ok(count) => done += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Somebody else was faster.
            Err(error) if error.kind() == ErrorKind::WouldBlock && is_called_off.is_some() => {}
            Err(error) => return Err(Error::io_on_memory(&error, "write")),
        }
    }
    Ok(true)
}
