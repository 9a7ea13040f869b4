//! Waiting for the end of a child by a handle of its own, so that the one in `Child` is free for
//! whoever ends it meanwhile.
#![expect(unsafe_code, reason = "std waits only with the child in its hands")]

use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _, OwnedHandle};
use std::process::Child;

use windows_sys::Win32::Foundation::WAIT_OBJECT_0;
use windows_sys::Win32::System::Threading::{GetExitCodeProcess, INFINITE, WaitForSingleObject};

use super::super::ended::{Ended, POLL};
use super::times;

/// Waits for the end of one child.
pub(crate) struct Watch {
    process: OwnedHandle,
}

impl Watch {
    pub(crate) fn new(child: &Child) -> io::Result<Self> {
        Ok(Self {
            process: child.as_handle().try_clone_to_owned()?,
        })
    }

    /// Waits until the child has ended. Its processor time counts as that of a child from then
    /// on, so what has ended is to be waited for once.
    pub(crate) fn wait(&self) -> Ended {
        // SAFETY: the handle is owned, so it stays open for as long as this waits.
        if unsafe { WaitForSingleObject(self.process.as_raw_handle(), INFINITE) } != WAIT_OBJECT_0 {
            std::thread::sleep(POLL);
            return Ended::Unknown;
        }
        times::add_child(&self.process);
        let mut code = 0;
        // SAFETY: the handle is open and `code` is ours.
        let known = unsafe { GetExitCodeProcess(self.process.as_raw_handle(), &raw mut code) } != 0;
        if known && code == 0 {
            Ended::Well
        } else {
            Ended::Badly
        }
    }
}
