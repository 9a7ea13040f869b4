//! Verifying in the window: checksum files are recognised, verdicts filtered, what failed is
//! verified again, and a report is saved.

use std::path::{Path, PathBuf};

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use workers::{Algorithm, Digest, Unlisted, VerdictKind};

use super::{Dropped, Window, choose, is_finished, settings, shows, step_until, tree, window};
use crate::command::Command;
use crate::job::JobState;
use crate::target::Target;
use crate::way::Way;

pub(super) fn digest_of(algorithm: Algorithm, content: &[u8]) -> String {
    let mut hasher = algorithm.hasher();
    let mut digest = Vec::new();
    hasher.update(content);
    hasher.finish_into(&mut digest);
    Digest(&digest).to_string()
}

/// Writes a list of some files of [`tree`], as if they were as `tree` makes them.
fn list(folder: &Path, name: &str, files: std::ops::Range<usize>) -> PathBuf {
    let lines: String = files
        .map(|index| {
            let digest = digest_of(Algorithm::Sha256, format!("file {index}").as_bytes());
            format!("{digest}  {index:04}.txt\n")
        })
        .collect();
    let path = folder.join(name);
    std::fs::write(&path, lines).expect("a list");
    path
}

/// Chooses a path, and waits until it is known what it is.
pub(super) fn choose_known(window: &mut Window, path: &Path) {
    choose(window, path);
    step_until(window, "the look at what it is", |w| {
        w.state().session.targets.get() != &Target::Unknown
    });
    window.run_steps(2);
}

pub(super) fn verify(window: &mut Window, button: &str) {
    let before = window.state().session.run_number();
    window.get_by_label(button).click();
    step_until(window, "the start", |w| {
        w.state().session.run_number() > before
    });
    step_until(window, "the end", is_finished);
    table_is_whole(window);
}

pub(super) fn table_is_whole(window: &mut Window) {
    step_until(window, "the table", |w| {
        let session = &w.state().session;
        session.rows.answer().is_some_and(|answer| {
            answer.seen == session.results.len() && answer.query == session.query
        })
    });
    window.run_steps(2);
}

fn count(window: &Window, kind: VerdictKind) -> u64 {
    window.state().session.results.counts().get(kind)
}

/// The rows as they stand in the table.
pub(super) fn names(window: &Window) -> Vec<String> {
    let session = &window.state().session;
    let order = session.rows.answer().expect("an answer").order.clone();
    let name = |&row: &u32| {
        let path = session.results.get(row as usize)?.path;
        Some(path.file_name()?.to_string_lossy().into_owned())
    };
    order.iter().filter_map(name).collect()
}

#[test]
fn a_list_is_verified_and_the_answer_is_large_and_plain() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = tree(300);
        let list = list(folder.path(), "SHA256SUMS", 0..300);
        let mut window = window(settings(Way::Threads), size);
        choose_known(&mut window, &list);
        verify(&mut window, "Verify");
        assert!(shows(&window, "✓ All 300 files are as listed"));
        assert!(shows(&window, "0000.txt, 6 B, OK, as listed"));
        assert!(shows(&window, "Show OK, 300 results"));
        assert!(
            window
                .query_by_label("Verify again only what was not as listed")
                .is_none()
        );
        window.check_accessibility();
    }
}

