//! The lab as the window sees it: the experiment that runs, and what came of those that ran.
//! Only the session changes it. Nothing here waits.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::controls::Chosen;
use super::runner::{CoreLoads, For, Record, Run};
use super::trace::Picture;
use super::{ALL, Experiment};
use crate::meter::histogram::Histogram;
use crate::meter::pulse::{INTERVAL, Reading};

/// The pulse is watched this much longer than an experiment, so that its last question is
/// answered and counted.
const AFTER: Duration = Duration::from_millis(250);

type Wake = Arc<dyn Fn() + Send + Sync>;

pub(crate) struct Desk {
    /// Whose page is open, by its place in [`ALL`].
    pub(crate) open: usize,
    stage: Stage,
    /// What came of each experiment last, in the order of [`ALL`].
    results: Vec<Option<Result>>,
    wake: Wake,
}

enum Stage {
    Idle,
    Running(Box<Running>),
    /// It is over, but for the last beats of the pulse.
    Settling {
        index: usize,
        until: Instant,
    },
}

/// The experiment that runs.
pub(crate) struct Running {
    /// Its place in [`ALL`].
    pub(crate) index: usize,
    run: Run,
    answers: Answers,
    picture: Arc<Picture>,
    cores: Arc<CoreLoads>,
}

/// An experiment that is over.
pub(crate) struct Result {
    pub(crate) record: Record,
    answers: Answers,
}

/// How fast the window answered since the experiment began.
#[derive(Clone)]
struct Answers {
    /// Answers until then are counted.
    seen: Instant,
    latencies: Histogram,
}

impl Answers {
    fn count(&mut self, reading: &Reading) {
        let fresh = reading.samples.iter().rev();
        for sample in fresh.take_while(|sample| sample.at > self.seen) {
            self.latencies.record(sample.latency, INTERVAL);
        }
        if let Some(last) = reading.samples.back() {
            self.seen = self.seen.max(last.at);
        }
    }
}

impl Desk {
    pub(crate) fn new(wake: Wake) -> Self {
        Self {
            open: 0,
            stage: Stage::Idle,
            results: ALL.iter().map(|_| None).collect(),
            wake,
        }
    }

    /// Starts an experiment, unless one runs; an error says why it could not be started.
    pub(crate) fn start(&mut self, index: usize, chosen: Chosen) -> std::io::Result<()> {
        let Some(experiment) = ALL.get(index) else {
            return Ok(());
        };
        if self.running().is_some() {
            return Ok(());
        }
        let wake = self.wake.clone();
        let run = Run::start(*experiment, chosen, For::Window, move || wake())?;
        if let Some(result) = self.results.get_mut(index) {
            *result = None;
        }
        self.stage = Stage::Running(Box::new(Running {
            index,
            answers: Answers {
                seen: run.started,
                latencies: Histogram::default(),
            },
            run,
            picture: Arc::default(),
            cores: Arc::default(),
        }));
        Ok(())
    }

    /// Stops the experiment that runs; it is over soon after.
    pub(crate) fn stop(&mut self) {
        if let Stage::Running(running) = &mut self.stage {
            running.run.stop();
        }
    }

    /// The experiment that runs, if one does.
    pub(crate) fn running(&self) -> Option<&Running> {
        match &self.stage {
            Stage::Running(running) => Some(running),
            Stage::Idle | Stage::Settling { .. } => None,
        }
    }

    /// What came of an experiment last.
    pub(crate) fn result(&self, index: usize) -> Option<&Result> {
        self.results.get(index)?.as_ref()
    }

    /// Whether the pulse is needed.
    pub(crate) fn is_active(&self) -> bool {
        !matches!(self.stage, Stage::Idle)
    }

    /// Takes in what happened since the last time.
    pub(crate) fn advance(&mut self, reading: &Reading) {
        match &mut self.stage {
            Stage::Idle => {}
            Stage::Running(running) => {
                running.answers.count(reading);
                if let Some(picture) = running.run.picture() {
                    running.picture = picture;
                }
                if let Some(cores) = running.run.cores() {
                    running.cores = cores;
                }
                if let Some(record) = running.run.poll() {
                    let index = running.index;
                    let answers = running.answers.clone();
                    if let Some(result) = self.results.get_mut(index) {
                        *result = Some(Result { record, answers });
                    }
                    self.stage = Stage::Settling {
                        index,
                        until: Instant::now() + AFTER,
                    };
                }
            }
            Stage::Settling { index, until } => {
                if let Some(Some(result)) = self.results.get_mut(*index) {
                    result.answers.count(reading);
                }
                if Instant::now() >= *until {
                    self.stage = Stage::Idle;
                }
            }
        }
    }
}

impl Running {
    pub(crate) fn experiment(&self) -> &'static dyn Experiment {
        self.run.experiment
    }

    pub(crate) fn chosen(&self) -> &Chosen {
        &self.run.chosen
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.run.is_stopping()
    }

    pub(crate) fn since(&self) -> Instant {
        self.run.started
    }

    pub(crate) fn picture(&self) -> &Picture {
        &self.picture
    }

    pub(crate) fn cores(&self) -> &CoreLoads {
        &self.cores
    }

    /// The longest that the window took to answer so far.
    pub(crate) fn slowest_answer(&self) -> Option<Duration> {
        self.answers.latencies.worst()
    }
}

impl Result {
    /// The longest that the window took to answer while it ran.
    pub(crate) fn slowest_answer(&self) -> Option<Duration> {
        self.answers.latencies.worst()
    }

    /// What the window took to answer 99 questions of 100 while it ran.
    pub(crate) fn p99_answer(&self) -> Option<Duration> {
        self.answers.latencies.quantile(0.99)
    }
}
