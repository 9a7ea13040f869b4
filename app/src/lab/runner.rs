//! Runs one experiment, for the window and the command line alike: on a thread of its own, beside
//! a sampler that shows what was recorded so far and how busy the cores are. Whatever happens, it
//! ends once, with a [`Record`].
#![expect(
    clippy::disallowed_methods,
    reason = "the experiment and its sampler have threads of their own; the window only polls"
)]

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded};
use serde_json::{Map, Value, json};
use sysinfo::{CpuRefreshKind, RefreshKind, System};

use super::Experiment;
use super::context::{Failure, Lab};
use super::controls::Chosen;
use super::outcome::Outcome;
use super::stop::Stopper;
use super::trace::{Picture, Trace};

/// What was recorded is shown so often.
const PUBLISH: Duration = Duration::from_millis(50);
/// The cores are looked at so often; the system counts no finer.
const CORES: Duration = Duration::from_millis(250);
/// Samples of a core. When there are more, two become one.
const SAMPLES: usize = 240;

/// For each core how busy it was, in percent, at regular times.
pub(crate) type CoreLoads = Vec<Vec<f32>>;

/// Who waits for the experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    /// A window that is to go on answering: the experiment stands back behind it.
    Window,
    CommandLine,
}

/// An experiment that runs.
pub(crate) struct Run {
    pub(crate) experiment: &'static dyn Experiment,
    pub(crate) chosen: Chosen,
    pub(crate) started: Instant,
    trace: Trace,
    cores: Shown<CoreLoads>,
    stopper: Stopper,
    ended: Receiver<Record>,
}

/// An experiment that is over.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) experiment: &'static dyn Experiment,
    pub(crate) chosen: Chosen,
    pub(crate) ended: Ended,
    pub(crate) took: Duration,
    /// All that was recorded.
    pub(crate) picture: Arc<Picture>,
    pub(crate) cores: Arc<CoreLoads>,
}

/// How an experiment ended.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    Finished(Outcome),
    Stopped,
    /// For this reason.
    Failed(String),
    /// By a mistake in the experiment, with these words.
    Panicked(String),
}

type Shown<T> = Arc<Mutex<Arc<T>>>;

impl Run {
    /// Starts an experiment. `wake` is called when it is over.
    pub(crate) fn start(
        experiment: &'static dyn Experiment,
        chosen: Chosen,
        whom: For,
        wake: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        let (stopper, stop) = Stopper::new();
        let (report, ended) = bounded(1);
        let cores = Shown::default();
        let trace = Trace::begin();
        let started = Instant::now();
        let (own_trace, own_cores, own_chosen) = (trace.clone(), cores.clone(), chosen.clone());
        std::thread::Builder::new()
            .name("lab".to_owned())
            .spawn(move || {
                if whom == For::Window {
                    // What it starts, threads and processes, stands back with it.
                    workers::process::priority::lower_this_thread();
                }
                let sampler = Sampler::start(own_trace.clone(), own_cores.clone());
                let lab = |sampler: io::Result<Sampler>| {
                    let sampler = sampler.map_err(Failure::Thread)?;
                    let lab = Lab::new(experiment, own_chosen.clone(), own_trace.clone(), stop)?;
                    Ok((sampler, lab))
                };
                let ended = match lab(sampler) {
                    Ok((sampler, lab)) => {
                        let ended =
                            conclude(catch_unwind(AssertUnwindSafe(|| experiment.run(&lab))));
                        // First the children, so that what they did is over in the picture too.
                        drop(lab);
                        sampler.finish();
                        ended
                    }
                    Err(failure) => conclude(Ok(Err(failure))),
                };
                // The window that asked may be gone.
                let _ = report.send(Record {
                    experiment,
                    chosen: own_chosen,
                    ended,
                    took: started.elapsed(),
                    picture: Arc::new(own_trace.picture()),
                    cores: read(&own_cores),
                });
                wake();
            })?;
        Ok(Self {
            experiment,
            chosen,
            started,
            trace,
            cores,
            stopper,
            ended,
        })
    }

    /// Stops it and its children. It is over soon after.
    pub(crate) fn stop(&mut self) {
        self.stopper.stop();
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopper.is_stopped()
    }

    /// What became of it, if it is over. Never waits.
    pub(crate) fn poll(&self) -> Option<Record> {
        match self.ended.try_recv() {
            Ok(record) => Some(record),
            Err(TryRecvError::Empty) => None,
            // Its thread can end in no other way; should it, that is told and not waited for.
            Err(TryRecvError::Disconnected) => Some(Record {
                experiment: self.experiment,
                chosen: self.chosen.clone(),
                ended: Ended::Panicked("it ended without a word".to_owned()),
                took: self.started.elapsed(),
                picture: Arc::default(),
                cores: Arc::default(),
            }),
        }
    }

    /// For a `select!` of the command line: readable when it is over.
    pub(crate) fn ended(&self) -> &Receiver<Record> {
        &self.ended
    }

