//! A child process of this program in a role of its own, for callers whose work is no task for a
//! pool: it is kept on a leash. Whatever becomes of it, it is ended with what it started, reaped
//! once, and never outlives this process.

use std::ffi::OsString;
use std::io;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::child::PARENT_ARGUMENT;
use super::ended::Ended;
use super::status::Status;
use super::{Spawned, executable, os};

/// A running child, or what became of it. Dropping it ends it by force, and waits for that.
///
/// What it says comes over its [`Pipes`], which are apart so that other threads can wait at them.
pub struct Leashed {
    pid: u32,
    held: Arc<Held>,
}

/// The child's standard streams. It is to take the end of its standard input as its own.
pub struct Pipes {
    /// What the child reads.
    pub stdin: ChildStdin,
    /// What it prints.
    pub stdout: ChildStdout,
    /// What it complains of.
    pub stderr: ChildStderr,
}

struct Held {
    standing: Mutex<Standing>,
    ended: Condvar,
}

enum Standing {
    Alive(Child, os::Group),
    /// Its number may be somebody else's by now.
    Reaped(Status),
}

impl Leashed {
    /// Starts this program with `arguments`, followed by `--parent` and the number of this
    /// process, which the child passes to [`tie_to_parent`](super::child::tie_to_parent).
    ///
    /// On Linux a child that did so dies with the *thread* that calls this, so that thread must
    /// live as long as the child is wanted.
    ///
    /// # Errors
    /// The system's reason why there is no process, or none that could be kept on a leash.
    pub fn spawn<A: Into<OsString>>(
        arguments: impl IntoIterator<Item = A>,
    ) -> io::Result<(Self, Pipes)> {
        let mut command = Command::new(executable::path()?);
        command
            .args(arguments.into_iter().map(Into::into))
            .arg(PARENT_ARGUMENT)
            .arg(std::process::id().to_string());
        let Spawned {
            child,
            group,
            watch,
            requests: stdin,
            reports: stdout,
            errors: stderr,
        } = super::start(command)?;
        let pid = child.id();
        let held = Arc::new(Held {
            standing: Mutex::new(Standing::Alive(child, group)),
            ended: Condvar::new(),
        });
        let minded = held.clone();
        let minder = std::thread::Builder::new()
            .name("minder".to_owned())
            .spawn(move || minded.mind(&watch));
        if let Err(error) = minder {
            held.kill();
            held.reap();
            return Err(error);
        }
        let pipes = Pipes {
            stdin,
            stdout,
            stderr,
        };
        Ok((Self { pid, held }, pipes))
    }

    /// The system's number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.pid
    }

    /// Ends the child and everything it started, by force. Nothing happens if it has ended.
    pub fn kill(&self) {
        self.held.kill();
    }

    /// Waits until the child has ended and what it left behind was ended too; says how it ended.
    #[must_use]
    pub fn wait(&self) -> Status {
        let mut standing = self.held.lock();
        loop {
            if let Standing::Reaped(status) = &*standing {
                return status.clone();
            }
            standing = self
                .held
                .ended
                .wait(standing)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How it ended, if it has.
    #[must_use]
    pub fn ended(&self) -> Option<Status> {
        match &*self.held.lock() {
            Standing::Reaped(status) => Some(status.clone()),
            Standing::Alive(..) => None,
        }
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        self.kill();
        // Killed, so this is soon over.
        let _ = self.wait();
    }
}

impl Held {
    /// Waits for the end without the lock, which `kill` needs, and reaps under it.
    fn mind(&self, watch: &os::Watch) {
        while watch.wait() == Ended::Unknown {
            if self.try_reap() {
                return;
            }
        }
        self.reap();
    }

    fn kill(&self) {
        if let Standing::Alive(child, group) = &mut *self.lock() {
            // Fails only if it has just ended by itself.
            let _ = group.end(child, true);
        }
    }

    /// Reaps a child that has ended or is about to.
    fn reap(&self) {
        let mut standing = self.lock();
        if let Standing::Alive(child, group) = &mut *standing {
            // Before it is reaped: afterwards the number of its group may be somebody else's.
            group.end_rest();
            let status = match child.wait() {
                Ok(status) => os::status(status),
                Err(error) => Status::Unknown(error.to_string()),
            };
            *standing = Standing::Reaped(status);
        }
        self.ended.notify_all();
    }

    /// Where the system cannot say that it has ended: looks.
    fn try_reap(&self) -> bool {
        let mut standing = self.lock();
        let Standing::Alive(child, _) = &mut *standing else {
            return true;
        };
        let status = match child.try_wait() {
            Ok(None) => return false,
            Ok(Some(status)) => os::status(status),
            Err(error) => Status::Unknown(error.to_string()),
        };
        *standing = Standing::Reaped(status);
        self.ended.notify_all();
        true
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
