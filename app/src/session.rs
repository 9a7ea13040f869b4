//! The session: everything the window shows and the only place that changes it. Views read it
//! and push [`Command`]s; [`Session::apply`] carries them out, [`Session::advance`] takes in
//! what the job, the dialogs and the other threads have sent. Neither ever waits.

mod choosing;
mod comparing;
mod counting;
mod finding;
mod opening;
mod starting;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::TryRecvError;
use workers::{
    Cause, Ending, Event, Fate, FilesInHand, Guess, JobLog, Summary, VerdictKind, WorkerEvent,
    WorkerState, shown,
};

use crate::command::Command;
use crate::dialog::{Ask, Choice, Dialogs};
use crate::expectation::{Answer, ExpectedField};
use crate::files::{Files, FilesField};
use crate::format::{count, counted};
use crate::history::History;
use crate::job::{Finished, JobState, LaneView, Running, Title};
use crate::lab::desk::Desk;
use crate::meter::bottleneck::Bottleneck;
use crate::meter::cores::CoreMeter;
use crate::meter::pulse::{self, Pulse};
use crate::notice::{Notices, Tone};
use crate::outcome::{doubtful, outcome, so_far};
use crate::query::{Query, QueryThread};
use crate::report::{self, Report, ReportFormat};
use crate::results::Results;
use crate::runs::Run;
use crate::save::Existing;
use crate::saving::{self, Content, Outcome, SaveWhat, Saving, Stage};
use crate::settings::{Settings, SettingsFile};
use crate::target::Targets;
use crate::wish::Wish;
use crate::work::Work;
use crate::worker_log::WorkerLog;
use starting::Waiting;

/// How long taking in results may hold up a frame.
const BUDGET: Duration = Duration::from_millis(4);
/// The rows shown are asked for anew this often while results come in.
const REQUERY: Duration = Duration::from_millis(400);
/// The pulse is watched this much longer than a run, so that the answer to the last question of
/// the run is counted in it.
const AFTER_RUN: Duration = Duration::from_millis(250);
/// A window that is hidden draws no frame; what waits for one waits no longer than this.
const HIDDEN: Duration = Duration::from_secs(2);

pub(crate) type Wake = Arc<dyn Fn() + Send + Sync>;

pub(crate) struct Session {
    pub(crate) settings: Settings,
    settings_file: SettingsFile,
    /// What the path field holds, and what was chosen: one or more paths.
    pub(crate) path_text: String,
    pub(crate) chosen: Vec<PathBuf>,
    pub(crate) job: JobState,
    pub(crate) results: Results,
    pub(crate) query: Query,
    pub(crate) rows: QueryThread,
    asked_at: Instant,
    pub(crate) runs: Vec<Run>,
    closing_run: Option<ClosingRun>,
    runs_begun: usize,
    pub(crate) notices: Notices,
    pub(crate) saving: Option<Saving>,
    pub(crate) restarts: u32,
    /// What died during the job that runs or ran last.
    pub(crate) history: History,
    /// What the workers of that job printed. There is none of a job on the window's thread.
    pub(crate) log: Option<JobLog>,
    /// What lies over the view.
    pub(crate) sheet: Option<Sheet>,
    /// The fault drill is on: for the job that runs and those to come.
    pub(crate) drill: bool,
    dialogs: Dialogs,
    pub(crate) pulse: Pulse,
    pub(crate) cores: CoreMeter,
    pub(crate) bottleneck: Bottleneck,
    /// Frames drawn since the program started.
    pub(crate) frames: u64,
    frames_at_start: u64,
    base: PathBuf,
    /// What the rows in the table are of: the job shown may be another one already.
    listed: Option<Arc<Work>>,
    /// Which files counted for them.
    listed_files: Files,
    /// With what they were hashed. Where a list says it, that is known when the job is over.
    pub(crate) listed_algorithms: Arc<[workers::Algorithm]>,
    /// What a job that was asked for waits for.
    waiting: Option<Waiting>,
    /// What the chosen paths are.
    pub(crate) targets: Targets,
    /// What the other side of a comparison is.
    other_target: Targets,
    /// What the user wants done with them, if it is not what goes without saying.
    wish: Option<Wish>,
    /// What the chosen file's digest should be.
    pub(crate) expected: ExpectedField,
    /// Which files count.
    pub(crate) files: FilesField,
    /// The experiments.
    pub(crate) lab: Desk,
    /// The lab is shown alone, over the whole screen.
    pub(crate) lecture: bool,
    wake: Wake,
}

