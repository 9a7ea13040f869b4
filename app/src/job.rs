//! The job as the window sees it: one enum with its data inside.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use workers::{
    Ending, Event, InlineJob, Job, JobSpec, LaneState, Medium, Summary, TotalsNow, WorkerState,
};

use crate::files::Files;
use crate::way::Way;
use crate::work::Work;

/// What a run is, for its line in the runs and its words in the window.
#[derive(Clone, Debug)]
pub(crate) struct Title {
    pub(crate) way: Way,
    pub(crate) workers: usize,
    /// Everything about it that is not about how it runs.
    pub(crate) work: Arc<Work>,
    pub(crate) what: String,
    /// Which files count.
    pub(crate) files: Files,
}

/// Every state that the window can find the job in.
pub(crate) enum JobState {
    Idle,
    /// The freeze has been explained; the user has not said yes. `go_at`: it was asked for on
    /// the command line and begins by itself.
    Announced {
        title: Title,
        spec: JobSpec,
        go_at: Option<Instant>,
        /// What was there before, for those who decline.
        before: Box<JobState>,
    },
    /// The next frame but one will not come for a while. `drawn`: the user has seen a frame
    /// that says so.
    Freezing {
        title: Title,
        job: Box<InlineJob>,
        drawn: bool,
        since: Instant,
    },
    Running(Box<Running>),
    Finished(Box<Finished>),
}

/// What a job does first that has lists.
pub(crate) const READING_LISTS: &str = "Reading the list";

/// A job in the background.
pub(crate) struct Running {
    pub(crate) title: Title,
    pub(crate) job: Job,
    pub(crate) events: Receiver<Event>,
    pub(crate) phase: Phase,
    pub(crate) started: Instant,
    /// It began on the window's thread, for this long.
    pub(crate) frozen_for: Option<Duration>,
    pub(crate) lanes: Vec<LaneView>,
    pub(crate) totals: TotalsNow,
    pub(crate) speed: Speed,
    pause: Pause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Working,
    Pausing,
    Paused,
    Cancelling,
}

struct Pause {
    total: Duration,
    since: Option<Instant>,
}

/// One worker, and how fast it has been lately.
#[derive(Clone)]
pub(crate) struct LaneView {
    pub(crate) state: LaneState,
    pub(crate) speed: Speed,
}

pub(crate) struct Finished {
    pub(crate) title: Title,
    pub(crate) summary: Summary,
    pub(crate) frozen_for: Option<Duration>,
    pub(crate) totals: TotalsNow,
    pub(crate) lanes: Vec<LaneView>,
}

impl Running {
    /// How many workers have work in hand, if that is each of them that may.
    pub(crate) fn workers_if_all_work(&self) -> Option<usize> {
        let works = |lane: &&LaneView| lane.state.state == WorkerState::Hashing;
        let busy = self.lanes.iter().filter(works).count();
        let all = match self.totals.care {
            Medium::Any => self.lanes.len(),
            // The others are kept from reading.
            Medium::Network | Medium::Rotating => busy.max(1),
        };
        (self.phase == Phase::Working && busy == all).then_some(busy)
    }

    pub(crate) fn new(
        title: Title,
        job: Job,
        events: Receiver<Event>,
        started: Instant,
        frozen_for: Option<Duration>,
    ) -> Self {
        let lanes = job
            .lanes()
            .iter()
            .map(|lane| LaneView {
                state: lane.now(),
                speed: Speed::default(),
            })
            .collect();
        Self {
            totals: job.totals().now(),
            title,
            job,
            events,
            phase: Phase::Working,
            started,
            frozen_for,
            lanes,
            speed: Speed::default(),
            pause: Pause {
                total: Duration::ZERO,
                since: None,
            },
        }
    }

    /// Reads the latest progress once.
    pub(crate) fn refresh(&mut self, now: Instant) {
        self.totals = self.job.totals().now();
        for (view, lane) in self.lanes.iter_mut().zip(self.job.lanes()) {
            if let Some(state) = lane.try_now() {
                view.state = state;
            }
            view.speed
                .note(now, view.state.bytes + view.state.file_done);
        }
        self.speed.note(now, self.bytes_done());
        if self.phase == Phase::Pausing && self.all_waiting() {
            self.phase = Phase::Paused;
        }
    }

    fn all_waiting(&self) -> bool {
        self.lanes.iter().all(|lane| {
            !matches!(lane.state.state, WorkerState::Hashing)
                || lane.state.last_progress.elapsed() > Duration::from_millis(300)
        })
    }

