//! Standing back behind the window.
#![expect(unsafe_code, reason = "no safe wrapper of setpriority is at hand")]

/// How far back, on the scale of `nice`. 10 gives the window about nine times a worker's weight
/// on a busy core, and still lets workers use all that is left.
#[cfg(unix)]
const NICENESS: i32 = 10;

/// Lowers the priority of the calling thread, where the system can do that for one thread.
pub fn lower_this_thread() {
    // Linux counts threads as processes here. On macOS the whole program would be lowered, the
    // window with it.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    lower_caller();
}

/// Lowers the priority of the calling process. Failing to do so is no reason not to work.
pub fn lower_this_process() {
    #[cfg(unix)]
    lower_caller();
    #[cfg(windows)]
    {
        use windows_sys::Win32::System::Threading::{
            BELOW_NORMAL_PRIORITY_CLASS, GetCurrentProcess, SetPriorityClass,
        };
        // SAFETY: the pseudo handle of the current process is always valid.
        unsafe { SetPriorityClass(GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS) };
    }
}

#[cfg(unix)]
fn lower_caller() {
    // SAFETY: setpriority takes three integers and touches no memory of ours; `who` 0 is the
    // caller.
    unsafe { nix::libc::setpriority(nix::libc::PRIO_PROCESS, 0, NICENESS) };
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        // Beside the nice value, which other systems go by: Linux lets a window that wakes up
        // take the core from an idle-class task at once, and from a merely nice one only when
        // its slice is over. On two cores that all hash, that is 14 ms against 30 for a frame
        // that is drawn in software.
        // SAFETY: plain data for which zero is valid; some systems have fields beside the one.
        let parameters: nix::libc::sched_param = unsafe { std::mem::zeroed() };
        // SAFETY: `parameters` outlives the call, which only reads it; 0 is the caller.
        unsafe { nix::libc::sched_setscheduler(0, nix::libc::SCHED_IDLE, &raw const parameters) };
    }
}
