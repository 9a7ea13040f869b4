//! macOS: progress as a badge on the icon in the Dock. There is no notification: macOS shows those of
//! signed applications, and the icon bounces without one (`attention.rs`).

use std::cell::RefCell;

use objc2::MainThreadMarker;
use objc2_app_kit::NSApplication;
use objc2_foundation::NSString;
use winit::raw_window_handle::RawWindowHandle;

use super::Note;

#[path = "dock/activity.rs"]
mod activity;

/// The Dock is told on the main thread, which draws: a badge is a message that nobody waits for.
pub(crate) struct Desktop {
    main_thread: MainThreadMarker,
    /// While there is progress.
    activity: RefCell<Option<activity::Activity>>,
}

impl Desktop {
    /// `None` on any thread but the main one.
    pub(crate) fn start(_window: Option<RawWindowHandle>) -> Option<Self> {
        Some(Self {
            main_thread: MainThreadMarker::new()?,
            activity: RefCell::default(),
        })
    }

    pub(crate) fn notify(&self, _note: Note) {}

    /// Shows how far the job is; `None`: there is none.
    pub(crate) fn progress(&self, percent: Option<u8>) {
        let badge = percent.map(|percent| NSString::from_str(&format!("{percent} %")));
        let dock = NSApplication::sharedApplication(self.main_thread).dockTile();
        dock.setBadgeLabel(badge.as_deref());
        let mut activity = self.activity.borrow_mut();
        *activity = percent.map(|_| activity.take().unwrap_or_else(activity::Activity::begin));
    }
}
