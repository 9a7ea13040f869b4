//! Hashing files for a worker: in rounds, in each of which the next part of many files is read, side by side
//! into one buffer, and then digested, each in a lane of its own.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::fs::File;
use std::io::Seek as _;
use std::path::Path;
use std::time::{Duration, Instant};

use lanes::{Choice, Part, SLACK};
use serde::{Deserialize, Serialize};

use super::ahead;
use super::many::{Many, widest};
use super::open::Opener;
use super::reading::{Extent, Reading, read_some};
use super::walk::Seen;
use crate::algorithm::Algorithm;
use crate::cancel::Stopped;
use crate::job::readers::Reads;
use crate::verdict::Verdict;

/// Bytes that one round reads where files are hashed in lanes: many small files, or 64 KiB of each of
/// sixteen. They are read again at once, from the second-level cache.
const ROUND: usize = 1024 * 1024;
/// Where files are hashed one by one.
const SMALL_ROUND: usize = 256 * 1024;
/// Of one file in one round, at most.
const PART: usize = 128 * 1024;
/// A file of as many bytes that is alone in its batch is read ahead by a thread of its own.
const ALONE: u64 = 16 * 1024 * 1024;
/// A round that has read for so long is digested, full or not: where a file takes a second to come, the verdict
/// of the one before does not wait for sixty others.
const PATIENCE: Duration = Duration::from_millis(50);
/// A part that is not the last is whole blocks, of whichever function.
const BLOCKS: usize = 128;
/// A file of no more bytes is read whole, in one read.
const AT_ONCE: u64 = 128 * 1024;

/// Where a worker is: which file of its batch, how many others with it at once, bytes done and
/// to do in all of those.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Position {
    pub(crate) index: u32,
    pub(crate) more: u32,
    pub(crate) done: u64,
    pub(crate) size: u64,
}

/// A file that is to be hashed.
#[derive(Clone, Copy)]
pub(crate) struct ToHash<'a> {
    pub(crate) path: &'a Path,
    /// As the walk saw it.
    pub(crate) seen: Seen,
    pub(crate) extent: Extent,
}

/// What one worker needs to hash any number of files.
pub(crate) struct Engine {
    digests: Vec<Many>,
    /// How many files are read at a time.
    wide: usize,
    buffer: Box<[u8]>,
    opener: Opener,
    reads: Reads,
}

/// A file of the batch that takes more than one round.
struct Open {
    /// Its place in the batch.
    index: usize,
    reading: Reading,
}

impl Open {
    fn left(&self) -> u64 {
        self.reading.end().saturating_sub(self.reading.done)
    }
}

/// What comes of a file once its part is digested.
enum After {
    /// It goes on, unless that was its last part.
    Open(Open),
    /// It was read whole, so many bytes, and is as the walk saw it.
    Whole { size: u64 },
}

/// What comes of opening a file.
enum Begun {
    /// All of it is in the buffer, and it is as the walk saw it.
    Whole,
    /// It is to be read part by part.
    Open(Reading),
    /// It cannot be read.
    Refused(Verdict),
}

impl Engine {
    pub(crate) fn new(algorithms: &[Algorithm], choices: &[Choice]) -> Self {
        let wide = widest(algorithms, choices);
        let round = if wide > 1 { ROUND } else { SMALL_ROUND };
        let digests = algorithms.iter().map(|&one| Many::new(one, choices));
        Self {
            digests: digests.collect(),
            wide,
            buffer: vec![0; round + wide * SLACK].into_boxed_slice(),
            opener: Opener::default(),
            reads: Reads::default(),
        }
    }

    /// What reading has taken since this was last asked.
    pub(crate) fn reads(&mut self) -> Reads {
        std::mem::take(&mut self.reads)
    }

