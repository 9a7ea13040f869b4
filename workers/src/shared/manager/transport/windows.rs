//! A named pipe that only its user can open.
//!
//! Its calls are overlapped: one that waits on a pipe in the plain way knows no time limit, and
//! keeps the other direction waiting too.
#![expect(unsafe_code, reason = "named pipes have no safe face")]

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use windows_sys::Win32::Foundation::{
    ERROR_BROKEN_PIPE, ERROR_IO_PENDING, ERROR_OPERATION_ABORTED, ERROR_PIPE_BUSY,
    ERROR_PIPE_CONNECTED, ERROR_PIPE_NOT_CONNECTED, GENERIC_READ, GENERIC_WRITE, HANDLE,
    INVALID_HANDLE_VALUE, LocalFree, WAIT_OBJECT_0,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::{PSECURITY_DESCRIPTOR, SECURITY_ATTRIBUTES};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_FLAG_FIRST_PIPE_INSTANCE, FILE_FLAG_OVERLAPPED, OPEN_EXISTING,
    PIPE_ACCESS_DUPLEX, ReadFile, SECURITY_IDENTIFICATION, SECURITY_SQOS_PRESENT, WriteFile,
};
use windows_sys::Win32::System::IO::{CancelIoEx, GetOverlappedResult, OVERLAPPED};
use windows_sys::Win32::System::Pipes::{
    ConnectNamedPipe, CreateNamedPipeW, PIPE_READMODE_BYTE, PIPE_REJECT_REMOTE_CLIENTS,
    PIPE_TYPE_BYTE, PIPE_UNLIMITED_INSTANCES, PIPE_WAIT, WaitNamedPipeW,
};
use windows_sys::Win32::System::Threading::{CreateEventW, INFINITE, WaitForSingleObject};

/// What the system keeps for each direction, bytes.
const ROOM: u32 = 64 * 1024;
/// All for the owner, nothing for anybody else. What a pipe has by default lets everybody read.
const FOR_THE_OWNER: &str = "D:P(A;;GA;;;OW)";

/// The random part of the pipe's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::shared::manager) struct Place([u64; 2]);

impl Place {
    pub(in crate::shared::manager) fn make() -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let random = u128::from_le_bytes(random);
        Ok(Self([random as u64, (random >> 64) as u64]))
    }

    /// The system removes a pipe with its last handle.
    pub(in crate::shared::manager) fn clear(&self) {}

    pub(in crate::shared::manager) fn clear_leftovers() {}

    fn name(&self) -> Vec<u16> {
        wide(&format!(
            r"\\.\pipe\thawsum-manager-{:016x}{:016x}",
            self.0[0], self.0[1]
        ))
    }
}

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

pub(in crate::shared::manager) struct Listener {
    place: Place,
    /// The pipe that whoever comes next gets. There is always one, so that nobody is told that
    /// there is none.
    next: Mutex<OwnedHandle>,
}

impl Listener {
    pub(in crate::shared::manager) fn bind(place: &Place) -> io::Result<Self> {
        Ok(Self {
            place: place.clone(),
            // An error if somebody else has a pipe of that name.
            next: Mutex::new(pipe(place, FILE_FLAG_FIRST_PIPE_INSTANCE)?),
        })
    }

    pub(in crate::shared::manager) fn place(&self) -> Place {
        self.place.clone()
    }

    pub(in crate::shared::manager) fn accept(&self) -> io::Result<Option<Stream>> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let connected = connected(&next);
        // Also after an error: a pipe that was left before it was accepted is of no more use.
        let pipe = std::mem::replace(&mut *next, pipe(&self.place, 0)?);
        connected?;
        Stream::new(pipe).map(Some)
    }
}

