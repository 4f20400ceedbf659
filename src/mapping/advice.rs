//! How a range is going to be used: a hint, never a change of its contents.

use memmap2::{Advice as Hint, MmapRaw, UncheckedAdvice};

use crate::error::{Error, Result};
use crate::os::{huge_pages, memory};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advice {
    Normal,
    Random,
    Sequential,
    WillNeed,
    DontNeed,
    HugePage,
    /// Every page is brought in now.
    Populate,
}

const ALL: [(Advice, &str); 7] = [
    (Advice::Normal, "normal"),
    (Advice::Random, "random"),
    (Advice::Sequential, "sequential"),
    (Advice::WillNeed, "willneed"),
    (Advice::DontNeed, "dontneed"),
    (Advice::HugePage, "hugepage"),
    (Advice::Populate, "populate"),
];

impl Advice {
    pub fn parse(text: &str) -> Result<Advice> {
        ALL.iter()
            .find(|(_, name)| *name == text)
            .map(|(advice, _)| *advice)
            .ok_or_else(|| Error::OutOfRange {
                name: "advice",
                requirement: format!("one of {}", ALL.map(|(_, name)| format!("'{name}'")).join(", ")),
                received: format!("'{text}'"),
            })
    }

    /// Whether the system keeps the hint with the mapping, and so splits the mapping where a part gets a different hint.
    pub fn is_kept(self) -> bool {
        match self {
            Advice::Normal | Advice::Random | Advice::Sequential | Advice::HugePage => true,
            Advice::WillNeed | Advice::DontNeed | Advice::Populate => false,
        }
    }

    /// Gives the hint; one that this kernel does not know, or not for this kind of memory, or that a sandbox refuses, is skipped.
    pub(super) fn apply(self, map: &MmapRaw, start: usize, length: usize) -> std::io::Result<()> {
        let done = self.call(map, start, length);
        match done.as_ref().err().and_then(|error| error.raw_os_error()) {
            Some(libc::EINVAL | libc::ENOSYS | libc::EPERM) => Ok(()),
            _ => done,
        }
    }

    #[allow(unsafe_code, reason = "MADV_DONTNEED drops pages")]
    fn call(self, map: &MmapRaw, start: usize, length: usize) -> std::io::Result<()> {
        let address = map.as_ptr().addr() + start;
        let lead = address % memory::page_size() as usize;
        let (first, from_first) = (address - lead, length + lead);
        let hint = match self {
            Advice::Normal => Hint::Normal,
            Advice::Random => Hint::Random,
            Advice::Sequential => Hint::Sequential,
            Advice::WillNeed => Hint::WillNeed,
            Advice::HugePage => return Ok(huge_pages::advise(first, from_first)?),
            Advice::Populate => return Ok(memory::populate(first, from_first)?),
            Advice::DontNeed => {
                // SAFETY: the caller asks this of shared mappings only, whose pages live on in the file.
                return unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, length) };
            }
        };
        map.advise_range(hint, start, length)
    }
}
