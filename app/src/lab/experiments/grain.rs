//! What a call does outside the lock, two threads can do at once; what the lock costs, each call
//! pays. From how much work per call on does a second thread pay?

use std::sync::atomic::AtomicBool;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::interpreter::lock::{InterpreterLock, Seat};
use crate::lab::interpreter::machine::{self, Instruction, Program};
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::trace::{Kind, LaneRecorder};

const TIME: Control = Control::number("time", "Time for each point", "ms", (10, 5_000), 200);
const TICKS: Control = Control::number("ticks", "Ticks per turn", "", (1, 1_000_000), 100);

/// Work outside the lock for each call, nanoseconds: a point each.
const GRAINS: [u64; 11] = [
    250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000,
];
/// One and two threads take turns so often at each point, and the fastest of each counts: others
/// may have had the cores in the rest.
const ROUNDS: u32 = 4;
/// A child that is silent for so long is taken to hang.
const PATIENCE: Duration = Duration::from_secs(300);
const PART: &str = "calls";
const HISTORIC: &str = "two threads pay from about 4 µs a call; year and machine were not noted";

pub(crate) struct Grain;

impl Experiment for Grain {
    fn name(&self) -> &'static str {
        "grain"
    }

    fn title(&self) -> &'static str {
        "Grain"
    }

    fn sentences(&self) -> &'static str {
        "An interpreted program calls native code, which lets go of the interpreter's lock while it works. If a call takes long enough, two threads get more done than one; if it is too short, the lock costs more than it gives."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "Left, where a call does little, two threads are no faster than one, or slower.",
            "The curve crosses 1 where a second thread begins to pay, and nears 2 where calls are long.",
            "Where it crosses is what taking and giving the lock costs on this machine.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[TIME, TICKS]
    }

    fn picture_title(&self) -> &'static str {
        "Speed-up of two threads"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "at work, thread 1"),
            (Kind::Other, "at work, thread 2"),
            (Kind::Wait, "waits for the lock"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let arguments = json!({"ms": lab.get(&TIME), "ticks": lab.get(&TICKS)});
        let child = lab.children().start(PART, &arguments)?;
        let points: Vec<Point> = child.result(PATIENCE)?;

        let mut table = Table::new(vec![
            Column::new("work outside the lock, a call", Unit::Seconds),
            Column::new("calls", Unit::Count),
            Column::new("one thread", Unit::Seconds),
            Column::new("two threads", Unit::Seconds),
            Column::new("speed-up", Unit::Times),
        ]);
        for point in &points {
            table.row([
                Cell::Number(point.outside),
                Cell::count(point.calls),
                Cell::time(point.alone),
                Cell::time(point.two),
                Cell::Number(point.speed_up()),
            ]);
        }
        let mut pays = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("measured now", Unit::Seconds),
            Column::historic("historic", Unit::Seconds, HISTORIC),
        ]);
        let from = pays_from(&points);
        pays.row([
            Cell::text("a second thread pays from calls of"),
            from.map_or(Cell::Nothing, Cell::Number),
            Cell::Number(4e-6),
        ]);
        let mut outcome = Outcome {
            tables: vec![table, pays],
            ..Outcome::default()
        };
        let facts: Vec<Value> = points
            .iter()
            .map(|point| json!({"outside_s": point.outside, "speed_up": point.speed_up()}))
            .collect();
        outcome.fact("points", facts);
        outcome.fact("pays_from_s", from);
        outcome.fact("cores", available_parallelism().map_or(1, usize::from));
        outcome.check(
            "two threads made as many calls as one, at every point",
            points.iter().all(|point| point.calls == point.calls_of_two),
        );
        outcome.check(
            "two threads never ran at once under the lock",
            !points.iter().any(|point| point.crowded),
        );
        Ok(outcome)
    }

    fn parts(&self) -> &'static [Role] {
        &[Role {
            name: PART,
            run: calls,
        }]
    }
}

/// One point of the curve.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Point {
    /// Work outside the lock for each call as it was measured, seconds.
    outside: f64,
    calls: u64,
    calls_of_two: u64,
    alone: Duration,
    two: Duration,
    crowded: bool,
}

impl Point {
    fn speed_up(&self) -> f64 {
        self.alone.as_secs_f64() / self.two.as_secs_f64()
    }
}

/// The smallest grain from which on a second thread gains at every point, seconds.
fn pays_from(points: &[Point]) -> Option<f64> {
    let gains = |point: &&Point| point.speed_up() > 1.0;
    points
        .iter()
        .rev()
        .take_while(gains)
        .last()
        .map(|point| point.outside)
}

