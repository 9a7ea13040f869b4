//! One lock around an interpreter makes two threads slower than one; two processes have one each.
//! Everything that counts is in child processes: a thread that counts does not look up.
#![expect(
    clippy::disallowed_methods,
    reason = "threads in a child process of the experiment, which are to wait for each other"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{available_parallelism, yield_now};
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::interpreter::lock::{InterpreterLock, Seat};
use crate::lab::interpreter::machine::{self, Instruction, Program};
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::this_thread::{self, Cost};
use crate::lab::trace::{Kind, Nanos};

const COUNT: Control = Control::number(
    "count",
    "Count down from",
    "",
    (1_000, 1_000_000_000),
    5_000_000,
);
const TICKS: Control = Control::number("ticks", "Ticks per turn", "", (1, 1_000_000), 100);
const LONG: Control = Control::number("long", "Long instruction", "ms", (1, 10_000), 1_500);

/// A child that has counted for so long is taken to hang.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Two processes are measured against two threads so often at most: other programs may have the
/// second core for as long as one measurement takes.
const ROUNDS: u32 = 3;
/// Two processes that together got less of the cores had none of their own each, and their time says
/// nothing about the lock.
const TWO_CORES: f64 = 1.5;

/// As what the first and the second count are recorded.
const COUNTS: [Kind; 2] = [Kind::Work, Kind::Other];

const HISTORIC: &str =
    "CPython 2.6 counting down from 100 million twice, 2 GHz dual-core machine, 2009";

pub(crate) struct InterpreterLockExperiment;

impl Experiment for InterpreterLockExperiment {
    fn name(&self) -> &'static str {
        "interpreter-lock"
    }

    fn title(&self) -> &'static str {
        "Interpreter lock"
    }

    fn sentences(&self) -> &'static str {
        "An interpreter that lets only one thread run at a time makes two threads no faster than one, and mostly slower. Two processes have an interpreter each, and use both cores."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "The lanes of the two threads never overlap, yet each turn ends with a signal: that is where the extra time goes.",
            "Give a turn more ticks and the loss shrinks, but whoever waits for the lock, a window for instance, waits longer.",
            "One instruction that takes long is still one instruction: the other thread and the interruption wait until it is over.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[COUNT, TICKS, LONG]
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "the first count"),
            (Kind::Other, "the second count"),
            (Kind::Wait, "waits for the lock"),
            (Kind::Stuck, "one long instruction"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let sequence = measure(lab, &Way::new("in sequence", 1, 1, 2))?;
        let mut threads = measure(lab, &Way::new("two threads", 1, 2, 1))?;
        let pinned = measure(
            lab,
            &Way {
                pinned: true,
                ..Way::new("two threads, one core", 1, 2, 1)
            },
        )?;
        let mut processes = measure(lab, &Way::new("two processes", 2, 1, 1))?;
        let cores = available_parallelism().map_or(1, usize::from);
        let mut rounds = 1;
        while cores > 1 && !processes.had_two_cores() && rounds < ROUNDS {
            rounds += 1;
            threads = measure(lab, &Way::new("two threads", 1, 2, 1))?;
            processes = measure(lab, &Way::new("two processes", 2, 1, 1))?;
        }
        let comparable = cores > 1 && processes.had_two_cores();
        let long = measure_long(lab)?;

        let rows = [
            ("in sequence", &sequence, 24.6),
            ("two threads, one lock", &threads, 45.5),
            ("two threads, one core", &pinned, 38.0),
            ("two processes", &processes, 12.5),
        ];
        let mut outcome = Outcome {
            tables: vec![table(&rows), long.table()],
            ..Outcome::default()
        };
        for (name, measured) in [
            ("sequence", &sequence),
            ("threads", &threads),
            ("one_core", &pinned),
            ("processes", &processes),
        ] {
            outcome.fact(name, measured.json());
        }
        outcome.fact("rounds", rounds);
        outcome.fact("had_two_cores", comparable);
        outcome.fact("long_instruction", long.json());
        let all = rows.map(|(_, measured, _)| measured);
        outcome.check(
            "every way has counted the same",
            all.iter()
                .all(|one| one.ticks == sequence.ticks && one.left == 0),
        );
        outcome.check(
            "two threads never ran at once under the lock",
            !all.iter().any(|one| one.crowded),
        );
        if comparable {
            outcome.check(
                "two processes are faster than two threads",
                processes.wall < threads.wall,
            );
        }
        outcome.check(
            "the other thread waited until the long instruction was over",
            long.other_waited >= long.took,
        );
        outcome.check(
            "the interruption was heard only after the long instruction",
            long.heard_after_its_end,
        );
        Ok(outcome)
    }

    fn parts(&self) -> &'static [Role] {
        &[
            Role {
                name: "count",
                run: count,
            },
            Role {
                name: "long-instruction",
                run: long_instruction,
            },
        ]
    }
}

