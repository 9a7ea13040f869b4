//! A pool of worker processes: one task with a time limit for whoever waits, squares in order, as
//! they come, and in batches.

mod task;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use workers::pool::{Handle, Outcome as TaskOutcome, Pool, Processes};

pub(crate) use task::Square;

use task::{Done, WallClock};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::trace::{Kind, LaneRecorder};

const WORKERS: Control = Control::number("workers", "Workers", "", (1, 16), 2);
const WORK: Control = Control::number("work", "Work for a square", "ms", (0, 1_000), 100);
const LIMIT: Control = Control::number("limit", "Waits for at most", "ms", (1, 10_000), 50);
const TASKS: Control = Control::number("tasks", "Tasks in batches", "", (1, 1_000_000), 5_000);

/// The squares that are made in order and as they come: of 0 to 9.
const SQUARES: u64 = 10;
/// How many tasks a worker may hold at once, a run each.
const BATCHES: [usize; 6] = [1, 2, 4, 16, 64, 256];

type Squares = Pool<Square, Processes>;

pub(crate) struct PoolExperiment;

impl Experiment for PoolExperiment {
    fn name(&self) -> &'static str {
        "pool"
    }

    fn title(&self) -> &'static str {
        "Pool"
    }

    fn sentences(&self) -> &'static str {
        "A few worker processes share the tasks of a queue, and whoever gave a task may wait for its result, for so long, or not at all. Results come in the order of the tasks if they are asked for so, or as they are ready."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "Waiting that gives up takes nothing back: the task goes on, and is there when it is asked for again.",
            "The same squares come 0, 1, 4 … 81 by map, and in another order as they are ready.",
            "Short tasks one by one spend their time on the way there and back; in batches that way is shared.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[WORKERS, WORK, LIMIT, TASKS]
    }

    fn picture_title(&self) -> &'static str {
        "Who worked on what"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "at a task"),
            (Kind::Other, "at the next task"),
            (Kind::Wait, "asks, and waits"),
            (Kind::Hold, "asks again"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let workers = usize::try_from(lab.get(&WORKERS)).unwrap_or(usize::MAX);
        let work = Duration::from_millis(lab.get(&WORK));
        let pool = pool(workers, None)?;
        let applied = apply(lab, &pool, work)?;
        let mapped = map(lab, &pool, work)?;
        let unordered = as_they_come(lab, &pool, work)?;
        drop(pool);
        let batches = in_batches(lab, workers)?;

        let mut outcome = Outcome {
            tables: vec![
                applied.table(),
                who(&mapped, &unordered),
                batches_table(&batches),
            ],
            ..Outcome::default()
        };
        let squares = |done: &[Done]| done.iter().map(|one| one.square).collect::<Vec<_>>();
        let expected: Vec<u64> = (0..SQUARES).map(|number| number * number).collect();
        let came = squares(&unordered);
        let mut sorted = came.clone();
        sorted.sort_unstable();
        outcome.fact("not_yet", applied.not_yet);
        outcome.fact("applied", applied.square);
        outcome.fact("mapped", squares(&mapped));
        outcome.fact("as_they_came", came);
        outcome.fact(
            "batches",
            batches
                .iter()
                .map(|batch| json!({"batch": batch.size, "per_second": batch.rate()}))
                .collect::<Vec<Value>>(),
        );
        outcome.check(
            "what was waited for in vain came later",
            applied.square == Applied::SQUARE,
        );
        outcome.check("map gives 0, 1, 4 … 81", squares(&mapped) == expected);
        outcome.check("as they come, the same squares come", sorted == expected);
        outcome.check(
            "in batches of any size every task is done once",
            batches
                .iter()
                .all(|batch| batch.sum == batch.expected_sum()),
        );
        Ok(outcome)
    }
}

fn pool(workers: usize, batch: Option<usize>) -> Result<Squares, Failure> {
    let builder = Pool::builder().workers(workers).name("lab pool").eager();
    let builder = match batch {
        Some(batch) => builder.batch(batch),
        None => builder,
    };
    Ok(builder.build()?)
}

