//! The dispatcher: one thread a job that owns every decision about it. It takes paths from the
//! scan, gives bundles to workers, matches their reports with files, fills the places of the
//! dead, passes results on, and writes the one `Finished`.
//!
//! It never waits for any one party: everything it listens to and its own outgoing events are
//! in one `select`. A sink that is full makes it stop taking results, and so makes the workers
//! wait; orders (pause, cancel, kill) have a channel of their own and get through regardless.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, bounded, never};

use super::backlog::Backlog;
use super::inline::HalfRead;
use super::processes::Processes;
use super::slot::{Place, Slot, restart_delay};
use super::threads::Threads;
use super::{Batch, Crew, End, Item, Report, Signal, What, scan};
use crate::cancel::Control;
use crate::event::{Ending, Event, Sink, Summary, WorkerEvent};
use crate::job::{JobSpec, RunOn};
use crate::process::usage::CpuClock;
use crate::progress::{Lane, Totals, WorkerState};
use crate::tasks::hash::together_pays;
use crate::tasks::walk::{Found, Walk};
use crate::verdict::{Counts, FileResult, Verdict};

/// Reports that may wait for the dispatcher. Each carries up to a bundle of results.
const REPORTS: usize = 64;
/// Results in one event at most: a listener that works by the clock must be able to stop.
const RESULTS_IN_EVENT: usize = 2048;
/// Results wait this long for company while the listener is behind.
const BUNDLE_FOR: Duration = Duration::from_millis(100);
/// Events held back while the sink is full, before the dispatcher stops taking results.
const HELD_BACK: usize = 4;
/// A place whose workers fail to start this often in a row is given up.
const START_FAILURES: u32 = 5;
/// A worker that was asked to end is killed after this.
const GRACE: Duration = Duration::from_millis(400);
/// A file that killed this many workers is set aside.
const DEATHS: u8 = 2;

/// What a caller may ask of a running job.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    Pause,
    Resume,
    Cancel,
    Kill(usize),
}

/// Where a job begins: at the beginning, or where another way of running it stopped.
pub(crate) struct Start {
    pub(crate) spec: JobSpec,
    pub(crate) walk: Walk,
    pub(crate) totals: Arc<Totals>,
    pub(crate) ledger: Ledger,
    pub(crate) half_read: Option<HalfRead>,
}

impl Start {
    pub(crate) fn fresh(spec: JobSpec) -> Self {
        Self {
            walk: Walk::new(spec.roots.clone(), spec.links),
            totals: Arc::default(),
            ledger: Ledger::new(CpuClock::start()),
            half_read: None,
            spec,
        }
    }
}

/// What has been settled so far: everything a summary needs.
pub(crate) struct Ledger {
    counts: Counts,
    bytes: u64,
    started: Instant,
    cpu: CpuClock,
}

impl Ledger {
    pub(crate) fn new(cpu: CpuClock) -> Self {
        Self {
            counts: Counts::default(),
            bytes: 0,
            started: Instant::now(),
            cpu,
        }
    }

    pub(crate) fn count(&mut self, result: &FileResult) {
        self.counts.add(result.verdict.kind());
        if let Verdict::Hashed(_) = result.verdict {
            self.bytes += result.size;
        }
    }

    pub(crate) fn close(&self, ending: Ending, found: u64) -> Summary {
        Summary {
            ending,
            found,
            counts: self.counts,
            not_reached: found.saturating_sub(self.counts.total()),
            bytes: self.bytes,
            wall: self.started.elapsed(),
            cpu: self.cpu.elapsed(),
            workers: Vec::new(),
        }
    }
}

pub(crate) fn spawn(
    start: Start,
    run_on: RunOn,
    control: Control,
    lanes: Arc<[Arc<Lane>]>,
    orders: Receiver<Order>,
    sink: Sink,
) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name("dispatcher".to_owned())
        .spawn(move || run(start, run_on, control, &lanes, &orders, &sink))
}