/// What lies over the view.
pub(crate) enum Sheet {
    History,
    Log(WorkerLog),
    /// Which files count.
    Files,
}

/// A run that is over, but for the last beats of the pulse.
struct ClosingRun {
    run: Run,
    until: Instant,
}

/// What a session is made of.
pub(crate) struct Parts {
    pub(crate) settings: Settings,
    pub(crate) settings_file: SettingsFile,
    pub(crate) settings_note: Option<String>,
    pub(crate) pulse: Pulse,
    pub(crate) wake: Wake,
}

impl Session {
    pub(crate) fn new(parts: Parts) -> std::io::Result<Self> {
        let Parts {
            settings,
            settings_file,
            settings_note,
            pulse,
            wake,
        } = parts;
        let row_wake = wake.clone();
        let (files, mistakes) = FilesField::kept(settings.files.clone());
        let mut session = Self {
            path_text: settings
                .recent
                .first()
                .map(|path| shown_home(path))
                .unwrap_or_default(),
            chosen: settings.recent.first().cloned().into_iter().collect(),
            settings,
            settings_file,
            job: JobState::Idle,
            results: Results::default(),
            query: Query::default(),
            rows: QueryThread::start(move || row_wake())?,
            asked_at: Instant::now(),
            runs: Vec::new(),
            closing_run: None,
            runs_begun: 0,
            notices: Notices::default(),
            saving: None,
            restarts: 0,
            history: History::default(),
            log: None,
            sheet: None,
            drill: false,
            dialogs: Dialogs::new(wake.clone()),
            pulse,
            cores: CoreMeter::start()?,
            bottleneck: Bottleneck::default(),
            frames: 0,
            frames_at_start: 0,
            base: PathBuf::new(),
            listed: None,
            listed_files: Files::default(),
            listed_algorithms: Arc::default(),
            waiting: None,
            targets: Targets::new(wake.clone()),
            other_target: Targets::new(wake.clone()),
            wish: None,
            expected: ExpectedField::default(),
            files,
            lab: Desk::new(wake.clone()),
            lecture: false,
            wake,
        };
        if let Some(note) = settings_note {
            session.notices.say(Tone::Warning, note);
        }
        session.tell_dropped(&mistakes);
        session.targets.ask(&session.chosen);
        session.set_meters();
        Ok(session)
    }

    // ---- what the user wants ----

