//! The type of the drive, and of a disk whether it has a penalty for going elsewhere.
#![expect(unsafe_code, reason = "std knows no drives")]

use std::fs::OpenOptions;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::AsRawHandle as _;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::{GetDriveTypeW, GetVolumePathNameW};
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::{
    DEVICE_SEEK_PENALTY_DESCRIPTOR, IOCTL_STORAGE_QUERY_PROPERTY, PropertyStandardQuery,
    STORAGE_PROPERTY_QUERY, StorageDeviceSeekPenaltyProperty,
};
use windows_sys::Win32::System::WindowsProgramming::DRIVE_REMOTE;

use super::Medium;

pub(crate) fn medium_of(path: &Path) -> Medium {
    let Some(volume) = volume_of(path) else {
        return Medium::Any;
    };
    // SAFETY: the text ends with a zero.
    if unsafe { GetDriveTypeW(volume.as_ptr()) } == DRIVE_REMOTE {
        return Medium::Network;
    }
    if has_heads(&volume) == Some(true) {
        Medium::Rotating
    } else {
        Medium::Any
    }
}

/// `C:\` or the folder that a volume is mounted at, with a zero behind it.
fn volume_of(path: &Path) -> Option<Vec<u16>> {
    let whole: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut volume = vec![0; whole.len().max(1024)];
    let room = u32::try_from(volume.len()).ok()?;
    // SAFETY: the path ends with a zero, and as much room is there as is said.
    let known = unsafe { GetVolumePathNameW(whole.as_ptr(), volume.as_mut_ptr(), room) };
    let end = volume.iter().position(|&unit| unit == 0)?;
    volume.truncate(end + 1);
    (known != 0).then_some(volume)
}

/// `None`: it does not say.
fn has_heads(volume: &[u16]) -> Option<bool> {
    let root = String::from_utf16(volume.strip_suffix(&[0])?).ok()?;
    let drive = root
        .strip_suffix('\\')
        .filter(|drive| drive.ends_with(':'))?;
    // No access is asked for: anybody may ask what a disk is.
    let disk = OpenOptions::new()
        .access_mode(0)
        .open(format!(r"\\.\{drive}"))
        .ok()?;
    let question = STORAGE_PROPERTY_QUERY {
        PropertyId: StorageDeviceSeekPenaltyProperty,
        QueryType: PropertyStandardQuery,
        AdditionalParameters: [0],
    };
    let mut answer = DEVICE_SEEK_PENALTY_DESCRIPTOR::default();
    let mut length = 0;
    // SAFETY: the handle is open; question and answer are ours and as large as is said; nothing is overlapped,
    // so the call has ended when it returns.
    let known = unsafe {
        DeviceIoControl(
            disk.as_raw_handle(),
            IOCTL_STORAGE_QUERY_PROPERTY,
            (&raw const question).cast(),
            size_of_val(&question) as u32,
            (&raw mut answer).cast(),
            size_of_val(&answer) as u32,
            &raw mut length,
            std::ptr::null_mut(),
        )
    };
    (known != 0 && length as usize >= size_of_val(&answer)).then_some(answer.IncursSeekPenalty)
}