#[test]
fn what_is_wrong_comes_first_can_be_filtered_and_is_verified_again_alone() {
    let folder = tree(40);
    let list = list(folder.path(), "files.sha256", 0..40);
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("0017.txt"), "file 71").expect("changed");
    std::fs::remove_file(file("0003.txt")).expect("removed");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, &list);
    verify(&mut window, "Verify");
    assert!(shows(&window, "✗ 1 wrong, 1 missing of 40 files"));
    assert_eq!(names(&window)[..3], ["0017.txt", "0003.txt", "0000.txt"]);
    assert!(shows(&window, "0003.txt, –, missing, not there"));
    let wrong = format!(
        "failed, listed {}…",
        &digest_of(Algorithm::Sha256, b"file 17")[..8]
    );
    assert!(shows(&window, &wrong));

    window.get_by_label("Show Missing, 1 results").click();
    window.run_steps(2);
    table_is_whole(&mut window);
    assert_eq!(names(&window), ["0003.txt"]);

    // One of them is mended; the other is not.
    std::fs::write(file("0017.txt"), "file 17").expect("mended");
    verify(&mut window, "Verify again only what was not as listed");
    assert!(shows(&window, "✗ 1 of 2 files is missing"));
    let session = &window.state().session;
    assert_eq!(session.results.len(), 2);
    assert_eq!(count(&window, VerdictKind::Ok), 1);

    // By the keyboard: what is now missing alone.
    std::fs::write(file("0003.txt"), "file 3").expect("mended");
    window.key_press_modifiers(Modifiers::COMMAND, Key::R);
    let before = window.state().session.run_number();
    step_until(&mut window, "Ctrl+R", |w| {
        w.state().session.run_number() > before && is_finished(w)
    });
    window.run_steps(2);
    assert!(shows(&window, "✓ The file is now as listed"));
    // The button is for everything again.
    verify(&mut window, "Verify");
    assert!(shows(&window, "✓ All 40 files are as listed"));

    window.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
    window.run_steps(2);
    assert!(shows(&window, "What Verify files.sha256, Files 40"));
}

#[test]
fn a_list_whose_algorithm_was_guessed_wrong_says_so_and_is_verified_as_another() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = tree(3);
        let lines: String = (0..3)
            .map(|index| {
                let content = format!("file {index}");
                let digest = digest_of(Algorithm::Blake3, content.as_bytes());
                format!("{digest}  {index:04}.txt\n")
            })
            .collect();
        let list = folder.path().join("digests.txt");
        std::fs::write(&list, lines).expect("a list");
        let mut window = window(settings(Way::Threads), size);
        choose_known(&mut window, &list);
        verify(&mut window, "Verify");
        assert_eq!(count(&window, VerdictKind::Failed), 3);
        let said = "the list names no algorithm and was taken for SHA-256";
        assert!(window.query_by_label_contains(said).is_some());
        window.check_accessibility();
        window
            .get_by_label("Verify as digests of another algorithm")
            .click();
        window.run_steps(3);
        verify(&mut window, "BLAKE3");
        assert!(shows(&window, "✓ All 3 files are as listed"));
        let again = "Verify as digests of another algorithm";
        assert!(window.query_by_label(again).is_none());
    }
}

#[test]
fn what_a_weak_algorithm_does_not_show_is_said_beside_the_answer() {
    for (algorithm, is_said) in [(Algorithm::Md5, true), (Algorithm::Sha256, false)] {
        let folder = tree(1);
        let digest = digest_of(algorithm, b"file 0");
        let list = folder.path().join(format!("list.{}", algorithm.name()));
        std::fs::write(&list, format!("{digest}  0000.txt\n")).expect("a list");
        let mut window = window(settings(Way::Threads), (900.0, 600.0));
        choose_known(&mut window, &list);
        verify(&mut window, "Verify");
        let said = "MD5 finds accidents, is no protection against tampering";
        assert_eq!(window.query_by_label_contains(said).is_some(), is_said);
    }
}

