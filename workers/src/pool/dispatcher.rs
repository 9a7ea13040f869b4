//! The dispatcher: one thread a pool that owns every decision about it. It takes tasks and
//! orders from whoever has a handle, gives tasks to workers, hears what becomes of them, fills
//! the places of the dead, keeps the deadlines, and ends when there is nothing left.
//!
//! Nothing here waits for a worker: what workers say and what callers want come over two
//! channels into one `select`.

mod orders;
mod places;
mod tasks;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Select, Sender, never};

use super::crew::{Crew, Report};
use super::death::{Death, Exit, When};
use super::gate::Gate;
use super::pace::Pace;
use super::queue::Queue;
use super::roster::Roster;
use super::slot::{Place, Slot};
use super::task::Work;
use crate::process::Harm;

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
}
