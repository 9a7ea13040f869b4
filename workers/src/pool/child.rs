//! The worker process's side: what this program does when it is started as a worker.
//!
//! Two threads. The reader takes messages off the pipe as they come, so that pause and cancel
//! are heard while a task runs, and ends the process at once when the pipe ends: the parent is
//! gone or has no more to do. The main thread works.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Write as _};
use std::process::exit;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::bench::{self, PROGRESS_EVERY};
use super::death::Death;
use super::desk::Desk;
use super::log::Marks;
use super::message::{BUILD, FromWorker, PROTOCOL, ToWorker};
use super::task::{Failure, Outlet, Work};
use crate::process::{os, priority};
use crate::wire::frame::{self, FrameError, Frames};

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
    requests: Frames<File>,
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
    let (requests, mut reports) = os::take_protocol()?;
    let mut requests = Frames::new(requests);
    let hello = FromWorker::Hello {
        protocol: PROTOCOL,
        build: BUILD.to_owned(),
    };
    frame::send(&mut reports, &hello)?;
    let Some((first, set_up)) = requests.next()? else {
        return Ok(());
    };
    let set_up = set_up.to_owned();
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
        set_up,
        marks: mark.map(Marks),
    })
}

/// A request as it came. Read where the task is done, not where it is taken off the pipe: what
/// kills the worker while it is read is the task's own doing.
type Request = Vec<u8>;

fn serve<T: Work>(link: Link) -> Result<(), FrameError> {
    let Link {
        mut requests,
        reports,
        set_up,
        marks,
    } = link;
    let outgoing = Arc::new(Mutex::new(Outgoing {
        pipe: reports,
        gathered: Vec::new(),
        since: Instant::now(),
        sender: None,
    }));
    start_sender(&outgoing)?;
    let pipe = Pipe {
        outgoing: outgoing.clone(),
        progress: Cell::new(None),
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
    let listener = desk.clone();
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || {
            let code = match listen(&mut requests, &listener, &outgoing) {
                Ok(()) => 0,
                Err(error) => {
                    eprintln!("worker: {error}");
                    1
                }
            };
            exit(code);
        })?;
    pipe.send(&FromWorker::Ready, &[])?;
    work_all::<T>(&mut state, &make, &desk, &pipe, marks)
}

fn listen(
    requests: &mut Frames<File>,
    desk: &Desk<Request>,
    outgoing: &Mutex<Outgoing>,
) -> Result<(), FrameError> {
    let mut tasks = Vec::new();
    while let Some((message, payload)) = requests.next()? {
        match message {
            ToWorker::Run { task } => tasks.push((task, payload.to_owned())),
            // What is said of a task finds it on the desk.
            other => {
                desk.lay(tasks.drain(..));
                heed(&other, desk, outgoing)?;
            }
        }
        if !requests.is_ready() && !tasks.is_empty() {
            desk.lay(tasks.drain(..));
        }
    }
    Ok(())
}

fn heed(
    message: &ToWorker,
    desk: &Desk<Request>,
    outgoing: &Mutex<Outgoing>,
) -> Result<(), FrameError> {
    match message {
        ToWorker::Cancel { task } => {
            if desk.stop(*task) {
                give_back(vec![*task], outgoing)?;
            }
        }
        ToWorker::Pause(paused) => desk.pause(*paused),
        ToWorker::GiveBack { most } => {
            // Also when there are none: the pool does not ask twice at once.
            give_back(desk.take_back(*most), outgoing)?;
        }
        ToWorker::Run { .. } | ToWorker::SetUp { .. } => {
            return Err(io::Error::other("a worker is set up once").into());
        }
    }
    Ok(())
}

fn give_back(tasks: Vec<u64>, outgoing: &Mutex<Outgoing>) -> Result<(), FrameError> {
    let mut outgoing = lock(outgoing);
    outgoing.gather(&FromWorker::GaveBack { tasks }, &[])?;
    outgoing.flush()
}

