//! Workers that are child processes. Each has a private pipe pair and three threads here: one
//! writes requests, one reads reports and sees the end, one keeps what the child prints. No
//! pipe, lock or queue is shared between workers: that sharing is what makes other pools hang
//! when one worker dies.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::{Batch, Crew, End, Item, Report, Signal, What, Worker};
use crate::algorithm::Algorithm;
use crate::job::Priority;
use crate::process::child::PARENT_ARGUMENT;
use crate::process::{self, Spawned};
use crate::progress::Lane;
use crate::tasks::hash::Position;
use crate::wire::frame::{self, FrameError};
use crate::wire::message::{BUILD, FromChild, PROTOCOL, ToWorker, WirePath};

pub(crate) struct Processes {
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) priority: Priority,
}

/// What a child printed last is kept up to this many bytes.
const KEPT_OUTPUT: usize = 16 * 1024;
/// A child that has closed its pipe but does not end is killed after this.
const LINGER: Duration = Duration::from_millis(500);

struct ProcessWorker {
    pid: u32,
    child: Arc<Mutex<Child>>,
    requests: Option<Sender<ToWorker>>,
    in_hand: InHand,
}

/// The bundles that the child has, so that the reader can name the file in a progress report.
type InHand = Arc<Mutex<VecDeque<Batch>>>;

impl Crew for Processes {
    fn spawn(
        &mut self,
        slot: usize,
        generation: u32,
        lane: Arc<Lane>,
        reports: Sender<Report>,
    ) -> io::Result<Box<dyn Worker>> {
        let Spawned {
            child,
            requests: pipe,
            reports: output,
            errors,
        } = process::spawn_worker(None, PARENT_ARGUMENT)?;
        let pid = child.id();
        let child = Arc::new(Mutex::new(child));
        let in_hand = InHand::default();
        let (requests, outgoing) = unbounded();
        let name = |role| format!("{role} {}", slot + 1);

        let started = (|| {
            let printed = thread(name("stderr"), move || keep_output(errors))?;
            thread(name("writer"), move || write(pipe, &outgoing))?;
            let minder = Minder {
                child: child.clone(),
                in_hand: in_hand.clone(),
                lane,
                report: Box::new(move |what| {
                    // The dispatcher listens until every worker has ended.
                    let _ = reports.send(Report {
                        slot,
                        generation,
                        what,
                    });
                }),
            };
            thread(name("reader"), move || minder.mind(output, printed))
        })();
        if let Err(error) = started {
            let mut child = lock(&child);
            // Nobody would ever read from it. Both may only fail if it is gone already.
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }

        // The writer takes it; if the child is gone already, the reader will say so.
        let _ = requests.send(ToWorker::SetUp {
            algorithms: self.algorithms.clone(),
            background: self.priority == Priority::Background,
        });
        Ok(Box::new(ProcessWorker {
            pid,
            child,
            requests: Some(requests),
            in_hand,
        }))
    }
}

fn thread<T: Send + 'static>(
    name: String,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    std::thread::Builder::new().name(name).spawn(body)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Worker for ProcessWorker {
    fn pid(&self) -> Option<u32> {
        Some(self.pid)
    }

    fn assign(&mut self, batch: Batch) {
        let files = batch
            .items
            .iter()
            .map(|item| (WirePath(item.path.clone()), item.seen))
            .collect();
        let request = ToWorker::Hash {
            batch: batch.id,
            together: batch.together,
            announce: batch.announce,
            files,
        };
        lock(&self.in_hand).push_back(batch);
        self.send(request);
    }

    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Pause => self.send(ToWorker::Pause),
            Signal::Resume => self.send(ToWorker::Resume),
            Signal::Cancel => {
                self.send(ToWorker::Cancel);
                self.requests = None;
            }
            // The writer closes the pipe when it has written everything.
            Signal::Finish => self.requests = None,
        }
    }

    fn kill(&mut self) {
        // The number cannot be a stranger's: it is not free before `wait`, and the minder
        // waits under the same lock. An error means that it has ended already.
        let _ = lock(&self.child).kill();
    }
}

impl ProcessWorker {
    fn send(&self, request: ToWorker) {
        if let Some(requests) = &self.requests {
            // A writer that has ended found the pipe closed; the reader reports that.
            let _ = requests.send(request);
        }
    }
}

fn write(mut pipe: ChildStdin, outgoing: &Receiver<ToWorker>) {
    for request in outgoing {
        if frame::send(&mut pipe, &request).is_err() {
            return;
        }
    }
}

