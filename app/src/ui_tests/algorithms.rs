//! Several algorithms at once in the window: chosen, hashed in one reading, shown, copied, saved; and
//! where there is nothing to choose, because a list says which.

use std::path::Path;

use eframe::egui::{Key, Modifiers, PointerButton, Role};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use workers::Algorithm::{self, Blake3, Crc32, Md5, Sha256, Sha512};

use super::duplicates::aim;
use super::verify::{choose_known, digest_of, table_is_whole};
use super::{Window, choose, copy_by, is_finished, settings, shows, step_until, tree, window};
use crate::algorithms::Algorithms;
use crate::command::Command;
use crate::query::{Column, Query};
use crate::saving::SaveWhat;
use crate::way::Way;

fn with(algorithms: &[Algorithm], size: (f32, f32)) -> Window {
    let mut chosen = settings(Way::Threads);
    chosen.algorithms = Algorithms::of(algorithms).expect("some");
    window(chosen, size)
}

fn chosen(window: &Window) -> &[Algorithm] {
    &window.state().session.settings.algorithms
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run_steps(3);
}

fn hash(window: &mut Window, folder: &Path) {
    choose_known(window, folder);
    click(window, "Start");
    step_until(window, "the end", is_finished);
    table_is_whole(window);
}

/// Both ends of a digest, as far as any column shows them.
fn ends(digest: &str) -> String {
    format!(" {}", &digest[..7])
}

#[test]
fn one_is_exchanged_for_another_by_one_click_in_the_menu() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let mut window = with(&[Sha256], size);
        click(&mut window, "Algorithm: SHA-256");
        window.check_accessibility();
        click(&mut window, "BLAKE3");
        assert_eq!(chosen(&window), [Blake3]);
        assert!(!shows(&window, "Several at once"), "the menu stayed open");
        assert!(shows(&window, "Algorithm: BLAKE3"));
        // By key, and a weak one says so to whoever does not see the words above it.
        window.get_by_label("Algorithm: BLAKE3").focus();
        window.run_steps(2);
        window.key_press(Key::Enter);
        window.run_steps(3);
        assert!(shows(&window, "For accidents, not against tampering"));
        window.get_by_label_contains("MD5, finds accidents").focus();
        window.run_steps(2);
        window.key_press(Key::Enter);
        window.run_steps(3);
        assert_eq!(chosen(&window), [Md5]);
    }
}

#[test]
fn several_are_chosen_hashed_in_one_reading_and_saved_as_hashdeep_and_as_gnu() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = tree(3);
        let mut window = with(&[Sha256], size);
        click(&mut window, "Algorithm: SHA-256");
        click(&mut window, "Several at once");
        window
            .get_by_role_and_label(Role::CheckBox, "BLAKE3")
            .click();
        window.run_steps(3);
        window.get_by_label_contains("MD5, finds accidents").click();
        window.run_steps(3);
        window.check_accessibility();
        assert_eq!(chosen(&window), [Sha256, Blake3, Md5]);
        click(&mut window, "BLAKE3");
        window.key_press(Key::Escape);
        window.run_steps(3);
        assert!(shows(&window, "Algorithms: SHA-256, MD5"));

        hash(&mut window, folder.path());
        let content = b"file 1";
        let (sha256, md5) = (digest_of(Sha256, content), digest_of(Md5, content));
        let row = format!("0001.txt, 6 B, OK, SHA-256{}", ends(&sha256));
        assert!(shows(&window, &row), "{row}");
        assert!(shows(&window, &format!("MD5{}", ends(&md5))));
        assert!(shows(&window, "Sort by SHA-256"));
        assert!(shows(&window, "Sort by MD5"));
        window.check_accessibility();

        let save = |window: &mut Window, name: &str| {
            let path = folder.path().join(name);
            let text = path.to_string_lossy().into_owned();
            window
                .state_mut()
                .session
                .apply(Command::EditSavePath(text), None);
            window.run_steps(2);
            click(window, "Save");
            step_until(window, "the save", |w| w.state().session.saving.is_none());
            std::fs::read_to_string(path).expect("a list")
        };
        click(&mut window, "Save list…");
        click(&mut window, "Format: BSD tags");
        click(&mut window, "hashdeep");
        assert!(!shows(&window, "Algorithm of the list"));
        let list = save(&mut window, "list.hashdeep");
        // In hashdeep's own order of columns the header says which is which.
        assert!(list.contains("%%%% size,sha256,md5,filename\n"), "{list}");
        assert!(
            list.contains(&format!("6,{sha256},{md5},0001.txt")),
            "{list}"
        );

        click(&mut window, "Save list…");
        // What holds all of them is offered first.
        click(&mut window, "Format: BSD tags");
        click(&mut window, "GNU lines");
        assert!(shows(&window, ".sha256 and "));
        click(&mut window, "Algorithm of the list: Each in its own list");
        click(&mut window, "MD5");
        assert!(shows(&window, "SHA-256 will not be in it"));
        window.check_accessibility();
        let suggested = &window.state().session.saving.as_ref().expect("it").path;
        assert!(suggested.ends_with(".md5"), "{suggested}");
        let list = save(&mut window, "list.md5");
        assert!(list.contains(&format!("{md5}  0001.txt\n")), "{list}");
        assert!(!list.contains(&sha256));

        // A list for each: one that is there already is asked about before anything is written.
        click(&mut window, "Save list…");
        click(&mut window, "Format: BSD tags");
        click(&mut window, "GNU lines");
        let text = folder.path().join("list.sha256");
        let command = Command::EditSavePath(text.to_string_lossy().into_owned());
        window.state_mut().session.apply(command, None);
        window.run_steps(2);
        assert!(shows(&window, "This saves list.sha256 and list.md5."));
        std::fs::write(folder.path().join("list.md5"), "old").expect("a file");
        click(&mut window, "Save");
        step_until(&mut window, "the question", |w| shows(w, "Replace them?"));
        assert!(!text.exists());
        click(&mut window, "Replace it");
        step_until(&mut window, "the save", |w| {
            w.state().session.saving.is_none()
        });
        for (name, digest) in [("list.sha256", &sha256), ("list.md5", &md5)] {
            let list = std::fs::read_to_string(folder.path().join(name)).expect("a list");
            assert!(list.contains(&format!("{digest}  0001.txt\n")), "{list}");
        }

        let run = window.state().session.last_run().expect("a run");
        let json = serde_json::to_value(run).expect("JSON");
        assert_eq!(json["algorithm"], "sha256+md5");
    }
}