    pub(crate) fn apply(&mut self, command: Command, frame: Option<&eframe::Frame>) {
        match command {
            Command::Start => self.start(false),
            Command::ConfirmFreeze => self.freeze(),
            Command::DeclineFreeze => self.decline_freeze(),
            Command::Pause => self.with_running(Running::pause),
            Command::Resume => self.with_running(Running::resume),
            Command::Cancel => {
                self.waiting = None;
                self.decline_freeze();
                self.with_running(Running::cancel);
            }
            Command::SetAim(aim) => self.set_aim(aim),
            Command::SetUnlisted(unlisted) => self.settings.unlisted = unlisted,
            Command::TypeExpected(text) => self.expected.set(text),
            Command::SetExpectedAlgorithm(algorithm) => self.expected.choose(algorithm),
            Command::VerifyAgain => self.verify_again(),
            Command::VerifyAs(algorithm) => self.verify_as(algorithm),
            Command::KillWorker(worker) => {
                self.with_running(|running| running.job.kill_worker(worker));
            }
            Command::SkipFile(worker) => {
                self.with_running(|running| running.job.skip_file(worker));
            }
            Command::SetDrill(on) => {
                self.drill = on;
                self.with_running(|running| running.job.drill(on));
            }
            Command::OpenHistory => self.sheet = Some(Sheet::History),
            Command::OpenLog(worker) => self.sheet = Some(Sheet::Log(WorkerLog::of(worker))),
            Command::CloseSheet => self.sheet = None,
            Command::OpenFiles => self.open_files(),
            Command::SetFiles(typed) => self.set_files(typed),
            Command::ResetFiles => self.reset_files(),
            Command::TypePath(text) => {
                self.choose(expand(&text).into_iter().collect());
                self.path_text = text;
            }
            Command::UsePaths(paths) => self.use_paths(&paths),
            Command::ChooseFolder => self.dialogs.open(Ask::Folder, frame),
            Command::TypeOther(text) => self.type_other(text),
            Command::ChooseOtherFolder => self.dialogs.open(Ask::OtherFolder, frame),
            Command::ChooseOtherFile => self.dialogs.open(Ask::OtherFile, frame),
            Command::ChooseFiles => self.dialogs.open(Ask::Files, frame),
            Command::ChooseList => self.dialogs.open(Ask::List, frame),
            Command::ForgetRecent => self.settings.recent.clear(),
            Command::SetAlgorithms(algorithms) => self.settings.algorithms = algorithms,
            Command::SetWay(way) => self.settings.way = way,
            Command::SetWorkers(workers) => self.settings.workers = workers,
            Command::SetFollowLinks(follow) => self.settings.follow_links = follow,
            Command::SetFreezeLimit(limit) => self.settings.freeze_limit_s = limit,
            Command::SetFileLimit(limit) => self.settings.file_limit_s = limit,
            Command::SetCallAfter(limit) => self.settings.call_after_s = limit,
            Command::SetTheme(theme) => self.settings.theme = theme,
            Command::SetScale(scale) => self.settings.scale = scale,
            Command::SetPulseAlways(on) => {
                self.settings.pulse_always = on;
                self.set_meters();
            }
            Command::Ask(query) => {
                self.query = query;
                self.ask_for_rows();
            }
            // Views turn these into work for the clipboard, which needs egui.
            Command::CopyRows(_)
            | Command::CopyDigests(..)
            | Command::CopyIncidents(_)
            | Command::CopyLog(_) => {}
            Command::OpenSave(what) => self.open_save(what),
            Command::EditSavePath(path) => self.edit_save(|saving| {
                saving.path = path;
                saving.stage = Stage::Editing;
            }),
            Command::SetSaveFormat(format) => self.change_save(|saving| saving.format = format),
            Command::SetSaveChoice(choice) => self.change_save(|saving| saving.choice = choice),
            Command::BrowseSave => {
                if let Some(saving) = &self.saving {
                    let path = PathBuf::from(&saving.path);
                    let ask = Ask::Save {
                        folder: path.parent().unwrap_or(Path::new(".")).to_owned(),
                        name: path
                            .file_name()
                            .unwrap_or_default()
                            .to_string_lossy()
                            .into_owned(),
                    };
                    self.dialogs.open(ask, frame);
                }
            }
            Command::Save => self.save(Existing::Keep),
            Command::ReplaceExisting => self.save(Existing::Replace),
            Command::CloseSave => {
                // A write that has begun is waited for: its outcome must be seen.
                if !matches!(&self.saving, Some(saving) if matches!(saving.stage, Stage::Writing(_)))
                {
                    self.saving = None;
                }
            }
            Command::OpenExperiment(index) => self.lab.open = index,
            Command::RunExperiment(index, chosen) => {
                if let Err(error) = self.lab.start(index, chosen) {
                    let text = format!("The experiment could not be started: {error}.");
                    self.notices.say(Tone::Error, text);
                }
                self.set_meters();
            }
            Command::StopExperiment => self.lab.stop(),
            Command::SetLecture(on) => self.lecture = on,
            Command::ClearRuns => self.runs.clear(),
            Command::DismissNotice => self.notices.retire(),
        }
        self.settings_file.keep(&self.settings);
    }

    fn with_running(&mut self, act: impl FnOnce(&mut Running)) {
        if let JobState::Running(running) = &mut self.job {
            act(running);
        }
    }

    /// Where the paths of the results are shown from.
    pub(crate) fn base(&self) -> &Path {
        &self.base
    }

    // ---- what the other threads have sent ----

