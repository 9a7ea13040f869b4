//! What workers do: find files, and hash them.

pub(crate) mod hash;
pub(crate) mod walk;
