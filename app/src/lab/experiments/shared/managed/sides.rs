//! The child processes: one that has the manager, and those that change what it has.
#![expect(
    clippy::disallowed_methods,
    reason = "child processes of the experiment, which wait for each other"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use workers::shared::manager::{Dict, Error, Key, List, Lock, Manager, Over, Token};

use crate::lab::part::{PartSide, Role};
use crate::lab::trace::Kind;

/// Has the manager.
pub(in super::super) const KEEPER: Role = Role {
    name: "keeper",
    run: keep,
};
/// Changes what the manager has.
pub(in super::super) const CLIENT: Role = Role {
    name: "client",
    run: change,
};

/// How long the list is, is asked so often, for the picture.
const LOOK: Duration = Duration::from_millis(2);
pub(super) const NAMES: [&str; 2] = ["one process", "another process"];

/// Keys of the dictionary: how what they count is changed.
pub(super) const GUARDED: &str = "under the lock";
pub(super) const UNGUARDED: &str = "without either";
pub(super) const UPDATED: &str = "by exchange";

type Counts = Dict<String, u64>;
/// Who added it, and which of its items it is.
pub(super) type Item = (usize, u64);

/// The ways to a manager.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Way {
    Local,
    Tcp,
}

impl Way {
    pub(super) const ALL: [Self; 2] = [Self::Local, Self::Tcp];

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Local if cfg!(windows) => "a named pipe",
            Self::Local => "a Unix socket",
            Self::Tcp => "TCP with a key",
        }
    }
}

/// What clients are told: over a pipe and not in their arguments, which every user can see.
#[derive(Serialize, Deserialize)]
struct Objects {
    counts: Token<Counts>,
    list: Token<List<Item>>,
    lock: Token<Lock>,
    key: Option<Key>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Job {
    pub(super) way: Way,
    pub(super) who: usize,
    pub(super) changes: u64,
    pub(super) pause: Duration,
}

/// What a client says before it begins: what became of opening without the key and with another.
#[derive(Serialize, Deserialize)]
pub(super) struct Opened {
    pub(super) without: Option<Refusal>,
    pub(super) wrong: Option<Refusal>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Refusal {
    /// For the reason that was to be expected.
    pub(super) is_right: bool,
    pub(super) words: String,
}

impl Refusal {
    fn of<P>(opened: Result<P, Error>, is_right: impl FnOnce(&Error) -> bool) -> Self {
        match opened {
            Ok(_) => Self {
                is_right: false,
                words: "let in".to_owned(),
            },
            Err(error) => Self {
                is_right: is_right(&error),
                words: error.to_string(),
            },
        }
    }
}

/// What asking took.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Asked {
    /// Those that had to wait for nobody.
    pub(super) questions: u64,
    pub(super) took: Duration,
}

/// What the manager has at the end.
#[derive(Serialize, Deserialize)]
pub(super) struct Contents {
    pub(super) counts: Vec<(String, u64)>,
    pub(super) items: Vec<Item>,
}

fn keep(side: &PartSide, way: &Json) -> Result<Json, String> {
    let way = Way::deserialize(way).map_err(|error| error.to_string())?;
    let key = match way {
        Way::Local => None,
        Way::Tcp => Some(Key::random().map_err(|error| error.to_string())?),
    };
    let contents = keep_until_told(side, way, key).map_err(|error| error.to_string())?;
    Ok(json!(contents))
}

fn keep_until_told(side: &PartSide, way: Way, key: Option<Key>) -> Result<Contents, Error> {
    let manager = Manager::start(key.map_or(Over::Local, Over::Tcp))?;
    let (counts, list, lock) = (manager.dict()?, manager.list()?, manager.lock()?);
    side.say(json!(Objects {
        counts: counts.token(),
        list: list.token(),
        lock: lock.token(),
        key,
    }));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let seen = scope.spawn(|| watch(side, way, &list, &done));
        side.hear();
        done.store(true, Ordering::Release);
        match seen.join() {
            Ok(seen) => seen,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })?;
    Ok(Contents {
        counts: counts.entries()?,
        items: list.snapshot()?,
    })
}

/// Asks how long the list is, as any other process may.
fn watch(side: &PartSide, way: Way, list: &List<Item>, done: &AtomicBool) -> Result<(), Error> {
    let name = format!("items in the manager's list, over {}", way.words());
    let series = side.trace().series(&name, None);
    let mut last = None;
    loop {
        let is_over = done.load(Ordering::Acquire);
        let len = list.len()?;
        if last != Some(len) {
            series.set(len as f64);
            last = Some(len);
        }
        if is_over {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
}

fn change(side: &PartSide, job: &Json) -> Result<Json, String> {
    let job = Job::deserialize(job).map_err(|error| error.to_string())?;
    let objects = Objects::deserialize(side.hear()).map_err(|error| error.to_string())?;
    let asked = open_and_change(side, &job, &objects).map_err(|error| error.to_string())?;
    Ok(json!(asked))
}

fn open_and_change(side: &PartSide, job: &Job, objects: &Objects) -> Result<Asked, Error> {
    side.say(json!(Opened {
        without: objects
            .key
            .map(|_| Refusal::of(objects.counts.open(), |error| {
                matches!(error, Error::KeyNeeded)
            })),
        wrong: match objects.key {
            None => None,
            Some(key) => {
                let opened = objects.counts.open_with(&other_than(&key));
                Some(Refusal::of(opened, |error| {
                    matches!(error, Error::WrongKey)
                }))
            }
        },
    }));
    let client = match objects.key {
        None => Client {
            counts: objects.counts.open()?,
            list: objects.list.open()?,
            lock: objects.lock.open()?,
        },
        Some(key) => Client {
            counts: objects.counts.open_with(&key)?,
            list: objects.list.open_with(&key)?,
            lock: objects.lock.open_with(&key)?,
        },
    };
    side.hear();
    client.change(side, job)
}

/// A key that differs in one bit.
fn other_than(key: &Key) -> Key {
    let mut bytes = key.to_bytes();
    bytes[0] ^= 1;
    Key::from_bytes(bytes)
}

struct Client {
    counts: Counts,
    list: List<Item>,
    lock: Lock,
}

impl Client {
    /// Counts in three ways and adds items. Between reading and writing it takes its time, so that
    /// the other comes between where nothing keeps it out.
    fn change(&self, side: &PartSide, job: &Job) -> Result<Asked, Error> {
        let group = format!("a manager, over {}", job.way.words());
        let lane = side.trace().lane(&group, NAMES[job.who]);
        let mut asked = Asked::default();
        for number in 0..job.changes {
            lane.begin(Kind::Wait);
            let unguarded = asked.time(|| self.counts.get(UNGUARDED))?.unwrap_or(0);
            let held = self.lock.acquire()?.into_guard();
            lane.begin(Kind::Hold);
            let guarded = asked.time(|| self.counts.get(GUARDED))?.unwrap_or(0);
            std::thread::sleep(job.pause);
            asked.time(|| self.counts.insert(GUARDED, &(guarded + 1)))?;
            asked.time(|| held.release())?;
            lane.begin(Kind::Work);
            asked.time(|| self.list.push(&(job.who, number)))?;
            asked.time(|| self.counts.insert(UNGUARDED, &(unguarded + 1)))?;
            self.counts
                .update(UPDATED, |count| Some(count.unwrap_or(&0) + 1))?;
        }
        lane.end();
        Ok(asked)
    }
}

impl Asked {
    fn time<T>(&mut self, ask: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let begun = Instant::now();
        let answer = ask();
        self.took += begun.elapsed();
        self.questions += 1;
        answer
    }
}
