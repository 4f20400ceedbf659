//! Elements to files, as work for any thread.

use super::{Claim, Work};
use crate::array::Array;
use crate::array::peer::{Opening, Peer};
use crate::array::turns::Place;
use crate::array::writing::{Emptying, write_elements};
use crate::error::Result;
use crate::os::readiness::Use;

/// Where elements are written to.
pub enum Target {
    Path(Vec<u8>),
    Open(Peer),
    /// As Python's: an empty array touches no descriptor.
    Nothing,
}

impl Array {
    /// Writes the elements to a path, or to where a descriptor stands.
    ///
    /// # Errors
    /// Those of [`Array::write_to_path`] and [`Array::write_to_open`]; `Busy`.
    pub fn write_later(&mut self, ticket: u32, target: Target) -> Result<Work<()>> {
        const OPERATION: &str = "tofileAsync";
        // Before a file is made for nothing.
        self.require_unwritten(OPERATION)?;
        let peer = match target {
            Target::Path(path) => self.file_to_write(&path, Opening::AtOnce)?,
            Target::Nothing => None,
            Target::Open(peer) => {
                self.require_apart(&peer)?;
                Some((peer.into_own()?, Emptying::Unneeded))
            }
        };
        let place = peer
            .as_ref()
            .map(|(peer, _)| Place::for_later(peer.file(), Use::Write))
            .transpose()?;
        let job = self.begin_job(OPERATION, ticket, Claim::Reads)?;
        let (window, bytes) = (self.window().clone(), self.byte_length());
        Ok(Box::new(move || {
            let (Some((peer, emptying)), Some(place)) = (peer, place) else {
                return Ok(Some(()));
            };
            let is_called_off = job.question(&peer);
            // Held until the file is closed, which may cut it.
            let Some(_turn) = place.turn(&is_called_off) else {
                return Ok(None);
            };
            let peer = emptying.done(peer, bytes)?;
            let all = window.region(bytes);
            let is_all = write_elements(all, &peer, Some(&is_called_off))?;
            Ok(is_all.then_some(()))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::samples::{busy, integers};
    use crate::array::turns::Turn;
    use crate::kernels::Region;
    use std::path::PathBuf;

    #[test]
    fn what_is_written_is_all_of_it() {
        let target = std::env::temp_dir().join(format!("mmap-array-written-{}", std::process::id()));
        let path = std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str());
        let mut array = integers(&[3, 1, 2]);
        let work = array.write_later(1, Target::Path(path.to_vec())).unwrap();
        busy(array.sort_later(2));
        assert_eq!(work().unwrap(), Some(()));
        assert_eq!(
            std::fs::read(&target).unwrap(),
            bytemuck::cast_slice::<i32, u8>(&[3, 1, 2])
        );
        std::fs::remove_file(target).unwrap();
    }

    /// A new file that holds "theirs", and the turn of whoever writes it.
    fn being_written(name: &str) -> (PathBuf, Option<Turn>) {
        let path = std::env::temp_dir().join(format!("mmap-array-{name}-{}", std::process::id()));
        std::fs::write(&path, "theirs").unwrap();
        let file = std::fs::File::open(&path).unwrap();
        let turn = Place::for_now(&file, Use::Write).unwrap().turn(&|| false);
        (path, turn)
    }

    // What broke: one emptied the file that another had written, or gave its blocks back.
    #[test]
    fn jobs_that_write_one_file_take_turns() {
        let (target, turn) = being_written("turns");
        let path = std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str());
        let mut array = integers(&[3, 1, 2]);
        let (first, second) = [1, 2]
            .map(|ticket| array.write_later(ticket, Target::Path(path.to_vec())).unwrap())
            .into();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(first);
            array.call_off(1);
            assert_eq!(waiting.join().unwrap().unwrap(), None);
            let waiting = scope.spawn(second);
            for _ in 0..1000 {
                assert_eq!(std::fs::read(&target).unwrap(), b"theirs");
            }
            drop(turn);
            assert_eq!(waiting.join().unwrap().unwrap(), Some(()));
        });
        assert_eq!(std::fs::read(&target).unwrap().len(), 12);
        std::fs::remove_file(target).unwrap();
    }

    #[test]
    fn what_is_written_at_once_waits_for_who_writes_already() {
        let (target, turn) = being_written("now");
        let path = std::os::unix::ffi::OsStrExt::as_bytes(target.as_os_str());
        std::thread::scope(|scope| {
            let writing = scope.spawn(|| integers(&[3, 1, 2]).write_to_path(path));
            for _ in 0..1000 {
                assert_eq!(std::fs::read(&target).unwrap(), b"theirs");
            }
            drop(turn);
            writing.join().unwrap().unwrap();
        });
        assert_eq!(std::fs::read(&target).unwrap().len(), 12);
        std::fs::remove_file(target).unwrap();
    }

    #[test]
    fn blocks_are_asked_for_once_some_are_written() {
        if crate::os::portable::skips("no blocks are asked for") {
            return;
        }
        use std::os::unix::fs::MetadataExt;
        const BYTES: u64 = 8 << 20;
        let target = std::env::temp_dir().join(format!("mmap-array-blocks-{}", std::process::id()));
        let own = Peer::Own(std::fs::File::create(&target).unwrap());
        let peer = Emptying::Needed.done(own, BYTES).unwrap();
        let blocks = || std::fs::metadata(&target).unwrap().blocks() * 512;
        let all = vec![7; BYTES as usize];
        assert_eq!(blocks(), 0);
        let first = peer.write(Region::of(&all)).unwrap();
        assert!(first < all.len() / 2);
        assert!(blocks() >= BYTES);
        let second = peer.write(Region::of(&all[first..])).unwrap();
        assert_eq!(first + second, all.len());
        drop(peer);
        assert!(std::fs::read(&target).unwrap() == all);
        std::fs::remove_file(target).unwrap();
    }
}
