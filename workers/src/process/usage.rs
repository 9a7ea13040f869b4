//! Processor time of this program and of the children it has reaped.

use std::time::Duration;

/// Processor time from one moment on.
#[derive(Clone, Copy, Debug)]
pub struct CpuClock(Option<Duration>);

impl CpuClock {
    /// Starts counting.
    #[must_use]
    pub fn start() -> Self {
        Self(used())
    }

    /// What was used since the start; `None` where the system does not tell.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        Some(used()?.saturating_sub(self.0?))
    }
}

#[cfg(unix)]
fn used() -> Option<Duration> {
    use nix::sys::resource::{UsageWho, getrusage};
    let mut total = Duration::ZERO;
    for who in [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN] {
        let usage = getrusage(who).ok()?;
        for time in [usage.user_time(), usage.system_time()] {
            total += Duration::new(
                u64::try_from(time.tv_sec()).ok()?,
                u32::try_from(time.tv_usec()).ok()? * 1000,
            );
        }
    }
    Some(total)
}

#[cfg(windows)]
fn used() -> Option<Duration> {
    None
}
