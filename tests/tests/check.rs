//! `thawsum check`: every verdict, from lists that the original programs have written.
#![cfg(any(target_os = "linux", windows))]

#[cfg(target_os = "linux")]
#[path = "check/linux.rs"]
mod linux;

use std::fs;
use std::process::{Command, Output, Stdio};

use end_to_end::{Rows, Tree, listed, program, reference, run, slashed, stderr_of};

const WAYS: [&str; 2] = ["processes", "threads"];

fn check(tree: &Tree, arguments: &[&str]) -> Rows {
    Rows::of(tree.path(), &[&["check"], arguments].concat())
}

/// A list of some files by one of the original programs, as these would be called in the folder.
fn list(tree: &Tree, program: &str, files: &[&str]) -> Vec<u8> {
    listed(program, tree.path(), files, None)
}

#[test]
fn hostile_names_listed_by_sha256sum_are_all_ok() {
    let tree = Tree::hostile();
    let lists = Tree::new();
    lists.file("SHA256SUMS", &reference("sha256sum", tree.path()));
    let list = lists.path().join("SHA256SUMS");
    for way in WAYS {
        let output = run(["check", "--quiet", "--run-on", way, list.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
        assert!(output.stdout.is_empty(), "{output:?}");
        assert!(stderr_of(&output).contains(" OK ("), "{output:?}");
    }
}

#[test]
fn every_verdict_is_given_where_it_belongs() {
    let tree = Tree::new();
    for name in ["changed", "gone", "longer", "moving", "same"] {
        tree.file(name, format!("this is {name}").as_bytes());
    }
    tree.file("empty", b"");
    let names = ["changed", "empty", "gone", "longer", "moving", "same"];
    let mut lines = list(&tree, "sha256sum", &names);
    lines.extend_from_slice(b"this is no checksum line\n");
    tree.file("all.sha256", &lines);
    tree.file("changed", b"this is CHANGED");
    tree.file("longer", b"this is longer than it was");
    fs::remove_file(tree.path().join("gone")).unwrap();
    fs::create_dir(tree.path().join("elsewhere")).unwrap();
    fs::rename(
        tree.path().join("moving"),
        tree.path().join("elsewhere/moved"),
    )
    .unwrap();
    tree.file("copy", b"this is same");
    tree.file("novel", b"nobody knows this");
    // As empty as the listed one, which makes neither a copy of the other.
    tree.file("void", b"");
    for way in WAYS {
        let found = check(&tree, &["--duplicates", "--run-on", way, "all.sha256"]);
        assert_eq!(
            found.verdicts(),
            [
                ("all.sha256", "bad_line"),
                ("changed", "failed"),
                ("copy", "duplicate"),
                ("empty", "ok"),
                ("gone", "missing"),
                ("longer", "failed"),
                ("moving", "moved"),
                ("novel", "new"),
                ("same", "ok"),
                ("void", "new"),
            ],
            "{}",
            found.summary
        );
        let reason = |at| found.reason(at);
        assert!(reason(0).contains("line 7"), "{}", reason(0));
        assert!(reason(1).contains("SHA-256"), "{}", reason(1));
        assert!(reason(2).contains("same"), "{}", reason(2));
        assert!(reason(6).contains("elsewhere/moved"), "{}", reason(6));
        assert_eq!(found.status(), Some(1));
    }
    // Without being asked to, it looks for nothing else.
    let found = check(&tree, &["all.sha256"]);
    let verdicts = found.verdicts();
    let names: Vec<&str> = verdicts.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "all.sha256",
            "changed",
            "empty",
            "gone",
            "longer",
            "moving",
            "same"
        ]
    );
    assert_eq!(found.rows[5].1, "missing");
    // New files are read only where something is missing.
    let found = check(&tree, &["--new", "all.sha256"]);
    assert_eq!(found.rows[6].1, "moved");
    assert_eq!(found.rows[2].1, "new", "nobody has asked for duplicates");
}

#[test]
fn nothing_new_is_no_reason_to_fail_and_nothing_at_all_is() {
    let tree = Tree::new();
    tree.file("a", b"a");
    tree.file("a.md5", &list(&tree, "md5sum", &["a"]));
    tree.file("new", b"new");
    let found = check(&tree, &["--new", "a.md5"]);
    assert_eq!(found.verdicts(), [("a", "ok"), ("new", "new")]);
    assert_eq!(found.status(), Some(0));
    tree.file("none.sha256", b"# nothing in here\n");
    let found = check(&tree, &["none.sha256"]);
    assert!(found.rows.len() <= 1, "{:?}", found.rows);
    assert_eq!(found.status(), Some(1));
}