/// Reads everything the child prints, so that it never waits for a reader, and keeps the end.
fn keep_output(mut errors: ChildStderr) -> String {
    let mut kept: VecDeque<u8> = VecDeque::new();
    let mut buffer = [0; 4096];
    loop {
        match errors.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                kept.extend(&buffer[..read]);
                let surplus = kept.len().saturating_sub(KEPT_OUTPUT);
                kept.drain(..surplus);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(kept.make_contiguous()).into_owned()
}

struct Minder {
    child: Arc<Mutex<Child>>,
    in_hand: InHand,
    lane: Arc<Lane>,
    report: Box<dyn Fn(What) + Send>,
}

impl Minder {
    fn mind(self, output: ChildStdout, printed: JoinHandle<String>) {
        let mut output = BufReader::with_capacity(64 * 1024, output);
        let mut scratch = Vec::new();
        let handshake = shake_hands(&mut output, &mut scratch);
        let end = match handshake {
            Err(why) => {
                // Whatever it is, it is not a worker of ours.
                let _ = lock(&self.child).kill();
                let status = self.reap();
                let printed = last_line(printed);
                End::Unfit(format!("{why}; it {status}{printed}"))
            }
            Ok(()) => {
                (self.report)(What::Ready);
                let damage = self.read_reports(&mut output, &mut scratch).err();
                if damage.is_some() {
                    let _ = lock(&self.child).kill();
                }
                let status = self.reap();
                let printed = last_line(printed);
                match damage {
                    None => End::Died(format!("{status}{printed}")),
                    Some(FrameError::Truncated) => {
                        End::Died(format!("{status} in the middle of a message{printed}"))
                    }
                    Some(error) => End::Died(format!("sent damaged data: {error}{printed}")),
                }
            }
        };
        (self.report)(What::Ended(end));
    }

    fn read_reports(
        &self,
        output: &mut BufReader<ChildStdout>,
        scratch: &mut Vec<u8>,
    ) -> Result<(), FrameError> {
        while let Some(message) = frame::receive(output, scratch)? {
            match message {
                FromChild::Hello { .. } => {
                    return Err(io::Error::other("it said hello twice").into());
                }
                FromChild::Results { batch, results } => {
                    (self.report)(What::Results { batch, results });
                    // Bundles are worked on in order: those before this one are done with.
                    let mut held = lock(&self.in_hand);
                    while held.front().is_some_and(|front| front.id != batch) {
                        held.pop_front();
                    }
                }
                FromChild::Progress {
                    batch,
                    index,
                    more,
                    done,
                    size,
                } => {
                    let held = lock(&self.in_hand).iter().find(|b| b.id == batch).cloned();
                    let item = held.as_ref().and_then(|b| b.items.get(index as usize));
                    if held.as_ref().is_some_and(|b| b.announce) {
                        (self.report)(What::Begun(batch));
                    }
                    if let Some(Item { path, .. }) = item {
                        let position = Position {
                            index,
                            more,
                            done,
                            size,
                        };
                        self.lane.show(path, position);
                    }
                }
            }
        }
        Ok(())
    }

    /// Waits for the child to end, without keeping the lock that killing it needs.
    fn reap(&self) -> String {
        let since = Instant::now();
        loop {
            // Not in the head of the `match`: the lock would then be held in its arms too.
            let ended = lock(&self.child).try_wait();
            match ended {
                Ok(Some(status)) => return process::describe(status),
                Ok(None) if since.elapsed() > LINGER => {
                    // An error means that it has just ended.
                    let _ = lock(&self.child).kill();
                }
                Ok(None) => {}
                Err(error) => return format!("could not be waited for: {error}"),
            }
            std::thread::sleep(Duration::from_micros(500));
        }
    }
}

fn shake_hands(output: &mut BufReader<ChildStdout>, scratch: &mut Vec<u8>) -> Result<(), String> {
    match frame::receive(output, scratch) {
        Ok(Some(FromChild::Hello { protocol, build }))
            if protocol == PROTOCOL && build == BUILD =>
        {
            Ok(())
        }
        Ok(Some(FromChild::Hello { protocol, build })) => Err(format!(
            "it is build {build} with protocol {protocol}, this is {BUILD} with {PROTOCOL}"
        )),
        Ok(Some(_)) => Err("it did not say hello first".to_owned()),
        Ok(None) => Err("it ended before it said hello".to_owned()),
        Err(error) => Err(format!("it did not speak the protocol: {error}")),
    }
}

/// The last thing it printed, as an addition to the reason. A grandchild may hold the pipe open
/// for ever, so this does not wait for one.
fn last_line(printed: JoinHandle<String>) -> String {
    let since = Instant::now();
    while !printed.is_finished() && since.elapsed() < Duration::from_millis(50) {
        std::thread::sleep(Duration::from_micros(200));
    }
    if !printed.is_finished() {
        return String::new();
    }
    let text = printed.join().unwrap_or_default();
    match text.lines().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("; it said: {line}"),
        None => String::new(),
    }
}
