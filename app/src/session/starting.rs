//! How a run comes about: what is chosen becomes a job, on workers or on the window's own thread.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use workers::{
    Algorithm, CheckList, CheckSpec, Control, Event, InlineJob, Job, JobSpec, Links, Pace,
    Priority, RunOn, Side, Sink, SpecError, Unlisted, VerdictKind,
};

use super::{HIDDEN, Session, Sheet, one, what};
use crate::algorithms::Algorithms;
use crate::expectation::Expectation;
use crate::history::History;
use crate::job::{JobState, Running, Title};
use crate::notice::Tone;
use crate::query::{Column, Query};
use crate::results;
use crate::target::Aim;
use crate::way::Way;
use crate::work::{Comparison, Scope, Verification, Work};
use crate::worker_log::WorkerLog;

/// A freeze asked for on the command line is announced for this long.
const ANNOUNCE: Duration = Duration::from_millis(2500);
/// A disk that has not said by then whether a file is a checksum file is not waited for: its name
/// decides, and a job says what is wrong with the disk better than a button that does nothing.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a job that was asked for waits for.
pub(super) enum Waiting {
    /// The window to be there, since then: its first frames take longer than any other, and are
    /// not the job's doing.
    Frame(u64, Instant),
    /// What the paths are. `by_itself`: nobody is there to press a button.
    Target { since: Instant, by_itself: bool },
    /// What the two sides of a comparison are. `guess`: by their names, for a disk that does not
    /// answer.
    Sides {
        since: Instant,
        guess: [Side; 2],
        found: Receiver<Result<[Side; 2], String>>,
    },
    /// Which files are to be verified again.
    Failed(Verification, Receiver<HashSet<PathBuf>>),
}

impl Session {
    /// Starts at once on what the command line named.
    pub(crate) fn start_on(&mut self, paths: &[PathBuf], aim: Option<Aim>) {
        self.use_paths(paths);
        if let Some(aim) = aim {
            self.set_aim(aim);
        }
        self.waiting = Some(Waiting::Frame(self.frames + 2, Instant::now()));
    }

    pub(crate) fn workers(&self) -> usize {
        self.settings
            .workers
            .unwrap_or_else(crate::cli::default_workers)
    }

    /// Whether there is a file that a digest can be expected of.
    pub(crate) fn expects(&self) -> bool {
        self.aim() == Aim::Hash && self.chosen.len() == 1 && self.targets.are_files()
    }

    /// What files are hashed with: what is expected decides, if anything is. Several that were
    /// chosen are wanted beside it.
    pub(crate) fn algorithms(&self) -> Algorithms {
        let chosen = &self.settings.algorithms;
        let Some(Expectation { mut algorithms, .. }) = self.expectation() else {
            return chosen.clone();
        };
        if chosen.len() > 1 {
            algorithms.extend_from_slice(chosen);
        }
        Algorithms::of(&algorithms).unwrap_or_default()
    }

    pub(crate) fn expectation(&self) -> Option<Expectation> {
        let expectation = self.expected.expectation(&self.settings.algorithms);
        expectation.ok().flatten().filter(|_| self.expects())
    }

    /// Who is to do the work. Lists are not verified on the window's own thread: that way is for
    /// the comparison of the three, and a list of a million lines would be read before the first
    /// deadline could be looked at.
    pub(crate) fn way(&self) -> Way {
        if self.aim().can_freeze() {
            self.settings.way
        } else {
            self.in_background().0
        }
    }

    /// The way chosen, if it leaves the window alone, and otherwise the usual one.
    pub(super) fn in_background(&self) -> (Way, RunOn) {
        match self.settings.way {
            Way::Threads => (Way::Threads, RunOn::Threads),
            Way::Ui | Way::Processes => (Way::Processes, RunOn::Processes),
        }
    }

    /// Starts on the paths chosen. `by_itself`: nobody is there to press a button.
    pub(crate) fn start(&mut self, by_itself: bool) {
        if self.job.is_busy() || self.waiting.is_some() {
            return;
        }
        if self.chosen.is_empty() {
            self.notices.say(
                Tone::Warning,
                "Nothing is chosen yet: choose a folder, drop one on the window, or type its path.",
            );
            return;
        }
        if !self.is_ready() {
            self.notices.say(
                Tone::Warning,
                "There is no second side yet: choose or drop a folder or a checksum file to compare with.",
            );
            return;
        }
        if self.expects()
            && let Err(error) = self.expected.expectation(&self.settings.algorithms)
        {
            let text = format!("The expected digest cannot be understood: {error}.");
            self.notices.say(Tone::Warning, text);
            return;
        }
        if !self.knows_what_counts(self.all_count().is_none()) {
            return;
        }
        if self.targets.is_open() && self.wish.is_none() {
            self.waiting = Some(Waiting::Target {
                since: Instant::now(),
                by_itself,
            });
            return;
        }
        self.begin(by_itself);
    }

