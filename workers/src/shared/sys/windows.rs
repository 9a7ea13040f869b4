//! Windows: named sections and named semaphores, which are gone with their last handle.
//!
//! Not `WaitOnAddress`, which sees the sleepers of its own process only.
#![expect(unsafe_code, reason = "sections and semaphores have no safe face")]

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use windows_sys::Win32::Foundation::{
    ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER, FILETIME, HANDLE, INVALID_HANDLE_VALUE,
    WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Memory::{
    CreateFileMappingW, FILE_MAP_ALL_ACCESS, MEMORY_BASIC_INFORMATION, MEMORY_MAPPED_VIEW_ADDRESS,
    MapViewOfFile, OpenFileMappingW, PAGE_READWRITE, UnmapViewOfFile, VirtualQuery,
};
use windows_sys::Win32::System::Threading::{
    CreateSemaphoreW, GetCurrentProcess, GetCurrentProcessId, GetCurrentThread, GetCurrentThreadId,
    GetProcessTimes, GetThreadTimes, OpenProcess, OpenSemaphoreW, OpenThread,
    PROCESS_QUERY_LIMITED_INFORMATION, PROCESS_SYNCHRONIZE, ReleaseSemaphore,
    SEMAPHORE_MODIFY_STATE, THREAD_QUERY_LIMITED_INFORMATION, THREAD_SYNCHRONIZE,
    WaitForSingleObject,
};

use super::{Closed, Woken, identity, number};
use crate::shared::layout::ParkingWords;

/// Nothing: the name is made of the cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::shared) struct Place;

pub(in crate::shared) struct Memory {
    at: MEMORY_MAPPED_VIEW_ADDRESS,
    first: NonNull<u8>,
    bytes: usize,
    _section: OwnedHandle,
}

// SAFETY: an address range that stays until it is dropped, and a handle.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

/// In the names of this session, as programs without special rights must.
fn name(cookie: [u64; 2], part: &str) -> Vec<u16> {
    format!(
        "Local\\thawsum-{:016x}{:016x}{part}\0",
        cookie[0], cookie[1]
    )
    .encode_utf16()
    .collect()
}

/// Takes over what a call returned, if that is a handle.
fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a handle that was just made for this caller alone.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

impl Memory {
    pub(in crate::shared) fn create(bytes: usize, cookie: [u64; 2]) -> io::Result<Self> {
        let name = name(cookie, "");
        let size = bytes as u64;
        // SAFETY: a name that ends; the section is of memory, not of a file.
        let section = owned(unsafe {
            CreateFileMappingW(
                INVALID_HANDLE_VALUE,
                ptr::null(),
                PAGE_READWRITE,
                (size >> 32) as u32,
                size as u32,
                name.as_ptr(),
            )
        })?;
        Self::map(section, bytes)
    }

    pub(in crate::shared) fn open(
        _: &Place,
        bytes: usize,
        cookie: [u64; 2],
    ) -> Result<Self, Closed> {
        let name = name(cookie, "");
        // SAFETY: a name that ends.
        let section = owned(unsafe { OpenFileMappingW(FILE_MAP_ALL_ACCESS, 0, name.as_ptr()) });
        let section = section.map_err(|error| {
            if error.raw_os_error() == Some(ERROR_FILE_NOT_FOUND as i32) {
                Closed::Gone
            } else {
                Closed::Io(error)
            }
        })?;
        let memory = Self::map(section, bytes).map_err(Closed::Io)?;
        // SAFETY: a range that is mapped, and room for the answer, of which plain numbers are read.
        let found = unsafe {
            let mut answer: MEMORY_BASIC_INFORMATION = std::mem::zeroed();
            VirtualQuery(memory.at.Value, &raw mut answer, size_of_val(&answer));
            answer.RegionSize
        };
        if found < bytes {
            return Err(Closed::Size(found as u64));
        }
        Ok(memory)
    }

    /// All of a section: how much it has is seen afterwards, as asking for more only fails.
    fn map(section: OwnedHandle, bytes: usize) -> io::Result<Self> {
        // SAFETY: a section that is open; the system chooses where.
        let at = unsafe { MapViewOfFile(section.as_raw_handle(), FILE_MAP_ALL_ACCESS, 0, 0, 0) };
        let first = NonNull::new(at.Value.cast()).ok_or_else(io::Error::last_os_error)?;
        Ok(Self {
            at,
            first,
            bytes,
            _section: section,
        })
    }

    pub(in crate::shared) fn place(&self) -> Place {
        Place
    }

    pub(in crate::shared) fn at(&self) -> NonNull<u8> {
        self.first
    }

    pub(in crate::shared) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: what `map` got, given back once; borrows of it ended with `self`.
        unsafe { UnmapViewOfFile(self.at) };
    }
}

/// A named semaphore, which wakes one sleeper for each count that is given to it.
pub(in crate::shared) struct Bell(OwnedHandle);

impl Bell {
    pub(in crate::shared) fn create(cookie: [u64; 2], index: usize) -> io::Result<Self> {
        let name = name(cookie, &format!("-{index}"));
        // SAFETY: a name that ends.
        owned(unsafe { CreateSemaphoreW(ptr::null(), 0, i32::MAX, name.as_ptr()) }).map(Self)
    }