    /// Bytes of finished files and of those in hand.
    pub(crate) fn bytes_done(&self) -> u64 {
        let in_hand: u64 = self.lanes.iter().map(|lane| lane.state.file_done).sum();
        (self.totals.done_bytes + in_hand).min(self.totals.found_bytes)
    }

    /// From 0 to 1, by bytes; by files where there are no bytes. While lists are read, of them.
    pub(crate) fn share(&self) -> f32 {
        if let Some(lists) = self.totals.lists {
            return lists.share().unwrap_or_default() as f32;
        }
        share(&self.totals, self.bytes_done())
    }

    pub(crate) fn pause(&mut self) {
        if self.phase != Phase::Working {
            return;
        }
        self.phase = Phase::Pausing;
        self.pause.since = Some(Instant::now());
        self.job.pause();
    }

    pub(crate) fn resume(&mut self) {
        if !matches!(self.phase, Phase::Pausing | Phase::Paused) {
            return;
        }
        self.phase = Phase::Working;
        if let Some(since) = self.pause.since.take() {
            self.pause.total += since.elapsed();
        }
        self.speed = Speed::default();
        self.job.resume();
    }

    pub(crate) fn cancel(&mut self) {
        self.phase = Phase::Cancelling;
        self.job.cancel();
    }

    /// Time spent in pauses.
    pub(crate) fn paused(&self) -> Duration {
        let pausing = self
            .pause
            .since
            .map_or(Duration::ZERO, |since| since.elapsed());
        self.pause.total + pausing
    }

    /// Time since the start without pauses.
    pub(crate) fn working_time(&self) -> Duration {
        self.started.elapsed().saturating_sub(self.paused())
    }

    /// How long the rest will take, as it looks now.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.totals.left.filter(|_| self.phase == Phase::Working)
    }
}

pub(crate) fn share(totals: &TotalsNow, bytes_done: u64) -> f32 {
    let part = |done: u64, all: u64| done as f64 / all as f64;
    if totals.found_bytes > 0 {
        part(bytes_done, totals.found_bytes) as f32
    } else if totals.found_files > 0 {
        part(totals.done_files, totals.found_files) as f32
    } else {
        0.0
    }
}

impl JobState {
    pub(crate) fn is_busy(&self) -> bool {
        matches!(
            self,
            Self::Running(_) | Self::Freezing { .. } | Self::Announced { .. }
        )
    }

    /// The state in a word or two.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Idle => "Ready",
            Self::Announced { .. } => "About to freeze",
            Self::Freezing { .. } => "Frozen",
            Self::Running(running) => match running.phase {
                Phase::Working if running.totals.lists.is_some() => READING_LISTS,
                Phase::Working if !running.totals.scan_done && running.totals.done_files == 0 => {
                    running.title.work.preparing()
                }
                Phase::Working => running.title.work.doing(),
                Phase::Pausing => "Pausing",
                Phase::Paused => "Paused",
                Phase::Cancelling => "Cancelling",
            },
            Self::Finished(finished) => match finished.summary.ending {
                Ending::Completed => "Finished",
                Ending::Cancelled => "Cancelled",
                Ending::Failed(_) => "Stopped",
            },
        }
    }
}

/// A worker that has reported nothing for so long hangs, or somebody has stopped it.
const STALL: Duration = Duration::from_secs(2);

impl LaneView {
    /// Whether it should have something to say, and says nothing.
    pub(crate) fn is_stalled(&self) -> bool {
        self.state.state == WorkerState::Hashing && self.state.last_progress.elapsed() > STALL
    }
}

/// Bytes a second over the last moments.
#[derive(Clone, Debug, Default)]
pub(crate) struct Speed(VecDeque<(Instant, u64)>);

impl Speed {
    const WINDOW: Duration = Duration::from_secs(2);

    fn note(&mut self, now: Instant, bytes: u64) {
        // A retried file makes the count step back: start afresh.
        if self.0.back().is_some_and(|&(_, before)| before > bytes) {
            self.0.clear();
        }
        self.0.push_back((now, bytes));
        while self.0.len() > 2 && now.duration_since(self.0[0].0) > Self::WINDOW {
            self.0.pop_front();
        }
    }

    pub(crate) fn bytes_per_second(&self) -> u64 {
        match (self.0.front(), self.0.back()) {
            (Some(&(t0, b0)), Some(&(t1, b1))) if t1 > t0 => {
                ((b1 - b0) as f64 / (t1 - t0).as_secs_f64()) as u64
            }
            _ => 0,
        }
    }
}
