//! Device and inode.

use std::fs::metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

pub(crate) type Identity = (u64, u64);

pub(crate) fn identity(path: &Path) -> Option<Identity> {
    let meta = metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}

pub(crate) fn device_of(path: &Path) -> Option<u64> {
    Some(metadata(path).ok()?.dev())
}
