//! Every view, driven through its accessible names as a screen reader would, while a job runs
//! under it. The accessibility check is on: a widget without a name fails the test.
//!
//! Jobs run on threads here: a worker process would be this test binary. The real processes are
//! in the end-to-end tests.
#![expect(clippy::disallowed_methods, reason = "tests prepare files and wait")]

mod algorithms;
mod compare;
mod duplicates;
mod expected;
mod files;
mod lab;
mod opened;
mod verify;

use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;

use crate::algorithms::Algorithms;
use crate::app::{App, Drawing};
use crate::command::Command;
use crate::job::{JobState, LaneView};
use crate::meter::pulse::Pulse;
use crate::session::{Parts, Session, Sheet};
use crate::settings::{Settings, SettingsFile};
use crate::way::Way;

const PATIENCE: Duration = Duration::from_secs(30);
/// Far above what a step takes, far below what the work takes: the machine may be busy.
const STEP: Duration = Duration::from_secs(1);

type Window = Harness<'static, App>;

fn window(settings: Settings, size: (f32, f32)) -> Window {
    let (answers, questions) = Pulse::channel();
    let pulse = Pulse::start(
        move || {
            // There is no event loop to ask: the answer is always there.
            answers.answer();
            true
        },
        questions,
    )
    .expect("a thread");
    let (settings_file, _, _) = SettingsFile::none();
    let session = Session::new(Parts {
        settings,
        settings_file,
        settings_note: None,
        pulse,
        wake: Arc::new(|| {}),
    })
    .expect("threads");
    let mut harness = Harness::builder()
        .with_size(size)
        .with_accessibility_check(true)
        // File names of the tests are plain; the fonts are the program's own.
        .build_eframe(move |creation| {
            App::new(&creation.egui_ctx, session, Drawing::default(), None)
        });
    harness.run_steps(3);
    harness
}

fn settings(way: Way) -> Settings {
    Settings {
        way,
        workers: Some(2),
        ..Settings::default()
    }
}

fn tree(files: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for index in 0..files {
        std::fs::write(
            folder.path().join(format!("{index:04}.txt")),
            format!("file {index}"),
        )
        .expect("a file");
    }
    folder
}

/// A file that takes minutes and no room.
fn endless() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::File::create(folder.path().join("terabyte"))
        .and_then(|file| file.set_len(1 << 40))
        .expect("a sparse file");
    folder
}

fn choose(window: &mut Window, path: &std::path::Path) {
    window
        .state_mut()
        .session
        .apply(Command::UsePaths(vec![path.to_owned()]), None);
    window.run_steps(2);
}

fn all_workers_are_there(window: &Window) -> bool {
    match &window.state().session.job {
        JobState::Running(running) => {
            let is_there = |lane: &LaneView| lane.state.state != workers::WorkerState::Starting;
            running.lanes.iter().all(is_there)
        }
        _ => false,
    }
}

