//! The foreman: one thread a job. It takes paths from the scan, makes bundles of them for the
//! pool, matches what the workers say with files, decides what becomes of the files of the dead,
//! passes results on, and writes the one `Finished`.
//!
//! It never waits for any one party: everything it listens to and its own outgoing events are
//! in one `select`. A sink that is full makes it stop listening to the pool and giving it work,
//! and so makes the workers wait; orders (pause, cancel, kill) have a channel of their own and
//! get through regardless. The workers themselves, their deaths and their replacement are the
//! pool's business.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, never, unbounded};

use super::RunOn;
use super::backlog::{AHEAD_BYTES, Backlog, Batch};
use super::common::Common;
use super::drill::{Damage, Drill};
use super::forecast::{Amount, AtWork, Forecaster};
use super::in_hand::{Fate, FilesInHand};
use super::inline::Start;
use super::ledger::Ledger;
use super::obituary::{because, obituary};
use super::plan::{Plan, Todo};
use super::scan;
use crate::cancel::Control;
use crate::event::{Cause, Ending, Event, Sink, Summary, WorkerEvent, WorkerFigures};
use crate::name::harmless;
use crate::pool::{
    Death, Executor, LONGEST, Log, Loss, News, Pool, Processes, Said as TaskSaid, Terms, Threads,
};
use crate::process::Harm;
use crate::progress::{Lane, Totals, WorkerState};
use crate::tasks::bundle::{Bundle, Item, Said, Settled};
use crate::tasks::hash::{HalfRead, together_pays};
use crate::verdict::{FileResult, SkipReason, Verdict};

/// Results in one event at most: a listener that works by the clock must be able to stop.
const RESULTS_IN_EVENT: usize = 2048;
/// Results wait this long for company while the listener is behind.
const BUNDLE_FOR: Duration = Duration::from_millis(100);
/// Events held back while the sink is full, before the foreman stops taking results.
const HELD_BACK: usize = 4;
/// A file that killed this many workers is set aside.
const DEATHS: u8 = 2;
/// Bundles in a worker's hands, the one it is at included: the second hides the way there and
/// back.
const IN_HAND: usize = 2;

/// What a caller may ask of a running job.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    Pause,
    Resume,
    Cancel,
    Kill(usize),
    Skip(usize),
    Drill(bool),
}

/// What the handle to a job sees of it too.
pub(crate) struct Seen {
    pub(crate) control: Control,
    pub(crate) lanes: Arc<[Arc<Lane>]>,
    pub(crate) log: Log,
}

pub(crate) fn spawn<P: Plan>(
    start: Start<P, impl Iterator<Item = P::Found> + Send + 'static>,
    run_on: RunOn,
    seen: Seen,
    orders: Receiver<Order>,
    sink: Sink,
) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new()
        .name("foreman".to_owned())
        .spawn(move || match run_on {
            RunOn::Threads => run::<Threads, P>(start, seen, &orders, &sink),
            RunOn::Processes => run::<Processes, P>(start, seen, &orders, &sink),
        })
}

/// From the pool.
enum Mail {
    Task(u64, TaskSaid<Bundle>),
    /// And when: a foreman whose listener is behind hears it later.
    News(Instant, News),
}

