//! Windows: attaching to the parent's console.
//!
//! A shell does not wait for a windowed program: its prompt is back before the first line is
//! printed, and a script goes on at once. So the installers bring a twin of the executable that
//! differs only in being a console program. Here is what makes this one of some use in a
//! terminal all the same.
#![expect(
    unsafe_code,
    reason = "raw system calls; each block says why it is sound"
)]

use std::io;
use std::os::windows::io::{AsRawHandle as _, RawHandle};
use std::ptr;

use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_UNKNOWN, GetFileType};
use windows_sys::Win32::System::Console::{
    ATTACH_PARENT_PROCESS, AttachConsole, ENABLE_VIRTUAL_TERMINAL_PROCESSING, GetConsoleMode,
    STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, SetConsoleMode, SetStdHandle,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{MB_ICONERROR, MB_OK, MessageBoxW};

pub(super) fn attach() {
    let streams = [
        (STD_INPUT_HANDLE, io::stdin().as_raw_handle()),
        (STD_OUTPUT_HANDLE, io::stdout().as_raw_handle()),
        (STD_ERROR_HANDLE, io::stderr().as_raw_handle()),
    ];
    let redirected = streams.map(|(stream, handle)| (stream, handle, leads_somewhere(handle)));
    // SAFETY: takes a number. It fails where there is a console already, as in a debug build and
    // in the twin, and where the parent has none.
    if unsafe { AttachConsole(ATTACH_PARENT_PROCESS) } != 0 {
        // All three may lead to the console now, also those that the shell had sent to a file.
        for (stream, handle, _) in redirected.into_iter().filter(|(.., keep)| *keep) {
            // SAFETY: the handle was open a moment ago, and nothing here or in the system
            // closes it. A failure leaves the console's in its place.
            unsafe { SetStdHandle(stream, handle) };
        }
    }
    understand_escapes(io::stderr().as_raw_handle());
}

/// In a box, if standard error leads nowhere.
pub(super) fn show(message: &str) {
    if leads_somewhere(io::stderr().as_raw_handle()) {
        return;
    }
    let wide = |text: &str| -> Vec<u16> { text.encode_utf16().chain([0]).collect() };
    let (text, title) = (wide(message), wide("Thawsum"));
    // SAFETY: both texts end in a zero and outlive the call. No window is the owner.
    unsafe {
        MessageBoxW(
            ptr::null_mut(),
            text.as_ptr(),
            title.as_ptr(),
            MB_OK | MB_ICONERROR,
        )
    };
}

/// Whether a standard stream leads anywhere. Without a console its handle is null, or a number
/// that means something to the parent only.
fn leads_somewhere(handle: RawHandle) -> bool {
    // SAFETY: any value may be asked about; one that is no open file is of unknown type.
    unsafe { GetFileType(handle) != FILE_TYPE_UNKNOWN }
}

/// The progress line clears itself with an escape sequence, which a console of the older kind
/// shows as it is unless asked not to.
fn understand_escapes(handle: RawHandle) {
    let mut mode = 0;
    // SAFETY: `mode` outlives the call; a handle that is no console's is refused.
    if unsafe { GetConsoleMode(handle, &raw mut mode) } != 0 {
        // SAFETY: takes a number. A failure costs the line its looks.
        unsafe { SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING) };
    }
}