/// One of the ways to count twice.
struct Way {
    name: &'static str,
    processes: usize,
    /// In each process.
    threads: usize,
    /// How often each thread counts.
    times: usize,
    pinned: bool,
}

impl Way {
    fn new(name: &'static str, processes: usize, threads: usize, times: usize) -> Self {
        Self {
            name,
            processes,
            threads,
            times,
            pinned: false,
        }
    }
}

/// What a child is given.
#[derive(Serialize, Deserialize)]
struct Order {
    group: String,
    /// A thread for each: its name, and as what its first count is recorded.
    lanes: Vec<(String, Kind)>,
    times: usize,
    count: i64,
    ticks: u64,
    pinned: bool,
}

/// What one child, or all of them together, came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Counted {
    from: Nanos,
    to: Nanos,
    ticks: u64,
    /// What was not counted.
    left: i64,
    crowded: bool,
    signals: u64,
    in_vain: u64,
    cost: Option<Cost>,
    /// Why it could not be kept on one core.
    not_pinned: Option<String>,
}

struct Measured {
    wall: Duration,
    ticks: u64,
    left: i64,
    crowded: bool,
    signals: u64,
    in_vain: u64,
    cost: Option<Cost>,
    not_pinned: Option<String>,
}

impl Measured {
    fn cores_used(&self) -> Option<f64> {
        Some(self.cost?.cpu.as_secs_f64() / self.wall.as_secs_f64())
    }

    /// Whether others left it two cores, as far as that can be known.
    fn had_two_cores(&self) -> bool {
        self.cores_used().is_none_or(|cores| cores >= TWO_CORES)
    }

    fn json(&self) -> Value {
        json!({
            "seconds": self.wall.as_secs_f64(),
            "cores_used": self.cores_used(),
            "ticks": self.ticks,
            "signals": self.signals,
            "woken_in_vain": self.in_vain,
            "voluntary_switches": self.cost.map(|cost| cost.voluntary),
            "involuntary_switches": self.cost.map(|cost| cost.involuntary),
            "not_pinned": self.not_pinned,
        })
    }
}

fn measure(lab: &Lab, way: &Way) -> Result<Measured, Failure> {
    let mut children = (1..=way.processes)
        .map(|process| {
            let lanes = (1..=way.threads).map(|thread| match (way.processes, way.threads) {
                (1, 1) => ("one thread".to_owned(), COUNTS[0]),
                (1, _) => (format!("thread {thread}"), COUNTS[(thread - 1) % 2]),
                _ => (format!("process {process}"), COUNTS[(process - 1) % 2]),
            });
            let order = Order {
                group: way.name.to_owned(),
                lanes: lanes.collect(),
                times: way.times,
                count: i64::try_from(lab.get(&COUNT)).unwrap_or(i64::MAX),
                ticks: lab.get(&TICKS),
                pinned: way.pinned,
            };
            lab.children().start("count", &json!(order))
        })
        .collect::<Result<Vec<_>, _>>()?;
    // All are there before any begins, so that starting them costs none of the time.
    for child in &children {
        child.word(PATIENCE)?;
    }
    for child in &mut children {
        child.tell(Value::Null)?;
    }
    let counted = children
        .iter()
        .map(|child| child.result::<Counted>(PATIENCE))
        .collect::<Result<Vec<_>, _>>()?;
    let from = counted.iter().map(|one| one.from).min().unwrap_or_default();
    let to = counted.iter().map(|one| one.to).max().unwrap_or_default();
    Ok(Measured {
        wall: Duration::from_nanos(to.saturating_sub(from)),
        ticks: counted.iter().map(|one| one.ticks).sum(),
        left: counted.iter().map(|one| one.left).sum(),
        crowded: counted.iter().any(|one| one.crowded),
        signals: counted.iter().map(|one| one.signals).sum(),
        in_vain: counted.iter().map(|one| one.in_vain).sum(),
        cost: sum(counted.iter().map(|one| one.cost)),
        not_pinned: counted.into_iter().find_map(|one| one.not_pinned),
    })
}

