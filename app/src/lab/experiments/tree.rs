//! The digests of a tree, with one worker, with two, with more than there are cores; with threads
//! and with processes.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::thread::available_parallelism;
use std::time::Duration;

use crossbeam_channel::{Receiver, select};
use serde_json::{Value, json};
use workers::{
    Algorithm, Ending, Event, Job, JobSpec, Links, Priority, RunOn, Selection, Sink, Summary,
};

use crate::lab::Experiment;
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::folder::{Content, Folder, Made};
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::trace::Kind;

const FOLDER: Control = Control::folder("folder", "Folder");
const SIZE: Control = Control::number("size", "Size if made", "MiB", (1, 65_536), 256);
const FILES: Control = Control::number("files", "Files if made", "", (1, 100_000), 64);
const MOST: Control = Control::number("most", "Workers a core, at most", "", (1, 4), 2);

const HISTORIC: &str =
    "SHA-512, 10 s alone, 5.6 s with two processes; year and machine were not noted";

pub(crate) struct Tree;

impl Experiment for Tree {
    fn name(&self) -> &'static str {
        "tree"
    }

    fn title(&self) -> &'static str {
        "Tree"
    }

    fn sentences(&self) -> &'static str {
        "The SHA-512 digests of all files in a folder are made by one worker, by two, and so on to twice as many as there are cores. They are threads once, and processes once; without an interpreter lock both use all cores."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "The curves rise until every core has a worker, and then rise no more: more workers are no more cores.",
            "Processes take a moment to start, and then keep up with threads: what they send each other is little.",
            "A slow disk flattens both curves: then no number of workers helps.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[FOLDER, SIZE, FILES, MOST]
    }

    fn picture_title(&self) -> &'static str {
        "How long it took, and how much faster than one"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "threads"),
            (Kind::Other, "processes"),
            (Kind::Hold, "first reading, not counted"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        let made = Made {
            files: lab.get(&FILES),
            bytes: lab.get(&SIZE).saturating_mul(1024 * 1024),
            content: Content::Noise,
        };
        let folder = Folder::chosen_or_made(lab, &FOLDER, &made)?;
        let cores = available_parallelism().map_or(1, usize::from);
        let most = cores.saturating_mul(usize::try_from(lab.get(&MOST)).unwrap_or(1));
        let most = most.min(JobSpec::MAX_WORKERS);

        // Afterwards as much of it as the system has room for is in memory, for all alike.
        let lane = lab.trace().lane("first reading", "threads");
        lane.begin(Kind::Hold);
        let first = digest(lab, &folder, RunOn::Threads, cores)?;
        drop(lane);

        let mut runs = Vec::new();
        for workers in 1..=most {
            for run_on in [RunOn::Threads, RunOn::Processes] {
                let (group, kind) = words(run_on);
                let lane = lab.trace().lane(group, &counted(workers));
                lane.begin(kind);
                let digested = digest(lab, &folder, run_on, workers)?;
                lane.end();
                let run = Run {
                    workers,
                    run_on,
                    digested,
                };
                let alone = runs.first().unwrap_or(&run);
                lab.trace().point(
                    group,
                    ("workers", "times as fast as one thread"),
                    (workers as f64, run.speed_up(alone)),
                );
                runs.push(run);
            }
        }
        Ok(outcome(&folder, &first, &runs))
    }
}

/// One way to do it, and what it came to.
struct Run {
    workers: usize,
    run_on: RunOn,
    digested: Digested,
}

struct Digested {
    files: u64,
    bytes: u64,
    took: Duration,
    cpu: Option<Duration>,
    /// The same for the same digests of the same files, in any order.
    sum: u64,
}

impl Run {
    fn speed_up(&self, alone: &Self) -> f64 {
        alone.digested.took.as_secs_f64() / self.digested.took.as_secs_f64()
    }
}

fn words(run_on: RunOn) -> (&'static str, Kind) {
    match run_on {
        RunOn::Threads => ("threads", Kind::Work),
        RunOn::Processes => ("processes", Kind::Other),
    }
}

fn counted(workers: usize) -> String {
    match workers {
        1 => "1 worker".to_owned(),
        many => format!("{many} workers"),
    }
}

