//! The way in: how many tasks may wait, and whether any may come at all.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::death::Death;
use super::error::SubmitError;

#[derive(Default)]
pub(crate) struct Gate {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    waiting: usize,
    /// Submitters that wait for room. Waking nobody is a system call all the same.
    at_the_door: usize,
    /// As many as may wait; `None`: as many as come.
    room: Option<usize>,
    closed: Option<Closed>,
}

#[derive(Clone)]
enum Closed {
    ByCaller,
    NoWorker(String),
}

impl Gate {
    pub(crate) fn new(room: Option<usize>) -> Self {
        Self {
            inside: Mutex::new(Inside {
                room,
                ..Inside::default()
            }),
            changed: Condvar::new(),
        }
    }

    /// Lets one task in, waiting for room until then; `None`: as long as it takes.
    pub(crate) fn enter(&self, until: Option<Instant>) -> Result<(), SubmitError> {
        let mut inside = self.lock();
        loop {
            match &inside.closed {
                Some(Closed::ByCaller) => return Err(SubmitError::Closed),
                Some(Closed::NoWorker(why)) => return Err(SubmitError::NoWorker(why.clone())),
                None => {}
            }
            if inside.room.is_none_or(|room| inside.waiting < room) {
                inside.waiting += 1;
                return Ok(());
            }
            let left = match until {
                None => Duration::from_secs(3600),
                Some(until) => match until.checked_duration_since(Instant::now()) {
                    Some(left) if !left.is_zero() => left,
                    _ => return Err(SubmitError::Full),
                },
            };
            inside.at_the_door += 1;
            inside = match self.changed.wait_timeout(inside, left) {
                Ok((inside, _)) => inside,
                Err(poisoned) => poisoned.into_inner().0,
            };
            inside.at_the_door -= 1;
        }
    }

    /// A task waits no longer.
    pub(crate) fn left(&self) {
        let mut inside = self.lock();
        inside.waiting = inside.waiting.saturating_sub(1);
        let wanted = inside.at_the_door > 0;
        drop(inside);
        if wanted {
            self.changed.notify_one();
        }
    }

    /// A task waits again, whether there is room or not.
    pub(crate) fn returned(&self) {
        self.lock().waiting += 1;
    }

    /// Nobody comes in any more.
    pub(crate) fn shut(&self) {
        self.lock().closed.get_or_insert(Closed::ByCaller);
        self.changed.notify_all();
    }

    /// There is nobody to do the work.
    pub(crate) fn fail(&self, death: &Death) {
        let why = match death {
            Death::NoWorker(why) => why.clone(),
            other => other.to_string(),
        };
        self.lock().closed.get_or_insert(Closed::NoWorker(why));
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