#[test]
fn totals_add_up_whatever_the_verdicts() {
    let folder = tree(12);
    let path = list(folder.path(), "files.sha256", 0..10);
    let file = |name: &str| folder.path().join(name);
    let mut lines = std::fs::read_to_string(&path).expect("the list");
    lines.push_str("this is no line of a list\n");
    std::fs::write(&path, lines).expect("the list");
    std::fs::write(file("0001.txt"), "other").expect("changed");
    std::fs::remove_file(file("0002.txt")).expect("removed");
    std::fs::rename(file("0003.txt"), file("elsewhere.txt")).expect("moved");
    std::fs::copy(file("0004.txt"), file("copy.txt")).expect("copied");
    let mut chosen = settings(Way::Threads);
    chosen.unlisted = Unlisted::Read;
    let mut window = window(chosen, (1280.0, 800.0));
    choose_known(&mut window, &path);
    verify(&mut window, "Verify");
    for (kind, n) in [
        (VerdictKind::Ok, 7),
        (VerdictKind::Failed, 1),
        (VerdictKind::Missing, 1),
        (VerdictKind::Moved, 1),
        (VerdictKind::Duplicate, 1),
        (VerdictKind::New, 2),
        (VerdictKind::BadLine, 1),
    ] {
        assert_eq!(count(&window, kind), n, "{kind:?}");
    }
    let JobState::Finished(finished) = &window.state().session.job else {
        panic!("finished a moment ago");
    };
    let summary = &finished.summary;
    assert_eq!(summary.found, summary.counts.total() + summary.not_reached);
    assert_eq!(summary.counts, *window.state().session.results.counts());
    assert!(shows(&window, "0003.txt, 6 B, moved, now elsewhere.txt"));
    assert!(shows(&window, "copy.txt, 6 B, duplicate, as 0004.txt"));
    assert!(shows(
        &window,
        "✗ 1 wrong, 1 missing, 1 moved of 10 files, and 1 line could not be read"
    ));
}

#[test]
fn what_is_wrong_is_seen_while_the_rest_is_still_read_and_stays_after_a_cancel() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = tree(3);
        let path = list(folder.path(), "files.sha256", 0..3);
        std::fs::write(folder.path().join("0001.txt"), "other").expect("changed");
        // It takes minutes.
        std::fs::File::create(folder.path().join("terabyte"))
            .and_then(|file| file.set_len(1 << 40))
            .expect("a sparse file");
        let mut lines = std::fs::read_to_string(&path).expect("the list");
        lines.push_str(&format!("{}  terabyte\n", "00".repeat(32)));
        std::fs::write(&path, lines).expect("the list");
        let mut window = window(settings(Way::Threads), size);
        choose_known(&mut window, &path);
        window.get_by_label("Verify").click();
        step_until(&mut window, "the bad news", |w| {
            shows(w, "✗ 1 wrong so far")
        });
        assert_eq!(window.state().session.job.word(), "Verifying");
        window.check_accessibility();
        window.get_by_label("Cancel").click();
        step_until(&mut window, "the end", is_finished);
        window.run_steps(2);
        assert!(shows(&window, "✗ Cancelled: 1 wrong so far"));
        let JobState::Finished(finished) = &window.state().session.job else {
            panic!("finished a moment ago");
        };
        let summary = &finished.summary;
        assert_eq!(summary.found, summary.counts.total() + summary.not_reached);
    }
}

#[test]
fn lists_dropped_together_are_verified_together_and_never_freeze_the_window() {
    let folder = tree(20);
    let lists = [
        list(folder.path(), "a.sha256", 0..12),
        list(folder.path(), "b.sha256", 8..20),
    ];
    let mut window = window(settings(Way::Ui), (1280.0, 800.0));
    for path in lists.clone() {
        let dropped = std::sync::Arc::new(Dropped(path));
        window.input_mut().dropped_files.push(dropped);
    }
    window.run_steps(3);
    step_until(&mut window, "the look at what they are", |w| {
        w.state().session.targets.get() == &Target::Lists
    });
    window.run_steps(2);
    assert_eq!(window.state().session.chosen, lists);
    window.get_by_label("Run on: ❄ Window").click();
    window.run_steps(2);
    assert_eq!(window.state().session.way(), Way::Processes);

    window
        .state_mut()
        .session
        .apply(Command::SetWay(Way::Threads), None);
    window.run_steps(2);
    verify(&mut window, "Verify");
    assert!(shows(&window, "✓ All 20 files are as listed"));
}

