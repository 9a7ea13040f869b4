//! Linux: `getrusage(RUSAGE_THREAD)` and `sched_setaffinity`.

use std::io;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike as _};
use nix::unistd::Pid;

use super::Cost;

/// To these calls, the number of the calling thread.
const THIS_THREAD: Pid = Pid::from_raw(0);

pub(super) fn cost() -> Option<Cost> {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
    let time = |time: TimeVal| {
        Duration::from_micros(u64::try_from(time.num_microseconds()).unwrap_or_default())
    };
    let count = |count: std::ffi::c_long| u64::try_from(count).unwrap_or_default();
    Some(Cost {
        cpu: time(usage.user_time()) + time(usage.system_time()),
        voluntary: count(usage.voluntary_context_switches()),
        involuntary: count(usage.involuntary_context_switches()),
    })
}

pub(super) fn pin_to_one_core() -> io::Result<()> {
    let allowed = sched_getaffinity(THIS_THREAD)?;
    let first = (0..CpuSet::count())
        .find(|core| allowed.is_set(*core).unwrap_or(false))
        .ok_or_else(|| io::Error::other("no core is allowed"))?;
    let mut one = CpuSet::new();
    one.set(first)?;
    sched_setaffinity(THIS_THREAD, &one)?;
    Ok(())
}
