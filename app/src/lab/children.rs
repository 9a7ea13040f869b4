//! The parent's side of parts in child processes: see [`part`](super::part) for what is said.
//!
//! One thread starts them all, and lives as long as they may: on Linux a child dies with the
//! thread that started it, and threads of experiments come and go. A reader for each child takes
//! over what it recorded and passes on what it says; where nobody listens, the child waits.
#![expect(
    clippy::disallowed_methods,
    reason = "experiments wait on threads of their own"
)]

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::process::{ChildStderr, ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use serde::de::DeserializeOwned;
use serde_json::Value;
use workers::process::{Leashed, Pipes, Status};

use super::context::Failure;
use super::part::{FromPart, ToPart};
use super::stop::StopSignal;
use super::trace::Trace;

/// The hidden subcommand.
pub(crate) const SUBCOMMAND: &str = "lab-part";

/// A child that has not said hello by then is taken to hang. Generous: the machine may be busy.
const HELLO: Duration = Duration::from_secs(30);
/// The clocks are compared so often, and the fastest answer counts.
const PINGS: usize = 5;
/// What a child may have said that nobody has heard.
const UNHEARD: usize = 1024;
/// What is kept of what a child complains of.
const COMPLAINTS: usize = 4096;

type Order = (Vec<String>, Sender<io::Result<(Leashed, Pipes)>>);

/// Starts children of one experiment, and ends them all when it is dropped.
pub(crate) struct Children {
    experiment: &'static str,
    trace: Trace,
    stop: StopSignal,
    orders: Sender<Order>,
    started: Mutex<Vec<Weak<Leashed>>>,
    next: AtomicU32,
}

impl Children {
    pub(super) fn new(
        experiment: &'static str,
        trace: Trace,
        stop: StopSignal,
    ) -> io::Result<Self> {
        let (orders, inbox) = unbounded::<Order>();
        std::thread::Builder::new()
            .name("lab children".to_owned())
            .spawn(move || {
                for (arguments, reply) in inbox {
                    // Whoever asked may have been stopped; then the child ends here.
                    let _ = reply.send(Leashed::spawn(arguments));
                }
            })?;
        Ok(Self {
            experiment,
            trace,
            stop,
            orders,
            started: Mutex::default(),
            next: AtomicU32::new(0),
        })
    }

    /// Starts a part with these arguments, and lets it begin.
    pub(crate) fn start(&self, part: &'static str, arguments: &Value) -> Result<Part, Failure> {
        let (leash, pipes) = self.spawn(part, arguments)?;
        let complaints = collect(pipes.stderr).map_err(Failure::Thread)?;
        let (hello, greeted) = bounded(1);
        let (heard, inbox) = bounded(UNHEARD);
        let (trace, child) = (
            self.trace.clone(),
            self.next.fetch_add(1, Ordering::Relaxed),
        );
        let (minded, stop) = (leash.clone(), self.stop.clone());
        thread("lab reader", move || {
            match greet(pipes.stdin, pipes.stdout, &trace) {
                Ok((stdin, stdout)) => {
                    // Whoever waits for it may have been stopped.
                    let _ = hello.send(Ok(stdin));
                    read(stdout, |message| pass_on(message, &trace, child, &heard));
                }
                Err(error) => drop(hello.send(Err(error))),
            }
            // What it held back is no use to anybody when nobody listens any more.
            let gone = Heard::Gone(End {
                status: minded.wait(),
                complaint: complaints.recv().unwrap_or_default(),
            });
            if !stop.is_stopped() {
                let _ = heard.send(gone);
            }
        })?;
        let stdin = self.greeted(part, &greeted)?;
        Ok(Part {
            part,
            leash,
            stdin,
            inbox,
            stop: self.stop.clone(),
        })
    }

    /// Starts a part and lets it begin, but leaves what it says to the caller, who reads it with
    /// [`Heard::parse`]. For those who want to serve many children with one thread.
    pub(crate) fn start_unread(
        &self,
        part: &'static str,
        arguments: &Value,
    ) -> Result<UnreadPart, Failure> {
        let (leash, pipes) = self.spawn(part, arguments)?;
        drop(collect(pipes.stderr).map_err(Failure::Thread)?);
        let (hello, greeted) = bounded(1);
        let trace = self.trace.clone();
        thread("lab greeter", move || {
            let greeted = greet(pipes.stdin, pipes.stdout, &trace);
            // Nothing was read ahead: after its last answer a child is silent until it begins.
            let greeted = greeted.map(|(stdin, stdout)| (stdin, stdout.into_inner()));
            let _ = hello.send(greeted);
        })?;
        let (stdin, stdout) = self.greeted(part, &greeted)?;
        Ok(UnreadPart {
            leash,
            stdout,
            _stdin: stdin,
        })
    }

    fn spawn(
        &self,
        part: &'static str,
        arguments: &Value,
    ) -> Result<(Arc<Leashed>, Pipes), Failure> {
        let line = [SUBCOMMAND, self.experiment, part, &arguments.to_string()];
        let (reply, replied) = bounded(1);
        let gone = || Failure::Start {
            part,
            source: io::Error::other("the thread that starts them is gone"),
        };
        self.orders
            .send((line.map(str::to_owned).to_vec(), reply))
            .map_err(|_| gone())?;
        let spawned = replied.recv().map_err(|_| gone())?;
        let (leash, pipes) = spawned.map_err(|source| Failure::Start { part, source })?;
        let leash = Arc::new(leash);
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.retain(|leash| leash.strong_count() > 0);
        started.push(Arc::downgrade(&leash));
        Ok((leash, pipes))
    }

    fn greeted<T>(
        &self,
        part: &'static str,
        greeted: &Receiver<io::Result<T>>,
    ) -> Result<T, Failure> {
        let pipe = |source| Failure::Pipe { part, source };
        select! {
            recv(greeted) -> greeted => match greeted {
                Ok(greeted) => greeted.map_err(pipe),
                Err(_) => Err(pipe(io::ErrorKind::BrokenPipe.into())),
            },
            recv(self.stop.bell()) -> _ => Err(Failure::Stopped),
            default(HELLO) => Err(Failure::Silent { part, limit: HELLO }),
        }
    }
}

impl Drop for Children {
    fn drop(&mut self) {
        let started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        // All are killed before any is waited for.
        let alive: Vec<_> = started.iter().filter_map(Weak::upgrade).collect();
        alive.iter().for_each(|leash| leash.kill());
        for leash in alive {
            let _ = leash.wait();
        }
    }
}

/// A part in a child process. Dropping it ends the process by force.
pub(crate) struct Part {
    part: &'static str,
    leash: Arc<Leashed>,
    stdin: ChildStdin,
    inbox: Receiver<Heard>,
    stop: StopSignal,
}

/// A part whose words nobody reads but the caller.
pub(crate) struct UnreadPart {
    leash: Arc<Leashed>,
    /// What it says, line by line.
    pub(crate) stdout: ChildStdout,
    /// Its end would be the child's.
    _stdin: ChildStdin,
}

/// What was heard of a part.
#[derive(Debug)]
pub(crate) enum Heard {
    Said(Value),
    /// What it gave back.
    Done(Value),
    GaveUp(String),
    /// Something that is no message.
    Nonsense(String),
    /// The process has ended; nothing follows.
    Gone(End),
}

/// How a child process ended.
#[derive(Clone, Debug)]
pub(crate) struct End {
    pub(crate) status: Status,
    /// What it printed on standard error; the end of it, if that was much.
    pub(crate) complaint: String,
}

impl Part {
    /// Tells it something.
    pub(crate) fn tell(&mut self, value: Value) -> Result<(), Failure> {
        put(&mut self.stdin, &ToPart::Tell(value)).map_err(|source| Failure::Pipe {
            part: self.part,
            source,
        })
    }

    /// Waits for what it says next, for so long; `None` if it said nothing.
    pub(crate) fn hear(&self, limit: Duration) -> Result<Option<Heard>, Failure> {
        select! {
            recv(self.inbox) -> heard => Ok(heard.ok()),
            recv(self.stop.bell()) -> _ => Err(Failure::Stopped),
            default(limit) => Ok(None),
        }
    }

    /// Waits for what it says next, for so long. Whatever else is heard is a failure, and so is
    /// silence.
    pub(crate) fn word(&self, limit: Duration) -> Result<Value, Failure> {
        let part = self.part;
        match self.hear(limit)? {
            Some(Heard::Said(value)) => Ok(value),
            Some(other) => Err(other.failure(part)),
            None => Err(Failure::Silent { part, limit }),
        }
    }

    /// Waits for an answer of this type, as [`Self::word`].
    pub(crate) fn answer<T: DeserializeOwned>(&self, limit: Duration) -> Result<T, Failure> {
        self.understood(&self.word(limit)?)
    }

    /// Waits for what it gives back, for so long, which is of this type.
    pub(crate) fn result<T: DeserializeOwned>(&self, limit: Duration) -> Result<T, Failure> {
        self.understood(&self.finish(limit, drop)?)
    }

    /// What it said or gave back, as this type.
    pub(crate) fn understood<T: DeserializeOwned>(&self, value: &Value) -> Result<T, Failure> {
        T::deserialize(value).map_err(|_| Failure::Nonsense {
            part: self.part,
            answer: value.to_string(),
        })
    }

    /// Waits for what it gives back, for so long; what it says meanwhile goes to `said`.
    pub(crate) fn finish(
        &self,
        limit: Duration,
        mut said: impl FnMut(Value),
    ) -> Result<Value, Failure> {
        let part = self.part;
        let deadline = Instant::now() + limit;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.hear(left)? {
                None => return Err(Failure::Silent { part, limit }),
                Some(Heard::Said(value)) => said(value),
                Some(Heard::Done(value)) => return Ok(value),
                Some(other) => return Err(other.failure(part)),
            }
        }
    }

    /// Ends it by force with all it started, and says how it ended.
    pub(crate) fn kill(&self) -> Status {
        self.leash.kill();
        self.leash.wait()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // The reader holds the leash too.
        self.leash.kill();
    }
}