fn run(
    start: Start,
    run_on: RunOn,
    control: Control,
    lanes: &[Arc<Lane>],
    orders: &Receiver<Order>,
    sink: &Sink,
) {
    let Start {
        spec,
        walk,
        totals,
        ledger,
        half_read,
    } = start;
    let mut slots: Vec<Slot> = lanes.iter().cloned().map(Slot::new).collect();
    // Ids of bundles that come from the backlog count up from zero.
    let half_read = half_read.map(|half| (u64::MAX, half));
    if let (Some((id, half)), Some(slot)) = (&half_read, slots.first_mut()) {
        slot.hold(Batch {
            id: *id,
            together: false,
            announce: false,
            items: Arc::from([half.item()]),
        });
    }
    let backlog = Backlog::new(together_pays(&spec.algorithms));
    let crew: Box<dyn Crew> = match run_on {
        RunOn::Threads => Box::new(Threads {
            algorithms: spec.algorithms,
            priority: spec.priority,
            control: control.clone(),
            half_read,
        }),
        RunOn::Processes => Box::new(Processes {
            algorithms: spec.algorithms,
            priority: spec.priority,
        }),
    };
    let (reports, inbox) = bounded(REPORTS);
    let (found, failed) = match scan::spawn(walk, totals.clone(), control.token().clone()) {
        Ok(found) => (found, None),
        Err(error) => (never(), Some(format!("the scan could not start: {error}"))),
    };
    let mut dispatcher = Dispatcher {
        crew,
        control,
        totals,
        ledger,
        slots,
        backlog,
        scanning: true,
        stage: Stage::Running,
        results: Vec::new(),
        results_since: None,
        outbox: VecDeque::new(),
        reports,
    };
    if let Some(why) = failed {
        dispatcher.begin_ending(Ending::Failed(why));
    }
    dispatcher.work(&found, &inbox, orders, sink);
    let summary = dispatcher.summary();
    for slot in &dispatcher.slots {
        slot.lane.update(|lane| lane.state = WorkerState::Gone);
    }
    if sink.events.send(Event::Finished(summary)).is_ok() {
        sink.sent(true);
    }
}

enum Stage {
    Running,
    /// Workers have been told to end and have until then to do so.
    Ending {
        how: Ending,
        deadline: Instant,
    },
}

impl Stage {
    fn ending(how: Ending) -> Self {
        Self::Ending {
            how,
            deadline: Instant::now() + GRACE,
        }
    }
}

struct Dispatcher {
    crew: Box<dyn Crew>,
    control: Control,
    totals: Arc<Totals>,
    ledger: Ledger,
    slots: Vec<Slot>,
    backlog: Backlog,
    scanning: bool,
    stage: Stage,
    /// Results on their way into an event, and since when the first of them has waited.
    results: Vec<FileResult>,
    results_since: Option<Instant>,
    /// Events on their way into the sink.
    outbox: VecDeque<Event>,
    reports: Sender<Report>,
}

