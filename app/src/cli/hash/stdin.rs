//! Standard input among the paths to be hashed. It is read on this thread, before the job begins:
//! a worker process cannot be handed it on every system.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use workers::{
    Algorithm, CannotKeep, Counts, Ending, FileResult, Hasher, SortedResults, Summary, Verdict,
};

use crate::cli::output::ProgressLine;
use crate::cli::sum::stdin_is_open;

/// What it is called on the command line and in lists. A file of this name is `./-`.
pub(super) const NAME: &str = "-";

/// Bytes read at a time: what a pipe holds, and the digests fit beside it in the cache.
const STEP: usize = 64 * 1024;

/// Standard input, read to its end.
pub(super) struct Stdin {
    result: FileResult,
    wall: Duration,
}

impl Stdin {
    pub(super) fn read(algorithms: &[Algorithm], mut line: Option<ProgressLine>) -> Self {
        let started = Instant::now();
        let mut size = 0;
        let read = stdin_is_open()
            .and_then(|()| digests(&mut io::stdin().lock(), algorithms, &mut size, &mut line));
        if let Some(line) = &mut line {
            line.clear();
        }
        Self {
            result: FileResult {
                path: Path::new(NAME).to_owned(),
                size,
                verdict: match read {
                    Ok(digests) => Verdict::Hashed(digests.into()),
                    Err(error) => Verdict::Unreadable(error.to_string()),
                },
            },
            wall: started.elapsed(),
        }
    }

    /// The summary of a job that had nothing else to do.
    pub(super) fn summary(algorithms: &[Algorithm]) -> Summary {
        Summary {
            ending: Ending::Completed,
            found: 0,
            algorithms: algorithms.into(),
            instructions: Vec::new(),
            counts: Counts::default(),
            not_reached: 0,
            bytes: 0,
            wall: Duration::ZERO,
            cpu: None,
            workers: Vec::new(),
            damage: workers::Damage::default(),
            left_out: 0,
            medium: workers::Medium::Any,
            forecast: None,
            guesses: Arc::default(),
        }
    }

    /// Puts it to what the job has found.
    pub(super) fn join(
        self,
        summary: &mut Summary,
        results: &mut SortedResults,
    ) -> Result<(), CannotKeep> {
        summary.found += 1;
        summary.counts.add(self.result.verdict.kind());
        if self.result.verdict.digests().is_some() {
            summary.bytes += self.result.size;
        }
        summary.wall += self.wall;
        results.extend([self.result])
    }
}

/// The digests, one after another. `size` follows the bytes as they are read.
fn digests(
    input: &mut dyn Read,
    algorithms: &[Algorithm],
    size: &mut u64,
    line: &mut Option<ProgressLine>,
) -> io::Result<Vec<u8>> {
    let mut hashers: Vec<Box<dyn Hasher>> = algorithms.iter().map(|a| a.hasher()).collect();
    let mut buffer = vec![0; STEP];
    loop {
        match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => {
                for hasher in &mut hashers {
                    hasher.update(&buffer[..read]);
                }
                *size += read as u64;
                if let Some(line) = line {
                    line.show_stream(*size);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut digests = Vec::new();
    for hasher in &mut hashers {
        hasher.finish_into(&mut digests);
    }
    Ok(digests)
}
