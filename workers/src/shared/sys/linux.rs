//! Linux: memory without a name, reached through `/proc`; futexes; `/proc/N/stat`.
//!
//! `memfd_create` rather than `shm_open`: nothing is left in a folder when a process is killed.
#![expect(unsafe_code, reason = "the futex call has no safe face")]

use std::cell::Cell;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::fcntl::{FcntlArg, SealFlag, fcntl};
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use serde::{Deserialize, Serialize};

use super::mapped::Mapped;
use super::{Closed, Woken, identity, number};
use crate::shared::layout::ParkingWords;

/// The process that has the memory open, and as what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::shared) struct Place {
    process: u32,
    descriptor: i32,
    // Of the file: the same number may be another file by the time somebody looks.
    device: u64,
    inode: u64,
}

pub(in crate::shared) struct Memory {
    mapped: Mapped,
    file: File,
    device: u64,
    inode: u64,
}

impl Memory {
    pub(in crate::shared) fn create(bytes: usize, _: [u64; 2]) -> io::Result<Self> {
        let flags = MFdFlags::MFD_CLOEXEC | MFdFlags::MFD_ALLOW_SEALING;
        let file = File::from(memfd_create("thawsum", flags)?);
        file.set_len(bytes as u64)?;
        // A file that became shorter would end every process that touches what is missing.
        let seals = SealFlag::F_SEAL_SHRINK | SealFlag::F_SEAL_GROW | SealFlag::F_SEAL_SEAL;
        fcntl(&file, FcntlArg::F_ADD_SEALS(seals))?;
        Self::map(file, bytes)
    }

    pub(in crate::shared) fn open(
        place: &Place,
        bytes: usize,
        _: [u64; 2],
    ) -> Result<Self, Closed> {
        // Looked at before it is opened: by now the number may be a terminal or a pipe, and
        // opening those has effects.
        let seen = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_PATH)
            .open(format!("/proc/{}/fd/{}", place.process, place.descriptor))
            .map_err(Closed::of)?;
        let found = seen.metadata().map_err(Closed::Io)?;
        if (found.dev(), found.ino()) != (place.device, place.inode) {
            return Err(Closed::Gone);
        }
        if found.len() != bytes as u64 {
            return Err(Closed::Size(found.len()));
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(format!("/proc/self/fd/{}", seen.as_raw_fd()))
            .map_err(Closed::Io)?;
        Self::map(file, bytes).map_err(Closed::Io)
    }

    fn map(file: File, bytes: usize) -> io::Result<Self> {
        let found = file.metadata()?;
        Ok(Self {
            mapped: Mapped::new(&file, bytes)?,
            device: found.dev(),
            inode: found.ino(),
            file,
        })
    }

    /// Where others find it, as long as this process keeps it.
    pub(in crate::shared) fn place(&self) -> Place {
        Place {
            process: std::process::id(),
            descriptor: self.file.as_raw_fd(),
            device: self.device,
            inode: self.inode,
        }
    }

    pub(in crate::shared) fn at(&self) -> NonNull<u8> {
        self.mapped.at()
    }

    pub(in crate::shared) fn bytes(&self) -> usize {
        self.mapped.bytes()
    }
}

impl Closed {
    fn of(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(libc::ENOENT | libc::ESRCH) => Self::Gone,
            _ => Self::Io(error),
        }
    }
}

/// Nothing: a futex is its word.
pub(in crate::shared) struct Bell;

impl Bell {
    pub(in crate::shared) fn create(_: [u64; 2], _: usize) -> io::Result<Self> {
        Ok(Self)
    }

    pub(in crate::shared) fn open(_: [u64; 2], _: usize) -> io::Result<Self> {
        Ok(Self)
    }

    /// Sleeps while the sequence is `seen`, until woken, for `longest` at most, or for no reason.
    pub(in crate::shared) fn wait(&self, words: &ParkingWords, seen: u32, longest: Duration) {
        let limit = libc::timespec {
            tv_sec: longest.as_secs().try_into().unwrap_or(libc::time_t::MAX),
            // Below a thousand million, which fits everywhere.
            tv_nsec: longest.subsec_nanos() as _,
        };
        // Without FUTEX_PRIVATE_FLAG: the sleepers are in several processes.
        // SAFETY: a word that outlives the call, a limit that is only read; the other three
        // arguments are not looked at. Whatever it answers, the caller looks again.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                words.sequence.as_ptr(),
                libc::FUTEX_WAIT,
                seen,
                &raw const limit,
                ptr::null::<u32>(),
                0,
            );
        }
    }

    pub(in crate::shared) fn wake(&self, words: &ParkingWords, all: bool) -> Woken {
        let most = if all { i32::MAX } else { 1 };
        // SAFETY: a word that outlives the call; nothing else is looked at.
        let woken = unsafe {
            libc::syscall(
                libc::SYS_futex,
                words.sequence.as_ptr(),
                libc::FUTEX_WAKE,
                most,
                ptr::null::<libc::timespec>(),
                ptr::null::<u32>(),
                0,
            )
        };
        if woken == 0 { Woken::None } else { Woken::Some }
    }
}

thread_local! {
    static TASK: Cell<u64> = const { Cell::new(0) };
}
static PROCESS: AtomicU64 = AtomicU64::new(0);

/// This thread.
pub(in crate::shared) fn this_task() -> u64 {
    let known = TASK.get();
    if known != 0 {
        return known;
    }
    let own = named(nix::unistd::gettid().as_raw().unsigned_abs());
    TASK.set(own);
    own
}

/// This process.
pub(in crate::shared) fn this_process() -> u64 {
    match PROCESS.load(Ordering::Relaxed) {
        0 => {
            let own = named(std::process::id());
            PROCESS.store(own, Ordering::Relaxed);
            own
        }
        known => known,
    }
}

/// Whether that thread still runs. One of another user may be unknown, and counts as alive.
pub(in crate::shared) fn task_lives(task: u64) -> bool {
    match stat(number(task)) {
        // A zombie has ended; only its parent has not looked yet.
        Some(stat) => {
            !matches!(stat.state, b'Z' | b'X' | b'x')
                && (task as u32 == 0 || task == identity(number(task), Some(stat.began)))
        }
        // Not where /proc is missing altogether.
        None => stat(std::process::id()).is_none(),
    }
}

/// Whether that process still runs: its first thread stands for it.
pub(in crate::shared) fn process_lives(process: u64) -> bool {
    task_lives(process)
}

fn named(task: u32) -> u64 {
    identity(task, stat(task).map(|stat| stat.began))
}

struct Stat {
    state: u8,
    /// Ticks after the system's start.
    began: u64,
}

/// The third and the twenty-second field of proc_pid_stat(5), for a thread's number too.
fn stat(task: u32) -> Option<Stat> {
    let text = std::fs::read(format!("/proc/{task}/stat")).ok()?;
    // The name before may hold anything, brackets and spaces too; nothing after it does.
    let after = text.iter().rposition(|&byte| byte == b')')? + 1;
    let mut fields = text[after..]
        .split(|&byte| byte == b' ')
        .filter(|field| !field.is_empty());
    let state = *fields.next()?.first()?;
    let began = fields.nth(18)?;
    Some(Stat {
        state,
        began: std::str::from_utf8(began).ok()?.parse().ok()?,
    })
}