fn run<E: Executor, P: Plan>(
    start: Start<P, impl Iterator<Item = P::Found> + Send + 'static>,
    seen: Seen,
    orders: &Receiver<Order>,
    sink: &Sink,
) {
    let Seen {
        control,
        lanes,
        log,
    } = seen;
    let Start {
        plan,
        source,
        workers: _,
        priority,
        file_limit,
        common: Common {
            totals, left_out, ..
        },
        ledger,
        half_read,
    } = start;
    let (mail, inbox) = unbounded();
    let news = mail.clone();
    let pool = Pool::<Bundle, E>::builder()
        .workers(lanes.len())
        .batch(IN_HAND)
        .ahead_weight(AHEAD_BYTES)
        .eager()
        .priority(priority)
        .name("worker")
        .log(log.clone())
        .watch(move |what| {
            // The foreman listens until the pool is over.
            let _ = news.send(Mail::News(Instant::now(), what));
        })
        .build();
    let pool = match pool {
        Ok(pool) => pool,
        Err(error) => {
            let why = Ending::Failed(error.to_string());
            if sink
                .events
                .send(Event::Finished(ledger.close(why, totals.now().found_files)))
                .is_ok()
            {
                sink.sent(true);
            }
            return;
        }
    };
    let (found, failed) = match scan::spawn::<P>(source, totals.clone(), control.token().clone()) {
        Ok(found) => (found, None),
        Err(error) => (never(), Some(format!("the scan could not start: {error}"))),
    };
    let mut foreman = Foreman {
        plan,
        todo: Todo::default(),
        pool,
        mail,
        control,
        totals,
        ledger,
        log,
        places: lanes.iter().cloned().map(Place::new).collect(),
        backlog: Backlog::default(),
        held: HashMap::new(),
        scanning: true,
        stage: Stage::Running,
        file_limit: file_limit
            .filter(|_| E::CAN_KILL)
            .map(|limit| limit.min(LONGEST)),
        paused: Paused::default(),
        forecaster: Forecaster::new(lanes.len()),
        drill: None,
        deed: unbounded(),
        deeds: VecDeque::new(),
        damage: Damage::default(),
        given_up: HashSet::new(),
        results: Vec::new(),
        results_since: None,
        outbox: VecDeque::new(),
    };
    if foreman.control.is_paused() {
        foreman.obey(Order::Pause);
    }
    if let Some(half) = half_read {
        foreman.go_on_with(half);
    }
    if let Some(why) = failed {
        foreman.begin_ending(Ending::Failed(why));
    }
    foreman.work(&found, &inbox, orders, sink);
    let mut summary = foreman.summary();
    summary.left_out = left_out.load(std::sync::atomic::Ordering::Relaxed);
    for (worker, place) in foreman.places.iter().enumerate() {
        place.lane.update(|lane| lane.state = WorkerState::Gone);
        if place.here.is_some() {
            foreman
                .log
                .note(worker, Instant::now(), "ended with the job");
        }
    }
    if sink.events.send(Event::Finished(summary)).is_ok() {
        sink.sent(true);
    }
}

enum Stage {
    Running,
    /// The pool has been told to end.
    Ending(Ending),
    /// It has.
    Over(Ending),
}

/// One worker's place, as others see it.
struct Place {
    lane: Arc<Lane>,
    figures: WorkerFigures,
    /// Workers that were ready here.
    came: u32,
    given_up: bool,
    /// The worker that is here, as far as is known.
    here: Option<Here>,
    /// The latest order that the worker here be ended.
    doom: Option<Doom>,
}

/// A worker in its place.
#[derive(Clone, Copy)]
struct Here {
    pid: Option<u32>,
}

/// Why a worker is to end, and the files that were given up for it.
struct Doom {
    cause: Cause,
    files: FilesInHand,
}

impl Doom {
    fn new(cause: Cause) -> Self {
        Self {
            cause,
            files: FilesInHand::default(),
        }
    }
}

impl Place {
    fn new(lane: Arc<Lane>) -> Self {
        Self {
            lane,
            figures: WorkerFigures::default(),
            came: 0,
            given_up: false,
            here: None,
            doom: None,
        }
    }
}

/// A bundle that the pool has.
struct Held {
    items: Arc<[Item]>,
    reported: usize,
    worker: Option<usize>,
    /// When it last was seen to come on: begun, or a file of it settled.
    since: Instant,
    /// Since when its time is measured: begun, or the walk over; and until when, the last that was heard
    /// of it. Pauses are taken off both.
    begun: Instant,
    heard: Instant,
    /// What was done of it before that.
    before: Amount,
    /// Bytes that were hashed of what is not reported yet.
    unreported: u64,
}

impl Held {
    fn left(&self) -> &[Item] {
        &self.items[self.reported..]
    }

    fn bytes(&self) -> u64 {
        self.left().iter().map(Item::bytes).sum()
    }

    /// What was done of it, and what is left.
    fn amounts(&self) -> (Amount, Amount) {
        let of = |items: &[Item]| {
            let bytes = items.iter().map(Item::bytes).sum();
            Amount::new(items.len(), bytes)
        };
        let left = of(self.left()).less(Amount::new(0, self.unreported));
        (of(&self.items).less(left), left)
    }

    /// What was done in how long.
    fn measured(&self) -> (Amount, Duration) {
        let (done, _) = self.amounts();
        let took = self.heard.saturating_duration_since(self.begun);
        (done.less(self.before), took)
    }
}

/// How long a job has been paused altogether, and since when it is.
#[derive(Default)]
struct Paused {
    before: Duration,
    since: Option<Instant>,
}

