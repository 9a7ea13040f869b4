//! The messages themselves. Both ends are the same executable, so there is one version; the
//! handshake proves it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::algorithm::Algorithm;
use crate::tasks::walk::Seen;
use crate::verdict::Verdict;

/// Raised with every change to a message.
pub(crate) const PROTOCOL: u32 = 1;

/// From the job's process to a worker.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToWorker {
    /// First, once.
    SetUp {
        algorithms: Vec<Algorithm>,
        background: bool,
    },
    /// Files to hash, in this order, or all at once.
    Hash {
        batch: u64,
        together: bool,
        /// Report progress as soon as the first is begun.
        announce: bool,
        files: Vec<(WirePath, Seen)>,
    },
    /// Wait at the next step.
    Pause,
    /// Go on.
    Resume,
    /// Stop at the next step and end.
    Cancel,
}

/// From a worker to the job's process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromChild {
    /// First, once.
    Hello { protocol: u32, build: String },
    /// The next results of a batch, in the order of its paths.
    Results {
        batch: u64,
        results: Vec<(u64, Verdict)>,
    },
    /// The file in hand: its place in its batch, how many more with it, bytes done, bytes of all.
    Progress {
        batch: u64,
        index: u32,
        more: u32,
        done: u64,
        size: u64,
    },
}

/// Identifies one build of the program, so that a worker of another build is refused.
pub(crate) const BUILD: &str = env!("CARGO_PKG_VERSION");

/// A path as it crosses a pipe. A name is bytes on Unix and UTF-16 on Windows; serde's own
/// implementation for paths refuses names that are not text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WirePath(pub(crate) PathBuf);

impl Serialize for WirePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&to_bytes(&self.0))
    }
}

impl<'de> Deserialize<'de> for WirePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = <&[u8]>::deserialize(deserializer)?;
        Ok(Self(from_bytes(bytes)))
    }
}

#[cfg(unix)]
fn to_bytes(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().into()
}

#[cfg(unix)]
fn from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(windows)]
fn to_bytes(path: &Path) -> std::borrow::Cow<'_, [u8]> {
    use std::os::windows::ffi::OsStrExt as _;
    path.as_os_str()
        .encode_wide()
        .flat_map(u16::to_le_bytes)
        .collect::<Vec<u8>>()
        .into()
}

#[cfg(windows)]
fn from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::windows::ffi::OsStringExt as _;
    let wide: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    std::ffi::OsString::from_wide(&wide).into()
}