#[test]
fn each_digest_is_sorted_by_found_and_copied_for_itself() {
    let folder = tree(12);
    let mut window = with(&[Sha256, Md5], (1280.0, 800.0));
    hash(&mut window, folder.path());
    click(&mut window, "Sort by MD5");
    table_is_whole(&mut window);
    let all: Vec<String> = (0..12)
        .map(|index| digest_of(Md5, format!("file {index}").as_bytes()))
        .collect();
    let mut sorted = all.clone();
    sorted.sort();
    window.get_by_label_contains("Results, 12 rows").click();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.run_steps(2);
    window
        .get_by_label_contains("Results, 12 rows, 12 selected")
        .click_button(PointerButton::Secondary);
    window.run_steps(3);
    let text = copy_by(&mut window, "Copy 12 digests, MD5");
    assert_eq!(text, sorted.join("\n"));

    let query = Query {
        text: all[3][..9].to_owned(),
        column: Column::Path,
        ..Query::default()
    };
    window.state_mut().session.apply(Command::Ask(query), None);
    table_is_whole(&mut window);
    let order = window
        .state()
        .session
        .rows
        .answer()
        .expect("rows")
        .order
        .clone();
    assert_eq!(order.len(), 1);
    // Rows of several algorithms are copied as lines that say which is which.
    window
        .state_mut()
        .session
        .apply(Command::Ask(Query::default()), None);
    table_is_whole(&mut window);
    window.get_by_label_contains("Results, 12 rows").click();
    window.run_steps(2);
    window.key_press(Key::Home);
    window.run_steps(2);
    let text = copy_by(&mut window, "Copy 1");
    let path = folder.path().join("0000.txt");
    let mut path = path.display().to_string();
    if cfg!(windows) {
        path = path.replace('\\', "/");
    }
    let (sha256, md5) = (digest_of(Sha256, b"file 0"), &all[0]);
    assert_eq!(
        text,
        format!("SHA256 ({path}) = {sha256}\nMD5 ({path}) = {md5}\n")
    );
}

#[test]
fn columns_are_as_many_as_there_is_room_for_and_the_last_says_what_has_none() {
    let folder = tree(1);
    let many = [Sha256, Sha512, Blake3, Md5, Crc32];
    for (size, last) in [((1500.0, 900.0), "CRC-32"), ((900.0, 600.0), "SHA-512 + 3")] {
        let mut window = with(&many, size);
        assert!(shows(
            &window,
            "Algorithms: SHA-256, SHA-512, BLAKE3, MD5, CRC-32"
        ));
        hash(&mut window, folder.path());
        assert!(shows(&window, &format!("Sort by {last}")), "{last}");
        // A screen reader is told all of them.
        let crc = digest_of(Crc32, b"file 0");
        assert!(shows(&window, &format!("CRC-32 {crc}")));
        // What it is sorted by need not have a column.
        let query = Query {
            column: Column::Digest { from: 4000 },
            ..Query::default()
        };
        window.state_mut().session.apply(Command::Ask(query), None);
        table_is_whole(&mut window);
        click(&mut window, "Sort by Size");
        table_is_whole(&mut window);
    }
}

