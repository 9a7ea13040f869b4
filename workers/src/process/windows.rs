//! Children on Windows.

use std::fs::File;
use std::io;
use std::os::windows::io::{AsHandle as _, AsRawHandle as _};
use std::os::windows::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::sync::OnceLock;

use windows_sys::Win32::System::Threading::CREATE_NO_WINDOW;

use super::Harm;
use super::status::Status;

#[path = "windows_job.rs"]
mod job;

/// Windows keeps a running program's file from being replaced, so its path stays true.
pub(super) fn this_executable() -> io::Result<PathBuf> {
    std::env::current_exe()
}

pub(super) fn prepare(command: &mut Command) {
    command.creation_flags(CREATE_NO_WINDOW);
}

/// Puts the child into the job object that ends its members when this process ends. A child
/// that runs before it is a member still sees the end of its standard input.
pub(super) fn adopt(child: &Child) -> io::Result<()> {
    static JOB: OnceLock<io::Result<job::KillOnClose>> = OnceLock::new();
    match JOB.get_or_init(job::KillOnClose::new) {
        Ok(job) => job.add(child.as_raw_handle()),
        Err(error) => Err(io::Error::new(error.kind(), error.to_string())),
    }
}

/// Windows knows no polite end for a process without a window: both are by force. What the child
/// started stays with the job object, and ends with this program.
pub(crate) fn end(child: &mut Child, _force: bool) -> io::Result<()> {
    child.kill()
}

/// Windows has no signals: it can end a process, and stop none.
pub(crate) fn harm(child: &mut Child, harm: Harm) -> io::Result<()> {
    match harm {
        Harm::Kill | Harm::Crash => child.kill(),
        Harm::Stop | Harm::GoOn => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Windows has no call that stops a process: what is paused waits at its next step.
pub(crate) fn hold(_child: &mut Child, _held: bool) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Looking is cheap, and a wait for the handle would be one more `unsafe`.
pub(crate) fn await_end(_pid: u32) {
    std::thread::sleep(std::time::Duration::from_millis(20));
}

pub(crate) fn status(status: ExitStatus) -> Status {
    match status.code() {
        Some(code) => Status::Code(code),
        None => Status::Unknown(format!("{status}")),
    }
}

pub(crate) fn take_protocol() -> io::Result<(File, File)> {
    let requests = File::from(io::stdin().as_handle().try_clone_to_owned()?);
    let reports = File::from(io::stdout().as_handle().try_clone_to_owned()?);
    job::redirect_standard_streams()?;
    Ok((requests, reports))
}

#[expect(clippy::unnecessary_wraps, reason = "one face for all systems")]
pub(crate) fn die_with_parent(_parent: u32) -> io::Result<()> {
    // The job object does it.
    Ok(())
}
