//! A child and what it started, kept together by a process group.

use std::io;
use std::process::Child;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

/// The process group that a child leads. No call may be made after the child was reaped: until
/// then nobody else can have its number.
pub(crate) struct Group {
    leader: Pid,
}

impl Group {
    /// Of a child that was started by a command that was prepared.
    #[expect(
        clippy::unnecessary_wraps,
        reason = "one face for all systems; on Windows it can fail"
    )]
    pub(crate) fn adopt(child: &Child) -> io::Result<Self> {
        Ok(Self {
            leader: Pid::from_raw(child.id().cast_signed()),
        })
    }

    /// Ends the child and everything it started that is still in its group.
    pub(crate) fn end(&self, _child: &mut Child, force: bool) -> io::Result<()> {
        self.signal(if force {
            Signal::SIGKILL
        } else {
            Signal::SIGTERM
        })
    }

    /// Stops the child and everything it started, or lets it go on.
    pub(crate) fn hold(&self, held: bool) -> io::Result<()> {
        self.signal(if held {
            Signal::SIGSTOP
        } else {
            Signal::SIGCONT
        })
    }

    /// Ends what a child that has ended left behind in its group.
    pub(crate) fn end_rest(&self) {
        // An error means that there is nothing: macOS refuses to signal a group of zombies alone.
        let _ = killpg(self.leader, Signal::SIGKILL);
    }

    /// Lets what a child that has ended left behind go on, after this program too. Nothing binds
    /// a group to whoever made it.
    #[expect(clippy::unused_self, reason = "one face for all systems")]
    pub(crate) fn leave_rest(&self) {}

    fn signal(&self, signal: Signal) -> io::Result<()> {
        // A task may have moved its process into another group: then that one alone.
        killpg(self.leader, signal)
            .or_else(|_| kill(self.leader, signal))
            .map_err(io::Error::from)
    }
}
