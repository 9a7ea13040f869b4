//! One adds while another takes away, as often as the other: what is left, and what was lost.
//!
//! The number is one word of 64 bits. Its high half counts how often it was raised and its low half
//! how often it was lowered, so `x += 1` adds one to the one half and `x -= 1` to the other, in one
//! load and one store as for any number. `x` is the difference, and what either half lacks at the end is
//! exactly what was lost. A plain signed number could only tell by how much the losses differ.
#![expect(
    clippy::disallowed_methods,
    reason = "threads and child processes of the experiment, which are to get in each other's way"
)]

use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::{Event, LockedValue, Token, Value};

use crate::format;
use crate::lab::Experiment;
use crate::lab::children::{Heard, Part};
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::stop::Stopped;
use crate::lab::team::{self, Gate};
use crate::lab::trace::{Kind, Nanos, SeriesRecorder};

const TIMES: Control = Control::number("times", "Each", "times", (1_000, 10_000_000), 1_000_000);

const UNGUARDED: &str = "nothing";
const LOCK: &str = "a lock";
const ATOMIC: &str = "an atomic";
/// `x += 1` and `x -= 1` of the halves.
const RAISE: u64 = 1 << 32;
const LOWER: u64 = 1;
const SIDES: [Side; 2] = [
    Side {
        name: "x += 1",
        by: RAISE,
        kind: Kind::Work,
    },
    Side {
        name: "x -= 1",
        by: LOWER,
        kind: Kind::Other,
    },
];
/// The number is looked at so often, for the picture.
const LOOK: Duration = Duration::from_millis(2);
/// A child that has not answered by then is taken to hang. Longer than the most takes.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) struct Race;

struct Side {
    name: &'static str,
    by: u64,
    kind: Kind,
}

impl Experiment for Race {
    fn name(&self) -> &'static str {
        "race"
    }

    fn title(&self) -> &'static str {
        "Race"
    }

    fn sentences(&self) -> &'static str {
        "One adds one to a number while another takes one away, as often, so that zero should be left. If each reads, changes and writes it in separate steps, one writes over what the other has just written, and that is lost."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "Run it again: what is left without a guard differs each time, which is what makes such mistakes hard to find.",
            "A lock and an atomic always leave zero; see what each costs in time.",
            "Two processes with a copy each lose nothing, because they share nothing: the race is in the sharing, not in being two.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[TIMES]
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[(Kind::Work, "adds"), (Kind::Other, "takes away")]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let times = lab.get(&TIMES);
        let threads = [
            between_threads(lab, UNGUARDED, &Unguarded(AtomicU64::new(0)))?,
            between_threads(lab, LOCK, &Mutex::new(0_u64))?,
            between_threads(lab, ATOMIC, &AtomicU64::new(0))?,
        ];
        let mut pair = Pair::start(lab, times)?;
        let copies = pair.count_copies(lab)?;
        let shared = Value::new(0_u64)?;
        let unguarded = Place::Unguarded(shared.token());
        let unguarded = pair.count(lab, UNGUARDED, &unguarded, || Some(shared.load()))?;
        let shared = LockedValue::new(0_u64)?;
        let locked = Place::Locked(shared.token());
        let locked = pair.count(lab, LOCK, &locked, || shared.seen())?;
        let shared = Value::new(0_u64)?;
        let atomic = Place::Atomic(shared.token());
        let atomic = pair.count(lab, ATOMIC, &atomic, || Some(shared.load()))?;
        pair.end()?;
        Ok(outcome(
            times,
            &threads,
            &copies,
            &[unguarded, locked, atomic],
        ))
    }

    fn parts(&self) -> &'static [Role] {
        &[Role {
            name: "side",
            run: count_here,
        }]
    }
}

