//! Finding duplicates in the window: chosen from the menu beside the button, shown by group, saved
//! as a report.

use std::path::Path;

use eframe::egui::{self, Key};
use egui_kittest::kittest::Queryable as _;

use super::verify::{choose_known, names, table_is_whole, verify};
use super::{Window, choose, settings, shows, step_until, tree, window};
use crate::command::Command;
use crate::query::Column;
use crate::target::Aim;
use crate::way::Way;
use crate::work::Work;

/// Opens the menu beside the button and picks from it.
pub(super) fn aim(window: &mut Window, words: &str) {
    window.get_by_label_contains("What to do: ").click();
    window.run_steps(3);
    window
        .get_by_role_and_label(egui::Role::Button, words)
        .click();
    window.run_steps(3);
}

/// Two groups: three files of 4 bytes, two of 100. And some that are alone, two of them of one size.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).expect("a file");
    };
    for name in ["a", "b", "c"] {
        write(name, b"four");
    }
    for name in ["large 1", "large 2"] {
        write(name, &[7; 100]);
    }
    write("other", b"ruof");
    write("alone", b"nobody has nine and thirty");
    folder
}

#[test]
fn duplicates_are_found_and_stand_by_what_their_group_wastes() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = folder();
        let mut window = window(settings(Way::Threads), size);
        // What to do can be chosen first, and stays chosen.
        aim(&mut window, "Find duplicates");
        choose(&mut window, folder.path());
        assert_eq!(window.state().session.aim(), Aim::Duplicates);
        verify(&mut window, "Find duplicates");
        assert!(shows(&window, "▲ 3 files could go, 108 B"));
        assert!(shows(&window, "2 groups · 216 B read"));
        assert_eq!(names(&window), ["large 2", "b", "c"]);
        let of = |name: &str| {
            let parent = folder.path().file_name().expect("a name");
            Path::new(parent).join(name).display().to_string()
        };
        let row = format!("{}, 4 B, duplicate, {}, group wastes 8 B", of("b"), of("a"));
        assert!(shows(&window, &row), "{row}");
        assert!(shows(&window, "Show Duplicate, 3 results"));

        window.get_by_label_contains("Sort by Size").click();
        step_until(&mut window, "the sort", |w| {
            let answer = w.state().session.rows.answer();
            answer.is_some_and(|answer| answer.query.column == Column::Size)
        });
        assert_eq!(names(&window), ["b", "c", "large 2"]);
        window.get_by_label_contains("Sort by Group wastes").click();
        step_until(&mut window, "the sort", |w| {
            let answer = w.state().session.rows.answer();
            answer.is_some_and(|answer| answer.query.column == Column::Waste)
        });
        assert_eq!(names(&window), ["large 2", "b", "c"]);
        window.check_accessibility();
        // Nothing is ever deleted.
        assert_eq!(std::fs::read_dir(folder.path()).expect("it").count(), 7);
    }
}

#[test]
fn where_no_two_files_are_the_same_that_is_the_answer_and_can_be_saved() {
    let folder = tree(10);
    let mut window = window(settings(Way::Ui), (1280.0, 800.0));
    choose(&mut window, folder.path());
    aim(&mut window, "Find duplicates");
    // A search does not freeze the window.
    assert_eq!(window.state().session.way(), Way::Processes);
    window
        .state_mut()
        .session
        .apply(Command::SetWay(Way::Threads), None);
    window.run_steps(2);
    verify(&mut window, "Find duplicates");
    assert!(shows(&window, "✓ No two files are the same"));
    window.get_by_label("Save report…").click();
    window.run_steps(2);
    assert!(window.state().session.saving.is_some());
}

#[test]
fn groups_are_saved_as_a_report_that_names_the_originals() {
    let folder = folder();
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    aim(&mut window, "Find duplicates");
    verify(&mut window, "Find duplicates");
    for (format, ending) in [(0, "txt"), (1, "csv"), (2, "json")] {
        let path = folder.path().join(format!("report.{ending}"));
        let session = &mut window.state_mut().session;
        session.apply(Command::OpenSave(session.what_to_save()), None);
        session.apply(Command::SetSaveFormat(format), None);
        session.apply(
            Command::EditSavePath(path.to_string_lossy().into_owned()),
            None,
        );
        session.apply(Command::Save, None);
        step_until(&mut window, "the save", |w| {
            w.state().session.saving.is_none()
        });
    }
    let read = |ending: &str| {
        std::fs::read_to_string(folder.path().join(format!("report.{ending}"))).expect("a report")
    };
    let a = workers::shown(&folder.path().join("a"));
    let b = workers::shown(&folder.path().join("b"));
    let text = read("txt");
    assert!(
        text.starts_with(
            "Report of a search for duplicates\n\nOutcome:       3 files could go, 108 B\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(&format!("{b}: it has the content of {a}\n")),
        "{text}"
    );
    let csv = read("csv");
    assert!(csv.starts_with("path,verdict,size,algorithm,expected,found,reason,other_path\n"));
    assert!(
        csv.contains(&format!("\"{b}\",\"duplicate\",\"4\"")),
        "{csv}"
    );
    assert!(csv.contains(&format!(",\"{a}\"\n")), "{csv}");
    let json: serde_json::Value = serde_json::from_str(&read("json")).expect("JSON");
    assert_eq!(json["duplicates"]["counts"]["duplicate"], 3);
    assert_eq!(json["files"][0]["other_path"], a.as_str());
}

#[test]
fn the_menu_is_used_by_keyboard_and_a_checksum_file_is_still_verified() {
    let folder = tree(3);
    let list = folder.path().join("SHA256SUMS");
    std::fs::write(&list, format!("{}  0000.txt\n", "0".repeat(64))).expect("a list");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    assert!(shows(&window, "What to do: Hash"));
    window.get_by_label("What to do: Hash").focus();
    window.run_steps(2);
    window.key_press(Key::Space);
    window.run_steps(3);
    window
        .get_by_role_and_label(egui::Role::Button, "Find duplicates")
        .focus();
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(3);
    let item = window.query_by_role_and_label(egui::Role::Button, "Hash");
    assert!(item.is_none(), "the menu is still there");
    assert_eq!(window.state().session.aim(), Aim::Duplicates);

    choose_known(&mut window, &list);
    assert_eq!(window.state().session.aim(), Aim::Verify);
    choose(&mut window, folder.path());
    aim(&mut window, "Find duplicates");
    window.get_by_label("Hash what is chosen instead").click();
    window.run_steps(2);
    verify(&mut window, "Start");
    table_is_whole(&mut window);
    assert!(matches!(
        window.state().session.listed(),
        Some(Work::Hash { .. })
    ));
}

#[test]
fn a_search_that_is_cancelled_does_not_say_that_no_two_files_are_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["one", "two"] {
        std::fs::File::create(folder.path().join(name))
            .and_then(|file| file.set_len(1 << 40))
            .expect("a sparse file");
    }
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    aim(&mut window, "Find duplicates");
    window.get_by_label("Find duplicates").click();
    step_until(&mut window, "the reading", |w| {
        shows(w, "Comparing contents")
    });
    window.run_steps(2);
    window.get_by_label("Cancel").click();
    step_until(&mut window, "the end", super::is_finished);
    window.run_steps(2);
    assert!(shows(&window, "Cancelled before all files were compared"));
    assert!(!shows(&window, "No two files"));
}
