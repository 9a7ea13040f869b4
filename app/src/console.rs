//! The terminal that the program was started from, for what the command line prints. Only a
//! release for Windows has to ask for it: its executable is a windowed one, so that no terminal
//! opens beside the window, and such a program starts without any.

#[cfg(windows)]
#[path = "console/windows.rs"]
mod os;
#[cfg(not(windows))]
mod os {
    pub(super) fn attach() {}
}

/// To be called before something is printed, and not on the way to a window: whatever is
/// attached to a terminal is ended by Ctrl-C in it, and when it is closed.
pub(crate) fn attach() {
    os::attach();
}
