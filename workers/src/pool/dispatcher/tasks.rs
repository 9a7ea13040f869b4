//! Which worker gets which task, and what waits behind a long one.

use std::time::Instant;

use super::{Dispatcher, Entry, LONG, Open, Phase, Said};
use crate::pool::death::{Death, When};
use crate::pool::slot::{InHand, Place, Slot};
use crate::pool::task::Work;

impl<T: Work, Q: Clone> Dispatcher<T, Q> {
    pub(super) fn hand_out(&mut self) {
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
    pub(super) fn even_out(&mut self) -> bool {
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

    pub(super) fn ask_back(&mut self, index: usize, most: usize) {
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
    pub(super) fn vacancies(&self) -> bool {
        let open = !matches!(self.phase, Phase::Terminated { .. });
        let free = |slot: &Slot<T, Q>| {
            matches!(slot.place, Place::Vacant { .. } | Place::Starting { .. }) && !slot.surplus
        };
        open && self.slots.iter().any(free)
    }

    pub(super) fn idle(&self) -> usize {
        self.slots
            .iter()
            .filter(|slot| slot.in_hand.is_empty() && slot.takes_tasks(self.rules.tasks_each))
            .count()
    }

    /// Tasks that a worker will not begin, the last first.
    pub(super) fn gave_back(&mut self, index: usize, tasks: Vec<u64>) {
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

    pub(super) fn back_to_queue(&mut self, held: InHand<T, Q>) {
        if let Some(death) = self.no_worker.clone() {
            return self.conclude(held, Err(death));
        }
        self.gate.returned();
        self.queue
            .push_front(held.task, held.entry.priority, held.entry);
    }

    pub(super) fn fail_waiting(&mut self, death: &Death) {
        for (_, entry) in self.queue.drain() {
            self.turn_away(*entry, death.clone());
        }
    }

    /// Ends a task that no worker has.
    pub(super) fn turn_away(&self, mut entry: Entry<T, Q>, death: Death) {
        self.gate.left();
        entry.listener.say(Said::Ended(Err(death)));
    }
}
