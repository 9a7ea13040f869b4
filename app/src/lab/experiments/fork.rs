//! Forking while another thread holds a lock: the child inherits the lock, but not the thread that
//! would release it. What forks is a child process made for it, because a copy of the window would
//! have the window's threads missing too.
#![expect(
    clippy::disallowed_methods,
    reason = "threads and child processes of the experiment, which are to wait for each other"
)]

#[cfg(not(unix))]
#[path = "fork/elsewhere.rs"]
mod os;
#[cfg(unix)]
#[path = "fork/unix.rs"]
mod os;
mod word;

use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::{Lock, Token, Value};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::{PartSide, Role};
use crate::lab::team::{self, Gate};
use crate::lab::trace::{Kind, Trace};
use word::WordLock;

const HOLD: Control = Control::number("hold", "Held for", "ms", (1, 5_000), 300);
const LIMIT: Control = Control::number("limit", "Waited for", "ms", (1, 30_000), 1_500);

const FORKER: &str = "forker";
const ASKER: &str = "asker";
/// What a child asks for again after that. Short, so that it misses no release.
const EVERY: Duration = Duration::from_millis(1);
/// A child that has said nothing by then is taken to hang. Longer than the most waits take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A lock as programs have them: its word is in the process's own memory, so that a fork copies it
/// as it is at that moment, and a program that starts has one that is free.
static LOCK: WordLock = WordLock::free();

pub(crate) struct Fork;

impl Experiment for Fork {
    fn name(&self) -> &'static str {
        "fork"
    }

    fn title(&self) -> &'static str {
        "Fork"
    }

    fn sentences(&self) -> &'static str {
        "A process forks while one of its threads holds a lock: the child has a copy of the held lock, but not of the thread that would release it, and waits for ever. A process that is spawned starts with a lock of its own, which is free."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "The lock is released in the parent, and a thread there gets it at once; the forked child goes on asking its own copy.",
            "The same fork with the lock free goes well. That is why such mistakes are found late: it depends on the moment.",
            "A child that is to wait for its parent needs a lock in shared memory: it gets that when the holder releases it.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[HOLD, LIMIT]
    }

    fn picture_title(&self) -> &'static str {
        "Who has the lock"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Hold, "holds the lock"),
            (Kind::Wait, "waits for it"),
            (Kind::Work, "got it"),
            (Kind::Stuck, "waits for ever"),
        ]
    }

    fn parts(&self) -> &'static [Role] {
        &[
            Role {
                name: FORKER,
                run: forker,
            },
            Role {
                name: ASKER,
                run: asker,
            },
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let hold = Duration::from_millis(lab.get(&HOLD));
        let limit = Duration::from_millis(lab.get(&LIMIT));
        let mut table = Table::new(vec![
            Column::new("the child was", Unit::Words),
            Column::new("while its lock was", Unit::Words),
            Column::new("asked", Unit::Count),
            Column::new("got the lock after", Unit::Seconds),
            Column::new("and then", Unit::Words),
        ]);
        let mut outcome = Outcome::default();
        match os::CANNOT {
            None => by_forking(lab, hold, limit, &mut table, &mut outcome)?,
            Some(reason) => table.row([
                Cell::text("forked"),
                Cell::text(reason),
                Cell::Nothing,
                Cell::Nothing,
                Cell::Nothing,
            ]),
        }
        by_spawning(lab, hold, &mut table, &mut outcome)?;
        outcome.fact("can_fork", os::CANNOT.is_none());
        outcome.tables.push(table);
        Ok(outcome)
    }
}

/// What became of a forked child.
#[derive(Serialize, Deserialize)]
struct Asked {
    /// How often it asked for the lock.
    asked: u64,
    /// When it got the lock, if it did, since the fork.
    got: Option<Duration>,
    ended: String,
    killed: bool,
}

#[derive(Serialize, Deserialize)]
struct Forked {
    /// Forked while another thread held the lock.
    held: Asked,
    /// Forked while nobody did.
    free: Asked,
    /// How long the parent's own thread waited for the same lock.
    parent_waited: Duration,
}

#[derive(Serialize, Deserialize)]
struct ForkerArguments {
    hold: Duration,
    limit: Duration,
}