fn outcome(
    times: u64,
    threads: &[Counted; 3],
    copies: &Copies,
    processes: &[Counted; 3],
) -> Outcome {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("guarded by", Unit::Words),
        Column::new("left of zero", Unit::Count),
        Column::new("updates lost", Unit::Count),
        Column::new("took", Unit::Seconds),
        Column::new("updates", Unit::PerSecond),
    ]);
    let mut row = |who: &str, guard: &str, left: Cell, lost: u64, took: Duration| {
        table.row([
            Cell::text(who),
            Cell::text(guard),
            left,
            Cell::count(lost),
            Cell::time(took),
            Cell::Number(2.0 * times as f64 / took.as_secs_f64().max(1e-9)),
        ]);
    };
    let guards = [UNGUARDED, LOCK, ATOMIC];
    for (guard, counted) in guards.iter().zip(threads) {
        let left = Cell::Number(counted.left() as f64);
        row(
            "two threads",
            guard,
            left,
            counted.lost(times),
            counted.took,
        );
    }
    let [raised, lowered] = copies.sums.map(i64::unsigned_abs).map(format::count);
    row(
        "two processes, a copy each",
        "not sharing",
        Cell::text(if raised == lowered {
            format!("±{raised}")
        } else {
            format!("{raised} and −{lowered}")
        }),
        copies.lost(times),
        copies.took,
    );
    for (guard, counted) in guards.iter().zip(processes) {
        let left = Cell::Number(counted.left() as f64);
        let who = "two processes, shared memory";
        row(who, guard, left, counted.lost(times), counted.took);
    }
    let mut outcome = Outcome {
        tables: vec![table],
        ..Outcome::default()
    };
    outcome.fact("times", times);
    outcome.fact("left_threads", threads[0].left());
    outcome.fact("lost_threads", threads[0].lost(times));
    outcome.fact("left_processes", processes[0].left());
    outcome.fact("lost_processes", processes[0].lost(times));
    outcome.fact(
        "left_locked",
        [threads[1].left(), processes[1].left()].to_vec(),
    );
    outcome.fact(
        "left_atomic",
        [threads[2].left(), processes[2].left()].to_vec(),
    );
    outcome.fact("copies", copies.sums.to_vec());
    for (who, [_, locked, atomic]) in [("threads", threads), ("processes", processes)] {
        for (guard, counted) in [(LOCK, locked), (ATOMIC, atomic)] {
            outcome.check(
                format!("with {guard}, two {who} leave 0 and lose nothing"),
                counted.left() == 0 && counted.lost(times) == 0,
            );
        }
    }
    let own = times.cast_signed();
    outcome.check(
        "two processes with a copy each have each their own sum and lose nothing",
        copies.sums == [own, -own],
    );
    outcome
}

/// What was left when both had finished.
struct Counted {
    word: u64,
    took: Duration,
}

impl Counted {
    fn left(&self) -> i64 {
        difference(self.word)
    }

    fn lost(&self, times: u64) -> u64 {
        (2 * times).saturating_sub((self.word >> 32) + (self.word & (RAISE - 1)))
    }
}

/// What is left in each of two copies.
struct Copies {
    sums: [i64; 2],
    took: Duration,
}

impl Copies {
    fn lost(&self, times: u64) -> u64 {
        let kept: u64 = self.sums.iter().map(|sum| sum.unsigned_abs()).sum();
        (2 * times).saturating_sub(kept)
    }
}

/// `x`, of a word of two halves.
fn difference(word: u64) -> i64 {
    (word >> 32).cast_signed() - (word & (RAISE - 1)).cast_signed()
}

/// A number that two change, in one of the ways.
trait Number: Sync {
    fn change(&self, by: u64);
    /// What it is, unless that would mean to wait.
    fn seen(&self) -> Option<u64>;
}

/// Read and written in separate steps.
struct Unguarded<T>(T);

impl Number for Unguarded<AtomicU64> {
    fn change(&self, by: u64) {
        let seen = self.0.load(Ordering::Relaxed);
        self.0.store(seen.wrapping_add(by), Ordering::Relaxed);
    }

    fn seen(&self) -> Option<u64> {
        Some(self.0.load(Ordering::Relaxed))
    }
}

impl Number for AtomicU64 {
    fn change(&self, by: u64) {
        self.fetch_add(by, Ordering::Relaxed);
    }

    fn seen(&self) -> Option<u64> {
        Some(self.load(Ordering::Relaxed))
    }
}

