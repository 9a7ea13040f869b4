//! macOS and the other BSDs: a mapped file in the user's temporary folder;
//! `os_sync_wait_on_address` where the system has it (macOS 14.4), else short sleeps; holders by
//! process, because threads of other processes cannot be looked up.
//!
//! The file has a name, not only a descriptor, because no process can open what another has open
//! here; and it is not `shm_open`'s, whose objects nobody can list and remove if they are left.
#![expect(unsafe_code, reason = "calls of the system that have no safe face")]

use std::ffi::{CStr, OsString, c_int, c_void};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::ptr::NonNull;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nix::libc;
use serde::{Deserialize, Serialize};

use super::mapped::Mapped;
use super::{Closed, Woken, identity, number};
use crate::shared::layout::ParkingWords;

/// The bytes of a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::shared) struct Place(Vec<u8>);

pub(in crate::shared) struct Memory {
    mapped: Mapped,
    path: PathBuf,
    /// Who made it removes it.
    made: bool,
}

impl Memory {
    pub(in crate::shared) fn create(bytes: usize, cookie: [u64; 2]) -> io::Result<Self> {
        let name = format!("thawsum-{:016x}{:016x}", cookie[0], cookie[1]);
        let path = std::env::temp_dir().join(name);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let mapped = file
            .set_len(bytes as u64)
            .and_then(|()| Mapped::new(&file, bytes));
        match mapped {
            Ok(mapped) => Ok(Self {
                mapped,
                path,
                made: true,
            }),
            Err(error) => {
                // What made it fail is what there is to report.
                let _ = fs::remove_file(&path);
                Err(error)
            }
        }
    }

    pub(in crate::shared) fn open(
        place: &Place,
        bytes: usize,
        _: [u64; 2],
    ) -> Result<Self, Closed> {
        let path = PathBuf::from(OsString::from_vec(place.0.clone()));
        let file = open(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Closed::Gone,
            _ => Closed::Io(error),
        })?;
        let found = file.metadata().map_err(Closed::Io)?.len();
        if found != bytes as u64 {
            return Err(Closed::Size(found));
        }
        Ok(Self {
            mapped: Mapped::new(&file, bytes).map_err(Closed::Io)?,
            path,
            made: false,
        })
    }

    /// Where others find it, as long as the process that made it keeps it.
    pub(in crate::shared) fn place(&self) -> Place {
        Place(self.path.as_os_str().as_bytes().to_vec())
    }

    pub(in crate::shared) fn at(&self) -> NonNull<u8> {
        self.mapped.at()
    }

    pub(in crate::shared) fn bytes(&self) -> usize {
        self.mapped.bytes()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if self.made {
            // Somebody may have cleaned up; then there is nothing to do.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn open(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        // A token that names a pipe or a link leads nowhere.
        .custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK)
        .open(path)
}

/// Nothing: the system knows the word, or nobody does.
pub(in crate::shared) struct Bell;

type Wait = unsafe extern "C" fn(*mut c_void, u64, usize, u32, u32, u64) -> c_int;
type Wake = unsafe extern "C" fn(*mut c_void, usize, u32) -> c_int;

/// Found when the program runs: linked to, it would not start on a macOS before 14.4.
struct Calls {
    wait: Wait,
    wake_one: Wake,
    wake_all: Wake,
}

/// `OS_SYNC_WAIT_ON_ADDRESS_SHARED` and `OS_SYNC_WAKE_BY_ADDRESS_SHARED`.
const SHARED: u32 = 1;
/// `OS_CLOCK_MACH_ABSOLUTE_TIME`.
const CLOCK: u32 = 32;

fn calls() -> Option<&'static Calls> {
    static CALLS: OnceLock<Option<Calls>> = OnceLock::new();
    CALLS
        .get_or_init(|| {
            let wait = symbol(c"os_sync_wait_on_address_with_timeout")?;
            let wake_one = symbol(c"os_sync_wake_by_address_any")?;
            let wake_all = symbol(c"os_sync_wake_by_address_all")?;
            // SAFETY: functions of these names have these types; <os/os_sync_wait_on_address.h>.
            unsafe {
                Some(Calls {
                    wait: std::mem::transmute::<NonNull<c_void>, Wait>(wait),
                    wake_one: std::mem::transmute::<NonNull<c_void>, Wake>(wake_one),
                    wake_all: std::mem::transmute::<NonNull<c_void>, Wake>(wake_all),
                })
            }
        })
        .as_ref()
}

