//! Orders, the files that are given up for them, and the drill.

use std::time::{Duration, Instant};

use super::place::Doom;
use super::{Foreman, Order};
use crate::event::{Cause, Ending, WorkerEvent};
use crate::job::drill::Drill;
use crate::job::in_hand::Fate;
use crate::job::plan::Plan;
use crate::pool::Executor;
use crate::process::Harm;
use crate::verdict::{SkipReason, Verdict};

impl<E: Executor, P: Plan> Foreman<E, P> {
    pub(super) fn obey(&mut self, order: Order) {
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
    pub(super) fn doom(&mut self, worker: usize, mut doom: Doom) {
        if let Some(place) = self.places.get_mut(worker) {
            if let Some(earlier) = place.doom.take() {
                doom.files.merge(earlier.files);
            }
            place.doom = Some(doom);
        }
    }

    /// The worker hangs on a file: it is ended, and the file with it. `late`: because of the
    /// limit, and not because somebody asked.
    pub(super) fn give_up_file_of(&mut self, worker: usize, late: Option<Duration>) {
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

    pub(super) fn keep_file_limit(&mut self) {
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
    pub(super) fn forgive(&mut self) {
        let now = Instant::now();
        for held in self.held.values_mut() {
            held.since = now;
        }
    }

    pub(super) fn switch_drill(&mut self, on: bool) {
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

    pub(super) fn do_harm(&mut self) {
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
}
