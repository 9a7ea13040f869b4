//! What is to be written to as it is, and not replaced by a file: a terminal, a pipe, `/dev/null`,
//! `NUL`.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::open;
#[cfg(windows)]
pub(super) use windows::open;