impl UnreadPart {
    /// The system's number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.leash.id()
    }

    /// Waits for its end.
    pub(crate) fn wait(&self) -> Status {
        self.leash.wait()
    }
}

impl Heard {
    /// One line of what a child says. What it recorded goes to no trace.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        match serde_json::from_str(line) {
            Ok(FromPart::Said(value)) => Some(Self::Said(value)),
            Ok(FromPart::Done(value)) => Some(Self::Done(value)),
            Ok(FromPart::GaveUp(reason)) => Some(Self::GaveUp(reason)),
            Ok(FromPart::Pong { .. } | FromPart::Recorded(_)) => None,
            Err(_) => Some(Self::Nonsense(line.to_owned())),
        }
    }

    /// As the reason why an experiment cannot go on.
    pub(crate) fn failure(self, part: &'static str) -> Failure {
        match self {
            Self::GaveUp(reason) => Failure::GaveUp { part, reason },
            Self::Gone(End { status, complaint }) => Failure::Died {
                part,
                status,
                complaint,
            },
            Self::Nonsense(answer) => Failure::Nonsense { part, answer },
            Self::Said(value) | Self::Done(value) => Failure::Nonsense {
                part,
                answer: value.to_string(),
            },
        }
    }
}

fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(drop)
        .map_err(Failure::Thread)
}

