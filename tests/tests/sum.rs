//! `thawsum sum`, and the executable called by the names of coreutils' programs, held against the
//! real ones: the same arguments and input to both, and both outputs and the exit status are the
//! same to the byte. Written against coreutils 9.1; a failure names the version that it met.
#![cfg(target_os = "linux")]

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use end_to_end::{Tree, program};

const PROGRAMS: [&str; 8] = [
    "cksum",
    "md5sum",
    "sha1sum",
    "sha224sum",
    "sha256sum",
    "sha384sum",
    "sha512sum",
    "b2sum",
];

/// The names that `cksum -a` of 9.1 has.
const ALGORITHMS: [&str; 11] = [
    "bsd", "sysv", "crc", "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "sm3",
];

/// Where the system keeps coreutils' program of this name.
fn original(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("coreutils' {name} is missing (package coreutils)"))
}

/// The version of the originals, such as (9, 1).
fn version() -> (u32, u32) {
    static VERSION: OnceLock<(u32, u32)> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let output = Command::new(original("cksum")).arg("--version").output();
        let text = String::from_utf8_lossy(&output.expect("cksum runs").stdout).into_owned();
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.contains("GNU coreutils"),
            "cksum is not of GNU coreutils: {first}"
        );
        let number = first.rsplit(' ').next().unwrap_or_default();
        let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    })
}

/// A folder of files to work on, and our executable under every name.
struct Bench {
    tree: Tree,
    names: tempfile::TempDir,
}

/// One program, ours or the original.
#[derive(Clone, Copy, PartialEq)]
enum Whose {
    Theirs,
    Ours,
    /// `thawsum sum` in the place of `cksum`.
    Subcommand,
}

/// What it did.
#[derive(PartialEq)]
struct Deed {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    /// Exit status, and the signal that ended it.
    status: (Option<i32>, Option<i32>),
}

impl std::fmt::Debug for Deed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "status {:?}", self.status)?;
        writeln!(
            f,
            "--- stdout\n{}",
            self.stdout
                .escape_ascii()
                .to_string()
                .replace("\\n", "\\n\n")
        )?;
        write!(
            f,
            "--- stderr\n{}",
            self.stderr
                .escape_ascii()
                .to_string()
                .replace("\\n", "\\n\n")
        )
    }
}

impl From<Output> for Deed {
    fn from(output: Output) -> Self {
        Self {
            stdout: output.stdout,
            stderr: output.stderr,
            status: (output.status.code(), output.status.signal()),
        }
    }
}

impl Bench {
    fn new() -> Self {
        let tree = Tree::new();
        for (name, content) in [
            ("a", &b"hi\n"[..]),
            ("b", b"yo\n"),
            (" a", b"hi\n"),
            ("*a", b"hi\n"),
            ("empty", b""),
            ("new\nline", b"yo\n"),
            ("back\\slash", b"hi\n"),
            ("carriage\rreturn", b"hi\n"),
            ("sp ace", b"hi\n"),
            ("it's", b"hi\n"),
            ("größe", b"hi\n"),
            ("-dash", b"hi\n"),
            ("folder/file", b"hi\n"),
        ] {
            tree.file(name, content);
        }
        tree.file(OsStr::from_bytes(b"bytes\xff\xfe"), b"hi\n");
        let big: Vec<u8> = (0..300_001u32).map(|n| (n % 251) as u8).collect();
        tree.file("big", &big);
        let locked = tree.file("locked", b"hi\n");
        let none = std::os::unix::fs::PermissionsExt::from_mode(0o000);
        fs::set_permissions(&locked, none).expect("permissions");
        let names = tempfile::tempdir().expect("a temporary folder");
        for name in PROGRAMS {
            std::os::unix::fs::symlink(program(), names.path().join(name)).expect("a link");
        }
        Self { tree, names }
    }

    fn command(&self, whose: Whose, name: &str) -> Command {
        let mut command = match whose {
            Whose::Theirs => Command::new(original(name)),
            Whose::Ours => Command::new(self.names.path().join(name)),
            Whose::Subcommand => {
                assert_eq!(name, "cksum");
                let mut command = Command::new(program());
                command.arg("sum");
                command
            }
        };
        if whose != Whose::Subcommand {
            command.arg0(name);
        }
        command
            .current_dir(self.tree.path())
            .env_remove("POSIXLY_CORRECT")
            .env("LC_ALL", "C");
        command
    }

