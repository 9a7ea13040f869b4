//! Which file a path leads to, where several names may lead to one.

use std::path::Path;

/// Two paths with one identity lead to one file. `None`: the system does not say.
#[cfg(unix)]
pub(crate) type Identity = (u64, u64);

/// Links are followed: who asks means the file.
#[cfg(unix)]
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.dev(), meta.ino()))
}

/// Windows has numbers for files, too, which std keeps to itself. This tells spellings of one name
/// from two names, and takes hard links for two files.
#[cfg(not(unix))]
pub(crate) type Identity = std::path::PathBuf;

#[cfg(not(unix))]
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    std::fs::canonicalize(path).ok()
}

/// The file system that a path leads to; `None` where the system does not say.
#[cfg(unix)]
pub(crate) fn device_of(path: &Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt as _;
    Some(std::fs::metadata(path).ok()?.dev())
}

#[cfg(not(unix))]
pub(crate) fn device_of(_path: &Path) -> Option<u64> {
    None
}
