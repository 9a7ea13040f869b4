//! A child and what it started, kept together by a job object.

use std::io;
use std::os::windows::io::AsRawHandle as _;
use std::process::Child;

use super::job::Job;
use super::start;

/// The job object of one child. One each, not one for all, so that each can be ended with what
/// it started; a program that is in a job itself nests them (since Windows 8).
///
/// `None` where the system refuses (an old system or a sandbox): such a child still ends with
/// this program, because its standard input does, and what it started is left alone. That is
/// better than no worker at all.
pub(crate) struct Group(Option<Job>);

impl Group {
    /// Of a child that was started by a command that was prepared, and has not begun to run:
    /// here it begins, as a member of its job. An error means that it does not run.
    pub(crate) fn adopt(child: &Child) -> io::Result<Self> {
        let job = Job::new().and_then(|job| {
            job.add(child.as_raw_handle())?;
            Ok(job)
        });
        start::resume(child.id())?;
        Ok(Self(job.ok()))
    }

    /// Ends the child and everything it started. Windows knows no polite end for a process
    /// without a window: both are by force.
    pub(crate) fn end(&self, child: &mut Child, _force: bool) -> io::Result<()> {
        match &self.0 {
            Some(job) => job.terminate().or_else(|_| child.kill()),
            None => child.kill(),
        }
    }

    /// Windows has no call that stops a process: what is paused waits at its next step.
    #[expect(clippy::unused_self, reason = "one face for all systems")]
    pub(crate) fn hold(&self, _held: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Ends what a child that has ended left behind.
    pub(crate) fn end_rest(&self) {
        if let Some(job) = &self.0 {
            // Should it fail, the same happens when the job object is closed, which is soon.
            let _ = job.terminate();
        }
    }

    /// Lets what a child that has ended left behind go on, after this program too.
    pub(crate) fn leave_rest(&self) {
        if let Some(job) = &self.0 {
            // Should it fail, they end when the job object is closed: too early, but nobody's
            // work is lost by that which was waited for.
            let _ = job.release();
        }
    }
}
