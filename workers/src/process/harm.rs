//! What a fault drill does to a process.

/// What may happen to a process from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    Kill,
    /// It ends as it would by a fault of its own.
    Crash,
    /// It runs no more, and yet is there.
    Stop,
    /// After having been stopped.
    GoOn,
}