#[test]
fn a_list_can_be_hashed_itself_and_a_folder_that_holds_one_always_is() {
    let folder = tree(5);
    let list = list(folder.path(), "SHA256SUMS", 0..5);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, &list);
    window
        .get_by_label("Hash the checksum file itself instead")
        .click();
    window.run_steps(2);
    verify(&mut window, "Start");
    assert_eq!(names(&window), ["SHA256SUMS"]);
    window
        .get_by_label("Verify what the checksum file lists")
        .click();
    window.run_steps(2);
    assert!(window.query_by_label("Verify").is_some());

    choose_known(&mut window, folder.path());
    verify(&mut window, "Run again");
    assert_eq!(names(&window).len(), 6);
}

fn drop_known(window: &mut Window, paths: &[&Path]) {
    for path in paths {
        let dropped = std::sync::Arc::new(Dropped((*path).to_owned()));
        window.input_mut().dropped_files.push(dropped);
    }
    window.run_steps(3);
    step_until(window, "the look at what they are", |w| {
        w.state().session.targets.get() != &Target::Unknown
    });
    window.run_steps(2);
}

#[test]
fn a_file_that_is_dropped_with_its_list_is_verified_and_no_other_is_missed() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = tree(3);
        // It lists more than was downloaded.
        let list = list(folder.path(), "SHA256SUMS", 0..12);
        let file = folder.path().join("0001.txt");
        let mut window = window(settings(Way::Threads), size);
        drop_known(&mut window, &[&file, &list]);
        assert!(shows(&window, "Only what is chosen beside the list"));
        verify(&mut window, "Verify");
        assert!(shows(&window, "✓ The file is as listed"));
        assert_eq!(names(&window), ["0001.txt"]);

        window.get_by_label("Hash what is chosen instead").click();
        window.run_steps(2);
        verify(&mut window, "Run again");
        assert_eq!(names(&window).len(), 2);
        window
            .get_by_label("Verify what the checksum file lists")
            .click();
        window.run_steps(2);

        window.get_by_label("Verify all that is listed").click();
        window.run_steps(2);
        step_until(&mut window, "the look at the list alone", |w| {
            w.state().session.targets.get() == &Target::Lists
        });
        window.run_steps(2);
        verify(&mut window, "Verify");
        assert!(shows(&window, "9 of 12 files are missing"));
    }
}

#[test]
fn a_folder_that_is_dropped_with_its_list_is_verified_and_what_is_in_no_list_is_hashed() {
    let folder = tree(6);
    let list = list(folder.path(), "SHA256SUMS", 0..5);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    drop_known(&mut window, &[&list, folder.path()]);
    verify(&mut window, "Verify");
    assert!(shows(&window, "✓ All 5 files are as listed"));

    // The last is in no list, so it is not known what these are meant to be.
    drop_known(&mut window, &[&list, &folder.path().join("0005.txt")]);
    verify(&mut window, "Run again");
    assert_eq!(names(&window), ["0005.txt", "SHA256SUMS"]);
}

#[test]
fn what_is_called_like_a_list_and_is_none_is_hashed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("photo-sha256.jpg");
    std::fs::write(&path, b"\xff\xd8\xff no list").expect("a file");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    // Started before anybody can know: it is found out first.
    window
        .state_mut()
        .session
        .apply(Command::UsePaths(vec![path]), None);
    window.state_mut().session.apply(Command::Start, None);
    step_until(&mut window, "the end", is_finished);
    table_is_whole(&mut window);
    assert_eq!(names(&window), ["photo-sha256.jpg"]);
    assert!(matches!(
        window.state().session.listed(),
        Some(crate::work::Work::Hash { .. })
    ));
}

