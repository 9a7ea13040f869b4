//! A lock that its holder may take again, and what becomes of one who takes a plain lock again: it
//! waits for itself, in a child process that is killed.
#![expect(
    clippy::disallowed_methods,
    reason = "threads and child processes of the experiment, which are to wait"
)]

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::{self, Lock, SharedError, Token, Value};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::stop::Stopped;
use crate::lab::team;
use crate::lab::trace::{Edge, Kind, LaneRecorder, SeriesRecorder, Tie};
use crate::lab::vigil::{self, Killed};

const TIMES: Control = Control::number("times", "Taken", "times", (1, 100), 5);
const HOLD: Control = Control::number("hold", "Between two times", "ms", (1, 2_000), 60);
const LIMIT: Control = Control::number("limit", "Time limit", "ms", (1, 5_000), 200);
const WATCH: Control = Control::number("watch", "Who hangs is watched", "ms", (50, 10_000), 800);

/// A wait is interrupted so often, to hear of a stop.
const TURN: Duration = Duration::from_millis(100);

pub(crate) struct ReentrantLock;

impl Experiment for ReentrantLock {
    fn name(&self) -> &'static str {
        "reentrant-lock"
    }

    fn title(&self) -> &'static str {
        "Reentrant lock"
    }

    fn sentences(&self) -> &'static str {
        "A function that holds a lock calls itself and takes the lock again: a reentrant lock lets its holder in, and is free when it was given back as often. With a plain lock it waits for itself for ever, so that happens in a child process, which is killed: that is the point."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "The steps go up and come down again; the others wait until the last step, not the first, is gone.",
            "A circle of one: who holds the plain lock waits for it.",
            "A time limit turns waiting for ever into an error that can be told.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[TIMES, HOLD, LIMIT, WATCH]
    }

    fn picture_title(&self) -> &'static str {
        "Who held it when, and how often"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Hold, "holds it"),
            (Kind::Wait, "waits"),
            (Kind::Stuck, "waits for itself"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let thread = beside_a_thread(lab)?;
        let process = beside_a_process(lab)?;
        let (gave_up, limit_took) = with_a_limit(lab)?;
        let killed = without_end(lab)?;

        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("taken at once, at most", Unit::Count),
            Column::new("times still held when another got it", Unit::Count),
            Column::new("the other waited", Unit::Seconds),
        ])
        .titled("A reentrant lock");
        for (name, taken) in [("another thread", &thread), ("another process", &process)] {
            table.row([
                Cell::text(name),
                Cell::count(taken.most),
                Cell::count(taken.held_when_got),
                Cell::time(taken.other_waited),
            ]);
        }
        let outcome_of = |gave_up: bool| if gave_up { "gave up" } else { "got it" };
        let mut plain = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("what became of it", Unit::Words),
            Column::new("after", Unit::Seconds),
        ])
        .titled("A plain lock, taken again by its holder");
        plain.row([
            Cell::text("with a time limit"),
            Cell::text(outcome_of(gave_up)),
            Cell::time(limit_took),
        ]);
        plain.row([
            Cell::text("without one"),
            Cell::text(killed.words()),
            Cell::time(killed.watched),
        ]);

        let times = lab.get(&TIMES);
        let limit = Duration::from_millis(lab.get(&LIMIT));
        let mut outcome = Outcome {
            tables: vec![table, plain],
            ..Outcome::default()
        };
        outcome.fact("most", json!([thread.most, process.most]));
        let held = json!([thread.held_when_got, process.held_when_got]);
        outcome.fact("held_when_another_got_it", held);
        outcome.fact("plain_gave_up", gave_up);
        outcome.fact("plain_hung", killed.hung);
        outcome.fact("plain_end", killed.status.to_string());
        outcome.check(
            format!("its holder took the reentrant lock {times} times"),
            thread.most == times && process.most == times,
        );
        outcome.check(
            "another got it only when it was given back as often",
            thread.held_when_got == 0 && process.held_when_got == 0,
        );
        outcome.check(
            "the holder of a plain lock who takes it again with a limit waits for the limit and gives up",
            gave_up && limit_took >= limit,
        );
        outcome.check(
            "without a limit it waits for itself until it is killed",
            killed.hung,
        );
        Ok(outcome)
    }

    fn parts(&self) -> &'static [Role] {
        &[
            Role {
                name: "other",
                run: other,
            },
            Role {
                name: "again",
                run: again,
            },
        ]
    }
}

