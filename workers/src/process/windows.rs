//! Children on Windows.

use std::fs::File;
use std::io;
use std::os::windows::io::AsHandle as _;
use std::os::windows::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};

use windows_sys::Win32::System::Threading::{CREATE_NO_WINDOW, CREATE_SUSPENDED};

use super::Harm;
use super::status::Status;

#[path = "windows/ended.rs"]
mod ended;
#[path = "windows/group.rs"]
mod group;
#[path = "windows/job.rs"]
mod job;
#[path = "windows/readable.rs"]
mod readable;
#[path = "windows/start.rs"]
mod start;
#[path = "windows/streams.rs"]
mod streams;
#[path = "windows/times.rs"]
mod times;

pub(crate) use ended::Watch;
pub(crate) use group::Group;
pub(crate) use readable::readable;
pub(crate) use times::processor_time;

/// Windows keeps a running program's file from being replaced, so its path stays true.
pub(super) fn this_executable() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// Suspended, until `Group::adopt`: it must not run before it is in its job object.
pub(super) fn prepare(command: &mut Command) {
    command.creation_flags(CREATE_NO_WINDOW | CREATE_SUSPENDED);
}

pub(super) fn without_console(command: &mut Command) {
    command.creation_flags(CREATE_NO_WINDOW);
}

/// Windows has no signals: it can end a process, and stop none.
pub(crate) fn harm(child: &mut Child, harm: Harm) -> io::Result<()> {
    match harm {
        Harm::Kill | Harm::Crash => child.kill(),
        Harm::Stop | Harm::GoOn => Err(io::ErrorKind::Unsupported.into()),
    }
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
    streams::redirect_standard_streams()?;
    Ok((requests, reports))
}

#[expect(clippy::unnecessary_wraps, reason = "one face for all systems")]
pub(crate) fn die_with_parent(_parent: u32) -> io::Result<()> {
    // Its job object, whose only handle is the parent's, does it.
    Ok(())
}
