//! What the scan of a job shares with those who look at it and may end it.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::cancel::Control;
use crate::progress::Totals;

/// One for each job; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Common {
    pub(crate) control: Control,
    pub(crate) totals: Arc<Totals>,
    /// Files and folders that do not count.
    pub(crate) left_out: Arc<AtomicU64>,
}