impl Dispatcher {
    fn work(
        &mut self,
        found: &Receiver<Vec<Found>>,
        inbox: &Receiver<Report>,
        orders: &Receiver<Order>,
        sink: &Sink,
    ) {
        let mut found = found.clone();
        let mut orders = orders.clone();
        loop {
            self.heed_cancel();
            self.fill_places();
            self.hand_out();
            self.end_if_done();
            if matches!(self.stage, Stage::Ending { .. }) && self.all_gone() && inbox.is_empty() {
                break;
            }
            self.flush(sink);
            let ending = matches!(self.stage, Stage::Ending { .. });
            let clogged = self.outbox.len() >= HELD_BACK && !ending;

            let mut select = Select::new();
            let on_order = select.recv(&orders);
            let on_report = (!clogged).then(|| select.recv(inbox));
            let on_found = (!clogged && self.scanning).then(|| select.recv(&found));
            let on_room = (!self.outbox.is_empty()).then(|| select.send(&sink.events));
            let Ok(ready) = select.select_timeout(self.patience()) else {
                self.enforce_deadlines();
                continue;
            };
            let index = Some(ready.index());
            if index == Some(on_order) {
                if let Ok(order) = ready.recv(&orders) {
                    self.obey(order);
                } else {
                    // The handle is gone, which cancels the job; its last order said so.
                    orders = never();
                }
            } else if index == on_report {
                if let Ok(report) = ready.recv(inbox) {
                    self.hear(report);
                    // Whatever else is there already, so that one event carries it all.
                    while let Some(report) = (self.results.len() < RESULTS_IN_EVENT)
                        .then(|| inbox.try_recv().ok())
                        .flatten()
                    {
                        self.hear(report);
                    }
                }
            } else if index == on_found {
                if let Ok(bundle) = ready.recv(&found) {
                    self.take_in(bundle);
                } else {
                    self.heed_cancel();
                    self.scanning = false;
                    found = never();
                }
            } else if index == on_room
                && let Some(event) = self.outbox.pop_front()
            {
                let urgent = !matches!(event, Event::Results(_));
                if ready.send(&sink.events, event).is_ok() {
                    sink.sent(urgent);
                } else {
                    self.nobody_listens();
                }
            }
        }
        self.pass_on_results();
        for event in self.outbox.drain(..) {
            // Waiting here is waiting for the listener alone: every worker is gone.
            if sink.events.send(event).is_err() {
                break;
            }
            sink.sent(true);
        }
    }

    /// The flag is seen by the scan and by threads before the order arrives here. What they then
    /// do (stop early, end) must not be taken for the end of the scan or for a death.
    fn heed_cancel(&mut self) {
        if self.control.token().is_cancelled() {
            self.obey(Order::Cancel);
        }
    }

    fn patience(&self) -> Duration {
        let now = Instant::now();
        let restarts = self.slots.iter().filter_map(|slot| match slot.place {
            Place::Vacant { not_before, .. } => Some(not_before),
            _ => None,
        });
        let grace = match &self.stage {
            Stage::Ending { deadline, .. } => Some(*deadline),
            Stage::Running => None,
        };
        let bundle = self.results_since.map(|since| since + BUNDLE_FOR);
        restarts
            .chain(grace)
            .chain(bundle)
            .map(|when| when.saturating_duration_since(now))
            .min()
            .unwrap_or(Duration::from_secs(60))
            .max(Duration::from_millis(1))
    }

    /// Sends what can be sent without waiting. While the listener still has something to take
    /// in, results are bundled: a listener that comes by thirty times a second would otherwise
    /// find the channel full of small events, and the workers waiting behind it.
    fn flush(&mut self, sink: &Sink) {
        if sink.events.is_empty()
            || self.results.len() >= RESULTS_IN_EVENT
            || self.results_wait_long()
        {
            self.pass_on_results();
        }
        while let Some(event) = self.outbox.pop_front() {
            let urgent = !matches!(event, Event::Results(_));
            match sink.events.try_send(event) {
                Ok(()) => sink.sent(urgent),
                Err(crossbeam_channel::TrySendError::Full(event)) => {
                    self.outbox.push_front(event);
                    break;
                }
                Err(crossbeam_channel::TrySendError::Disconnected(_)) => {
                    self.nobody_listens();
                    break;
                }
            }
        }
    }

    fn results_wait_long(&self) -> bool {
        self.results_since
            .is_some_and(|since| since.elapsed() >= BUNDLE_FOR)
    }

    /// Bundles results: into the last event that still waits, if it has room.
    fn pass_on_results(&mut self) {
        self.results_since = None;
        if self.results.is_empty() {
            return;
        }
        if let Some(Event::Results(waiting)) = self.outbox.back_mut()
            && waiting.len() + self.results.len() <= RESULTS_IN_EVENT
        {
            waiting.append(&mut self.results);
        } else {
            let results = std::mem::take(&mut self.results);
            self.outbox.push_back(Event::Results(results));
        }
    }

    fn nobody_listens(&mut self) {
        self.outbox.clear();
        self.results.clear();
        self.obey(Order::Cancel);
    }

