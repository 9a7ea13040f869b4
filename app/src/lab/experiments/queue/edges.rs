//! What a queue answers when it is full and when it is empty: without waiting, with a time limit,
//! and waiting until somebody else has changed that.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::{Token, Value};

use super::ROOM;
use super::tasks::{Address, Local, Shared, Task, Tasks, Trouble};
use crate::lab::context::{Failure, Lab};
use crate::lab::part::PartSide;
use crate::lab::stop::StopSignal;
use crate::lab::team;
use crate::lab::trace::{Kind, LaneRecorder};

const TASK: Task = Some((0, 0));
/// A wait for another process is looked up from so often, to hear of a stop.
const TURN: Duration = Duration::from_millis(50);
/// A neighbour that has not come by then is taken to hang.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Edges {
    pub(super) put: Edge,
    pub(super) get: Edge,
}

/// What was heard at a full queue, or at an empty one.
#[derive(Default)]
pub(super) struct Edge {
    /// Without waiting: that it is not possible.
    pub(super) refused: bool,
    pub(super) at_once: Duration,
    /// With a time limit: that it was not possible.
    pub(super) timed_out: bool,
    pub(super) within: Duration,
    /// Waiting: it became possible, and not before another had made it so.
    pub(super) followed: bool,
    pub(super) waited: Duration,
}

/// What the other one does after a while, so that who waits can go on.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Act {
    Take,
    Put,
}

fn act(tasks: &impl Tasks, act: Act) -> Result<(), Trouble> {
    match act {
        Act::Take => tasks.get().map(drop),
        Act::Put => tasks.put(TASK),
    }
}

/// Starts the other one, does what waits for him, and tells whether he had acted by the end of it.
type Meanwhile<'a> = dyn FnMut(Act, &dyn Fn() -> Result<(), Failure>) -> Result<bool, Failure> + 'a;

pub(super) fn of_threads(lab: &Lab, limit: Duration) -> Result<Edges, Failure> {
    let tasks = Local::new(room(lab), lab.stop().clone());
    let other = lab.trace().lane("full and empty, threads", "the other");
    let mut meanwhile = |what: Act, wait: &dyn Fn() -> Result<(), Failure>| {
        let acted = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let neighbour = team::start(scope, "the other", || {
                other.begin(Kind::Other);
                lab.sleep(limit)?;
                other.end();
                acted.store(true, Ordering::SeqCst);
                act(&tasks, what)
            })?;
            let waited = wait();
            let had_acted = acted.load(Ordering::SeqCst);
            team::finish(neighbour)?;
            waited.map(|()| had_acted)
        })
    };
    let one = lab.trace().lane("full and empty, threads", "one");
    along(&tasks, room(lab), limit, &one, lab.stop(), &mut meanwhile)
}

pub(super) fn of_processes(lab: &Lab, limit: Duration) -> Result<Edges, Failure> {
    let tasks = Shared::new(u32::try_from(lab.get(&ROOM)).unwrap_or(u32::MAX))?;
    let mut meanwhile = |what: Act, wait: &dyn Fn() -> Result<(), Failure>| {
        let acted = Value::new(0_u8)?;
        let part = lab.children().start(
            "neighbour",
            &json!({
                "queue": tasks.address(),
                "acted": acted.token(),
                "act": what,
                "pause_ms": lab.get(&super::LIMIT),
            }),
        )?;
        // It is there.
        part.word(PATIENCE)?;
        wait()?;
        let had_acted = acted.load() == 1;
        part.finish(PATIENCE, drop)?;
        Ok(had_acted)
    };
    let one = lab.trace().lane("full and empty, processes", "one");
    along(&tasks, room(lab), limit, &one, lab.stop(), &mut meanwhile)
}

fn room(lab: &Lab) -> usize {
    usize::try_from(lab.get(&ROOM)).unwrap_or(usize::MAX)
}

fn along(
    tasks: &impl Tasks,
    room: usize,
    limit: Duration,
    lane: &LaneRecorder,
    stop: &StopSignal,
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Edges, Failure> {
    let waited = Cell::new(Duration::ZERO);
    let mut get = Edge::default();
    (get.at_once, get.refused) = timed(|| Ok(tasks.try_get()?.is_none()))?;
    lane.begin(Kind::Wait);
    (get.within, get.timed_out) = timed(|| Ok(tasks.get_within(limit)?.is_none()))?;
    lane.end();
    get.followed = meanwhile(Act::Put, &|| {
        lane.begin(Kind::Wait);
        let turns = timed(|| in_turns(stop, || Ok(tasks.get_within(TURN)?.is_some())))?;
        waited.set(turns.0);
        Ok(())
    })?;
    get.waited = waited.get();
    lane.end();

    let mut put = Edge::default();
    for _ in 0..room {
        tasks.put(TASK)?;
    }
    (put.at_once, put.refused) = timed(|| Ok(!tasks.try_put(TASK)?))?;
    lane.begin(Kind::Wait);
    (put.within, put.timed_out) = timed(|| Ok(!tasks.put_within(TASK, limit)?))?;
    lane.end();
    put.followed = meanwhile(Act::Take, &|| {
        lane.begin(Kind::Wait);
        let turns = timed(|| in_turns(stop, || Ok(tasks.put_within(TASK, TURN)?)))?;
        waited.set(turns.0);
        Ok(())
    })?;
    put.waited = waited.get();
    lane.end();
    Ok(Edges { put, get })
}

fn timed<T>(f: impl FnOnce() -> Result<T, Failure>) -> Result<(Duration, T), Failure> {
    let begun = Instant::now();
    let result = f()?;
    Ok((begun.elapsed(), result))
}

/// Waits until it is possible, in turns: a wait for another process hears no stop.
fn in_turns(
    stop: &StopSignal,
    mut turn: impl FnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    while !turn()? {
        if stop.is_stopped() {
            return Err(Failure::Stopped);
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Arguments {
    queue: Address,
    acted: Token<Value<u8>>,
    act: Act,
    pause_ms: u64,
}

/// The other one, in a child process.
pub(super) fn neighbour(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    act_here(part, arguments)
        .map(|()| Json::Null)
        .map_err(|error| error.to_string())
}

fn act_here(part: &PartSide, arguments: &Json) -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::deserialize(arguments)?;
    let tasks = arguments.queue.open()?;
    let acted = arguments.acted.open()?;
    let lane = part.trace().lane("full and empty, processes", "the other");
    part.say(json!("here"));
    lane.begin(Kind::Other);
    pause(Duration::from_millis(arguments.pause_ms));
    lane.end();
    acted.store(1);
    act(&tasks, arguments.act)?;
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a child process that keeps another waiting"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
