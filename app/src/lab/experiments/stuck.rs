//! A worker that never looks up, as a thread and as a process, and what becomes of a thread that is
//! still at work when the main one returns. All of it is in child processes, which can be killed.
#![expect(
    clippy::disallowed_methods,
    reason = "child processes of the experiment, whose threads are waited for"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::process::Status;
use workers::shared::{Event, SharedError, Token, Value};

use crate::lab::Experiment;
use crate::lab::children::{Heard, Part};
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::trace::Kind;
use crate::lab::vigil::{self, Killed};

const WATCH: Control = Control::number("watch", "Watched after asking", "ms", (50, 10_000), 600);
const WORK: Control = Control::number("work", "Joined, it works for", "ms", (20, 10_000), 600);

/// What is to be done by a thread that is left at work when the main one returns. Far longer than
/// a process takes to end.
const MUCH: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(20);
/// Who has done nothing for so long after its process was killed is not at work.
const STILL: Duration = Duration::from_millis(100);

pub(crate) struct Stuck;

impl Experiment for Stuck {
    fn name(&self) -> &'static str {
        "stuck"
    }

    fn title(&self) -> &'static str {
        "Stuck"
    }

    fn sentences(&self) -> &'static str {
        "A worker computes and never looks whether it was asked to stop: as a thread it can only be ended with its whole process, as a process it can be killed alone. When the main thread returns, threads that are still at work end in the middle of it, unless they are waited for."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "Asked, the stuck one goes on as if nothing were; there is no call that ends one thread safely.",
            "Killing the process takes its other thread along; the other process works on, and ends when it is asked.",
            "Not joined, the thread got through as little as the exit of its process took.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[WATCH, WORK]
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "at work, looks up"),
            (Kind::Stuck, "never looks up"),
            (Kind::Wait, "waits for another"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let thread = stuck_thread(lab)?;
        let process = stuck_process(lab)?;
        let left = leave(lab, "not joined", MUCH)?;
        let joined = leave(lab, "joined", Duration::from_millis(lab.get(&WORK)))?;

        let mut table = Table::new(vec![
            Column::new("stuck is", Unit::Words),
            Column::new("asked, it", Unit::Words),
            Column::new("for", Unit::Seconds),
            Column::new("killed", Unit::Words),
            Column::new("gone after", Unit::Seconds),
            Column::new("the other", Unit::Words),
        ])
        .titled("A worker that never looks up");
        let asked = |one: &Ended| {
            if one.worked_on {
                "worked on"
            } else {
                "stopped"
            }
        };
        let other = |one: &Ended| match one.other_works_on {
            true => "works on",
            false => "is gone with it",
        };
        for (who, killed, one) in [
            ("a thread", "its process", &thread),
            ("a process", "it alone", &process.0),
        ] {
            table.row([
                Cell::text(who),
                Cell::text(asked(one)),
                Cell::time(one.killed.watched),
                Cell::text(killed),
                Cell::time(one.killed.end_took),
                Cell::text(other(one)),
            ]);
        }
        let polite = process.1;
        table.row([
            Cell::text("one that looks up"),
            Cell::text("stopped"),
            Cell::time(polite),
            Cell::text("nothing"),
            Cell::Nothing,
            Cell::Nothing,
        ]);
        let mut exits = Table::new(vec![
            Column::new("", Unit::Words),
            Column::new("steps done", Unit::Count),
            Column::new("of", Unit::Count),
            Column::new("process ended after", Unit::Seconds),
            Column::new("how", Unit::Words),
        ])
        .titled("The main thread returns while another is at work");
        for (name, exit) in [("not joined", &left), ("joined", &joined)] {
            exits.row([
                Cell::text(name),
                Cell::count(exit.done),
                Cell::count(exit.steps),
                Cell::time(exit.took),
                Cell::text(exit.status.to_string()),
            ]);
        }

        let mut outcome = Outcome {
            tables: vec![table, exits],
            ..Outcome::default()
        };
        for (name, one) in [("thread", &thread), ("process", &process.0)] {
            outcome.fact(
                name,
                json!({
                    "worked_on_when_asked": one.worked_on,
                    "end_seconds": one.killed.end_took.as_secs_f64(),
                    "end": one.killed.status.to_string(),
                    "other_works_on": one.other_works_on,
                }),
            );
        }
        outcome.fact("polite_seconds", polite.as_secs_f64());
        outcome.fact("left_steps", json!([left.done, left.steps]));
        outcome.fact("joined_steps", json!([joined.done, joined.steps]));
        let in_vain = |one: &Ended| one.worked_on && one.killed.hung;
        outcome.check(
            "asked, neither the stuck thread nor the stuck process stopped",
            in_vain(&thread) && in_vain(&process.0),
        );
        outcome.check(
            "killing its process ended the stuck thread, and the thread beside it",
            !thread.other_works_on,
        );
        outcome.check(
            "killing the stuck process left the other at work, which stopped when it was asked",
            process.0.other_works_on,
        );
        outcome.check(
            "a thread that was not joined was ended in the middle of its work",
            left.done < left.steps && left.status == Status::Code(0),
        );
        outcome.check(
            "a thread that was joined finished",
            joined.done == joined.steps && joined.status == Status::Code(0),
        );
        Ok(outcome)
    }

    fn parts(&self) -> &'static [Role] {
        &[
            Role {
                name: "two threads",
                run: two_threads,
            },
            Role {
                name: "stuck",
                run: |part, arguments| alone(part, arguments, true),
            },
            Role {
                name: "polite",
                run: |part, arguments| alone(part, arguments, false),
            },
            Role {
                name: "leaves",
                run: leaves,
            },
        ]
    }
}