    pub(in crate::shared) fn open(cookie: [u64; 2], index: usize) -> io::Result<Self> {
        const RIGHTS: u32 = SEMAPHORE_MODIFY_STATE | THREAD_SYNCHRONIZE;
        let name = name(cookie, &format!("-{index}"));
        // SAFETY: a name that ends.
        owned(unsafe { OpenSemaphoreW(RIGHTS, 0, name.as_ptr()) }).map(Self)
    }

    /// Sleeps while the sequence is `seen`, until woken, for `longest` at most, or for no reason.
    ///
    /// A count that is given between the look at the sequence and the sleep can be taken by one
    /// who came later. Then this one sleeps until it looks for itself; that is rare and short
    /// enough to live with.
    pub(in crate::shared) fn wait(&self, words: &ParkingWords, seen: u32, longest: Duration) {
        words.asleep.fetch_add(1, SeqCst);
        if words.sequence.load(SeqCst) == seen {
            // Never 0, which would not sleep, and never `INFINITE`.
            let milliseconds = longest.as_millis().clamp(1, 1_000_000) as u32;
            // SAFETY: a handle that is open.
            unsafe { WaitForSingleObject(self.0.as_raw_handle(), milliseconds) };
        }
        words.asleep.fetch_sub(1, SeqCst);
    }

    pub(in crate::shared) fn wake(&self, words: &ParkingWords, all: bool) -> Woken {
        let asleep = words.asleep.load(SeqCst);
        if asleep == 0 {
            return Woken::None;
        }
        // Those who were killed are still counted: then more is given than is taken, and somebody
        // wakes up for nothing. Not more than a pool has workers, so that it stays harmless.
        let count = if all { asleep.min(1024) as i32 } else { 1 };
        let mut before = 0;
        // SAFETY: a handle that is open, and room for the answer.
        unsafe { ReleaseSemaphore(self.0.as_raw_handle(), count, &raw mut before) };
        // What was left of earlier counts would have been taken by anybody who slept.
        if before > 0 { Woken::None } else { Woken::Some }
    }
}

#[allow(
    clippy::missing_const_for_thread_local,
    reason = "it is const; where threads' variables are not the compiler's own, clippy does not see it"
)]
mod own {
    use std::cell::Cell;

    thread_local! {
        pub(super) static TASK: Cell<u64> = const { Cell::new(0) };
        pub(super) static PROCESS: Cell<u64> = const { Cell::new(0) };
    }
}
use own::{PROCESS, TASK};

/// This thread.
pub(in crate::shared) fn this_task() -> u64 {
    if TASK.get() == 0 {
        // SAFETY: the thread's own number and handle, which is always good.
        let own = unsafe {
            identity(
                GetCurrentThreadId(),
                began(GetCurrentThread(), GetThreadTimes),
            )
        };
        TASK.set(own);
    }
    TASK.get()
}

/// This process.
pub(in crate::shared) fn this_process() -> u64 {
    if PROCESS.get() == 0 {
        // SAFETY: as above.
        let own = unsafe {
            identity(
                GetCurrentProcessId(),
                began(GetCurrentProcess(), GetProcessTimes),
            )
        };
        PROCESS.set(own);
    }
    PROCESS.get()
}

/// Whether that thread still runs. One that may not be asked counts as alive.
pub(in crate::shared) fn task_lives(task: u64) -> bool {
    const RIGHTS: u32 = THREAD_QUERY_LIMITED_INFORMATION | THREAD_SYNCHRONIZE;
    // SAFETY: any number may be asked for.
    lives(
        task,
        owned(unsafe { OpenThread(RIGHTS, 0, number(task)) }),
        GetThreadTimes,
    )
}

/// Whether that process still runs. One that may not be asked counts as alive.
pub(in crate::shared) fn process_lives(process: u64) -> bool {
    const RIGHTS: u32 = PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE;
    // SAFETY: any number may be asked for.
    lives(
        process,
        owned(unsafe { OpenProcess(RIGHTS, 0, number(process)) }),
        GetProcessTimes,
    )
}

type Times = unsafe extern "system" fn(
    HANDLE,
    *mut FILETIME,
    *mut FILETIME,
    *mut FILETIME,
    *mut FILETIME,
) -> i32;

fn lives(who: u64, handle: io::Result<OwnedHandle>, times: Times) -> bool {
    let handle = match handle {
        Ok(handle) => handle,
        Err(error) => return error.raw_os_error() != Some(ERROR_INVALID_PARAMETER as i32),
    };
    // One that has ended stays known as long as somebody has a handle to it, and is signalled.
    // SAFETY: a handle that is open.
    let runs = unsafe { WaitForSingleObject(handle.as_raw_handle(), 0) } == WAIT_TIMEOUT;
    // SAFETY: a handle of the kind that `times` is for.
    let began = unsafe { began(handle.as_raw_handle(), times) };
    runs && (who as u32 == 0 || identity(number(who), began) == who)
}

/// When a thread or a process began.
///
/// # Safety
/// The handle is open and of the kind that `times` takes.
unsafe fn began(handle: HANDLE, times: Times) -> Option<u64> {
    let mut answers = [FILETIME {
        dwLowDateTime: 0,
        dwHighDateTime: 0,
    }; 4];
    let [began, ended, kernel, user] = &mut answers;
    // SAFETY: as the caller says; four places for four answers.
    let told = unsafe { times(handle, began, ended, kernel, user) } != 0;
    told.then(|| u64::from(answers[0].dwHighDateTime) << 32 | u64::from(answers[0].dwLowDateTime))
}
