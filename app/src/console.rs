//! The terminal that the program was started from, for what the command line prints. Only a
//! release for Windows has to ask for it: its executable is a windowed one, so that no terminal
//! opens beside the window, and such a program starts without any.

#[cfg(windows)]
#[path = "console/windows.rs"]
mod os;
#[cfg(not(windows))]
mod os {
    pub(super) fn attach() {}

    pub(super) fn show(_message: &str) {}
}

/// To be called before something is printed, and not on the way to a window: whatever is
/// attached to a terminal is ended by Ctrl-C in it, and when it is closed.
pub(crate) fn attach() {
    os::attach();
}

/// Says why there is no window: on standard error, and where that leads nowhere, as for a program
/// that was started from a menu of Windows, in a box of the system's. That waits for the user, and so
/// must not be asked for while there is a window.
pub(crate) fn say_without_window(message: &str) {
    attach();
    eprintln!("thawsum: {message}");
    os::show(message);
}