    /// Whether a job was asked for that has not begun.
    pub(crate) fn is_starting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Starts if what was waited for is there.
    pub(super) fn start_if_ready(&mut self) {
        match &self.waiting {
            Some(Waiting::Frame(frame, since))
                if self.frames >= *frame || since.elapsed() > HIDDEN =>
            {
                self.waiting = None;
                self.start(true);
            }
            Some(Waiting::Target { since, by_itself })
                if !self.targets.is_open() || since.elapsed() > PATIENCE =>
            {
                let by_itself = *by_itself;
                self.waiting = None;
                self.begin(by_itself);
            }
            None | Some(Waiting::Frame(..) | Waiting::Target { .. }) => {}
            Some(Waiting::Sides {
                since,
                guess,
                found,
            }) => match found.try_recv() {
                Ok(Ok(sides)) => {
                    self.waiting = None;
                    self.compare(sides);
                }
                Ok(Err(why)) => {
                    self.waiting = None;
                    self.notices.say(Tone::Error, why);
                }
                Err(_) if since.elapsed() > PATIENCE => {
                    let guess = guess.clone();
                    self.waiting = None;
                    self.compare(guess);
                }
                Err(_) => {}
            },
            Some(Waiting::Failed(verification, names)) => match names.try_recv() {
                Ok(names) => {
                    let verification = verification.clone();
                    self.waiting = None;
                    self.verify(verification, Some(Arc::new(names)));
                }
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => {
                    self.waiting = None;
                    let text =
                        "The files to verify again could not be gathered; verify all of them.";
                    self.notices.say(Tone::Error, text);
                }
            },
        }
    }

    fn begin(&mut self, by_itself: bool) {
        // Of two hundred chosen files none is a place to come back to.
        if let [only] = self.chosen.as_slice() {
            self.settings.remember(only);
        }
        self.settings_file.keep(&self.settings);
        match self.aim() {
            Aim::Hash => self.hash(by_itself),
            Aim::Duplicates => self.find_duplicates(),
            Aim::Compare => self.look_at_sides(),
            Aim::Verify => {
                let begun = SystemTime::now();
                let (verification, only) = match self.targets.named() {
                    // Of a list of all that there is to download, one was. That the others are
                    // not there is no news, nor is what else is in that folder.
                    Some(named) => (
                        Verification {
                            lists: named.lists.clone(),
                            algorithm: None,
                            unlisted: Unlisted::Ignored,
                            scope: Scope::Chosen,
                            begun,
                        },
                        Some(Arc::clone(&named.files)),
                    ),
                    None => (
                        Verification {
                            lists: self.chosen.clone(),
                            algorithm: None,
                            unlisted: self.settings.unlisted,
                            scope: Scope::All,
                            begun,
                        },
                        None,
                    ),
                };
                self.verify(verification, only);
            }
        }
    }

    pub(super) fn title(&self, way: Way, work: Work) -> Title {
        Title {
            way,
            workers: if way == Way::Ui { 1 } else { self.workers() },
            what: match &work {
                Work::Compare(Comparison {
                    paths: [left, right],
                    ..
                }) => format!("{} and {}", one(left), one(right)),
                _ => what(work.paths()),
            },
            files: self.files_for(&work),
            work: Arc::new(work),
        }
    }

    pub(super) fn file_limit(&self) -> Option<Duration> {
        self.settings
            .file_limit_s
            .map(|seconds| Duration::from_secs(u64::from(seconds)))
    }