/// One task, asked for with a limit.
struct Applied {
    limit: Duration,
    not_yet: u64,
    square: u64,
    took: Duration,
}

impl Applied {
    const NUMBER: u64 = 10;
    const SQUARE: u64 = 100;

    fn table(&self) -> Table {
        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("times", Unit::Count),
            Column::new("took", Unit::Seconds),
        ])
        .titled("One task: apply, and get with a time limit");
        table.row([
            Cell::text("not there within the limit"),
            Cell::count(self.not_yet),
            Cell::time(self.limit),
        ]);
        table.row([
            Cell::text(format!("{}² = {}", Self::NUMBER, self.square)),
            Cell::count(1),
            Cell::time(self.took),
        ]);
        table
    }
}

/// Asks again and again, each time for no longer than the limit.
fn apply(lab: &Lab, pool: &Squares, work: Duration) -> Result<Applied, Failure> {
    const GROUP: &str = "apply";
    // Long enough that asking for so long is in vain at first, if the limit is as it is by itself.
    let work = 4 * work;
    let limit = Duration::from_millis(lab.get(&LIMIT));
    let asking = lab.trace().lane(GROUP, "who asks");
    let begun = Instant::now();
    let mut handle = pool.submit(Square::new(Applied::NUMBER, work))?;
    let mut not_yet = 0;
    let outcome = loop {
        asking.begin(if not_yet % 2 == 0 {
            Kind::Wait
        } else {
            Kind::Hold
        });
        match wait_at_most(lab, handle, limit)? {
            Ok(outcome) => break outcome,
            Err(again) => {
                not_yet += 1;
                if not_yet == 1 {
                    lab.trace().mark("not yet");
                }
                handle = again;
            }
        }
    };
    asking.end();
    let took = begun.elapsed();
    let done = outcome?;
    Workers::new(lab, GROUP).record(&done);
    Ok(Applied {
        limit,
        not_yet,
        square: done.square,
        took,
    })
}

/// Waits for no longer than `limit`, and not when the experiment is stopped.
fn wait_at_most(
    lab: &Lab,
    mut handle: Handle<Square>,
    limit: Duration,
) -> Result<Result<TaskOutcome<Square>, Handle<Square>>, Failure> {
    const STEP: Duration = Duration::from_millis(50);
    let deadline = Instant::now() + limit;
    loop {
        lab.checkpoint()?;
        let left = deadline.saturating_duration_since(Instant::now());
        match handle.wait_timeout(left.min(STEP)) {
            Ok(outcome) => return Ok(Ok(outcome)),
            Err(again) if left <= STEP => return Ok(Err(again)),
            Err(again) => handle = again,
        }
    }
}

/// The squares, in the order of the tasks.
fn map(lab: &Lab, pool: &Squares, work: Duration) -> Result<Vec<Done>, Failure> {
    let mut workers = Workers::new(lab, "map");
    pool.imap((0..SQUARES).map(|number| Square::new(number, work)))
        .map(|outcome| {
            lab.checkpoint()?;
            let done = outcome??;
            workers.record(&done);
            Ok(done)
        })
        .collect()
}

/// The squares as they are ready. The first ones are most work, so that others overtake them.
fn as_they_come(lab: &Lab, pool: &Squares, work: Duration) -> Result<Vec<Done>, Failure> {
    let mut workers = Workers::new(lab, "as they come");
    let tasks = (0_u32..).zip(0..SQUARES).map(|(place, number)| {
        let share = 2.0 * (1.0 - f64::from(place) / SQUARES as f64);
        Square::new(number, work.mul_f64(share))
    });
    pool.imap_unordered(tasks)
        .map(|one| {
            lab.checkpoint()?;
            let (_, outcome) = one?;
            let done = outcome?;
            workers.record(&done);
            Ok(done)
        })
        .collect()
}

/// A run of many short tasks.
struct Batch {
    size: usize,
    tasks: u64,
    sum: u64,
    took: Duration,
}

impl Batch {
    fn rate(&self) -> f64 {
        self.tasks as f64 / self.took.as_secs_f64()
    }