fn sum(costs: impl Iterator<Item = Option<Cost>>) -> Option<Cost> {
    costs
        .reduce(|all, one| Some(all?.and(one?)))
        .unwrap_or_default()
}

fn table(rows: &[(&str, &Measured, f64)]) -> Table {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("took", Unit::Seconds),
        Column::new("against sequence", Unit::Times),
        Column::new("cores used", Unit::Cores),
        Column::new("signals", Unit::Count),
        Column::new("in vain", Unit::Count),
        Column::new("waits", Unit::Count),
        Column::new("pushed off", Unit::Count),
        Column::historic("2009, 2 GHz dual core", Unit::Seconds, HISTORIC),
    ]);
    let sequence = rows.first().map(|row| row.1.wall.as_secs_f64());
    let known = |number: Option<f64>| number.map_or(Cell::Nothing, Cell::Number);
    for (name, measured, historic) in rows {
        let wall = measured.wall.as_secs_f64();
        let name = match &measured.not_pinned {
            None => (*name).to_owned(),
            Some(reason) => format!("{name} (not to be had here: {reason})"),
        };
        table.row([
            Cell::text(name),
            Cell::Number(wall),
            known(sequence.map(|sequence| wall / sequence)),
            known(measured.cores_used()),
            Cell::count(measured.signals),
            Cell::count(measured.in_vain),
            known(measured.cost.map(|cost| cost.voluntary as f64)),
            known(measured.cost.map(|cost| cost.involuntary as f64)),
            Cell::Number(*historic),
        ]);
    }
    table
}

/// The child's side: counts in as many threads as it has lanes, under one lock.
fn count(side: &PartSide, order: &Value) -> Result<Value, String> {
    let order = Order::deserialize(order).map_err(|error| error.to_string())?;
    let lock = InterpreterLock::default();
    let (go, may_begin) = bounded(order.lanes.len());
    let lanes: Vec<_> = order
        .lanes
        .iter()
        .map(|(lane, kind)| (side.trace().lane(&order.group, lane), *kind))
        .collect();
    side.say(json!("ready"));
    side.hear();
    let each = std::thread::scope(|scope| {
        let started = lanes
            .into_iter()
            .map(|(lane, kind)| {
                let (order, lock, may_begin) = (&order, &lock, may_begin.clone());
                let mut seat = Seat::new(lock, Some(lane), kind);
                std::thread::Builder::new().spawn_scoped(scope, move || {
                    let pinned = order.pinned.then(this_thread::pin_to_one_core);
                    // Without a word if another of them could not be started.
                    may_begin.recv().map_err(|error| error.to_string())?;
                    count_in_thread(side, order, lock, &mut seat, pinned)
                })
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| error.to_string());
        match &started {
            Ok(threads) => threads.iter().for_each(|_| {
                // They all listen.
                let _ = go.send(());
            }),
            Err(_) => drop(go),
        }
        started?
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a thread panicked".to_owned())?)
            .collect::<Result<Vec<Counted>, String>>()
    })?;
    let all = each.into_iter().reduce(|all, one| Counted {
        from: all.from.min(one.from),
        to: all.to.max(one.to),
        ticks: all.ticks + one.ticks,
        left: all.left + one.left,
        crowded: all.crowded || one.crowded,
        signals: all.signals + one.signals,
        in_vain: all.in_vain + one.in_vain,
        cost: sum([all.cost, one.cost].into_iter()),
        not_pinned: all.not_pinned.or(one.not_pinned),
    });
    Ok(json!(all.ok_or("there was nothing to count")?))
}

fn count_in_thread(
    side: &PartSide,
    order: &Order,
    lock: &InterpreterLock,
    seat: &mut Seat<'_>,
    pinned: Option<std::io::Result<()>>,
) -> Result<Counted, String> {
    let program = Program::count_down(order.count, &[]);
    let (from, before) = (side.trace().now(), this_thread::cost());
    let (mut ticks, mut left) = (0, 0);
    for time in 0..order.times {
        // One thread that counts twice shows both.
        if time > 0 {
            seat.record_as(COUNTS[1]);
        }
        let never = AtomicBool::new(false);
        let ran = machine::run(&program, order.ticks, seat, &never, &mut |_| ())
            .map_err(|error| error.to_string())?;
        ticks += ran.ticks;
        left += ran.left;
    }
    let (after, to) = (this_thread::cost(), side.trace().now());
    seat.is_over();
    Ok(Counted {
        from,
        to,
        ticks,
        left,
        crowded: lock.was_crowded(),
        signals: seat.signals,
        in_vain: seat.in_vain,
        cost: after.zip(before).map(|(after, before)| after.since(before)),
        not_pinned: pinned.and_then(Result::err).map(|error| error.to_string()),
    })
}

/// What a long instruction does to others.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Long {
    took: Duration,
    /// The longest that the other thread waited for the lock.
    other_waited: Duration,
    /// From when it was asked to end until it did.
    interruption_waited: Duration,
    heard_after_its_end: bool,
}

