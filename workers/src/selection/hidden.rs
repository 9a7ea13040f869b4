//! What a system does not show unless asked.

use std::ffi::OsStr;
use std::path::Path;

/// Whether file managers show it only when asked. Where that takes a look at the file and it
/// cannot be looked at, it is taken for one that is shown.
#[cfg(not(windows))]
pub(super) fn is_hidden(name: &OsStr, _path: &Path) -> bool {
    name.as_encoded_bytes().first() == Some(&b'.')
}

#[cfg(windows)]
pub(super) fn is_hidden(name: &OsStr, path: &Path) -> bool {
    use std::os::windows::fs::MetadataExt as _;
    // FILE_ATTRIBUTE_HIDDEN
    const HIDDEN: u32 = 2;
    name.as_encoded_bytes().first() == Some(&b'.')
        || std::fs::symlink_metadata(path).is_ok_and(|meta| meta.file_attributes() & HIDDEN != 0)
}