    // ---- files ----

    fn take_in(&mut self, bundle: Vec<Found>) {
        for found in bundle {
            match found {
                Found::File { path, seen } => self.backlog.push(Item {
                    path,
                    seen,
                    deaths: 0,
                }),
                Found::Folder => {}
                Found::Settled(result) => {
                    self.totals.done(1, 0);
                    self.settle(result);
                }
            }
        }
    }

    fn settle(&mut self, result: FileResult) {
        self.ledger.count(&result);
        self.results.push(result);
        self.results_since.get_or_insert_with(Instant::now);
    }

    fn hand_out(&mut self) {
        if matches!(self.stage, Stage::Ending { .. }) {
            return;
        }
        while !self.backlog.is_empty() {
            let hungry = self
                .slots
                .iter()
                .enumerate()
                .filter_map(|(index, slot)| Some((slot.appetite()?, index)));
            let sharers = hungry.clone().count();
            let Some((_, index)) = hungry.min() else {
                break;
            };
            let in_hand = self.slots.iter().map(Slot::bytes).sum();
            let Some(batch) = self.backlog.take(sharers, self.slots.len(), in_hand) else {
                break;
            };
            self.slots[index].assign(batch);
        }
    }

    // ---- workers ----

    fn fill_places(&mut self) {
        if matches!(self.stage, Stage::Ending { .. }) {
            return;
        }
        let now = Instant::now();
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            let Place::Vacant {
                not_before,
                failures,
            } = slot.place
            else {
                continue;
            };
            if not_before > now {
                continue;
            }
            slot.generation += 1;
            let spawned = self.crew.spawn(
                index,
                slot.generation,
                slot.lane.clone(),
                self.reports.clone(),
            );
            match spawned {
                Ok(mut worker) => {
                    if self.control.is_paused() {
                        worker.signal(Signal::Pause);
                    }
                    let pid = worker.pid();
                    slot.lane.update(|lane| {
                        lane.pid = pid;
                        lane.state = WorkerState::Starting;
                    });
                    slot.place = Place::Starting { worker, failures };
                }
                Err(error) => self.start_failed(index, failures, &error.to_string()),
            }
        }
    }

    fn start_failed(&mut self, index: usize, failures: u32, reason: &str) {
        let failures = failures + 1;
        // It may hold a file that another way began; nobody is to blame for it.
        let (items, _) = self.slots[index].surrender();
        for item in items {
            self.backlog.push(item);
        }
        let slot = &mut self.slots[index];
        let reason = format!("could not be started: {reason}");
        slot.lane.update(|lane| {
            lane.pid = None;
            lane.note = Some((reason.clone(), Instant::now()));
        });
        if failures < START_FAILURES {
            slot.place = Place::Vacant {
                not_before: Instant::now() + restart_delay(failures),
                failures,
            };
        } else {
            slot.place = Place::Closed;
            slot.lane.update(|lane| lane.state = WorkerState::Gone);
        }
        self.tell(
            index,
            WorkerEvent::StartFailed {
                reason: reason.clone(),
            },
        );
        if self.slots.iter().all(|s| matches!(s.place, Place::Closed)) {
            self.begin_ending(Ending::Failed(format!(
                "no worker is left: the last one {reason}"
            )));
        }
    }

    fn hear(&mut self, report: Report) {
        self.heed_cancel();
        let Report {
            slot: index,
            generation,
            what,
        } = report;
        if self.slots[index].generation != generation {
            return;
        }
        match what {
            What::Ready => self.ready(index),
            What::Begun(batch) => self.slots[index].begun(batch),
            What::Results { batch, results } => self.results_came(index, batch, results),
            What::Ended(end) => self.ended(index, end),
        }
    }

    fn ready(&mut self, index: usize) {
        let slot = &mut self.slots[index];
        match std::mem::replace(&mut slot.place, Place::Closed) {
            Place::Starting { worker, .. } => {
                let pid = worker.pid();
                let paused = self.control.is_paused();
                slot.lane.update(|lane| {
                    lane.state = if paused {
                        WorkerState::Paused
                    } else {
                        WorkerState::Idle
                    };
                    lane.last_progress = Instant::now();
                });
                slot.place = Place::Ready {
                    worker,
                    kill_asked: false,
                };
                if slot.generation > 1 {
                    self.tell(index, WorkerEvent::Replaced { pid });
                }
            }
            other => slot.place = other,
        }
    }

    fn results_came(&mut self, index: usize, batch: u64, results: Vec<(u64, Verdict)>) {
        let Self {
            slots,
            ledger,
            results: out,
            results_since,
            totals,
            ..
        } = self;
        let slot = &mut slots[index];
        let (mut files, mut bytes, mut walked) = (0, 0, 0);
        slot.report(batch, results, |item, read, verdict| {
            files += 1;
            bytes += read;
            walked += item.seen.size;
            let size = if let Verdict::Hashed(_) = verdict {
                read
            } else {
                item.seen.size
            };
            let result = FileResult {
                path: item.path,
                size,
                verdict,
            };
            ledger.count(&result);
            out.push(result);
        });
        totals.done(files, walked);
        results_since.get_or_insert_with(Instant::now);
        slot.figures.files += files;
        slot.figures.bytes += bytes;
        let idle = slot.is_idle();
        let figures = slot.figures.clone();
        let paused = self.control.is_paused();
        slot.lane.update(|lane| {
            lane.files = figures.files;
            lane.bytes = figures.bytes;
            lane.file_done = 0;
            lane.file_size = 0;
            lane.last_progress = Instant::now();
            if idle && !paused {
                lane.state = WorkerState::Idle;
            }
        });
    }

    fn ended(&mut self, index: usize, end: End) {
        let slot = &mut self.slots[index];
        let place = std::mem::replace(&mut slot.place, Place::Closed);
        let (pid, asked, failures) = match &place {
            Place::Starting { worker, failures } => (worker.pid(), false, *failures),
            Place::Ready { worker, kill_asked } => (worker.pid(), *kill_asked, 0),
            Place::Vacant { .. } | Place::Closed => (None, false, 0),
        };
        drop(place);
        if matches!(self.stage, Stage::Ending { .. }) {
            slot.lane.update(|lane| lane.state = WorkerState::Gone);
            return;
        }
        let how = match end {
            // Ending unasked is dying, whatever it says.
            End::Quiet => "ended without being told to".to_owned(),
            End::Died(how) => how,
            End::Unfit(why) => {
                self.start_failed(index, failures, &why);
                return;
            }
        };
        let (items, suspects) = slot.surrender();
        let (mut requeued, mut set_aside) = (0, 0);
        slot.figures.restarts += 1;
        let (lane, restarts) = (slot.lane.clone(), slot.figures.restarts);
        slot.place = Place::Vacant {
            not_before: Instant::now(),
            failures: 0,
        };
        for (position, mut item) in items.into_iter().enumerate() {
            // Killed from outside, it was no file's fault. Otherwise each unreported file of
            // the bundle it was working on may be the one: each is tried once more, alone.
            if !asked && position < suspects {
                item.deaths += 1;
            }
            if item.deaths >= DEATHS {
                set_aside += 1;
                self.totals.done(1, item.seen.size);
                self.settle(FileResult {
                    verdict: Verdict::Crashed(format!(
                        "{DEATHS} workers died with it; the last one {how}"
                    )),
                    path: item.path,
                    size: item.seen.size,
                });
            } else {
                requeued += 1;
                self.backlog.push(item);
            }
        }
        lane.update(|lane| {
            lane.state = WorkerState::Restarting;
            lane.restarts = restarts;
            lane.file = None;
            lane.file_done = 0;
            lane.note = Some((obituary(&how, requeued, set_aside), Instant::now()));
        });
        self.tell(
            index,
            WorkerEvent::Died {
                pid,
                how,
                asked,
                requeued,
                set_aside,
            },
        );
    }

    fn tell(&mut self, worker: usize, what: WorkerEvent) {
        self.pass_on_results();
        self.outbox.push_back(Event::Worker { worker, what });
    }

    fn signal_all(&mut self, signal: Signal) {
        for slot in &mut self.slots {
            if let Some(worker) = slot.worker() {
                worker.signal(signal);
            }
        }
    }

    // ---- orders and endings ----

    fn obey(&mut self, order: Order) {
        if matches!(self.stage, Stage::Ending { .. }) {
            return;
        }
        match order {
            Order::Pause => {
                self.signal_all(Signal::Pause);
                self.show_all(WorkerState::Paused);
            }
            Order::Resume => {
                self.signal_all(Signal::Resume);
                self.show_all(WorkerState::Idle);
            }
            Order::Kill(index) => {
                if let Some(slot) = self.slots.get_mut(index) {
                    if let Place::Ready { worker, kill_asked } = &mut slot.place {
                        // A thread cannot be killed, and goes on as it was.
                        *kill_asked = worker.pid().is_some();
                    }
                    if let Some(worker) = slot.worker() {
                        worker.kill();
                    }
                }
            }
            Order::Cancel => {
                self.control.cancel();
                self.backlog.clear();
                self.begin_ending(Ending::Cancelled);
            }
        }
    }

    fn show_all(&self, state: WorkerState) {
        for slot in &self.slots {
            slot.lane.update(|lane| match lane.state {
                WorkerState::Idle | WorkerState::Hashing | WorkerState::Paused => {
                    lane.state = if slot.is_idle() || state == WorkerState::Paused {
                        state
                    } else {
                        WorkerState::Hashing
                    };
                }
                WorkerState::Starting | WorkerState::Restarting | WorkerState::Gone => {}
            });
        }
    }

    fn end_if_done(&mut self) {
        let idle = self.slots.iter().all(Slot::is_idle);
        if matches!(self.stage, Stage::Running) && !self.scanning && self.backlog.is_empty() && idle
        {
            self.begin_ending(Ending::Completed);
        }
    }

    fn begin_ending(&mut self, how: Ending) {
        let signal = if how == Ending::Completed {
            Signal::Finish
        } else {
            Signal::Cancel
        };
        if how != Ending::Completed {
            self.control.cancel();
        }
        self.stage = Stage::ending(how);
        self.signal_all(signal);
        for slot in &mut self.slots {
            if let Place::Vacant { .. } = slot.place {
                slot.place = Place::Closed;
            }
        }
    }

    fn all_gone(&self) -> bool {
        self.slots
            .iter()
            .all(|slot| matches!(slot.place, Place::Closed))
    }

    fn enforce_deadlines(&mut self) {
        if let Stage::Ending { deadline, .. } = &mut self.stage
            && Instant::now() >= *deadline
        {
            // Threads cannot be killed: they end at their next step, however long that takes.
            *deadline = Instant::now() + GRACE;
            for slot in &mut self.slots {
                if let Some(worker) = slot.worker() {
                    worker.kill();
                }
            }
        }
    }

    fn summary(&self) -> Summary {
        let how = match &self.stage {
            Stage::Ending { how, .. } => how.clone(),
            Stage::Running => Ending::Failed("the dispatcher stopped".to_owned()),
        };
        let mut summary = self.ledger.close(how, self.totals.now().found_files);
        summary.workers = self.slots.iter().map(|slot| slot.figures.clone()).collect();
        summary
    }
}

fn obituary(how: &str, requeued: usize, set_aside: usize) -> String {
    let aside = match set_aside {
        0 => "",
        1 => "; one file was set aside",
        _ => "; some files were set aside",
    };
    match requeued {
        0 if set_aside == 0 => format!("{how}; it held no file"),
        0 => format!("{how}{aside}"),
        1 => format!("{how}; its file went to others{aside}"),
        n => format!("{how}; its {n} files went to others{aside}"),
    }
}