fn digest(lab: &Lab, folder: &Folder, run_on: RunOn, workers: usize) -> Result<Digested, Failure> {
    let spec = JobSpec {
        roots: vec![folder.path().to_owned()],
        algorithms: vec![Algorithm::Sha512],
        links: Links::Skip,
        selection: Selection::default(),
        workers,
        priority: Priority::Normal,
        file_limit: None,
    };
    let (sink, events) = Sink::new(|| ());
    let job = Job::start(spec, run_on, sink)?;
    let mut sum = 0_u64;
    let ended = until_the_end(lab, &job, &events, &mut sum);
    if ended.is_none() {
        job.cancel();
    }
    // Nobody may be at the files when they are removed.
    drop(events);
    job.join();
    let Some(summary) = ended else {
        return Err(Failure::Stopped);
    };
    match summary.ending {
        Ending::Completed => Ok(Digested {
            files: summary.counts.total(),
            bytes: summary.bytes,
            took: summary.wall,
            cpu: summary.cpu,
            sum,
        }),
        Ending::Cancelled => Err(Failure::Stopped),
        Ending::Failed(reason) => Err(Failure::Job(reason)),
    }
}

/// Takes in what the job says; `None` if the experiment is stopped first.
fn until_the_end(lab: &Lab, job: &Job, events: &Receiver<Event>, sum: &mut u64) -> Option<Summary> {
    loop {
        select! {
            recv(events) -> event => match event {
                Ok(Event::Results(results)) => {
                    for result in results {
                        let mut hasher = DefaultHasher::new();
                        result.path.hash(&mut hasher);
                        result.verdict.digests().hash(&mut hasher);
                        *sum = sum.wrapping_add(hasher.finish());
                    }
                }
                Ok(Event::Worker { .. }) => {}
                Ok(Event::Finished(summary)) => return Some(*summary),
                Err(_) => return None,
            },
            recv(lab.stop().bell()) -> _ => {
                job.cancel();
                return None;
            }
        }
    }
}

fn outcome(folder: &Folder, first: &Digested, runs: &[Run]) -> Outcome {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("workers", Unit::Count),
        Column::new("took", Unit::Seconds),
        Column::new("as fast as one", Unit::Times),
        Column::new("cores used", Unit::Cores),
        Column::historic("historic", Unit::Seconds, HISTORIC),
    ]);
    let mut facts: Vec<Value> = Vec::new();
    for run in runs {
        let speed_up = runs.first().map(|alone| run.speed_up(alone));
        let took = run.digested.took.as_secs_f64();
        let cores = run.digested.cpu.map(|cpu| cpu.as_secs_f64() / took);
        let historic = match (run.run_on, run.workers) {
            (RunOn::Threads, 1) => Cell::Number(10.0),
            (RunOn::Processes, 2) => Cell::Number(5.6),
            _ => Cell::Nothing,
        };
        let known = |number: Option<f64>| number.map_or(Cell::Nothing, Cell::Number);
        table.row([
            Cell::text(words(run.run_on).0),
            Cell::count(run.workers as u64),
            Cell::Number(took),
            known(speed_up),
            known(cores),
            historic,
        ]);
        facts.push(json!({
            "run_on": words(run.run_on).0,
            "workers": run.workers,
            "seconds": took,
            "speed_up": speed_up,
            "files": run.digested.files,
            "bytes": run.digested.bytes,
        }));
    }
    let mut outcome = Outcome {
        tables: vec![table],
        ..Outcome::default()
    };
    let same = runs.iter().all(|run| run.digested.sum == first.sum);
    outcome.fact("runs", facts);
    outcome.fact("files", first.files);
    outcome.fact("bytes", first.bytes);
    outcome.fact("same_digests", same);
    // In somebody's own folder, a file may well change between two runs.
    if folder.is_own() {
        outcome.check("every run found the same digests", same);
        outcome.check(
            "every run read every file to its end",
            runs.iter()
                .all(|run| run.digested.files == first.files && run.digested.bytes == first.bytes),
        );
    } else {
        outcome.check(
            "every run came to its end",
            runs.iter().all(|run| run.digested.took > Duration::ZERO),
        );
    }
    outcome
}