/// The child's side: measures every point, with one thread and with two.
fn calls(side: &PartSide, arguments: &Value) -> Result<Value, String> {
    let number = |name: &str| arguments[name].as_u64().ok_or("a number is missing");
    let (time, ticks) = (Duration::from_millis(number("ms")?), number("ticks")?);
    let rounds_a_second = rate();
    let mut points = Vec::new();
    for grain in GRAINS {
        let outside = Duration::from_nanos(grain).as_secs_f64();
        let rounds = ((rounds_a_second * outside) as u64).max(1);
        let work = Work { rounds, ticks };
        let each = cost_of_one(work)?;
        let half = (time.as_secs_f64() / f64::from(4 * ROUNDS) / each) as i64;
        let half = half.clamp(8, 1_000_000);
        side.trace().mark(format!("{} µs", grain as f64 / 1e3));
        let lane = |name: &str| Some(side.trace().lane("calls", name));
        let mut fastest: Option<(Made, Made)> = None;
        for _ in 0..ROUNDS {
            let alone = work.by(&[2 * half], vec![lane("one thread")])?;
            let two = work.by(&[half, half], vec![lane("thread 1"), lane("thread 2")])?;
            fastest = Some(match fastest {
                None => (alone, two),
                Some(before) => (before.0.or_faster(&alone), before.1.or_faster(&two)),
            });
        }
        let Some((alone, two)) = fastest else {
            continue;
        };
        let point = Point {
            outside: rounds as f64 / rounds_a_second,
            calls: alone.calls,
            calls_of_two: two.calls,
            alone: alone.took,
            two: two.took,
            crowded: alone.crowded || two.crowded,
        };
        side.trace().point(
            "two threads",
            ("µs outside the lock, a call", "speed-up"),
            (point.outside * 1e6, point.speed_up()),
        );
        points.push(point);
    }
    Ok(json!(points))
}

/// What a call costs one thread with all there is to it, seconds.
fn cost_of_one(work: Work) -> Result<f64, String> {
    const CALLS: i64 = 64;
    let mut fastest = f64::INFINITY;
    for _ in 0..ROUNDS {
        let few = work.by(&[CALLS], vec![None])?;
        fastest = fastest.min(few.took.as_secs_f64() / CALLS as f64);
    }
    Ok(fastest)
}

/// What every call does.
#[derive(Clone, Copy)]
struct Work {
    rounds: u64,
    /// A turn of the interpreter.
    ticks: u64,
}

#[derive(Clone, Copy)]
struct Made {
    calls: u64,
    took: Duration,
    crowded: bool,
}

impl Made {
    /// The faster of the two; should calls be missing in either, they are missing.
    fn or_faster(self, other: &Self) -> Self {
        Self {
            calls: self.calls.min(other.calls),
            took: self.took.min(other.took),
            crowded: self.crowded || other.crowded,
        }
    }
}

impl Work {
    /// Makes so many calls, each number in a thread of its own.
    fn by(self, each: &[i64], lanes: Vec<Option<LaneRecorder>>) -> Result<Made, String> {
        let lock = InterpreterLock::default();
        let begun = Instant::now();
        let calls = std::thread::scope(|scope| {
            let started: Vec<_> = each
                .iter()
                .zip(lanes)
                .zip([Kind::Work, Kind::Other])
                .map(|((count, lane), kind)| {
                    let lock = &lock;
                    let program = Program::count_down(*count, &[Instruction::CallOutside]);
                    std::thread::Builder::new().spawn_scoped(scope, move || {
                        let mut seat = Seat::new(lock, lane, kind);
                        let mut calls = 0;
                        let never = AtomicBool::new(false);
                        let ran =
                            machine::run(&program, self.ticks, &mut seat, &never, &mut |_| {
                                calls += 1;
                                work(self.rounds);
                            });
                        seat.is_over();
                        ran.map(|_| calls).map_err(|error| error.to_string())
                    })
                })
                .collect();
            started
                .into_iter()
                .map(|thread| {
                    let thread = thread.map_err(|error| error.to_string())?;
                    thread.join().map_err(|_| "a thread panicked".to_owned())?
                })
                .sum::<Result<u64, String>>()
        })?;
        Ok(Made {
            calls,
            took: begun.elapsed(),
            crowded: lock.was_crowded(),
        })
    }
}

/// Native work: multiplications that wait for each other.
fn work(rounds: u64) {
    let mut number = std::hint::black_box(1_u64);
    for _ in 0..rounds {
        number = number
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
    }
    std::hint::black_box(number);
}

/// How many rounds of work a second makes here. The fastest of several tries, as others may have
/// the core for a while.
fn rate() -> f64 {
    const ROUNDS: u64 = 200_000;
    let tries = (0..9).map(|_| {
        let begun = Instant::now();
        work(ROUNDS);
        ROUNDS as f64 / begun.elapsed().as_secs_f64()
    });
    tries.fold(1.0, f64::max)
}
