//! Places, the workers in them, what they say and how they end.

use std::time::{Duration, Instant};

use super::{Dispatcher, LONG, Loss, News, Phase, Said};
use crate::pool::crew::{Gone, Report, What};
use crate::pool::death::{Death, Exit};
use crate::pool::slot::{InHand, Ladder, Place, Slot, Stop, Why, delay, vacant};
use crate::pool::task::Work;
use crate::process::status::Status;

/// A place whose workers fail to start this often in a row is given up.
const START_FAILURES: u32 = 4;

impl<T: Work, Q: Clone> Dispatcher<T, Q> {
    /// Fills vacant places while more tasks wait than workers are on their way.
    pub(super) fn fill_places(&mut self) {
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
    pub(super) fn let_go(&mut self) {
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

    pub(super) fn start_failed(&mut self, index: usize, reason: &str) {
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

    pub(super) fn give_up_if_nobody_is_left(&mut self, reason: &str) {
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

    pub(super) fn hear(&mut self, report: Report<T>) {
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

    pub(super) fn take_in(&mut self, index: usize, what: What<T>, now: Instant) {
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

    pub(super) fn gone(&mut self, index: usize, gone: Gone) {
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
    pub(super) fn conclude(&self, mut held: InHand<T, Q>, result: Result<T::Output, Death>) {
        held.entry.listener.say(Said::Ended(result));
    }

    /// A task whose worker is gone.
    pub(super) fn bereaved(&mut self, mut held: InHand<T, Q>, exit: &Exit, killed: bool) {
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
