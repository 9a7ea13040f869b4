//! What goes to the desktop and not to the window: notifications, and progress in the taskbar.
//!
//! On Linux both go over the session bus. Windows and macOS show progress in the taskbar and the Dock;
//! notifications there belong to installed and signed applications, and the taskbar's flashing and the
//! Dock's bouncing need nothing of this (`attention.rs`).

#[cfg_attr(target_os = "linux", path = "desktop/bus.rs")]
#[cfg_attr(windows, path = "desktop/taskbar.rs")]
#[cfg_attr(target_os = "macos", path = "desktop/dock.rs")]
#[cfg_attr(
    not(any(target_os = "linux", windows, target_os = "macos")),
    path = "desktop/nothing.rs"
)]
mod system;

pub(crate) mod icon;

pub(crate) use system::Desktop;

/// The name by which desktops know the program: of its desktop entry, its icon and its windows.
pub(crate) const APP_ID: &str = "org.thawsum.Thawsum";

/// What a notification says, as plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) title: String,
    pub(crate) body: String,
}
