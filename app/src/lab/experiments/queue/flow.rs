//! Producers and consumers at work, as threads and as processes.
#![expect(
    clippy::disallowed_methods,
    reason = "child processes of the experiment, which are to wait"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::{Event, Token};

use super::tasks::{Address, Local, Shared, Tasks, Trouble};
use super::{CONSUMERS, KEEP, PAUSE, PRODUCERS, ROOM, TASKS};
use crate::lab::children::{Heard, Part};
use crate::lab::context::{Failure, Lab};
use crate::lab::part::PartSide;
use crate::lab::stop::Stopped;
use crate::lab::team::{self, Gate};
use crate::lab::trace::{Kind, LaneRecorder, SeriesRecorder};

/// The depth is looked at so often.
const LOOK: Duration = Duration::from_millis(1);
/// A child that has not said that it is there by then is taken to hang.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of it.
pub(super) struct Flow {
    taken: Vec<Taken>,
    pub(super) found_full: u64,
    pub(super) waited_for_room: Duration,
    /// As far as was looked: it may have been deeper for less than a millisecond.
    pub(super) deepest: u64,
    /// How many were done when `join` came back.
    pub(super) done_at_join: u64,
    pub(super) took: Duration,
}

impl Flow {
    pub(super) fn taken(&self) -> u64 {
        self.taken.iter().map(|one| one.tasks.len() as u64).sum()
    }

    pub(super) fn found_empty(&self) -> u64 {
        self.taken.iter().map(|one| one.found_empty).sum()
    }

    pub(super) fn waited_for_tasks(&self) -> Duration {
        self.taken.iter().map(|one| one.waited).sum()
    }

    pub(super) fn each_once(&self, producers: u64, tasks: u64) -> bool {
        let all = self.taken.iter().flat_map(|one| one.tasks.iter().copied());
        let different: BTreeSet<(u32, u32)> = all.collect();
        let is_one =
            |&(whose, which): &(u32, u32)| u64::from(whose) < producers && u64::from(which) < tasks;
        self.taken() == producers * tasks
            && different.len() as u64 == producers * tasks
            && different.iter().all(is_one)
    }

    /// Whether each consumer got what came of one producer in the order in which he put it.
    pub(super) fn in_order(&self) -> bool {
        self.taken.iter().all(|one| {
            let mut last = BTreeMap::new();
            let mut tasks = one.tasks.iter();
            tasks.all(|&(whose, which)| last.insert(whose, which).is_none_or(|last| last < which))
        })
    }
}

/// What a producer saw.
#[derive(Serialize, Deserialize)]
struct Put {
    found_full: u64,
    waited: Duration,
}

/// What a consumer got and saw.
#[derive(Serialize, Deserialize)]
struct Taken {
    tasks: Vec<(u32, u32)>,
    found_empty: u64,
    waited: Duration,
}

/// What all of a flow have in common.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Pace {
    tasks: u32,
    pause: Duration,
    keep: Duration,
}

impl Pace {
    fn of(lab: &Lab) -> Self {
        Self {
            tasks: u32::try_from(lab.get(&TASKS)).unwrap_or(u32::MAX),
            pause: Duration::from_millis(lab.get(&PAUSE)),
            keep: Duration::from_millis(lab.get(&KEEP)),
        }
    }
}

fn produce(
    tasks: &impl Tasks,
    whose: u32,
    pace: Pace,
    lane: &LaneRecorder,
    rest: impl Fn(Duration) -> Result<(), Stopped>,
) -> Result<Put, Trouble> {
    let mut put = Put {
        found_full: 0,
        waited: Duration::ZERO,
    };
    for which in 0..pace.tasks {
        lane.begin(Kind::Other);
        rest(pace.pause)?;
        let task = Some((whose, which));
        if !tasks.try_put(task)? {
            put.found_full += 1;
            lane.begin(Kind::Wait);
            let begun = Instant::now();
            tasks.put(task)?;
            put.waited += begun.elapsed();
        }
    }
    lane.end();
    Ok(put)
}