/// What came of taking it again and again while another wanted it.
struct Taken {
    most: u64,
    /// How often it was still held when the other got it.
    held_when_got: u64,
    other_waited: Duration,
}

/// What the other found.
#[derive(Serialize, Deserialize)]
struct Got {
    held: u64,
    waited: Duration,
}

struct Owner<'a> {
    lab: &'a Lab,
    lock: &'a shared::ReentrantLock,
    /// How often it is held, for the other to read: what the lock itself counts is not asked.
    held: &'a Value<u64>,
    series: SeriesRecorder,
    lane: LaneRecorder,
}

impl<'a> Owner<'a> {
    fn new(
        lab: &'a Lab,
        group: &str,
        lock: &'a shared::ReentrantLock,
        held: &'a Value<u64>,
    ) -> Self {
        let series = lab.trace().series(&format!("times held, {group}"), None);
        series.set(0.0);
        Self {
            lab,
            lock,
            held,
            series,
            lane: lab.trace().lane(group, "holder"),
        }
    }

    /// Takes it, calls `inside` the first time, and calls itself until it holds it often enough;
    /// how often the lock says that it was held.
    fn take(
        &self,
        time: u64,
        inside: &mut dyn FnMut() -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let guard = self.lock.acquire().into_guard();
        self.lane.begin(Kind::Hold);
        self.held.store(time);
        self.series.set(time as f64);
        if time == 1 {
            inside()?;
        }
        self.lab.sleep(Duration::from_millis(self.lab.get(&HOLD)))?;
        let mut most = guard.depth();
        if time < self.lab.get(&TIMES) {
            most = most.max(self.take(time + 1, inside)?);
            self.lab.sleep(Duration::from_millis(self.lab.get(&HOLD)))?;
        }
        // Before it is given back: from then on it may be the other's.
        self.held.store(time - 1);
        self.series.set((time - 1) as f64);
        if time == 1 {
            self.lane.end();
        }
        drop(guard);
        Ok(most)
    }
}

fn beside_a_thread(lab: &Lab) -> Result<Taken, Failure> {
    let (lock, held) = (shared::ReentrantLock::new()?, Value::new(0_u64)?);
    let group = "beside a thread";
    let owner = Owner::new(lab, group, &lock, &held);
    let lane = lab.trace().lane(group, "another thread");
    std::thread::scope(|scope| {
        let mut other = None;
        let mut lane = Some(lane);
        let (lock, held) = (&lock, &held);
        let most = owner.take(1, &mut || {
            let Some(lane) = lane.take() else {
                return Ok(());
            };
            other = Some(team::start(scope, "another thread", move || {
                lane.begin(Kind::Wait);
                let begun = Instant::now();
                let guard = loop {
                    lab.checkpoint()?;
                    if let Some(acquired) = lock.acquire_timeout(TURN) {
                        break acquired.into_guard();
                    }
                };
                let got = Got {
                    held: held.load(),
                    waited: begun.elapsed(),
                };
                lane.begin(Kind::Hold);
                lab.sleep(Duration::from_millis(lab.get(&HOLD)))?;
                lane.end();
                drop(guard);
                Ok::<_, Stopped>(got)
            })?);
            Ok(())
        })?;
        let got = other.map_or(Err(Stopped), team::finish)?;
        Ok(Taken {
            most,
            held_when_got: got.held,
            other_waited: got.waited,
        })
    })
}