    /// What was recorded until a moment ago, unless that changes at this moment. Never waits.
    pub(crate) fn picture(&self) -> Option<Arc<Picture>> {
        self.trace.latest()
    }

    /// How busy the cores were until a moment ago, unless that changes at this moment.
    pub(crate) fn cores(&self) -> Option<Arc<CoreLoads>> {
        self.cores.try_lock().ok().map(|shown| shown.clone())
    }
}

fn conclude(result: std::thread::Result<Result<Outcome, Failure>>) -> Ended {
    match result {
        Ok(Ok(outcome)) => Ended::Finished(outcome),
        Ok(Err(Failure::Stopped)) => Ended::Stopped,
        Ok(Err(failure)) => Ended::Failed(failure.to_string()),
        Err(panic) => Ended::Panicked(words(panic.as_ref())),
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no reason was given".to_owned())
}

fn read<T>(shown: &Shown<T>) -> Arc<T> {
    shown.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Shows, while an experiment runs, what it has recorded and how busy the cores are.
struct Sampler {
    end: Sender<()>,
    thread: JoinHandle<()>,
}

impl Sampler {
    fn start(trace: Trace, cores: Shown<CoreLoads>) -> io::Result<Self> {
        let (end, ended) = bounded(0);
        let thread = std::thread::Builder::new()
            .name("lab sampler".to_owned())
            .spawn(move || sample(&ended, &trace, &cores))?;
        Ok(Self { end, thread })
    }

    fn finish(self) {
        drop(self.end);
        // It notices at once. A panic of its own costs the last sample.
        let _ = self.thread.join();
    }
}

fn sample(ended: &Receiver<()>, trace: &Trace, shown: &Shown<CoreLoads>) {
    let cpu = CpuRefreshKind::nothing().with_usage();
    // A system that is not known shows no cores.
    let mut system = System::new_with_specifics(RefreshKind::nothing().with_cpu(cpu)).ok();
    let mut loads = CoreLoads::new();
    let mut looked = Instant::now();
    let mut every = CORES;
    if let Some(system) = &mut system {
        // A load is a difference: this is where it starts.
        system.refresh_cpu_usage();
    }
    loop {
        let more = ended.recv_timeout(PUBLISH) == Err(RecvTimeoutError::Timeout);
        trace.publish();
        // The last look is taken even if it comes early, or a short experiment would show none.
        if let Some(system) = &mut system
            && (looked.elapsed() >= every || (!more && loads.is_empty()))
        {
            looked = Instant::now();
            system.refresh_cpu_usage();
            loads.resize_with(system.cpus().len(), Vec::new);
            for (load, cpu) in loads.iter_mut().zip(system.cpus()) {
                load.push(cpu.usage().clamp(0.0, 100.0));
            }
            if loads.iter().any(|load| load.len() >= SAMPLES) {
                loads.iter_mut().for_each(halve);
                every *= 2;
            }
            *shown.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(loads.clone());
        }
        if !more {
            return;
        }
    }
}

fn halve(load: &mut Vec<f32>) {
    *load = load
        .chunks(2)
        .map(|two| two.iter().sum::<f32>() / two.len() as f32)
        .collect();
}

impl Ended {
    /// One word for scripts.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Finished(_) => "finished",
            Self::Stopped => "stopped",
            Self::Failed(_) => "failed",
            Self::Panicked(_) => "panicked",
        }
    }

    /// Why it did not finish, if that needs saying.
    pub(crate) fn reason(&self) -> Option<String> {
        match self {
            Self::Finished(_) | Self::Stopped => None,
            Self::Failed(reason) => Some(reason.clone()),
            Self::Panicked(words) => Some(format!("a mistake in the experiment: {words}")),
        }
    }
}

impl Record {
    /// What was measured, if it finished.
    pub(crate) fn outcome(&self) -> Option<&Outcome> {
        match &self.ended {
            Ended::Finished(outcome) => Some(outcome),
            Ended::Stopped | Ended::Failed(_) | Ended::Panicked(_) => None,
        }
    }

    /// All of it but the picture, for scripts.
    pub(crate) fn json(&self) -> Value {
        let average = |load: &Vec<f32>| {
            let sum: f32 = load.iter().sum();
            f64::from((sum / load.len().max(1) as f32).round())
        };
        let loads: Vec<f64> = self.cores.iter().map(average).collect();
        let mut object: Map<String, Value> = match self.outcome() {
            Some(outcome) => outcome.json(),
            None => Outcome::default().json(),
        };
        for (name, value) in [
            ("name", json!(self.experiment.name())),
            ("controls", self.chosen.json()),
            ("ended", json!(self.ended.name())),
            ("reason", json!(self.ended.reason())),
            ("seconds", json!(self.took.as_secs_f64())),
            (
                "machine",
                json!({
                    "cores": crate::cli::default_workers(),
                    "system": std::env::consts::OS,
                    "processor": std::env::consts::ARCH,
                    "core_percent": loads,
                }),
            ),
        ] {
            object.insert(name.to_owned(), value);
        }
        object.into()
    }
}
