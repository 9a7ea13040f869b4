//! The maker's side of the manager's process: starts it, and sees to its end.

use std::io;
use std::process::{Child, ChildStdin};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::error::Error;
use super::protocol::PROTOCOL;
use super::server::{Hello, SetUp};
use super::talk::lock;
use super::transport::{Address, Site};
use crate::process::ended::Ended;
use crate::process::status::Status;
use crate::process::{self, Started, os};
use crate::wire::frame::{self, Frames};

/// How long the process may take until it serves, on the slowest machine.
const START_LIMIT: Duration = Duration::from_secs(30);

/// Owns the process. A thread of its own starts it and waits for its end: the system's
/// parent-death signal follows the thread that starts a process, not the program.
pub(super) struct Keeper {
    leash: Arc<Leash>,
    pid: u32,
    thread: Option<JoinHandle<()>>,
}

struct Leash {
    /// `None` when it was reaped: its number may be a stranger's.
    held: Mutex<Option<(Child, os::Group)>>,
    ended: OnceLock<Status>,
}

impl Leash {
    fn kill(&self) {
        if let Some((child, group)) = &mut *lock(&self.held) {
            // An error means that it has just ended by itself.
            let _ = group.end(child, true);
        }
    }
}

impl Keeper {
    pub(super) fn start(set_up: SetUp) -> Result<(Self, Address), Error> {
        let leash = Arc::new(Leash {
            held: Mutex::new(None),
            ended: OnceLock::new(),
        });
        let (say, said) = bounded(1);
        let thread = {
            let leash = leash.clone();
            std::thread::Builder::new()
                .name("manager".to_owned())
                .spawn(move || keep(&set_up, &leash, &say))
                .map_err(Error::Start)?
        };
        let mut keeper = Self {
            leash,
            pid: 0,
            thread: Some(thread),
        };
        let (pid, address) = wait(&said).map_err(Error::Start)?;
        keeper.pid = pid;
        Ok((keeper, address))
    }

    pub(super) fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn ended(&self) -> Option<&Status> {
        self.leash.ended.get()
    }
}

fn wait(said: &Receiver<io::Result<(u32, Address)>>) -> io::Result<(u32, Address)> {
    said.recv_timeout(START_LIMIT)
        .unwrap_or_else(|_| Err(io::Error::other("it did not begin to serve")))
}

/// By force: it has nothing to save, and one that is stopped would not hear of it.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.leash.kill();
        if let Some(thread) = self.thread.take() {
            // It only waits for an end that has come.
            let _ = thread.join();
        }
    }
}

fn keep(set_up: &SetUp, leash: &Leash, say: &Sender<io::Result<(u32, Address)>>) {
    let started = match process::spawn_manager() {
        Ok(started) => started,
        Err(error) => {
            clear(set_up);
            // Whoever asked may have stopped waiting.
            let _ = say.send(Err(error));
            return;
        }
    };
    let Started {
        child,
        group,
        watch,
        mut requests,
        reports,
    } = started;
    let pid = child.id();
    *lock(&leash.held) = Some((child, group));
    let served = introduce(&mut requests, set_up, &mut Frames::new(reports));
    let failed = served.is_err();
    let _ = say.send(served.map(|address| (pid, address)));
    if failed {
        leash.kill();
    }
    if watch.wait() == Ended::Unknown {
        // It may live, and nobody would wait for it any more.
        leash.kill();
    }
    reap(leash);
    clear(set_up);
    // Its end is the manager's: not a moment before.
    drop(requests);
}

fn introduce(
    requests: &mut ChildStdin,
    set_up: &SetUp,
    reports: &mut Frames<impl io::Read>,
) -> io::Result<Address> {
    frame::send(requests, set_up).map_err(io::Error::other)?;
    match reports.next().map_err(io::Error::other)? {
        Some((Hello::Listening(address), _)) => Ok(address),
        Some((Hello::Failed(why), _)) => Err(io::Error::other(why)),
        None => Err(io::Error::other("it ended before it began to serve")),
    }
}

fn reap(leash: &Leash) {
    let mut held = lock(&leash.held);
    if let Some((mut child, group)) = held.take() {
        group.end_rest();
        let status = match child.wait() {
            Ok(status) => os::status(status),
            Err(error) => Status::Unknown(error.to_string()),
        };
        // Set once: there is one thread like this.
        let _ = leash.ended.set(status);
    }
}

fn clear(set_up: &SetUp) {
    if let Site::Local(place) = &set_up.site {
        place.clear();
    }
}

impl SetUp {
    pub(super) fn new(site: Site, key: super::key::Key, awake: Duration) -> Self {
        Self {
            protocol: PROTOCOL,
            site,
            key,
            awake,
        }
    }
}
