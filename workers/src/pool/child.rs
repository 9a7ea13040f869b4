//! The worker process's side: what this program does when it is started as a worker.
//!
//! Two threads. The reader takes messages off the pipe as they come, so that pause and cancel
//! are heard while a task runs, and ends the process at once when the pipe ends: the parent is
//! gone or has no more to do. The main thread works.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Write as _};
use std::process::exit;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::bench::{self, PROGRESS_EVERY};
use super::death::Death;
use super::desk::Desk;
use super::log::Marks;
use super::message::{BUILD, FromWorker, PROTOCOL, ToWorker};
use super::task::{Failure, Outlet, Work};
use crate::process::{os, priority};
use crate::wire::frame::{self, FrameError};

/// Messages are gathered while more tasks wait, but no longer than this.
const GATHER: Duration = Duration::from_millis(20);

/// A type of task that worker processes of this program know.
#[derive(Clone, Copy)]
pub struct Kind {
    name: fn() -> &'static str,
    serve: fn(Link) -> Result<(), FrameError>,
}

impl Kind {
    /// The kind of a type.
    #[must_use]
    pub const fn of<T: Work>() -> Self {
        Self {
            name: name_of::<T>,
            serve: serve::<T>,
        }
    }
}

/// Both ends are the same build, so that a type's name is the same on both.
pub(crate) fn name_of<T>() -> &'static str {
    std::any::type_name::<T>()
}

/// What a worker process has been given so far.
pub(crate) struct Link {
    requests: File,
    reports: File,
    set_up: Vec<u8>,
    marks: Option<Marks>,
}

/// Works for the parent until there is no more to do; gives the exit code.
pub(crate) fn run(parent: u32, kinds: &[Kind]) -> i32 {
    match serve_parent(parent, kinds) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("worker: {error}");
            1
        }
    }
}

fn serve_parent(parent: u32, kinds: &[Kind]) -> Result<(), FrameError> {
    os::die_with_parent(parent)?;
    let (mut requests, mut reports) = os::take_protocol()?;
    let hello = FromWorker::Hello {
        protocol: PROTOCOL,
        build: BUILD.to_owned(),
    };
    frame::send(&mut reports, &hello)?;
    let mut scratch = Vec::new();
    let Some((first, set_up)) = frame::receive_with(&mut requests, &mut scratch)? else {
        return Ok(());
    };
    let ToWorker::SetUp {
        kind,
        background,
        mark,
    } = first
    else {
        return Err(io::Error::other("the first message was not the set-up").into());
    };
    let Some(known) = kinds.iter().find(|known| (known.name)() == kind) else {
        let unfit = Failure::new(format!(
            "this program's workers know no task {kind}; give it to child_entry"
        ));
        return frame::send(&mut reports, &FromWorker::Unfit(unfit));
    };
    if background {
        priority::lower_this_process();
    }
    bench::watch_panics();
    (known.serve)(Link {
        requests,
        reports,
        set_up: set_up.to_owned(),
        marks: mark.map(Marks),
    })
}

/// A request as it came. Read where the task is done, not where it is taken off the pipe: what
/// kills the worker while it is read is the task's own doing.
type Request = (u64, Vec<u8>);

fn serve<T: Work>(link: Link) -> Result<(), FrameError> {
    let Link {
        mut requests,
        reports,
        set_up,
        marks,
    } = link;
    let pipe = Pipe {
        reports: RefCell::new((reports, Vec::new())),
        gathered: RefCell::new(Instant::now()),
        progress: RefCell::new(None),
    };
    let make = || {
        bench::caught(|| {
            let set_up: T::SetUp = postcard::from_bytes(&set_up)?;
            T::set_up(set_up)
        })
    };
    let mut state = match make() {
        Ok(state) => state,
        Err(death) => return pipe.send(&FromWorker::Unfit(bench::why(death)), &[]),
    };
    let desk = Desk::default();
    let (tasks, inbox) = unbounded();
    let listener = desk.clone();
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || {
            let code = match listen(&mut requests, &listener, &tasks) {
                Ok(()) => 0,
                Err(error) => {
                    eprintln!("worker: {error}");
                    1
                }
            };
            exit(code);
        })?;
    pipe.send(&FromWorker::Ready, &[])?;
    work_all::<T>(&mut state, &make, &inbox, &desk, &pipe, marks)
}