fn pipe(place: &Place, first: u32) -> io::Result<OwnedHandle> {
    let name = place.name();
    let owner = wide(FOR_THE_OWNER);
    let mut descriptor: PSECURITY_DESCRIPTOR = ptr::null_mut();
    // SAFETY: text that ends, room for the answer, and no wish to know its size.
    let made = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            owner.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            ptr::null_mut(),
        )
    };
    if made == 0 {
        return Err(io::Error::last_os_error());
    }
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor,
        bInheritHandle: 0,
    };
    // SAFETY: a name that ends, and attributes that outlive the call.
    let handle = unsafe {
        CreateNamedPipeW(
            name.as_ptr(),
            PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
            PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
            PIPE_UNLIMITED_INSTANCES,
            ROOM,
            ROOM,
            0,
            &raw const attributes,
        )
    };
    let handle = owned(handle);
    // SAFETY: what the system gave above, given back once.
    unsafe { LocalFree(descriptor) };
    handle
}

/// Waits until somebody has opened the pipe.
fn connected(pipe: &OwnedHandle) -> io::Result<()> {
    let pipe = pipe.as_raw_handle();
    let event = event()?;
    let waited = overlapped(pipe, &event, INFINITE, None, |overlapped| {
        // SAFETY: an open pipe, and an `OVERLAPPED` that outlives what was begun.
        unsafe { ConnectNamedPipe(pipe, overlapped) }
    });
    match waited {
        // Somebody came before this was asked.
        Err(error) if error.raw_os_error() == Some(ERROR_PIPE_CONNECTED as i32) => Ok(()),
        waited => waited.map(drop),
    }
}

pub(in crate::shared::manager) fn connect(place: &Place, limit: Duration) -> io::Result<Stream> {
    let name = place.name();
    let until = Instant::now() + limit;
    loop {
        // SAFETY: a name that ends. Whoever has a pipe of that name may learn who comes, and not
        // act in that one's name.
        let handle = unsafe {
            CreateFileW(
                name.as_ptr(),
                GENERIC_READ | GENERIC_WRITE,
                0,
                ptr::null(),
                OPEN_EXISTING,
                FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                ptr::null_mut(),
            )
        };
        match owned(handle) {
            Ok(pipe) => return Stream::new(pipe),
            Err(error) if error.raw_os_error() == Some(ERROR_PIPE_BUSY as i32) => {}
            Err(error) => return Err(error),
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        // SAFETY: a name that ends. What it answers shows at the next attempt.
        unsafe { WaitNamedPipeW(name.as_ptr(), milliseconds(left)) };
    }
}

/// Whether [`look`] can tell. A read that is begun here is ended by the system or by a call that
/// waits for that, so looking would cost as much as sleeping.
pub(in crate::shared::manager) const CAN_LOOK: bool = false;

pub(in crate::shared::manager) fn look<S>(_: &S, _: &mut [u8]) -> io::Result<usize> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// One end of a pipe.
pub(in crate::shared::manager) struct Stream {
    pipe: OwnedHandle,
    /// Rung when something was read, and when something was written.
    events: [OwnedHandle; 2],
    /// How long each may take, milliseconds.
    limits: [AtomicU32; 2],
    shut: AtomicBool,
}

const READ: usize = 0;
const WRITE: usize = 1;

impl Stream {
    fn new(pipe: OwnedHandle) -> io::Result<Self> {
        Ok(Self {
            pipe,
            events: [event()?, event()?],
            limits: [AtomicU32::new(INFINITE), AtomicU32::new(INFINITE)],
            shut: AtomicBool::new(false),
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "as sockets have it")]
    pub(in crate::shared::manager) fn set_read_timeout(
        &self,
        limit: Option<Duration>,
    ) -> io::Result<()> {
        self.limits[READ].store(limit.map_or(INFINITE, milliseconds), SeqCst);
        Ok(())
    }

    #[expect(clippy::unnecessary_wraps, reason = "as sockets have it")]
    pub(in crate::shared::manager) fn set_write_timeout(
        &self,
        limit: Option<Duration>,
    ) -> io::Result<()> {
        self.limits[WRITE].store(limit.map_or(INFINITE, milliseconds), SeqCst);
        Ok(())
    }

    /// Not `DisconnectNamedPipe`, which also throws away what the other side has not read yet.
    #[expect(clippy::unnecessary_wraps, reason = "as sockets have it")]
    pub(in crate::shared::manager) fn shutdown(&self, _: Shutdown) -> io::Result<()> {
        self.shut.store(true, SeqCst);
        // SAFETY: an open handle; all that was begun on it.
        unsafe { CancelIoEx(self.pipe.as_raw_handle(), ptr::null()) };
        Ok(())
    }

    fn transfer(
        &self,
        way: usize,
        begin: impl FnOnce(HANDLE, *mut OVERLAPPED) -> i32,
    ) -> io::Result<usize> {
        let pipe = self.pipe.as_raw_handle();
        let limit = self.limits[way].load(SeqCst);
        overlapped(
            pipe,
            &self.events[way],
            limit,
            Some(&self.shut),
            |overlapped| begin(pipe, overlapped),
        )
    }
}

impl Read for &Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let length = u32::try_from(into.len()).unwrap_or(u32::MAX);
        let read = self.transfer(READ, |pipe, overlapped| {
            // SAFETY: room for so many bytes, which is borrowed until all is over.
            unsafe { ReadFile(pipe, into.as_mut_ptr(), length, ptr::null_mut(), overlapped) }
        });
        match read {
            // The other end is closed, and nothing is left to be read.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
            read => read,
        }
    }
}

