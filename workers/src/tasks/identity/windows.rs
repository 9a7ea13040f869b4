//! The serial number of the volume and the file's own: with the path alone, hard links would be
//! several files, and deleting "duplicates" would save nothing.
#![expect(unsafe_code, reason = "std keeps the numbers of files to itself")]

use std::fs::{File, OpenOptions};
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::AsRawHandle as _;
use std::path::{Path, PathBuf};

use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_BACKUP_SEMANTICS, FILE_ID_INFO, FileIdInfo, GetFileInformationByHandleEx,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Identity {
    /// Of the volume, and of the file on it.
    Numbers(u64, [u8; 16]),
    /// A file system without such numbers, such as many a share: this tells spellings of one name
    /// from two names, and takes hard links for two files.
    Name(PathBuf),
}

pub(crate) fn identity(path: &Path) -> Option<Identity> {
    match numbers(path) {
        Some(numbers) => Some(Identity::Numbers(
            numbers.VolumeSerialNumber,
            numbers.FileId.Identifier,
        )),
        None => std::fs::canonicalize(path).ok().map(Identity::Name),
    }
}

pub(crate) fn device_of(path: &Path) -> Option<u64> {
    Some(numbers(path)?.VolumeSerialNumber)
}

fn numbers(path: &Path) -> Option<FILE_ID_INFO> {
    // No access is asked for, so that a file which somebody else holds has an identity too.
    // Folders open with that flag alone.
    let file: File = OpenOptions::new()
        .access_mode(0)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS)
        .open(path)
        .ok()?;
    let mut numbers = FILE_ID_INFO::default();
    let size = u32::try_from(size_of::<FILE_ID_INFO>()).ok()?;
    // SAFETY: the handle is open, and the place is ours and as large as is said.
    let known = unsafe {
        GetFileInformationByHandleEx(
            file.as_raw_handle(),
            FileIdInfo,
            (&raw mut numbers).cast(),
            size,
        )
    };
    // All zeros or all ones are what file systems say that have none.
    let id = numbers.FileId.Identifier;
    (known != 0 && id != [0; 16] && id != [0xff; 16]).then_some(numbers)
}
