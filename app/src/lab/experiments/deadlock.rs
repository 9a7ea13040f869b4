//! Two locks, taken in two orders. What deadlocks does so in a child process, which can be ended;
//! then the same work is done in four ways that cannot.
#![expect(
    clippy::disallowed_methods,
    reason = "threads of the experiment, which are to wait for each other"
)]

mod cures;
mod watched;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::trace::Kind;
use watched::Watched;

const ROUNDS: Control = Control::number("rounds", "Rounds", "", (1, 100_000), 10_000);
const PAUSE: Control = Control::number("pause", "Between the locks", "ms", (1, 2_000), 300);

const CROSSED: &str = "crossed";
/// The child is to deadlock long before; where it has not by then, it hangs in some other way.
const LIMIT: Duration = Duration::from_secs(60);
/// What is closed is looked at again after so long: what only looked closed is open by then.
const AGAIN: Duration = Duration::from_millis(200);
/// How long the closed circle is left to be seen before it is ended.
const TO_BE_SEEN: Duration = Duration::from_millis(400);

pub(crate) struct Deadlock;

impl Experiment for Deadlock {
    fn name(&self) -> &'static str {
        "deadlock"
    }

    fn title(&self) -> &'static str {
        "Deadlock"
    }

    fn sentences(&self) -> &'static str {
        "f1 takes lock x and then y, f2 takes y and then x, and soon each waits for what the other holds. No thread can be freed from that, so it happens in a child process, and the child is killed: that is the point."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "The circle closes with the fourth arrow. It is found by reading who holds and who waits, not by a time limit.",
            "Killing the child frees both locks at once, with all that it had not written down.",
            "Every cure breaks one side of the circle: one order or one lock, so that it cannot close; a retreat that opens it; messages, where there is nothing to hold.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[PAUSE, ROUNDS]
    }

    fn picture_title(&self) -> &'static str {
        "Who holds, who waits"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Hold, "holds one lock"),
            (Kind::Work, "holds all it needs"),
            (Kind::Wait, "waits"),
            (Kind::Stuck, "waits for ever"),
        ]
    }

    fn parts(&self) -> &'static [Role] {
        &[Role {
            name: CROSSED,
            run: crossed,
        }]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let found = close_the_circle(lab)?;
        let rounds = lab.get(&ROUNDS);
        let mut table = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("rounds done", Unit::Count),
            Column::new("retreats", Unit::Count),
            Column::new("took", Unit::Seconds),
            Column::new("ended", Unit::Words),
        ]);
        table.row([
            Cell::text("x then y, y then x"),
            Cell::count(0),
            Cell::Nothing,
            Cell::time(found.lasted),
            Cell::text(format!("the child {}", found.ended)),
        ]);
        let mut outcome = Outcome::default();
        outcome.check(
            "the deadlock was found by who holds and who waits",
            found.circle.len() == 2,
        );
        outcome.check("the child was ended", found.was_killed);
        for cure in cures::ALL {
            let cured = cures::run(lab, cure, rounds)?;
            table.row([
                Cell::text(cure.name),
                Cell::count(cured.done),
                match cured.retreats {
                    Some(retreats) => Cell::count(retreats),
                    None => Cell::Nothing,
                },
                Cell::time(cured.took),
                Cell::text("by itself"),
            ]);
            outcome.check(
                format!("{}: all rounds were done, and no sum was lost", cure.name),
                cured.done == 2 * rounds && cured.sum == 2 * rounds,
            );
        }
        outcome.tables.push(table);
        outcome.fact("circle", found.circle);
        outcome.fact("child_was_killed", found.was_killed);
        outcome.fact("found_after_ms", found.after.as_secs_f64() * 1000.0);
        Ok(outcome)
    }
}

struct Found {
    circle: Vec<String>,
    /// From the first lock to the finding.
    after: Duration,
    lasted: Duration,
    ended: String,
    was_killed: bool,
}

fn close_the_circle(lab: &Lab) -> Result<Found, Failure> {
    let begun = Instant::now();
    let child = lab
        .children()
        .start(CROSSED, &json!({"pause_ms": lab.get(&PAUSE)}))?;
    let started = Instant::now();
    let said = child.word(LIMIT)?;
    let after = started.elapsed();
    let named = said["circle"].as_array().into_iter().flatten();
    let circle = named
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    lab.sleep(TO_BE_SEEN)?;
    let ended = child.kill();
    lab.trace().mark("killed");
    Ok(Found {
        circle,
        after,
        lasted: begun.elapsed(),
        was_killed: !matches!(ended, workers::process::Status::Code(0)),
        ended: ended.to_string(),
    })
}

/// The child's part: f1 and f2, and a third thread that watches them.
fn crossed(side: &PartSide, arguments: &Value) -> Result<Value, String> {
    let pause = Duration::from_millis(arguments["pause_ms"].as_u64().unwrap_or(1));
    let (x, y) = (Watched::new("x"), Watched::new("y"));
    let done = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for (name, first, second) in [("f1", &x, &y), ("f2", &y, &x)] {
            let (trace, done) = (side.trace(), &done);
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn_scoped(scope, move || {
                    let lane = trace.lane("crossed, in a child process", name);
                    lane.begin(Kind::Wait);
                    let _first = first.lock(name, trace);
                    lane.begin(Kind::Hold);
                    // So that the other has its first lock, too, whatever the scheduler does.
                    std::thread::sleep(pause);
                    lane.begin(Kind::Stuck);
                    let _second = second.lock(name, trace);
                    lane.begin(Kind::Work);
                    done.fetch_add(1, Ordering::Relaxed);
                })
                .map_err(|error| error.to_string())?;
        }
        loop {
            std::thread::sleep(Duration::from_millis(1));
            if let Some(circle) = watched::closed_circle(&[&x, &y], AGAIN) {
                side.trace().graph(|graph, now| graph.closed = Some(now));
                side.trace().mark("closed");
                side.say(json!({"circle": circle}));
                // Nothing more happens here, ever.
                break;
            }
            if done.load(Ordering::Relaxed) == 2 {
                return Err("neither waited for the other: give them a longer pause".to_owned());
            }
        }
        // The scope waits for both, and so for ever.
        Ok(Value::Null)
    })
}