    fn expected_sum(&self) -> u64 {
        (0..self.tasks).fold(0, |sum, number| {
            sum.wrapping_add(number.wrapping_mul(number))
        })
    }
}

fn in_batches(lab: &Lab, workers: usize) -> Result<Vec<Batch>, Failure> {
    let tasks = lab.get(&TASKS);
    BATCHES
        .into_iter()
        .map(|size| {
            let pool = pool(workers, Some(size))?;
            // The workers are there before time is taken.
            for outcome in pool.imap((0..64).map(|number| Square::new(number, Duration::ZERO))) {
                outcome??;
            }
            let lane = lab
                .trace()
                .lane("short tasks", &format!("batches of {size}"));
            lane.begin(Kind::Work);
            let begun = Instant::now();
            let mut sum = 0_u64;
            let all = (0..tasks).map(|number| Square::new(number, Duration::ZERO));
            for one in pool.imap_unordered(all) {
                lab.checkpoint()?;
                sum = sum.wrapping_add(one?.1?.square);
            }
            let took = begun.elapsed();
            lane.end();
            let batch = Batch {
                size,
                tasks,
                sum,
                took,
            };
            lab.trace().point(
                "short tasks",
                ("tasks that a worker holds", "tasks a second"),
                (size as f64, batch.rate()),
            );
            Ok(batch)
        })
        .collect()
}

/// The lanes of worker processes, in the order in which they are first heard of.
struct Workers<'a> {
    lab: &'a Lab,
    group: &'static str,
    lanes: BTreeMap<u32, (LaneRecorder, u64)>,
}

impl<'a> Workers<'a> {
    fn new(lab: &'a Lab, group: &'static str) -> Self {
        Self {
            lab,
            group,
            lanes: BTreeMap::new(),
        }
    }

    fn record(&mut self, done: &Done) {
        let (from, to) = WallClock::now(self.lab.trace()).span(done);
        let next = self.lanes.len() + 1;
        let (lane, tasks) = self.lanes.entry(done.pid).or_insert_with(|| {
            let name = format!("worker {next}");
            (self.lab.trace().lane(self.group, &name), 0)
        });
        // Neighbours are told apart.
        let kind = if *tasks % 2 == 0 {
            Kind::Work
        } else {
            Kind::Other
        };
        *tasks += 1;
        lane.add(from, to, kind);
    }
}

/// Who made which squares.
fn who(mapped: &[Done], unordered: &[Done]) -> Table {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("map", Unit::Words),
        Column::new("as they come", Unit::Words),
    ])
    .titled("Who worked on what");
    let mut pids: Vec<u32> = Vec::new();
    for done in mapped.iter().chain(unordered) {
        if !pids.contains(&done.pid) {
            pids.push(done.pid);
        }
    }
    let list = |done: &[Done], whose: Option<u32>| {
        let squares = done
            .iter()
            .filter(|one| whose.is_none_or(|pid| one.pid == pid))
            .map(|one| match whose {
                Some(_) => format!("{}²", one.number),
                None => one.square.to_string(),
            });
        squares.collect::<Vec<_>>().join(" ")
    };
    for pid in pids {
        table.row([
            Cell::text(format!("process {pid}")),
            Cell::text(list(mapped, Some(pid))),
            Cell::text(list(unordered, Some(pid))),
        ]);
    }
    table.row([
        Cell::text("what came, in this order"),
        Cell::text(list(mapped, None)),
        Cell::text(list(unordered, None)),
    ]);
    table
}

fn batches_table(batches: &[Batch]) -> Table {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("tasks", Unit::Count),
        Column::new("took", Unit::Seconds),
        Column::new("tasks a second", Unit::PerSecond),
    ])
    .titled("Short tasks, so many in a worker's hands");
    for batch in batches {
        table.row([
            Cell::text(format!("batches of {}", batch.size)),
            Cell::count(batch.tasks),
            Cell::time(batch.took),
            Cell::Number(batch.rate()),
        ]);
    }
    table
}
