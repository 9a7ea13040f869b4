//! `thawsum convert`: a list of any format in any other, to the byte what `thawsum hash` would
//! have written, and plain words before anything is written that would be less than it was.
#![cfg(any(target_os = "linux", windows))]

#[cfg(target_os = "linux")]
#[path = "convert/linux.rs"]
mod linux;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use end_to_end::{Tree, program, slashed, stderr_of};

const FORMATS: [&str; 7] = ["gnu", "bsd", "sfv", "hashdeep", "bagit", "csv", "json"];

fn thawsum(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program())
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("thawsum starts")
}

/// Files of a bag, by names that every format can carry.
const BAGGED: [&str; 10] = [
    "data/a",
    "data/b c",
    "data/d, e",
    if cfg!(windows) {
        "data/f'g"
    } else {
        "data/f\"g"
    },
    "data/100%",
    "data/h;i",
    "data/j)",
    "data/ü 日本",
    "data/k (l) = m",
    "data/empty",
];

fn bag() -> Tree {
    let tree = Tree::new();
    for name in BAGGED {
        let content = match name {
            "data/empty" => "",
            name => name,
        };
        tree.file(name, content.as_bytes());
    }
    tree
}

#[test]
fn every_format_becomes_every_other_as_if_it_had_been_written_so() {
    let tree = bag();
    for algorithm in ["sha256", "crc32"] {
        let list = |format: &str| {
            // One by one: a bag has `/` in its names on Windows, too, where a folder gives `\`.
            let arguments = ["hash", "--format", format, "-a", algorithm];
            thawsum(tree.path(), &[&arguments[..], &BAGGED[..]].concat())
        };
        let writable: Vec<&str> = FORMATS
            .into_iter()
            .filter(|format| list(format).status.success())
            .collect();
        assert_eq!(writable.len(), 6, "{algorithm}: {writable:?}");
        for from in &writable {
            // The name says nothing, so the content has to; only a bag's manifest needs its name.
            let file = match *from {
                "bagit" => format!("manifest-{algorithm}.txt"),
                _ => "list".to_owned(),
            };
            fs::write(tree.path().join(&file), list(from).stdout).unwrap();
            for to in &writable {
                let output = thawsum(tree.path(), &["convert", "--to", to, &file]);
                let sizes = ["hashdeep", "csv", "json"];
                if *to == "hashdeep" && !sizes.contains(from) {
                    assert_eq!(output.status.code(), Some(1));
                    assert!(output.stdout.is_empty());
                    let said = slashed(&stderr_of(&output));
                    assert!(said.contains("needs the size of data/b c"), "{said}");
                    assert!(said.contains("cannot carry 10 of 10 files"), "{said}");
                    continue;
                }
                let said = stderr_of(&output);
                assert!(output.status.success(), "{from} to {to}: {said}");
                let mut expected = String::from_utf8(list(to).stdout).unwrap();
                if sizes.contains(to) && !sizes.contains(from) {
                    expected = without_sizes(&expected);
                }
                let written = String::from_utf8(output.stdout).unwrap();
                assert_eq!(written, expected, "{from} to {to}, {algorithm}");
                assert_eq!(
                    said.contains("the sizes of 10 files are left out"),
                    sizes.contains(from) && !sizes.contains(to),
                    "{from} to {to}: {said}"
                );
            }
        }
    }
}

/// A list in CSV or JSON, with no sizes.
fn without_sizes(list: &str) -> String {
    let line = |line: &str| match line.split_once("\"size\": ") {
        Some((before, after)) => {
            let (_, after) = after.split_once(", ").expect("a digest follows");
            format!("{before}{after}")
        }
        None => match line.rsplitn(3, ',').collect::<Vec<_>>()[..] {
            [digest, size, path] if size.bytes().all(|b| b.is_ascii_digit()) => {
                format!("{path},,{digest}")
            }
            _ => line.to_owned(),
        },
    };
    list.lines().map(|l| line(l) + "\n").collect()
}

#[test]
fn hostile_names_go_through_the_formats_that_carry_any_and_back() {
    let (tree, lists) = (Tree::hostile(), Tree::new());
    let start = thawsum(tree.path(), &["hash", "."]).stdout;
    let mut list = start.clone();
    for to in ["bsd", "json", "csv", "gnu"] {
        fs::write("list".at(&lists), &list).unwrap();
        let output = thawsum(lists.path(), &["convert", "--to", to, "list"]);
        assert!(output.status.success(), "to {to}: {}", stderr_of(&output));
        list = output.stdout;
    }
    assert!(list == start, "it came back as something else");

    fs::write("list".at(&lists), &list).unwrap();
    let zero = thawsum(lists.path(), &["convert", "--to", "gnu", "--zero", "list"]);
    let direct = thawsum(tree.path(), &["hash", "--zero", "."]);
    assert!(zero.stdout == direct.stdout, "{}", stderr_of(&zero));
    fs::write("zero".at(&lists), &zero.stdout).unwrap();
    let back = thawsum(lists.path(), &["convert", "--to", "gnu", "zero"]);
    assert!(back.stdout == start, "{}", stderr_of(&back));
}