#[test]
fn a_verification_is_saved_as_a_report_and_never_as_a_list() {
    let folder = tree(6);
    let list = list(folder.path(), "files.sha256", 0..6);
    std::fs::write(folder.path().join("0004.txt"), "file X").expect("changed");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, &list);
    verify(&mut window, "Verify");
    assert!(!shows(&window, "Save list"));
    window.get_by_label("Save report…").click();
    step_until(&mut window, "the panel", |w| shows(w, "Save the report"));
    window.check_accessibility();
    window.get_by_label("Save").click();
    step_until(&mut window, "the save", |w| {
        w.state().session.saving.is_none()
    });
    let report = std::fs::read_to_string(folder.path().join("files.sha256-report.txt"));
    let report = report.expect("a report");
    assert!(
        report.contains("Outcome:       1 of 6 files is wrong\n"),
        "{report}"
    );
    let found = digest_of(Algorithm::Sha256, b"file X");
    assert!(
        report.contains(&format!("0004.txt: its SHA-256 is {found}, not ")),
        "{report}"
    );
    assert_eq!(
        report
            .lines()
            .filter(|line| line.starts_with("OK "))
            .count(),
        5
    );

    // What is copied says the same, and is no checksum list either.
    window.key_press_modifiers(Modifiers::COMMAND, Key::S);
    window.run_steps(2);
    window
        .state_mut()
        .session
        .apply(Command::SetSaveFormat(2), None);
    window.state_mut().session.apply(Command::Save, None);
    step_until(&mut window, "the save", |w| {
        w.state().session.saving.is_none()
    });
    let json = std::fs::read(folder.path().join("files.sha256-report.json")).expect("a report");
    let json: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(json["verification"]["algorithms"][0], "sha256");
    assert_eq!(json["files"].as_array().expect("files").len(), 6);
    assert_eq!(json["files"][4]["found"], found.as_str());
}

#[cfg(target_os = "linux")]
#[test]
fn what_there_is_to_know_beside_a_verdict_stands_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let digest = |content: &[u8]| digest_of(Algorithm::Sha256, content);
    std::fs::write(folder.path().join("caf\u{e9}"), "coffee").expect("a file");
    std::fs::write(folder.path().join("tea"), "tea").expect("a file");
    let lines = format!(
        "{}  cafe\u{301}\n{}  tea\n{}  tea\n",
        digest(b"coffee"),
        digest(b"tea"),
        digest(b"milk")
    );
    let list = folder.path().join("all.sha256");
    std::fs::write(&list, lines).expect("a list");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, &list);
    verify(&mut window, "Verify");
    assert!(shows(&window, "✗ 1 of 2 files is wrong"));
    assert!(shows(
        &window,
        "; the lists disagree about it: another line fits"
    ));
    assert!(shows(
        &window,
        "OK, as listed; its name is listed in another Unicode form"
    ));
    window.check_accessibility();
}

/// Whether a text is on the screen to its last letter.
fn is_whole(window: &Window, text: &str) -> bool {
    window.output().shapes.iter().any(|shape| {
        let eframe::egui::Shape::Text(painted) = &shape.shape else {
            return false;
        };
        painted.galley.text() == text && !painted.galley.elided
    })
}

#[test]
fn a_long_answer_is_said_whole_in_smaller_type_or_on_two_lines() {
    let folder = tree(13);
    let list = list(folder.path(), "files.sha256", 0..13);
    let mut lines = std::fs::read_to_string(&list).expect("the list");
    lines.push_str("no line of a list\n");
    std::fs::write(&list, lines).expect("the list");
    std::fs::write(folder.path().join("0000.txt"), "another").expect("changed");
    for index in 1..9 {
        let path = folder.path().join(format!("{index:04}.txt"));
        std::fs::remove_file(&path).expect("removed");
        if index > 6 {
            std::fs::create_dir(&path).expect("a folder in its place");
        }
    }
    let answer = "✗ 1 wrong, 6 missing, 2 unreadable of 13 files, and 1 line could not be read";
    for size in [(1280.0, 800.0), (900.0, 600.0), (760.0, 600.0)] {
        let mut window = window(settings(Way::Threads), size);
        choose_known(&mut window, &list);
        verify(&mut window, "Verify");
        assert!(shows(&window, answer));
        assert!(is_whole(&window, answer), "{size:?}");
        window.check_accessibility();
    }
}
