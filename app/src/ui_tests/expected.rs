//! A digest that a file is expected to have: typed or pasted, understood while it is typed, and
//! answered in plain words that name the file.

use std::path::{Path, PathBuf};

use egui_kittest::kittest::Queryable as _;
use workers::Algorithm;

use super::verify::{choose_known, digest_of};
use super::{Window, is_finished, settings, shows, step_until, tree, window};
use crate::way::Way;

const FIELD: &str = "Digest that the file is expected to have";

fn file(folder: &Path) -> PathBuf {
    let path = folder.join("photo.iso");
    std::fs::write(&path, "a picture").expect("a file");
    path
}

fn expect(window: &mut Window, text: &str) {
    window.get_by_label(FIELD).focus();
    window.run_steps(2);
    window.get_by_label(FIELD).type_text(text);
    window.run_steps(3);
}

fn hash(window: &mut Window) {
    window.get_by_label("Start").click();
    step_until(window, "the end", is_finished);
    window.run_steps(3);
}

#[test]
fn a_file_that_is_what_was_expected_is_said_to_be_and_by_which_algorithm() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = file(folder.path());
        let mut window = window(settings(Way::Threads), size);
        choose_known(&mut window, &path);
        let digest = digest_of(Algorithm::Md5, b"a picture").to_uppercase();
        expect(&mut window, &format!("{} {}", &digest[..16], &digest[16..]));
        assert!(shows(&window, "✓ MD5"));
        assert!(shows(&window, "Algorithm: MD5"));
        hash(&mut window);
        assert!(shows(&window, "✓ photo.iso is what you expected"));
        assert!(shows(&window, "same MD5, which finds accidents"));
        window.check_accessibility();
    }
}

#[test]
fn a_file_that_is_not_is_named_with_both_digests() {
    for size in [(1280.0, 800.0), (900.0, 600.0)] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = file(folder.path());
        let mut window = window(settings(Way::Threads), size);
        choose_known(&mut window, &path);
        let found = digest_of(Algorithm::Sha512, b"a picture");
        let expected = found.replace('a', "b");
        expect(&mut window, &format!("sha512:{expected}"));
        hash(&mut window);
        assert!(shows(&window, "✗ photo.iso is NOT what you expected"));
        let both = format!("expected {expected}, found {found}");
        assert!(shows(&window, &both));
        assert!(shows(&window, "photo.iso, 9 B, failed, expected "));
        assert!(shows(&window, "Show Failed, 1 results"));
        window.check_accessibility();
    }
}

#[test]
fn where_several_algorithms_fit_the_length_there_is_a_choice() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path());
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, &path);
    expect(&mut window, &digest_of(Algorithm::Blake3, b"a picture"));
    window
        .get_by_label("Algorithm of the expected digest: SHA-256")
        .click();
    window.run_steps(3);
    window.get_by_label("BLAKE3").click();
    window.run_steps(3);
    assert!(shows(&window, "Algorithm of the expected digest: BLAKE3"));
    hash(&mut window);
    assert!(shows(&window, "✓ photo.iso is what you expected"));
}

#[test]
fn what_is_no_digest_is_said_while_it_is_typed_and_nothing_is_started_on_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path());
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, &path);
    expect(&mut window, "d41d8cd98f00b204g");
    assert!(shows(&window, "▲ 'g' is not among the digits"));
    window.get_by_label("Start").click();
    window.run_steps(3);
    assert!(!is_finished(&window));
    assert!(shows(&window, "The expected digest cannot be understood"));

    // A line of a list that is about another file.
    let line = format!("{}  other.iso", digest_of(Algorithm::Sha256, b"a picture"));
    let typed = crate::command::Command::TypeExpected(line);
    window.state_mut().session.apply(typed, None);
    window.run_steps(3);
    assert!(shows(&window, "▲ that line is for other.iso"));
}

#[test]
fn nothing_is_expected_of_a_folder_and_nothing_of_the_next_file() {
    let folder = tree(3);
    let path = file(folder.path());
    let mut window = window(settings(Way::Threads), (1280.0, 800.0));
    choose_known(&mut window, folder.path());
    assert!(window.query_by_label(FIELD).is_none());
    choose_known(&mut window, &path);
    expect(&mut window, &digest_of(Algorithm::Sha256, b"a picture"));
    choose_known(&mut window, &folder.path().join("0001.txt"));
    assert_eq!(window.state().session.expected.text(), "");
    hash(&mut window);
    assert!(!shows(&window, "what you expected"));
}

#[test]
fn a_file_hashed_on_the_windows_thread_is_held_against_it_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(folder.path());
    let mut window = window(settings(Way::Ui), (1280.0, 800.0));
    choose_known(&mut window, &path);
    expect(&mut window, &"ab".repeat(20));
    window.get_by_label("Start").click();
    step_until(&mut window, "the announcement", |w| shows(w, "Freeze it"));
    window.get_by_label("Freeze it").click();
    step_until(&mut window, "the end", is_finished);
    window.run_steps(3);
    assert!(shows(&window, "✗ photo.iso is NOT what you expected"));
    let results = &window.state().session.results;
    assert_eq!(results.counts().get(workers::VerdictKind::Failed), 1);
}
