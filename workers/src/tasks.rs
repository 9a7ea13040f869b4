//! What workers do: find files, and hash them.

pub(crate) mod ahead;
pub(crate) mod bundle;
pub(crate) mod hash;
pub(crate) mod identity;
pub(crate) mod many;
pub(crate) mod open;
pub(crate) mod reading;
pub(crate) mod solo;
pub(crate) mod walk;
