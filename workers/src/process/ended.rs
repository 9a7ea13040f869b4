//! What waiting for a child's end tells before the child is reaped.

/// How a child ended that was waited for and is not reaped yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with code 0.
    Well,
    /// By a signal, or with another code.
    Badly,
    /// The system did not say. It may not have ended at all.
    Unknown,
}

/// How long to wait before looking again where the system cannot say when to look.
pub(super) const POLL: std::time::Duration = std::time::Duration::from_millis(20);
