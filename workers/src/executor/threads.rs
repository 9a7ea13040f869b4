//! Workers that are threads of this process. They share the job's [`Control`], so pause and
//! cancel reach them without a message; they cannot be killed.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender, unbounded};

use super::inline::HalfRead;
use super::{Batch, Crew, End, Report, Signal, What, Worker};
use crate::algorithm::Algorithm;
use crate::cancel::{Control, Stopped};
use crate::job::Priority;
use crate::process::priority;
use crate::progress::{Lane, REPORT_EVERY};
use crate::tasks::hash::{Engine, Position, Reading, Step};
use crate::verdict::Verdict;

pub(crate) struct Threads {
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) priority: Priority,
    pub(crate) control: Control,
    /// A file that another way began; the first worker finishes it as its first bundle.
    pub(crate) half_read: Option<(u64, HalfRead)>,
}

struct ThreadWorker {
    /// Holds two bundles at most, by the dispatcher's own rule, so it need not be bounded.
    batches: Option<Sender<Batch>>,
}

impl Worker for ThreadWorker {
    fn pid(&self) -> Option<u32> {
        None
    }
    fn assign(&mut self, batch: Batch) {
        if let Some(batches) = &self.batches {
            // A thread that has ended has reported so.
            let _ = batches.send(batch);
        }
    }
    fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Finish | Signal::Cancel => self.batches = None,
            Signal::Pause | Signal::Resume => {}
        }
    }
    fn kill(&mut self) {}
}

impl Crew for Threads {
    fn spawn(
        &mut self,
        slot: usize,
        generation: u32,
        lane: Arc<Lane>,
        reports: Sender<Report>,
    ) -> io::Result<Box<dyn Worker>> {
        let (batches, inbox) = unbounded();
        let mut hand = Hand {
            engine: Engine::new(&self.algorithms),
            control: self.control.clone(),
            lane,
            report: Box::new(move |what| {
                // The dispatcher listens until every worker has ended.
                let _ = reports.send(Report {
                    slot,
                    generation,
                    what,
                });
            }),
        };
        let background = self.priority;
        let half_read = self.half_read.take();
        std::thread::Builder::new()
            .name(format!("worker {}", slot + 1))
            .spawn(move || {
                if background == Priority::Background {
                    priority::lower_this_thread();
                }
                let end = catch_unwind(AssertUnwindSafe(|| hand.work(&inbox, half_read)));
                (hand.report)(What::Ended(match end {
                    Ok(_) => End::Quiet,
                    Err(panic) => End::Died(format!("panicked: {}", message(&*panic))),
                }));
            })?;
        Ok(Box::new(ThreadWorker {
            batches: Some(batches),
        }))
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

struct Hand {
    engine: Engine,
    control: Control,
    lane: Arc<Lane>,
    report: Box<dyn Fn(What) + Send>,
}

impl Hand {
    fn work(
        &mut self,
        inbox: &Receiver<Batch>,
        half_read: Option<(u64, HalfRead)>,
    ) -> Result<(), Stopped> {
        (self.report)(What::Ready);
        if let Some((batch, half)) = half_read {
            let results = vec![self.finish(half)?];
            (self.report)(What::Results { batch, results });
        }
        let mut reported: Option<Instant> = None;
        for batch in inbox {
            let mut results = Vec::with_capacity(batch.items.len());
            if batch.announce {
                (self.report)(What::Begun(batch.id));
            }
            let (control, lane) = (&self.control, &self.lane);
            let ended = self.engine.hash_batch(
                batch
                    .items
                    .iter()
                    .map(|item| (item.path.as_path(), item.seen)),
                batch.together,
                |position| {
                    control.checkpoint()?;
                    // By the clock: a lane that changes faster than a frame only costs.
                    if reported.is_none_or(|reported| reported.elapsed() > REPORT_EVERY)
                        && let Some(item) = batch.items.get(position.index as usize)
                    {
                        reported = Some(Instant::now());
                        lane.show(&item.path, position);
                    }
                    Ok(())
                },
                |read, verdict| results.push((read, verdict)),
            );
            // What was finished before a stop keeps its verdict.
            self.send(batch.id, results);
            ended?;
        }
        Ok(())
    }

    fn send(&self, batch: u64, results: Vec<(u64, Verdict)>) {
        if !results.is_empty() {
            (self.report)(What::Results { batch, results });
        }
    }

    /// Goes on with a file that somebody else began, with that one's half-filled hashers.
    fn finish(&mut self, half: HalfRead) -> Result<(u64, Verdict), Stopped> {
        let HalfRead {
            path,
            mut reading,
            mut engine,
        } = half;
        let mut reported = Instant::now();
        self.lane.show(&path, alone(&reading));
        loop {
            self.control.checkpoint()?;
            if reported.elapsed() > REPORT_EVERY {
                reported = Instant::now();
                self.lane.show(&path, alone(&reading));
            }
            if let Step::End(verdict) = reading.step(&mut engine) {
                return Ok((reading.done, verdict));
            }
        }
    }
}

fn alone(reading: &Reading) -> Position {
    Position {
        index: 0,
        more: 0,
        done: reading.done,
        size: reading.size(),
    }
}