    fn deed(&self, whose: Whose, call: &Call) -> Deed {
        let mut command = self.command(whose, call.name);
        command
            .args(&call.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.envs(call.env.iter().copied());
        let mut child = command.spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // Who refuses its arguments does not read.
        let _ = stdin.write_all(&call.stdin);
        drop(stdin);
        let mut deed = Deed::from(child.wait_with_output().expect("it ends"));
        if whose == Whose::Subcommand {
            let stderr = String::from_utf8_lossy(&deed.stderr).replace("thawsum sum", "cksum");
            deed.stderr = stderr.into_bytes();
        }
        deed
    }

    /// Both do the same.
    fn same(&self, call: &Call) {
        let theirs = self.deed(Whose::Theirs, call);
        self.is(call, &theirs);
    }

    /// Ours do this.
    fn is(&self, call: &Call, expected: &Deed) {
        let mut ours = vec![Whose::Ours];
        if call.name == "cksum" {
            ours.push(Whose::Subcommand);
        }
        for whose in ours {
            let mut deed = self.deed(whose, call);
            let mut expected = Deed {
                stderr: expected.stderr.clone(),
                stdout: expected.stdout.clone(),
                ..*expected
            };
            if whose == Whose::Subcommand {
                // The prefix was mapped through text.
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned().into_bytes();
                (deed.stderr, expected.stderr) = (text(&deed.stderr), text(&expected.stderr));
            }
            assert!(
                deed == expected,
                "{call}\n=== coreutils {:?} (held against 9.1)\n{expected:?}\n=== ours\n{deed:?}",
                version()
            );
        }
    }

    fn same_as<'a>(&self, name: &'static str, arguments: impl IntoIterator<Item = &'a str>) {
        self.same(&Call::new(name, arguments));
    }
}

/// A command line and what it is given.
#[derive(Clone)]
struct Call {
    name: &'static str,
    arguments: Vec<OsString>,
    stdin: Vec<u8>,
    env: Vec<(&'static str, &'static str)>,
}

impl Call {
    fn new<A: AsRef<OsStr>>(name: &'static str, arguments: impl IntoIterator<Item = A>) -> Self {
        Self {
            name,
            arguments: arguments
                .into_iter()
                .map(|a| a.as_ref().to_owned())
                .collect(),
            stdin: b"from a pipe\n".to_vec(),
            env: Vec::new(),
        }
    }

    fn words(name: &'static str, line: &str) -> Self {
        Self::new(name, line.split_whitespace())
    }

    fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} {:?} {:?} < \"{}\"",
            self.name,
            self.arguments,
            self.env,
            self.stdin.escape_ascii()
        )
    }
}

/// The digest of some bytes as the original prints it.
fn hex(name: &str, options: &[&str], content: &[u8]) -> String {
    let mut child = Command::new(original(name))
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(content).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8(output.stdout).expect("text");
    text.split(' ').next().expect("a digest").to_owned()
}

const HOSTILE: [&[u8]; 9] = [
    b"new\nline",
    b"back\\slash",
    b"carriage\rreturn",
    b"sp ace",
    b"it's",
    "größe".as_bytes(),
    b"bytes\xff\xfe",
    b"*a",
    b" a",
];

#[test]
fn every_program_prints_what_the_original_prints() {
    let bench = Bench::new();
    let styles = [
        "",
        "-b",
        "-t",
        "--tag",
        "-z",
        "--zero --tag",
        "-b -t",
        "-t -b",
        "--tag -b",
        "-t --tag",
        "-bz",
    ];
    for name in PROGRAMS {
        for style in styles {
            if name == "cksum" && ["-b", "-t"].iter().any(|o| style.contains(o)) {
                // `cksum` of 9.1 knows these letters, but refuses them without a word.
                continue;
            }
            let mut call = Call::words(name, style);
            call.arguments
                .extend(["a", "b", "empty", "big"].map(OsString::from));
            call.arguments
                .extend(HOSTILE.map(|name| OsString::from_vec(name.to_vec())));
            bench.same(&call);
            bench.same(&Call::words(name, style));
            bench.same(&Call::words(name, &format!("{style} -")));
            bench.same(&Call::words(name, &format!("{style} - a -")));
        }
    }
}