/// What became of one that never looks up.
struct Ended {
    /// After it was asked, as long as it was watched.
    worked_on: bool,
    killed: Killed,
    other_works_on: bool,
}

/// What two workers share with the lab: what they have done, and whether they were asked to stop.
/// In shared memory, because it is read when they are dead, too.
struct Watched {
    stuck: Value<u64>,
    polite: Value<u64>,
    ask_stuck: Event,
    ask_polite: Event,
}

#[derive(Serialize, Deserialize)]
struct Arguments {
    stuck: Token<Value<u64>>,
    polite: Token<Value<u64>>,
    ask_stuck: Token<Event>,
    ask_polite: Token<Event>,
}

impl Watched {
    fn new() -> Result<Self, SharedError> {
        Ok(Self {
            stuck: Value::new(0)?,
            polite: Value::new(0)?,
            ask_stuck: Event::new()?,
            ask_polite: Event::new()?,
        })
    }

    fn arguments(&self) -> Json {
        json!(Arguments {
            stuck: self.stuck.token(),
            polite: self.polite.token(),
            ask_stuck: self.ask_stuck.token(),
            ask_polite: self.ask_polite.token(),
        })
    }

    /// Works and never looks up: that it was asked is never read.
    fn work_on(&self) -> ! {
        loop {
            self.stuck.fetch_add(1);
        }
    }

    /// Works, and looks up after each step.
    fn work_until_asked(&self) {
        while !self.ask_polite.is_set() {
            self.polite.fetch_add(1);
        }
    }

    /// Waits until both are at work.
    fn begun(&self, lab: &Lab, part: &Part, name: &'static str) -> Result<(), Failure> {
        let since = Instant::now();
        while self.stuck.load() == 0 || self.polite.load() == 0 {
            if since.elapsed() > vigil::PATIENCE {
                return Err(Failure::Silent {
                    part: name,
                    limit: vigil::PATIENCE,
                });
            }
            if let Some(heard) = part.hear(Duration::from_millis(1))? {
                return Err(heard.failure(name));
            }
            lab.checkpoint()?;
        }
        Ok(())
    }

    /// Asks the one that never looks up, watches it, and kills its process. The other is taken to
    /// be gone if it does nothing for so long.
    fn ask_and_kill(&self, lab: &Lab, part: &Part, still: Duration) -> Result<Ended, Failure> {
        let watch = Duration::from_millis(lab.get(&WATCH));
        // So that it is seen at work before.
        lab.sleep(watch / 2)?;
        lab.trace().mark("asked to stop");
        self.ask_stuck.set();
        let worked_on = moves(lab, &self.stuck, vigil::PATIENCE)?;
        let killed = vigil::watch_and_kill(part, watch)?;
        lab.trace().mark("killed");
        Ok(Ended {
            worked_on,
            killed,
            other_works_on: moves(lab, &self.polite, still)?,
        })
    }
}

/// Whether a worker does anything more in that time. It may have to wait for a core first.
fn moves(lab: &Lab, done: &Value<u64>, limit: Duration) -> Result<bool, Failure> {
    let (before, since) = (done.load(), Instant::now());
    while since.elapsed() < limit {
        lab.sleep(Duration::from_millis(1))?;
        if done.load() != before {
            return Ok(true);
        }
    }
    Ok(false)
}

