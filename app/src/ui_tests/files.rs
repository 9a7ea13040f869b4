//! Choosing which files count in the window: by clicks and keys, for every kind of job, and what is
//! said of it afterwards.

use std::path::Path;

use eframe::egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use workers::{Unlisted, VerdictKind};

use super::duplicates::aim;
use super::verify::{choose_known, names, verify};
use super::{Window, choose, settings, shows, step_until, window};
use crate::command::Command;
use crate::files::{Field, Typed};
use crate::job::JobState;
use crate::session::Sheet;
use crate::settings::Settings;
use crate::way::Way;

/// Four files that anybody means, two that are hidden, one in a hidden folder, two that end in `.tmp`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [
        "a.txt",
        "b.txt",
        "sub/c.txt",
        "sub/large.txt",
        ".hidden",
        "sub/.DS_Store",
        ".cache/thing.txt",
        "x.tmp",
        "sub/y.tmp",
    ] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let size = if name.contains("large") { 3000 } else { 10 };
        let content = name.bytes().cycle().take(size).collect::<Vec<u8>>();
        std::fs::write(path, content).expect("a file");
    }
    folder
}

/// Opens the sheet by the button that says what counts.
fn open(window: &mut Window) {
    window.get_by_label_contains("Which files count: ").click();
    window.run_steps(3);
    assert!(matches!(window.state().session.sheet, Some(Sheet::Files)));
}

fn write(window: &mut Window, field: &str, text: &str) {
    window.get_by_label(field).focus();
    window.run_steps(2);
    window.get_by_label(field).type_text(text);
    window.run_steps(2);
}

fn close(window: &mut Window) {
    window.get_by_label("Done").click();
    window.run_steps(3);
    assert!(window.state().session.sheet.is_none());
}

fn leave_out_hidden_and_tmp(window: &mut Window) {
    open(window);
    window.get_by_label("Hidden files and folders").click();
    window.run_steps(2);
    write(window, "Without these: patterns", "*.tmp");
    window.check_accessibility();
    close(window);
}

fn save_as(window: &mut Window, path: &Path, format: usize) -> String {
    let session = &mut window.state_mut().session;
    session.apply(Command::SetSaveFormat(format), None);
    let text = path.to_string_lossy().into_owned();
    session.apply(Command::EditSavePath(text), None);
    session.apply(Command::Save, None);
    step_until(window, "the save", |w| w.state().session.saving.is_none());
    std::fs::read_to_string(path).expect("it was saved")
}

fn open_save(window: &mut Window) {
    let session = &mut window.state_mut().session;
    session.apply(Command::OpenSave(session.what_to_save()), None);
}

#[test]
fn hidden_and_temporary_files_are_left_out_of_a_list_and_everybody_is_told() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = folder();
        let mut window = window(settings(Way::Threads), size);
        choose(&mut window, folder.path());
        assert!(shows(&window, "Which files count: all files"));
        leave_out_hidden_and_tmp(&mut window);
        assert!(shows(
            &window,
            "Which files count: without hidden files, *.tmp"
        ));
        verify(&mut window, "Start");
        let shown = names(&window);
        let shown: Vec<&str> = shown
            .iter()
            .filter_map(|name| name.split(['/', '\\']).next_back())
            .collect();
        assert_eq!(shown, ["a.txt", "b.txt", "c.txt", "large.txt"]);
        let JobState::Finished(finished) = &window.state().session.job else {
            panic!("it has finished");
        };
        let summary = &finished.summary;
        assert_eq!(summary.found, 4);
        assert_eq!(summary.counts.total() + summary.not_reached, summary.found);
        // `.cache` is one, whatever is in it.
        assert_eq!(summary.left_out, 5);
        assert!(shows(&window, "5 left out by your choice"));

        window.key_press_modifiers(Modifiers::COMMAND, Key::Num3);
        window.run_steps(2);
        assert!(shows(
            &window,
            "Files: without hidden files, *.tmp; 5 left out by your choice"
        ));
        let session = &mut window.state_mut().session;
        session.apply(Command::OpenSave(crate::saving::SaveWhat::Runs), None);
        let json = save_as(&mut window, &folder.path().join("runs.json"), 1);
        let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(json[0]["selection"]["hidden"], false);
        assert_eq!(json[0]["selection"]["without"][0], "*.tmp");
        assert_eq!(json[0]["left_out"], 5);
    }
}

#[test]
fn a_comparison_and_its_report_say_what_was_left_out() {
    let [left, right] = [folder(), folder()];
    std::fs::write(right.path().join("x.tmp"), "another").expect("a file");
    std::fs::write(right.path().join(".new"), "only here").expect("a file");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    let both = vec![left.path().to_owned(), right.path().to_owned()];
    let session = &mut window.state_mut().session;
    session.apply(Command::UsePaths(both), None);
    window.run_steps(2);
    aim(&mut window, "Compare with…");
    leave_out_hidden_and_tmp(&mut window);
    verify(&mut window, "Compare");
    assert!(shows(
        &window,
        "✓ The two sides are the same, but for what you left out"
    ));
    open_save(&mut window);
    let text = save_as(&mut window, &left.path().join("report.txt"), 0);
    for line in [
        "\nFiles:         without hidden files, *.tmp\n",
        "\nLeft out:      11 files and folders, by choice\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    open_save(&mut window);
    let json = save_as(&mut window, &left.path().join("report.json"), 2);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["comparison"]["selection"]["without"][0], "*.tmp");
    assert_eq!(json["comparison"]["left_out"], 11);
}

