//! The Windows calls that need `unsafe`.
#![expect(
    unsafe_code,
    reason = "raw system calls; each block says why it is sound"
)]

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle, RawHandle};
use std::ptr;

use windows_sys::Win32::System::Console::{STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject,
};

/// A job object whose members end when its last handle closes, which the system does when this
/// process ends in whatever way.
pub(super) struct KillOnClose(OwnedHandle);

impl KillOnClose {
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: both arguments may be null; the result is checked and owned by nobody else.
        let job = unsafe {
            let handle = CreateJobObjectW(ptr::null(), ptr::null());
            if handle.is_null() {
                return Err(io::Error::last_os_error());
            }
            OwnedHandle::from_raw_handle(handle)
        };
        // SAFETY: the structure is plain data for which zero is valid.
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { std::mem::zeroed() };
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        // SAFETY: pointer and length describe `limits`, which outlives the call.
        let ok = unsafe {
            SetInformationJobObject(
                job.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                u32::try_from(size_of_val(&limits)).unwrap_or(0),
            )
        };
        if ok == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(job))
    }

    pub(super) fn add(&self, process: RawHandle) -> io::Result<()> {
        // SAFETY: both handles are open: ours is owned, the caller borrows the child's.
        if unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process) } == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}

/// Standard input gives nothing from now on, and what is printed goes nowhere.
pub(super) fn redirect_standard_streams() -> io::Result<()> {
    let nothing = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("NUL")?;
    let handle = nothing.as_raw_handle();
    for stream in [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE] {
        // SAFETY: the handle is open and, being forgotten below, stays open for good.
        if unsafe { SetStdHandle(stream, handle) } == 0 {
            return Err(io::Error::last_os_error());
        }
    }
    std::mem::forget(nothing);
    Ok(())
}
