//! The task that hashing jobs give to their pool: some files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use lanes::Choice;

use super::hash::{Engine, Position, ToHash};
use super::reading::Extent;
use super::solo::{HalfRead, Step};
use super::walk::Seen;
use crate::algorithm::Algorithm;
use crate::cancel::Stopped;
use crate::job::readers::Reads;
use crate::name::as_bytes;
use crate::pool::{Context, Failure, Work};
use crate::verdict::Verdict;

/// How often the file in hand is told. Faster would only be overwritten unseen.
const SHOW_EVERY: Duration = Duration::from_millis(50);
/// Results are sent at least this often, however many more files the bundle has.
const SEND_EVERY: Duration = Duration::from_millis(100);

/// A file that waits for its verdict.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    #[serde(with = "as_bytes")]
    pub(crate) path: PathBuf,
    /// As the walk saw it.
    pub(crate) seen: Seen,
    pub(crate) extent: Extent,
    /// What it is to the job's plan, which gave it this.
    #[serde(skip)]
    pub(crate) key: u32,
    /// Workers that died with it in hand.
    #[serde(skip)]
    pub(crate) deaths: u8,
}

impl Item {
    pub(crate) fn new(path: PathBuf, seen: Seen, key: u32) -> Self {
        Self {
            path,
            seen,
            extent: Extent::Whole,
            key,
            deaths: 0,
        }
    }

    /// Of which that much is to be read.
    pub(crate) fn of(self, extent: Extent) -> Self {
        Self { extent, ..self }
    }

    /// How many bytes are to be read, as far as the walk saw.
    pub(crate) fn bytes(&self) -> u64 {
        self.extent.of(self.seen.size)
    }
}

/// Files for one worker.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bundle {
    #[serde(serialize_with = "shared_out", deserialize_with = "shared_in")]
    pub(crate) items: Arc<[Item]>,
    /// With which algorithms.
    #[serde(serialize_with = "shared_out", deserialize_with = "shared_in")]
    pub(crate) algorithms: Arc<[Algorithm]>,
    /// The one file of it, begun by somebody else in this process.
    #[serde(skip)]
    pub(crate) half_read: Option<HalfRead>,
}

/// The end of a bundle.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Done {
    /// The last results.
    pub(crate) results: Vec<Settled>,
    pub(crate) reads: Reads,
}

/// Bytes read of a file, and what became of it.
pub(crate) type Settled = (u64, Verdict);

/// What a worker says of a bundle while it is at it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// It is here.
    At(Position),
    /// The next results, in the order of the files.
    Results(Vec<Settled>),
}

/// What a worker keeps from one bundle to the next.
pub(crate) struct Bench {
    algorithms: Arc<[Algorithm]>,
    choices: Vec<Choice>,
    engine: Engine,
    shown: Option<Instant>,
}

impl Work for Bundle {
    type Output = Done;
    type Part = Said;
    /// Which instructions are fastest, found out once for all workers.
    type SetUp = Vec<Choice>;
    type State = Bench;

    fn set_up(choices: Vec<Choice>) -> Result<Bench, Failure> {
        Ok(Bench {
            engine: Engine::new(&[], &choices),
            choices,
            algorithms: Arc::default(),
            shown: None,
        })
    }

    fn work(self, bench: &mut Bench, context: &Context<'_, Self>) -> Result<Done, Failure> {
        let mut results = Vec::with_capacity(self.items.len());
        if bench.algorithms != self.algorithms {
            bench.engine = Engine::new(&self.algorithms, &bench.choices);
            bench.algorithms = self.algorithms;
        }
        let Bench { engine, shown, .. } = bench;
        let mut step = |position: Position| {
            context.checkpoint()?;
            if shown.is_none_or(|shown| shown.elapsed() > SHOW_EVERY) {
                *shown = Some(Instant::now());
                context.part(Said::At(position));
            }
            Ok(())
        };
        let ended = match self.half_read {
            Some(half) => finish(half, step).map(|settled| results.push(settled)),
            None => {
                let mut sent = Instant::now();
                engine.hash_batch(
                    self.items.iter().map(|item| ToHash {
                        path: &item.path,
                        seen: item.seen,
                        extent: item.extent,
                    }),
                    &mut step,
                    |read, verdict| {
                        results.push((read, verdict));
                        if sent.elapsed() > SEND_EVERY {
                            sent = Instant::now();
                            context.part(Said::Results(std::mem::take(&mut results)));
                        }
                    },
                )
            }
        };
        if let Err(stopped) = ended {
            // Half a file is in the hashers. What was finished before keeps its verdict.
            bench.engine = Engine::new(&bench.algorithms, &bench.choices);
            context.part(Said::Results(results));
            return Err(stopped.into());
        }
        Ok(Done {
            results,
            reads: bench.engine.reads(),
        })
    }
}

/// Goes on with a file that somebody else began, with that one's half-filled hashers.
fn finish(
    half: HalfRead,
    mut step: impl FnMut(Position) -> Result<(), Stopped>,
) -> Result<Settled, Stopped> {
    let HalfRead {
        mut reading,
        mut solo,
        ..
    } = half;
    loop {
        step(Position {
            index: 0,
            more: 0,
            done: reading.done,
            size: reading.size(),
        })?;
        if let Step::End(verdict) = solo.step(&mut reading) {
            return Ok((reading.done, verdict));
        }
    }
}

fn shared_out<T: Serialize, S: Serializer>(
    shared: &Arc<[T]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    shared[..].serialize(serializer)
}

fn shared_in<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Arc<[T]>, D::Error> {
    Vec::deserialize(deserializer).map(Arc::from)
}
