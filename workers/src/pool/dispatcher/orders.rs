//! What callers want, and deadlines.

use std::time::Instant;

use super::{Dispatcher, LEFT_BEHIND, Order, Phase, START_LIMIT, Said};
use crate::pool::death::{Death, When};
use crate::pool::slot::{Ladder, Place, Slot, Stop, Why, vacant};
use crate::pool::task::Work;
use crate::process::Harm;

impl<T: Work, Q: Clone> Dispatcher<T, Q> {
    pub(super) fn obey(&mut self, order: Order<T, Q>) {
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

    pub(super) fn close(&mut self) {
        if let Phase::Open = self.phase {
            self.phase = Phase::Closed;
        }
    }

    pub(super) fn terminate(&mut self) {
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

    pub(super) fn stop(&mut self, task: u64, by_force: bool) {
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

    pub(super) fn keep_deadlines(&mut self) {
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
}
