//! What the user wants done with what is chosen, where it is not what goes without saying: checksum
//! files are verified, everything else is hashed.

/// A wish that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Checksum files are to be hashed themselves.
    Hash,
    Duplicates,
}
