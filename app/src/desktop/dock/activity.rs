//! Tells macOS that somebody waits for this program: App Nap slows down the timers, the disk and the
//! processor of one whose windows are hidden, as those of a long job are.
#![expect(
    unsafe_code,
    reason = "the end of an activity takes any object, and wants the one that its begin gave"
)]

use objc2::rc::Retained;
use objc2::runtime::{NSObjectProtocol, ProtocolObject};
use objc2_foundation::{NSActivityOptions, NSProcessInfo, ns_string};

/// Lasts until it is dropped.
pub(super) struct Activity(Retained<ProtocolObject<dyn NSObjectProtocol>>);

impl Activity {
    pub(super) fn begin() -> Self {
        let process = NSProcessInfo::processInfo();
        Self(process.beginActivityWithOptions_reason(
            // A Mac that nobody uses may go to sleep as always: that is the user's to decide.
            NSActivityOptions::UserInitiatedAllowingIdleSystemSleep,
            ns_string!("files are being read"),
        ))
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        // SAFETY: the object is what `begin` was given, and nobody else ends it.
        unsafe { NSProcessInfo::processInfo().endActivity(&self.0) };
    }
}