fn consume(
    tasks: &impl Tasks,
    pace: Pace,
    lane: &LaneRecorder,
    rest: impl Fn(Duration) -> Result<(), Stopped>,
) -> Result<Taken, Trouble> {
    let mut taken = Taken {
        tasks: Vec::new(),
        found_empty: 0,
        waited: Duration::ZERO,
    };
    loop {
        let got = match tasks.try_get()? {
            Some(got) => got,
            None => {
                taken.found_empty += 1;
                lane.begin(Kind::Wait);
                let begun = Instant::now();
                let got = tasks.get()?;
                taken.waited += begun.elapsed();
                got
            }
        };
        let Some(task) = got else {
            lane.end();
            return Ok(taken);
        };
        lane.begin(Kind::Work);
        rest(pace.keep)?;
        taken.tasks.push(task);
        tasks.task_done()?;
    }
}

/// How deep it is, looked at again and again.
struct Depth<'a, T> {
    tasks: &'a T,
    series: SeriesRecorder,
    deepest: u64,
}

impl<'a, T: Tasks> Depth<'a, T> {
    fn new(lab: &Lab, tasks: &'a T, name: &str) -> Self {
        let room = lab.get(&ROOM) as f64;
        let series = lab.trace().series(&format!("depth, {name}"), Some(room));
        series.set(0.0);
        Self {
            tasks,
            series,
            deepest: 0,
        }
    }

    fn look(&mut self) {
        let depth = self.tasks.len() as u64;
        self.deepest = self.deepest.max(depth);
        self.series.set(depth as f64);
    }
}

pub(super) fn of_threads(lab: &Lab) -> Result<Flow, Failure> {
    let room = usize::try_from(lab.get(&ROOM)).unwrap_or(usize::MAX);
    let tasks = Local::new(room, lab.stop().clone());
    let pace = Pace::of(lab);
    let mut depth = Depth::new(lab, &tasks, "threads");
    let rest = |time| lab.sleep(time);
    std::thread::scope(|scope| {
        let gate = Gate::closed();
        let mut producers = Vec::new();
        for number in 0..many(lab, PRODUCERS) {
            let name = format!("producer {}", number + 1);
            let (lane, way) = (lab.trace().lane("threads", &name), gate.way());
            let tasks = &tasks;
            producers.push(team::start(scope, &name, move || {
                way.pass()?;
                produce(tasks, number, pace, &lane, rest)
            })?);
        }
        let mut consumers = Vec::new();
        for number in 1..=many(lab, CONSUMERS) {
            let name = format!("consumer {number}");
            let (lane, way) = (lab.trace().lane("threads", &name), gate.way());
            let tasks = &tasks;
            consumers.push(team::start(scope, &name, move || {
                way.pass()?;
                consume(tasks, pace, &lane, rest)
            })?);
        }
        let begun = Instant::now();
        gate.open();
        while !producers.iter().all(|producer| producer.is_finished()) {
            depth.look();
            lab.sleep(LOOK)?;
        }
        let put = producers.into_iter().map(team::finish);
        let put: Vec<Put> = put.collect::<Result<_, _>>()?;
        while !tasks.join_within(LOOK) {
            depth.look();
            lab.checkpoint()?;
        }
        let (done_at_join, took) = (tasks.done(), begun.elapsed());
        lab.trace().mark("threads: join comes back");
        for _ in &consumers {
            tasks.put(None)?;
        }
        let taken = consumers.into_iter().map(team::finish);
        let taken = taken.collect::<Result<_, _>>()?;
        depth.look();
        Ok(flow(&put, taken, depth.deepest, done_at_join, took))
    })
}

fn many(lab: &Lab, control: crate::lab::controls::Control) -> u32 {
    u32::try_from(lab.get(&control)).unwrap_or(u32::MAX)
}

fn flow(put: &[Put], taken: Vec<Taken>, deepest: u64, done_at_join: u64, took: Duration) -> Flow {
    Flow {
        taken,
        found_full: put.iter().map(|one| one.found_full).sum(),
        waited_for_room: put.iter().map(|one| one.waited).sum(),
        deepest,
        done_at_join,
        took,
    }
}

