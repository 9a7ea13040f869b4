//! Windows: `WM_NULL`, which does nothing and is answered by whoever looks into his messages. The system
//! calls a window "not responding" that has not looked into them for five seconds.
#![expect(unsafe_code, reason = "windows of other processes")]

use std::io;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use windows_sys::Win32::Foundation::{ERROR_TIMEOUT, GetLastError, HWND, LPARAM};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    EnumWindows, GetSystemMetrics, GetWindowThreadProcessId, IsWindowVisible, SM_CXSCREEN,
    SMTO_NORMAL, SWP_ASYNCWINDOWPOS, SWP_NOACTIVATE, SWP_NOSIZE, SWP_NOZORDER, SendMessageTimeoutW,
    SetWindowPos, WM_NULL,
};
use windows_sys::core::BOOL;

use super::CannotAsk;

pub(super) fn has_display() -> bool {
    true
}

/// A number that the system looks up: that of a window which is gone is an error wherever it is used.
pub(super) struct Window(HWND);

pub(super) struct Question<'a> {
    window: HWND,
    since: Instant,
    of: PhantomData<&'a Window>,
}

fn refused() -> CannotAsk {
    CannotAsk::Display(io::Error::last_os_error().to_string())
}

/// What [`seen`] looks for, and has found.
struct Search {
    pid: u32,
    found: HWND,
}

/// Looks at one window; ends the search by 0.
unsafe extern "system" fn seen(window: HWND, search: LPARAM) -> BOOL {
    // SAFETY: `EnumWindows` passes on what `of_process` gave it, which waits for the end of the search.
    let search = unsafe { &mut *(search as *mut Search) };
    let mut pid = 0;
    // SAFETY: the number is written during the call alone.
    let visible = unsafe {
        GetWindowThreadProcessId(window, &raw mut pid);
        IsWindowVisible(window) != 0
    };
    if pid == search.pid && visible {
        search.found = window;
        return 0;
    }
    1
}

impl Window {
    pub(super) fn of_process(pid: u32) -> Result<Self, CannotAsk> {
        let mut search = Search {
            pid,
            found: std::ptr::null_mut(),
        };
        // SAFETY: `seen` is called during the call alone, on this thread, with a search that lives longer.
        // That it ended the search is an error to the system, and none here.
        unsafe { EnumWindows(Some(seen), &raw mut search as LPARAM) };
        if search.found.is_null() {
            return Err(CannotAsk::NoWindow);
        }
        Ok(Self(search.found))
    }

    pub(super) fn move_to_half(&self, right: bool) -> Result<(), CannotAsk> {
        // It may be frozen, and is not waited for.
        let flags = SWP_NOSIZE | SWP_NOZORDER | SWP_NOACTIVATE | SWP_ASYNCWINDOWPOS;
        // SAFETY: neither takes memory of this program's.
        let moved = unsafe {
            let half = GetSystemMetrics(SM_CXSCREEN) / 2;
            let x = if right { half } else { 0 };
            SetWindowPos(self.0, std::ptr::null_mut(), x, 0, 0, 0, flags)
        };
        if moved == 0 { Err(refused()) } else { Ok(()) }
    }

    pub(super) fn ask(&self) -> Result<Question<'_>, CannotAsk> {
        Ok(Question {
            window: self.0,
            since: Instant::now(),
            of: PhantomData,
        })
    }
}

impl Question<'_> {
    /// Asks anew: a message that nobody waits for leaves no trace of its answer.
    pub(super) fn answered_within(&self, limit: Duration) -> Result<Option<Duration>, CannotAsk> {
        let limit = u32::try_from(limit.as_millis()).unwrap_or(u32::MAX).max(1);
        let mut nothing = 0;
        // SAFETY: the answer is written during the call alone; the message carries no memory.
        let answered = unsafe {
            SendMessageTimeoutW(
                self.window,
                WM_NULL,
                0,
                0,
                SMTO_NORMAL,
                limit,
                &raw mut nothing,
            )
        };
        if answered != 0 {
            return Ok(Some(self.since.elapsed()));
        }
        // SAFETY: it reads a number of this thread's.
        match unsafe { GetLastError() } {
            0 | ERROR_TIMEOUT => Ok(None),
            _ => Err(refused()),
        }
    }
}