fn by_forking(
    lab: &Lab,
    hold: Duration,
    limit: Duration,
    table: &mut Table,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let part = lab
        .children()
        .start(FORKER, &json!(ForkerArguments { hold, limit }))?;
    let Forked {
        held,
        free,
        parent_waited,
    } = part.result(PATIENCE)?;
    let mut row = |was: &str, lock: &str, asked: Cell, got: Option<Duration>, then: String| {
        let got = got.map_or(Cell::Nothing, Cell::time);
        table.row([
            Cell::text(was),
            Cell::text(lock),
            asked,
            got,
            Cell::text(then),
        ]);
    };
    row(
        "forked",
        "held by another thread",
        Cell::count(held.asked),
        held.got,
        held.ended,
    );
    row(
        "no child: a thread of the parent",
        "held by another thread",
        Cell::Nothing,
        Some(parent_waited),
        "went on".to_owned(),
    );
    row(
        "forked",
        "free",
        Cell::count(free.asked),
        free.got,
        free.ended,
    );
    outcome.fact("forked_got_it", held.got.is_some());
    outcome.fact("forked_asked", held.asked);
    outcome.fact("forked_was_killed", held.killed);
    outcome.fact("forked_while_free_got_it", free.got.is_some());
    outcome.check(
        "the child that was forked while another thread held the lock never got it",
        held.got.is_none() && held.asked > 0,
    );
    outcome.check("it had to be killed", held.killed);
    outcome.check(
        "the child that was forked while the lock was free got it",
        free.got.is_some(),
    );
    Ok(())
}

/// A child process that forks: it can be ended with all that it forked.
fn forker(side: &PartSide, arguments: &Json) -> Result<Json, String> {
    let ForkerArguments { hold, limit } =
        Deserialize::deserialize(arguments).map_err(|error| error.to_string())?;
    let group = "forked, lock held";
    let (taken, is_taken) = bounded::<()>(1);
    // Moved into the scope, so that the holder goes on if there is no fork.
    let (forked, may_release) = bounded::<()>(1);
    let (held, parent_waited) = std::thread::scope(move |scope| {
        let holder = side.trace().lane(group, "a thread of the parent");
        team::start(scope, "holder", move || {
            let held = LOCK.acquire(EVERY);
            holder.begin(Kind::Hold);
            // Who waits for it is gone only with this process.
            let _ = taken.send(());
            let _ = may_release.recv();
            std::thread::sleep(hold);
            drop(held);
            holder.end();
        })
        .map_err(|error| error.to_string())?;
        let _ = is_taken.recv();
        let child = os::Forked::start(&LOCK, EVERY).map_err(|error| error.to_string())?;
        let _ = forked.send(());
        let waiting = side.trace().lane(group, "another of its threads");
        let waiter = team::start(scope, "waiter", move || {
            let begun = Instant::now();
            waiting.begin(Kind::Wait);
            let held = LOCK.acquire(EVERY);
            waiting.begin(Kind::Work);
            let waited = begun.elapsed();
            // Long enough to be seen.
            std::thread::sleep(hold / 4);
            drop(held);
            waiting.end();
            waited
        })
        .map_err(|error| error.to_string())?;
        let held = watched(side.trace(), group, child, limit + hold)?;
        Ok::<_, String>((held, team::finish(waiter)))
    })?;
    let group = "forked, lock free";
    let child = os::Forked::start(&LOCK, EVERY).map_err(|error| error.to_string())?;
    let free = watched(side.trace(), group, child, PATIENCE)?;
    Ok(json!(Forked {
        held,
        free,
        parent_waited,
    }))
}

/// Listens to a forked child until it has the lock or the limit is over, and ends it.
fn watched(
    trace: &Trace,
    group: &str,
    mut child: os::Forked,
    limit: Duration,
) -> Result<Asked, String> {
    let lane = trace.lane(group, "the forked child");
    lane.begin(Kind::Stuck);
    let asked = child.listen(limit).map_err(|error| error.to_string())?;
    if asked.got.is_some() {
        lane.begin(Kind::Work);
    }
    let (ended, killed) = child.end().map_err(|error| error.to_string())?;
    lane.end();
    if killed {
        trace.mark("killed");
    }
    Ok(Asked {
        asked: asked.times,
        got: asked.got,
        ended,
        killed,
    })
}

/// What a spawned child found.
#[derive(Serialize, Deserialize)]
struct Got {
    asked: u64,
    waited: Duration,
    /// Whether the holder had said that it releases, when the child got the lock.
    released: bool,
}

