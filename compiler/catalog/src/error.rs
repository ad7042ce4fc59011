//! What can be wrong with a catalog file or a source that one is made from.

use thiserror::Error;

use crate::LeftOut;

/// Why a catalog could not be read or made. The text is a whole plain phrase, fit to stand after `catalog FILE: `.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CatalogError {
    /// The first bytes are not those of a catalog file.
    #[error("this is not an iamx catalog file")]
    NotACatalog,
    /// The file is of a format that this program does not read.
    #[error("the catalog file has format {found}, and this iamx reads format {read}")]
    Format {
        /// The format number in the file.
        found: u16,
        /// The format number that this program reads.
        read: u16,
    },
    /// The file is larger than a catalog may be.
    #[error("the catalog file has {bytes} bytes, more than the {limit} that a catalog may have")]
    TooLarge {
        /// The file's size in bytes.
        bytes: usize,
        /// The largest size that is read, in bytes.
        limit: usize,
    },
    /// The content is not what its hash says.
    #[error("the catalog file is damaged: its content does not have the hash that it names")]
    HashDiffers,
    /// The file ends early, or a part of it can't be decoded.
    #[error("the catalog file is damaged in its {part}")]
    Damaged {
        /// Which part: `header`, `service s3`, `quotas` and so on.
        part: String,
    },
    /// A part was decoded but breaks a rule that every catalog keeps.
    #[error("the catalog file is wrong in its {part}: {what}")]
    Invalid {
        /// Which part.
        part: String,
        /// What is wrong with it.
        what: String,
    },
    /// A source file that a catalog was to be made from can't be read.
    #[error("`{file}` can't be read as {expected}: {what}")]
    Source {
        /// The file's name.
        file: String,
        /// What the file should have been.
        expected: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// There was nothing to make a catalog from.
    #[error("there is no service description among the files given{}", reasons(skipped))]
    NothingToImport {
        /// The files, with what each is instead.
        skipped: Vec<LeftOut>,
    },
}

/// Why the first few files were left out.
fn reasons(skipped: &[LeftOut]) -> String {
    let few: Vec<String> = skipped.iter().take(3).map(|one| format!("; `{}` is {}", one.what, one.reason)).collect();
    let mut text = few.concat();
    if skipped.len() > 3 {
        text.push_str("; and so on");
    }
    text
}

impl CatalogError {
    pub(crate) fn damaged(part: impl Into<String>) -> Self {
        Self::Damaged { part: part.into() }
    }

    pub(crate) fn invalid(part: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Invalid { part: part.into(), what: what.into() }
    }
}
