//! A lock that notes who holds it and who waits for it, as a debugger would find out.
#![expect(
    clippy::disallowed_methods,
    reason = "a lock that threads of the experiment wait for"
)]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::lab::trace::{Graph, Tie, Trace};

/// A lock and its notes. The lock itself is the system's; the notes are about it.
pub(super) struct Watched {
    name: &'static str,
    lock: Mutex<()>,
    notes: Mutex<Notes>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Notes {
    holder: Option<&'static str>,
    waiting: Vec<&'static str>,
    /// Changes with every change, so that two looks tell whether anything happened between.
    version: u64,
}

/// The lock is held.
pub(super) struct Held<'a> {
    who: &'static str,
    watched: &'a Watched,
    trace: &'a Trace,
    _guard: MutexGuard<'a, ()>,
}

impl Watched {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            lock: Mutex::new(()),
            notes: Mutex::default(),
        }
    }

    /// Waits for the lock, for ever if need be.
    pub(super) fn lock<'a>(&'a self, who: &'static str, trace: &'a Trace) -> Held<'a> {
        self.note(|notes| notes.waiting.push(who));
        trace.graph(|graph, now| graph.tie(who, self.name, Tie::WaitsFor, now));
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.note(|notes| {
            notes.waiting.retain(|waiting| *waiting != who);
            notes.holder = Some(who);
        });
        trace.graph(|graph, now| graph.tie(who, self.name, Tie::Holds, now));
        Held {
            who,
            watched: self,
            trace,
            _guard: guard,
        }
    }

    fn note(&self, change: impl FnOnce(&mut Notes)) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut notes);
        notes.version += 1;
    }

    fn read(&self) -> Notes {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.clone()
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let Self {
            who,
            watched,
            trace,
            ..
        } = self;
        // Before it is given back: afterwards it may be somebody else's.
        watched.note(|notes| notes.holder = None);
        trace.graph(|graph, _| graph.untie(who, watched.name));
    }
}

/// Who waits in a circle, if somebody does. The locks are looked at one after the other, so what
/// is seen may never have been so at one moment; nothing has changed a while later only if it was.
pub(super) fn closed_circle(locks: &[&Watched], again: Duration) -> Option<Vec<String>> {
    let look = || -> Vec<Notes> { locks.iter().map(|lock| lock.read()).collect() };
    let seen = look();
    let circle = circle(locks, &seen)?;
    std::thread::sleep(again);
    (look() == seen).then_some(circle)
}

fn circle(locks: &[&Watched], notes: &[Notes]) -> Option<Vec<String>> {
    let mut graph = Graph::default();
    for (lock, notes) in locks.iter().zip(notes) {
        if let Some(holder) = notes.holder {
            graph.tie(holder, lock.name, Tie::Holds, 0);
        }
        for who in &notes.waiting {
            graph.tie(who, lock.name, Tie::WaitsFor, 0);
        }
    }
    let circle = graph.cycle()?;
    Some(circle.into_iter().map(str::to_owned).collect())
}
