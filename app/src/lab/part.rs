//! The child's side of an experiment: a part of it that runs in a process of its own, because it
//! could hang, or because that is what is measured.
//!
//! Lines of JSON go both ways. First the parent asks a few times for the child's clock, as the two
//! clocks may have nothing in common, and tells it how far its own is from the lab's: from there
//! on the child's trace is in the lab's time, as exact as half of the fastest way there and back.
//! Then the part runs, while a thread sends what it has recorded several times a second. A thread
//! reads what the parent says; where that ends, so does the process, whatever it hangs on.
#![expect(
    clippy::disallowed_methods,
    reason = "a child process without a window, whose parts wait as they like"
)]

use std::io::{self, BufRead as _, Write as _};
use std::process::{ExitCode, exit};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::trace::{Nanos, Picture, Trace};

/// What a child process can be of an experiment.
#[derive(Clone, Copy)]
pub(crate) struct Role {
    /// Once in an experiment.
    pub(crate) name: &'static str,
    /// Does it, with what it was given; what it gives back is told to the parent. An error says
    /// why it could not.
    pub(crate) run: fn(&PartSide, &Value) -> Result<Value, String>,
}

/// From parent to child.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToPart {
    /// What does your clock say?
    Ping,
    /// Begin. The lab's clock is as much ahead of yours.
    Go {
        ahead: i64,
    },
    Tell(Value),
}

/// From child to parent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromPart {
    Pong { clock: Nanos },
    Recorded(Picture),
    Said(Value),
    Done(Value),
    GaveUp(String),
}

/// What a part has recorded is sent so often.
const SHIP: Duration = Duration::from_millis(50);

/// What a part is given.
pub(crate) struct PartSide {
    trace: Trace,
    inbox: Receiver<Value>,
}

impl PartSide {
    /// Where to record what happens, in the lab's time.
    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Says something to the parent.
    pub(crate) fn say(&self, value: Value) {
        send(&FromPart::Said(value));
    }

    /// Waits for what the parent says next.
    pub(crate) fn hear(&self) -> Value {
        // The sender is with the reader, and the process ends with that.
        self.inbox.recv().unwrap_or(Value::Null)
    }
}

/// What the hidden subcommand was given.
pub(crate) struct Call<'a> {
    pub(crate) experiment: &'a str,
    pub(crate) part: &'a str,
    /// As JSON.
    pub(crate) arguments: &'a str,
    /// The number of the process that started this one.
    pub(crate) parent: u32,
}

/// Why a child cannot begin.
#[derive(Debug, thiserror::Error)]
enum CannotBegin {
    #[error("the parent cannot be watched: {0}")]
    Parent(#[source] io::Error),
    #[error("there is no part '{part}' of an experiment '{experiment}'")]
    Unknown { experiment: String, part: String },
    #[error("its arguments are no JSON: {0}")]
    Arguments(#[source] serde_json::Error),
    #[error("a thread could not be started: {0}")]
    Thread(#[source] io::Error),
    #[error("the parent is gone")]
    Alone,
}

/// Is a part of an experiment until it is over.
pub(crate) fn serve(call: &Call<'_>) -> ExitCode {
    match begin(call) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lab-part: {error}");
            ExitCode::FAILURE
        }
    }
}

fn begin(call: &Call<'_>) -> Result<ExitCode, CannotBegin> {
    let clock = Instant::now();
    workers::process::child::tie_to_parent(call.parent).map_err(CannotBegin::Parent)?;
    let role = super::find(call.experiment)
        .and_then(|experiment| {
            experiment
                .parts()
                .iter()
                .find(|role| role.name == call.part)
        })
        .ok_or_else(|| CannotBegin::Unknown {
            experiment: call.experiment.to_owned(),
            part: call.part.to_owned(),
        })?;
    let arguments = serde_json::from_str(call.arguments).map_err(CannotBegin::Arguments)?;
    let (go, begun) = bounded(1);
    let (tell, inbox) = unbounded();
    thread("reader", move || read(clock, &go, &tell))?;
    let ahead: i64 = begun.recv().map_err(|_| CannotBegin::Alone)?;
    let side = PartSide {
        trace: in_the_labs_time(clock, ahead),
        inbox,
    };
    let (ended, end) = bounded::<()>(0);
    let trace = side.trace.clone();
    let shipper = thread("shipper", move || {
        while end.recv_timeout(SHIP) == Err(crossbeam_channel::RecvTimeoutError::Timeout) {
            ship(&trace);
        }
        ship(&trace);
    })?;
    let result = (role.run)(&side, &arguments);
    drop(ended);
    // It has nothing else to do than to send what was recorded last.
    let _ = shipper.join();
    Ok(match result {
        Ok(value) => {
            send(&FromPart::Done(value));
            ExitCode::SUCCESS
        }
        Err(reason) => {
            send(&FromPart::GaveUp(reason));
            ExitCode::FAILURE
        }
    })
}

fn thread(
    name: &str,
    body: impl FnOnce() + Send + 'static,
) -> Result<std::thread::JoinHandle<()>, CannotBegin> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map_err(CannotBegin::Thread)
}

fn in_the_labs_time(clock: Instant, ahead: i64) -> Trace {
    match u64::try_from(ahead) {
        Ok(offset) => Trace::since(clock, offset),
        // A child cannot have begun before the lab by more than the error of the measurement.
        Err(_) => Trace::since(clock + Duration::from_nanos(ahead.unsigned_abs()), 0),
    }
}

fn ship(trace: &Trace) {
    let picture = trace.picture();
    if !picture.is_empty() || !picture.marks.is_empty() {
        send(&FromPart::Recorded(picture));
    }
}

fn read(clock: Instant, go: &Sender<i64>, tell: &Sender<Value>) {
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        match serde_json::from_str(&line) {
            Ok(ToPart::Ping) => {
                let clock = u64::try_from(clock.elapsed().as_nanos()).unwrap_or(u64::MAX);
                send(&FromPart::Pong { clock });
            }
            // A part that listens no more has all it wants.
            Ok(ToPart::Go { ahead }) => drop(go.send(ahead)),
            Ok(ToPart::Tell(value)) => drop(tell.send(value)),
            Err(error) => {
                eprintln!("lab-part: the parent said something odd: {error}");
                exit(1);
            }
        }
    }
    // Nobody is there any more to tell.
    exit(0);
}

fn send(message: &FromPart) {
    let line = match serde_json::to_string(message) {
        Ok(line) => line,
        Err(error) => {
            eprintln!("lab-part: {error}");
            exit(1);
        }
    };
    // One write, under the lock: lines of several threads stay apart.
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        exit(0);
    }
}