fn listen(requests: &mut File, desk: &Desk, tasks: &Sender<Request>) -> Result<(), FrameError> {
    let mut scratch = Vec::new();
    while let Some((message, payload)) = frame::receive_with(requests, &mut scratch)? {
        match message {
            ToWorker::Run { task } => {
                desk.lay(task);
                // The main thread outlives this one, or the process is ending.
                let _ = tasks.send((task, payload.to_owned()));
            }
            ToWorker::Cancel { task } => desk.stop(task),
            ToWorker::Pause(paused) => desk.pause(paused),
            ToWorker::SetUp { .. } => {
                return Err(io::Error::other("a worker is set up once").into());
            }
        }
    }
    Ok(())
}

fn work_all<T: Work>(
    state: &mut T::State,
    make: &dyn Fn() -> Result<T::State, Death>,
    inbox: &Receiver<Request>,
    desk: &Desk,
    pipe: &Pipe,
    marks: Option<Marks>,
) -> Result<(), FrameError> {
    let mark = |text: String| {
        // Should standard error be gone, nobody reads what the task prints either.
        let _ = io::stderr().write_all(text.as_bytes());
    };
    for (task, request) in inbox {
        if let Some(marks) = marks {
            mark(marks.begin(task));
        }
        let ended = bench::work::<T>(state, task, desk, pipe, || {
            // Together with the end of the task before; an error shows at the next flush.
            let _ = pipe.gather(&FromWorker::Began { task }, &[]);
            let _ = pipe.flush();
            bench::caught(|| Ok(postcard::from_bytes(&request)?))
                .map_err(|death| Death::Garbled(format!("its request cannot be read: {death}")))
        });
        if let Some(marks) = marks {
            // What a task printed without a line's end.
            let _ = io::stdout().flush();
            mark(marks.end(task));
        }
        let ended = ended.and_then(|output| {
            bench::caught(|| Ok(postcard::to_stdvec(&output)?))
                .map_err(|death| Death::Garbled(format!("its output cannot be sent: {death}")))
        });
        let sent = match &ended {
            Ok(output) => pipe.gather(&FromWorker::Done { task }, output),
            Err(death) => pipe.gather(
                &FromWorker::Died {
                    task,
                    death: death.clone(),
                },
                &[],
            ),
        };
        if let Err(error @ FrameError::TooLarge(_)) = sent {
            let death = Death::Garbled(format!("its output cannot be sent: {error}"));
            pipe.gather(&FromWorker::Died { task, death }, &[])?;
        } else {
            sent?;
        }
        if let Err(Death::Panicked(_)) = ended {
            // Whatever it left half done must not meet the next task.
            match make() {
                Ok(fresh) => *state = fresh,
                Err(death) => {
                    let death = bench::why(death).to_string();
                    pipe.flush()?;
                    return Err(io::Error::other(death).into());
                }
            }
        }
        // With the next task at hand, its beginning goes out with this end.
        if inbox.is_empty() || pipe.is_late() {
            pipe.flush()?;
        }
    }
    Ok(())
}

/// The way back to the parent.
struct Pipe {
    reports: RefCell<(File, Vec<u8>)>,
    gathered: RefCell<Instant>,
    progress: RefCell<Option<Instant>>,
}

impl Pipe {
    fn gather(&self, message: &FromWorker, payload: &[u8]) -> Result<(), FrameError> {
        let (_, gathered) = &mut *self.reports.borrow_mut();
        if gathered.is_empty() {
            self.gathered.replace(Instant::now());
        }
        frame::encode(message, payload, gathered)
    }

    fn is_late(&self) -> bool {
        self.gathered.borrow().elapsed() >= GATHER
    }

    fn flush(&self) -> Result<(), FrameError> {
        let (reports, gathered) = &mut *self.reports.borrow_mut();
        let sent = reports.write_all(gathered);
        gathered.clear();
        gathered.shrink_to(1024 * 1024);
        Ok(sent?)
    }

    fn send(&self, message: &FromWorker, payload: &[u8]) -> Result<(), FrameError> {
        self.gather(message, payload)?;
        self.flush()
    }
}

impl<T: Work> Outlet<T> for Pipe {
    fn part(&self, task: u64, part: T::Part) {
        let sent = postcard::to_stdvec(&part)
            .map_err(FrameError::Malformed)
            .and_then(|part| self.send(&FromWorker::Part { task }, &part));
        if let Err(error) = sent {
            eprintln!("worker: a part of a task's output could not be sent: {error}");
        }
    }

    fn progress(&self, task: u64, done: u64, of: u64) {
        let due = |last: Instant| last.elapsed() >= PROGRESS_EVERY;
        if self.progress.borrow().is_none_or(due) {
            self.progress.replace(Some(Instant::now()));
            // Should the pipe be gone, the reader is about to end this process.
            let _ = self.send(&FromWorker::Progress { task, done, of }, &[]);
        }
    }
}
