//! Letting a child run that was started suspended, so that it was in its job object before it
//! could start anything outside of it.
//!
//! `std` keeps the handle of the first thread to itself (`main_thread_handle` and the attribute
//! that names a job at the start, `PROC_THREAD_ATTRIBUTE_JOB_LIST`, are unstable there), and the
//! call that needs none, `NtResumeProcess`, is not documented. To call `CreateProcessW` here would
//! mean to quote arguments and make pipes here too. So the thread is looked for in a snapshot of
//! all threads, which takes a few milliseconds a worker at most.
#![expect(unsafe_code, reason = "threads of others have no safe face")]

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::Threading::{
    GetProcessIdOfThread, OpenThread, ResumeThread, THREAD_QUERY_LIMITED_INFORMATION,
    THREAD_SUSPEND_RESUME,
};

/// Lets a process run that has not begun to, and of which the caller holds a handle: until that
/// is closed its number is nobody else's.
pub(super) fn resume(process: u32) -> io::Result<()> {
    let mut last = io::Error::other("the new process has no thread that could run");
    let mut runs = false;
    // One, unless some guard of the system has put its own into every new process.
    for thread in threads_of(process)? {
        match resume_thread(thread, process) {
            Ok(()) => runs = true,
            Err(error) => last = error,
        }
    }
    if runs { Ok(()) } else { Err(last) }
}

fn threads_of(process: u32) -> io::Result<Vec<u32>> {
    // SAFETY: takes two numbers; the result is checked and owned by nobody else.
    let snapshot = unsafe {
        let handle = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
        if handle == INVALID_HANDLE_VALUE {
            return Err(io::Error::last_os_error());
        }
        OwnedHandle::from_raw_handle(handle)
    };
    let size = u32::try_from(size_of::<THREADENTRY32>()).unwrap_or(0);
    let mut entry = THREADENTRY32 {
        dwSize: size,
        ..THREADENTRY32::default()
    };
    let mut threads = Vec::new();
    // SAFETY: the snapshot is open, and `entry` is ours and says how large it is.
    let mut more = unsafe { Thread32First(snapshot.as_raw_handle(), &raw mut entry) };
    while more != 0 {
        if entry.th32OwnerProcessID == process {
            threads.push(entry.th32ThreadID);
        }
        // The system puts there how much it has written.
        entry.dwSize = size;
        // SAFETY: as for the first.
        more = unsafe { Thread32Next(snapshot.as_raw_handle(), &raw mut entry) };
    }
    Ok(threads)
}

fn resume_thread(thread: u32, process: u32) -> io::Result<()> {
    let access = THREAD_SUSPEND_RESUME | THREAD_QUERY_LIMITED_INFORMATION;
    // SAFETY: takes three numbers; the result is checked and owned by nobody else.
    let thread = unsafe {
        let handle = OpenThread(access, 0, thread);
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        OwnedHandle::from_raw_handle(handle)
    };
    // A thread that has ended since the snapshot may have left its number to a stranger.
    // SAFETY: the handle is open and may be asked.
    if unsafe { GetProcessIdOfThread(thread.as_raw_handle()) } != process {
        return Err(io::Error::other("its thread has ended"));
    }
    // SAFETY: the handle is open and may do that.
    if unsafe { ResumeThread(thread.as_raw_handle()) } == u32::MAX {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}