/// Compares clocks and lets the child begin.
fn greet(
    mut stdin: ChildStdin,
    stdout: ChildStdout,
    trace: &Trace,
) -> io::Result<(ChildStdin, BufReader<ChildStdout>)> {
    let mut stdout = BufReader::new(stdout);
    let mut best: Option<(u64, i64)> = None;
    for _ in 0..PINGS {
        let asked = trace.now();
        put(&mut stdin, &ToPart::Ping)?;
        let mut line = String::new();
        if stdout.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let now = trace.now();
        let FromPart::Pong { clock } = serde_json::from_str(&line)? else {
            return Err(io::Error::other("it did not say what its clock says"));
        };
        let way = now.saturating_sub(asked);
        let ahead = asked.saturating_add(way / 2).cast_signed() - clock.cast_signed();
        if best.is_none_or(|(fastest, _)| way < fastest) {
            best = Some((way, ahead));
        }
    }
    let ahead = best.map_or(0, |(_, ahead)| ahead);
    put(&mut stdin, &ToPart::Go { ahead })?;
    Ok((stdin, stdout))
}

fn put(stdin: &mut ChildStdin, message: &ToPart) -> io::Result<()> {
    let mut line = serde_json::to_string(message)?;
    line.push('\n');
    stdin.write_all(line.as_bytes())
}

fn read(stdout: BufReader<ChildStdout>, mut pass_on: impl FnMut(Result<FromPart, String>)) {
    for line in stdout.lines() {
        // The pipe is broken, or holds no text: then nothing of what follows can be trusted.
        let Ok(line) = line else { return };
        pass_on(serde_json::from_str(&line).map_err(|_| line));
    }
}

fn pass_on(message: Result<FromPart, String>, trace: &Trace, child: u32, heard: &Sender<Heard>) {
    let heard_now = match message {
        Ok(FromPart::Recorded(picture)) => return trace.adopt(child, picture),
        Ok(FromPart::Pong { .. }) => return,
        Ok(FromPart::Said(value)) => Heard::Said(value),
        Ok(FromPart::Done(value)) => Heard::Done(value),
        Ok(FromPart::GaveUp(reason)) => Heard::GaveUp(reason),
        Err(line) => Heard::Nonsense(line),
    };
    // The experiment may have heard enough.
    let _ = heard.send(heard_now);
}

/// Reads what a child complains of to its end, so that it never waits for that; gives the last.
fn collect(mut stderr: ChildStderr) -> io::Result<Receiver<String>> {
    let (all, collected) = bounded(1);
    std::thread::Builder::new()
        .name("lab stderr".to_owned())
        .spawn(move || {
            let mut kept = Vec::new();
            let mut buffer = [0; 1024];
            while let Ok(n @ 1..) = stderr.read(&mut buffer) {
                kept.extend_from_slice(&buffer[..n]);
                let too_many = kept.len().saturating_sub(COMPLAINTS);
                kept.drain(..too_many);
            }
            let _ = all.send(String::from_utf8_lossy(&kept).into_owned());
        })?;
    Ok(collected)
}
