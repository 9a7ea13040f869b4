//! Workers that are child processes. Each has a private pipe pair, and four threads here: one
//! writes requests, one reads reports, one keeps what the child prints, one waits for its end.
//! No pipe, lock or queue is shared between workers: that sharing is what makes other pools
//! hang when one worker dies.

use std::io::{self, Write as _};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};

use super::child::name_of;
use super::crew::{Crew, Gone, Report, What, Worker};
use super::death::{Death, Exit};
use super::log::{self, Log, Marks};
use super::message::{BUILD, FromWorker, PROTOCOL, ToWorker};
use super::task::Work;
use crate::job::Priority;
use crate::process::ended::Ended;
use crate::process::status::Status;
use crate::process::{self, Harm, Spawned, os};
use crate::wire::frame::{self, FrameError, Frames};

/// A child that has closed its pipe but does not end is killed after this.
const LINGER: Duration = Duration::from_millis(500);
/// After the end of a child, its pipe is read until nothing has come for this long: whatever it
/// started may hold the other end for ever.
const DRAIN: Duration = Duration::from_millis(200);
/// What is written at once, bytes.
const WRITE: usize = 256 * 1024;
/// How long the reader lets reports gather when one task follows another at once: waking up for
/// each would cost more than the tasks. Shorter than the tasks that a worker has ahead.
const NAP: Duration = Duration::from_micros(100);
/// Reports that are worth waking up for.
const MANY: usize = 128;

pub(crate) struct ProcessCrew<T: Work> {
    pub(crate) name: String,
    /// `None`: this program itself.
    pub(crate) executable: Option<PathBuf>,
    pub(crate) set_up: Arc<[u8]>,
    pub(crate) priority: Priority,
    pub(crate) log: Log,
    pub(crate) marks: Option<Marks>,
    pub(crate) tasks: PhantomData<fn(T)>,
}

/// A child and the right to end it. Its number cannot be a stranger's: the system gives it to
/// nobody before the child is reaped, and that happens under the same lock.
type Leash = Arc<Mutex<Held>>;

struct Held {
    child: Child,
    group: os::Group,
    standing: Standing,
}

/// What a child's end will mean to what its tasks have started and left behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is not to end: whatever ends it takes along what it started.
    AtWork,
    /// No more tasks will come. If it ends well, what it started goes on: it outlived its task
    /// with everybody's knowledge, as what a script leaves behind outlives the script.
    ToldToEnd,
    /// It may not be touched any more.
    Reaped,
}

impl Held {
    fn end(&mut self, force: bool) {
        if self.standing != Standing::Reaped {
            self.standing = Standing::AtWork;
            // An error means that it has just ended by itself.
            let _ = self.group.end(&mut self.child, force);
        }
    }

    /// Of a child that has ended and was not reaped: ends what it left behind, or lets it go on.
    fn settle(&self, ended: Ended) {
        match (ended, self.standing) {
            (Ended::Unknown, _) | (_, Standing::Reaped) => {}
            (Ended::Well, Standing::ToldToEnd) => self.group.leave_rest(),
            (Ended::Well | Ended::Badly, _) => self.group.end_rest(),
        }
    }
}

fn lock(leash: &Leash) -> std::sync::MutexGuard<'_, Held> {
    leash.lock().unwrap_or_else(PoisonError::into_inner)
}

enum Outgoing {
    Message(ToWorker, Arc<[u8]>),
    Tasks(Vec<(u64, Arc<Vec<u8>>)>),
}

struct ProcessWorker {
    pid: u32,
    leash: Leash,
    requests: Option<Sender<Outgoing>>,
}

impl ProcessWorker {
    fn say(&self, message: ToWorker) {
        self.send(Outgoing::Message(message, Arc::default()));
    }

    fn send(&self, outgoing: Outgoing) {
        if let Some(requests) = &self.requests {
            // A writer that has ended found the pipe closed; the minder reports that.
            let _ = requests.send(outgoing);
        }
    }
}

