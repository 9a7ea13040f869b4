//! A worker's place in a pool: who is there, what is in its hands, and how it is made to end.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::crew::Worker;
use super::death::When;
use super::dispatcher::Entry;
use super::roster::{Doing, WorkerNow};
use super::task::Work;

pub(crate) struct Slot<T: Work, Q> {
    pub(super) generation: u32,
    pub(super) place: Place<Q>,
    /// The first is the one the worker is at.
    pub(super) in_hand: VecDeque<InHand<T, Q>>,
    /// It was asked to give back some of it, and has not answered.
    pub(super) asked_back: bool,
    /// When it last said anything.
    pub(super) heard: Instant,
    /// Beyond the number of workers wanted: no new one comes here.
    pub(super) surplus: bool,
    pub(super) done: u32,
    /// Workers lost here since a task was last done.
    pub(super) in_vain: u32,
    /// Workers in a row that came here and began nothing of what they were given.
    pub(super) failures: u32,
    /// Its worker is being ended by force: whatever it has begun meanwhile is not to blame.
    pub(super) killed: bool,
}

pub(super) enum Place<Q> {
    /// To be filled when there is work, at this moment or after.
    Vacant {
        not_before: Instant,
    },
    Starting {
        worker: Box<dyn Worker<Q>>,
        since: Instant,
    },
    Ready(Box<dyn Worker<Q>>),
    /// Told to end.
    Leaving(Box<dyn Worker<Q>>, Ladder),
    /// Given up.
    Closed,
}

pub(super) struct InHand<T: Work, Q> {
    pub(super) task: u64,
    pub(super) entry: Box<Entry<T, Q>>,
    pub(super) began: Option<Instant>,
    pub(super) stop: Option<Stop>,
}

/// A task that is to end.
pub(super) struct Stop {
    pub(super) why: Why,
    pub(super) ladder: Ladder,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    Cancelled,
    TimedOut,
}

/// Ask, then terminate, then kill, each with a deadline.
#[derive(Clone, Copy)]
pub(super) enum Ladder {
    Asked(Instant),
    Terminated(Instant),
    Killed,
}

impl Ladder {
    pub(super) fn deadline(self) -> Option<Instant> {
        match self {
            Self::Asked(until) | Self::Terminated(until) => Some(until),
            Self::Killed => None,
        }
    }

    /// Goes up a step if it is time.
    pub(super) fn climb<Q>(
        self,
        worker: &mut dyn Worker<Q>,
        now: Instant,
        grace: Duration,
    ) -> Self {
        match self {
            Self::Asked(until) if until <= now => {
                if worker.terminate() {
                    Self::Terminated(now + grace)
                } else {
                    // A thread can only be asked.
                    Self::Killed
                }
            }
            Self::Terminated(until) if until <= now => {
                worker.kill();
                Self::Killed
            }
            other => other,
        }
    }
}

impl<Q> Place<Q> {
    pub(super) fn worker(&mut self) -> Option<&mut dyn Worker<Q>> {
        match self {
            Self::Starting { worker, .. } | Self::Ready(worker) | Self::Leaving(worker, _) => {
                Some(worker.as_mut())
            }
            Self::Vacant { .. } | Self::Closed => None,
        }
    }

    pub(super) fn pid(&self) -> Option<u32> {
        match self {
            Self::Starting { worker, .. } | Self::Ready(worker) | Self::Leaving(worker, _) => {
                worker.pid()
            }
            Self::Vacant { .. } | Self::Closed => None,
        }
    }
}

impl<T: Work, Q> Slot<T, Q> {
    /// What is in its hands, see [`Entry::weight`].
    pub(super) fn weight(&self) -> u64 {
        self.in_hand.iter().map(|held| held.entry.weight).sum()
    }

    /// Whether it works and may be given more.
    pub(super) fn takes_tasks(&self, tasks_each: Option<u32>) -> bool {
        matches!(self.place, Place::Ready(_))
            && !self.surplus
            && self.in_hand.iter().all(|held| held.stop.is_none())
            && !self.has_had_enough(tasks_each)
    }

    pub(super) fn has_had_enough(&self, tasks_each: Option<u32>) -> bool {
        self.tasks_left(tasks_each) == 0
    }

    /// How many more tasks it may be given in its life.
    pub(super) fn tasks_left(&self, tasks_each: Option<u32>) -> usize {
        tasks_each.map_or(usize::MAX, |most| {
            (most.saturating_sub(self.done) as usize).saturating_sub(self.in_hand.len())
        })
    }

    /// Tasks in its hands that it has not begun and that are wanted.
    pub(super) fn waiting(&self) -> usize {
        self.in_hand
            .iter()
            .filter(|held| held.began.is_none() && held.stop.is_none())
            .count()
    }

    /// Who is there and what it does, for whoever looks.
    pub(super) fn now(&self) -> WorkerNow {
        let doing = match (&self.place, self.in_hand.front()) {
            (Place::Vacant { .. }, _) => Doing::Vacant,
            (Place::Starting { .. }, _) => Doing::Starting,
            (Place::Ready(_), Some(at)) => Doing::Working {
                task: at.task,
                waiting: self.in_hand.len() - 1,
            },
            (Place::Ready(_), None) => Doing::Idle,
            (Place::Leaving(..), _) => Doing::Ending,
            (Place::Closed, _) => Doing::GivenUp,
        };
        WorkerNow {
            pid: self.place.pid(),
            doing,
        }
    }

    /// Whether it may be stopped where it is: not while it starts, nor while it is to end or to
    /// stop something.
    pub(super) fn may_be_held(&self) -> bool {
        matches!(self.place, Place::Ready(_)) && self.in_hand.iter().all(|one| one.stop.is_none())
    }

    /// Whether it has something that another could do in its place.
    pub(super) fn may_give_back(&self) -> bool {
        matches!(self.place, Place::Ready(_)) && !self.asked_back && self.waiting() > 0
    }

    pub(super) fn find(&mut self, task: u64) -> Option<&mut InHand<T, Q>> {
        self.in_hand.iter_mut().find(|held| held.task == task)
    }

    pub(super) fn take(&mut self, task: u64) -> Option<InHand<T, Q>> {
        let at = self.in_hand.iter().position(|held| held.task == task)?;
        self.in_hand.remove(at)
    }

    pub(crate) fn new() -> Self {
        Self {
            generation: 0,
            place: vacant(),
            in_hand: VecDeque::new(),
            asked_back: false,
            heard: Instant::now(),
            surplus: false,
            done: 0,
            in_vain: 0,
            failures: 0,
            killed: false,
        }
    }
}

impl<T: Work, Q> InHand<T, Q> {
    pub(super) fn new(task: u64, entry: Box<Entry<T, Q>>) -> Self {
        Self {
            task,
            entry,
            began: None,
            stop: None,
        }
    }

    /// How far it was, for the name of its end.
    pub(super) fn when(&self) -> When {
        if self.began.is_some() {
            When::Running
        } else {
            When::Queued
        }
    }
}

pub(super) fn vacant<Q>() -> Place<Q> {
    Place::Vacant {
        not_before: Instant::now(),
    }
}

/// How long to wait before the next try after so many in vain.
pub(super) fn delay(failures: u32) -> Duration {
    Duration::from_millis(20) * 2u32.pow(failures.min(7))
}
