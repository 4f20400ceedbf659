//! Hints of how a range will be used. They never change its contents.

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
    /// Prefaults every page.
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
    /// # Errors
    /// `OutOfRange`, which names the argument or option.
    pub fn parse(name: &'static str, text: &str) -> Result<Advice> {
        ALL.iter()
            .find(|(_, word)| *word == text)
            .map(|(advice, _)| *advice)
            .ok_or_else(|| Error::not_one_of(name, ALL.map(|(_, word)| word), text))
    }

    /// Whether the system stores the hint with the mapping. It then splits the mapping if only a part gets the hint.
    pub fn is_kept(self) -> bool {
        match self {
            Advice::Normal | Advice::Random | Advice::Sequential | Advice::HugePage => true,
            Advice::WillNeed | Advice::DontNeed | Advice::Populate => false,
        }
    }

    /// Gives the hint. Skips it if the kernel does not know it, or not for this kind of memory, or if a sandbox refuses it.
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
                // SAFETY: the caller passes shared mappings only. The contents of their pages stay in the file.
                return unsafe { map.unchecked_advise_range(UncheckedAdvice::DontNeed, start, length) };
            }
        };
        map.advise_range(hint, start, length)
    }
}