    fn hash(&mut self, by_itself: bool) {
        let way = self.settings.way;
        let algorithms = self.algorithms();
        let title = self.title(
            way,
            Work::Hash {
                roots: self.chosen.clone(),
                algorithms: algorithms.clone(),
                expected: self.expectation(),
            },
        );
        let spec = JobSpec {
            roots: self.chosen.clone(),
            algorithms: algorithms.to_vec(),
            selection: self.selection(),
            links: if self.settings.follow_links {
                Links::Follow
            } else {
                Links::Skip
            },
            workers: title.workers,
            priority: Priority::Background,
            file_limit: self.file_limit(),
        };
        match way {
            Way::Ui => {
                let go_at = by_itself.then(|| Instant::now() + ANNOUNCE);
                let before = Box::new(std::mem::replace(&mut self.job, JobState::Idle));
                self.job = JobState::Announced {
                    title,
                    spec,
                    go_at,
                    before,
                };
            }
            Way::Threads => self.launch(title, |sink| Job::start(spec, RunOn::Threads, sink)),
            Way::Processes => self.launch(title, |sink| Job::start(spec, RunOn::Processes, sink)),
        }
    }

    fn verify(&mut self, verification: Verification, only: Option<Arc<HashSet<PathBuf>>>) {
        let (way, run_on) = self.in_background();
        let spec = CheckSpec {
            lists: verification
                .lists
                .iter()
                .cloned()
                .map(CheckList::File)
                .collect(),
            format: None,
            algorithm: verification.algorithm,
            base: None,
            only,
            unlisted: verification.unlisted,
            selection: self.selection(),
            workers: self.workers(),
            priority: Priority::Background,
            file_limit: self.file_limit(),
        };
        let title = self.title(way, Work::Verify(verification));
        self.launch(title, |sink| Job::check(spec, run_on, sink));
    }

    /// Verifies the same lists, whose lines are of this algorithm.
    pub(super) fn verify_as(&mut self, algorithm: Algorithm) {
        let Some(Work::Verify(before)) = self.listed.as_deref() else {
            return;
        };
        let mut verification = Verification {
            algorithm: Some(algorithm),
            begun: SystemTime::now(),
            ..before.clone()
        };
        let named = self.targets.named();
        let chosen = named.filter(|named| named.lists == verification.lists);
        let only = match (verification.scope, chosen) {
            (Scope::Chosen, Some(named)) => Some(Arc::clone(&named.files)),
            _ => {
                verification.scope = Scope::All;
                None
            }
        };
        let everything = verification.unlisted == Unlisted::Ignored;
        if self.job.is_busy() || self.waiting.is_some() || !self.knows_what_counts(!everything) {
            return;
        }
        self.verify(verification, only);
    }

    /// Gathers what was wrong, on another thread: it may be a million files.
    pub(super) fn verify_again(&mut self) {
        let Some(Work::Verify(before)) = self.listed.as_deref() else {
            return;
        };
        if self.job.is_busy() || self.waiting.is_some() {
            return;
        }
        let unlisted = match before.unlisted {
            Unlisted::Ignored => Unlisted::Ignored,
            // What is missing may turn up; to read everything that is in no list again is not
            // what was asked for.
            Unlisted::Reported | Unlisted::Read => Unlisted::Reported,
        };
        let verification = Verification {
            lists: before.lists.clone(),
            algorithm: before.algorithm,
            unlisted,
            scope: Scope::Again,
            begun: SystemTime::now(),
        };
        if !self.knows_what_counts(unlisted != Unlisted::Ignored) {
            return;
        }
        let (sender, names) = bounded(1);
        let (rows, wake) = (self.results.snapshot(), self.wake.clone());
        let spawned = std::thread::Builder::new()
            .name("what failed".to_owned())
            .spawn(move || {
                let failed = rows.rows().filter(|row| to_verify_again(row.kind()));
                // The window may be gone by now.
                let _ = sender.send(failed.map(|row| row.path()).collect());
                wake();
            });
        match spawned {
            Ok(_) => self.waiting = Some(Waiting::Failed(verification, names)),
            Err(error) => self
                .notices
                .say(Tone::Error, format!("The job could not start: {error}.")),
        }
    }

    /// How many files of the last verification are worth another look.
    pub(crate) fn failed(&self) -> u64 {
        match self.listed.as_deref() {
            Some(Work::Verify(_)) => VerdictKind::ALL
                .into_iter()
                .filter(|&kind| to_verify_again(kind))
                .map(|kind| self.results.counts().get(kind))
                .sum(),
            _ => 0,
        }
    }

    pub(super) fn launch(
        &mut self,
        title: Title,
        start: impl FnOnce(Sink) -> Result<Job, SpecError>,
    ) {
        let (sink, events) = self.sink();
        match start(sink) {
            Ok(job) => {
                self.begin_run(&title);
                self.log = Some(job.log().clone());
                job.drill(self.drill);
                let running = Running::new(title, job, events, Instant::now(), None);
                self.job = JobState::Running(Box::new(running));
            }
            Err(error) => self
                .notices
                .say(Tone::Error, format!("The job could not start: {error}.")),
        }
        self.set_meters();
    }