    /// Hashes a batch. `step` is called before each read, and `settle` for each file, in their order.
    ///
    /// # Errors
    /// [`Stopped`] when `step` says so; the engine must then not be used again.
    pub(crate) fn hash_batch<'a>(
        &mut self,
        files: impl ExactSizeIterator<Item = ToHash<'a>>,
        mut step: impl FnMut(Position) -> Result<(), Stopped>,
        settle: impl FnMut(u64, Verdict),
    ) -> Result<(), Stopped> {
        let Self {
            digests,
            wide,
            buffer,
            opener,
            reads,
        } = self;
        let mut files = files.enumerate().peekable();
        let mut open: Vec<Open> = Vec::new();
        let mut settled = InOrder::new(settle);
        let is_large = |file: &ToHash<'_>| file.extent.of(file.seen.size) >= ALONE;
        if files.len() == 1
            && let Some((index, file)) = files.next_if(|(_, file)| is_large(file))
        {
            match Reading::of(opener.open(file.path), file.extent) {
                Ok(mut reading) => match ahead::hash(digests, &mut reading, reads, &mut step) {
                    Some(hashed) => {
                        let (read, verdict) = hashed?;
                        settled.put(index, read, verdict);
                    }
                    None => {
                        digests.iter_mut().for_each(|digest| digest.begin(index));
                        open.push(Open { index, reading });
                    }
                },
                Err(verdict) => settled.put(index, 0, verdict),
            }
        }
        while files.len() > 0 || !open.is_empty() {
            let began = Instant::now();
            let mut room = Room(&mut *buffer);
            let mut parts: Vec<Part<'_>> = Vec::new();
            let mut after = Vec::new();
            let at = Position::of(&open);
            // Those with the most left, so that all end together and none goes the last part alone.
            open.sort_unstable_by_key(|open| Reverse(open.left()));
            let others = open.split_off(open.len().min(*wide));
            let most = (room.0.len() / open.len().max(1) - SLACK) / BLOCKS * BLOCKS;
            for mut file in open.drain(..) {
                step(at)?;
                let before = file.reading.done;
                let buffer = room.take(most.min(PART));
                match file.reading.fill(&mut buffer[..most.min(PART)]) {
                    Ok((length, last)) => {
                        parts.push(Part {
                            stream: file.index,
                            buffer,
                            length,
                            last,
                        });
                        after.push(After::Open(file));
                    }
                    Err(verdict) => settled.put(file.index, before, verdict),
                }
            }
            open.extend(others);
            let mut opened = after.len() + open.len();
            while let Some((index, file)) = files.next_if(|(_, file)| match file.at_once() {
                _ if began.elapsed() > PATIENCE && !parts.is_empty() => false,
                Some(size) => room.has(size),
                None => opened < *wide + *wide / 2,
            }) {
                step(Position {
                    index: index as u32,
                    more: 0,
                    done: 0,
                    size: file.seen.size,
                })?;
                digests.iter_mut().for_each(|digest| digest.begin(index));
                reads.files += 1;
                match begin(opener, file, &mut *room.0) {
                    Begun::Whole => {
                        let size = file.seen.size;
                        parts.push(Part {
                            stream: index,
                            buffer: room.take(size as usize),
                            length: size as usize,
                            last: true,
                        });
                        after.push(After::Whole { size });
                    }
                    Begun::Open(reading) => {
                        opened += 1;
                        open.push(Open { index, reading });
                    }
                    Begun::Refused(verdict) => settled.put(index, 0, verdict),
                }
            }
            reads.took += began.elapsed();
            reads.bytes += parts.iter().map(|part| part.length as u64).sum::<u64>();
            for digest in &mut *digests {
                digest.update(&mut parts);
            }
            for (part, after) in parts.iter().zip(after) {
                let mut all = || {
                    let mut all = Vec::new();
                    digests
                        .iter_mut()
                        .for_each(|digest| digest.end(part, &mut all));
                    all.into_boxed_slice()
                };
                match after {
                    After::Open(file) if !part.last => open.push(file),
                    After::Open(file) => {
                        let verdict = file.reading.verdict(all());
                        settled.put(file.index, file.reading.done, verdict);
                    }
                    After::Whole { size } => settled.put(part.stream, size, Verdict::Hashed(all())),
                }
            }
        }
        opener.forget();
        Ok(())
    }
}

impl Position {
    /// Where somebody is who has all these open: at the first of them, so that the name does not change with
    /// every part.
    fn of(open: &[Open]) -> Self {
        let of_all =
            |amount: fn(&Reading) -> u64| open.iter().map(|open| amount(&open.reading)).sum();
        Self {
            index: open.iter().map(|open| open.index as u32).min().unwrap_or(0),
            more: open.len().saturating_sub(1) as u32,
            done: of_all(|reading| reading.done),
            size: of_all(Reading::size),
        }
    }
}

impl ToHash<'_> {
    /// How many bytes it has, if it may be read in one read.
    fn at_once(&self) -> Option<usize> {
        // Where no system says when it was written to, it has to be looked at before and after.
        (self.seen.size <= AT_ONCE
            && self.extent.of(self.seen.size) == self.seen.size
            && self.seen.modified != 0)
            .then_some(self.seen.size as usize)
    }
}

/// Opens a file, and reads it into the buffer if it is small. That it is afterwards as the walk saw it
/// shows that nobody wrote to it meanwhile, so it need not be looked at before: one system call in five.
/// Where it is not, nothing is settled: it may have been written to before it was opened.
fn begin(opener: &mut Opener, file: ToHash<'_>, buffer: &mut [u8]) -> Begun {
    let mut opened = opener.open(file.path);
    if let Some(size) = file.at_once()
        && let Ok(whole) = &mut opened
    {
        if is_read_whole(whole, file.seen, &mut buffer[..size.max(1)]) {
            return Begun::Whole;
        }
        if let Err(error) = whole.rewind() {
            opened = Err(error);
        }
    }
    match Reading::of(opened, file.extent) {
        Ok(reading) => Begun::Open(reading),
        Err(verdict) => Begun::Refused(verdict),
    }
}

fn is_read_whole(file: &mut File, seen: Seen, buffer: &mut [u8]) -> bool {
    let read = read_some(file, buffer);
    read.is_ok_and(|read| read as u64 == seen.size)
        && file
            .metadata()
            .is_ok_and(|after| after.is_file() && Seen::from(&after) == seen)
}

/// What is free of the buffer.
struct Room<'a>(&'a mut [u8]);

impl<'a> Room<'a> {
    /// Whether so many bytes go in, and what is written behind them.
    fn has(&self, bytes: usize) -> bool {
        self.0.len() >= bytes.max(1) + SLACK
    }

    /// Room for so many bytes, and for what is written behind them.
    fn take(&mut self, bytes: usize) -> &'a mut [u8] {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut(bytes + SLACK);
        self.0 = rest;
        taken
    }
}

/// Passes verdicts on in the order of the files, however they come.
struct InOrder<F> {
    settle: F,
    next: usize,
    /// Of the next file on.
    waiting: VecDeque<Option<(u64, Verdict)>>,
}

impl<F: FnMut(u64, Verdict)> InOrder<F> {
    fn new(settle: F) -> Self {
        Self {
            settle,
            next: 0,
            waiting: VecDeque::new(),
        }
    }

    fn put(&mut self, index: usize, read: u64, verdict: Verdict) {
        let place = index - self.next;
        if place >= self.waiting.len() {
            self.waiting.resize_with(place + 1, || None);
        }
        self.waiting[place] = Some((read, verdict));
        while let Some(Some((read, verdict))) = self.waiting.pop_front_if(|first| first.is_some()) {
            self.next += 1;
            (self.settle)(read, verdict);
        }
    }
}