/// Which lock a spawned child is to ask for.
#[derive(Serialize, Deserialize)]
enum Which {
    /// The one of its program.
    Own,
    /// The one in shared memory, and where its holder says that it releases it.
    Shared {
        lock: Token<Lock>,
        released: Token<Value<u8>>,
    },
}

fn by_spawning(
    lab: &Lab,
    hold: Duration,
    table: &mut Table,
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    let group = "spawned, lock held";
    let own: Got = std::thread::scope(|scope| {
        let gate = Gate::closed();
        let lane = lab.trace().lane(group, "a thread of the parent");
        let (taken, is_taken) = bounded::<()>(1);
        let way = gate.way();
        team::start(scope, "holder", move || {
            let held = LOCK.acquire(EVERY);
            lane.begin(Kind::Hold);
            let _ = taken.send(());
            // Opened or never to be: it is released either way.
            let _ = way.pass();
            drop(held);
            lane.end();
        })?;
        let _ = is_taken.recv();
        // Held until the child has answered: no release can have helped it.
        let got = ask(lab, &Which::Own, group, || {});
        gate.open();
        got
    })?;
    let group = "spawned, lock shared";
    let (lock, released) = (Lock::new()?, Value::new(0_u8)?);
    let which = Which::Shared {
        lock: lock.token(),
        released: released.token(),
    };
    let shared: Got = std::thread::scope(|scope| {
        let gate = Gate::closed();
        let lane = lab.trace().lane(group, "a thread of the parent");
        let (taken, is_taken) = bounded::<()>(1);
        let (way, lock, released) = (gate.way(), &lock, &released);
        team::start(scope, "holder", move || {
            let held = lock.acquire();
            lane.begin(Kind::Hold);
            let _ = taken.send(());
            // Opened or never to be: it is released either way.
            let _ = way.pass();
            // The child may be told apart from one that did not wait by this, whatever the clocks.
            let _ = lab.sleep(hold);
            released.store(1);
            drop(held);
            lane.end();
        })?;
        let _ = is_taken.recv();
        ask(lab, &which, group, || gate.open())
    })?;
    for (lock, got) in [
        ("held by another thread", &own),
        ("held, in shared memory", &shared),
    ] {
        table.row([
            Cell::text("spawned"),
            Cell::text(lock),
            Cell::count(got.asked),
            Cell::time(got.waited),
            Cell::text("went on"),
        ]);
    }
    outcome.fact("spawned_got_it", true);
    outcome.fact("spawned_waited_ms", own.waited.as_secs_f64() * 1000.0);
    outcome.fact("shared_waited_ms", shared.waited.as_secs_f64() * 1000.0);
    outcome.check(
        "the child that was spawned while another thread held the lock got its own, before that was released",
        own.asked == 1,
    );
    outcome.check(
        "the child that shares its lock with the holder got it only after it was released",
        shared.released,
    );
    Ok(())
}

/// Spawns a child that asks for a lock; calls `asking` when it begins to.
fn ask(lab: &Lab, which: &Which, group: &str, asking: impl FnOnce()) -> Result<Got, Failure> {
    let part = lab.children().start(ASKER, &json!([which, group]))?;
    part.word(PATIENCE)?;
    asking();
    part.result(PATIENCE)
}

/// A spawned child: asks for a lock once it runs.
fn asker(side: &PartSide, arguments: &Json) -> Result<Json, String> {
    let (which, group) =
        <(Which, String)>::deserialize(arguments).map_err(|error| error.to_string())?;
    let lane = side.trace().lane(&group, "the spawned child");
    let got = match which {
        Which::Own => {
            side.say(json!("asking"));
            let begun = Instant::now();
            lane.begin(Kind::Wait);
            let mut asked = 1;
            let held = loop {
                match LOCK.try_acquire() {
                    Some(held) => break held,
                    None => asked += 1,
                }
                std::thread::sleep(EVERY);
            };
            lane.begin(Kind::Work);
            drop(held);
            Got {
                asked,
                waited: begun.elapsed(),
                released: false,
            }
        }
        Which::Shared { lock, released } => {
            let lock = lock.open().map_err(|error| error.to_string())?;
            let released = released.open().map_err(|error| error.to_string())?;
            side.say(json!("asking"));
            let begun = Instant::now();
            lane.begin(Kind::Wait);
            let held = lock.acquire();
            let got = Got {
                asked: 1,
                waited: begun.elapsed(),
                released: released.load() == 1,
            };
            lane.begin(Kind::Work);
            drop(held);
            got
        }
    };
    lane.end();
    Ok(json!(got))
}
