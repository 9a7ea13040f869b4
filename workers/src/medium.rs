//! What files are kept on, as far as the system says: on some media, who reads at several places at once reads
//! slower at all of them.
//!
//! - `medium_of(path)`: links are followed. It may wait for a network that does not answer.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod linux;
#[cfg(target_vendor = "apple")]
mod macos;
#[cfg(windows)]
mod windows;

#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use linux::medium_of;
#[cfg(target_vendor = "apple")]
pub(crate) use macos::medium_of;
#[cfg(windows)]
pub(crate) use windows::medium_of;

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    windows
)))]
pub(crate) fn medium_of(_path: &std::path::Path) -> Medium {
    Medium::Any
}

/// What files are kept on. Of two, the greater is the one that wants more care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Medium {
    /// Memory cells, or whatever the system does not tell. May be read by all at once.
    #[default]
    Any,
    /// Another machine: its disk is not known, and the way there is narrow.
    Network,
    /// Disks with heads that have to move.
    Rotating,
}

impl Medium {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Any, Self::Network, Self::Rotating];

    /// In summaries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Network => "network",
            Self::Rotating => "rotating",
        }
    }
}
