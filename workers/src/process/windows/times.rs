//! Processor time. Windows adds up nothing for a parent, so children are added here as they end;
//! what they started is not, unlike on Unix, where they may have waited for it.
#![expect(unsafe_code, reason = "std does not tell processor time")]

use std::os::windows::io::{AsRawHandle as _, OwnedHandle};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use windows_sys::Win32::Foundation::{FILETIME, HANDLE};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessTimes};

/// Of all children that have ended, in ticks of 100 ns.
static CHILDREN: AtomicU64 = AtomicU64::new(0);

/// Adds the time of a child that has ended.
pub(super) fn add_child(child: &OwnedHandle) {
    // Should the system not tell, the sum is too small; no reason to know nothing at all.
    CHILDREN.fetch_add(ticks(child.as_raw_handle()).unwrap_or(0), Ordering::Relaxed);
}

/// Of this process and of its children that have ended.
pub(crate) fn processor_time() -> Option<Duration> {
    // SAFETY: takes nothing; the pseudo handle it gives is always valid.
    let own = ticks(unsafe { GetCurrentProcess() })?;
    let ticks = own + CHILDREN.load(Ordering::Relaxed);
    Some(Duration::new(
        ticks / 10_000_000,
        u32::try_from(ticks % 10_000_000).ok()? * 100,
    ))
}

fn ticks(process: HANDLE) -> Option<u64> {
    let mut times = [FILETIME::default(); 4];
    let [created, ended, kernel, user] = &mut times;
    // SAFETY: the callers' handle is open, and the four places are ours and apart.
    let known = unsafe { GetProcessTimes(process, created, ended, kernel, user) } != 0;
    let ticks =
        |time: &FILETIME| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    known.then(|| ticks(kernel) + ticks(user))
}
