//! The flags that a file is opened with: Node's, and `c` for copy-on-write.

use rustix::fs::OFlags;

use crate::error::{Error, Result};

/// How an array was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flags {
    /// `r`
    Read,
    /// `r+`
    ReadWrite,
    /// `w+`
    CreateOrTruncate,
    /// `wx+`
    CreateNew,
    /// `a+`
    CreateOrKeep,
    /// `c`
    CopyOnWrite,
}

/// Whether an array may write, and who sees what it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Methods that write throw.
    ReadOnly,
    /// Writes go to the file.
    ReadWrite,
    /// Writes stay in the array.
    CopyOnWrite,
}

const ALL: [(Flags, &str); 6] = [
    (Flags::Read, "r"),
    (Flags::ReadWrite, "r+"),
    (Flags::CreateOrTruncate, "w+"),
    (Flags::CreateNew, "wx+"),
    (Flags::CreateOrKeep, "a+"),
    (Flags::CopyOnWrite, "c"),
];

impl Flags {
    pub fn parse(text: &str) -> Result<Flags> {
        ALL.iter()
            .find(|(_, name)| *name == text)
            .map(|(flags, _)| *flags)
            .ok_or_else(|| Error::not_one_of("options.flags", ALL.map(|(_, name)| name), text))
    }

    pub fn as_str(self) -> &'static str {
        ALL.iter()
            .find(|(flags, _)| *flags == self)
            .map_or("", |(_, name)| name)
    }

    pub fn access(self) -> Access {
        match self {
            Flags::Read => Access::ReadOnly,
            Flags::CopyOnWrite => Access::CopyOnWrite,
            _ => Access::ReadWrite,
        }
    }

    /// Whether `open` may create the file, or make it longer.
    pub fn creates(self) -> bool {
        matches!(
            self,
            Flags::CreateOrTruncate | Flags::CreateNew | Flags::CreateOrKeep
        )
    }

    /// The same flags, but `open` does not truncate the file.
    pub fn without_truncation(self) -> Flags {
        match self {
            Flags::CreateOrTruncate => Flags::CreateOrKeep,
            other => other,
        }
    }

    pub(super) fn open_flags(self) -> OFlags {
        let created = match self {
            Flags::CreateOrTruncate => OFlags::CREATE | OFlags::TRUNC,
            Flags::CreateNew => OFlags::CREATE | OFlags::EXCL,
            Flags::CreateOrKeep => OFlags::CREATE,
            _ => OFlags::empty(),
        };
        self.access().open_flags() | created
    }
}

impl Access {
    pub(super) fn open_flags(self) -> OFlags {
        match self {
            Access::ReadWrite => OFlags::RDWR,
            Access::ReadOnly | Access::CopyOnWrite => OFlags::RDONLY,
        }
    }

    /// Whether the mapping is private: a write copies the page.
    pub fn is_private(self) -> bool {
        self != Access::ReadWrite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_of_each_name_gives_the_flags_that_print_it() {
        for (flags, name) in ALL {
            assert_eq!(Flags::parse(name).unwrap(), flags);
            assert_eq!(flags.as_str(), name);
        }
        assert_eq!(Flags::parse("rw").unwrap_err().code(), "ERR_OUT_OF_RANGE");
    }
}