fn work_all<T: Work>(
    state: &mut T::State,
    make: &dyn Fn() -> Result<T::State, Death>,
    desk: &Desk<Request>,
    pipe: &Pipe,
    marks: Option<Marks>,
) -> Result<(), FrameError> {
    let mark = |text: String| {
        // Should standard error be gone, nobody reads what the task prints either.
        let _ = io::stderr().write_all(text.as_bytes());
    };
    while let Some(next) = desk.next() {
        let task = next.task;
        let since = Instant::now();
        if let Some(marks) = marks {
            mark(marks.begin(task));
        }
        let ended = bench::work::<T>(state, (task, next.stopped), desk.paper(), pipe, || {
            // Together with the end of the task before; an error shows at the next flush.
            let _ = pipe.gather(&FromWorker::Began { task }, &[]);
            let _ = pipe.flush();
            bench::caught(|| Ok(postcard::from_bytes(&next.request)?))
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
        let took = nanoseconds(since.elapsed());
        let sent = match &ended {
            Ok(output) => pipe.gather(&FromWorker::Done { task, took }, output),
            Err(death) => pipe.gather(
                &FromWorker::Died {
                    task,
                    death: death.clone(),
                    took,
                },
                &[],
            ),
        };
        if let Err(error @ FrameError::TooLarge(_)) = sent {
            let death = Death::Garbled(format!("its output cannot be sent: {error}"));
            pipe.gather(&FromWorker::Died { task, death, took }, &[])?;
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
        if desk.is_empty() || pipe.is_late() {
            pipe.flush()?;
        }
    }
    Ok(())
}

fn nanoseconds(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}

/// The pipe to the parent, and what is to go into it. Shared with the thread that listens, which
/// answers for a worker that is at a task.
struct Outgoing {
    pipe: File,
    gathered: Vec<u8>,
    /// When the first of it was gathered.
    since: Instant,
    /// Wakes the thread that sends parts which nothing follows.
    sender: Option<Thread>,
}

impl Outgoing {
    fn gather(&mut self, message: &FromWorker, payload: &[u8]) -> Result<(), FrameError> {
        if self.gathered.is_empty() {
            self.since = Instant::now();
        }
        if payload.len() < frame::LARGE {
            return frame::encode(message, payload, &mut self.gathered);
        }
        frame::encode_head(message, payload.len(), &mut self.gathered)?;
        self.flush()?;
        Ok(self.pipe.write_all(payload)?)
    }

    fn part(&mut self, task: u64, part: &[u8]) -> Result<(), FrameError> {
        let first = self.gathered.is_empty();
        self.gather(&FromWorker::Part { task }, part)?;
        if self.gathered.len() >= PARTS {
            return self.flush();
        }
        if first && let Some(sender) = &self.sender {
            sender.unpark();
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FrameError> {
        let sent = self.pipe.write_all(&self.gathered);
        self.gathered.clear();
        Ok(sent?)
    }
}

/// Parts are gathered, because a write for each would cost more than they do, but for no longer
/// than it takes to fill this or for this time: then a thread of its own sends them.
const PARTS: usize = 32 * 1024;
const PARTS_WAIT: Duration = Duration::from_millis(1);

fn start_sender(outgoing: &Arc<Mutex<Outgoing>>) -> io::Result<()> {
    let shared = outgoing.clone();
    let sender = std::thread::Builder::new()
        .name("sender".to_owned())
        .spawn(move || {
            loop {
                std::thread::park();
                std::thread::sleep(PARTS_WAIT);
                // Should the pipe be gone, the reader is about to end this process.
                let _ = lock(&shared).flush();
            }
        })?;
    lock(outgoing).sender = Some(sender.thread().clone());
    Ok(())
}

fn lock(outgoing: &Mutex<Outgoing>) -> MutexGuard<'_, Outgoing> {
    outgoing.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The worker's own way back to the parent.
struct Pipe {
    outgoing: Arc<Mutex<Outgoing>>,
    /// When progress was told last.
    progress: Cell<Option<Instant>>,
}

impl Pipe {
    fn gather(&self, message: &FromWorker, payload: &[u8]) -> Result<(), FrameError> {
        lock(&self.outgoing).gather(message, payload)
    }

    fn is_late(&self) -> bool {
        lock(&self.outgoing).since.elapsed() >= GATHER
    }

    fn flush(&self) -> Result<(), FrameError> {
        lock(&self.outgoing).flush()
    }

    fn send(&self, message: &FromWorker, payload: &[u8]) -> Result<(), FrameError> {
        let mut outgoing = lock(&self.outgoing);
        outgoing.gather(message, payload)?;
        outgoing.flush()
    }
}

impl<T: Work> Outlet<T> for Pipe {
    fn part(&self, task: u64, part: T::Part) {
        let sent = postcard::to_stdvec(&part)
            .map_err(FrameError::Malformed)
            .and_then(|part| lock(&self.outgoing).part(task, &part));
        if let Err(error) = sent {
            eprintln!("worker: a part of a task's output could not be sent: {error}");
        }
    }

    fn progress(&self, task: u64, done: u64, of: u64) {
        let due = |last: Instant| last.elapsed() >= PROGRESS_EVERY;
        if self.progress.get().is_none_or(due) {
            self.progress.set(Some(Instant::now()));
            // Should the pipe be gone, the reader is about to end this process.
            let _ = self.send(&FromWorker::Progress { task, done, of }, &[]);
        }
    }
}