impl Paused {
    fn total(&self) -> Duration {
        self.before + self.since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}

struct Foreman<E: Executor, P: Plan> {
    plan: P,
    /// What the plan wants done, on its way to being so.
    todo: Todo,
    pool: Pool<Bundle, E>,
    mail: Sender<Mail>,
    control: Control,
    totals: Arc<Totals>,
    ledger: Ledger,
    log: Log,
    places: Vec<Place>,
    backlog: Backlog,
    held: HashMap<u64, Held>,
    scanning: bool,
    stage: Stage,
    file_limit: Option<Duration>,
    paused: Paused,
    forecaster: Forecaster,
    drill: Option<Drill>,
    /// Deeds of the drill that were ordered, and the answers whether they could be done.
    deed: (Sender<bool>, Receiver<bool>),
    deeds: VecDeque<Harm>,
    damage: Damage,
    /// Bundles whose worker is being ended because of a file that was given up.
    given_up: HashSet<u64>,
    /// Results on their way into an event, and since when the first of them has waited.
    results: Vec<FileResult>,
    results_since: Option<Instant>,
    /// Events on their way into the sink.
    outbox: VecDeque<Event>,
}

impl<E: Executor, P: Plan> Foreman<E, P> {
    fn work(
        &mut self,
        found: &Receiver<Vec<P::Found>>,
        inbox: &Receiver<Mail>,
        orders: &Receiver<Order>,
        sink: &Sink,
    ) {
        let mut found = found.clone();
        let mut orders = orders.clone();
        let mut was_clogged = false;
        loop {
            self.heed_cancel();
            self.do_harm();
            let clogged = self.outbox.len() >= HELD_BACK && self.is_running();
            if clogged || std::mem::replace(&mut was_clogged, clogged) {
                // What was not listened to is no sign of anybody hanging.
                self.forgive();
            } else {
                self.keep_file_limit();
            }
            if !clogged {
                self.hand_out();
            }
            self.foretell();
            self.end_if_done();
            if let Stage::Over(_) = self.stage {
                break;
            }
            self.flush(sink);

            let mut select = Select::new();
            let on_order = select.recv(&orders);
            let on_mail = (!clogged).then(|| select.recv(inbox));
            let on_found = (!clogged && self.scanning).then(|| select.recv(&found));
            let on_room = (!self.outbox.is_empty()).then(|| select.send(&sink.events));
            let Ok(ready) = select.select_timeout(self.patience()) else {
                self.look_after_the_pool(inbox);
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
            } else if index == on_mail {
                if let Ok(mail) = ready.recv(inbox) {
                    self.hear(mail);
                    // Whatever else is there already, so that one event carries it all.
                    while let Some(mail) = (self.results.len() < RESULTS_IN_EVENT)
                        .then(|| inbox.try_recv().ok())
                        .flatten()
                    {
                        self.hear(mail);
                    }
                }
            } else if index == on_found {
                if let Ok(bundle) = ready.recv(&found) {
                    self.take_in(bundle);
                } else {
                    self.heed_cancel();
                    self.scanning = false;
                    self.measure_anew();
                    found = never();
                    if !self.totals.now().scan_done {
                        // It panicked, and its hook has said where.
                        self.begin_ending(Ending::Failed("the scan stopped".to_owned()));
                    }
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

    fn is_running(&self) -> bool {
        matches!(self.stage, Stage::Running)
    }

    /// The flag is seen by the scan before the order arrives here. That the scan then stops
    /// early must not be taken for its end.
    fn heed_cancel(&mut self) {
        if self.control.token().is_cancelled() {
            self.obey(Order::Cancel);
        }
    }

    fn patience(&self) -> Duration {
        let bundle = self.results_since.map(|since| since + BUNDLE_FOR);
        let drill = self.drill.as_ref().map(Drill::due);
        let late = self
            .file_limit
            .filter(|_| !self.is_paused())
            .and_then(|limit| {
                let at_work = self.held.values().filter(|held| held.worker.is_some());
                Some(at_work.map(|held| held.since).min()? + limit)
            });
        [bundle, drill, late]
            .into_iter()
            .flatten()
            .min()
            .map_or(Duration::from_secs(1), |when| {
                when.saturating_duration_since(Instant::now())
            })
            .max(Duration::from_millis(1))
    }

    fn is_paused(&self) -> bool {
        self.paused.since.is_some()
    }

    /// Time at work, without pauses.
    fn worked(&self) -> Duration {
        let since = self.ledger.started().elapsed();
        since.saturating_sub(self.paused.total())
    }

    /// The walk has taken a core, or the disk, until now.
    fn measure_anew(&mut self) {
        for held in self.held.values_mut() {
            if held.worker.is_some() {
                let (done, took) = held.measured();
                self.forecaster.learn(done, took);
                held.before.add(done);
                held.begun = held.heard;
            }
        }
        self.forecaster.scanned();
    }

    fn foretell(&mut self) {
        if !self.forecaster.is_due() || self.is_paused() || !self.totals.now().scan_done {
            return;
        }
        let mut ahead = self.backlog.ahead();
        let mut at_work = Vec::with_capacity(self.held.len());
        for held in self.held.values() {
            let (_, left) = held.amounts();
            match held.worker {
                Some(worker) => {
                    let (done, took) = held.measured();
                    at_work.push(AtWork {
                        worker,
                        took,
                        done,
                        left,
                    });
                }
                None => ahead.all.add(left),
            }
        }
        let places = self.places.iter().filter(|place| !place.given_up).count();
        let worked = self.worked();
        let left = self.forecaster.foretell(worked, places, &at_work, &ahead);
        self.totals.foretell(left);
    }

    /// A pool that ended without a word has panicked; its hook has said where.
    fn look_after_the_pool(&mut self, inbox: &Receiver<Mail>) {
        if !self.pool.has_ended() || !inbox.is_empty() {
            return;
        }
        let how = match &self.stage {
            Stage::Running => Ending::Failed("the pool's dispatcher stopped".to_owned()),
            Stage::Ending(how) | Stage::Over(how) => how.clone(),
        };
        self.stage = Stage::Over(how);
    }

    /// Sends what can be sent without waiting. While the listener still has something to take
    /// in, results are bundled: a listener that comes by thirty times a second would otherwise
    /// find the channel full of small events, and the workers waiting behind it.
    fn flush(&mut self, sink: &Sink) {
        let waited_long = self
            .results_since
            .is_some_and(|since| since.elapsed() >= BUNDLE_FOR);
        if sink.events.is_empty() || self.results.len() >= RESULTS_IN_EVENT || waited_long {
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
            // A plan may settle a million at once, such as all that is missing: a listener that
            // looks at its clock after each event must find the clock between them.
            let mut results = std::mem::take(&mut self.results);
            while results.len() > RESULTS_IN_EVENT {
                let rest = results.len() - RESULTS_IN_EVENT;
                let part = results.split_off(rest);
                self.outbox.push_back(Event::Results(part));
            }
            self.outbox.push_back(Event::Results(results));
        }
    }

    fn nobody_listens(&mut self) {
        self.outbox.clear();
        self.results.clear();
        self.obey(Order::Cancel);
    }

    // ---- files ----

    fn take_in(&mut self, bundle: Vec<P::Found>) {
        for found in bundle {
            self.plan.take_in(found, &mut self.todo);
        }
        self.carry_out();
    }

    /// A file has been hashed, or will not be. `read`: bytes that were.
    fn conclude(&mut self, item: Item, read: u64, verdict: Verdict) {
        self.totals.done(0, item.bytes());
        let size = if let Verdict::Hashed(_) = verdict {
            self.ledger.read(read);
            read
        } else {
            item.seen.size
        };
        self.plan.verdict(item, size, verdict, &mut self.todo);
    }

    /// Does what the plan has asked for.
    fn carry_out(&mut self) {
        let Todo {
            hash,
            settled,
            more,
            spared,
        } = &mut self.todo;
        if !hash.is_empty() {
            self.backlog
                .set_together(together_pays(self.plan.algorithms()));
            for item in hash.drain(..) {
                self.backlog.push(item);
            }
        }
        let more = std::mem::take(more);
        self.totals.found(more.rows, more.bytes);
        self.totals.spared(std::mem::take(spared));
        if settled.is_empty() {
            return;
        }
        self.totals.done(settled.len() as u64, 0);
        for result in &*settled {
            self.ledger.count(result);
        }
        self.results.append(settled);
        self.results_since.get_or_insert_with(Instant::now);
    }

    /// Gives the pool as much as its workers have hands for, and no more: what a bundle holds is
    /// decided late, when it is known how much there is for how many.
    fn hand_out(&mut self) {
        while self.is_running() && !self.backlog.is_empty() {
            let places = self.places.iter().filter(|place| !place.given_up).count();
            let in_hand: Vec<u64> = self.held.values().map(Held::bytes).collect();
            // Whoever has much in hand gets no second bundle: nobody sits on work that another
            // could do.
            let busy = in_hand.iter().filter(|&&bytes| bytes > AHEAD_BYTES).count();
            let room = (IN_HAND * places.saturating_sub(busy)).saturating_sub(in_hand.len() - busy);
            if room == 0 {
                break;
            }
            let sharers = room.min(places.saturating_sub(busy));
            let Some(batch) = self.backlog.take(sharers, places, in_hand.iter().sum()) else {
                break;
            };
            self.submit(batch, None);
        }
    }

    fn submit(&mut self, batch: Batch, half_read: Option<HalfRead>) {
        let Batch { items, together } = batch;
        let held = Held {
            items: items.clone(),
            reported: 0,
            worker: None,
            since: Instant::now(),
            begun: Instant::now(),
            heard: Instant::now(),
            before: Amount::default(),
            unreported: 0,
        };
        let weight = held.bytes();
        let bundle = Bundle {
            items,
            algorithms: self.plan.algorithms().clone(),
            together,
            half_read,
        };
        let mail = &self.mail;
        let submitted = self
            .pool
            .submit_to(Terms::default(), Some(weight), bundle, |task| {
                let mail = mail.clone();
                Box::new(move |said| {
                    // The foreman listens until the pool is over.
                    let _ = mail.send(Mail::Task(task, said));
                })
            });
        match submitted {
            Ok(task) => {
                self.held.insert(task, held);
            }
            Err(error) => {
                // They were never begun, and are counted as not reached.
                self.begin_ending(Ending::Failed(error.to_string()));
            }
        }
    }

    fn go_on_with(&mut self, half: HalfRead) {
        let item = Item::new(half.path.clone(), half.reading.before(), 0);
        let batch = Batch {
            items: Arc::from([item]),
            together: false,
        };
        self.submit(batch, Some(half));
    }

    // ---- what the pool says ----

    fn hear(&mut self, mail: Mail) {
        match mail {
            Mail::News(at, news) => self.hear_news(at, news),
            Mail::Task(task, TaskSaid::Began { worker, .. }) => {
                if let Some(held) = self.held.get_mut(&task) {
                    held.worker = Some(worker);
                    held.since = Instant::now();
                    held.begun = held.since;
                    held.heard = held.since;
                    self.show(worker, WorkerState::Hashing);
                }
            }
            Mail::Task(_, TaskSaid::Progress { .. }) => {}
            Mail::Task(task, TaskSaid::Part(Said::At(position))) => {
                if let Some(held) = self.held.get_mut(&task)
                    && let Some(worker) = held.worker
                    && let Some(item) = held.items.get(position.index as usize)
                {
                    held.unreported = position.done;
                    held.heard = Instant::now();
                    self.places[worker].lane.show(&item.path, position);
                }
            }
            Mail::Task(task, TaskSaid::Part(Said::Results(results))) => self.note(task, results),
            Mail::Task(task, TaskSaid::Ended(Ok(results))) => {
                self.given_up.remove(&task);
                self.note(task, results);
                if let Some(held) = self.put_down(task) {
                    let (done, took) = held.measured();
                    self.forecaster.learn(done, took);
                }
            }
            Mail::Task(task, TaskSaid::Ended(Err(death))) => self.lost(task, &death),
        }
    }

    fn hear_news(&mut self, at: Instant, news: News) {
        match news {
            News::Starting { worker, pid } => {
                self.gone_unseen(worker, at);
                let place = &mut self.places[worker];
                place.here = Some(Here { pid });
                place.lane.update(|lane| {
                    lane.pid = pid;
                    lane.state = WorkerState::Starting;
                });
                match pid {
                    Some(pid) => self
                        .log
                        .note(worker, at, &format!("started, process {pid}")),
                    None => self.log.note(worker, at, "started, a thread"),
                }
            }
            News::Ready { worker, pid } => {
                let place = &mut self.places[worker];
                place.came += 1;
                let again = place.came > 1;
                place
                    .lane
                    .update(|lane| lane.last_progress = Instant::now());
                self.show(worker, WorkerState::Idle);
                if again {
                    self.log
                        .note(worker, at, "ready, in the place of the one before");
                    self.tell(worker, at, WorkerEvent::Replaced { pid });
                } else {
                    self.log.note(worker, at, "ready");
                }
            }
            News::StartFailed {
                worker,
                reason,
                given_up,
            } => {
                let reason = format!("could not be started: {reason}");
                let place = &mut self.places[worker];
                place.given_up = given_up;
                place.doom = None;
                let pid = place.here.take().and_then(|here| here.pid);
                place.lane.update(|lane| {
                    lane.pid = None;
                    lane.note = Some((reason.clone(), Instant::now()));
                    if given_up {
                        lane.state = WorkerState::Gone;
                    }
                });
                self.log.note(worker, at, &reason);
                if given_up {
                    self.log.note(worker, at, "no other is tried");
                }
                self.tell(
                    worker,
                    at,
                    WorkerEvent::StartFailed {
                        pid,
                        reason: reason.clone(),
                        given_up,
                    },
                );
                if self.places.iter().all(|place| place.given_up) {
                    self.begin_ending(Ending::Failed(format!(
                        "no worker is left: the last one {reason}"
                    )));
                }
            }
            News::Lost(loss) => self.died(at, loss),
            News::Over => {
                let how = match std::mem::replace(&mut self.stage, Stage::Running) {
                    Stage::Ending(how) | Stage::Over(how) => how,
                    Stage::Running => Ending::Failed("the pool ended by itself".to_owned()),
                };
                self.stage = Stage::Over(how);
            }
        }
    }

    /// Matches results with the files they are about.
    fn note(&mut self, task: u64, results: Vec<Settled>) {
        let Some(held) = self.held.get_mut(&task) else {
            return;
        };
        let first = held.reported;
        held.reported = held.items.len().min(first + results.len());
        if held.reported == first {
            return;
        }
        held.since = Instant::now();
        held.heard = held.since;
        held.unreported = 0;
        let (items, worker) = (held.items.clone(), held.worker);
        let (mut files, mut bytes) = (0, 0);
        for (item, (read, verdict)) in items[first..].iter().zip(results) {
            files += 1;
            bytes += read;
            self.conclude(item.clone(), read, verdict);
        }
        self.carry_out();
        if let Some(worker) = worker {
            let place = &mut self.places[worker];
            place.figures.files += files;
            place.figures.bytes += bytes;
            place.lane.update(|lane| {
                lane.files = place.figures.files;
                lane.bytes = place.figures.bytes;
                lane.file_done = 0;
                lane.file_size = 0;
                lane.last_progress = Instant::now();
            });
        }
    }

    /// A bundle is no longer with the pool.
    fn put_down(&mut self, task: u64) -> Option<Held> {
        let held = self.held.remove(&task)?;
        if let Some(worker) = held.worker
            && !self.held.values().any(|other| other.worker == Some(worker))
        {
            self.show(worker, WorkerState::Idle);
        }
        Some(held)
    }

    /// A bundle came to no end, though its worker lives: the code that hashes has panicked.
    fn lost(&mut self, task: u64, death: &Death) {
        let Some(held) = self.put_down(task) else {
            return;
        };
        match death {
            Death::Cancelled(_) | Death::NoWorker(_) => {}
            other => {
                let how = other.to_string();
                let mut files = FilesInHand::default();
                self.bury(held.left(), true, &how, &mut files);
                if let Some(worker) = held.worker {
                    let pid = self.places[worker].here.and_then(|here| here.pid);
                    let now = Instant::now();
                    self.log.note(worker, now, &obituary(&how, &files));
                    self.tell(worker, now, WorkerEvent::Panicked { pid, how, files });
                }
            }
        }
    }

    /// A worker that is ended while it starts is not missed by the pool, and nothing is heard of
    /// it but that another one comes.
    fn gone_unseen(&mut self, worker: usize, at: Instant) {
        let place = &mut self.places[worker];
        let (Some(Here { pid }), doom) = (place.here.take(), place.doom.take()) else {
            return;
        };
        let how = "was ended while it started".to_owned();
        self.log.note(worker, at, &how);
        self.tell(
            worker,
            at,
            WorkerEvent::Died {
                pid,
                how,
                cause: doom.map_or(Cause::Unasked, |doom| doom.cause),
                files: FilesInHand::default(),
            },
        );
    }

    fn died(&mut self, at: Instant, loss: Loss) {
        let Loss {
            worker,
            pid,
            exit,
            asked,
            begun,
            waiting,
        } = loss;
        let how = exit.status.to_string();
        let how = match &exit.said {
            Some(said) => {
                let words: Vec<&str> = said.split_whitespace().collect();
                format!("{how}; it said: {}", harmless(words.join(" ").as_bytes()))
            }
            None => how,
        };
        let mut files = FilesInHand::default();
        let mut gave_up = false;
        for task in &begun {
            gave_up |= self.given_up.remove(task);
        }
        for task in begun {
            if let Some(held) = self.held.remove(&task) {
                // Killed from outside, it was no file's fault. Otherwise each unreported file of
                // the bundle it was working on may be the one: each is tried once more, alone.
                self.bury(held.left(), !asked, &how, &mut files);
            }
        }
        for task in waiting {
            for item in self.held.get(&task).map_or(&[][..], Held::left) {
                files.add(&item.path, Fate::Requeued);
            }
        }
        let place = &mut self.places[worker];
        place.here = None;
        let doom = place.doom.take();
        let cause = match (&doom, asked) {
            (_, false) => Cause::Unasked,
            (Some(doom), true) => doom.cause,
            (None, true) => Cause::Kill,
        };
        if let Some(doom) = doom {
            let rest = std::mem::replace(&mut files, doom.files);
            files.merge(rest);
        }
        place.figures.restarts += 1;
        let restarts = place.figures.restarts;
        let words = obituary(&how, &files);
        place.lane.update(|lane| {
            lane.state = WorkerState::Restarting;
            lane.restarts = restarts;
            lane.file = None;
            lane.file_done = 0;
            let words = if gave_up {
                "ended because a file was given up".to_owned()
            } else {
                words
            };
            lane.note = Some((words, Instant::now()));
        });
        let how_and_why = format!("{how}{}", because(cause));
        self.log.note(worker, at, &obituary(&how_and_why, &files));
        self.tell(
            worker,
            at,
            WorkerEvent::Died {
                pid,
                how,
                cause,
                files,
            },
        );
    }

    /// Files whose worker is gone go to others, or are set aside.
    fn bury(&mut self, items: &[Item], suspect: bool, how: &str, files: &mut FilesInHand) {
        for item in items {
            let mut item = item.clone();
            item.deaths += u8::from(suspect);
            if item.deaths < DEATHS {
                let fate = if item.deaths > 0 {
                    Fate::TriedAlone
                } else {
                    Fate::Requeued
                };
                files.add(&item.path, fate);
                self.backlog.push(item);
                continue;
            }
            files.add(&item.path, Fate::SetAside);
            let why = format!("{DEATHS} workers died with it; the last one {how}");
            self.conclude(item, 0, Verdict::Crashed(why));
        }
        self.carry_out();
    }

    fn tell(&mut self, worker: usize, at: Instant, what: WorkerEvent) {
        self.pass_on_results();
        let at = at.saturating_duration_since(self.ledger.started());
        self.outbox.push_back(Event::Worker { worker, at, what });
    }

    fn show(&self, worker: usize, state: WorkerState) {
        let state = if self.control.is_paused() {
            WorkerState::Paused
        } else {
            state
        };
        self.places[worker].lane.update(|lane| lane.state = state);
    }

    // ---- orders and endings ----

    fn obey(&mut self, order: Order) {
        if !self.is_running() {
            return;
        }
        match order {
            Order::Pause => {
                self.paused.since.get_or_insert_with(Instant::now);
                self.pool.pause();
            }
            Order::Resume => {
                if let Some(since) = self.paused.since.take() {
                    let for_so_long = since.elapsed();
                    self.paused.before += for_so_long;
                    for held in self.held.values_mut() {
                        held.begun += for_so_long;
                        held.heard += for_so_long;
                    }
                }
                self.forgive();
                self.pool.resume();
            }
            Order::Kill(worker) => {
                self.doom(worker, Doom::new(Cause::Kill));
                self.pool.kill_process(worker);
            }
            Order::Skip(worker) if E::CAN_KILL => self.give_up_file_of(worker, None),
            Order::Drill(on) if E::CAN_KILL => self.switch_drill(on),
            Order::Skip(_) | Order::Drill(_) => {}
            Order::Cancel => {
                self.control.cancel();
                self.backlog.clear();
                self.begin_ending(Ending::Cancelled);
            }
        }
        if let Order::Pause | Order::Resume = order {
            self.show_all();
        }
    }

    /// Notes why a worker is about to be ended. Of several orders the latest counts: one that
    /// found nobody leaves its note behind, and whoever ends the next has left another.
    fn doom(&mut self, worker: usize, mut doom: Doom) {
        if let Some(place) = self.places.get_mut(worker) {
            if let Some(earlier) = place.doom.take() {
                doom.files.merge(earlier.files);
            }
            place.doom = Some(doom);
        }
    }

    /// The worker hangs on a file: it is ended, and the file with it. `late`: because of the
    /// limit, and not because somebody asked.
    fn give_up_file_of(&mut self, worker: usize, late: Option<Duration>) {
        let at = self
            .held
            .iter()
            .filter(|(_, held)| held.worker == Some(worker))
            .min_by_key(|(task, _)| **task)
            .map(|(&task, _)| task);
        let Some((task, held)) = at.and_then(|task| Some((task, self.held.remove(&task)?))) else {
            return;
        };
        let Some(first) = held.left().first() else {
            return;
        };
        let file = first.path.clone();
        let (cause, fate) = match late {
            Some(_) => (Cause::FileLimit, Fate::TimedOut),
            None => (Cause::Skip, Fate::Skipped),
        };
        let mut doom = Doom::new(cause);
        let alone = if let [only] = held.left() {
            doom.files.add(&only.path, fate);
            let verdict = match late {
                Some(limit) => Verdict::TimedOut(limit),
                None => Verdict::Skipped(SkipReason::ByRequest),
            };
            self.conclude(only.clone(), 0, verdict);
            self.carry_out();
            0
        } else {
            for item in held.left() {
                doom.files.add(&item.path, Fate::TriedAlone);
                self.backlog.push_alone(item.clone());
            }
            held.left().len()
        };
        self.given_up.insert(task);
        self.doom(worker, doom);
        self.pool.kill_task(task);
        let late = late.is_some();
        self.tell(
            worker,
            Instant::now(),
            WorkerEvent::GaveUp { file, alone, late },
        );
    }

    fn keep_file_limit(&mut self) {
        let Some(limit) = self.file_limit else {
            return;
        };
        if self.is_paused() {
            return;
        }
        let late: Vec<usize> = self
            .held
            .values()
            .filter(|held| held.since.elapsed() >= limit)
            .filter_map(|held| held.worker)
            .collect();
        for worker in late {
            self.give_up_file_of(worker, Some(limit));
        }
    }

    /// Starts every file's time anew.
    fn forgive(&mut self) {
        let now = Instant::now();
        for held in self.held.values_mut() {
            held.since = now;
        }
    }

    fn switch_drill(&mut self, on: bool) {
        match (on, self.drill.take()) {
            (true, None) => self.drill = Some(Drill::new()),
            (true, was) => self.drill = was,
            (false, None) => {}
            (false, Some(drill)) => {
                for worker in drill.end() {
                    self.deeds.push_back(Harm::GoOn);
                    self.pool.harm(worker, Harm::GoOn, self.deed.0.clone());
                }
            }
        }
    }

    fn do_harm(&mut self) {
        let workers = self.places.len();
        let deeds = self
            .drill
            .as_mut()
            .map(|drill| drill.deeds(Instant::now(), workers));
        for (worker, harm) in deeds.unwrap_or_default() {
            if let Harm::Kill | Harm::Crash = harm {
                self.doom(worker, Doom::new(Cause::Drill));
            }
            self.deeds.push_back(harm);
            self.pool.harm(worker, harm, self.deed.0.clone());
        }
        // The pool answers in the order in which it was asked.
        while let Ok(could) = self.deed.1.try_recv() {
            if let Some(harm) = self.deeds.pop_front()
                && could
            {
                self.damage.note(harm);
            }
        }
    }

    fn show_all(&self) {
        for (worker, place) in self.places.iter().enumerate() {
            let busy = self.held.values().any(|held| held.worker == Some(worker));
            let state = if busy {
                WorkerState::Hashing
            } else {
                WorkerState::Idle
            };
            if matches!(
                place.lane.now().state,
                WorkerState::Idle | WorkerState::Hashing | WorkerState::Paused
            ) {
                self.show(worker, state);
            }
        }
    }

    fn end_if_done(&mut self) {
        let quiet = !self.scanning && self.backlog.is_empty() && self.held.is_empty();
        if !quiet || !self.is_running() {
            return;
        }
        self.plan.go_on(&mut self.todo);
        let more = !self.todo.hash.is_empty();
        self.carry_out();
        if more {
            self.hand_out();
        } else {
            self.begin_ending(Ending::Completed);
        }
    }

    fn begin_ending(&mut self, how: Ending) {
        if !self.is_running() {
            return;
        }
        self.switch_drill(false);
        if how == Ending::Completed {
            self.pool.close();
        } else {
            self.control.cancel();
            self.pool.terminate();
        }
        self.stage = Stage::Ending(how);
    }

    fn summary(&self) -> Summary {
        let how = match &self.stage {
            Stage::Ending(how) | Stage::Over(how) => how.clone(),
            Stage::Running => Ending::Failed("the foreman stopped".to_owned()),
        };
        let mut summary = self.ledger.close(how, self.totals.now().found_files);
        summary.algorithms = self.plan.algorithms().clone();
        summary.guesses = self.plan.guesses();
        summary.damage = self.damage;
        summary.forecast = self.forecaster.at_a_tenth(self.worked());
        summary.workers = self.places.iter().map(|p| p.figures.clone()).collect();
        summary
    }
}