#[test]
fn every_algorithm_of_cksum_prints_what_the_original_prints() {
    let bench = Bench::new();
    for algorithm in ALGORITHMS {
        for style in [
            "",
            "--untagged",
            "--tag",
            "-z",
            "-z --untagged",
            "--tag --untagged",
            "--untagged --tag",
        ] {
            for files in ["", "-", "a", "a b empty big", "nope a folder/file"] {
                bench.same(&Call::words(
                    "cksum",
                    &format!("-a {algorithm} {style} {files}"),
                ));
            }
            let mut call = Call::words("cksum", &format!("--algorithm={algorithm} {style}"));
            call.arguments
                .extend(HOSTILE.map(|name| OsString::from_vec(name.to_vec())));
            bench.same(&call);
        }
    }
    for bits in ["0", "8", "16", "120", "256", "504", "512"] {
        for style in ["", "--tag", "-b", "-z"] {
            bench.same(&Call::words(
                "b2sum",
                &format!("-l {bits} {style} a big empty"),
            ));
        }
        for style in ["", "--untagged"] {
            bench.same(&Call::words(
                "cksum",
                &format!("-a blake2b -l {bits} {style} a big empty"),
            ));
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_named_with_the_reason_and_the_others_are_summed() {
    let bench = Bench::new();
    for name in PROGRAMS {
        let options = if name == "cksum" { "-a sm3" } else { "--tag" };
        for files in [
            "nope a",
            "folder a",
            "a folder nope b",
            "a/b",
            "locked a",
            "/proc/self/mem a",
            "./nope",
        ] {
            bench.same(&Call::words(name, &format!("{options} {files}")));
        }
        bench.same_as(name, [""]);
        bench.same_as(name, ["--", "-dash", "--"]);
        bench.same_as(name, ["-dash"]);
    }
}

#[test]
fn names_in_messages_are_quoted_as_the_original_quotes_them() {
    let bench = Bench::new();
    let mut names: Vec<Vec<u8>> = (1..=255u8)
        .filter(|byte| *byte != b'/')
        .flat_map(|byte| [vec![byte], vec![b'x', byte, b'y'], vec![byte, b'\'']])
        .collect();
    let pieces: [&[u8]; 16] = [
        b"'",
        b"\"",
        b"\n",
        b"\\",
        b" ",
        b"#",
        b"~",
        b"{",
        b"}",
        b"a",
        b"b",
        b":",
        b"\xff",
        "ö".as_bytes(),
        "日本".as_bytes(),
        b"\x1b[31m",
    ];
    let mut random = Random(7);
    for _ in 0..400 {
        let length = 1 + random.below(6);
        names.push(
            (0..length)
                .flat_map(|_| random.pick(&pieces).to_vec())
                .collect(),
        );
    }
    for locale in ["C", "C.UTF-8"] {
        // All at once, all missing: one process for hundreds of names.
        let mut call = Call::new("md5sum", ["--"]).env("LC_ALL", locale);
        call.arguments
            .extend(names.iter().cloned().map(OsString::from_vec));
        bench.same(&call);
        for word in names.iter().skip(600).take(60) {
            let mut call = Call::new("cksum", ["-a", "blake2b", "-l"]).env("LC_ALL", locale);
            call.arguments.push(OsString::from_vec(word.clone()));
            bench.same(&call);
        }
    }
    // Each alone is refused, so that the name is in the message of getopt.
    for name in names.iter().skip(500) {
        let argument = OsString::from_vec([b"--", &name[..]].concat());
        bench.same(&Call::new("sha1sum", [argument]));
    }
}

const OPTIONS: [&str; 29] = [
    "--tag",
    "--text",
    "--binary",
    "-b",
    "-t",
    "-c",
    "-z",
    "-w",
    "--zero",
    "--check",
    "--quiet",
    "--status",
    "--strict",
    "--warn",
    "--ignore-missing",
    "--st",
    "--ta",
    "--te",
    "--bi",
    "--ch",
    "--q",
    "--w",
    "--i",
    "--foo",
    "--tag=1",
    "-x",
    "-cz",
    "--",
    "-",
];

#[test]
fn any_two_options_together_are_taken_or_refused_as_the_original_does() {
    let bench = Bench::new();
    let digest = hex("sha256sum", &[], b"hi\n");
    bench.tree.file(
        "list",
        format!("{digest}  a\n{digest}  b\nbad\n{digest}  nope\n").as_bytes(),
    );
    for one in OPTIONS {
        for two in OPTIONS {
            bench.same_as("sha256sum", [one, two, "list"]);
        }
    }
}

#[test]
fn wrong_usage_is_refused_in_the_words_of_the_original() {
    let bench = Bench::new();
    for name in PROGRAMS {
        for line in [
            "--foo a",
            "--foo=bar",
            "-x",
            "-wx",
            "--quiet=3 a",
            "--help=1",
            "--he=",
            "--s a",
            "--st=1",
            "a --quiet",
            "--status a",
            "--strict a",
            "-w a",
            "--ignore-missing a",
            "-c -z a",
            "-z -c a",
            "-c --status --foo",
            "--strict --ignore-missing --warn a",
            "--quiet --strict a",
            "--strict --status --quiet a",
            "--version=x",
            "-h",
            "-V",
            "-q",
        ] {
            bench.same(&Call::words(name, line));
        }
        if name != "cksum" {
            // The list of what `--` and nothing more may be is longer for our `cksum`.
            bench.same_as(name, ["--="]);
            bench.same_as(name, ["--tag", "-t"]);
            bench.same_as(name, ["-c", "--tag", "-b"]);
            bench.same_as(name, ["-bct", "--tag"]);
            bench.same_as(name, ["--t"]);
        }
    }
    for line in [
        "-l",
        "--length",
        "-l 9 a",
        "-l 9 --foo",
        "--foo -l 9",
        "-l 9 -l 8 a",
        "-l 520 a",
        "-l x a",
        "-l 8k a",
        "-l -8 a",
        "-l +8 a",
        "-l 0x10 a",
        "-l 010 a",
        "-l 18446744073709551615 a",
        "-l 18446744073709551616 a",
        "--le 8 a",
        "--length=16 a",
        "-l8 a",
        "-cl 9",
        // A letter that `cksum` of 9.1 has not.
        "-l 520 --tag -t",
    ] {
        bench.same(&Call::words("b2sum", line));
        if !line.ends_with("-t") {
            bench.same(&Call::words("cksum", &format!("-a blake2b {line}")));
        }
    }
    bench.same_as("b2sum", ["-l", "", "a"]);
    bench.same_as("b2sum", ["-l", " 8", "a"]);
    bench.same_as("b2sum", ["-l", "8 ", "a"]);
    for line in [
        "-a",
        "--algorithm",
        "-a md5 -a sha1 a",
        "-l 9 a",
        "-l 0 a",
        "-a md5 -l 0 a",
        "--debug=1",
        "--al md5 a",
    ] {
        bench.same(&Call::words("cksum", line));
    }
    for posix in ["a --tag", "--tag a", "a -- b", "-- --tag", "- --tag"] {
        bench.same(&Call::words("sha1sum", posix).env("POSIXLY_CORRECT", ""));
    }
}

#[test]
fn messages_that_list_algorithms_list_ours() {
    let bench = Bench::new();
    let newer = [("crc32b", (9, 6)), ("sha2", (9, 8)), ("sha3", (9, 8))];
    for word in ["foo", "m", "", "MD5", "sha", "blake2", "x'y"] {
        let call = Call::new("cksum", ["-a", word, "a"]);
        let theirs = bench.deed(Whose::Theirs, &call);
        let mut ours = bench.deed(Whose::Ours, &call);
        let mut text = String::from_utf8(ours.stderr).unwrap();
        for (name, since) in newer {
            let line = format!("  - '{name}'\n");
            assert!(text.contains(&line), "{text}");
            if version() < since {
                text = text.replace(&line, "");
            }
        }
        ours.stderr = text.into_bytes();
        assert!(
            ours == theirs,
            "coreutils {:?}\n{theirs:?}\n=== ours\n{ours:?}",
            version()
        );
    }
    for (line, message) in [
        (
            "-l 8 a",
            "cksum: --length is only supported with --algorithm blake2b, sha2, or sha3\n",
        ),
        (
            "-a md5 -l 8 a",
            "cksum: --length is only supported with --algorithm blake2b, sha2, or sha3\n",
        ),
        (
            "-a crc -c a",
            "cksum: --check is not supported with --algorithm={bsd,sysv,crc,crc32b}\n",
        ),
        (
            "-c -a sysv a",
            "cksum: --check is not supported with --algorithm={bsd,sysv,crc,crc32b}\n",
        ),
    ] {
        let deed = bench.deed(Whose::Ours, &Call::words("cksum", line));
        assert_eq!(String::from_utf8(deed.stderr).unwrap(), message);
        assert_eq!((deed.stdout.len(), deed.status), (0, (Some(1), None)));
    }
}

/// Options of checking, in every mixture that a script may use.
const CHECKS: [&str; 12] = [
    "",
    "--quiet",
    "--status",
    "--strict",
    "-w",
    "--ignore-missing",
    "--strict -w",
    "--quiet --ignore-missing",
    "--status --ignore-missing",
    "--status -w",
    "-w --status",
    "--ignore-missing --strict --quiet",
];

#[test]
fn lists_are_checked_as_the_original_checks_them() {
    let bench = Bench::new();
    let a = hex("sha256sum", &[], b"hi\n");
    let b = hex("sha256sum", &[], b"yo\n");
    let upper = a.to_uppercase();
    let short = &a[1..];
    let lists = [
        format!("{a}  a\n"),
        format!("{upper}  a\n{a} *b\n{b} *b\n"),
        format!("{a} a\n{a} b\n"),
        format!("{a} a\n{a}  a\n{a} *a\n"),
        format!("{a}  a\n{a} a\n"),
        format!("{a} *a\r\n{b}  b\r\n\r\n# comment\r\n"),
        format!("  \t{a}  a\n \n"),
        format!("{a}  a\nbad\n"),
        format!("{a}  a\nbad\nbad\n{a}  nope\n{b}  b\n{a}  b\n"),
        format!("{a}  nope\n{a}  b\n{a}  folder\n{a}  a/b\n{a}  locked\n"),
        format!("{a}  nope\n"),
        format!("{a}  nope\n{a}  nope2\n{a}  b\n{a}  b\nx\nx\n"),
        format!("{a}  b\n"),
        "bad\n".to_owned(),
        String::new(),
        "\n\n# nothing\n".to_owned(),
        format!("{a}  a"),
        format!("{a}  a\r"),
        format!("{a}  a\r\r\n"),
        format!("{short}  a\n{a}0  a\n{short}g  a\n{a}a\n{a}\n{a} \n{a}  \n{a}   \n"),
        format!("{a}\ta\n{a}\t a\n{a} \ta\n"),
        format!(
            "\\{b}  new\\nline\n\\{a}  back\\\\slash\n\\{a}  carriage\\rreturn\n{a}  back\\slash\n"
        ),
        format!("\\{a}  a\\tb\n\\{a}  a\\\n\\ {a}  a\n \\{a}  a\n"),
        format!("{a}  a\0b\n{a}\0  a\n\0\n\\{a}  a\0\n"),
        format!("{a}  carriage\rreturn\n{a}  sp ace\n{a}  it's\n{a}  größe\n{a}  *a\n{a}   a\n"),
        format!("SHA256 (a) = {a}\nSHA256(a)= {a}\nSHA256 (a)={upper}\nSHA256 (a) \t= \t{a}\r\n"),
        format!(
            "SHA256  (a) = {a}\nSHA256\t(a) = {a}\nsha256 (a) = {a}\nSHA256 (a) = {a} \nSHA256 (a) {a}\n"
        ),
        format!(
            "SHA256 (a) = b) = {a}\nSHA256 ((a)) = {a}\nSHA256 () = {a}\nSHA256 (a = {a}\nSHA256 a) = {a}\n"
        ),
        format!("\\SHA256 (new\\nline) = {b}\n\\SHA256 (a\\x) = {a}\n\\ SHA256 (a) = {a}\n"),
        format!("SHA256-256 (a) = {a}\nSHA1 (a) = {a}\nSHA256 (a)\nSHA256\n"),
        format!("{a}  -\n{a}  a\n"),
        format!("{a}  empty\n{a}  /dev/null\n{a}  /proc/self/mem\n"),
    ];
    for list in lists {
        bench.tree.file("list", list.as_bytes());
        for options in CHECKS {
            bench.same(&Call::words("sha256sum", &format!("-c {options} list")).stdin("hi\n"));
            bench
                .same(&Call::words("cksum", &format!("-c {options} -a sha256 list")).stdin("hi\n"));
        }
        bench.same(&Call::words("sha256sum", "-c").stdin(list.clone()));
        bench.same(&Call::words("sha256sum", "--check -w - list").stdin(list.clone()));
        bench.same(&Call::words("cksum", "-c -w list").stdin("hi\n"));
        bench.same(&Call::words("cksum", "-c --tag -a sha256").stdin(list.clone()));
        bench.same(&Call::words("sha1sum", "-wc list"));
    }
}

#[test]
fn several_lists_are_checked_one_after_another() {
    let bench = Bench::new();
    let a = hex("md5sum", &[], b"hi\n");
    bench.tree.file("one", format!("{a} a\n").as_bytes());
    bench.tree.file("two", format!("{a}  a\n").as_bytes());
    bench
        .tree
        .file("three", format!("{a}  b\nbad\n").as_bytes());
    for lists in [
        "one two",
        "two one",
        "two nope one",
        "nope",
        "folder",
        "folder two",
        "one three two",
        "two two",
        "three nope",
        "a two",
        "- two",
        "two -",
        "/proc/self/mem two",
        "locked two",
        "-- two",
    ] {
        for options in [
            "",
            "--quiet",
            "--status",
            "--warn",
            "--strict",
            "--ignore-missing",
        ] {
            let call = Call::words("md5sum", &format!("-c {options} {lists}"));
            bench.same(&call.stdin(format!("{a}  a\n{a}  -\n")));
        }
    }
}

#[test]
fn digests_of_several_algorithms_and_lengths_are_told_apart() {
    let bench = Bench::new();
    let mut tagged = String::new();
    let mut untagged = String::new();
    for (tag, name) in [
        ("MD5", "md5sum"),
        ("SHA1", "sha1sum"),
        ("SHA224", "sha224sum"),
        ("SHA384", "sha384sum"),
        ("SHA512", "sha512sum"),
        ("BLAKE2b", "b2sum"),
    ] {
        let digest = hex(name, &[], b"hi\n");
        writeln!(tagged, "{tag} (a) = {digest}\n{tag}(b)= {digest}").unwrap();
        writeln!(untagged, "{digest}  a").unwrap();
    }
    tagged.push_str("CRC (a) = 1479881546\nSYSV (a) = 219\nMD4 (a) = 00\nbad\n");
    for bits in ["8", "16", "128", "256", "384", "512"] {
        let digest = hex("b2sum", &["-l", bits], b"hi\n");
        writeln!(
            tagged,
            "BLAKE2b-{bits} (a) = {digest}\nBLAKE2b-{bits}(a)= {digest}"
        )
        .unwrap();
        writeln!(
            tagged,
            "BLAKE2b-{bits}x (a) = {digest}\nBLAKE2b- {bits}  (a) = {digest}"
        )
        .unwrap();
        writeln!(tagged, "BLAKE2b (a) = {digest}\nBLAKE2b\t(a) = {digest}").unwrap();
        writeln!(untagged, "{digest}  a\n{digest} *b\n{digest}").unwrap();
    }
    let one = hex("b2sum", &["-l", "8"], b"hi\n");
    for bits in [
        "0x8",
        "010",
        "08",
        "+8",
        "-8",
        "0",
        "",
        "12",
        "520",
        "99999999999999999999",
    ] {
        writeln!(tagged, "BLAKE2b-{bits} (a) = {one}").unwrap();
    }
    untagged.push_str("2  a\n2ca  a\n2c \n2c  \n2c *\n2c a\n");
    for (file, content) in [("tagged", tagged), ("untagged", untagged)] {
        bench.tree.file(file, content.as_bytes());
        for options in ["", "-w", "--status", "--quiet"] {
            for name in PROGRAMS {
                bench.same(&Call::words(name, &format!("-c {options} {file}")));
            }
            // Not sha384, as which cksum since 9.2, and ours, takes a SHA-256 for base64.
            for algorithm in [
                "md5", "sha1", "sha224", "sha256", "sha512", "blake2b", "sm3",
            ] {
                bench.same(&Call::words(
                    "cksum",
                    &format!("-c {options} -a {algorithm} {file}"),
                ));
            }
            bench.same(&Call::words(
                "b2sum",
                &format!("-l 128 -c {options} {file}"),
            ));
        }
    }
}

/// A generator that gives the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % bound as u64) as usize
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

#[test]
fn lists_made_at_random_are_checked_as_the_original_checks_them() {
    const NAMES: [&[u8]; 17] = [
        b"a",
        b"a",
        b"a",
        b"b",
        b"nope",
        b" a",
        b"*a",
        b"folder",
        b"new\\nline",
        b"back\\slash",
        b"back\\\\slash",
        b"sp ace",
        b"",
        b" ",
        b"-",
        b"a\0b",
        b"a)",
    ];
    const ODD: [&[u8]; 16] = [
        b"# c",
        b"",
        b" ",
        b"bad",
        b"\0",
        b"\\",
        b"\\\\",
        b"SHA256",
        b"CRC (a) = 1",
        b"MD5 ()",
        b"BLAKE2b-",
        b"12 ",
        b"12",
        b"12  ",
        b"12 *",
        b"2c  a",
    ];
    let bench = Bench::new();
    let algorithms = [
        ("MD5", "md5sum"),
        ("SHA1", "sha1sum"),
        ("SHA256", "sha256sum"),
        ("SHA512", "sha512sum"),
        ("BLAKE2b", "b2sum"),
    ];
    let digests: Vec<(&str, Vec<String>)> = algorithms
        .iter()
        .map(|(tag, name)| {
            let of = |content: &[u8]| hex(name, &[], content);
            (*tag, vec![of(b"hi\n"), of(b"hi\n"), of(b"yo\n")])
        })
        .collect();
    let mut random = Random(20);
    for _ in 0..500 {
        let mut list = Vec::new();
        for _ in 0..1 + random.below(6) {
            let (tag, of) = &digests[random.below(digests.len())];
            let mut digest = of[random.below(of.len())].clone();
            if random.chance(20) {
                digest.make_ascii_uppercase();
            }
            if random.chance(8) {
                digest.pop();
            }
            if random.chance(5) {
                digest.push('0');
            }
            let name = random.pick(&NAMES);
            let mut line = match random.below(20) {
                0..=9 => {
                    let gap = random.pick(&[&b"  "[..], b" *", b" ", b"\t", b"\t ", b"   ", b""]);
                    [digest.as_bytes(), gap, name].concat()
                }
                10..=17 => {
                    let open = random.pick(&[&b" ("[..], b" (", b"(", b"  (", b" ", b"\t("]);
                    let close = random.pick(&[
                        &b") = "[..],
                        b") = ",
                        b")= ",
                        b")=",
                        b") \t=\t",
                        b")",
                        b" = ",
                    ]);
                    [tag.as_bytes(), open, name, close, digest.as_bytes()].concat()
                }
                _ => random.pick(&ODD).to_vec(),
            };
            if random.chance(25) {
                line.insert(0, b'\\');
            }
            if random.chance(10) {
                line.insert(0, random.pick(b" \t"));
            }
            if random.chance(10) && !line.is_empty() {
                let at = random.below(line.len());
                line[at] = random.pick(b" \t\\()=*\0ab0#\r:");
            }
            list.extend(line);
            list.extend(random.pick(&[&b"\n"[..], b"\n", b"\n", b"\r\n", b"\r\r\n"]));
        }
        if random.chance(20) {
            list.pop();
        }
        let name = random.pick(&["md5sum", "sha256sum", "b2sum", "cksum"]);
        let mut line = format!("-c {}", random.pick(&CHECKS));
        if name == "cksum" && random.chance(50) {
            line.push_str(random.pick(&[" -a md5", " -a sha256", " -a blake2b"]));
        }
        if random.chance(30) {
            bench.same(&Call::words(name, &line).stdin(list));
        } else {
            bench.tree.file("list", &list);
            bench.same(&Call::words(name, &format!("{line} list")).stdin("hi\n"));
        }
    }
}

#[test]
fn what_cannot_be_written_is_reported_at_the_end() {
    let bench = Bench::new();
    let digest = hex("md5sum", &[], b"hi\n");
    bench.tree.file("list", format!("{digest}  a\n").as_bytes());
    for (name, line) in [
        ("md5sum", "a"),
        ("md5sum", "-z a"),
        ("md5sum", "a folder b"),
        ("md5sum", "-z a nope b"),
        ("md5sum", "-c list"),
        ("md5sum", "-c --status list"),
        ("md5sum", "nope"),
        ("cksum", "a"),
        ("cksum", "-z a"),
        ("cksum", "-a sysv a b"),
        ("md5sum", "--foo"),
    ] {
        let run = |whose| {
            let full = File::options()
                .write(true)
                .open("/dev/full")
                .expect("/dev/full");
            let output = bench
                .command(whose, name)
                .args(line.split(' '))
                .stdout(full)
                .output();
            Deed::from(output.expect("it runs"))
        };
        let (theirs, ours) = (run(Whose::Theirs), run(Whose::Ours));
        assert!(
            ours == theirs,
            "{name} {line}\n{theirs:?}\n=== ours\n{ours:?}"
        );
    }
}

#[test]
fn nobody_reading_ends_it_as_it_ends_the_original() {
    let bench = Bench::new();
    for whose in [Whose::Theirs, Whose::Ours] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = bench
            .command(whose, "md5sum")
            .args(["a", "b"])
            .stdout(writer)
            .output();
        let deed = Deed::from(output.expect("it runs"));
        let killed = nix::sys::signal::Signal::SIGPIPE as i32;
        assert_eq!((deed.status, deed.stderr.len()), ((None, Some(killed)), 0));
    }
}

#[test]
fn a_line_is_out_before_the_next_file_is_read() {
    let bench = Bench::new();
    let pipe = bench.tree.path().join("pipe");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("a named pipe");
    let mut command = bench.command(Whose::Ours, "md5sum");
    let child = command
        .args(["a", "pipe", "b"])
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            let _ = tell.send(line);
        }
    });
    let patience = Duration::from_secs(60);
    let first = told
        .recv_timeout(patience)
        .expect("the first line while the second file waits");
    assert!(first.ends_with("  a"), "{first}");
    fs::write(&pipe, "hi\n").expect("a writer");
    let rest: Vec<String> = (0..2)
        .map(|_| told.recv_timeout(patience).expect("a line"))
        .collect();
    assert!(
        rest[0].ends_with("  pipe") && rest[1].ends_with("  b"),
        "{rest:?}"
    );
    assert!(child.wait().expect("it ends").success());
}

