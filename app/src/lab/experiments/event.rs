//! An event: all wait for it, and one signal releases them all.
#![expect(
    clippy::disallowed_methods,
    reason = "threads and child processes of the experiment, which are to wait"
)]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::{self, Token, Value};

use crate::lab::Experiment;
use crate::lab::children::Part;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::stop::Stopped;
use crate::lab::team::{self, Gate};
use crate::lab::trace::{Kind, Nanos};
use crate::lab::vigil;

const WAITERS: Control = Control::number("waiters", "Waiters", "", (1, 64), 8);
const BEFORE: Control = Control::number("before", "Until the signal", "ms", (1, 5_000), 300);
const ASK: Control = Control::number("ask", "Those who ask do so every", "ms", (1, 1_000), 20);

/// A wait is interrupted so often, to hear of a stop.
const TURN: Duration = Duration::from_millis(100);
/// How long those who were released are shown.
const TO_BE_SEEN: Duration = Duration::from_millis(100);

pub(crate) struct Event;

impl Experiment for Event {
    fn name(&self) -> &'static str {
        "event"
    }

    fn title(&self) -> &'static str {
        "Event"
    }

    fn sentences(&self) -> &'static str {
        "Many wait for one thing to happen, and a single signal releases all of them. Who asks again and again instead hears late, and works for nothing until then."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "All bars of waiting end at the signal, together; those who ask end when each happens to ask next.",
            "An event stays set: one who comes later does not wait at all.",
            "Clocks of two processes are compared to within some microseconds, so a release there can seem to take none.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[WAITERS, BEFORE, ASK]
    }

    fn picture_title(&self) -> &'static str {
        "Who waited until when"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[(Kind::Wait, "waits"), (Kind::Work, "released")]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let signal = Signal::default();
        let threads = release_threads(lab, "threads, an event", &signal)?;
        let late = Instant::now();
        signal.wait(lab)?;
        let late = late.elapsed();
        let processes = release_processes(lab)?;
        let asking = Asking {
            every: Duration::from_millis(lab.get(&ASK)),
            set: AtomicBool::new(false),
            asked: AtomicU64::new(0),
        };
        let asked = release_threads(lab, "threads, asking", &asking)?;

        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("released", Unit::Count),
            Column::new("first after", Unit::Seconds),
            Column::new("median", Unit::Seconds),
            Column::new("last after", Unit::Seconds),
            Column::new("asked in vain", Unit::Count),
        ]);
        let in_vain = asking.asked.load(Ordering::Relaxed);
        for (name, released, in_vain) in [
            ("threads, an event", &threads, Cell::Nothing),
            ("processes, an event", &processes, Cell::Nothing),
            ("threads, asking", &asked, Cell::count(in_vain)),
        ] {
            table.row([
                Cell::text(name),
                Cell::count(released.len() as u64),
                Cell::time(released.after(0.0)),
                Cell::time(released.after(0.5)),
                Cell::time(released.after(1.0)),
                in_vain,
            ]);
        }
        let waiters = lab.get(&WAITERS);
        let all = [&threads, &processes, &asked];
        let mut outcome = Outcome {
            tables: vec![table],
            ..Outcome::default()
        };
        outcome.fact("released", all.map(Released::len).to_vec());
        let seconds = |at: f64| {
            all.map(|released| released.after(at).as_secs_f64())
                .to_vec()
        };
        outcome.fact("median_seconds", seconds(0.5));
        outcome.fact("last_seconds", seconds(1.0));
        outcome.fact("late_seconds", late.as_secs_f64());
        outcome.fact("asked_in_vain", in_vain);
        outcome.check(
            format!("one signal released all {waiters} threads and all {waiters} processes"),
            all.iter().all(|released| released.len() as u64 == waiters),
        );
        outcome.check(
            "nobody went on before the signal",
            all.iter().all(|released| released.none_too_early),
        );
        Ok(outcome)
    }

    fn parts(&self) -> &'static [Role] {
        &[Role {
            name: "waiter",
            run: wait_here,
        }]
    }
}

/// Who went on, how long after the signal, in that order.
struct Released {
    after: Vec<Duration>,
    none_too_early: bool,
}

impl Released {
    fn of(mut each: Vec<(Duration, bool)>) -> Self {
        each.sort_unstable();
        Self {
            after: each.iter().map(|(after, _)| *after).collect(),
            none_too_early: each.iter().all(|(_, was_set)| *was_set),
        }
    }

    fn len(&self) -> usize {
        self.after.len()
    }

    /// From the first, 0, to the last, 1.
    fn after(&self, share: f64) -> Duration {
        let last = self.after.len().saturating_sub(1);
        let index = (last as f64 * share).round() as usize;
        self.after.get(index).copied().unwrap_or_default()
    }
}

/// What is waited for.
trait Awaited: Sync {
    fn wait(&self, lab: &Lab) -> Result<(), Stopped>;
    fn set(&self);
}

