//! Whether the window of a process still answers, asked as a desktop asks before it says "not
//! responding". Where that question cannot be put, it is unknown.

#[cfg_attr(target_os = "linux", path = "answers/x11.rs")]
#[cfg_attr(windows, path = "answers/windows.rs")]
#[cfg_attr(not(any(target_os = "linux", windows)), path = "answers/unknown.rs")]
mod os;

use std::time::Duration;

/// Desktops call a window that has left their question unanswered for so long "not responding".
pub(crate) const NOT_RESPONDING: Duration = Duration::from_secs(5);

/// There is nothing to show windows on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no display to show two windows on (neither DISPLAY nor WAYLAND_DISPLAY is set); run it in a desktop session, or with 'xvfb-run thawsum lab freeze'"
)]
pub(crate) struct NoDisplay;

/// Why a window cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotAsk {
    #[error("only X11 and Windows let other programs ask a window whether it answers")]
    #[allow(dead_code, reason = "said on the other systems")]
    NoWay,
    #[error("it has no window yet")]
    #[allow(dead_code, reason = "said where it can be asked")]
    NoWindow,
    #[error("the display could not be asked: {0}")]
    #[allow(dead_code, reason = "said where it can be asked")]
    Display(String),
}

/// Whether windows can be shown at all, as far as that can be known without trying.
///
/// # Errors
/// They cannot.
pub(crate) fn find_display() -> Result<(), NoDisplay> {
    if os::has_display() {
        Ok(())
    } else {
        Err(NoDisplay)
    }
}

/// The window of another process.
pub(crate) struct Window(os::Window);

/// A question that was put.
pub(crate) struct Question<'a>(os::Question<'a>);

impl Window {
    /// The window of that process.
    ///
    /// # Errors
    /// [`CannotAsk::NoWindow`] if there is none yet.
    pub(crate) fn of_process(pid: u32) -> Result<Self, CannotAsk> {
        os::Window::of_process(pid).map(Self)
    }

    /// Moves it to the left or the right half of the screen, if the desktop lets it.
    pub(crate) fn move_to_half(&self, right: bool) -> Result<(), CannotAsk> {
        self.0.move_to_half(right)
    }

    /// Asks it whether it answers.
    pub(crate) fn ask(&self) -> Result<Question<'_>, CannotAsk> {
        self.0.ask().map(Question)
    }
}

impl Question<'_> {
    /// Waits so long for the answer, and says how long it took; `None` if there is none yet.
    pub(crate) fn answered_within(&self, limit: Duration) -> Result<Option<Duration>, CannotAsk> {
        self.0.answered_within(limit)
    }
}