fn step_until(window: &mut Window, what: &str, mut done: impl FnMut(&Window) -> bool) {
    let since = Instant::now();
    while !done(window) {
        assert!(since.elapsed() < PATIENCE, "{what} did not happen");
        window.step();
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn is_finished(window: &Window) -> bool {
    matches!(window.state().session.job, JobState::Finished(_))
        && window.state().session.last_run().is_some()
}

fn is_running(window: &Window) -> bool {
    matches!(window.state().session.job, JobState::Running(_))
}

#[test]
fn a_folder_is_hashed_filtered_sorted_and_shown_with_real_clicks() {
    let folder = tree(500);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    window.get_by_label("Start").click();
    step_until(&mut window, "the end of the job", is_finished);
    step_until(&mut window, "the table", |w| {
        w.state()
            .session
            .rows
            .answer()
            .is_some_and(|answer| answer.order.len() == 500)
    });
    window.run_steps(2);
    assert!(window.query_by_label_contains("0000.txt").is_some());

    window.get_by_label_contains("Filter by part").focus();
    window.run_steps(2);
    window
        .get_by_label_contains("Filter by part")
        .type_text("0042");
    step_until(&mut window, "the filter", |w| {
        w.state()
            .session
            .rows
            .answer()
            .is_some_and(|answer| answer.order.len() == 1)
    });
    window.run_steps(2);
    assert!(window.query_by_label_contains("0042.txt").is_some());
    assert!(window.query_by_label_contains("0000.txt").is_none());

    window
        .state_mut()
        .session
        .apply(Command::Ask(crate::query::Query::default()), None);
    window.run_steps(2);
    window.get_by_label_contains("Sort by Size").click();
    step_until(&mut window, "the sort", |w| {
        w.state()
            .session
            .rows
            .answer()
            .is_some_and(|answer| answer.query.column == crate::query::Column::Size)
    });
}

#[test]
fn calling_for_long_jobs_can_be_chosen() {
    let mut window = window(settings(Way::Threads), (1280.0, 1100.0));
    window.get_by_label("Settings").click();
    window.run_steps(2);
    let wish = |window: &Window| window.state().session.settings.call_after_s;
    assert_eq!(wish(&window), Some(10));
    for wanted in [None, Some(10)] {
        window
            .get_by_label("Call me for a job of more than")
            .click();
        window.run_steps(2);
        assert_eq!(wish(&window), wanted);
    }
}

#[test]
fn every_view_stays_quick_while_a_job_runs_under_it() {
    let folder = endless();
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let mut window = window(settings(Way::Threads), size);
        choose(&mut window, folder.path());
        window.get_by_label("Start").click();
        step_until(&mut window, "the start", is_running);
        for view in ["Checksums", "Runs", "Settings", "Help"] {
            window.get_by_role_and_label(egui::Role::Tab, view).click();
            for _ in 0..20 {
                let began = Instant::now();
                window.step();
                assert!(
                    began.elapsed() < STEP,
                    "{view} took {:?} for a step",
                    began.elapsed()
                );
                assert!(is_running(&window), "the job ended under {view}");
            }
            window.check_accessibility();
        }
        window
            .get_by_role_and_label(egui::Role::Tab, "Checksums")
            .click();
        window.run_steps(2);
        window.get_by_label("Pause").click();
        step_until(&mut window, "the pause", |w| {
            w.state().session.job.word() == "Paused"
        });
        window.run_steps(2);
        window.get_by_label("Resume").click();
        step_until(&mut window, "going on", |w| {
            w.state().session.job.word() == "Hashing"
        });
        window.run_steps(2);
        window.get_by_label("Cancel").click();
        step_until(&mut window, "the end", is_finished);
        assert_eq!(window.state().session.job.word(), "Cancelled");
    }
}

#[test]
fn a_job_on_the_windows_thread_is_done_within_one_step_that_takes_as_long_as_the_job() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::File::create(folder.path().join("large"))
        .and_then(|file| file.set_len(300_000_000))
        .expect("a sparse file");
    let mut window = window(settings(Way::Ui), (1280.0, 800.0));
    choose(&mut window, folder.path());
    window.get_by_label("Start").click();
    window.run_steps(2);
    assert!(
        window.query_by_label_contains("about to freeze").is_some(),
        "it was not announced"
    );
    window.get_by_label("Freeze it").click();
    let mut frames_between = 0;
    step_until(&mut window, "the freeze", |w| {
        frames_between += 1;
        matches!(w.state().session.job, JobState::Freezing { .. })
    });
    // Not one frame of progress is drawn between the announcement and the result.
    window.step();
    window.step();
    step_until(&mut window, "the end", is_finished);
    let JobState::Finished(finished) = &window.state().session.job else {
        panic!("finished a moment ago");
    };
    let frozen = finished.frozen_for.expect("it was frozen");
    assert!(frozen.as_secs_f64() > 0.8 * finished.summary.wall.as_secs_f64());
}