    /// Takes in what is there, for at most a few milliseconds. Says when to be called again at
    /// the latest; `None` when nothing is going on.
    pub(crate) fn advance(&mut self) -> Option<Duration> {
        let now = Instant::now();
        self.pulse.refresh();
        self.cores.refresh();
        let busy = match &self.job {
            JobState::Running(running) => running.workers_if_all_work(),
            _ => None,
        };
        self.bottleneck.note(self.cores.load(), busy);
        self.lab.advance(self.pulse.reading());
        self.set_meters();
        self.take_choices();
        self.take_save_outcome();
        self.targets.poll();
        self.other_target.poll();
        self.start_if_ready();
        if let JobState::Announced {
            go_at: Some(at), ..
        } = &self.job
            && now >= *at
        {
            self.freeze();
        }
        if let JobState::Freezing { drawn, since, .. } = &self.job
            && (*drawn || since.elapsed() > HIDDEN)
        {
            self.freeze_now();
        }
        let more = self.drain(now);
        self.rows.poll();
        let outdated = self.rows.is_stale(&self.query, self.results.len());
        let due = self.asked_at.elapsed() >= REQUERY
            || !matches!(self.job, JobState::Running(_))
            || self.rows.answer().is_none_or(|answer| answer.seen == 0);
        if outdated && due {
            self.ask_for_rows();
        }
        if self
            .closing_run
            .as_ref()
            .is_some_and(|closing| now >= closing.until)
        {
            self.finish_closing_run();
        }
        let unread = self.read_log(now);
        if more || matches!(self.waiting, Some(Waiting::Frame(..))) {
            return Some(Duration::ZERO);
        }
        let next = self.next_frame();
        // None is the longest of all.
        [unread, next].into_iter().flatten().min()
    }

    /// The log that somebody looks at; when it must be looked at again.
    fn read_log(&mut self, now: Instant) -> Option<Duration> {
        match (&mut self.sheet, &self.log) {
            (Some(Sheet::Log(shown)), Some(log)) => shown.refresh(log, now),
            _ => None,
        }
    }

    fn next_frame(&self) -> Option<Duration> {
        match &self.job {
            JobState::Announced { go_at: Some(_), .. } => Some(Duration::from_millis(100)),
            JobState::Freezing { .. } => Some(Duration::ZERO),
            JobState::Running(_) => Some(Duration::from_millis(33)),
            _ if self.waiting.is_some() => Some(Duration::from_millis(50)),
            _ if self.closing_run.is_some() => Some(AFTER_RUN / 4),
            _ if self.lab.running().is_some() => Some(Duration::from_millis(33)),
            _ if self.lab.is_active() => Some(Duration::from_millis(100)),
            _ if self.settings.pulse_always => Some(Duration::from_millis(100)),
            _ => None,
        }
    }

    /// A frame was drawn; the freeze waits for one that announces it.
    pub(crate) fn frame_drawn(&mut self) {
        self.frames += 1;
        if let JobState::Freezing { drawn, .. } = &mut self.job {
            *drawn = true;
        }
    }

    fn drain(&mut self, now: Instant) -> bool {
        let mut finished = None;
        let mut more = true;
        let JobState::Running(running) = &mut self.job else {
            return false;
        };
        loop {
            match running.events.try_recv() {
                Ok(Event::Results(mut rows)) => {
                    rows.iter_mut()
                        .for_each(|row| running.title.work.judge(row));
                    self.results.append(rows);
                }
                Ok(Event::Worker { worker, at, what }) => {
                    self.restarts += u32::from(matches!(what, WorkerEvent::Replaced { .. }));
                    self.history.note(worker, at, &what);
                    tell(&mut self.notices, worker, &what);
                }
                Ok(Event::Finished(summary)) => {
                    finished = Some(*summary);
                    break;
                }
                Err(TryRecvError::Empty) => {
                    more = false;
                    break;
                }
                Err(TryRecvError::Disconnected) => {
                    self.notices.say(
                        Tone::Error,
                        "The job ended without a word; this is a mistake in the program.",
                    );
                    self.job = JobState::Idle;
                    self.set_meters();
                    return false;
                }
            }
            if now.elapsed() >= BUDGET {
                break;
            }
        }
        running.refresh(Instant::now());
        let pids = running
            .lanes
            .iter()
            .filter_map(|lane| lane.state.pid)
            .collect();
        self.cores.workers(pids);
        if let Some(summary) = finished
            && let JobState::Running(running) = std::mem::replace(&mut self.job, JobState::Idle)
        {
            let paused = running.paused();
            let Running {
                title,
                frozen_for,
                lanes,
                job,
                ..
            } = *running;
            let totals = job.totals().now();
            let mut summary = summary;
            summary.wall = summary.wall.saturating_sub(paused);
            self.finish(title, summary, frozen_for, totals, lanes);
            return false;
        }
        more
    }

