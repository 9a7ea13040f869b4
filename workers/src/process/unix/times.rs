//! Processor time, as the system adds it up.

use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};

/// Of this process and of its children that were reaped.
pub(crate) fn processor_time() -> Option<Duration> {
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
