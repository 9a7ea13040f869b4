//! `thawsum compare` and `thawsum duplicates`.
#![cfg(any(target_os = "linux", windows))]

use std::fs;

use end_to_end::{Rows, Tree, listed_names, program, reference, run, slashed, stderr_of};

const WAYS: [&str; 2] = ["processes", "threads"];

/// Two sides with one of everything between them.
fn sides() -> Tree {
    let tree = Tree::new();
    for side in ["left", "right"] {
        tree.file(format!("{side}/same"), b"the same");
        tree.file(format!("{side}/deep/er/same too"), &[5; 200_000]);
        tree.file(format!("{side}/empty"), b"");
    }
    tree.file("left/changed", b"one content");
    tree.file("right/changed", b"two content");
    tree.file("left/grown", b"short");
    tree.file("right/grown", b"not so short");
    tree.file("left/alone", b"nobody else has this");
    tree.file("right/also alone", b"nor this");
    tree.file("left/here", b"this has moved");
    tree.file("right/there/now", b"this has moved");
    tree.file("left/void", b"");
    tree
}

const VERDICTS: [(&str, &str); 9] = [
    ("alone", "only_left"),
    ("also alone", "only_right"),
    ("changed", "different"),
    ("deep/er/same too", "same"),
    ("empty", "same"),
    ("grown", "different"),
    ("here", "moved"),
    ("same", "same"),
    // As empty as others are, and none of them for that.
    ("void", "only_left"),
];

