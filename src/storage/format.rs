//! The format of a file.

use crate::error::{Error, Result};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Only elements.
    #[default]
    Raw,
    /// NumPy's format, with a header that counts the elements.
    Npy,
}

impl Format {
    /// # Errors
    /// `OutOfRange`
    pub fn parse(text: &str) -> Result<Format> {
        match text {
            "raw" => Ok(Format::Raw),
            "npy" => Ok(Format::Npy),
            _ => Err(Error::not_one_of("options.format", ["raw", "npy"], text)),
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Format::Raw => "raw",
            Format::Npy => "npy",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_of_each_name_gives_the_format_that_prints_it() {
        for format in [Format::Raw, Format::Npy] {
            assert_eq!(Format::parse(format.as_str()).unwrap(), format);
        }
        assert_eq!(Format::parse("csv").unwrap_err().code(), "ERR_OUT_OF_RANGE");
    }
}
