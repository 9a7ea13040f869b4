//! What the pool says: results, news of workers, and their deaths.

use std::time::Instant;

use super::held::Held;
use super::place::Here;
use super::{Foreman, Mail, Stage};
use crate::event::{Cause, Ending, Event, WorkerEvent};
use crate::job::in_hand::{Fate, FilesInHand};
use crate::job::obituary::{because, obituary};
use crate::job::plan::Plan;
use crate::name::harmless;
use crate::pool::{Death, Executor, Loss, News, Said as TaskSaid};
use crate::progress::WorkerState;
use crate::tasks::bundle::{Item, Said, Settled};
use crate::verdict::Verdict;

/// A file that killed this many workers is set aside.
const DEATHS: u8 = 2;

impl<E: Executor, P: Plan> Foreman<E, P> {
    pub(super) fn hear(&mut self, mail: Mail) {
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
            Mail::Task(task, TaskSaid::Ended(Ok(done))) => {
                self.given_up.remove(&task);
                if let Some(readers) = &mut self.readers {
                    readers.learn(done.reads);
                }
                self.note(task, done.results);
                if let Some(held) = self.put_down(task) {
                    let (done, took) = held.measured();
                    self.forecaster.learn(done, took);
                }
            }
            Mail::Task(task, TaskSaid::Ended(Err(death))) => self.lost(task, &death),
        }
    }

    pub(super) fn hear_news(&mut self, at: Instant, news: News) {
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
    pub(super) fn note(&mut self, task: u64, results: Vec<Settled>) {
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
    pub(super) fn put_down(&mut self, task: u64) -> Option<Held> {
        let held = self.held.remove(&task)?;
        if let Some(worker) = held.worker
            && !self.held.values().any(|other| other.worker == Some(worker))
        {
            self.show(worker, WorkerState::Idle);
        }
        Some(held)
    }

    /// A bundle came to no end, though its worker lives: the code that hashes has panicked.
    pub(super) fn lost(&mut self, task: u64, death: &Death) {
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
    pub(super) fn gone_unseen(&mut self, worker: usize, at: Instant) {
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

    pub(super) fn died(&mut self, at: Instant, loss: Loss) {
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
    pub(super) fn bury(
        &mut self,
        items: &[Item],
        suspect: bool,
        how: &str,
        files: &mut FilesInHand,
    ) {
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

    pub(super) fn tell(&mut self, worker: usize, at: Instant, what: WorkerEvent) {
        self.pass_on_results();
        let at = at.saturating_duration_since(self.ledger.started());
        self.outbox.push_back(Event::Worker { worker, at, what });
    }

    pub(super) fn show(&self, worker: usize, state: WorkerState) {
        let state = if self.control.is_paused() {
            WorkerState::Paused
        } else {
            state
        };
        self.places[worker].lane.update(|lane| lane.state = state);
    }
}