fn opened(arguments: &Json) -> Result<Watched, String> {
    let arguments = Arguments::deserialize(arguments).map_err(|error| error.to_string())?;
    let open = || {
        Ok(Watched {
            stuck: arguments.stuck.open()?,
            polite: arguments.polite.open()?,
            ask_stuck: arguments.ask_stuck.open()?,
            ask_polite: arguments.ask_polite.open()?,
        })
    };
    open().map_err(|error: SharedError| error.to_string())
}

fn stuck_thread(lab: &Lab) -> Result<Ended, Failure> {
    let watched = Watched::new()?;
    let part = lab.children().start("two threads", &watched.arguments())?;
    watched.begun(lab, &part, "two threads")?;
    watched.ask_and_kill(lab, &part, STILL)
}

/// What became of the stuck one, and how long the other took to stop when it was asked.
fn stuck_process(lab: &Lab) -> Result<(Ended, Duration), Failure> {
    let watched = Watched::new()?;
    let stuck = lab.children().start("stuck", &watched.arguments())?;
    let polite = lab.children().start("polite", &watched.arguments())?;
    watched.begun(lab, &stuck, "stuck")?;
    let ended = watched.ask_and_kill(lab, &stuck, vigil::PATIENCE)?;
    lab.trace().mark("the other asked");
    let asked = Instant::now();
    watched.ask_polite.set();
    polite.finish(vigil::PATIENCE, drop)?;
    Ok((ended, asked.elapsed()))
}

fn two_threads(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    let watched = opened(arguments)?;
    let lane = |name| part.trace().lane("two threads of a process", name);
    let (main, stuck, polite) = (lane("main"), lane("stuck"), lane("looks up"));
    main.begin(Kind::Wait);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            stuck.begin(Kind::Stuck);
            watched.work_on();
        });
        scope.spawn(|| {
            polite.begin(Kind::Work);
            watched.work_until_asked();
            polite.end();
        });
    });
    Ok(Json::Null)
}

fn alone(part: &PartSide, arguments: &Json, is_stuck: bool) -> Result<Json, String> {
    let watched = opened(arguments)?;
    let name = if is_stuck { "stuck" } else { "looks up" };
    let lane = part.trace().lane("two processes", name);
    if is_stuck {
        lane.begin(Kind::Stuck);
        watched.work_on();
    } else {
        lane.begin(Kind::Work);
        watched.work_until_asked();
        lane.end();
    }
    Ok(Json::Null)
}

/// How a process ended whose main thread returned.
struct Exit {
    done: u64,
    steps: u64,
    took: Duration,
    status: Status,
}

#[derive(Serialize, Deserialize)]
struct Leaving {
    name: String,
    joins: bool,
    steps: u64,
    done: Token<Value<u64>>,
}

fn leave(lab: &Lab, name: &str, work: Duration) -> Result<Exit, Failure> {
    let done = Value::new(0_u64)?;
    let steps = u64::try_from(work.as_millis() / STEP.as_millis()).unwrap_or(u64::MAX);
    let leaving = Leaving {
        name: name.to_owned(),
        joins: name == "joined",
        steps,
        done: done.token(),
    };
    let begun = Instant::now();
    let part = lab.children().start("leaves", &json!(leaving))?;
    part.finish(vigil::PATIENCE, drop)?;
    match part.hear(vigil::PATIENCE)? {
        Some(Heard::Gone(end)) => Ok(Exit {
            done: done.load(),
            steps,
            took: begun.elapsed(),
            status: end.status,
        }),
        Some(other) => Err(other.failure("leaves")),
        None => Err(Failure::Silent {
            part: "leaves",
            limit: vigil::PATIENCE,
        }),
    }
}

/// Starts a thread that works, and returns: at once, or when that has finished. What it returns
/// from is the last that its `main` does.
fn leaves(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    let leaving = Leaving::deserialize(arguments).map_err(|error| error.to_string())?;
    let done = leaving.done.open().map_err(|error| error.to_string())?;
    let group = format!("main returns, {}", leaving.name);
    let main = part.trace().lane(&group, "main");
    let lane = part.trace().lane(&group, "the thread");
    main.begin(Kind::Wait);
    let thread = std::thread::Builder::new()
        .name("worker".to_owned())
        .spawn(move || {
            lane.begin(Kind::Work);
            for _ in 0..leaving.steps {
                let begun = Instant::now();
                while begun.elapsed() < STEP {
                    black_box(&begun);
                }
                done.fetch_add(1);
            }
            lane.end();
        })
        .map_err(|error| error.to_string())?;
    if leaving.joins {
        thread.join().map_err(|_| "the thread panicked")?;
    }
    main.end();
    Ok(Json::Null)
}
