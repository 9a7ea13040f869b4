//! Systems where one path leads to the running program's file for as long as it runs.

use std::io;
use std::path::PathBuf;

use super::super::os;

pub(super) struct Pinned(PathBuf);

impl Pinned {
    pub(super) fn now() -> io::Result<Self> {
        os::this_executable().map(Self)
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "one face for all systems; on macOS it can fail"
    )]
    pub(super) fn path(&self) -> io::Result<PathBuf> {
        Ok(self.0.clone())
    }
}
