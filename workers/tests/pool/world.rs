//! What the tests see of the processes around them.

use std::time::{Duration, Instant};

use workers::pool::{Handle, Stage};

use crate::tasks::Do;

/// More than anything takes on a machine under load, less than anybody waits for a hang.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn wait_until(mut holds: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if holds() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    holds()
}

/// Waits until a worker has begun a task.
pub fn begins(handle: &Handle<Do>) -> bool {
    wait_until(|| matches!(handle.stage(), Stage::Running { .. }))
}

/// Memory of this process that is in memory, KiB.
#[cfg(target_os = "linux")]
pub fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .expect("a size");
    line.split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .expect("KiB")
}

/// The children of this process, zombies included.
#[cfg(target_os = "linux")]
pub fn children() -> Vec<u32> {
    let me = std::process::id();
    let mut children = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc") {
        let name = entry.expect("an entry").file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // It may have ended meanwhile.
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
            continue;
        };
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        if after_name.split_whitespace().nth(1) == Some(&me.to_string()) {
            children.push(pid);
        }
    }
    children
}

/// The state of a process as the system has it: `R`, `S`, `T`, `Z`; `None` if there is none.
#[cfg(target_os = "linux")]
pub fn state_of(pid: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

#[cfg(target_os = "linux")]
pub fn is_alive(pid: u32) -> bool {
    state_of(pid).is_some_and(|state| state != 'Z')
}

pub fn number(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("four bytes"))
}
