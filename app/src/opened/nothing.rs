//! Systems that start the program once for each time that something is opened with it.

use super::Opened;

pub(super) fn listen(_opened: &Opened) {}