trait At {
    fn at(&self, tree: &Tree) -> std::path::PathBuf;
}

impl At for str {
    fn at(&self, tree: &Tree) -> std::path::PathBuf {
        tree.path().join(self)
    }
}

#[test]
fn every_path_that_the_target_cannot_carry_is_named_and_nothing_is_written() {
    let tree = Tree::new();
    let file = |name| serde_json::json!({"path": name, "size": 1, "crc32": "8cdc1683"});
    let list = ["./fine", "./with\nbreak", "./;comment", "./trailing "].map(file);
    let list = serde_json::to_string_pretty(&list).unwrap();
    fs::write("list.json".at(&tree), list).unwrap();
    fs::write("old.sfv".at(&tree), "old").unwrap();
    let arguments = ["convert", "--to", "sfv", "-o", "old.sfv", "list.json"];
    let output = thawsum(tree.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = stderr_of(&output);
    for (name, why) in [
        ("with\\nbreak", "line break"),
        ("trailing ", "ends with a space"),
    ] {
        let named = said.lines().any(|line| {
            line.starts_with("thawsum: list.json:") && line.contains(name) && line.contains(why)
        });
        assert!(named, "{name} is not named: {said}");
    }
    assert!(said.contains("cannot carry 2 of 4 files"), "{said}");
    assert!(said.contains("nothing was written"), "{said}");
    assert_eq!(fs::read("old.sfv".at(&tree)).unwrap(), b"old");
}

#[test]
fn bad_lines_are_named_with_file_and_number_and_the_rest_is_written() {
    let tree = Tree::new();
    let md5 = "d41d8cd98f00b204e9800998ecf8427e";
    fs::write("MD5SUMS".at(&tree), format!("{md5}  a\noops\n{md5}  b\n")).unwrap();
    let output = thawsum(tree.path(), &["convert", "--to", "bsd", "MD5SUMS"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stdout.clone()).unwrap(),
        format!("MD5 (a) = {md5}\nMD5 (b) = {md5}\n")
    );
    let said = stderr_of(&output);
    assert!(
        said.contains("thawsum: MD5SUMS:2: this is not a GNU line"),
        "{said}"
    );
    assert!(
        said.contains("1 line could not be used and is not in the list"),
        "{said}"
    );
}

#[test]
fn a_target_of_one_algorithm_wants_one_chosen_and_says_what_is_lost() {
    let tree = bag();
    let arguments = [
        "hash", "-a", "sha256", "-a", "md5", "--format", "bsd", "data",
    ];
    let both = thawsum(tree.path(), &arguments);
    fs::write("both".at(&tree), both.stdout).unwrap();

    let csv = thawsum(tree.path(), &["convert", "--to", "csv", "both"]);
    let lines: Vec<String> = String::from_utf8(csv.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(lines[0], "path,size,sha256,md5");
    assert_eq!(lines.len(), 11, "both digests of a file are in one line");

    let output = thawsum(tree.path(), &["convert", "--to", "gnu", "both"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let said = stderr_of(&output);
    assert!(
        said.contains("sha256 and md5") && said.contains("-a"),
        "{said}"
    );

    let output = thawsum(
        tree.path(),
        &["convert", "--to", "gnu", "-a", "md5", "both"],
    );
    assert!(output.status.success());
    assert_eq!(
        output.stdout,
        thawsum(tree.path(), &["hash", "-a", "md5", "data"]).stdout
    );
    let said = stderr_of(&output);
    assert!(said.contains("10 SHA-256 digests are left out"), "{said}");

    let output = thawsum(
        tree.path(),
        &["convert", "--to", "gnu", "-a", "sha512", "both"],
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr_of(&output).contains("no SHA-512 digest"));
}

#[test]
fn an_algorithm_that_was_guessed_is_said_and_can_be_given() {
    let tree = Tree::new();
    tree.file("a", b"x");
    let list = thawsum(tree.path(), &["hash", "-a", "blake3", "a"]);
    fs::write("list".at(&tree), &list.stdout).unwrap();
    let guessed = thawsum(tree.path(), &["convert", "--to", "bsd", "list"]);
    assert!(guessed.stdout.starts_with(b"SHA256 (a)"));
    assert!(stderr_of(&guessed).contains("taken for sha256"));
    let given = thawsum(
        tree.path(),
        &["convert", "--to", "bsd", "-a", "blake3", "list"],
    );
    assert!(given.stdout.starts_with(b"BLAKE3 (a)"));
    assert!(given.stderr.is_empty(), "{}", stderr_of(&given));
    fs::rename("list".at(&tree), "B3SUMS".at(&tree)).unwrap();
    let named = thawsum(tree.path(), &["convert", "--to", "bsd", "B3SUMS"]);
    assert_eq!(named.stdout, given.stdout);
}

#[test]
fn progress_is_shown_when_asked_for_and_gone_at_the_end() {
    let tree = Tree::new();
    let line = format!("{}  some/folder/and/a/file\n", "0".repeat(64));
    fs::write("SHA256SUMS".at(&tree), line.repeat(20_000)).unwrap();
    let args = [
        "convert",
        "--to",
        "bsd",
        "--progress",
        "always",
        "SHA256SUMS",
    ];
    let shown = thawsum(tree.path(), &args);
    assert!(shown.status.success());
    let said = stderr_of(&shown);
    assert!(said.contains("converting: "), "{said}");
    assert!(said.ends_with("\r\x1b[K"), "{said}");
    let silent = thawsum(tree.path(), &["convert", "--to", "bsd", "SHA256SUMS"]);
    assert!(silent.stderr.is_empty(), "{}", stderr_of(&silent));
    assert_eq!(shown.stdout, silent.stdout);
}

#[test]
fn names_of_windows_programs_get_slashes_when_asked_for() {
    let tree = Tree::new();
    fs::write("x.sfv".at(&tree), "; x\r\nsub\\file.bin 12345678\r\n").unwrap();
    let convert = |arguments: &[&str]| {
        let arguments = [&["convert"], arguments, &["x.sfv"]].concat();
        String::from_utf8(thawsum(tree.path(), &arguments).stdout).expect("text")
    };
    let lines = "path,size,crc32\nsub\\file.bin,,12345678\n";
    assert_eq!(convert(&["--to", "csv"]), lines);
    assert_eq!(
        convert(&["--slashes", "--to", "csv"]),
        lines.replace('\\', "/")
    );
    // These are read on other systems too: where a backslash is no part of a name, none is written.
    let lines = match cfg!(windows) {
        true => "CRC32 (sub/file.bin) = 12345678\n",
        false => "\\CRC32 (sub\\\\file.bin) = 12345678\n",
    };
    assert_eq!(convert(&["--to", "bsd"]), lines);
}

#[test]
fn what_is_no_list_and_what_is_not_there_are_told_apart_and_written_is_nothing() {
    let tree = Tree::new();
    fs::write("letter".at(&tree), "Dear reader,\n").unwrap();
    // Windows has words of its own, wine others.
    let not_there = std::io::Error::from_raw_os_error(2).to_string();
    let (not_there, _) = not_there.split_once(" (os error").unwrap();
    for (file, words) in [("letter", "not a checksum file"), ("nowhere", not_there)] {
        let output = thawsum(tree.path(), &["convert", "--to", "csv", file]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        assert!(output.stdout.is_empty());
        let said = stderr_of(&output);
        assert!(
            said.contains(words) && said.contains("nothing was written"),
            "{said}"
        );
    }
    let output = thawsum(tree.path(), &["convert", "--to", "docx", "letter"]);
    assert_eq!(output.status.code(), Some(2));
    let output = thawsum(tree.path(), &["convert", "letter"]);
    assert_eq!(output.status.code(), Some(2), "--to is needed");
}

#[test]
fn a_folder_is_said_to_be_one() {
    let tree = Tree::new();
    tree.file("folder/a", b"x");
    let refused = thawsum(tree.path(), &["convert", "--to", "csv", "folder"]);
    let said = stderr_of(&refused);
    assert!(
        said.starts_with("thawsum: folder: is a directory"),
        "{said}"
    );
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn a_reason_that_holds_of_many_files_is_said_of_the_first_and_counted() {
    let tree = Tree::new();
    let line = |index: u32| format!("{:064x}  file {index}\n", index);
    let list: String = (0..1_234).map(line).collect();
    tree.file("list", list.as_bytes());
    let convert = |more: &[&str]| {
        let output = thawsum(
            tree.path(),
            &[&["convert", "--to", "hashdeep", "list"], more].concat(),
        );
        assert_eq!(output.status.code(), Some(1));
        stderr_of(&output)
    };
    let named = |said: &str| said.matches("needs the size of file ").count();
    let said = convert(&[]);
    assert_eq!(named(&said), 5, "{said}");
    assert!(said.contains("list:5: "), "{said}");
    assert!(said.contains("and 1,229 more files: "), "{said}");
    assert!(said.contains("needs the size, which the list does not hold (--verbose names each)"));
    assert!(said.contains("cannot carry 1,234 of 1,234 files"), "{said}");
    let said = convert(&["--verbose"]);
    assert_eq!(named(&said), 1_234);
    assert!(!said.contains("more files"), "{said}");
}