    fn finish(
        &mut self,
        title: Title,
        mut summary: Summary,
        frozen_for: Option<Duration>,
        totals: workers::TotalsNow,
        mut lanes: Vec<LaneView>,
    ) {
        for lane in &mut lanes {
            lane.state.state = WorkerState::Gone;
        }
        if title.work.expected().is_some() {
            // The job hashed the file; whether that is what was expected, it was not told.
            summary.counts = *self.results.counts();
        }
        let run = Run {
            number: self.runs_begun,
            way: title.way,
            workers: title.workers,
            kind: title.work.kind(),
            algorithms: summary.algorithms.clone(),
            what: title.what.clone(),
            ending: match summary.ending {
                Ending::Completed => "completed",
                Ending::Cancelled => "cancelled",
                Ending::Failed(_) => "failed",
            },
            files: match *title.work {
                Work::Hash { .. } | Work::Verify(_) => {
                    summary.counts.get(VerdictKind::Ok) + summary.counts.get(VerdictKind::Failed)
                }
                // Not every file that is read gets a row.
                Work::Duplicates(_) | Work::Compare(_) => {
                    summary.workers.iter().map(|worker| worker.files).sum()
                }
            },
            bytes: summary.bytes,
            wall_s: summary.wall.as_secs_f64(),
            bytes_per_s: crate::format::per_second(summary.bytes, summary.wall),
            cpu_s: summary.cpu.map(|cpu| cpu.as_secs_f64()),
            worst_stall_ms: None,
            p99_latency_ms: None,
            frames: self.frames - self.frames_at_start,
            counted: title.files.clone(),
            left_out: summary.left_out,
        };
        self.closing_run = Some(ClosingRun {
            run,
            until: Instant::now() + AFTER_RUN,
        });
        // A search or a comparison that ends early does not know how many rows it would have had.
        let left = match summary.not_reached {
            0 => String::new(),
            n => format!(
                " {} not {}.",
                counted(n, "file was", "files were"),
                title.work.done()
            ),
        };
        match &summary.ending {
            Ending::Failed(why) => self.notices.say(
                Tone::Error,
                format!("The job could not go on: {why}.{left}"),
            ),
            Ending::Cancelled => self.notices.say(Tone::Info, format!("Cancelled.{left}")),
            Ending::Completed => {}
        }
        let of_rows = std::mem::replace(&mut self.listed_algorithms, summary.algorithms.clone());
        self.job = JobState::Finished(Box::new(Finished {
            title,
            summary,
            frozen_for,
            totals,
            lanes,
        }));
        if of_rows == self.listed_algorithms {
            self.ask_for_rows();
        } else {
            // The same question has another answer: where each digest begins is known now.
            self.ask_again();
        }
    }

    fn finish_closing_run(&mut self) {
        let Some(ClosingRun { mut run, .. }) = self.closing_run.take() else {
            return;
        };
        self.pulse.refresh();
        let measured = &self.pulse.reading().run;
        let ms = |latency: Duration| latency.as_secs_f64() * 1000.0;
        run.worst_stall_ms = measured.worst().map(ms);
        run.p99_latency_ms = measured.quantile(0.99).map(ms);
        self.runs.push(run);
        self.set_meters();
    }

    /// Which run the results are of.
    pub(crate) fn run_number(&self) -> usize {
        self.runs_begun
    }

    /// The worker whose log is of most interest: one that hangs, or the first.
    pub(crate) fn worker_to_look_at(&self) -> usize {
        let JobState::Running(running) = &self.job else {
            return 0;
        };
        running
            .lanes
            .iter()
            .position(LaneView::is_stalled)
            .unwrap_or(0)
    }

    /// The run whose figures are complete.
    pub(crate) fn last_run(&self) -> Option<&Run> {
        if self.closing_run.is_some() {
            None
        } else {
            self.runs.last()
        }
    }