#[test]
fn declining_a_freeze_leaves_everything_as_it_was() {
    let folder = tree(30);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    window.get_by_label("Start").click();
    step_until(&mut window, "the end of the job", is_finished);
    let session = &mut window.state_mut().session;
    session.apply(Command::SetWay(Way::Ui), None);
    let md5 = Algorithms::one(workers::Algorithm::Md5);
    session.apply(Command::SetAlgorithms(md5), None);
    window.run_steps(2);
    window.get_by_label("Run again").click();
    window.run_steps(2);
    assert!(window.query_by_label_contains("about to freeze").is_some());
    window.key_press(Key::Escape);
    window.run_steps(2);
    assert!(is_finished(&window), "the finished job is gone");
    let session = &window.state().session;
    assert_eq!(session.results.len(), 30);
    // The rows are still SHA-256, whatever is chosen for the next job.
    assert_eq!(*session.listed_algorithms, [workers::Algorithm::Sha256]);
}

#[test]
fn after_the_limit_the_rest_of_a_frozen_job_goes_on_in_the_background() {
    let folder = endless();
    let mut chosen = settings(Way::Ui);
    chosen.freeze_limit_s = Some(1);
    let mut window = window(chosen, (1280.0, 800.0));
    choose(&mut window, folder.path());
    window.get_by_label("Start").click();
    window.run_steps(2);
    window.get_by_label("Freeze it").click();
    step_until(&mut window, "the thaw", is_running);
    let done = |w: &Window| match &w.state().session.job {
        JobState::Running(running) => running.bytes_done(),
        _ => 0,
    };
    // The half-read file is gone on with, not begun anew: what was done stays done.
    step_until(&mut window, "progress", |w| done(w) > 0);
    let first = done(&window);
    assert!(first > 50_000_000, "it began again: {first}");
    step_until(&mut window, "more progress", |w| done(w) > first);
    window.get_by_label("Cancel").click();
    step_until(&mut window, "the end", is_finished);
}

#[test]
fn every_action_has_a_key() {
    let folder = tree(20);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    window.key_press(Key::Enter);
    step_until(&mut window, "Enter", is_finished);
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run_steps(2);
    assert!(window.state().session.saving.is_some(), "no save panel");
    window.key_press(Key::Escape);
    window.run_steps(2);
    assert!(window.state().session.saving.is_none(), "the panel stayed");
    window.key_press(Key::F1);
    window.run_steps(2);
    assert!(
        window
            .query_by_label_contains("What the states mean")
            .is_some()
    );
    window.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
    window.run_steps(2);
    assert!(window.query_by_label("Save runs…").is_some());
    let before = window.state().session.settings.scale;
    window.key_press_modifiers(Modifiers::COMMAND, Key::Plus);
    window.run_steps(2);
    assert!(window.state().session.settings.scale > before);
}

#[derive(Debug)]
struct Dropped(std::path::PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nobody should read a file to choose it".to_owned())
    }
}

#[test]
fn dropped_files_and_folders_are_chosen_all_of_them() {
    let folder = tree(3);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    let file = folder.path().join("0001.txt");
    for path in [file.as_path(), folder.path()] {
        let dropped = Arc::new(Dropped(path.to_owned()));
        window.input_mut().dropped_files.push(dropped);
    }
    window.run_steps(3);
    assert!(window.query_by_label_contains("and 1 more").is_some());
    assert_eq!(
        window.state().session.chosen,
        [file, folder.path().to_owned()]
    );
}

