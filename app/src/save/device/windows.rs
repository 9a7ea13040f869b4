//! Windows tells it of what is open only: devices have no metadata, and are in no folder.
#![expect(unsafe_code, reason = "std does not tell devices from files")]

use std::fs::{File, metadata};
use std::io;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_CHAR, FILE_TYPE_PIPE, GetFileType};

/// Opened for writing, if there is something of that name which is no file.
pub(in crate::save) fn open(path: &Path) -> Option<io::Result<File>> {
    match File::options().write(true).open(path) {
        Ok(file) => {
            // SAFETY: the handle is open.
            let kind = unsafe { GetFileType(file.as_raw_handle()) };
            [FILE_TYPE_CHAR, FILE_TYPE_PIPE]
                .contains(&kind)
                .then_some(Ok(file))
        }
        Err(error) => metadata(path)
            .is_ok_and(|there| !there.is_file())
            .then_some(Err(error)),
    }
}
