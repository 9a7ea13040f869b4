//! The dispatcher: one thread a pool that owns every decision about it. It takes tasks and
//! orders from whoever has a handle, gives tasks to workers, hears what becomes of them, fills
//! the places of the dead, keeps the deadlines, and ends when there is nothing left.
//!
//! Nothing here waits for a worker: what workers say and what callers want come over two
//! channels into one `select`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, never};

use super::crew::{Crew, Gone, Report, What};
use super::death::{Death, Exit, When};
use super::gate::Gate;
use super::pace::Pace;
use super::queue::Queue;
use super::roster::Roster;
use super::slot::{InHand, Ladder, Place, Slot, Stop, Why, delay, vacant};
use super::task::Work;
use crate::process::Harm;
use crate::process::status::Status;

/// A place whose workers fail to start this often in a row is given up.
const START_FAILURES: u32 = 4;
/// A worker that is not ready after this is taken for none.
const START_LIMIT: Duration = Duration::from_secs(20);

/// What is taken from one channel before the other is looked at.
const AT_A_TIME: usize = 256;
/// A process that even force does not end (it waits for a dead disk, say) is left to the system
/// this long after the pool was terminated.
const LEFT_BEHIND: Duration = Duration::from_secs(5);

/// How soon the dispatcher looks again at a deadline to come, and at one that has passed.
const SOON: Duration = Duration::from_micros(500);
const LATER: Duration = Duration::from_millis(10);
/// What waits behind a task that takes longer than this is given to others, if they idle.
const LONG: Duration = Duration::from_millis(2);

/// Tells whoever submitted a task what becomes of it. Runs on the dispatcher: it hands over and
/// returns.
pub(crate) type Listener<T> = Box<dyn FnMut(Said<T>) + Send>;

/// A listener that hears the end of its task, whatever happens: should the dispatcher panic, or a
/// task come when it has ended, the last it hears is that nobody will do it.
pub(crate) struct Teller<T: Work> {
    listener: Listener<T>,
    over: bool,
}

impl<T: Work> Teller<T> {
    pub(crate) fn new(listener: Listener<T>) -> Self {
        Self {
            listener,
            over: false,
        }
    }

    fn say(&mut self, said: Said<T>) {
        self.over |= matches!(said, Said::Ended(_));
        (self.listener)(said);
    }
}

impl<T: Work> Drop for Teller<T> {
    fn drop(&mut self) {
        if !self.over {
            (self.listener)(Said::Ended(Err(Death::Cancelled(When::Queued))));
        }
    }
}

/// Shuts the way in, however the dispatcher ends.
struct Shut(Arc<Gate>);

impl Drop for Shut {
    fn drop(&mut self) {
        self.0.shut();
    }
}

/// What becomes of a task.
pub(crate) enum Said<T: Work> {
    /// A worker has begun it.
    Began {
        worker: usize,
        pid: Option<u32>,
    },
    Progress {
        done: u64,
        of: u64,
    },
    Part(T::Part),
    /// Exactly once, last.
    Ended(Result<T::Output, Death>),
}

/// What becomes of a pool's workers. `worker` is a place in the pool, from 0.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum News {
    /// One has been started.
    Starting {
        /// Its place.
        worker: usize,
        /// Its process; `None` for a thread.
        pid: Option<u32>,
    },
    /// It is set up and takes tasks.
    Ready {
        /// Its place.
        worker: usize,
        /// Its process; `None` for a thread.
        pid: Option<u32>,
    },
    /// One could not be started, or ended before it had begun anything.
    StartFailed {
        /// Its place.
        worker: usize,
        /// Why.
        reason: String,
        /// No other will be tried in this place.
        given_up: bool,
    },
    /// One ended that nobody had told to.
    Lost(Loss),
    /// Every worker is gone and every task has its end; nothing more will be heard.
    Over,
}

/// A worker that ended with no leave to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loss {
    /// Its place in the pool.
    pub worker: usize,
    /// Its process; `None` for a thread.
    pub pid: Option<u32>,
    /// How it ended.
    pub exit: Exit,
    /// By somebody's order.
    pub asked: bool,
    /// The numbers of the tasks that it had begun.
    pub begun: Vec<u64>,
    /// Those of the tasks that waited in its hands; they go to others.
    pub waiting: Vec<u64>,
}

