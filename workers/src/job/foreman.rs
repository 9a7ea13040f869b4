//! The foreman: one thread a job. It takes paths from the scan, makes bundles of them for the
//! pool, matches what the workers say with files, decides what becomes of the files of the dead,
//! passes results on, and writes the one `Finished`.
//!
//! It never waits for any one party: everything it listens to and its own outgoing events are
//! in one `select`. A sink that is full makes it stop listening to the pool and giving it work,
//! and so makes the workers wait; orders (pause, cancel, kill) have a channel of their own and
//! get through regardless. The workers themselves, their deaths and their replacement are the
//! pool's business.

mod held;
mod orders;
mod paused;
mod place;
mod said;
mod time_left;

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, bounded, never, unbounded};
use lanes::Choice;

use self::held::Held;
use self::paused::Paused;
use self::place::Place;
use super::RunOn;
use super::backlog::{AHEAD_BYTES, Backlog, Batch, Large};
use super::common::Common;
use super::drill::{Damage, Drill};
use super::forecast::{Amount, Forecaster};
use super::inline::Start;
use super::ledger::Ledger;
use super::plan::{Plan, Todo};
use super::readers::Readers;
use super::scan;
use crate::algorithm::Algorithm;
use crate::cancel::Control;
use crate::event::{Ending, Event, Sink, Summary};
use crate::instructions;
use crate::medium::{Medium, medium_of};
use crate::pool::{
    Executor, LONGEST, Log, News, Pool, Processes, Said as TaskSaid, Terms, Threads,
};
use crate::process::Harm;
use crate::progress::{Lane, Totals, WorkerState};
use crate::tasks::bundle::{Bundle, Item};
use crate::tasks::many::widest;
use crate::tasks::solo::HalfRead;
use crate::verdict::{FileResult, Verdict};

/// Results in one event at most: a listener that works by the clock must be able to stop.
const RESULTS_IN_EVENT: usize = 2048;
/// Results wait this long for company while the listener is behind.
const BUNDLE_FOR: Duration = Duration::from_millis(100);
/// Events held back while the sink is full, before the foreman stops taking results.
const HELD_BACK: usize = 4;
/// Files that wait for a worker, before the scan has to wait, too: some 150 bytes each. The scan runs ahead so
/// that it can be said how much there is, and does for as long as that fits.
const BACKLOG: usize = 4 * 1024 * 1024;
/// While the scan goes on, large files are kept for so long after the start, while there is nothing else to do ...
const LARGE_AT_ONCE: Duration = Duration::from_millis(5);
/// ... and for so long, while there are small ones.
const LARGE_AFTER_SMALL: Duration = Duration::from_millis(250);
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
        roots,
        common: Common {
            totals, left_out, ..
        },
        ledger,
        half_read,
    } = start;
    let (mail, inbox) = unbounded();
    let news = mail.clone();
    let (found, failed) = match scan::spawn::<P>(source, totals.clone(), control.token().clone()) {
        Ok(found) => (found, None),
        Err(error) => (never(), Some(format!("the scan could not start: {error}"))),
    };
    let medium = ask_for_the_medium(roots);
    // Here and not in each worker: they are to agree, and it is to be known which they use. The scan goes on
    // meanwhile.
    let choices = choices(plan.algorithms());
    let pool = Pool::<Bundle, E>::builder_with(choices.clone())
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
                .send(Event::Finished(Box::new(
                    ledger.close(why, totals.now().found_files),
                )))
                .is_ok()
            {
                sink.sent(true);
            }
            return;
        }
    };
    let mut foreman = Foreman {
        plan,
        choices,
        todo: Todo::default(),
        pool,
        mail,
        control,
        totals,
        ledger,
        log,
        places: lanes.iter().cloned().map(Place::new).collect(),
        backlog: Backlog::default(),
        readers: None,
        wide: 1,
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
    foreman.work(&found, &medium, &inbox, orders, sink);
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
    if sink.events.send(Event::Finished(Box::new(summary))).is_ok() {
        sink.sent(true);
    }
}

/// What its workers will use. A plan that has yet to read with which algorithms may come to need any.
fn choices(algorithms: &[Algorithm]) -> Vec<Choice> {
    let choices = if algorithms.is_empty() {
        instructions::choices()
    } else {
        instructions::choices_for(algorithms)
    };
    choices.into_iter().cloned().collect()
}

