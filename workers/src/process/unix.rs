//! Children on Unix.

use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::{Pid, dup2_stdin, dup2_stdout, getppid};

use super::Harm;
use super::status::Status;

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

#[expect(
    clippy::unnecessary_wraps,
    reason = "one face for all systems; on Windows it can fail"
)]
pub(super) fn adopt(_child: &Child) -> io::Result<()> {
    Ok(())
}

/// Ends a child and everything it started that is still in its process group. The child must
/// not have been reaped: until then nobody else can have its number.
pub(crate) fn end(child: &mut Child, force: bool) -> io::Result<()> {
    let signal = if force {
        Signal::SIGKILL
    } else {
        Signal::SIGTERM
    };
    signal_group(child, signal)
}

fn signal_group(child: &Child, signal: Signal) -> io::Result<()> {
    let group = Pid::from_raw(child.id().cast_signed());
    // A task may have moved its process into another group: then that one alone.
    killpg(group, signal)
        .or_else(|_| kill(group, signal))
        .map_err(io::Error::from)
}

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

/// Stops a child and everything it started that is still in its process group, or lets it go on.
/// The child must not have been reaped.
pub(crate) fn hold(child: &mut Child, held: bool) -> io::Result<()> {
    let signal = if held {
        Signal::SIGSTOP
    } else {
        Signal::SIGCONT
    };
    signal_group(child, signal)
}

/// Waits until a child that was not reaped has ended, and leaves it unreaped. May return before.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
pub(crate) fn await_end(pid: u32) {
    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    if waitid(Id::Pid(Pid::from_raw(pid.cast_signed())), flags).is_err() {
        std::thread::sleep(POLL);
    }
}

/// Elsewhere the system's call for it has no safe face, and looking is cheap.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(crate) fn await_end(_pid: u32) {
    std::thread::sleep(POLL);
}

const POLL: std::time::Duration = std::time::Duration::from_millis(20);

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

/// Arranges to die with the parent. The end of standard input says so too, but only to a
/// thread that gets to run.
pub(crate) fn die_with_parent(parent: u32) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        nix::sys::prctl::set_name(c"thawsum-worker")?;
        nix::sys::prctl::set_pdeathsig(Signal::SIGKILL)?;
    }
    // It may have died before the signal was armed; then somebody else is the parent by now.
    if getppid().as_raw().unsigned_abs() != parent {
        return Err(io::Error::other("the parent is gone already"));
    }
    Ok(())
}