    fn set_meters(&mut self) {
        let on = matches!(self.job, JobState::Running(_) | JobState::Freezing { .. })
            || self.closing_run.is_some()
            || self.settings.pulse_always;
        self.pulse.beat(on || self.lab.is_active());
        // An experiment looks at the cores itself.
        self.cores.sample(on);
    }

    fn ask_for_rows(&mut self) {
        if self.rows.is_stale(&self.query, self.results.len()) {
            self.ask_again();
        }
    }

    fn ask_again(&mut self) {
        self.asked_at = Instant::now();
        let (rows, algorithms) = (self.results.snapshot(), self.listed_algorithms.clone());
        self.rows.ask(self.query.clone(), rows, algorithms);
    }

    fn take_choices(&mut self) {
        match self.dialogs.poll() {
            Some(Choice::Paths(paths)) => self.use_paths(&paths),
            Some(Choice::Other(path)) => self.use_other(&path),
            Some(Choice::SaveAs(path)) => {
                self.edit_save(|saving| {
                    saving.path = path.to_string_lossy().into_owned();
                    saving.stage = Stage::Editing;
                });
            }
            Some(Choice::Nothing { quickly: true }) => self.notices.say(
                Tone::Warning,
                "No file dialog came up. If this desktop has none, type the path or drop the files here.",
            ),
            Some(Choice::Nothing { quickly: false }) | None => {}
        }
    }

    // ---- saving ----

    fn open_save(&mut self, what: SaveWhat) {
        if self.saving.is_some() {
            return;
        }
        let nothing = match what {
            SaveWhat::List => self.results.counts().get(VerdictKind::Ok) == 0,
            SaveWhat::Report => !self.can_report(),
            SaveWhat::Runs => self.runs.is_empty(),
        };
        if nothing {
            self.notices
                .say(Tone::Warning, "There is nothing to save yet.");
            return;
        }
        let mut saving = Saving {
            what,
            format: what.usual_format(&self.listed_algorithms),
            path: String::new(),
            hashed: self.listed_algorithms.clone(),
            choice: saving::Choice::default(),
            partial: what != SaveWhat::Runs && !self.is_complete(),
            stage: Stage::Editing,
        };
        saving.path = self.suggest(&saving);
        self.saving = Some(saving);
    }

    /// What the rows in the table are saved as. A verification never becomes a checksum list:
    /// that would declare sound whatever was found.
    pub(crate) fn what_to_save(&self) -> SaveWhat {
        match self.listed() {
            Some(work) if work.has_outcome() => SaveWhat::Report,
            Some(_) | None => SaveWhat::List,
        }
    }

    /// Whether there is something to report: that no two files are the same has no rows.
    pub(crate) fn can_report(&self) -> bool {
        self.results.len() > 0 || self.is_complete()
    }

    /// The report of what is in the table.
    fn report(&self) -> Option<Report> {
        let work = self.listed.clone().filter(|work| work.has_outcome())?;
        let (outcome, left_out) = match &self.job {
            JobState::Finished(finished) => (
                outcome(&work, &finished.summary, self.results.wasted()),
                Some(finished.summary.left_out),
            ),
            _ => (so_far(&work, self.results.counts()), None),
        };
        Some(Report {
            work,
            rows: self.results.snapshot(),
            algorithms: self.listed_algorithms.clone(),
            outcome: outcome.map_or("nothing wrong so far".to_owned(), |outcome| outcome.words),
            complete: self.is_complete(),
            files: self.listed_files.clone(),
            left_out,
        })
    }

    /// Beside what was hashed, so that the list can name it by a short path.
    fn suggest(&self, saving: &Saving) -> String {
        let (what, format) = (saving.what, saving.format);
        let listed = self.listed.as_ref().and_then(|work| work.paths().first());
        let root = listed.map(PathBuf::as_path);
        let folder = root.and_then(Path::parent).unwrap_or(Path::new(""));
        if let (SaveWhat::Report, Some(work)) = (what, self.listed()) {
            let format = ReportFormat::ALL.get(format).copied();
            let path = report::suggested(work.paths(), format.unwrap_or(ReportFormat::Text));
            return path.to_string_lossy().into_owned();
        }
        let stem = match what {
            SaveWhat::List => root
                .and_then(Path::file_name)
                .unwrap_or("checksums".as_ref()),
            SaveWhat::Report | SaveWhat::Runs => "thawsum-runs".as_ref(),
        };
        let name = what.file_name(stem, format, &saving.algorithms());
        folder.join(name).to_string_lossy().into_owned()
    }

