//! Which file this program is, for children that are to be of the same build.

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

#[cfg_attr(target_os = "macos", path = "executable/moving.rs")]
#[cfg_attr(not(target_os = "macos"), path = "executable/fixed.rs")]
mod system;

static PINNED: OnceLock<io::Result<system::Pinned>> = OnceLock::new();

/// Notes which file this program is, before an upgrade can put another in its place. A failure is
/// told by [`path`].
pub(crate) fn pin() {
    PINNED.get_or_init(system::Pinned::now);
}

/// Where that file is now.
pub(crate) fn path() -> io::Result<PathBuf> {
    match PINNED.get_or_init(system::Pinned::now) {
        Ok(pinned) => pinned.path(),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}