/// What ours prints, which must succeed without a word on standard error.
fn printed(bench: &Bench, call: &Call) -> Vec<u8> {
    let deed = bench.deed(Whose::Ours, call);
    assert!(
        deed.status == (Some(0), None) && deed.stderr.is_empty(),
        "{call}\n{deed:?}"
    );
    deed.stdout
}

/// Options that 9.1 lacks are held against values that are published, and against the originals
/// where these are new enough.
#[test]
fn options_of_later_versions_do_what_those_do() {
    let bench = Bench::new();
    bench.tree.file("abc", b"abc");
    bench.tree.file("digits", b"123456789");
    let base64 = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let sha3 = "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532";
    let cases: [((u32, u32), &str, String); 11] = [
        ((9, 6), "-a crc32b digits", "3421780262 9 digits\n".into()),
        (
            (9, 2),
            "-a sha256 --base64 abc",
            format!("SHA256 (abc) = {base64}\n"),
        ),
        (
            (9, 2),
            "-a sha256 --base64 --untagged abc",
            format!("{base64}  abc\n"),
        ),
        (
            (9, 2),
            "-a sha256 --base64 --untagged -b abc",
            format!("{base64} *abc\n"),
        ),
        (
            (9, 2),
            "-a md5 --base64 abc",
            "MD5 (abc) = kAFQmDzST7DWlj99KOF/cg==\n".into(),
        ),
        (
            (9, 8),
            "-a sha2 -l 256 abc",
            format!("SHA256 (abc) = {sha256}\n"),
        ),
        (
            (9, 8),
            "-a sha3 -l 256 abc",
            format!("SHA3-256 (abc) = {sha3}\n"),
        ),
        (
            (9, 8),
            "-a sha3 --length=256 --untagged abc",
            format!("{sha3}  abc\n"),
        ),
        ((9, 2), "-a md5 --raw empty", String::new()),
        ((9, 2), "-a crc -b digits", "930766865 9 digits\n".into()),
        (
            (9, 2),
            "-a sha256 --untagged -t abc",
            format!("{sha256}  abc\n"),
        ),
    ];
    for (since, line, expected) in cases {
        let call = Call::words("cksum", line);
        let ours = printed(&bench, &call);
        if line.contains("--raw") {
            assert_eq!(
                ours,
                0xd41d_8cd9_8f00_b204_e980_0998_ecf8_427e_u128.to_be_bytes()
            );
        } else {
            assert_eq!(String::from_utf8(ours).unwrap(), expected, "{call}");
        }
        if version() >= since {
            bench.same(&call);
        }
    }
    for (line, raw) in [
        ("-a crc --raw digits", &[0x37, 0x7a, 0x60, 0x11][..]),
        ("-a sysv --raw a", &[0, 219]),
        ("-a bsd --raw a", &[0x80, 0x58]),
    ] {
        assert_eq!(printed(&bench, &Call::words("cksum", line)), raw, "{line}");
    }
    for (list, line) in [
        (format!("SHA256 (abc) = {base64}\n"), "-c"),
        (format!("{base64}  abc\n"), "-c -a sha256"),
        (format!("SHA3-256 (abc) = {sha3}\n"), "-c"),
        (
            format!("{sha3}  abc\nSHA3-256 (abc) = {sha3}\n"),
            "-c -a sha3",
        ),
        (
            format!("{sha256}  abc\nSHA256 (abc) = {sha256}\n"),
            "-c -a sha2",
        ),
    ] {
        let text = printed(&bench, &Call::words("cksum", line).stdin(list.clone()));
        assert_eq!(
            text,
            b"abc: OK\n".repeat(list.lines().count()),
            "{line} {list}"
        );
    }
    for (line, message) in [
        (
            "--raw --base64 a",
            "cksum: --base64 and --raw are mutually exclusive\nTry 'cksum --help' for more information.\n",
        ),
        (
            "--raw a b",
            "cksum: the --raw option is not supported with multiple files\n",
        ),
        (
            "-a md5 -t a",
            "cksum: --text mode is only supported with --untagged\nTry 'cksum --help' for more information.\n",
        ),
        (
            "-a sha3 a",
            "cksum: --algorithm=sha3 requires specifying --length 224, 256, 384, or 512\n",
        ),
        (
            "-a sha2 -l 8 a",
            "cksum: invalid length: '8'\ncksum: digest length for 'SHA2' must be 224, 256, 384, or 512\n",
        ),
    ] {
        let deed = bench.deed(Whose::Ours, &Call::words("cksum", line));
        assert_eq!(String::from_utf8(deed.stderr).unwrap(), message);
        assert_eq!(
            (deed.stdout.len(), deed.status),
            (0, (Some(1), None)),
            "{line}"
        );
    }
}

