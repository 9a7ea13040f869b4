//! What goes to the desktop and not to the window: notifications, and progress in the taskbar.
//!
//! On Linux both go over the session bus. Windows and macOS have the taskbar's flashing and the
//! Dock's bouncing, which need nothing of this (`attention.rs`): a notification there belongs to an
//! installed and signed application, and progress in the taskbar of Windows needs COM.

#[cfg(target_os = "linux")]
mod bus;
#[cfg(not(target_os = "linux"))]
#[path = "desktop/nothing.rs"]
mod bus;

pub(crate) use bus::Desktop;

/// What a notification says, as plain text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) title: String,
    pub(crate) body: String,
}
