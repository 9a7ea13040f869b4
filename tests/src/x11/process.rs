//! What a test wants to know about processes, read from /proc.
//!
//! Processes end while they are being looked at, so a process that has gone is an ordinary answer
//! here (no children, not alive) wherever there is one that cannot be mistaken for another.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use nix::unistd::{SysconfVar, sysconf};

use super::error::{Error, Result};

/// Short against what a person would notice, long against the cost of reading /proc.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// All living and zombie descendants of a process, each after its parent.
///
/// A process whose parent has died is a child of init (or of a subreaper), so it is no longer
/// listed.
#[must_use]
pub fn children_of(pid: u32) -> Vec<u32> {
    // /proc/PID/task/TID/children would be quicker, but not every kernel is built with it.
    let mut children = BTreeMap::<u32, Vec<u32>>::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let child = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok());
        if let Some((child, stat)) = child.and_then(|pid| Some((pid, Stat::read(pid).ok()?))) {
            children.entry(stat.parent).or_default().push(child);
        }
    }
    let mut descendants = children.remove(&pid).unwrap_or_default();
    let mut next = 0;
    while let Some(parent) = descendants.get(next) {
        descendants.extend(children.remove(parent).unwrap_or_default());
        next += 1;
    }
    descendants
}

/// Whether a process is there and has not ended. A zombie has; a stopped process has not.
#[must_use]
pub fn is_alive(pid: u32) -> bool {
    Stat::read(pid).is_ok_and(|stat| !matches!(stat.state, 'Z' | 'X' | 'x'))
}

/// The processor time that all threads of a process, also those that have ended, have used so far
/// in user and kernel mode. The kernel counts it in steps of (usually) 10 ms.
pub fn cpu_time(pid: u32) -> Result<Duration> {
    let stat = Stat::read(pid)?;
    let ticks_per_second = match sysconf(SysconfVar::CLK_TCK) {
        Ok(Some(ticks)) if ticks > 0 => ticks.unsigned_abs(),
        // The value of every Linux ABI; sysconf merely hands it on.
        _ => 100,
    };
    let whole = Duration::from_secs(stat.cpu_ticks / ticks_per_second);
    let rest = stat.cpu_ticks % ticks_per_second;
    Ok(whole + Duration::from_nanos(rest * 1_000_000_000 / ticks_per_second))
}

/// Asks every 5 ms until the answer is yes, and says whether it was in time.
///
/// It asks at least once, and once more when the time is over, so that a test on a stalled machine
/// does not fail for a condition that has long been met.
pub fn wait_until(timeout: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + timeout;
    loop {
        let last = Instant::now() >= deadline;
        if condition() {
            return true;
        }
        if last {
            return false;
        }
        thread::sleep(POLL_INTERVAL);
    }
}

/// The fields of /proc/PID/stat that are of use here.
struct Stat {
    state: char,
    parent: u32,
    cpu_ticks: u64,
}

impl Stat {
    fn read(pid: u32) -> Result<Self> {
        let path = PathBuf::from(format!("/proc/{pid}/stat"));
        // Bytes, because a process may give itself a name that is not UTF-8.
        let stat = fs::read(&path).map_err(|error| Error::file(&path, error))?;
        Self::parse(&String::from_utf8_lossy(&stat))
            .ok_or_else(|| Error::invalid_file(path, "not in the format of proc_pid_stat(5)"))
    }

    fn parse(stat: &str) -> Option<Self> {
        // The name comes second, in parentheses, and may itself hold spaces and parentheses.
        let (_, after_name) = stat.rsplit_once(')')?;
        let mut fields = after_name.split_ascii_whitespace();
        // proc_pid_stat(5) numbers the fields from 1, and the first one after the name is the 3rd.
        let state = fields.next()?.parse().ok()?;
        let parent = fields.next()?.parse().ok()?;
        let user: u64 = fields.nth(14 - 5)?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some(Self {
            state,
            parent,
            cpu_ticks: user + system,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Stat;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "7 (a) Z (b) S 3 7 7 0 -1 4194560 1 2 3 4 50 60 0 0 20 0 1 0 99";
        let stat = Stat::parse(stat).expect("this is a whole line");
        assert_eq!((stat.state, stat.parent, stat.cpu_ticks), ('S', 3, 110));
    }

    #[test]
    fn a_cut_line_is_no_process() {
        assert!(Stat::parse("7 (a) S 3 7").is_none());
    }
}