impl Worker<Arc<Vec<u8>>> for ProcessWorker {
    fn pid(&self) -> Option<u32> {
        Some(self.pid)
    }
    fn run(&mut self, tasks: Vec<(u64, Arc<Vec<u8>>)>) {
        self.send(Outgoing::Tasks(tasks));
    }
    fn take_back(&mut self, most: usize) -> Option<Vec<u64>> {
        self.say(ToWorker::GiveBack { most });
        None
    }
    fn cancel(&mut self, task: u64) -> bool {
        self.say(ToWorker::Cancel { task });
        // It must run to hear that, and is held again when it has answered.
        self.hold(false);
        false
    }
    fn pause(&mut self, paused: bool) {
        self.say(ToWorker::Pause(paused));
    }
    fn hold(&mut self, held: bool) {
        let leash = lock(&self.leash);
        if leash.standing != Standing::Reaped {
            // An error means that it has just ended, or that this system cannot.
            let _ = leash.group.hold(held);
        }
    }
    fn finish(&mut self) {
        {
            let mut leash = lock(&self.leash);
            if leash.standing == Standing::AtWork {
                leash.standing = Standing::ToldToEnd;
            }
        }
        // The writer closes the pipe when it has written everything.
        self.requests = None;
    }
    fn terminate(&mut self) -> bool {
        lock(&self.leash).end(false);
        true
    }
    fn harm(&mut self, harm: Harm) -> bool {
        let mut held = lock(&self.leash);
        held.standing != Standing::Reaped && os::harm(&mut held.child, harm).is_ok()
    }
    fn kill(&mut self) -> bool {
        lock(&self.leash).end(true);
        true
    }
}

impl<T: Work> Crew<T, Arc<Vec<u8>>> for ProcessCrew<T> {
    fn spawn(
        &mut self,
        slot: usize,
        generation: u32,
        reports: Sender<Report<T>>,
    ) -> io::Result<Box<dyn Worker<Arc<Vec<u8>>>>> {
        let Spawned {
            child,
            group,
            watch,
            requests: pipe,
            reports: output,
            errors,
        } = process::spawn_worker(self.executable.as_deref())?;
        let pid = child.id();
        let leash: Leash = Arc::new(Mutex::new(Held {
            child,
            group,
            standing: Standing::AtWork,
        }));
        let (requests, outgoing) = unbounded();
        let name = |role| format!("{} {} {role}", self.name, slot + 1);
        let report = move |what| {
            // The dispatcher listens until every worker has ended.
            let _ = reports.send(Report {
                slot,
                generation,
                what,
            });
        };

        let started = (|| {
            let (marks, log) = (self.marks, self.log.clone());
            let printed = thread(name("stderr"), move || log::keep(errors, slot, marks, &log))?;
            thread(name("writer"), move || write(pipe, &outgoing))?;
            let (closed, end) = bounded(1);
            let heard = Arc::new(AtomicU64::new(0));
            let (report_heard, mind_heard) = (heard.clone(), heard);
            let (reader_leash, pass_on) = (leash.clone(), report.clone());
            let reader_report = move |what| {
                pass_on(what);
                report_heard.fetch_add(1, Ordering::Relaxed);
            };
            thread(name("reader"), move || {
                // The minder may have stopped waiting.
                let _ = closed.send(read::<T>(output, &reader_leash, &reader_report));
                end_lingering(&reader_leash);
            })?;
            let leash = leash.clone();
            thread(name("minder"), move || {
                report(vec![What::Gone(mind(
                    &leash,
                    &watch,
                    &end,
                    &mind_heard,
                    printed,
                ))]);
            })
        })();
        if let Err(error) = started {
            let mut held = lock(&leash);
            held.end(true);
            // Killed, so this is soon over. It may only fail if it is gone already.
            let _ = held.child.wait();
            held.standing = Standing::Reaped;
            return Err(error);
        }

        let worker = ProcessWorker {
            pid,
            leash,
            requests: Some(requests),
        };
        let set_up = ToWorker::SetUp {
            kind: name_of::<T>().to_owned(),
            background: self.priority == Priority::Background,
            mark: self.marks.map(|marks| marks.0),
        };
        worker.send(Outgoing::Message(set_up, self.set_up.clone()));
        Ok(Box::new(worker))
    }
}