impl Number for Mutex<u64> {
    fn change(&self, by: u64) {
        *self.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    fn seen(&self) -> Option<u64> {
        match self.try_lock() {
            Ok(number) => Some(*number),
            Err(TryLockError::Poisoned(number)) => Some(*number.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl Number for Unguarded<Value<u64>> {
    fn change(&self, by: u64) {
        self.0.store(self.0.load().wrapping_add(by));
    }

    fn seen(&self) -> Option<u64> {
        Some(self.0.load())
    }
}

impl Number for Value<u64> {
    fn change(&self, by: u64) {
        self.fetch_add(by);
    }

    fn seen(&self) -> Option<u64> {
        Some(self.load())
    }
}

impl Number for LockedValue<u64> {
    fn change(&self, by: u64) {
        *self.acquire().into_guard() += by;
    }

    fn seen(&self) -> Option<u64> {
        Some(*self.try_acquire()?.into_guard())
    }
}

fn repeat(number: &impl Number, by: u64, times: u64, is_stopped: impl Fn() -> bool) {
    for done in 0..times {
        // Seldom enough to cost nothing beside what is measured.
        if done % 4096 == 0 && is_stopped() {
            return;
        }
        // A number that nobody else sees would be changed once, by the sum of all steps.
        black_box(number).change(by);
    }
}

fn group(who: &str, guard: &str) -> String {
    format!("{who}, guarded by {guard}")
}

fn look(series: &SeriesRecorder, seen: Option<u64>) {
    if let Some(word) = seen {
        series.set(difference(word) as f64);
    }
}

fn between_threads(lab: &Lab, guard: &str, number: &impl Number) -> Result<Counted, Failure> {
    let times = lab.get(&TIMES);
    let group = group("threads", guard);
    let series = lab.trace().series(&format!("x, {group}"), None);
    series.set(0.0);
    let ends = std::thread::scope(|scope| {
        let gate = Gate::closed();
        let mut threads = Vec::new();
        for side in &SIDES {
            let lane = lab.trace().lane(&group, side.name);
            let way = gate.way();
            threads.push(team::start(scope, side.name, move || {
                way.pass()?;
                let begun = Instant::now();
                lane.begin(side.kind);
                repeat(number, side.by, times, || lab.stop().is_stopped());
                lane.end();
                Ok::<_, Stopped>((begun, Instant::now()))
            })?);
        }
        gate.open();
        while !threads.iter().all(|thread| thread.is_finished()) {
            look(&series, number.seen());
            lab.sleep(LOOK)?;
        }
        let ends = threads.into_iter().map(team::finish);
        Ok::<_, Failure>(ends.collect::<Result<Vec<_>, _>>()?)
    })?;
    lab.checkpoint()?;
    let begun = ends.iter().map(|(begun, _)| *begun).min();
    let ended = ends.iter().map(|(_, ended)| *ended).max();
    let took = begun.zip(ended).map(|(begun, ended)| ended - begun);
    // Both have ended, so nobody holds it.
    let word = number.seen().unwrap_or_default();
    look(&series, Some(word));
    Ok(Counted {
        word,
        took: took.unwrap_or_default(),
    })
}

/// What a child is to count in.
#[derive(Serialize, Deserialize)]
enum Place {
    /// A number of its own.
    Own,
    Unguarded(Token<Value<u64>>),
    Locked(Token<LockedValue<u64>>),
    Atomic(Token<Value<u64>>),
}

/// What a child is told.
#[derive(Serialize, Deserialize)]
enum Order {
    Count {
        group: String,
        place: Place,
        begin: Token<Event>,
    },
    End,
}

/// What a child answers an order to count: first that it could begin, then what it did.
#[derive(Serialize, Deserialize)]
enum Answer {
    Ready,
    Counted {
        from: Nanos,
        to: Nanos,
        /// What is in its own number, if it counted there.
        own: Option<u64>,
    },
}

/// Two child processes, one for each side.
struct Pair([Part; 2]);

impl Pair {
    fn start(lab: &Lab, times: u64) -> Result<Self, Failure> {
        let start = |side: usize| {
            let arguments = json!({"side": side, "times": times});
            lab.children().start("side", &arguments)
        };
        Ok(Self([start(0)?, start(1)?]))
    }

    /// Both count in shared memory, which is looked at meanwhile and at the end.
    fn count(
        &mut self,
        lab: &Lab,
        guard: &str,
        place: &Place,
        seen: impl Fn() -> Option<u64>,
    ) -> Result<Counted, Failure> {
        let group = group("processes", guard);
        let series = lab.trace().series(&format!("x, {group}"), None);
        series.set(0.0);
        let (took, _) = self.work(&group, place, || look(&series, seen()))?;
        let word = seen().unwrap_or_default();
        look(&series, Some(word));
        Ok(Counted { word, took })
    }

    fn count_copies(&mut self, lab: &Lab) -> Result<Copies, Failure> {
        lab.checkpoint()?;
        let (took, own) = self.work("processes, a copy each", &Place::Own, || {})?;
        let sums = own.map(|word| difference(word.unwrap_or_default()));
        Ok(Copies { sums, took })
    }

    fn work(
        &mut self,
        group: &str,
        place: &Place,
        meanwhile: impl Fn(),
    ) -> Result<(Duration, [Option<u64>; 2]), Failure> {
        let begin = Event::new()?;
        for part in &mut self.0 {
            part.tell(json!({"Count": {
                "group": group,
                "place": place,
                "begin": begin.token(),
            }}))?;
        }
        for part in &self.0 {
            match answer(part, || {})? {
                Answer::Ready => {}
                other @ Answer::Counted { .. } => return Err(unexpected(&other)),
            }
        }
        begin.set();
        let (mut first, mut last, mut owns) = (Nanos::MAX, 0, [None; 2]);
        for (part, sum) in self.0.iter().zip(&mut owns) {
            match answer(part, &meanwhile)? {
                Answer::Counted { from, to, own } => {
                    first = first.min(from);
                    last = last.max(to);
                    *sum = own;
                }
                other @ Answer::Ready => return Err(unexpected(&other)),
            }
        }
        Ok((Duration::from_nanos(last.saturating_sub(first)), owns))
    }

    fn end(mut self) -> Result<(), Failure> {
        for part in &mut self.0 {
            part.tell(json!("End"))?;
            part.finish(PATIENCE, drop)?;
        }
        Ok(())
    }
}

fn unexpected(answer: &Answer) -> Failure {
    Failure::Nonsense {
        part: "side",
        answer: json!(answer).to_string(),
    }
}

/// Waits for what a child answers next.
fn answer(part: &Part, meanwhile: impl Fn()) -> Result<Answer, Failure> {
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        match part.hear(LOOK)? {
            None => meanwhile(),
            Some(Heard::Said(value)) => return part.understood(&value),
            Some(other) => return Err(other.failure("side")),
        }
    }
    Err(Failure::Silent {
        part: "side",
        limit: PATIENCE,
    })
}

#[derive(Deserialize)]
struct Arguments {
    side: usize,
    times: u64,
}

/// One side, in a child process: counts whenever it is told to.
fn count_here(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    let Arguments { side, times } =
        Arguments::deserialize(arguments).map_err(|error| error.to_string())?;
    let side = SIDES.get(side).ok_or("there are two sides")?;
    loop {
        match Order::deserialize(part.hear()).map_err(|error| error.to_string())? {
            Order::End => return Ok(Json::Null),
            Order::Count {
                group,
                place,
                begin,
            } => count(part, side, times, &group, &place, &begin)
                .map_err(|error| error.to_string())?,
        }
    }
}

fn count(
    part: &PartSide,
    side: &Side,
    times: u64,
    group: &str,
    place: &Place,
    begin: &Token<Event>,
) -> Result<(), workers::shared::SharedError> {
    let begin = begin.open()?;
    match place {
        Place::Own => {
            let own = Unguarded(AtomicU64::new(0));
            together(part, side, times, group, &own, &begin, Number::seen);
        }
        Place::Unguarded(token) => {
            let number = Unguarded(token.open()?);
            together(part, side, times, group, &number, &begin, |_| None);
        }
        Place::Locked(token) => {
            let number = token.open()?;
            together(part, side, times, group, &number, &begin, |_| None);
        }
        Place::Atomic(token) => {
            let number = token.open()?;
            together(part, side, times, group, &number, &begin, |_| None);
        }
    }
    Ok(())
}

/// Counts as soon as the other side is ready too.
fn together<N: Number>(
    part: &PartSide,
    side: &Side,
    times: u64,
    group: &str,
    number: &N,
    begin: &Event,
    own: impl Fn(&N) -> Option<u64>,
) {
    let lane = part.trace().lane(group, side.name);
    part.say(json!(Answer::Ready));
    begin.wait();
    let from = lane.begin(side.kind);
    // Whoever stops the experiment ends this process.
    repeat(number, side.by, times, || false);
    let to = lane.end();
    part.say(json!(Answer::Counted {
        from,
        to,
        own: own(number),
    }));
}