#[test]
fn where_the_original_is_wrong_ours_is_not() {
    let bench = Bench::new();
    // 9.1 prints the CRC of nothing for a folder and succeeds; 9.4 mended it.
    let deed = bench.deed(Whose::Ours, &Call::words("cksum", "folder a"));
    assert_eq!(deed.stderr, b"cksum: folder: Is a directory\n");
    assert_eq!(
        (deed.stdout, deed.status),
        (b"1479881546 3 a\n".to_vec(), (Some(1), None))
    );
    // 9.1 takes a SHA-256 of which one byte is there, and compares that byte.
    let one = &hex("sha256sum", &[], b"hi\n")[..2];
    let list = format!("SHA256-8 (a) = {one}\n");
    let deed = bench.deed(Whose::Ours, &Call::words("cksum", "-c").stdin(list));
    assert_eq!((deed.stdout.len(), deed.status), (0, (Some(1), None)));
}

#[test]
fn help_names_every_option_that_the_original_has() {
    let bench = Bench::new();
    for name in PROGRAMS {
        let call = Call::words(name, "--help --foo");
        let theirs = String::from_utf8(bench.deed(Whose::Theirs, &call).stdout).unwrap();
        let ours = String::from_utf8(printed(&bench, &call)).unwrap();
        let named = theirs
            .split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
            .filter(|word| word.starts_with("--") && word.len() > 2);
        for option in named {
            assert!(ours.contains(option), "{name} --help lacks {option}");
        }
        assert!(printed(&bench, &Call::words(name, "--version")).starts_with(name.as_bytes()));
    }
}

#[test]
fn any_path_and_the_ending_exe_lead_to_the_same_program() {
    let bench = Bench::new();
    let expected = printed(&bench, &Call::words("sha256sum", "a"));
    let folder = bench.names.path();
    let copy = folder.join("sha256sum.exe");
    // A copy, not a link: what is asked is the name it was called by.
    fs::copy(program(), &copy).expect("a copy");
    let call = |path: &Path| {
        let output = Command::new(path)
            .arg("a")
            .current_dir(bench.tree.path())
            .output();
        output.expect("it runs").stdout
    };
    assert_eq!(call(&copy), expected);
    assert_eq!(call(&folder.join("sha256sum")), expected);
    // Messages have the name as it was called.
    let path = folder.join("sha256sum");
    let output = Command::new(&path).arg("nope").output().expect("it runs");
    let message = format!("{}: nope: No such file or directory\n", path.display());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), message);
}