fn thread<R: Send + 'static>(
    name: String,
    body: impl FnOnce() -> R + Send + 'static,
) -> io::Result<JoinHandle<R>> {
    std::thread::Builder::new().name(name).spawn(body)
}

fn write(mut pipe: ChildStdin, outgoing: &Receiver<Outgoing>) {
    let mut bytes = Vec::new();
    for first in outgoing {
        let mut next = Some(first);
        while let Some(outgoing_now) = next {
            // Should the pipe be closed, the minder reports that.
            let written = match outgoing_now {
                Outgoing::Message(message, payload) => {
                    put(&mut pipe, &mut bytes, &message, &payload)
                }
                Outgoing::Tasks(tasks) => tasks.into_iter().try_for_each(|(task, request)| {
                    put(&mut pipe, &mut bytes, &ToWorker::Run { task }, &request)
                }),
            };
            if written.is_err() {
                return;
            }
            next = outgoing.try_recv().ok();
        }
        if pipe.write_all(&bytes).is_err() {
            return;
        }
        bytes.clear();
    }
}

/// Adds one message to what is to be written, and writes when that is enough.
fn put(
    pipe: &mut ChildStdin,
    bytes: &mut Vec<u8>,
    message: &ToWorker,
    payload: &[u8],
) -> Result<(), FrameError> {
    let large = payload.len() >= frame::LARGE;
    if large {
        frame::encode_head(message, payload.len(), bytes)?;
    } else {
        frame::encode(message, payload, bytes)?;
    }
    if large || bytes.len() >= WRITE {
        pipe.write_all(bytes)?;
        bytes.clear();
    }
    if large {
        pipe.write_all(payload)?;
    }
    Ok(())
}

/// How reading what a child reports came to its end.
enum Closed {
    /// At the end of a frame.
    Cleanly,
    /// In the middle of a frame.
    Truncated,
    Damaged(String),
    NotStarted(String),
    Unfit(super::task::Failure),
}

fn read<T: Work>(output: ChildStdout, leash: &Leash, report: &dyn Fn(Vec<What<T>>)) -> Closed {
    let mut frames = Frames::new(output);
    let closed = match shake_hands(&mut frames) {
        Err(closed) => closed,
        Ok(()) => {
            report(vec![What::Ready]);
            let mut heard = Vec::new();
            let ended = pass_on(&mut frames, &mut heard, report);
            report(heard);
            match ended {
                Ok(()) => Closed::Cleanly,
                Err(FrameError::Truncated) => Closed::Truncated,
                Err(error) => Closed::Damaged(error.to_string()),
            }
        }
    };
    if let Closed::Damaged(_) | Closed::NotStarted(_) = closed {
        // Whatever it is, it is not a worker of ours.
        lock(leash).end(true);
    }
    closed
}

fn shake_hands(frames: &mut Frames<ChildStdout>) -> Result<(), Closed> {
    let mut next = |when: &str| match frames.next() {
        Ok(Some((message, _))) => Ok(message),
        Ok(None) => Err(Closed::NotStarted(format!("it ended {when}"))),
        Err(error) => Err(Closed::NotStarted(format!(
            "it did not speak the protocol: {error}"
        ))),
    };
    match next("before it said hello")? {
        FromWorker::Hello { protocol, build } if protocol == PROTOCOL && build == BUILD => {}
        FromWorker::Hello { protocol, build } => {
            return Err(Closed::Unfit(super::task::Failure::new(format!(
                "it is build {build} with protocol {protocol}, this is {BUILD} with {PROTOCOL}"
            ))));
        }
        _ => return Err(Closed::NotStarted("it did not say hello first".to_owned())),
    }
    match next("while it was set up")? {
        FromWorker::Ready => Ok(()),
        FromWorker::Unfit(failure) => Err(Closed::Unfit(failure)),
        _ => Err(Closed::NotStarted(
            "it did not say that it is ready".to_owned(),
        )),
    }
}

