//! The worker's side: what this program does when it is started as a worker.
//!
//! Two threads. The reader takes messages off the pipe as they come, so that pause and cancel
//! are heard while a file is being hashed, and ends the process at once when the pipe ends: the
//! parent is gone or has no more to do. The main thread hashes.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::exit;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{os, priority};
use crate::cancel::{Control, Stopped};
use crate::pool::Kind;
use crate::progress::REPORT_EVERY;
use crate::tasks::hash::Engine;
use crate::tasks::walk::Seen;
use crate::wire::frame::{self, FrameError};
use crate::wire::message::{BUILD, FromChild, PROTOCOL, ToWorker};

/// The first argument of a worker process.
pub const CHILD_ARGUMENT: &str = "worker";
pub(crate) const PARENT_ARGUMENT: &str = "--parent";
pub(crate) const POOL_ARGUMENT: &str = "--pool";

/// Results are sent at least this often, however many more files the batch has.
const SEND_EVERY: Duration = Duration::from_millis(100);

/// To be called first in `main`. In the parent it notes which executable this is and returns;
/// in a worker process it works until there is no more to do, and never returns.
pub fn child_entry(kinds: &[Kind]) {
    // A failure to find the executable is reported when a worker is to be started.
    let _ = super::pin_executable();
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != CHILD_ARGUMENT) {
        return;
    }
    let (flag, id) = (arguments.next(), arguments.next());
    let number = id.as_ref().and_then(|id| id.to_str()?.parse().ok());
    if let (Some(flag), Some(parent)) = (&flag, number)
        && flag == POOL_ARGUMENT
    {
        exit(crate::pool::child::run(parent, kinds));
    }
    let parent = match (flag, id) {
        (Some(flag), Some(id)) if flag == PARENT_ARGUMENT => {
            id.to_str().and_then(|id| id.parse().ok())
        }
        _ => None,
    };
    let Some(parent) = parent else {
        eprintln!(
            "thawsum: 'worker' is the role of the processes that 'thawsum hash' and the window \
             start for themselves; it is of no use by hand"
        );
        exit(2);
    };
    exit(match run(parent) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("thawsum worker: {error}");
            1
        }
    });
}

struct Task {
    batch: u64,
    together: bool,
    announce: bool,
    files: Vec<(PathBuf, Seen)>,
}

fn run(parent: u32) -> Result<(), FrameError> {
    os::die_with_parent(parent)?;
    let (mut requests, mut reports) = os::take_protocol()?;
    let mut scratch = Vec::new();
    let Some(first) = frame::receive(&mut requests, &mut scratch)? else {
        return Ok(());
    };
    let ToWorker::SetUp {
        algorithms,
        background,
    } = first
    else {
        return Err(io::Error::other("the first message was not the set-up").into());
    };
    if background {
        priority::lower_this_process();
    }
    let control = Control::default();
    // The parent never has more than two batches on their way, so this holds no more.
    let (tasks, inbox) = unbounded();
    let listener = control.clone();
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || {
            let code = match listen(&mut requests, &mut scratch, &listener, &tasks) {
                Ok(()) => 0,
                Err(error) => {
                    eprintln!("thawsum worker: {error}");
                    1
                }
            };
            exit(code);
        })?;
    // Last: whoever says hello is fit to work. The set-up is sent without waiting for it.
    let hello = FromChild::Hello {
        protocol: PROTOCOL,
        build: BUILD.to_owned(),
    };
    frame::send(&mut reports, &hello)?;
    match work(
        &mut Engine::new(&algorithms),
        &control,
        &inbox,
        &mut reports,
    ) {
        // The reader ends the process when the parent has closed the pipe.
        Ok(()) | Err(Ended::Stopped) => Ok(()),
        Err(Ended::Pipe(error)) => Err(error),
    }
}

fn listen(
    requests: &mut File,
    scratch: &mut Vec<u8>,
    control: &Control,
    tasks: &Sender<Task>,
) -> Result<(), FrameError> {
    while let Some(message) = frame::receive(requests, scratch)? {
        match message {
            ToWorker::Hash {
                batch,
                together,
                announce,
                files,
            } => {
                let files = files
                    .into_iter()
                    .map(|(path, seen)| (path.0, seen))
                    .collect();
                // The main thread outlives this one, or the process is ending.
                let _ = tasks.send(Task {
                    batch,
                    together,
                    announce,
                    files,
                });
            }
            ToWorker::Pause => control.set_paused(true),
            ToWorker::Resume => control.set_paused(false),
            ToWorker::Cancel => control.cancel(),
            ToWorker::SetUp { .. } => {
                return Err(io::Error::other("a second set-up came").into());
            }
        }
    }
    Ok(())
}

enum Ended {
    Stopped,
    Pipe(FrameError),
}

impl From<Stopped> for Ended {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}
impl From<FrameError> for Ended {
    fn from(error: FrameError) -> Self {
        Self::Pipe(error)
    }
}

fn work(
    engine: &mut Engine,
    control: &Control,
    inbox: &Receiver<Task>,
    reports: &mut File,
) -> Result<(), Ended> {
    // By the clock, over all batches: every message is a system call on both sides.
    let mut shown: Option<Instant> = None;
    for Task {
        batch,
        together,
        announce,
        files,
    } in inbox
    {
        if announce {
            shown = None;
        }
        // Written from both closures below, one after the other.
        let pipe = RefCell::new(&mut *reports);
        let mut sent = Instant::now();
        let mut results = Vec::with_capacity(files.len());
        let mut broken = Ok(());
        let ended = engine.hash_batch(
            files.iter().map(|(path, seen)| (path.as_path(), *seen)),
            together,
            |position| {
                control.checkpoint()?;
                if shown.is_none_or(|shown| shown.elapsed() > REPORT_EVERY) {
                    shown = Some(Instant::now());
                    let progress = FromChild::Progress {
                        batch,
                        index: position.index,
                        more: position.more,
                        done: position.done,
                        size: position.size,
                    };
                    // Should the pipe be gone, the reader is about to end this process.
                    let _ = frame::send(&mut **pipe.borrow_mut(), &progress);
                }
                Ok(())
            },
            |read, verdict| {
                results.push((read, verdict));
                if sent.elapsed() > SEND_EVERY && broken.is_ok() {
                    sent = Instant::now();
                    let results = std::mem::take(&mut results);
                    broken = frame::send(
                        &mut **pipe.borrow_mut(),
                        &FromChild::Results { batch, results },
                    );
                }
            },
        );
        broken?;
        if !results.is_empty() {
            frame::send(reports, &FromChild::Results { batch, results })?;
        }
        ended?;
    }
    Ok(())
}
