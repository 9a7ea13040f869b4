//! Workers that are threads of this process. They hear of pause and cancel through the desk they
//! share; they cannot be killed.

use std::cell::{Cell, RefCell};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crossbeam_channel::Sender;

use super::bench::{self, PROGRESS_EVERY};
use super::crew::{Crew, Gone, Report, What, Worker};
use super::death::{Death, When};
use super::desk::Desk;
use super::task::{Outlet, Work};
use crate::job::Priority;
use crate::process::{Harm, priority};

/// A request that is handed over, not copied. Shared, because the dispatcher keeps what it hands
/// out in case the worker dies, which a thread does not.
pub struct Handed<T>(Arc<Mutex<Option<T>>>);

impl<T> Handed<T> {
    pub(crate) fn new(task: T) -> Self {
        Self(Arc::new(Mutex::new(Some(task))))
    }
    fn take(&self) -> Option<T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<T> Clone for Handed<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

pub(crate) struct ThreadCrew<T: Work> {
    pub(crate) name: String,
    pub(crate) set_up: T::SetUp,
    pub(crate) priority: Priority,
}

struct ThreadWorker<T> {
    desk: Desk<Handed<T>>,
}

/// A thread that nobody has anything for ends.
impl<T> Drop for ThreadWorker<T> {
    fn drop(&mut self) {
        self.desk.close();
    }
}

impl<T: Work> Worker<Handed<T>> for ThreadWorker<T> {
    fn pid(&self) -> Option<u32> {
        None
    }
    fn run(&mut self, tasks: Vec<(u64, Handed<T>)>) {
        self.desk.lay(tasks);
    }
    fn take_back(&mut self, most: usize) -> Option<Vec<u64>> {
        Some(self.desk.take_back(most))
    }
    fn cancel(&mut self, task: u64) -> bool {
        self.desk.stop(task)
    }
    fn pause(&mut self, paused: bool) {
        self.desk.pause(paused);
    }
    fn hold(&mut self, _held: bool) {}
    fn finish(&mut self) {
        self.desk.close();
    }
    fn terminate(&mut self) -> bool {
        false
    }
    fn harm(&mut self, _harm: Harm) -> bool {
        false
    }
    fn kill(&mut self) -> bool {
        self.desk.stop_all();
        self.desk.close();
        false
    }
}

impl<T: Work> Crew<T, Handed<T>> for ThreadCrew<T> {
    fn spawn(
        &mut self,
        slot: usize,
        generation: u32,
        reports: Sender<Report<T>>,
    ) -> io::Result<Box<dyn Worker<Handed<T>>>> {
        let desk = Desk::default();
        let hand = Hand {
            slot,
            generation,
            desk: desk.clone(),
            reports,
            told: Cell::new(None),
        };
        let (set_up, background) = (self.set_up.clone(), self.priority == Priority::Background);
        bench::watch_panics();
        std::thread::Builder::new()
            .name(format!("{} {}", self.name, slot + 1))
            .spawn(move || {
                if background {
                    priority::lower_this_thread();
                }
                // What a task leaves in its state may panic when it is dropped.
                let gone = catch_unwind(AssertUnwindSafe(|| hand.work(&set_up)));
                hand.report(vec![What::Gone(gone.unwrap_or(Gone::Quiet))]);
            })?;
        Ok(Box::new(ThreadWorker { desk }))
    }
}

struct Hand<T: Work> {
    slot: usize,
    generation: u32,
    desk: Desk<Handed<T>>,
    reports: Sender<Report<T>>,
    /// When progress was told last.
    told: Cell<Option<Instant>>,
}

impl<T: Work> Hand<T> {
    fn work(&self, set_up: &T::SetUp) -> Gone {
        let make = || bench::caught(|| T::set_up(set_up.clone()));
        let mut state = match make() {
            Ok(state) => state,
            Err(death) => return Gone::Unfit(bench::why(death)),
        };
        self.report(vec![What::Ready]);
        // The end of a task goes out with the beginning of the next.
        let said = RefCell::new(Vec::new());
        loop {
            let next = match self.desk.try_next() {
                Some(next) => next,
                None => {
                    self.report(said.take());
                    match self.desk.next() {
                        Some(next) => next,
                        None => break,
                    }
                }
            };
            let task = next.task;
            let since = Instant::now();
            let ended = bench::work(
                &mut state,
                (task, next.stopped),
                self.desk.paper(),
                self,
                || {
                    said.borrow_mut().push(What::Began(task));
                    self.report(said.take());
                    // Taken only once: what a thread began is never given to another.
                    next.request.take().ok_or(Death::Cancelled(When::Running))
                },
            );
            let panicked = matches!(ended, Err(Death::Panicked(_)));
            said.borrow_mut().push(What::Ended {
                task,
                result: ended,
                took: since.elapsed(),
            });
            if panicked {
                self.report(said.take());
            }
            if panicked {
                // Whatever it left half done must not meet the next task.
                state = match make() {
                    Ok(state) => state,
                    Err(death) => return Gone::Unfit(bench::why(death)),
                };
            }
        }
        Gone::Quiet
    }

    fn report(&self, what: Vec<What<T>>) {
        if what.is_empty() {
            return;
        }
        // The dispatcher listens until every worker has ended, or has given this one up.
        let _ = self.reports.send(Report {
            slot: self.slot,
            generation: self.generation,
            what,
        });
    }
}

impl<T: Work> Outlet<T> for Hand<T> {
    fn part(&self, task: u64, part: T::Part) {
        self.report(vec![What::Part(task, part)]);
    }
    fn progress(&self, task: u64, done: u64, of: u64) {
        let told = self.told.get();
        if told.is_none_or(|told| told.elapsed() >= PROGRESS_EVERY) {
            self.told.set(Some(Instant::now()));
            self.report(vec![What::Progress { task, done, of }]);
        }
    }
}