impl Write for &Stream {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        let length = u32::try_from(from.len()).unwrap_or(u32::MAX);
        self.transfer(WRITE, |pipe, overlapped| {
            // SAFETY: so many bytes, which are borrowed until all is over.
            unsafe { WriteFile(pipe, from.as_ptr(), length, ptr::null_mut(), overlapped) }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins something and waits for its end, which has come in every case when this returns: until
/// then the system writes to what it was given. How many bytes were moved.
fn overlapped(
    pipe: HANDLE,
    event: &OwnedHandle,
    limit: u32,
    shut: Option<&AtomicBool>,
    begin: impl FnOnce(*mut OVERLAPPED) -> i32,
) -> io::Result<usize> {
    let mut overlapped = OVERLAPPED {
        hEvent: event.as_raw_handle(),
        ..OVERLAPPED::default()
    };
    let overlapped = &raw mut overlapped;
    if begin(overlapped) == 0 {
        let error = io::Error::last_os_error();
        if error.raw_os_error() != Some(ERROR_IO_PENDING as i32) {
            return Err(known(error));
        }
    }
    // Looked at after it was begun: who shuts the pipe says so first, and then cancels.
    let shut = shut.is_some_and(|shut| shut.load(SeqCst));
    // SAFETY: an event that is open.
    if shut || unsafe { WaitForSingleObject(event.as_raw_handle(), limit) } != WAIT_OBJECT_0 {
        // SAFETY: what was begun above. Should it have ended just now, there is nothing to cancel.
        unsafe { CancelIoEx(pipe, overlapped) };
    }
    let mut moved = 0;
    // SAFETY: as above; this waits until the system is done with it.
    if unsafe { GetOverlappedResult(pipe, overlapped, &raw mut moved, 1) } == 0 {
        return Err(known(io::Error::last_os_error()));
    }
    Ok(moved as usize)
}

/// By the kinds that sockets have.
fn known(error: io::Error) -> io::Error {
    match error.raw_os_error().map(i32::cast_unsigned) {
        Some(ERROR_OPERATION_ABORTED) => io::ErrorKind::TimedOut.into(),
        Some(ERROR_BROKEN_PIPE | ERROR_PIPE_NOT_CONNECTED) => io::ErrorKind::BrokenPipe.into(),
        _ => error,
    }
}

/// One that stays rung until the next call takes it.
fn event() -> io::Result<OwnedHandle> {
    // SAFETY: no attributes and no name.
    owned(unsafe { CreateEventW(ptr::null(), 1, 0, ptr::null()) })
}

fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() || handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: a handle that was just made for this caller alone.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Never 0, which would not wait, and never `INFINITE`.
fn milliseconds(time: Duration) -> u32 {
    time.as_millis().clamp(1, 1_000_000_000) as u32
}
