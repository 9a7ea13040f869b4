//! Windows has no call that waits for several anonymous pipes: they are looked at by turns.
#![expect(unsafe_code, reason = "looking into a pipe has no safe face")]

use std::io;
use std::os::windows::io::AsRawHandle as _;
use std::process::ChildStdout;
use std::ptr;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::ERROR_BROKEN_PIPE;
use windows_sys::Win32::System::Pipes::PeekNamedPipe;

use super::super::Readable;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(1);

pub(crate) fn readable(pipes: &[&ChildStdout], limit: Duration) -> io::Result<Vec<Readable>> {
    let deadline = Instant::now() + limit;
    loop {
        let seen = pipes
            .iter()
            .map(|pipe| look(pipe))
            .collect::<io::Result<Vec<_>>>()?;
        if seen.contains(&Readable::Yes) || Instant::now() >= deadline {
            return Ok(seen);
        }
        std::thread::sleep(LOOK);
    }
}

fn look(pipe: &ChildStdout) -> io::Result<Readable> {
    let mut available = 0;
    // SAFETY: the handle is borrowed and open, `available` is ours, and the rest may be null.
    let ok = unsafe {
        PeekNamedPipe(
            pipe.as_raw_handle(),
            ptr::null_mut(),
            0,
            ptr::null_mut(),
            &raw mut available,
            ptr::null_mut(),
        )
    };
    if ok == 0 {
        let error = io::Error::last_os_error();
        // The other end is closed: reading gives the end.
        let is_end = error.raw_os_error() == Some(ERROR_BROKEN_PIPE.cast_signed());
        return if is_end {
            Ok(Readable::Yes)
        } else {
            Err(error)
        };
    }
    Ok(if available > 0 {
        Readable::Yes
    } else {
        Readable::No
    })
}