pub(crate) type Watcher = Box<dyn FnMut(News) + Send>;

/// One submitted task.
pub(crate) struct Entry<T: Work, Q> {
    pub(crate) request: Q,
    pub(crate) priority: i32,
    /// In units of the submitter's own, see [`Rules::ahead_weight`].
    pub(crate) weight: u64,
    pub(crate) limit: Option<Duration>,
    /// Workers that may die with it.
    pub(crate) attempts: usize,
    pub(crate) listener: Teller<T>,
    pub(crate) deaths: Vec<Exit>,
}

/// What callers want.
pub(crate) enum Order<T: Work, Q> {
    Submit(u64, Box<Entry<T, Q>>),
    Cancel(u64),
    /// Ends a task by force, at once.
    Kill(u64),
    /// Kills the worker in one place. It is nobody's fault: its task goes to another.
    KillWorker(usize),
    /// Does it to the worker in one place; it is nobody's fault. Says whether it could.
    Harm(usize, Harm, Sender<bool>),
    Resize(usize),
    Pause(bool),
    /// No more tasks will come.
    Close,
    /// Everything ends now.
    Terminate,
}

/// What a pool is set to.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) workers: usize,
    /// Tasks that a worker may hold, with the one it is at; `None`: as the tasks' own pace has it.
    pub(crate) batch: Option<usize>,
    /// But not when those in its hands weigh more than this.
    pub(crate) ahead_weight: u64,
    /// Workers are started before there is work for them.
    pub(crate) eager: bool,
    /// A worker is replaced after so many.
    pub(crate) tasks_each: Option<u32>,
    /// From asking to asking the system, and from that to force.
    pub(crate) grace: Duration,
}

/// Counters that anybody may read.
#[derive(Debug, Default)]
pub(crate) struct Gauges {
    pub(crate) started: std::sync::atomic::AtomicU64,
    pub(crate) lost: std::sync::atomic::AtomicU64,
}

pub(crate) struct Dispatcher<T: Work, Q> {
    pub(crate) crew: Box<dyn Crew<T, Q>>,
    pub(crate) rules: Rules,
    pub(crate) gate: Arc<Gate>,
    pub(crate) gauges: Arc<Gauges>,
    pub(crate) roster: Roster,
    pub(crate) watcher: Watcher,
    pub(crate) reports: Sender<Report<T>>,
    pub(crate) queue: Queue<Box<Entry<T, Q>>>,
    pub(crate) pace: Pace,
    pub(crate) slots: Vec<Slot<T, Q>>,
    pub(crate) phase: Phase,
    /// Why there is nobody to do the work, once there is not.
    pub(crate) no_worker: Option<Death>,
    /// Since when tasks wait.
    pub(crate) paused: Option<Instant>,
}

/// A worker that may be given tasks, while they are given out.
struct Open<Q> {
    index: usize,
    held: usize,
    weight: u64,
    /// Tasks that it may still be given.
    left: usize,
    given: Vec<(u64, Q)>,
}

pub(crate) enum Phase {
    Open,
    /// What was submitted is still done.
    Closed,
    /// Nothing more is done.
    Terminated {
        at: Instant,
    },
}

impl<T: Work, Q: Clone> Dispatcher<T, Q> {
    pub(crate) fn run(mut self, inbox: &Receiver<Report<T>>, orders: &Receiver<Order<T, Q>>) {
        let _shut = Shut(self.gate.clone());
        let mut orders = orders.clone();
        loop {
            self.keep_deadlines();
            self.hand_out();
            self.fill_places();
            self.let_go();
            self.roster.set(self.slots.iter().map(Slot::now));
            if self.is_over() {
                break;
            }
            let mut select = Select::new();
            let on_order = select.recv(&orders);
            let on_report = select.recv(inbox);
            let Ok(ready) = select.select_timeout(self.patience()) else {
                continue;
            };
            if ready.index() == on_order {
                match ready.recv(&orders) {
                    Ok(order) => {
                        self.obey(order);
                        for order in orders.try_iter().take(AT_A_TIME) {
                            self.obey(order);
                        }
                    }
                    Err(_) => {
                        // Every handle is gone.
                        self.close();
                        orders = never();
                    }
                }
            } else if ready.index() == on_report
                && let Ok(report) = ready.recv(inbox)
            {
                self.hear(report);
                for report in inbox.try_iter().take(AT_A_TIME) {
                    self.hear(report);
                }
            }
        }
        (self.watcher)(News::Over);
    }

