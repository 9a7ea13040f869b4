//! Moving the standard streams of this process.
#![expect(unsafe_code, reason = "std cannot redirect its own streams")]

use std::fs::File;
use std::io;
use std::os::windows::io::{AsRawHandle as _, IntoRawHandle as _};

use windows_sys::Win32::Foundation::{HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows_sys::Win32::System::Console::{STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle};

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
