//! What workers do: find files, and hash them.

pub(crate) mod bundle;
pub(crate) mod hash;
pub(crate) mod identity;
pub(crate) mod sha256x2;
pub(crate) mod walk;