#[test]
fn the_longest_name_in_the_sidebar_fits_into_its_highlight() {
    let mut window = window(settings(Way::Threads), (900.0, 600.0));
    // The views there are, and words as long as those of views to come.
    let views = crate::views::all();
    let names = views.iter().map(|view| view.name());
    let names: Vec<&str> = names.chain(["Checksums", "Duplicates"]).collect();
    window.run_steps(2);
    for name in names {
        let words = window.ctx.fonts_mut(|fonts| {
            let color = egui::Color32::WHITE;
            fonts.layout_no_wrap(name.to_owned(), crate::theme::strong(), color)
        });
        let room = crate::app::NAME_ROOM;
        let width = words.size().x;
        assert!(width <= room, "{name} takes {width} points of {room}");
    }
}

#[test]
fn starting_without_a_path_says_what_to_do() {
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert!(
        window
            .query_by_label_contains("Nothing is chosen yet")
            .is_some()
    );
}

/// Two deaths: jobs on threads, as these are, have none.
fn let_workers_die(window: &mut Window) {
    let session = &mut window.state_mut().session;
    for (worker, cause) in [(1, workers::Cause::Unasked), (0, workers::Cause::Kill)] {
        let seconds = Duration::from_secs(2 - worker as u64);
        let died = workers::WorkerEvent::Died {
            pid: Some(4000 + worker as u32),
            how: "was killed (SIGKILL)".to_owned(),
            cause,
            files: workers::FilesInHand::default(),
        };
        let replaced = workers::WorkerEvent::Replaced { pid: Some(5000) };
        session.history.note(worker, seconds, &died);
        session.history.note(worker, seconds, &replaced);
        session.restarts += 1;
    }
    window.run_steps(2);
}

