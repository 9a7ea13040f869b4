//! A semaphore lets so many in at once, and the rest wait.
#![expect(
    clippy::disallowed_methods,
    reason = "threads of the experiment, which are to wait for each other"
)]

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::stop::Stopped;
use crate::lab::trace::{Kind, SeriesRecorder};

const TASKS: Control = Control::number("tasks", "Tasks", "", (1, 64), 20);
const PERMITS: Control = Control::number("permits", "Permits", "", (1, 64), 5);
const HOLD: Control = Control::number("hold", "Inside for", "ms", (1, 5_000), 250);

pub(crate) struct Semaphore;

impl Experiment for Semaphore {
    fn name(&self) -> &'static str {
        "semaphore"
    }

    fn title(&self) -> &'static str {
        "Semaphore"
    }

    fn sentences(&self) -> &'static str {
        "A semaphore has a few permits: a task that has one is inside, the others wait. Each that leaves lets one in."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "Draw a line down at any moment: it crosses no more coloured bars than there are permits.",
            "Each bar begins where another ends; nobody asks again and again, a task that waits costs nothing.",
            "Without the semaphore all are inside at once: that is faster, and it is what a database or a disk cannot bear.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[TASKS, PERMITS, HOLD]
    }

    fn picture_title(&self) -> &'static str {
        "Who was inside when"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[(Kind::Work, "inside"), (Kind::Wait, "waiting")]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let (tasks, permits) = (lab.get(&TASKS), lab.get(&PERMITS));
        let hold = Duration::from_millis(lab.get(&HOLD));
        let guarded = enter_all(lab, "with the semaphore", tasks, permits, hold)?;
        let free = enter_all(lab, "without it", tasks, tasks, hold)?;

        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("tasks", Unit::Count),
            Column::new("most inside at once", Unit::Count),
            Column::new("longest wait", Unit::Seconds),
            Column::new("took", Unit::Seconds),
        ]);
        let names = [
            (format!("with a semaphore of {permits}"), &guarded),
            ("without it".to_owned(), &free),
        ];
        for (name, measured) in names {
            table.row([
                Cell::text(name),
                Cell::count(measured.entered),
                Cell::count(measured.most),
                Cell::time(measured.longest_wait),
                Cell::time(measured.took),
            ]);
        }
        let mut outcome = Outcome {
            tables: vec![table],
            ..Outcome::default()
        };
        outcome.fact("most_inside", guarded.most);
        outcome.fact("most_inside_without", free.most);
        outcome.fact("entered", guarded.entered);
        outcome.fact("seconds", guarded.took.as_secs_f64());
        outcome.check(
            format!("never more than {permits} were inside at once"),
            guarded.most <= permits,
        );
        outcome.check(
            format!("all {tasks} got in"),
            guarded.entered == tasks && free.entered == tasks,
        );
        Ok(outcome)
    }
}

struct Measured {
    entered: u64,
    most: u64,
    longest_wait: Duration,
    took: Duration,
}

/// As many tasks as are wanted, each a thread, go in and out once.
fn enter_all(
    lab: &Lab,
    group: &str,
    tasks: u64,
    permits: u64,
    hold: Duration,
) -> Result<Measured, Failure> {
    let semaphore = Permits::new(permits);
    // Where all may go in there is no limit to be seen.
    let limit = (permits < tasks).then_some(permits as f64);
    let room = Room::new(lab.trace().series(&format!("inside, {group}"), limit));
    let begun = Instant::now();
    let waits = std::thread::scope(|scope| {
        let started: Vec<_> = (1..=tasks)
            .map(|number| {
                let (semaphore, room) = (&semaphore, &room);
                let lane = lab.trace().lane(group, &format!("task {number}"));
                std::thread::Builder::new()
                    .name(format!("task {number}"))
                    .spawn_scoped(scope, move || {
                        let asked = Instant::now();
                        lane.begin(Kind::Wait);
                        let permit = semaphore.acquire();
                        let waited = asked.elapsed();
                        let inside = room.enter();
                        lane.begin(Kind::Work);
                        let slept = lab.sleep(hold);
                        lane.end();
                        drop(inside);
                        drop(permit);
                        slept.map(|()| waited)
                    })
            })
            .collect();
        let mut waits = Vec::new();
        for task in started {
            // Nothing in a task panics; should it, that is a mistake of the experiment's.
            let waited = task.map_err(Failure::Thread)?.join();
            waits.push(waited.unwrap_or(Err(Stopped))?);
        }
        Ok::<_, Failure>(waits)
    })?;
    let (entered, most) = room.counted();
    Ok(Measured {
        entered,
        most,
        longest_wait: waits.into_iter().max().unwrap_or_default(),
        took: begun.elapsed(),
    })
}

/// The semaphore: how many may still go in, and a bell for those who wait.
struct Permits {
    free: Mutex<u64>,
    returned: Condvar,
}

/// Leave to be inside; given back when it is dropped.
struct Permit<'a>(&'a Permits);

impl Permits {
    fn new(free: u64) -> Self {
        Self {
            free: Mutex::new(free),
            returned: Condvar::new(),
        }
    }

    fn acquire(&self) -> Permit<'_> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        // Waking up is no permit: another may have been faster.
        while *free == 0 {
            free = self
                .returned
                .wait(free)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.returned.notify_one();
    }
}

/// Counts who is inside, and knows nothing of the semaphore: it is what shows whether that works.
struct Room {
    inside: Mutex<(u64, u64, u64)>,
    series: SeriesRecorder,
}

struct Inside<'a>(&'a Room);

impl Room {
    fn new(series: SeriesRecorder) -> Self {
        series.set(0.0);
        Self {
            inside: Mutex::default(),
            series,
        }
    }

    fn enter(&self) -> Inside<'_> {
        let mut guard = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, most, entered) = &mut *guard;
        *now += 1;
        *entered += 1;
        *most = (*most).max(*now);
        self.series.set(*now as f64);
        Inside(self)
    }

    /// How many went in, and how many were inside at once at most.
    fn counted(&self) -> (u64, u64) {
        let (_, most, entered) = *self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        (entered, most)
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        let mut guard = self.0.inside.lock().unwrap_or_else(PoisonError::into_inner);
        guard.0 -= 1;
        self.0.series.set(guard.0 as f64);
    }
}