fn pass_on<T: Work>(
    frames: &mut Frames<ChildStdout>,
    heard: &mut Vec<What<T>>,
    report: &dyn Fn(Vec<What<T>>),
) -> Result<(), FrameError> {
    while let Some((message, payload)) = frames.next()? {
        let what = match message {
            FromWorker::Began { task } => What::Began(task),
            FromWorker::Progress { task, done, of } => What::Progress { task, done, of },
            FromWorker::Part { task } => What::Part(
                task,
                super::bench::caught(|| Ok(postcard::from_bytes(payload)?))
                    .map_err(|death| io::Error::other(format!("a part cannot be read: {death}")))?,
            ),
            FromWorker::Done { task, took } => What::Ended {
                task,
                result: super::bench::caught(|| Ok(postcard::from_bytes(payload)?))
                    .map_err(|death| Death::Garbled(format!("its output cannot be read: {death}"))),
                took: Duration::from_nanos(took),
            },
            FromWorker::Died { task, death, took } => What::Ended {
                task,
                result: Err(death),
                took: Duration::from_nanos(took),
            },
            FromWorker::GaveBack { tasks } => What::GaveBack(tasks),
            FromWorker::Hello { .. } | FromWorker::Ready | FromWorker::Unfit(_) => {
                return Err(io::Error::other("it said twice who it is").into());
            }
        };
        heard.push(what);
        if !frames.is_ready() {
            // An end and the next beginning in one: more of them are on their way.
            let one_after_another =
                heard.len() < MANY && matches!(heard[..], [.., What::Ended { .. }, What::Began(_)]);
            report(std::mem::take(heard));
            if one_after_another {
                std::thread::sleep(NAP);
            }
        }
    }
    Ok(())
}

/// A child that has closed its pipe has nothing more to do here.
fn end_lingering(leash: &Leash) {
    let since = Instant::now();
    while since.elapsed() < LINGER {
        if lock(leash).standing == Standing::Reaped {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    lock(leash).end(true);
}

/// Waits for the child to end and for what it had to say.
fn mind(
    leash: &Leash,
    watch: &os::Watch,
    closed: &Receiver<Closed>,
    heard: &AtomicU64,
    printed: JoinHandle<String>,
) -> Gone {
    let status = loop {
        let ended = watch.wait();
        let mut held = lock(leash);
        // Before it is reaped: afterwards the number of its group may be somebody else's.
        held.settle(ended);
        match held.child.try_wait() {
            Ok(Some(status)) => {
                held.standing = Standing::Reaped;
                break os::status(status);
            }
            Ok(None) => {}
            Err(error) => {
                held.standing = Standing::Reaped;
                break Status::Unknown(error.to_string());
            }
        }
    };
    let closed = loop {
        let before = heard.load(Ordering::Relaxed);
        match closed.recv_timeout(DRAIN) {
            Ok(closed) => break Some(closed),
            Err(_) if heard.load(Ordering::Relaxed) == before => break None,
            Err(_) => {}
        }
    };
    let said = last_line(printed);
    let exit = Exit { status, said };
    match closed {
        Some(Closed::Unfit(failure)) => Gone::Unfit(failure),
        Some(Closed::NotStarted(why)) => Gone::NotStarted(format!("{why}; it {exit}")),
        Some(Closed::Damaged(why)) => Gone::Damaged(why),
        Some(Closed::Cleanly | Closed::Truncated) | None => Gone::Exited(exit),
    }
}

/// The last thing it printed. A grandchild may hold that pipe too, so this does not wait long.
fn last_line(printed: JoinHandle<String>) -> Option<String> {
    let since = Instant::now();
    while !printed.is_finished() && since.elapsed() < Duration::from_millis(50) {
        std::thread::sleep(Duration::from_micros(200));
    }
    if !printed.is_finished() {
        return None;
    }
    printed.join().ok().filter(|line| !line.is_empty())
}

#[cfg(all(test, unix))]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_number_that_is_somebody_elses_by_now_is_left_alone() {
        // What a reused number looks like: reaped, says the leash, and yet there is a process.
        let stranger = Command::new("sleep").arg("60").spawn().expect("sleep");
        let mut held = Held {
            group: os::Group::adopt(&stranger).expect("a number"),
            child: stranger,
            standing: Standing::Reaped,
        };
        held.end(true);
        std::thread::sleep(Duration::from_millis(50));
        assert!(held.child.try_wait().expect("its state").is_none());
        held.standing = Standing::AtWork;
        held.end(true);
        held.child.wait().expect("its end");
    }
}
