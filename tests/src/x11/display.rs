//! A virtual display: one Xvfb process.
//!
//! Each display has a keeper, a thread that spawns Xvfb, sleeps until the [`Display`] is dropped,
//! then ends Xvfb and reaps it. The keeper exists because the kernel takes the thread that spawned
//! a child for its parent (see `parent_death.rs`): were Xvfb spawned by the caller, a display that
//! is shared between tests would die with the first of them.

use std::{
    fs::File,
    io::{self, PipeReader, Read, Seek},
    os::fd::OwnedFd,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, Sender},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use super::{
    error::{Error, Result},
    parent_death::die_with_parent,
    process::wait_until,
    readable::readable_before,
};

/// A loaded machine takes seconds to compile the keymap, which Xvfb does before it says that it is
/// ready.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// How long Xvfb may take to remove its socket from /tmp/.X11-unix before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);

/// A display of its own for one test. Xvfb ends when it is dropped, and also when this process is
/// killed.
#[derive(Debug)]
pub struct Display {
    name: String,
    pid: u32,
    /// Nothing is ever sent; the keeper waits for this end to go away.
    stop: Option<Sender<()>>,
    keeper: Option<JoinHandle<()>>,
}

impl Display {
    /// Starts Xvfb with one screen of this size in pixels, 24 bits deep, on a display number that
    /// no one else uses.
    ///
    /// When it returns, the display accepts connections.
    pub fn start(width: u16, height: u16) -> Result<Self> {
        let failed = |reason: &str, error: io::Error| Error::XvfbFailed {
            reason: format!("{reason}: {error}"),
            stderr: String::new(),
        };
        let (number, number_writer) = io::pipe().map_err(|error| failed("making a pipe", error))?;
        // A file and not a pipe, which would block Xvfb once full unless someone kept reading it.
        let mut log =
            tempfile::tempfile().map_err(|error| failed("making a temporary file", error))?;
        let stderr = log
            .try_clone()
            .map_err(|error| failed("sharing a temporary file", error))?;

        let mut command = Command::new("Xvfb");
        command
            // Xvfb itself picks a number that is free and says which; picking one here would be a
            // race.
            .args(["-displayfd", "0"])
            .args(["-screen", "0", &format!("{width}x{height}x24")])
            // So that toolkits arrive at a scale of 1 on every machine.
            .args(["-dpi", "96"])
            .args(["-nolisten", "tcp", "-noreset"])
            // The descriptor of a child that is free for the taking without `unsafe`: Xvfb reads no
            // standard input, whereas its standard output is inherited by the xkbcomp it runs.
            .stdin(Stdio::from(OwnedFd::from(number_writer)))
            .stdout(Stdio::null())
            .stderr(Stdio::from(stderr));
        die_with_parent(&mut command);

        let (stop, stopped) = mpsc::channel();
        let (started, spawned) = mpsc::channel();
        let keeper = thread::Builder::new()
            .name("xvfb-keeper".to_owned())
            .spawn(move || keep(command, &started, &stopped))
            .map_err(|error| failed("starting a thread", error))?;
        let pid = match spawned.recv() {
            Ok(Ok(pid)) => pid,
            Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::XvfbMissing);
            }
            Ok(Err(error)) => return Err(failed("running it", error)),
            Err(mpsc::RecvError) => {
                return Err(failed(
                    "running it",
                    io::Error::other("its keeper panicked"),
                ));
            }
        };
        // From here on an early return drops `display`, which ends Xvfb.
        let mut display = Self {
            name: String::new(),
            pid,
            stop: Some(stop),
            keeper: Some(keeper),
        };
        match read_number(number, Instant::now() + START_TIMEOUT) {
            Ok(number) => display.name = format!(":{number}"),
            Err(error) => {
                return Err(Error::XvfbFailed {
                    reason: error.to_string(),
                    stderr: contents(&mut log),
                });
            }
        }
        Ok(display)
    }

    /// What a program needs in `DISPLAY` to appear here, as in `:7`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process id of Xvfb.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// A command that will show its windows here and nowhere else.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env("DISPLAY", self.name())
            // Toolkits prefer a Wayland session over DISPLAY if the person who runs the tests has
            // one.
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("WAYLAND_SOCKET")
            // The cookies of that person's session are for other displays.
            .env_remove("XAUTHORITY");
        command
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            // A keeper that panicked has said so on standard error; a second panic here could abort
            // the test run.
            let _ = keeper.join();
        }
    }
}

/// What the keeper does, from the first to the last moment of Xvfb.
fn keep(mut command: Command, started: &Sender<io::Result<u32>>, stopped: &Receiver<()>) {
    let spawned = command.spawn();
    // It owns a copy of the pipe's writing end, without whose closing a reader would never see Xvfb
    // die.
    drop(command);
    match spawned {
        Ok(child) => {
            // If no one is there to be told, `stopped` is about to return as well.
            let _ = started.send(Ok(child.id()));
            let _ = stopped.recv();
            end(child);
        }
        Err(error) => {
            let _ = started.send(Err(error));
        }
    }
}

/// Ends Xvfb, gently at first so that it leaves no socket behind, and reaps it.
fn end(mut child: Child) {
    // The pid is still Xvfb's, dead or alive, because only this function reaps it.
    if let Ok(pid) = i32::try_from(child.id()) {
        let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
    }
    if !wait_until(STOP_TIMEOUT, || !matches!(child.try_wait(), Ok(None))) {
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Reads the display number, which Xvfb writes together with a newline once it accepts connections.
fn read_number(mut pipe: PipeReader, deadline: Instant) -> io::Result<u32> {
    let mut line = Vec::new();
    while !line.ends_with(b"\n") {
        if !readable_before(&pipe, deadline)? {
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no display number in {START_TIMEOUT:?}"),
            ));
        }
        let mut buffer = [0; 16];
        match pipe.read(&mut buffer)? {
            0 => return Err(io::Error::other("it ended before it served a display")),
            read => line.extend_from_slice(&buffer[..read]),
        }
    }
    let text = String::from_utf8_lossy(&line);
    text.trim()
        .parse()
        .map_err(|_| io::Error::other(format!("it gave its display number as {text:?}")))
}

fn contents(log: &mut File) -> String {
    let mut bytes = Vec::new();
    // Half a message is better than none, and a message about the message would hide the failure it
    // is about.
    let _ = log
        .rewind()
        .and_then(|()| log.read_to_end(&mut bytes).map(drop));
    String::from_utf8_lossy(&bytes).trim().to_owned()
}