fn symbol(name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: a name that ends; the answer is only compared with null here.
    NonNull::new(unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) })
}

impl Bell {
    pub(in crate::shared) fn create(_: [u64; 2], _: usize) -> io::Result<Self> {
        Ok(Self)
    }

    pub(in crate::shared) fn open(_: [u64; 2], _: usize) -> io::Result<Self> {
        Ok(Self)
    }

    /// Sleeps while the sequence is `seen`, until woken, for `longest` at most, or for no reason.
    pub(in crate::shared) fn wait(&self, words: &ParkingWords, seen: u32, longest: Duration) {
        let Some(calls) = calls() else {
            return doze(words, seen, longest);
        };
        let nanoseconds = u64::try_from(longest.as_nanos()).unwrap_or(u64::MAX);
        let word = words.sequence.as_ptr().cast();
        // SAFETY: a word of four bytes that outlives the call. Whatever it answers, the caller
        // looks again.
        unsafe { (calls.wait)(word, seen.into(), 4, SHARED, CLOCK, nanoseconds) };
    }

    pub(in crate::shared) fn wake(&self, words: &ParkingWords, all: bool) -> Woken {
        let Some(calls) = calls() else {
            // They look for themselves.
            return Woken::None;
        };
        let wake = if all { calls.wake_all } else { calls.wake_one };
        let word = words.sequence.as_ptr().cast();
        // SAFETY: as above.
        let failed = unsafe { wake(word, 4, SHARED) } != 0;
        if failed && io::Error::last_os_error().raw_os_error() == Some(libc::ENOENT) {
            Woken::None
        } else {
            Woken::Some
        }
    }
}

/// Where the system cannot wake: looks often at first, then every two milliseconds.
fn doze(words: &ParkingWords, seen: u32, longest: Duration) {
    let end = Instant::now() + longest;
    let mut nap = Duration::from_micros(20);
    while words.sequence.load(Ordering::SeqCst) == seen {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        std::thread::sleep(nap.min(left));
        nap = (nap * 2).min(Duration::from_millis(2));
    }
}

static PROCESS: AtomicU64 = AtomicU64::new(0);

/// This process: see the module's head.
pub(in crate::shared) fn this_task() -> u64 {
    this_process()
}

/// This process.
pub(in crate::shared) fn this_process() -> u64 {
    match PROCESS.load(Ordering::Relaxed) {
        0 => {
            let process = std::process::id();
            let own = identity(process, began(process));
            PROCESS.store(own, Ordering::Relaxed);
            own
        }
        known => known,
    }
}

/// Whether the process of that thread still runs.
pub(in crate::shared) fn task_lives(task: u64) -> bool {
    process_lives(task)
}

/// Whether that process still runs. One of another user counts as alive.
pub(in crate::shared) fn process_lives(process: u64) -> bool {
    let Ok(id) = libc::pid_t::try_from(number(process)) else {
        return false;
    };
    // SAFETY: signal 0 is none; it only asks.
    let refused = unsafe { libc::kill(id, 0) } != 0;
    if refused && io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH) {
        return false;
    }
    // One that has ended and was not looked at by its parent tells no beginning.
    let known = process as u32 != 0;
    !known || refused || identity(number(process), began(number(process))) == process
}

/// When a process began, in microseconds.
#[cfg(target_vendor = "apple")]
fn began(process: u32) -> Option<u64> {
    let id = c_int::try_from(process).ok()?;
    let mut info = std::mem::MaybeUninit::<libc::proc_bsdinfo>::zeroed();
    let size = c_int::try_from(size_of::<libc::proc_bsdinfo>()).ok()?;
    // SAFETY: room for as many bytes as it says.
    let got = unsafe {
        libc::proc_pidinfo(
            id,
            libc::PROC_PIDTBSDINFO,
            0,
            info.as_mut_ptr().cast(),
            size,
        )
    };
    if got != size {
        return None;
    }
    // SAFETY: filled, and of integers alone.
    let info = unsafe { info.assume_init() };
    if info.pbi_status == libc::SZOMB {
        return None;
    }
    Some(
        info.pbi_start_tvsec
            .wrapping_mul(1_000_000)
            .wrapping_add(info.pbi_start_tvusec),
    )
}

/// The other BSDs tell it in a different way each; there a number alone has to do.
#[cfg(not(target_vendor = "apple"))]
fn began(_: u32) -> Option<u64> {
    None
}