    fn is_over(&self) -> bool {
        !matches!(self.phase, Phase::Open)
            && self.queue.is_empty()
            && self
                .slots
                .iter()
                .all(|slot| matches!(slot.place, Place::Vacant { .. } | Place::Closed))
    }

    fn patience(&self) -> Duration {
        let wanted =
            !self.queue.is_empty() || (self.rules.eager && matches!(self.phase, Phase::Open));
        let of_slots = self.slots.iter().filter_map(|slot| match &slot.place {
            Place::Vacant { not_before, .. } => (wanted && !slot.surplus).then_some(*not_before),
            Place::Starting { worker, since } => worker.pid().map(|_| *since + START_LIMIT),
            Place::Leaving(_, ladder) => ladder.deadline(),
            Place::Ready(_) | Place::Closed => None,
        });
        let of_tasks = self
            .slots
            .iter()
            // Only the first can be ended; the others are told when it is their turn.
            .filter_map(|slot| slot.in_hand.front())
            .filter_map(|held| match (&held.stop, held.began, held.entry.limit) {
                (Some(stop), ..) => stop.ladder.deadline(),
                (None, Some(began), Some(limit)) if self.paused.is_none() => {
                    began.checked_add(limit)
                }
                _ => None,
            });
        let others = self.idle() > 0 || self.vacancies();
        let even_out = (self.queue.is_empty() && self.paused.is_none() && others)
            .then(|| {
                let donors = self.slots.iter().filter(|slot| slot.may_give_back());
                donors.map(|slot| slot.heard + LONG).min()
            })
            .flatten();
        let giving_up = match self.phase {
            Phase::Terminated { at } => Some(at + self.rules.grace),
            _ => None,
        };
        let left_behind = giving_up.map(|when| when + LEFT_BEHIND);
        let now = Instant::now();
        of_slots
            .chain(of_tasks)
            .chain(even_out)
            .chain(giving_up)
            .chain(left_behind)
            // One that has passed was seen to a moment ago, and what was done takes its time.
            .map(|when| when.checked_duration_since(now).unwrap_or(LATER).max(SOON))
            .min()
            .unwrap_or(Duration::from_secs(3600))
    }

    // ---- tasks ----