/// Asks what the files are kept on, by a thread of its own: a network may not answer.
fn ask_for_the_medium(roots: Vec<PathBuf>) -> Receiver<Medium> {
    let (answer, medium) = bounded(1);
    let thread = std::thread::Builder::new().name("medium".to_owned());
    // Where there is no thread the channel is closed at once, and nobody knows.
    let _ = thread.spawn(move || {
        let media = roots.iter().map(|root| medium_of(root));
        // A job that has ended does not listen any more.
        let _ = answer.send(media.max().unwrap_or_default());
    });
    medium
}

enum Stage {
    Running,
    /// The pool has been told to end.
    Ending(Ending),
    /// It has.
    Over(Ending),
}

struct Foreman<E: Executor, P: Plan> {
    plan: P,
    /// Which instructions its workers use.
    choices: Vec<Choice>,
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
    /// Nobody knows until it has been asked what the files are kept on.
    readers: Option<Readers>,
    /// How many large files at once leave nothing to gain.
    wide: usize,
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
        medium: &Receiver<Medium>,
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
            let on_found = (!clogged && self.scanning && self.backlog.len() < BACKLOG)
                .then(|| select.recv(&found));
            let on_medium = self.readers.is_none().then(|| select.recv(medium));
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
            } else if index == on_medium {
                // Whoever was to find out has panicked, and its hook has said where.
                let medium = ready.recv(medium).unwrap_or_default();
                self.readers = Some(Readers::new(medium));
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
        let large = (!self.backlog.is_empty() && self.large() == Large::Later)
            .then(|| self.large_at_once())
            .filter(|&when| when > Instant::now());
        [bundle, drill, late, large]
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
            // A limit is for a file that goes alone: with others it has a part of the time.
            self.wide = match self.file_limit {
                None => widest(self.plan.algorithms(), &self.choices),
                Some(_) => 1,
            };
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
        let readers = self.readers.as_ref();
        let care = readers.map_or(Medium::Any, Readers::care);
        self.totals.take_care(care);
        self.backlog
            .set_together(readers.map_or(self.wide, |readers| readers.together(self.wide)));
        while self.is_running() && !self.backlog.is_empty() {
            let places = self.places.iter().filter(|place| !place.given_up).count();
            let in_hand: Vec<u64> = self.held.values().map(Held::bytes).collect();
            // Whoever has much in hand gets no second bundle: nobody sits on work that another
            // could do.
            let busy = in_hand.iter().filter(|&&bytes| bytes > AHEAD_BYTES).count();
            let most = self
                .readers
                .as_ref()
                .map_or(places, |readers| readers.most(places));
            // With as many bundles as may be read at once, none waits where another worker would begin it.
            let room = if most < places {
                most.saturating_sub(in_hand.len())
            } else {
                (IN_HAND * places.saturating_sub(busy)).saturating_sub(in_hand.len() - busy)
            };
            if room == 0 {
                break;
            }
            let sharers = room.min(places.saturating_sub(busy));
            let in_hand = in_hand.iter().sum();
            let Some(batch) = self.backlog.take(sharers, most, in_hand, self.large()) else {
                break;
            };
            self.submit(batch, None);
        }
    }

    /// When large files may go: two that are found first would each go alone, where sixteen that are found a
    /// millisecond later are done in half the time, side by side. A scan that takes longer is not waited for.
    fn large(&self) -> Large {
        let at_large = self.held.values().filter(|held| held.is_large()).count();
        let readers = self.readers.as_ref();
        if readers.is_some_and(|readers| !readers.may_begin_large(at_large)) {
            return Large::Later;
        }
        if self.ledger.started().elapsed() >= LARGE_AFTER_SMALL {
            Large::Now
        } else if Instant::now() < self.large_at_once() {
            Large::Later
        } else if self.scanning {
            Large::AfterSmall
        } else {
            Large::Now
        }
    }

    /// Until when large files wait, even if there is nothing else to do.
    fn large_at_once(&self) -> Instant {
        let started = self.ledger.started();
        match self.readers {
            // What they are on may want them one by one.
            None => started + LARGE_AFTER_SMALL,
            Some(_) if self.scanning => started + LARGE_AT_ONCE,
            Some(_) => started,
        }
    }

    fn submit(&mut self, batch: Batch, half_read: Option<HalfRead>) {
        let Batch { items } = batch;
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
        };
        self.submit(batch, Some(half));
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
        summary.instructions = summary
            .algorithms
            .iter()
            .filter_map(|&one| Some((one, instructions::used_for(one, &self.choices)?.clone())))
            .collect();
        summary.guesses = self.plan.guesses();
        summary.medium = self.readers.as_ref().map_or(Medium::Any, Readers::medium);
        summary.damage = self.damage;
        summary.forecast = self.forecaster.at_a_tenth(self.worked());
        summary.workers = self.places.iter().map(|p| p.figures.clone()).collect();
        summary
    }
}