impl Long {
    fn json(&self) -> Value {
        json!({
            "took": self.took.as_secs_f64(),
            "other_waited": self.other_waited.as_secs_f64(),
            "interruption_waited": self.interruption_waited.as_secs_f64(),
        })
    }

    fn table(&self) -> Table {
        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("took", Unit::Seconds),
        ])
        .titled("One long instruction");
        for (name, time) in [
            ("the instruction", self.took),
            ("the other thread's wait for the lock", self.other_waited),
            ("the interruption, until heard", self.interruption_waited),
        ] {
            table.row([Cell::text(name), Cell::time(time)]);
        }
        table
    }
}

fn measure_long(lab: &Lab) -> Result<Long, Failure> {
    let arguments = json!({"ms": lab.get(&LONG), "ticks": lab.get(&TICKS)});
    let child = lab.children().start("long-instruction", &arguments)?;
    child.result(PATIENCE)
}

/// The child's side: one thread is at an instruction that takes long, one wants the lock, and
/// somebody asks the first to end.
fn long_instruction(side: &PartSide, arguments: &Value) -> Result<Value, String> {
    let number = |name: &str| arguments[name].as_u64().ok_or("a number is missing");
    let (long, ticks) = (Duration::from_millis(number("ms")?), number("ticks")?);
    const GROUP: &str = "a long instruction";
    let lock = InterpreterLock::default();
    let (interrupt, never) = (AtomicBool::new(false), AtomicBool::new(false));
    let (begun, has_begun) = bounded(1);
    let (entered, has_entered) = bounded(1);
    std::thread::scope(|scope| {
        let lane = side.trace().lane(GROUP, "thread 1");
        let (held, interrupted) = (&lock, &interrupt);
        let first = scope.spawn(move || {
            let mut seat = Seat::new(held, Some(lane), Kind::Work);
            let mut took = Duration::ZERO;
            let mut ended = Instant::now();
            let program = Program::count_down(i64::MAX, &[Instruction::CallHolding]);
            let ran = machine::run(&program, ticks, &mut seat, interrupted, &mut |seat| {
                if took > Duration::ZERO {
                    return;
                }
                // Nobody else takes from these two; both wait at their own ends.
                let _ = entered.send(());
                while held.waiting() == 0 {
                    yield_now();
                }
                let at = Instant::now();
                seat.is_now(Kind::Stuck);
                let _ = begun.send(());
                work_for(long);
                took = at.elapsed();
                ended = Instant::now();
                seat.is_now(Kind::Work);
            });
            seat.is_over();
            ran.map(|_| (took, ended, Instant::now()))
        });
        let lane = side.trace().lane(GROUP, "thread 2");
        let (lock, never) = (&lock, &never);
        let second = scope.spawn(move || {
            let mut seat = Seat::new(lock, Some(lane), Kind::Other);
            // The other has the lock by now, and will be long about it.
            let _ = has_entered.recv();
            let program = Program::count_down(1_000, &[]);
            let ran = machine::run(&program, ticks, &mut seat, never, &mut |_| ());
            seat.is_over();
            ran.map(|_| seat.longest_wait)
        });
        has_begun
            .recv()
            .map_err(|_| "the instruction never began")?;
        let asked = Instant::now();
        interrupt.store(true, Ordering::Relaxed);
        side.trace().mark("asked to end");
        let panicked = |_| "a thread panicked".to_owned();
        let (took, ended, heard) = first
            .join()
            .map_err(panicked)?
            .map_err(|error| error.to_string())?;
        let other_waited = second
            .join()
            .map_err(panicked)?
            .map_err(|error| error.to_string())?;
        Ok(json!(Long {
            took,
            other_waited,
            interruption_waited: heard.duration_since(asked),
            heard_after_its_end: heard >= ended,
        }))
    })
}

/// Computes for so long, and looks at nothing but the clock.
fn work_for(time: Duration) {
    let begun = Instant::now();
    let mut number = 1_u64;
    while begun.elapsed() < time {
        for _ in 0..1_000 {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
        }
        std::hint::black_box(number);
    }
}
