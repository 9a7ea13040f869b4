//! What programs other than this one say of files.

#[cfg(windows)]
mod cng;
#[cfg(unix)]
mod coreutils;

#[cfg(windows)]
use cng as system;
#[cfg(unix)]
use coreutils as system;

pub use system::{ORIGINALS, listed, reference};