/// An event between threads.
#[derive(Default)]
struct Signal {
    set: Mutex<bool>,
    bell: Condvar,
}

impl Awaited for Signal {
    fn wait(&self, lab: &Lab) -> Result<(), Stopped> {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        while !*set {
            lab.checkpoint()?;
            let woken = self.bell.wait_timeout(set, TURN);
            set = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }

    fn set(&self) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }
}

/// No event, but a flag that is looked at now and then.
struct Asking {
    every: Duration,
    set: AtomicBool,
    asked: AtomicU64,
}

impl Awaited for Asking {
    fn wait(&self, lab: &Lab) -> Result<(), Stopped> {
        while !self.set.load(Ordering::Acquire) {
            self.asked.fetch_add(1, Ordering::Relaxed);
            lab.sleep(self.every)?;
        }
        Ok(())
    }

    fn set(&self) {
        self.set.store(true, Ordering::Release);
    }
}

fn release_threads(lab: &Lab, group: &str, awaited: &impl Awaited) -> Result<Released, Failure> {
    let about_to_wait = AtomicU64::new(0);
    // Apart from what is waited for, and set first: it shows whether that held anybody back.
    let signalled = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let gate = Gate::closed();
        let mut waiters = Vec::new();
        for number in 1..=lab.get(&WAITERS) {
            let name = format!("waiter {number}");
            let (lane, way) = (lab.trace().lane(group, &name), gate.way());
            let (about_to_wait, signalled) = (&about_to_wait, &signalled);
            waiters.push(team::start(scope, &name, move || {
                way.pass()?;
                lane.begin(Kind::Wait);
                about_to_wait.fetch_add(1, Ordering::SeqCst);
                awaited.wait(lab)?;
                let at = Instant::now();
                let was_set = signalled.load(Ordering::SeqCst);
                lane.begin(Kind::Work);
                lab.sleep(TO_BE_SEEN)?;
                Ok::<_, Stopped>((at, was_set))
            })?);
        }
        gate.open();
        while about_to_wait.load(Ordering::SeqCst) < lab.get(&WAITERS) {
            lab.sleep(Duration::from_millis(1))?;
        }
        lab.sleep(Duration::from_millis(lab.get(&BEFORE)))?;
        signalled.store(true, Ordering::SeqCst);
        lab.trace().mark("signal");
        let set = Instant::now();
        awaited.set();
        let each = waiters.into_iter().map(|waiter| {
            let (at, was_set) = team::finish(waiter)?;
            Ok::<_, Stopped>((at.saturating_duration_since(set), was_set))
        });
        Ok(Released::of(each.collect::<Result<_, _>>()?))
    })
}

#[derive(Serialize, Deserialize)]
struct Arguments {
    event: Token<shared::Event>,
    signalled: Token<Value<u8>>,
    number: u64,
}

/// When a child went on, in the lab's time, and whether the signal had been given.
#[derive(Serialize, Deserialize)]
struct WentOn {
    at: Nanos,
    was_set: bool,
}

fn release_processes(lab: &Lab) -> Result<Released, Failure> {
    let event = shared::Event::new()?;
    let signalled = Value::new(0_u8)?;
    let start = |number: u64| {
        let arguments = Arguments {
            event: event.token(),
            signalled: signalled.token(),
            number,
        };
        lab.children().start("waiter", &json!(arguments))
    };
    let waiters: Vec<Part> = (1..=lab.get(&WAITERS))
        .map(start)
        .collect::<Result<_, _>>()?;
    for waiter in &waiters {
        waiter.word(vigil::PATIENCE)?;
    }
    lab.sleep(Duration::from_millis(lab.get(&BEFORE)))?;
    signalled.store(1);
    lab.trace().mark("signal");
    let set = lab.trace().now();
    event.set();
    let each = waiters.iter().map(|waiter| {
        let went_on: WentOn = waiter.result(vigil::PATIENCE)?;
        let after = Duration::from_nanos(went_on.at.saturating_sub(set));
        Ok::<_, Failure>((after, went_on.was_set))
    });
    Ok(Released::of(each.collect::<Result<_, _>>()?))
}

/// One who waits, in a child process.
fn wait_here(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    let arguments = Arguments::deserialize(arguments).map_err(|error| error.to_string())?;
    let opened = || Ok((arguments.event.open()?, arguments.signalled.open()?));
    let (event, signalled) = opened().map_err(|error: shared::SharedError| error.to_string())?;
    let name = format!("waiter {}", arguments.number);
    let lane = part.trace().lane("processes, an event", &name);
    lane.begin(Kind::Wait);
    part.say(json!("waits"));
    event.wait();
    let at = part.trace().now();
    let was_set = signalled.load() == 1;
    lane.begin(Kind::Work);
    std::thread::sleep(TO_BE_SEEN);
    lane.end();
    Ok(json!(WentOn { at, was_set }))
}