#[derive(Serialize, Deserialize)]
struct Arguments {
    lock: Token<shared::ReentrantLock>,
    held: Token<Value<u64>>,
    hold: Duration,
}

fn beside_a_process(lab: &Lab) -> Result<Taken, Failure> {
    let (lock, held) = (shared::ReentrantLock::new()?, Value::new(0_u64)?);
    let arguments = Arguments {
        lock: lock.token(),
        held: held.token(),
        hold: Duration::from_millis(lab.get(&HOLD)),
    };
    let owner = Owner::new(lab, "beside a process", &lock, &held);
    let mut other = lab.children().start("other", &json!(arguments))?;
    other.word(vigil::PATIENCE)?;
    let most = owner.take(1, &mut || {
        other.tell(json!("ask"))?;
        other.word(vigil::PATIENCE).map(drop)
    })?;
    let got: Got = other.result(vigil::PATIENCE)?;
    Ok(Taken {
        most,
        held_when_got: got.held,
        other_waited: got.waited,
    })
}

/// The other one, in a child process.
fn other(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    let arguments = Arguments::deserialize(arguments).map_err(|error| error.to_string())?;
    let opened = || Ok((arguments.lock.open()?, arguments.held.open()?));
    let (lock, held) = opened().map_err(|error: SharedError| error.to_string())?;
    let lane = part.trace().lane("beside a process", "another process");
    part.say(json!("here"));
    part.hear();
    lane.begin(Kind::Wait);
    part.say(json!("asks"));
    let begun = Instant::now();
    let guard = lock.acquire().into_guard();
    let got = Got {
        held: held.load(),
        waited: begun.elapsed(),
    };
    lane.begin(Kind::Hold);
    std::thread::sleep(arguments.hold);
    lane.end();
    drop(guard);
    Ok(json!(got))
}

/// A plain lock, taken again by its holder, who waits no longer than so: whether it gave up.
fn with_a_limit(lab: &Lab) -> Result<(bool, Duration), Failure> {
    let lock = Lock::new()?;
    let lane = lab
        .trace()
        .lane("a plain lock, with a time limit", "holder");
    let held = lock.acquire().into_guard();
    lane.begin(Kind::Wait);
    let begun = Instant::now();
    let again = lock.acquire_timeout(Duration::from_millis(lab.get(&LIMIT)));
    let (gave_up, took) = (again.is_none(), begun.elapsed());
    lane.end();
    drop(again);
    drop(held);
    Ok((gave_up, took))
}

fn without_end(lab: &Lab) -> Result<Killed, Failure> {
    let part = lab.children().start("again", &Json::Null)?;
    part.word(vigil::PATIENCE)?;
    let watch = Duration::from_millis(lab.get(&WATCH));
    let killed = vigil::watch_and_kill(&part, watch)?;
    lab.trace().mark("killed");
    Ok(killed)
}

/// Takes a plain lock twice, in a child process.
///
/// The lock is the one for processes. What that of the standard library does to a thread which
/// takes it again is left open: it may wait for ever, or panic.
fn again(part: &PartSide, _: &Json) -> Result<Json, String> {
    let lock = Lock::new().map_err(|error| error.to_string())?;
    let lane = part.trace().lane("a plain lock", "holder");
    let trace = part.trace();
    let tie = |tie: Tie| {
        trace.graph(|graph, now| {
            graph.edges.push(Edge {
                who: "f".to_owned(),
                lock: "a plain lock".to_owned(),
                tie,
                since: now,
            });
            graph.closed = graph.cycle().is_some().then_some(now);
        });
    };
    let held = lock.acquire().into_guard();
    lane.begin(Kind::Hold);
    tie(Tie::Holds);
    part.say(json!("takes it again"));
    lane.begin(Kind::Stuck);
    tie(Tie::WaitsFor);
    let again = lock.acquire().into_guard();
    drop(again);
    drop(held);
    Ok(Json::Null)
}