    /// Changes what is written, and with it the name of the file as far as nobody has touched it.
    fn change_save(&mut self, change: impl FnOnce(&mut Saving)) {
        let Some(mut saving) = self.saving.take() else {
            return;
        };
        if !matches!(saving.stage, Stage::Writing(_)) {
            let extension =
                |saving: &Saving| saving.what.extension(saving.format, &saving.algorithms());
            let (suggested, old) = (self.suggest(&saving), extension(&saving));
            change(&mut saving);
            if saving.path == suggested {
                saving.path = self.suggest(&saving);
            } else if let Some(stem) = saving.path.strip_suffix(&format!(".{old}")) {
                saving.path = format!("{stem}.{}", extension(&saving));
            }
            saving.stage = Stage::Editing;
        }
        self.saving = Some(saving);
    }

    fn edit_save(&mut self, edit: impl FnOnce(&mut Saving)) {
        if let Some(saving) = &mut self.saving
            && !matches!(saving.stage, Stage::Writing(_))
        {
            edit(saving);
        }
    }

    /// What the rows in the table are of.
    pub(crate) fn listed(&self) -> Option<&Work> {
        self.listed.as_deref()
    }

    /// The list whose algorithm was guessed, where nothing is as it says.
    pub(crate) fn guess(&self) -> Option<&Guess> {
        match &self.job {
            JobState::Finished(finished) if matches!(*finished.title.work, Work::Verify(_)) => {
                doubtful(&finished.summary).first()
            }
            _ => None,
        }
    }

    /// Whether the file is what was expected; `None` if nothing was, or nothing is known yet.
    pub(crate) fn answer(&self) -> Option<Answer> {
        let Work::Hash {
            algorithms,
            expected: Some(expected),
            ..
        } = self.listed()?
        else {
            return None;
        };
        match self.job {
            JobState::Finished(_) => Answer::new(expected, algorithms, &self.results.get(0)?),
            _ => None,
        }
    }

    /// Whether the rows are all there will be of a job that went through.
    fn is_complete(&self) -> bool {
        matches!(&self.job, JobState::Finished(finished) if finished.summary.ending == Ending::Completed)
    }

    fn save(&mut self, existing: Existing) {
        let report = self.report();
        let Some(saving) = &mut self.saving else {
            return;
        };
        let Some(path) = expand(&saving.path) else {
            saving.stage = Stage::Failed("Type a name for the file first.".to_owned());
            return;
        };
        let content = match saving.what {
            SaveWhat::List => Content::List {
                rows: self.results.snapshot(),
                format: saving
                    .list_format()
                    .unwrap_or(workers::manifest::Format::GNU),
                hashed: saving.hashed.clone(),
                lists: saving.lists(),
            },
            SaveWhat::Report => {
                let Some(report) = report else {
                    saving.stage = Stage::Failed("There is nothing to report.".to_owned());
                    return;
                };
                let format = ReportFormat::ALL.get(saving.format).copied();
                Content::Report {
                    report,
                    format: format.unwrap_or(ReportFormat::Text),
                }
            }
            SaveWhat::Runs => Content::Runs {
                runs: self.runs.clone(),
                json: saving.format == 1,
            },
        };
        saving.stage = saving::start(content, path, existing, self.wake.clone());
    }

    fn take_save_outcome(&mut self) {
        let Some(saving) = &mut self.saving else {
            return;
        };
        let Stage::Writing(outcome) = &saving.stage else {
            return;
        };
        match outcome.try_recv() {
            Ok(Outcome::Saved(text)) => {
                self.notices.say(Tone::Info, text);
                self.saving = None;
            }
            Ok(Outcome::Taken) => saving.stage = Stage::AskToReplace,
            Ok(Outcome::Failed(why)) => saving.stage = Stage::Failed(why),
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => {
                saving.stage = Stage::Failed("the save ended without a word".to_owned());
            }
        }
    }

    // ---- the end ----