pub(super) fn of_processes(lab: &Lab) -> Result<Flow, Failure> {
    let tasks = Shared::new(many(lab, ROOM))?;
    let begin = Event::new()?;
    let start = |part: &'static str, number: u32| {
        let arguments = json!({
            "queue": tasks.address(),
            "begin": begin.token(),
            "pace": Pace::of(lab),
            "number": number,
        });
        lab.children().start(part, &arguments)
    };
    let producers: Vec<Part> = (0..many(lab, PRODUCERS))
        .map(|number| start("producer", number))
        .collect::<Result<_, _>>()?;
    let consumers: Vec<Part> = (0..many(lab, CONSUMERS))
        .map(|number| start("consumer", number))
        .collect::<Result<_, _>>()?;
    for part in producers.iter().chain(&consumers) {
        // It is there.
        part.word(PATIENCE)?;
    }
    let mut depth = Depth::new(lab, &tasks, "processes");
    let begun = Instant::now();
    begin.set();
    let mut put = Vec::new();
    for producer in &producers {
        put.push(result(producer, "producer", || {
            depth.look();
            still_there(&consumers)
        })?);
    }
    while !tasks.join_within(LOOK) {
        depth.look();
        still_there(&consumers)?;
        lab.checkpoint()?;
    }
    let (done_at_join, took) = (tasks.done(), begun.elapsed());
    lab.trace().mark("processes: join comes back");
    for _ in &consumers {
        // All is done, but where there are more consumers than there is room, one takes its turn.
        while !tasks.put_within(None, LOOK)? {
            lab.checkpoint()?;
        }
    }
    let mut taken = Vec::new();
    for consumer in &consumers {
        taken.push(result(consumer, "consumer", || Ok(()))?);
    }
    depth.look();
    Ok(flow(&put, taken, depth.deepest, done_at_join, took))
}

/// Waits for what a part gives back.
fn result<T: DeserializeOwned>(
    part: &Part,
    name: &'static str,
    mut meanwhile: impl FnMut() -> Result<(), Failure>,
) -> Result<T, Failure> {
    loop {
        match part.hear(LOOK)? {
            None => meanwhile()?,
            Some(Heard::Done(value)) => return part.understood(&value),
            Some(other) => return Err(other.failure(name)),
        }
    }
}

/// A consumer says nothing until it is told that there is no more. One that died would never take
/// what is waited for.
fn still_there(consumers: &[Part]) -> Result<(), Failure> {
    for consumer in consumers {
        if let Some(heard) = consumer.hear(Duration::ZERO)? {
            return Err(heard.failure("consumer"));
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Arguments {
    queue: Address,
    begin: Token<Event>,
    pace: Pace,
    number: u32,
}

/// A producer, in a child process.
pub(super) fn producer(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    in_child(part, arguments, "producer", |tasks, arguments, lane| {
        let put = produce(tasks, arguments.number, arguments.pace, lane, pause)?;
        Ok(json!(put))
    })
}

/// A consumer, in a child process.
pub(super) fn consumer(part: &PartSide, arguments: &Json) -> Result<Json, String> {
    in_child(part, arguments, "consumer", |tasks, arguments, lane| {
        Ok(json!(consume(tasks, arguments.pace, lane, pause)?))
    })
}

/// The sleep of a child hears no stop: that ends the process.
#[expect(
    clippy::unnecessary_wraps,
    reason = "as the sleep of a thread, which hears one"
)]
fn pause(time: Duration) -> Result<(), Stopped> {
    std::thread::sleep(time);
    Ok(())
}

fn in_child(
    part: &PartSide,
    arguments: &Json,
    name: &str,
    work: impl FnOnce(&Shared, &Arguments, &LaneRecorder) -> Result<Json, Trouble>,
) -> Result<Json, String> {
    let arguments = Arguments::deserialize(arguments).map_err(|error| error.to_string())?;
    let opened = || Ok((arguments.queue.open()?, arguments.begin.open()?));
    let (tasks, begin) =
        opened().map_err(|error: workers::shared::SharedError| error.to_string())?;
    let name = format!("{name} {}", arguments.number + 1);
    let lane = part.trace().lane("processes", &name);
    part.say(json!("here"));
    begin.wait();
    work(&tasks, &arguments, &lane).map_err(|error| error.to_string())
}
