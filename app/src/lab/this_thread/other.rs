//! Systems that say nothing of single threads, or keep none on a core. macOS takes affinity as a
//! hint at most; on Windows a thread's context switches are not told to programs.

use std::io;

use super::Cost;

pub(super) fn cost() -> Option<Cost> {
    None
}

pub(super) fn pin_to_one_core() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