    fn sink(&self) -> (Sink, Receiver<Event>) {
        let wake = self.wake.clone();
        Sink::new(move || wake())
    }

    fn begin_run(&mut self, title: &Title) {
        let work = &title.work;
        self.finish_closing_run();
        results::discard(std::mem::take(&mut self.results));
        self.rows.reset();
        self.restarts = 0;
        self.history = History::default();
        self.log = None;
        if let Some(Sheet::Log(shown)) = &mut self.sheet {
            *shown = WorkerLog::of(shown.worker);
        }
        self.runs_begun += 1;
        self.frames_at_start = self.frames;
        self.pulse.begin_run();
        self.base = work.base();
        self.listed_algorithms = work.algorithms().unwrap_or_default();
        if let Column::Digest { from } = &mut self.query.column {
            // Among other digests none need begin there.
            *from = 0;
        }
        self.listed_files = title.files.clone();
        let before = self.listed.replace(work.clone());
        if before.is_none_or(|before| before.kind() != work.kind()) {
            // A filter for verdicts that this kind of work does not give would show nothing.
            self.query = Query {
                column: match **work {
                    Work::Hash { .. } => Column::Path,
                    // What is wrong comes first.
                    Work::Verify(_) | Work::Compare(_) => Column::State,
                    Work::Duplicates(_) => Column::Waste,
                },
                ..Query::default()
            };
        }
        self.notices.retire();
    }

    /// What was there before the freeze was announced is there again.
    pub(super) fn decline_freeze(&mut self) {
        if let JobState::Announced { .. } = self.job
            && let JobState::Announced { before, .. } =
                std::mem::replace(&mut self.job, JobState::Idle)
        {
            self.job = *before;
        }
    }

    /// The user has been told and has said yes.
    pub(super) fn freeze(&mut self) {
        let JobState::Announced { title, spec, .. } =
            std::mem::replace(&mut self.job, JobState::Idle)
        else {
            return;
        };
        // Nobody can cancel it from a window that does not answer.
        match InlineJob::new(spec, &Control::default()) {
            Ok(job) => {
                self.begin_run(&title);
                self.job = JobState::Freezing {
                    title,
                    job: Box::new(job),
                    drawn: false,
                    since: Instant::now(),
                };
            }
            Err(error) => self
                .notices
                .say(Tone::Error, format!("The job could not start: {error}.")),
        }
        self.set_meters();
    }

    /// The one exception to the rule that this thread never waits: it does the work itself.
    pub(super) fn freeze_now(&mut self) {
        let JobState::Freezing { title, mut job, .. } =
            std::mem::replace(&mut self.job, JobState::Idle)
        else {
            return;
        };
        let started = Instant::now();
        let limit = self
            .settings
            .freeze_limit_s
            .map(|seconds| Duration::from_secs(u64::from(seconds)));
        let mut rows = Vec::new();
        let pace = job.run(limit.map(|limit| started + limit), &mut |mut row| {
            title.work.judge(&mut row);
            rows.push(row);
        });
        self.results.append(rows);
        let frozen_for = started.elapsed();
        match pace {
            Pace::Finished(summary) => {
                let totals = job.totals().now();
                self.finish(title, *summary, Some(frozen_for), totals, Vec::new());
            }
            Pace::OutOfTime => {
                let (sink, events) = self.sink();
                match job.go_on_in_background(sink) {
                    Ok(job) => {
                        self.notices.say(
                            Tone::Info,
                            format!(
                                "The window was frozen for {}; the rest goes on in the background.",
                                crate::format::duration(frozen_for)
                            ),
                        );
                        self.log = Some(job.log().clone());
                        let running = Running::new(title, job, events, started, Some(frozen_for));
                        self.job = JobState::Running(Box::new(running));
                    }
                    Err(error) => self
                        .notices
                        .say(Tone::Error, format!("The rest could not go on: {error}.")),
                }
            }
        }
        self.set_meters();
    }
}

/// A line that could not be read is read again whenever its list is.
const fn to_verify_again(kind: VerdictKind) -> bool {
    kind.is_wrong() && !matches!(kind, VerdictKind::BadLine)
}
