//! macOS: progress as a badge on the icon in the Dock. There is no notification: macOS shows those of
//! signed applications, and the icon bounces without one (`attention.rs`).

use objc2::MainThreadMarker;
use objc2_app_kit::NSApplication;
use objc2_foundation::NSString;
use winit::raw_window_handle::RawWindowHandle;

use super::Note;

/// The Dock is told on the main thread, which draws: a badge is a message that nobody waits for.
pub(crate) struct Desktop(MainThreadMarker);

impl Desktop {
    /// `None` on any thread but the main one.
    pub(crate) fn start(_window: Option<RawWindowHandle>) -> Option<Self> {
        MainThreadMarker::new().map(Self)
    }

    pub(crate) fn notify(&self, _note: Note) {}

    /// Shows how far the job is; `None`: there is none.
    pub(crate) fn progress(&self, percent: Option<u8>) {
        let badge = percent.map(|percent| NSString::from_str(&format!("{percent} %")));
        let dock = NSApplication::sharedApplication(self.0).dockTile();
        dock.setBadgeLabel(badge.as_deref());
    }
}
