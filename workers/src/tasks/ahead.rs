//! One large file with nothing beside it: a second thread reads the next part while this one is digested, so
//! that it takes as long as the slower of the two and not both.

use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};
use lanes::{Part, SLACK};

use super::hash::Position;
use super::many::Many;
use super::reading::Reading;
use crate::cancel::Stopped;
use crate::job::readers::Reads;
use crate::verdict::Verdict;

/// Bytes in a part. All buffers together are to stay in the caches on their way from core to core: with
/// 1 MiB, one file takes 1.1 times as long.
const PART: usize = 256 * 1024;
/// One that is read, one that is digested, and two between, so that neither waits for the other's hiccups.
const BUFFERS: usize = 4;

/// A reader that is ahead looks again after so long, a third of what a part takes to digest. Not woken by whoever
/// digests: waking a core that has gone to sleep takes a processor's time, and that one has none to spare.
const NAP: Duration = Duration::from_micros(40);

type Buffer = Box<[u8]>;
/// What a read gave: how many bytes, and whether that was the end.
type Filled = Result<(usize, bool), Verdict>;

/// Hashes the file; bytes read, and what came of it. `None` where the system gives no thread: nothing has
/// been read then.
pub(crate) fn hash(
    digests: &mut [Many],
    reading: &mut Reading,
    reads: &mut Reads,
    step: impl FnMut(Position) -> Result<(), Stopped>,
) -> Option<Result<(u64, Verdict), Stopped>> {
    let size = reading.size();
    let (empty, empties) = bounded(BUFFERS);
    let (full, fulls) = bounded(BUFFERS);
    for _ in 0..BUFFERS {
        // There is room for all of them.
        let _ = empty.send(vec![0; PART + SLACK].into_boxed_slice());
    }
    let digested = thread::scope(|scope| {
        let reader = thread::Builder::new().name("read ahead".to_owned());
        let reading = &mut *reading;
        // The ends of both channels go where they are used: whoever returns first ends the other.
        let spawned = reader.spawn_scoped(scope, move || read(reading, empties, full));
        let reader = spawned.ok()?;
        let digested = digest(digests, size, fulls, empty, step);
        // One that panicked has said so, and took as long as it likes.
        reads.took += reader.join().unwrap_or_default();
        Some(digested)
    })?;
    reads.files += 1;
    reads.bytes += reading.done;
    Some(digested.map(|digested| match digested {
        Ok(digests) => (reading.done, reading.verdict(digests)),
        Err(verdict) => (reading.done, verdict),
    }))
}

/// Until the file or whoever digests it has ended; how long it read.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the ends of the channels are closed with it"
)]
fn read(
    reading: &mut Reading,
    empties: Receiver<Buffer>,
    full: Sender<(Buffer, Filled)>,
) -> Duration {
    let mut took = Duration::ZERO;
    loop {
        let mut buffer = match empties.try_recv() {
            Ok(buffer) => buffer,
            Err(TryRecvError::Empty) => {
                thread::sleep(NAP);
                continue;
            }
            Err(TryRecvError::Disconnected) => break,
        };
        let began = Instant::now();
        let filled = reading.fill(&mut buffer[..PART]);
        took += began.elapsed();
        let is_last = !matches!(filled, Ok((_, false)));
        if full.send((buffer, filled)).is_err() || is_last {
            break;
        }
    }
    took
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the ends of the channels are closed with it"
)]
fn digest(
    digests: &mut [Many],
    size: u64,
    fulls: Receiver<(Buffer, Filled)>,
    empty: Sender<Buffer>,
    mut step: impl FnMut(Position) -> Result<(), Stopped>,
) -> Result<Result<Box<[u8]>, Verdict>, Stopped> {
    digests.iter_mut().for_each(|digest| digest.begin(0));
    let mut done = 0;
    for (mut buffer, filled) in &fulls {
        step(Position {
            index: 0,
            more: 0,
            done,
            size,
        })?;
        let (length, last) = match filled {
            Ok(filled) => filled,
            Err(verdict) => return Ok(Err(verdict)),
        };
        done += length as u64;
        let mut parts = [Part {
            stream: 0,
            buffer: &mut buffer,
            length,
            last,
        }];
        digests
            .iter_mut()
            .for_each(|digest| digest.update(&mut parts));
        if last {
            let mut all = Vec::new();
            digests
                .iter_mut()
                .for_each(|digest| digest.end(&parts[0], &mut all));
            return Ok(Ok(all.into_boxed_slice()));
        }
        // Nobody takes it when the last part has been read.
        let _ = empty.send(buffer);
    }
    // The reader has panicked, and its hook has said where.
    Ok(Err(Verdict::Unreadable(
        "it was not read to its end".to_owned(),
    )))
}