#[test]
fn several_lists_of_the_same_files_make_one_reading() {
    let tree = Tree::new();
    tree.file("a", &[7; 100_000]);
    tree.file("b", &[8; 50_000]);
    tree.file("MD5SUMS", &list(&tree, "md5sum", &["a", "b"]));
    tree.file("SHA256SUMS", &list(&tree, "sha256sum", &["b", "a"]));
    let found = check(&tree, &["MD5SUMS", "SHA256SUMS"]);
    assert_eq!(found.verdicts(), [("a", "ok"), ("b", "ok")]);
    assert_eq!(found.summary["bytes"], 150_000);
    assert_eq!(found.status(), Some(0));
    // One of the two lists is wrong about one file: so is the file.
    let wrong = String::from_utf8(list(&tree, "md5sum", &["a", "b"])).unwrap();
    let wrong: String = wrong.replacen(|c: char| c.is_ascii_hexdigit(), "f", 3);
    tree.file("MD5SUMS", wrong.as_bytes());
    let found = check(&tree, &["MD5SUMS", "SHA256SUMS"]);
    assert_eq!(found.verdicts(), [("a", "failed"), ("b", "ok")]);
}

#[test]
fn names_start_from_the_folder_of_the_list_unless_told() {
    let tree = Tree::new();
    tree.file("data/a", b"a");
    let lines = list(&tree, "sha256sum", &["data/a"]);
    tree.file("data/from-above.sha256", &lines);
    let found = check(&tree, &["data/from-above.sha256"]);
    assert_eq!(found.verdicts(), [("data/data/a", "missing")]);
    assert_eq!(found.status(), Some(1));
    let found = check(&tree, &["--base", ".", "data/from-above.sha256"]);
    assert_eq!(found.verdicts(), [("data/a", "ok")]);
    assert_eq!(found.status(), Some(0));
}

#[test]
fn a_list_that_cannot_be_read_is_named_and_the_others_are_used() {
    let tree = Tree::new();
    tree.file("a", b"a");
    tree.file("good.sha256", &list(&tree, "sha256sum", &["a"]));
    tree.file("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on");
    let found = check(&tree, &["good.sha256", "not-there.sha256", "picture.png"]);
    assert_eq!(
        found.verdicts(),
        [
            ("a", "ok"),
            ("not-there.sha256", "unreadable"),
            ("picture.png", "unreadable")
        ]
    );
    assert_eq!(found.status(), Some(1));
}

#[test]
fn a_drill_changes_no_verdict() {
    let tree = Tree::hostile();
    for number in 0..2_000 {
        tree.file(format!("lots/{number}"), &[number as u8; 3_000]);
    }
    tree.sparse("large", 300_000_000);
    let lists = Tree::new();
    lists.file("SHA256SUMS", &reference("sha256sum", tree.path()));
    tree.file("lots/7", b"changed");
    let list = lists.path().join("SHA256SUMS");
    let output = run(["check", "-q", "-j", "6", "--drill", list.to_str().unwrap()]);
    let said = slashed(&String::from_utf8_lossy(&output.stdout));
    assert_eq!(said.lines().count(), 1, "{said} {}", stderr_of(&output));
    assert!(said.contains("lots/7: FAILED: "), "{said}");
}

#[test]
fn a_listed_file_is_no_news_by_any_other_name() {
    let tree = Tree::new();
    tree.file("data/a", b"some content");
    let absolute = tree.path().join("data/a");
    let mut lines = list(&tree, "sha256sum", &[absolute.to_str().unwrap()]);
    lines.extend(list(&tree, "sha256sum", &["data/../data/a"]));
    tree.file("SHA256SUMS", &lines);
    fs::hard_link(&absolute, tree.path().join("data/again")).unwrap();
    let found = check(&tree, &["--duplicates", "SHA256SUMS"]);
    let verdicts: Vec<&str> = found.rows.iter().map(|row| row.1.as_str()).collect();
    assert_eq!(verdicts, ["ok", "ok"], "{:?}", found.verdicts());
}

#[test]
fn a_digest_that_happens_to_be_the_same_makes_no_duplicate() {
    let tree = Tree::new();
    // Two texts with one CRC-32.
    tree.file("plumless", b"plumless");
    tree.file("buckeroo", b"buckeroo");
    let digest = list(&tree, "sha256sum", &["plumless"]);
    tree.file("list.sha256", &digest);
    tree.file("list.sfv", b"plumless 4DDB0C25\n");
    let found = check(&tree, &["--duplicates", "list.sha256", "list.sfv"]);
    assert_eq!(found.verdicts(), [("buckeroo", "new"), ("plumless", "ok")]);
}

