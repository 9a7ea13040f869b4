//! The console twin of the executable for Windows.
//!
//! A shell of Windows waits for console programs alone, and a windowed one has no console to print
//! to. So packages have `thawsum.com` beside `thawsum.exe`: the same program, marked as a console
//! program. Shells take `.com` before `.exe`, so `thawsum` means the twin there; menus and shortcuts
//! name the windowed one. Visual Studio's `devenv.com` is made the same way.
//!
//! (One console program that hides its console would show it for a moment at every start from a menu.)

#[cfg(windows)]
#[path = "twin/windows.rs"]
mod os;
#[cfg(not(windows))]
mod os {
    pub(super) fn open_window() -> bool {
        false
    }
}

/// In the twin: opens the window by the windowed program, with the arguments of this one, so that
/// the terminal is free at once and may be closed. Says whether that was done; if not, the window
/// is this program's to open.
pub(crate) fn open_window() -> bool {
    os::open_window()
}