    fn hand_out(&mut self) {
        if self.queue.is_empty() && !self.even_out() {
            return;
        }
        // While others could come, nobody holds what they could do.
        let most_held = match self.rules.batch {
            Some(batch) => batch,
            None if self.vacancies() => 1,
            None => self.pace.worth_holding(),
        };
        let most_weight = self.rules.ahead_weight;
        let mut open: Vec<Open<Q>> = self
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.takes_tasks(self.rules.tasks_each))
            .map(|(index, slot)| Open {
                index,
                held: slot.in_hand.len(),
                weight: slot.weight(),
                left: slot.tasks_left(self.rules.tasks_each),
                given: Vec::new(),
            })
            .collect();
        while !self.queue.is_empty() {
            let hungriest = open
                .iter_mut()
                .filter(|open| {
                    let has_room = open.held < most_held && open.weight <= most_weight;
                    open.left > 0 && (open.held == 0 || has_room)
                })
                .min_by_key(|open| open.held);
            let Some(open) = hungriest else {
                break;
            };
            let Some((task, entry)) = self.queue.pop() else {
                break;
            };
            self.gate.left();
            open.held += 1;
            open.left -= 1;
            open.weight += entry.weight;
            open.given.push((task, entry.request.clone()));
            self.slots[open.index]
                .in_hand
                .push_back(InHand::new(task, entry));
        }
        for open in open.into_iter().filter(|open| !open.given.is_empty()) {
            let slot = &mut self.slots[open.index];
            if slot.in_hand.len() == open.given.len() {
                slot.heard = Instant::now();
            }
            if let Some(worker) = slot.place.worker() {
                worker.run(open.given);
            }
        }
    }

    /// Whoever idles gets what waits in the hands of one that has been at a task for a while.
    /// Says whether the queue has tasks again.
    fn even_out(&mut self) -> bool {
        let idle = self.idle();
        let now = Instant::now();
        if idle == 0 || self.paused.is_some() {
            return false;
        }
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            if now >= slot.heard + LONG {
                let waiting = slot.waiting();
                self.ask_back(index, waiting - waiting / (idle + 1));
            }
        }
        !self.queue.is_empty()
    }

    fn ask_back(&mut self, index: usize, most: usize) {
        let slot = &mut self.slots[index];
        if !slot.may_give_back() {
            return;
        }
        let Some(worker) = slot.place.worker() else {
            return;
        };
        match worker.take_back(most) {
            Some(tasks) => self.gave_back(index, tasks),
            None => slot.asked_back = true,
        }
    }

    /// Places that could have a worker and have none.
    fn vacancies(&self) -> bool {
        let open = !matches!(self.phase, Phase::Terminated { .. });
        let free = |slot: &Slot<T, Q>| {
            matches!(slot.place, Place::Vacant { .. } | Place::Starting { .. }) && !slot.surplus
        };
        open && self.slots.iter().any(free)
    }

    fn idle(&self) -> usize {
        self.slots
            .iter()
            .filter(|slot| slot.in_hand.is_empty() && slot.takes_tasks(self.rules.tasks_each))
            .count()
    }

    /// Tasks that a worker will not begin, the last first.
    fn gave_back(&mut self, index: usize, tasks: Vec<u64>) {
        let slot = &mut self.slots[index];
        slot.asked_back = false;
        slot.heard = Instant::now();
        for task in tasks {
            let Some(held) = self.slots[index].take(task) else {
                continue;
            };
            if held.stop.is_some() {
                // Cancelled on its way back.
                self.conclude(held, Err(Death::Cancelled(When::Queued)));
            } else {
                self.back_to_queue(held);
            }
        }
    }

    fn back_to_queue(&mut self, held: InHand<T, Q>) {
        if let Some(death) = self.no_worker.clone() {
            return self.conclude(held, Err(death));
        }
        self.gate.returned();
        self.queue
            .push_front(held.task, held.entry.priority, held.entry);
    }

    fn fail_waiting(&mut self, death: &Death) {
        for (_, entry) in self.queue.drain() {
            self.turn_away(*entry, death.clone());
        }
    }

    /// Ends a task that no worker has.
    fn turn_away(&self, mut entry: Entry<T, Q>, death: Death) {
        self.gate.left();
        entry.listener.say(Said::Ended(Err(death)));
    }

    // ---- orders ----

    fn obey(&mut self, order: Order<T, Q>) {
        match order {
            Order::Submit(task, entry) => {
                if let Phase::Terminated { .. } = self.phase {
                    self.turn_away(*entry, Death::Cancelled(When::Queued));
                } else if let Some(death) = self.no_worker.clone() {
                    self.turn_away(*entry, death);
                } else {
                    self.queue.push(task, entry.priority, entry);
                }
            }
            Order::Cancel(task) => self.stop(task, false),
            Order::Kill(task) => self.stop(task, true),
            Order::KillWorker(index) => {
                if let Some(slot) = self.slots.get_mut(index)
                    && let Some(worker) = slot.place.worker()
                    && worker.pid().is_some()
                {
                    slot.killed |= worker.kill();
                }
            }
            Order::Harm(index, harm, done) => {
                let mut could = false;
                if let Some(slot) = self.slots.get_mut(index)
                    && (harm == Harm::GoOn || matches!(slot.place, Place::Ready(_)))
                    && let Some(worker) = slot.place.worker()
                {
                    could = worker.harm(harm);
                    slot.killed |= could && matches!(harm, Harm::Kill | Harm::Crash);
                }
                // Whoever asked may have gone.
                let _ = done.try_send(could);
            }
            Order::Resize(workers) => {
                while self.slots.len() < workers {
                    self.slots.push(Slot::new());
                }
                for (index, slot) in self.slots.iter_mut().enumerate() {
                    slot.surplus = index >= workers;
                    // A place that was given up gets another chance.
                    if !slot.surplus && matches!(slot.place, Place::Closed) {
                        slot.failures = 0;
                        slot.place = vacant();
                    }
                }
                // One that is too many ends after the task it is at.
                for index in workers..self.slots.len() {
                    self.ask_back(index, usize::MAX);
                }
            }
            Order::Pause(paused) => {
                let since = self.paused.take();
                if paused {
                    self.paused = since.or_else(|| Some(Instant::now()));
                }
                for slot in &mut self.slots {
                    for held in &mut slot.in_hand {
                        // What a task waits is not its own time.
                        if let (false, Some(since), Some(began)) = (paused, since, &mut held.began)
                        {
                            *began += since.max(*began).elapsed();
                        }
                    }
                    // Asked and held: what the system cannot hold waits at its next step, and what
                    // is woken up to be told something goes no further.
                    let hold = !paused || slot.may_be_held();
                    if let Some(worker) = slot.place.worker() {
                        worker.pause(paused);
                        if hold {
                            worker.hold(paused);
                        }
                    }
                }
            }
            Order::Close => self.close(),
            Order::Terminate => self.terminate(),
        }
    }

    fn close(&mut self) {
        if let Phase::Open = self.phase {
            self.phase = Phase::Closed;
        }
    }

    fn terminate(&mut self) {
        if let Phase::Terminated { .. } = self.phase {
            return;
        }
        self.phase = Phase::Terminated { at: Instant::now() };
        self.fail_waiting(&Death::Cancelled(When::Queued));
        for slot in &mut self.slots {
            slot.killed = true;
            for held in &mut slot.in_hand {
                held.stop.get_or_insert(Stop {
                    why: Why::Cancelled,
                    ladder: Ladder::Killed,
                });
            }
            if let Some(worker) = slot.place.worker() {
                worker.kill();
            }
        }
    }

    fn stop(&mut self, task: u64, by_force: bool) {
        if let Some(entry) = self.queue.remove(task) {
            return self.turn_away(*entry, Death::Cancelled(When::Queued));
        }
        let grace = self.rules.grace;
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            let at = slot.in_hand.iter().position(|held| held.task == task);
            let (Some(at), Some(worker)) = (at, slot.place.worker()) else {
                continue;
            };
            // Others that wait behind it come back and are nobody's fault.
            let killed = by_force && at == 0 && worker.kill();
            slot.killed |= killed;
            if !killed && worker.cancel(task) {
                if let Some(held) = slot.take(task) {
                    self.conclude(held, Err(Death::Cancelled(When::Queued)));
                }
                return;
            }
            let Some(held) = slot.find(task) else {
                return;
            };
            let ladder = if killed {
                Ladder::Killed
            } else {
                Ladder::Asked(Instant::now() + grace)
            };
            match &mut held.stop {
                Some(stop) if killed => stop.ladder = ladder,
                Some(_) => {}
                none => {
                    *none = Some(Stop {
                        why: Why::Cancelled,
                        ladder,
                    });
                }
            }
        }
    }

    fn keep_deadlines(&mut self) {
        let now = Instant::now();
        let grace = self.rules.grace;
        let give_up = matches!(self.phase, Phase::Terminated { at } if at + grace <= now);
        let leave_behind =
            matches!(self.phase, Phase::Terminated { at } if at + grace + LEFT_BEHIND <= now);
        for slot in &mut self.slots {
            let Some(worker) = slot.place.worker() else {
                continue;
            };
            // The others wait behind it: they have not begun, and are told to stop when it is
            // their turn.
            if let Some(held) = slot.in_hand.front_mut() {
                if held.stop.is_none()
                    && let (Some(began), Some(limit)) = (held.began, held.entry.limit)
                    && self.paused.is_none()
                    && began + limit <= now
                {
                    worker.cancel(held.task);
                    held.stop = Some(Stop {
                        why: Why::TimedOut,
                        ladder: Ladder::Asked(now + grace),
                    });
                }
                if let Some(stop) = &mut held.stop {
                    stop.ladder = stop.ladder.climb(worker, now, grace);
                    slot.killed |= !matches!(stop.ladder, Ladder::Asked(_));
                }
            }
            match &mut slot.place {
                Place::Leaving(worker, ladder) => {
                    *ladder = ladder.climb(worker.as_mut(), now, grace);
                }
                // A thread's set-up may take as long as it likes: it cannot be ended.
                Place::Starting { worker, since }
                    if worker.pid().is_some() && *since + START_LIMIT <= now =>
                {
                    worker.kill();
                }
                _ => {}
            }
            if leave_behind || (give_up && slot.place.pid().is_none()) {
                // A thread that does not look up cannot be ended; it ends with the program.
                slot.place = Place::Closed;
                for mut held in std::mem::take(&mut slot.in_hand) {
                    let death = Death::Cancelled(held.when());
                    held.entry.listener.say(Said::Ended(Err(death)));
                }
            }
        }
    }

    // ---- workers ----

    /// Fills vacant places while more tasks wait than workers are on their way.
    fn fill_places(&mut self) {
        if let Phase::Terminated { .. } = self.phase {
            return;
        }
        let now = Instant::now();
        let coming = self
            .slots
            .iter()
            .filter(|slot| matches!(slot.place, Place::Starting { .. }))
            .count();
        let mut wanted = if self.rules.eager && matches!(self.phase, Phase::Open) {
            usize::MAX
        } else {
            // Behind a task that has begun: one that is only slow to begin calls for nobody else.
            let held_up = self.slots.iter().filter(|slot| {
                let begun = slot.in_hand.front().is_some_and(|one| one.began.is_some());
                begun && slot.heard + LONG <= now
            });
            let held_up: usize = held_up.map(Slot::waiting).sum();
            (self.queue.len() + held_up).saturating_sub(coming)
        };
        for index in 0..self.slots.len() {
            let slot = &mut self.slots[index];
            let Place::Vacant { not_before } = slot.place else {
                continue;
            };
            if wanted == 0 || slot.surplus || not_before > now {
                continue;
            }
            wanted -= 1;
            slot.generation += 1;
            slot.done = 0;
            slot.killed = false;
            slot.asked_back = false;
            match self
                .crew
                .spawn(index, slot.generation, self.reports.clone())
            {
                Ok(mut worker) => {
                    self.gauges
                        .started
                        .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    if self.paused.is_some() {
                        worker.pause(true);
                    }
                    (self.watcher)(News::Starting {
                        worker: index,
                        pid: worker.pid(),
                    });
                    slot.place = Place::Starting { worker, since: now };
                }
                Err(error) => self.start_failed(index, &error.to_string()),
            }
        }
    }

    /// Lets workers go that are no longer wanted, or have had their number of tasks.
    fn let_go(&mut self) {
        let closing = !matches!(self.phase, Phase::Open) && self.queue.is_empty();
        let until = Instant::now() + self.rules.grace;
        for slot in &mut self.slots {
            let enough = slot.has_had_enough(self.rules.tasks_each);
            if !slot.in_hand.is_empty() || !(closing || slot.surplus || enough) {
                continue;
            }
            slot.place = match std::mem::replace(&mut slot.place, vacant()) {
                Place::Ready(mut worker) => {
                    worker.finish();
                    // To hear that.
                    worker.hold(false);
                    Place::Leaving(worker, Ladder::Asked(until))
                }
                // Nobody waits for one that has not begun.
                Place::Starting { mut worker, .. } if closing || slot.surplus => {
                    worker.finish();
                    worker.kill();
                    Place::Leaving(worker, Ladder::Killed)
                }
                other => other,
            };
        }
    }

    fn start_failed(&mut self, index: usize, reason: &str) {
        let slot = &mut self.slots[index];
        slot.failures += 1;
        let given_up = slot.failures >= START_FAILURES;
        slot.place = if given_up {
            Place::Closed
        } else {
            Place::Vacant {
                not_before: Instant::now() + delay(slot.failures),
            }
        };
        (self.watcher)(News::StartFailed {
            worker: index,
            reason: reason.to_owned(),
            given_up,
        });
        self.give_up_if_nobody_is_left(reason);
    }

    fn give_up_if_nobody_is_left(&mut self, reason: &str) {
        let left = self
            .slots
            .iter()
            .any(|slot| !slot.surplus && !matches!(slot.place, Place::Closed));
        if !left {
            let death = Death::NoWorker(reason.to_owned());
            self.gate.fail(&death);
            self.fail_waiting(&death);
            self.no_worker = Some(death);
        }
    }

    fn hear(&mut self, report: Report<T>) {
        let slot = &mut self.slots[report.slot];
        if slot.generation != report.generation || matches!(slot.place, Place::Closed) {
            return;
        }
        let now = Instant::now();
        for what in report.what {
            self.take_in(report.slot, what, now);
        }
        // It was woken up to be told something, or has just begun to be one.
        let slot = &mut self.slots[report.slot];
        if self.paused.is_some()
            && slot.may_be_held()
            && let Some(worker) = slot.place.worker()
        {
            worker.hold(true);
        }
    }

    fn take_in(&mut self, index: usize, what: What<T>, now: Instant) {
        let slot = &mut self.slots[index];
        match what {
            What::Ready => {
                slot.place = match std::mem::replace(&mut slot.place, Place::Closed) {
                    Place::Starting { worker, .. } => {
                        (self.watcher)(News::Ready {
                            worker: index,
                            pid: worker.pid(),
                        });
                        Place::Ready(worker)
                    }
                    other => other,
                };
            }
            What::Began(task) => {
                let pid = slot.place.pid();
                slot.heard = now;
                slot.failures = 0;
                if let Some(held) = slot.find(task) {
                    held.began = Some(now);
                    held.entry.listener.say(Said::Began { worker: index, pid });
                }
            }
            What::Progress { task, done, of } => {
                if let Some(held) = slot.find(task) {
                    held.entry.listener.say(Said::Progress { done, of });
                }
            }
            What::Part(task, part) => {
                if let Some(held) = slot.find(task) {
                    held.entry.listener.say(Said::Part(part));
                }
            }
            What::Ended { task, result, took } => {
                let Some(held) = slot.take(task) else {
                    return;
                };
                slot.heard = now;
                if held.began.is_some() {
                    self.pace.note(took);
                }
                slot.done += 1;
                slot.in_vain = 0;
                // The next one hears now, for the first time with somebody listening.
                if let Some(InHand {
                    stop: Some(Stop { ladder, .. }),
                    ..
                }) = slot.in_hand.front_mut()
                    && let Ladder::Asked(until) = ladder
                {
                    *until = now + self.rules.grace;
                }
                let result = match (result, held.stop.as_ref().map(|stop| stop.why)) {
                    (Err(Death::Cancelled(_)), Some(Why::TimedOut)) => {
                        Err(Death::TimedOut(held.entry.limit.unwrap_or_default()))
                    }
                    (result, _) => result,
                };
                self.conclude(held, result);
            }
            What::GaveBack(tasks) => self.gave_back(index, tasks),
            What::Gone(gone) => self.gone(index, gone),
        }
    }

    fn gone(&mut self, index: usize, gone: Gone) {
        let slot = &mut self.slots[index];
        let leaving = matches!(slot.place, Place::Leaving(..));
        if leaving && slot.in_hand.is_empty() {
            slot.place = vacant();
            return;
        }
        let in_hand = std::mem::take(&mut slot.in_hand);
        let exit = match gone {
            Gone::Unfit(failure) => {
                slot.place = Place::Closed;
                let exit = Exit {
                    status: Status::Unknown(failure.to_string()),
                    said: None,
                };
                for held in in_hand.into_iter().rev() {
                    self.bereaved(held, &exit, true);
                }
                for (index, slot) in self.slots.iter_mut().enumerate() {
                    if !slot.in_hand.is_empty() || matches!(slot.place, Place::Leaving(..)) {
                        continue;
                    }
                    if let Some(worker) = slot.place.worker() {
                        worker.kill();
                    }
                    slot.generation += 1;
                    slot.place = Place::Closed;
                    (self.watcher)(News::StartFailed {
                        worker: index,
                        reason: failure.to_string(),
                        given_up: true,
                    });
                }
                return self.give_up_if_nobody_is_left(&failure.to_string());
            }
            Gone::NotStarted(reason) => {
                if slot.killed {
                    slot.place = vacant();
                    return;
                }
                return self.start_failed(index, &reason);
            }
            Gone::Quiet => Exit {
                status: Status::Code(0),
                said: None,
            },
            Gone::Exited(exit) => exit,
            Gone::Damaged(why) => Exit {
                status: Status::Unknown(format!("it sent damaged data: {why}")),
                said: None,
            },
        };
        if let Phase::Terminated { .. } = self.phase {
            // As it should be: no loss.
            slot.place = vacant();
            for held in in_hand {
                self.bereaved(held, &exit, true);
            }
            return;
        }
        self.gauges
            .lost
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let killed = slot.killed;
        let (begun, waiting): (Vec<_>, Vec<_>) =
            in_hand.iter().partition(|held| held.began.is_some());
        let numbers = |held: Vec<&InHand<T, Q>>| held.iter().map(|held| held.task).collect();
        (self.watcher)(News::Lost(Loss {
            worker: index,
            pid: slot.place.pid(),
            exit: exit.clone(),
            asked: killed,
            begun: numbers(begun),
            waiting: numbers(waiting),
        }));
        if !killed {
            slot.in_vain += 1;
        }
        let wait = if slot.in_vain > 1 {
            delay(slot.in_vain - 1)
        } else {
            Duration::ZERO
        };
        // Ready, given work, and gone before it began any: no more a worker than one that never
        // was ready, and its tasks must not wait for ever for one that is.
        let useless = !killed
            && !in_hand.is_empty()
            && in_hand
                .iter()
                .all(|held| held.began.is_none() && held.stop.is_none());
        if useless {
            let reason = format!("it {exit} before it began anything");
            for held in in_hand.into_iter().rev() {
                self.back_to_queue(held);
            }
            return self.start_failed(index, &reason);
        }
        slot.place = Place::Vacant {
            not_before: Instant::now() + wait,
        };
        // From the last: each goes to the front of the queue, so that they are in order again.
        for held in in_hand.into_iter().rev() {
            self.bereaved(held, &exit, killed);
        }
    }

    /// Says how a task ended, to whoever wants to know.
    fn conclude(&self, mut held: InHand<T, Q>, result: Result<T::Output, Death>) {
        held.entry.listener.say(Said::Ended(result));
    }

    /// A task whose worker is gone.
    fn bereaved(&mut self, mut held: InHand<T, Q>, exit: &Exit, killed: bool) {
        let death = match &held.stop {
            Some(stop) => match stop.why {
                Why::Cancelled => Death::Cancelled(held.when()),
                Why::TimedOut => Death::TimedOut(held.entry.limit.unwrap_or_default()),
            },
            // It had not begun, so it is not what killed the worker.
            None if held.began.is_none() => return self.back_to_queue(held),
            // Nor if somebody else did; but it may not be one that can be begun twice.
            None if killed && held.entry.attempts > 1 => return self.back_to_queue(held),
            None => {
                held.entry.deaths.push(exit.clone());
                if held.entry.deaths.len() < held.entry.attempts {
                    return self.back_to_queue(held);
                }
                if held.entry.attempts > 1 {
                    Death::SetAside(std::mem::take(&mut held.entry.deaths))
                } else {
                    Death::Crashed(exit.clone())
                }
            }
        };
        self.conclude(held, Err(death));
    }
}
