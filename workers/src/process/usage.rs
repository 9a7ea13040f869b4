//! Processor time of this program and of the children it has reaped.

use std::time::Duration;

use super::os::processor_time;

/// Processor time from one moment on.
#[derive(Clone, Copy, Debug)]
pub struct CpuClock(Option<Duration>);

impl CpuClock {
    /// Starts counting.
    #[must_use]
    pub fn start() -> Self {
        Self(processor_time())
    }

    /// What was used since the start; `None` where the system does not tell.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        Some(processor_time()?.saturating_sub(self.0?))
    }
}