    /// The window is closing: ends the job and its workers, and keeps the settings. Waits for
    /// them, but not long: whatever is left ends with this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "the window is gone by now; nobody waits for a frame"
    )]
    pub(crate) fn shut_down(&mut self) {
        self.settings_file.keep(&self.settings);
        self.settings_file.finish();
        self.lab.stop();
        if let JobState::Running(running) = std::mem::replace(&mut self.job, JobState::Idle) {
            let Running { job, events, .. } = *running;
            job.cancel();
            let deadline = Instant::now() + Duration::from_millis(700);
            while let Some(left) = deadline.checked_duration_since(Instant::now()) {
                match events.recv_timeout(left) {
                    Ok(Event::Finished(_)) | Err(_) => break,
                    Ok(_) => {}
                }
            }
        }
    }
}

fn tell(notices: &mut Notices, worker: usize, what: &WorkerEvent) {
    let number = worker + 1;
    match what {
        // It was told when the file was given up.
        WorkerEvent::Died {
            cause: Cause::Skip | Cause::FileLimit,
            ..
        }
        | WorkerEvent::Replaced { .. } => {}
        WorkerEvent::Died {
            how, cause, files, ..
        } => {
            let what = match cause {
                Cause::Kill => format!("You killed worker {number}"),
                Cause::Drill => format!("Drill: worker {number} {how}"),
                _ => format!("Worker {number} {how}"),
            };
            notices.say(Tone::Warning, format!("{what}. {}.", whereabouts(files)));
        }
        WorkerEvent::Panicked { how, files, .. } => notices.say(
            Tone::Warning,
            format!("Worker {number}: {how}. {}.", whereabouts(files)),
        ),
        WorkerEvent::GaveUp { file, alone, late } => {
            let name = shown(file);
            let text = match (alone, late) {
                (0, true) => {
                    format!("{name} took too long and was given up; its worker was ended.")
                }
                (0, false) => format!("Skipped {name}; its worker was ended."),
                (n, _) => format!(
                    "Worker {number} hung on one of {} files; each is now tried alone.",
                    count(*n as u64)
                ),
            };
            notices.say(Tone::Warning, text);
        }
        WorkerEvent::StartFailed { reason, .. } => {
            notices.say(Tone::Error, format!("Worker {number} {reason}."));
        }
    }
}

/// What became of the files that a worker held, in a sentence.
fn whereabouts(files: &FilesInHand) -> String {
    match (files.passed_on(), files.count(Fate::SetAside)) {
        (0, 0) => "It held no file; nothing is lost".to_owned(),
        (1, 0) => "Its file went to others; nothing is lost".to_owned(),
        (n, 0) => format!(
            "Its {} files went to others; nothing is lost",
            count(n as u64)
        ),
        (_, aside) => format!(
            "{} set aside, because another worker had died with it before",
            counted(aside as u64, "file was", "files were")
        ),
    }
}

/// What is hashed, in a few words.
fn what(paths: &[PathBuf]) -> String {
    let Some(first) = paths.first() else {
        return String::new();
    };
    let name = one(first);
    match paths.len() {
        1 => name,
        n => format!("{name} and {} more", n - 1),
    }
}

/// A path by its last name.
fn one(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| shown(path), |name| shown(Path::new(name)))
}

/// A path as typed: `~` is the user's home.
fn expand(text: &str) -> Option<PathBuf> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    match (text.strip_prefix('~'), home()) {
        (Some(rest), Some(home))
            if rest.is_empty() || rest.starts_with(std::path::is_separator) =>
        {
            Some(home.join(rest.trim_start_matches(std::path::is_separator)))
        }
        _ => Some(absolute(Path::new(text))),
    }
}

/// The same path from any folder that the program is started in next time. Asks no disk.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A path as shown in the field: the user's home is `~`.
pub(crate) fn shown_home(path: &Path) -> String {
    match home().and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned)) {
        Some(rest) if rest.as_os_str().is_empty() => "~".to_owned(),
        Some(rest) => format!("~{}{}", std::path::MAIN_SEPARATOR, shown(&rest)),
        None => shown(path),
    }
}

fn home() -> Option<PathBuf> {
    directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned())
}

// The pulse asks several times a second: less than the run's last moments.
const _: () = assert!(pulse::INTERVAL.as_millis() < AFTER_RUN.as_millis());