#[test]
fn a_list_says_with_what_its_files_are_hashed_on_either_side() {
    let why = "The list says which";
    let disabled = |window: &mut Window| {
        let node = window.get_by_label("Algorithm: as listed");
        assert!(node.accesskit_node().is_disabled());
        node.hover();
        step_until(window, "the reason", |w| shows(w, why));
    };
    let folder = tree(2);
    let list = folder.path().join("files.sha256");
    let line = format!("{}  0000.txt\n", digest_of(Sha256, b"file 0"));
    std::fs::write(&list, line).expect("a list");
    let mut window = with(&[Sha512, Md5], (1280.0, 800.0));
    choose_known(&mut window, &list);
    disabled(&mut window);
    // A list with a folder, and the other way round.
    aim(&mut window, "Compare with…");
    disabled(&mut window);
    choose(&mut window, folder.path());
    disabled(&mut window);
    // Two folders are compared by one of those that are chosen.
    let typed = folder.path().to_string_lossy().into_owned();
    let command = Command::TypePath(typed);
    window.state_mut().session.apply(command, None);
    step_until(&mut window, "the choice", |w| {
        shows(w, "Algorithm: SHA-512")
    });
    window.state_mut().session.apply(
        Command::TypeOther(list.to_string_lossy().into_owned()),
        None,
    );
    step_until(&mut window, "the list", |w| {
        shows(w, "Algorithm: as listed")
    });
    disabled(&mut window);
    // What was chosen is there again where it counts.
    aim(&mut window, "Hash");
    choose_known(&mut window, folder.path());
    assert!(shows(&window, "Algorithms: SHA-512, MD5"));
}

#[test]
fn duplicates_are_told_by_one_and_the_choice_is_of_one() {
    let mut window = with(&[Sha256, Md5], (1280.0, 800.0));
    let folder = tree(2);
    choose_known(&mut window, folder.path());
    aim(&mut window, "Find duplicates");
    click(&mut window, "Algorithm: SHA-256");
    assert!(!shows(&window, "Several at once"));
    click(&mut window, "BLAKE3");
    assert_eq!(chosen(&window), [Blake3]);
}

#[test]
fn an_expected_digest_is_held_against_the_one_that_it_fits() {
    let folder = tree(1);
    let file = folder.path().join("0000.txt");
    for (expected, answer) in [
        (digest_of(Blake3, b"file 0"), "same BLAKE3"),
        (digest_of(Sha512, b"file 0"), "same SHA-512"),
        ("ab".repeat(32), "it is none of these: SHA-256, BLAKE3"),
    ] {
        let mut window = with(&[Sha256, Blake3], (1280.0, 800.0));
        choose_known(&mut window, &file);
        let typed = Command::TypeExpected(expected);
        window.state_mut().session.apply(typed, None);
        window.run_steps(3);
        click(&mut window, "Start");
        step_until(&mut window, "the end", is_finished);
        window.run_steps(3);
        assert!(shows(&window, answer), "{answer}");
        // Those that were chosen are computed whatever was expected.
        let hashed = &window.state().session.listed_algorithms;
        assert!(hashed.starts_with(&[Sha256]) && hashed.contains(&Blake3));
    }
}

#[test]
fn what_a_format_has_no_place_for_is_said_before_it_is_saved() {
    let folder = tree(1);
    let mut window = with(&[Sha256, Blake3, Crc32], (900.0, 600.0));
    hash(&mut window, folder.path());
    let session = &mut window.state_mut().session;
    session.apply(Command::OpenSave(SaveWhat::List), None);
    for (format, words) in [
        ("hashdeep", "BLAKE3, CRC-32 will not be in it"),
        ("sfv", "SHA-256, BLAKE3 will not be in it"),
    ] {
        let formats = workers::manifest::Format::ALL;
        let place = formats.iter().position(|one| one.name() == format);
        let place = place.expect("it is known");
        let command = Command::SetSaveFormat(place);
        window.state_mut().session.apply(command, None);
        window.run_steps(3);
        assert!(shows(&window, words), "{words}");
        window.check_accessibility();
    }
}