#[test]
fn a_listed_file_is_verified_whatever_it_is_called_and_not_said_to_be_left_out() {
    let tree = Tree::new();
    for name in ["kept", ".hidden", ".other"] {
        tree.file(name, name.as_bytes());
    }
    let list = fed(&tree, &["hash", ".hidden"], Stdio::null());
    tree.file(".list.sha256", &list.stdout);
    let found = Rows::of(
        tree.path(),
        &["check", "--new", "--no-hidden", ".list.sha256"],
    );
    assert_eq!(found.verdicts(), [(".hidden", "ok"), ("kept", "new")]);
    assert_eq!(found.summary["left_out"], 1, ".other alone");
}

#[test]
fn where_nothing_is_as_listed_a_guess_at_the_algorithm_is_said() {
    let tree = Tree::new();
    tree.file("a", b"a");
    tree.file("b", b"b");
    let made = run([
        "hash",
        "-a",
        "blake3",
        tree.path().join("a").to_str().unwrap(),
    ]);
    tree.file("list", &made.stdout);
    let guessed = check(&tree, &["list"]);
    assert_eq!(guessed.rows[0].1, "failed");
    let said = stderr_of(&guessed.output);
    assert!(said.contains("taken for sha256"), "{said}");
    assert!(said.contains("blake3"), "{said}");
    let list_itself = fs::File::open(tree.path().join("list")).unwrap();
    let streamed = fed(&tree, &["check", "-"], piped(list_itself));
    assert!(stderr_of(&streamed).contains("-: its lines do not name"));
    let given = check(&tree, &["-a", "blake3", "list"]);
    assert_eq!(given.rows[0].1, "ok");
    // One that is as listed shows what the list is of.
    tree.file("mixed", &list(&tree, "sha256sum", &["a", "b"]));
    tree.file("b", b"changed");
    let right = check(&tree, &["mixed"]);
    assert_eq!(right.verdicts(), [("a", "ok"), ("b", "failed")]);
    assert!(!stderr_of(&right.output).contains("taken for"));
}

#[test]
fn names_in_a_list_that_comes_through_a_pipe_start_from_the_current_folder() {
    let tree = Tree::new();
    tree.file("a", b"a");
    tree.file("SHA256SUMS", &list(&tree, "sha256sum", &["a"]));
    // The second is a name of Unix.
    let names = ["-", "/dev/stdin"];
    for name in names.into_iter().take(if cfg!(windows) { 1 } else { 2 }) {
        let list = fs::File::open(tree.path().join("SHA256SUMS")).unwrap();
        let output = fed(&tree, &["check", name], piped(list));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a: OK\n");
        assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    }
}

/// The other end of a pipe that a file is written into, which has to fit.
fn piped(mut file: fs::File) -> std::io::PipeReader {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    std::io::copy(&mut file, &mut writer).expect("it fits");
    reader
}

fn fed(tree: &Tree, arguments: &[&str], stdin: impl Into<Stdio>) -> Output {
    Command::new(program())
        .args(arguments)
        .current_dir(tree.path())
        .stdin(stdin)
        .output()
        .expect("thawsum starts")
}

#[test]
fn a_dash_is_standard_input_and_a_file_of_that_name_is_written_with_its_folder() {
    let tree = Tree::new();
    tree.file("a", b"a");
    tree.file("-", &list(&tree, "sha256sum", &["a"]));
    // Read as a file too, where that is what it is.
    let stream = || fs::File::open(tree.path().join("-")).unwrap();
    for (arguments, stdin) in [
        (&["check", "-"][..], Stdio::from(stream())),
        (&["check", "./-"], Stdio::null()),
        (&["check", "--base", ".", "-", "./-"], Stdio::from(stream())),
    ] {
        let output = fed(&tree, arguments, stdin);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "a: OK\n");
    }
    // What is in the folder and not listed is news, whatever the list was called.
    let output = fed(&tree, &["check", "--new", "-"], stream());
    let rows = String::from_utf8_lossy(&output.stdout);
    assert_eq!(rows, "-: NEW\na: OK\n");

    tree.file("bad", b"no list");
    let bad = fs::File::open(tree.path().join("bad")).unwrap();
    let output = fed(&tree, &["check", "-"], piped(bad));
    let rows = String::from_utf8_lossy(&output.stdout);
    assert!(
        rows.starts_with("-: UNREADABLE: is no checksum file"),
        "{rows}"
    );
    assert_eq!(output.status.code(), Some(1));
}
