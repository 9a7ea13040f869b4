//! Waiting for the end of a child without reaping it, so that its number, which is also that of
//! its process group, stays its own until what it left behind was dealt with.
//!
//! `waitid` and not kqueue's `NOTE_EXIT`, which comes a moment before the child can be reaped and
//! takes a descriptor for each; and not nix's `waitid`, which macOS lacks, and which gives an
//! error for a child that was ended by a real-time signal.
#![expect(unsafe_code, reason = "waitid has no safe face on every Unix")]

use std::process::Child;

use nix::errno::Errno;
use nix::libc;

use super::super::ended::{Ended, POLL};

/// Waits for the end of one child.
pub(crate) struct Watch {
    pid: u32,
}

impl Watch {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "one face for all systems; on Windows it can fail"
    )]
    pub(crate) fn new(child: &Child) -> std::io::Result<Self> {
        Ok(Self { pid: child.id() })
    }

    /// Waits until the child has ended, and leaves it unreaped. It must not be reaped meanwhile.
    pub(crate) fn wait(&self) -> Ended {
        loop {
            // SAFETY: plain data for which zero is valid.
            let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
            // SAFETY: `info` is a whole `siginfo_t`, outlives the call, and is nobody else's.
            let failed = unsafe {
                libc::waitid(
                    libc::P_PID,
                    self.pid as libc::id_t,
                    &raw mut info,
                    libc::WEXITED | libc::WNOWAIT,
                )
            };
            if failed == 0 {
                // SAFETY: after a wait for a child, the status is the field that the system set.
                let status = unsafe { info.si_status() };
                return if info.si_code == libc::CLD_EXITED && status == 0 {
                    Ended::Well
                } else {
                    Ended::Badly
                };
            }
            if Errno::last() != Errno::EINTR {
                std::thread::sleep(POLL);
                return Ended::Unknown;
            }
        }
    }
}