#[test]
fn two_folders_are_told_apart_file_by_file() {
    let tree = sides();
    for way in WAYS {
        let found = Rows::of(tree.path(), &["compare", "--run-on", way, "left", "right"]);
        assert_eq!(found.verdicts(), VERDICTS, "{way}");
        assert_eq!(found.reason(6), "its content is now there/now");
        assert_eq!(found.status(), Some(1));
        // Files of different sizes were not read, nor what cannot have moved.
        let read = 2 * (8 + 200_000 + 11) + 14 + 14;
        assert_eq!(found.summary["bytes"], read);
    }
    fs::remove_dir_all(tree.path().join("right")).unwrap();
    fs::create_dir(tree.path().join("right")).unwrap();
    for name in ["alone", "changed", "grown", "here", "void"] {
        fs::remove_file(tree.path().join("left").join(name)).unwrap();
    }
    for name in ["same", "deep/er/same too", "empty"] {
        let content = fs::read(tree.path().join("left").join(name)).unwrap();
        tree.file(format!("right/{name}"), &content);
    }
    let output = run([
        "compare",
        "-q",
        tree.path().join("left").to_str().unwrap(),
        tree.path().join("right").to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    assert!(output.stdout.is_empty());
}

/// The list of a side by the name of its files within it.
fn list(tree: &Tree, side: &str) {
    let lines = reference("sha256sum", &tree.path().join(side));
    let prefix = slashed(&format!("{}/{side}/", tree.path().display()));
    let names = listed_names(&lines);
    let lines = String::from_utf8(lines).expect("names that are text");
    let lines: String = lines
        .lines()
        .zip(&names)
        .map(|(line, name)| {
            let (digest, _) = line.split_once("  ").expect("a digest and a name");
            let name = name.strip_prefix(&prefix).expect("a name below the side");
            format!("{digest}  {name}\n")
        })
        .collect();
    tree.file(format!("{side}.sha256"), lines.as_bytes());
}

#[test]
fn a_list_stands_for_its_folder_on_either_side() {
    let tree = sides();
    list(&tree, "left");
    list(&tree, "right");
    for arguments in [
        ["compare", "left", "right.sha256"],
        ["compare", "left.sha256", "right"],
        ["compare", "left.sha256", "right.sha256"],
    ] {
        let found = Rows::of(tree.path(), &arguments);
        assert_eq!(found.verdicts().len(), VERDICTS.len(), "{arguments:?}");
        for ((path, verdict), (name, expected)) in found.verdicts().iter().zip(VERDICTS) {
            assert_eq!(*path, name, "{arguments:?}");
            assert_eq!(*verdict, expected, "{name} in {arguments:?}");
        }
    }
    // Of two lists no file is read, and none need be there.
    fs::remove_dir_all(tree.path().join("left")).unwrap();
    fs::remove_dir_all(tree.path().join("right")).unwrap();
    let found = Rows::of(tree.path(), &["compare", "left.sha256", "right.sha256"]);
    assert_eq!(found.summary["bytes"], 0);
    assert_eq!(found.rows.len(), VERDICTS.len());
}

#[test]
fn a_name_in_another_unicode_form_is_found_and_said_so() {
    let tree = Tree::new();
    tree.file("left/caf\u{e9}", b"the same");
    tree.file("right/cafe\u{301}", b"the same");
    list(&tree, "left");
    let [left, right] = ["left", "right"].map(|side| tree.path().join(side));
    let sums = tree.path().join("left.sha256");
    let (left, right) = (left.to_str().unwrap(), right.to_str().unwrap());
    let sums = sums.to_str().unwrap();
    for (arguments, words) in [
        (
            &["check", "--base", right, sums][..],
            "OK: its name is listed in another Unicode form\n",
        ),
        (
            &["compare", left, right],
            "SAME: the same on both sides; the Unicode forms of its name differ between the sides\n",
        ),
    ] {
        let output = run(arguments);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.ends_with(words), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert_eq!(output.status.code(), Some(0), "{}", stderr_of(&output));
    }
}

#[test]
fn a_list_made_from_outside_a_folder_is_compared_with_what_is_in_it() {
    let tree = Tree::new();
    for side in ["here", "backup"] {
        tree.file(format!("{side}/Pictures/a"), b"a picture");
        tree.file(format!("{side}/Pictures/deep/b"), b"one more");
    }
    tree.file("backup/Pictures/deep/b", b"one less");
    let whole = tree.path().join("here/Pictures");
    let lists = Tree::new();
    for (name, folder) in [
        ("relative", "here/Pictures"),
        ("whole", whole.to_str().unwrap()),
    ] {
        let made = std::process::Command::new(program())
            .args(["hash", folder])
            .current_dir(tree.path())
            .output()
            .unwrap();
        lists.file(name, &made.stdout);
        let list = lists.path().join(name);
        let list = list.to_str().unwrap();
        let same = [("a", "same"), ("deep/b", "same")];
        let found = Rows::of(tree.path(), &["compare", "here/Pictures", list]);
        assert_eq!(found.verdicts(), same, "{name}");
        let found = Rows::of(&whole, &["compare", list, "."]);
        assert_eq!(found.verdicts(), same, "{name}");
        let found = Rows::of(tree.path(), &["compare", "backup/Pictures", list]);
        let differs = [("a", "same"), ("deep/b", "different")];
        assert_eq!(found.verdicts(), differs, "{name}");
    }
}

#[test]
fn two_lists_of_one_folder_that_were_made_from_different_places_are_the_same() {
    let tree = Tree::new();
    for name in ["1", "2", "d/3"] {
        tree.file(format!("Pictures/{name}"), name.as_bytes());
    }
    let list = |from: &str, argument: &str| {
        let output = std::process::Command::new(program())
            .args(["hash", argument])
            .current_dir(tree.path().join(from))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let outside = list(".", "Pictures");
    tree.file("inside", list("Pictures", ".").as_bytes());
    tree.file("outside", outside.as_bytes());
    tree.file("windows", outside.replace('/', "\\").as_bytes());
    for sides in [
        ["inside", "outside"],
        ["outside", "inside"],
        ["inside", "windows"],
        ["windows", "inside"],
        ["outside", "windows"],
        ["Pictures", "windows"],
    ] {
        let found = Rows::of(tree.path(), &[&["compare"], &sides[..]].concat());
        for (_, verdict) in found.verdicts() {
            assert_eq!(verdict, "same", "{sides:?}");
        }
        assert_eq!(found.rows.len(), 3, "{sides:?}");
        assert_eq!(found.status(), Some(0));
    }
}

#[test]
fn a_side_that_is_not_there_is_an_error_of_its_own() {
    let tree = Tree::new();
    tree.file("left/a", b"a");
    let left = tree.path().join("left");
    let output = run(["compare", left.to_str().unwrap(), "/no/such/folder"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(slashed(&stderr_of(&output)).contains("/no/such/folder: "));
}

#[test]
fn duplicates_are_found_by_content_and_hard_links_are_one_file() {
    let tree = Tree::new();
    for name in ["b", "a", "deep/c"] {
        tree.file(name, &[9; 300_000]);
    }
    tree.file("other", &[8; 300_000]);
    tree.file("small 1", b"xyz");
    tree.file("small 2", b"xyz");
    tree.file("empty 1", b"");
    tree.file("empty 2", b"");
    tree.file("linked", &[7; 1_000]);
    fs::hard_link(tree.path().join("linked"), tree.path().join("linked again")).unwrap();
    // On Windows links are for those who may make them.
    #[cfg(unix)]
    std::os::unix::fs::symlink("a", tree.path().join("symlink")).unwrap();
    for way in WAYS {
        let found = Rows::of(tree.path(), &["duplicates", "--run-on", way, "."]);
        assert_eq!(
            found.verdicts(),
            [
                ("./b", "duplicate"),
                ("./deep/c", "duplicate"),
                ("./small 2", "duplicate"),
            ]
        );
        assert!(found.reason(1).ends_with("./a"), "{}", found.reason(1));
        // The beginnings of the large ones, then those whole that begin alike.
        assert_eq!(found.summary["bytes"], 4 * 65_536 + 3 * 300_000 + 6);
        assert_eq!(found.status(), Some(0));
    }
    let found = Rows::of(tree.path(), &["duplicates", "--smallest", "4", "."]);
    assert_eq!(found.rows.len(), 2);
    let output = run(["duplicates", tree.path().to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stdout);
    // The group that wastes most comes first, and says how much.
    assert!(
        said.starts_with("3 files of 300 KB each; 600 KB could be saved\n"),
        "{said}"
    );
}

#[test]
fn what_counts_is_chosen_the_same_way_everywhere() {
    let tree = Tree::new();
    for side in ["left", "right"] {
        tree.file(format!("{side}/kept.txt"), b"kept");
        tree.file(format!("{side}/target/out.txt"), side.as_bytes());
        tree.file(format!("{side}/.DS_Store"), side.as_bytes());
        tree.file(format!("{side}/sub/.hidden"), side.as_bytes());
        tree.file(format!("{side}/large"), &[7; 3_000]);
    }
    tree.file("right/large", &[8; 3_000]);
    let choice = ["--without", "target/", "--no-hidden", "--largest", "2.5K"];
    let found = Rows::of(
        tree.path(),
        &[&["compare"], &choice[..], &["left", "right"]].concat(),
    );
    assert_eq!(found.verdicts(), [("kept.txt", "same")]);
    // The folder counts as one, whatever is in it.
    assert_eq!(found.summary["left_out"], 8);
    // And the summary says what was chosen.
    let selection = &found.summary["selection"];
    assert_eq!(selection["without"], serde_json::json!(["target/"]));
    assert_eq!(selection["hidden"], false);
    assert_eq!(selection["largest"], 2_500);
    assert_eq!(found.status(), Some(0));
    for way in ["processes", "threads", "inline"] {
        let left = tree.path().join("left");
        let arguments = ["hash", "--run-on", way, left.to_str().unwrap()];
        let output = run([&arguments[..1], &choice[..], &arguments[1..]].concat());
        let names = listed_names(&output.stdout);
        assert_eq!(names.len(), 1, "{way}: {names:?}");
        assert!(names[0].ends_with("/left/kept.txt"), "{way}: {names:?}");
        assert!(stderr_of(&output).contains("4 files and folders left out by choice"));
    }
    let output = run(["hash", "--without", "[", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr_of(&output).contains("'[' is no pattern"));
    let output = run(["hash", "--largest", "10 XB", "."]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr_of(&output).contains("'10 XB' is no size"));
    let output = run(["hash", "--smallest", "1KiB", "--summary", "json", "."]);
    assert!(stderr_of(&output).contains("\"smallest\":1024"));
}

#[test]
fn what_is_left_out_of_a_folder_is_not_missing_there_for_being_in_a_list() {
    let tree = Tree::new();
    for name in ["kept", ".hidden", "target/out"] {
        tree.file(format!("folder/{name}"), name.as_bytes());
    }
    let list = std::process::Command::new(program())
        .args(["hash", "--format", "bsd", "kept", ".hidden", "target"])
        .current_dir(tree.path().join("folder"))
        .output()
        .unwrap();
    tree.file("list", &list.stdout);
    let choice = ["compare", "--no-hidden", "--without", "target/"];
    for sides in [["folder", "list"], ["list", "list"]] {
        let found = Rows::of(tree.path(), &[&choice[..], &sides[..]].concat());
        assert_eq!(found.verdicts(), [("kept", "same")], "{sides:?}");
        assert_eq!(found.summary["left_out"], 4, "two on each side");
        assert_eq!(found.status(), Some(0));
    }
}
