//! Job objects: what Windows keeps processes together with.
#![expect(unsafe_code, reason = "job objects have no safe face")]

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle, RawHandle};
use std::ptr;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT,
    JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, SetInformationJobObject, TerminateJobObject,
};

/// What `std` ends a process with, too.
const EXIT_CODE: u32 = 1;

/// A job object. Whatever its members start are its members. They end when its last handle
/// closes, which is here and is inherited by nobody: the system closes it when this process ends
/// in whatever way.
pub(super) struct Job(OwnedHandle);

impl Job {
    pub(super) fn new() -> io::Result<Self> {
        // SAFETY: both arguments may be null; the result is checked and owned by nobody else.
        let job = unsafe {
            let handle = CreateJobObjectW(ptr::null(), ptr::null());
            if handle.is_null() {
                return Err(io::Error::last_os_error());
            }
            Self(OwnedHandle::from_raw_handle(handle))
        };
        job.limit(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)?;
        Ok(job)
    }

    /// Members go on when the job object is closed.
    pub(super) fn release(&self) -> io::Result<()> {
        self.limit(0)
    }

    pub(super) fn add(&self, process: RawHandle) -> io::Result<()> {
        // SAFETY: both handles are open: ours is owned, the caller borrows the child's.
        checked(unsafe { AssignProcessToJobObject(self.0.as_raw_handle(), process) })
    }

    /// Ends all members, by force.
    pub(super) fn terminate(&self) -> io::Result<()> {
        // SAFETY: the handle is open, and is all that the call is given.
        checked(unsafe { TerminateJobObject(self.0.as_raw_handle(), EXIT_CODE) })
    }

    fn limit(&self, flags: JOB_OBJECT_LIMIT) -> io::Result<()> {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = flags;
        // SAFETY: pointer and length describe `limits`, which outlives the call.
        checked(unsafe {
            SetInformationJobObject(
                self.0.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                u32::try_from(size_of_val(&limits)).unwrap_or(0),
            )
        })
    }
}

fn checked(ok: windows_sys::core::BOOL) -> io::Result<()> {
    if ok == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
