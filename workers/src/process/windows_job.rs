//! The Windows calls that need `unsafe`.
#![expect(
    unsafe_code,
    reason = "raw system calls; each block says why it is sound"
)]

use std::fs::File;
use std::io;
use std::os::windows::io::{
    AsRawHandle as _, FromRawHandle as _, IntoRawHandle as _, OwnedHandle, RawHandle,
};
use std::ptr;

use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
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

/// Standard input gives nothing from now on, and what is printed goes to standard error. What
/// they were is not inherited any more: whatever a task starts must not hold the protocol's ends.
pub(super) fn redirect_standard_streams() -> io::Result<()> {
    let nothing = File::open("NUL")?.into_raw_handle();
    let streams = [
        (STD_INPUT_HANDLE, io::stdin().as_raw_handle(), nothing),
        (
            STD_OUTPUT_HANDLE,
            io::stdout().as_raw_handle(),
            io::stderr().as_raw_handle(),
        ),
    ];
    for (stream, before, now) in streams {
        // SAFETY: `now` stays open for good: the file was let go of, and nobody closes standard
        // error.
        if unsafe { SetStdHandle(stream, now) } == 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: takes a handle and two numbers, and refuses a handle that is not open. Should
        // it fail, a worker's end is seen some time later, if such a program outlives it.
        unsafe { SetHandleInformation(before, HANDLE_FLAG_INHERIT, 0) };
    }
    Ok(())
}