#[test]
fn what_a_verification_calls_new_and_what_can_be_a_duplicate_is_chosen_too() {
    let folder = folder();
    let list = folder.path().join("list.sha256");
    let digest = super::verify::digest_of(workers::Algorithm::Sha256, b"a.txta.txta");
    // Ten bytes of it are what is there.
    let digest_10 = super::verify::digest_of(workers::Algorithm::Sha256, b"a.txta.txt");
    assert_ne!(digest, digest_10);
    std::fs::write(&list, format!("{digest_10}  a.txt\n{digest_10}  x.tmp\n")).expect("a list");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, &list);
    let session = &mut window.state_mut().session;
    session.apply(Command::SetUnlisted(Unlisted::Reported), None);
    window.run_steps(2);
    leave_out_hidden_and_tmp(&mut window);
    verify(&mut window, "Verify");
    let counts = *window.state().session.results.counts();
    assert_eq!(counts.get(VerdictKind::New), 3, "b, c and large");
    // What is listed is verified, whatever it is called.
    assert_eq!(counts.get(VerdictKind::Failed), 1);

    // Where nobody looks for other files, there is nothing to choose, and nothing said of it.
    let session = &mut window.state_mut().session;
    session.apply(Command::SetUnlisted(Unlisted::Ignored), None);
    window.run_steps(2);
    verify(&mut window, "Verify all");
    assert!(!shows(&window, "left out by your choice"));

    std::fs::write(folder.path().join("copy.tmp"), "b.txtb.txt").expect("a file");
    choose_known(&mut window, folder.path());
    aim(&mut window, "Find duplicates");
    verify(&mut window, "Find duplicates");
    assert!(shows(
        &window,
        "✓ No two files are the same, but for what you left out"
    ));
}

#[test]
fn what_cannot_be_understood_is_said_at_its_field_and_starts_no_job() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = folder();
        let mut window = window(settings(Way::Threads), size);
        choose(&mut window, folder.path());
        open(&mut window);
        write(&mut window, "Smallest size that counts", "10 XB");
        write(&mut window, "Only these: patterns", "*.txt, [");
        assert!(shows(
            &window,
            "'10 XB' is no size; 500, 10 MB and 4 GiB are"
        ));
        assert!(shows(&window, "'[' is no pattern: "));
        window.check_accessibility();
        close(&mut window);
        window.get_by_label("Start").click();
        window.run_steps(3);
        let session = &window.state().session;
        assert_eq!(session.run_number(), 0);
        assert!(
            matches!(session.sheet, Some(Sheet::Files)),
            "where to mend it"
        );
        assert!(shows(&window, "Nothing was started"));
        // Half of it is not for the next start of the program.
        assert_eq!(session.settings.files, Typed::default());

        window.get_by_label("Reset to everything").click();
        window.run_steps(3);
        assert_eq!(window.state().session.files.wrong(Field::Smallest), None);
        close(&mut window);
        assert!(shows(&window, "Which files count: all files"));
        verify(&mut window, "Start");
        assert_eq!(window.state().session.results.len(), 9);
        assert!(!shows(&window, "left out by your choice"));
    }
}

#[test]
fn everything_in_the_sheet_is_reached_by_keys() {
    let mut window = window(settings(Way::Threads), (900.0, 600.0));
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(3);
    let mut reached = Vec::new();
    for _ in 0..20 {
        window.key_press(Key::Tab);
        window.run_steps(2);
        for name in [
            "Hidden files and folders",
            "System leftovers: .DS_Store, Thumbs.db and their kind",
            "Other file systems that are mounted below the folder",
            "What symbolic links lead to, when hashing",
            "Smallest size that counts",
            "Largest size that counts",
            "Only these: patterns",
            "Without these: patterns",
            "Done",
        ] {
            if window.get_by_label(name).is_focused() && !reached.contains(&name) {
                reached.push(name);
                match name {
                    "Hidden files and folders" | "What symbolic links lead to, when hashing" => {
                        window.key_press(Key::Space);
                    }
                    "Largest size that counts" => window.get_by_label(name).type_text("4 GiB"),
                    _ => {}
                }
                window.run_steps(2);
            }
        }
    }
    assert_eq!(reached.len(), 9, "{reached:?}");
    let session = &window.state().session;
    let files = session.files_now();
    assert_eq!(
        files.in_words(usize::MAX),
        "links followed; without hidden files; at most 4 GiB"
    );
    // It is kept for the next time.
    assert_eq!(session.settings.files, *session.files.typed());
    window.key_press(Key::Escape);
    window.run_steps(2);
    if window.state().session.sheet.is_some() {
        // The first press was the field's.
        window.key_press(Key::Escape);
        window.run_steps(2);
    }
    assert!(window.state().session.sheet.is_none());
}

#[test]
fn a_choice_that_was_kept_is_in_force_and_what_is_damaged_of_it_is_told() {
    let kept = Settings {
        files: Typed {
            without: "*.tmp".to_owned(),
            largest: "lots".to_owned(),
            ..Typed::default()
        },
        ..settings(Way::Threads)
    };
    let window = window(kept, (1280.0, 800.0));
    assert!(shows(&window, "Which files count: without *.tmp"));
    assert!(shows(&window, "'lots' is no size"));
}

#[test]
fn while_a_job_runs_what_counts_stays_as_it_was_begun() {
    let folder = super::endless();
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    window.get_by_label("Start").click();
    step_until(&mut window, "the start", super::is_running);
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::E);
    window.run_steps(2);
    assert!(window.state().session.sheet.is_none());
    let button = window.get_by_role_and_label(Role::Button, "Which files count: all files");
    assert!(button.accesskit_node().is_disabled());
    window.get_by_label("Cancel").click();
    step_until(&mut window, "the end", super::is_finished);
}
