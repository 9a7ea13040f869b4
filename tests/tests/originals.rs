//! The programs that formats come from read the lists that Thawsum writes: each accepts a list of
//! an untouched tree, and complains when a byte of a file has changed. `scripts/test` installs
//! them.
#![cfg(target_os = "linux")]

use std::fs;
use std::process::{Command, Output};

use end_to_end::{Tree, program};

/// Names that every format and program here carries.
const EASY: [&str; 8] = [
    "plain",
    "two words",
    "a, comma",
    "(brackets) = x",
    "größe 日本",
    "semi;colon",
    "sub/deeper/file",
    "*star",
];
/// Names that only formats with an escape carry.
const HARD: [&str; 3] = ["back\\slash", "new\nline", "carriage\rreturn"];

struct Case {
    format: &'static str,
    algorithm: &'static str,
    list: &'static str,
    hard: bool,
    original: &'static [&'static str],
}

const fn case(
    format: &'static str,
    algorithm: &'static str,
    list: &'static str,
    hard: bool,
    original: &'static [&'static str],
) -> Case {
    Case {
        format,
        algorithm,
        list,
        hard,
        original,
    }
}

/// What is run in the tree; the list is a name in it.
#[rustfmt::skip]
const CASES: &[Case] = &[
    case("gnu", "md5", "list", true, &["md5sum", "--check", "--strict", "list"]),
    case("gnu", "sha1", "list", true, &["sha1sum", "--check", "--strict", "list"]),
    case("gnu", "sha224", "list", true, &["sha224sum", "--check", "--strict", "list"]),
    case("gnu", "sha256", "list", true, &["sha256sum", "--check", "--strict", "list"]),
    case("gnu", "sha384", "list", true, &["sha384sum", "--check", "--strict", "list"]),
    case("gnu", "sha512", "list", true, &["sha512sum", "--check", "--strict", "list"]),
    case("gnu", "blake2b", "list", true, &["b2sum", "--check", "--strict", "list"]),
    case("gnu", "blake2b-256", "list", true, &["cksum", "-a", "blake2b", "-l", "256", "--check", "--strict", "list"]),
    case("gnu", "blake3", "list", false, &["b3sum", "--check", "list"]),
    case("gnu", "sha3-256", "list.sha3-256", false, &["rhash", "--check", "--sha3-256", "list.sha3-256"]),
    case("bsd", "sha512", "list", true, &["cksum", "--check", "--strict", "list"]),
    case("bsd", "blake2b-256", "list", true, &["cksum", "--check", "--strict", "list"]),
    case("bsd", "sha256", "list", false, &["rhash", "--check", "list"]),
    case("sfv", "crc32", "list.sfv", false, &["cksfv", "-g", "list.sfv"]),
    case("sfv", "crc32", "list.sfv", false, &["rhash", "--check", "list.sfv"]),
    case("hashdeep", "sha256", "list", false, &["hashdeep", "-a", "-l", "-r", "-k", "list", "data"]),
    case("hashdeep", "md5", "list", false, &["hashdeep", "-a", "-l", "-r", "-k", "list", "data"]),
    // Without a name that is percent-encoded it is a list of sha256sum's, as bags' makers rely on.
    case("bagit", "sha256", "manifest-sha256.txt", false, &["sha256sum", "--check", "--strict", "manifest-sha256.txt"]),
];

fn run(tree: &Tree, command: &[&str]) -> Output {
    Command::new(command[0])
        .args(&command[1..])
        .current_dir(tree.path())
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| {
            panic!(
                "{}: {error}; scripts/test installs what is missing",
                command[0]
            )
        })
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn the_original_programs_accept_our_lists_and_notice_a_change_by_them() {
    for case in CASES {
        let tree = Tree::new();
        let hard: &[&str] = if case.hard { &HARD } else { &[] };
        for name in EASY.iter().chain(hard) {
            tree.file(format!("data/{name}"), name.as_bytes());
        }
        let what = format!(
            "{} of {} by {:?}",
            case.format, case.algorithm, case.original
        );
        let mut hash = Command::new(program());
        hash.args(["hash", "--format", case.format, "-a", case.algorithm])
            .args(["-o", case.list, "data"])
            .current_dir(tree.path());
        assert!(hash.status().expect("thawsum starts").success(), "{what}");

        let output = run(&tree, case.original);
        assert!(output.status.success(), "{what}: {}", said(&output));
        fs::write(tree.path().join("data/sub/deeper/file"), "Sub/deeper/file").expect("written");
        let output = run(&tree, case.original);
        assert!(!output.status.success(), "{what}: {}", said(&output));
    }
}