/// Whether something has this in its name.
fn shows(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

fn copied(window: &Window) -> Option<String> {
    let commands = &window.output().platform_output.commands;
    commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

fn copy_by(window: &mut Window, button: &str) -> String {
    window.get_by_label(button).click();
    let mut text = None;
    step_until(window, "the copy", |w| {
        text = copied(w);
        text.is_some()
    });
    text.expect("copied a moment ago")
}

#[test]
fn the_count_of_restarts_opens_what_died_and_why() {
    for size in [(1400.0, 900.0), (900.0, 600.0)] {
        let folder = endless();
        let mut window = window(settings(Way::Threads), size);
        choose(&mut window, folder.path());
        window.get_by_label("Start").click();
        step_until(&mut window, "the start", is_running);
        assert!(!shows(&window, "show what died"));
        let_workers_die(&mut window);
        window
            .get_by_label("2 restarts: show what died, and why")
            .click();
        window.run_steps(3);
        window.check_accessibility();
        assert!(shows(&window, "2 restarts, 2 incidents"));
        let row = "0:02.000, worker 1, process 4000: was killed (SIGKILL), asked for by kill, \
                   none in hand, replaced by process 5000 after 0.0 ms";
        assert!(shows(&window, row), "no row for the newest");
        assert!(shows(&window, "asked for by nobody"));

        // The newest is selected; the keyboard is in the table.
        assert!(shows(&window, "Worker 1, process 4000"));
        window.key_press(Key::ArrowDown);
        window.run_steps(2);
        assert!(shows(&window, "Worker 2, process 4001"));

        let text = copy_by(&mut window, "Copy all incidents");
        let first =
            "0:01.000  worker 2, process 4001: was killed (SIGKILL)\n  asked for by: nobody";
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("\n0:02.000  worker 1"), "{text}");

        // What one more death does to a list that is looked at: nothing but a row above it.
        let_workers_die(&mut window);
        assert!(shows(&window, "Worker 2, process 4001"));

        window.get_by_label("Go on to the log of worker 2").click();
        window.run_steps(3);
        assert!(shows(&window, "Log of worker 2"));
        window.key_press(Key::Escape);
        window.run_steps(2);
        assert!(
            window.state().session.sheet.is_none(),
            "Esc did not close it"
        );
        assert!(is_running(&window), "a look at it ended the job");
        window.get_by_label("Cancel").click();
        step_until(&mut window, "the end", is_finished);
        window.key_press_modifiers(Modifiers::COMMAND, Key::D);
        window.run_steps(2);
        assert!(shows(&window, "4 incidents"));
    }
}

#[test]
fn a_workers_log_opens_from_its_lane_and_is_there_when_the_job_is_over() {
    // Tall lanes have a word for it, short ones open it themselves.
    for size in [(1400.0, 900.0), (900.0, 600.0)] {
        let folder = endless();
        let mut chosen = settings(Way::Threads);
        chosen.workers = Some(4);
        let mut window = window(chosen, size);
        choose(&mut window, folder.path());
        window.get_by_label("Start").click();
        step_until(&mut window, "the start", is_running);
        // Lanes may move as their workers come, and a click would go where one was.
        step_until(&mut window, "every worker", all_workers_are_there);
        window.run_steps(2);
        window.get_by_label("Open the log of worker 2").click();
        step_until(&mut window, "the log", |w| shows(w, "– ready"));
        window.check_accessibility();
        assert!(shows(&window, "started, a thread"));
        assert!(shows(&window, "A thread has no output of its own"));

        window.get_by_label("Log of the next worker").click();
        window.run_steps(2);
        assert!(shows(&window, "Log of worker 3"));
        window.get_by_label("Close").click();
        window.run_steps(2);
        assert!(window.state().session.sheet.is_none());

        // The keys that end a job work below a sheet too; the one that starts it does not.
        window.key_press_modifiers(Modifiers::COMMAND, Key::L);
        window.run_steps(2);
        window.key_press_modifiers(Modifiers::COMMAND, Key::Period);
        step_until(&mut window, "the end", is_finished);
        step_until(&mut window, "its last line", |w| {
            shows(w, "ended with the job")
        });
        let text = copy_by(&mut window, "Copy the whole log");
        assert!(text.contains("  – started, a thread\n"), "{text}");
        window.key_press(Key::Space);
        window.run_steps(3);
        assert!(
            is_finished(&window),
            "a key meant for the sheet began a job"
        );
        window.key_press(Key::Escape);
        window.run_steps(2);
        assert!(window.state().session.sheet.is_none());
        assert_eq!(
            window
                .query_all_by_label("Open the log of worker 1")
                .count(),
            1
        );
    }
}

#[test]
fn without_a_job_the_sheets_say_that_there_is_nothing_yet() {
    let mut window = window(settings(Way::Threads), (900.0, 600.0));
    for key in [Key::D, Key::L] {
        window.key_press_modifiers(Modifiers::COMMAND, key);
        window.run_steps(2);
        assert!(shows(&window, "has run yet"));
        window.check_accessibility();
        window.key_press(Key::Escape);
        window.run_steps(2);
    }
    assert!(window.state().session.sheet.is_none());
}

#[test]
fn looking_at_a_log_never_waits_for_those_who_write_it() {
    let folder = tree(2000);
    let mut window = window(settings(Way::Threads), (900.0, 600.0));
    choose(&mut window, folder.path());
    window.get_by_label("Start").click();
    step_until(&mut window, "the start", |w| {
        w.state().session.log.is_some()
    });
    window.key_press_modifiers(Modifiers::COMMAND, Key::L);
    step_until(
        &mut window,
        "the log",
        |w| matches!(&w.state().session.sheet, Some(Sheet::Log(log)) if log.version > 0),
    );
    step_until(&mut window, "the end", is_finished);
    let read = |w: &Window| match &w.state().session.sheet {
        Some(Sheet::Log(log)) => log.version,
        _ => 0,
    };
    // Nothing new is written, so nothing is read again and no frame is asked for.
    step_until(&mut window, "the last line", |w| {
        shows(w, "ended with the job")
    });
    let version = read(&window);
    for _ in 0..20 {
        window.step();
    }
    assert_eq!(read(&window), version);
    assert_eq!(window.state_mut().session.advance(), None);
}
