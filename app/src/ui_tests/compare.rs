//! Comparing in the window: two folders that are dropped together, a folder with a list, two files;
//! and what there is to say where it makes no sense.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Key;
use egui_kittest::kittest::Queryable as _;
use workers::{Algorithm, VerdictKind};

use super::duplicates::aim;
use super::verify::{digest_of, names, table_is_whole, verify};
use super::{Dropped, Window, choose, is_finished, settings, shows, step_until, tree, window};
use crate::command::Command;
use crate::target::Aim;
use crate::way::Way;

/// Two sides: 8 files the same, one different in size, one in content, one moved, one on each alone.
fn sides() -> [tempfile::TempDir; 2] {
    let sides = [tree(8), tree(8)];
    let write = |side: usize, name: &str, content: &str| {
        std::fs::write(sides[side].path().join(name), content).expect("a file");
    };
    write(0, "size", "left");
    write(1, "size", "right");
    write(0, "content", "left.");
    write(1, "content", "right");
    write(0, "old name", "moved along");
    write(1, "new name", "moved along");
    write(0, "mine", "on the left");
    write(1, "yours", "only on the right");
    sides
}

fn drop_paths(window: &mut Window, paths: &[&Path]) {
    for path in paths {
        let dropped = Arc::new(Dropped(path.to_path_buf()));
        window.input_mut().dropped_files.push(dropped);
    }
    window.run_steps(3);
}

#[test]
fn two_folders_that_are_dropped_together_can_be_compared() {
    // The smaller one has its answer on two lines, and room for every row below all the same.
    for size in [(1280.0, 800.0), (900.0, 660.0)] {
        let [left, right] = sides();
        let mut window = window(settings(Way::Threads), size);
        drop_paths(&mut window, &[left.path(), right.path()]);
        assert_eq!(window.state().session.aim(), Aim::Hash);
        window
            .get_by_label("Compare the two with each other")
            .click();
        window.run_steps(3);
        verify(&mut window, "Compare");
        assert!(shows(
            &window,
            "✗ 2 different, 1 only on the left, 1 only on the right, 1 moved of 13 files"
        ));
        assert_eq!(
            names(&window)[..6],
            ["content", "size", "mine", "yours", "old name", "0000.txt"]
        );
        for row in [
            "size, 4 B, different, left 4 bytes, right 5",
            "mine, 11 B, only on the left, not on the right",
            "yours, 17 B, only on the right, not on the left",
            "old name, 11 B, moved, on the right new name",
        ] {
            assert!(shows(&window, row), "{row}");
        }
        window.check_accessibility();
        window
            .get_by_label("Show Only on the left, 1 results")
            .click();
        window.run_steps(2);
        table_is_whole(&mut window);
        assert_eq!(names(&window), ["mine"]);

        // Both are there again for whatever else there is to do.
        window.get_by_label("Hash what is chosen instead").click();
        window.run_steps(2);
        assert_eq!(window.state().session.chosen, [left.path(), right.path()]);
    }
}

#[test]
fn a_folder_is_compared_with_a_list_that_is_typed() {
    let folder = tree(5);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let list = elsewhere.path().join("files.sha256");
    let lines: String = (0..5)
        .map(|index| {
            let content = format!("file {index}");
            let digest = digest_of(Algorithm::Sha256, content.as_bytes());
            format!("{digest}  {index:04}.txt\n")
        })
        .collect();
    std::fs::write(&list, lines).expect("a list");
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose(&mut window, folder.path());
    aim(&mut window, "Compare with…");
    // Without a second side there is nothing to start.
    window.state_mut().session.apply(Command::Start, None);
    window.run_steps(2);
    assert!(shows(&window, "There is no second side yet"));

    let field = "Path of the right side: a folder, a checksum file or a file";
    assert!(window.get_by_label(field).is_focused());
    window
        .get_by_label(field)
        .type_text(&list.to_string_lossy());
    window.run_steps(2);
    let before = window.state().session.run_number();
    window.key_press(Key::Enter);
    step_until(&mut window, "the comparison", |w| {
        w.state().session.run_number() > before && is_finished(w)
    });
    window.run_steps(2);
    assert!(shows(&window, "✓ The two sides are the same"));
    assert_eq!(
        window
            .state()
            .session
            .results
            .counts()
            .get(VerdictKind::Same),
        5
    );
    // It stays for the next folder.
    choose(&mut window, elsewhere.path());
    assert_eq!(window.state().session.aim(), Aim::Compare);
}

#[test]
fn the_side_that_is_open_takes_what_is_dropped_and_two_files_can_be_compared() {
    let folder = tree(3);
    let file = |name: &str| -> PathBuf { folder.path().join(name) };
    let mut window = window(settings(Way::Ui), (1280.0, 800.0));
    choose(&mut window, &file("0000.txt"));
    aim(&mut window, "Compare with…");
    drop_paths(&mut window, &[&file("0001.txt")]);
    assert_eq!(window.state().session.way(), Way::Processes);
    window
        .state_mut()
        .session
        .apply(Command::SetWay(Way::Threads), None);
    window.run_steps(2);
    verify(&mut window, "Compare");
    assert!(shows(&window, "✗ 1 different of 1 file"));
    assert!(shows(&window, "0000.txt, 6 B, different, left "));
    // Copied and reported it has its path.
    let row = window.state().session.results.get(0);
    assert_eq!(row.map(|row| row.path), Some(file("0000.txt")));
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = tree(3);
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    for (right, why) in [
        (folder.path().join("0001.txt"), "and no checksum file"),
        (folder.path().join("gone"), "gone cannot be compared"),
    ] {
        let session = &mut window.state_mut().session;
        session.apply(Command::UsePaths(vec![folder.path().to_owned()]), None);
        session.apply(Command::SetAim(Aim::Compare), None);
        session.apply(
            Command::TypeOther(right.to_string_lossy().into_owned()),
            None,
        );
        session.apply(Command::Start, None);
        step_until(&mut window, why, |w| shows(w, why));
        assert_eq!(window.state().session.run_number(), 0);
    }
}

#[test]
fn a_comparison_is_saved_as_a_report() {
    let [left, right] = sides();
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    drop_paths(&mut window, &[left.path(), right.path()]);
    aim(&mut window, "Compare with…");
    verify(&mut window, "Compare");
    let path = left.path().join("report.json");
    let session = &mut window.state_mut().session;
    session.apply(Command::OpenSave(session.what_to_save()), None);
    session.apply(Command::SetSaveFormat(2), None);
    session.apply(
        Command::EditSavePath(path.to_string_lossy().into_owned()),
        None,
    );
    session.apply(Command::Save, None);
    step_until(&mut window, "the save", |w| {
        w.state().session.saving.is_none()
    });
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&path).expect("a report")).expect("JSON");
    let comparison = &json["comparison"];
    assert_eq!(comparison["left"], workers::shown(left.path()).as_str());
    assert_eq!(comparison["counts"]["different"], 2);
    let rows = json["files"].as_array().expect("files");
    let row = |name: &str| {
        let found = rows.iter().find(|row| row["path"] == name);
        found.unwrap_or_else(|| panic!("{name} has no row"))
    };
    assert_eq!(row("size")["left"], "4");
    assert_eq!(row("size")["right"], "5");
    assert_eq!(
        row("content")["left"],
        digest_of(Algorithm::Sha256, b"left.").as_str()
    );
    assert_eq!(row("old name")["other_path"], "new name");
    assert_eq!(rows.len(), 13);
}
