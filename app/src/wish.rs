//! What the user wants done with what is chosen, where it is not what goes without saying: checksum
//! files are verified, everything else is hashed.

use std::path::PathBuf;

/// A wish that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Checksum files are to be hashed themselves.
    Hash,
    Duplicates,
    /// What is chosen is to be compared with this.
    Compare(OtherSide),
}

/// The second side of a comparison.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct OtherSide {
    /// What its field holds. A path need not be text, so that alone would not do.
    pub(crate) text: String,
    pub(crate) path: Option<PathBuf>,
}
