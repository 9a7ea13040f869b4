//! Children on Unix.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, dup2_stdin, dup2_stdout};

use super::Harm;
use super::status::Status;

#[path = "unix/ended.rs"]
mod ended;
#[path = "unix/group.rs"]
mod group;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
#[path = "unix/kqueue.rs"]
mod kqueue;
#[path = "unix/parent.rs"]
mod parent;
#[path = "unix/readable.rs"]
mod readable;
#[path = "unix/times.rs"]
mod times;

pub(crate) use ended::Watch;
pub(crate) use group::Group;
pub(crate) use parent::die_with_parent;
pub(crate) use readable::readable;
pub(crate) use times::processor_time;

/// On Linux the magic link, which leads to the running file even after it was replaced or
/// deleted, or its AppImage unmounted; its plain path would not.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "one face for all systems; elsewhere it can fail"
)]
pub(super) fn this_executable() -> io::Result<PathBuf> {
    Ok(PathBuf::from("/proc/self/exe"))
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(super) fn this_executable() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// A process group of its own: the Ctrl-C that a terminal sends to a whole group is for the
/// program, which then ends its workers in order.
pub(super) fn prepare(command: &mut Command) {
    command.process_group(0).arg0("thawsum");
}

/// No system but Windows has such windows.
pub(super) fn without_console(_command: &mut Command) {}

/// Does harm to a child alone, which must not have been reaped.
pub(crate) fn harm(child: &mut Child, harm: Harm) -> io::Result<()> {
    let signal = match harm {
        Harm::Kill => Signal::SIGKILL,
        // Not SIGSEGV: Rust's own handler takes the first for a guard page of the stack.
        Harm::Crash => Signal::SIGABRT,
        Harm::Stop => Signal::SIGSTOP,
        Harm::GoOn => Signal::SIGCONT,
    };
    kill(Pid::from_raw(child.id().cast_signed()), signal).map_err(io::Error::from)
}

pub(crate) fn status(status: ExitStatus) -> Status {
    match (status.signal(), status.code()) {
        (Some(number), _) => Status::Signal {
            number,
            name: Signal::try_from(number)
                .map_or_else(|_| format!("signal {number}"), |s| s.as_str().to_owned()),
        },
        (None, Some(code)) => Status::Code(code),
        (None, None) => Status::Unknown(format!("{status}")),
    }
}

/// Moves the protocol off the standard streams: afterwards, reading standard input gives
/// nothing and what is printed goes to standard error, so nothing that code in a task does can
/// corrupt a frame.
pub(crate) fn take_protocol() -> io::Result<(File, File)> {
    // Closed in whatever a task starts: a grandchild must not hold the protocol's ends.
    let requests = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let reports = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(io::stderr())?;
    Ok((requests, reports))
}
