//! Both programs, side by side: a folder to work on, a call, and what each made of it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use end_to_end::{Tree, program};

/// The programs whose names ours goes by.
pub const PROGRAMS: [&str; 8] = [
    "cksum",
    "md5sum",
    "sha1sum",
    "sha224sum",
    "sha256sum",
    "sha384sum",
    "sha512sum",
    "b2sum",
];

/// Where the system keeps coreutils' program of this name.
pub fn original(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("coreutils' {name} is missing (package coreutils)"))
}

/// The version of the originals, such as (9, 1).
pub fn version() -> (u32, u32) {
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
pub struct Bench {
    pub tree: Tree,
    pub names: tempfile::TempDir,
}

/// One program, ours or the original.
#[derive(Clone, Copy, PartialEq)]
pub enum Whose {
    Theirs,
    Ours,
    /// `thawsum sum` in the place of `cksum`.
    Subcommand,
}

/// What it did.
#[derive(PartialEq)]
pub struct Deed {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    /// Exit status, and the signal that ended it.
    pub status: (Option<i32>, Option<i32>),
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
    pub fn new() -> Self {
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

    pub fn command(&self, whose: Whose, name: &str) -> Command {
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

    pub fn deed(&self, whose: Whose, call: &Call) -> Deed {
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
    pub fn same(&self, call: &Call) {
        let theirs = self.deed(Whose::Theirs, call);
        self.is(call, &theirs);
    }

    /// Ours do this.
    pub fn is(&self, call: &Call, expected: &Deed) {
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

    pub fn same_as<'a>(&self, name: &'static str, arguments: impl IntoIterator<Item = &'a str>) {
        self.same(&Call::new(name, arguments));
    }
}

/// A command line and what it is given.
#[derive(Clone)]
pub struct Call {
    pub name: &'static str,
    pub arguments: Vec<OsString>,
    pub stdin: Vec<u8>,
    pub env: Vec<(&'static str, &'static str)>,
}

impl Call {
    pub fn new<A: AsRef<OsStr>>(
        name: &'static str,
        arguments: impl IntoIterator<Item = A>,
    ) -> Self {
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

    pub fn words(name: &'static str, line: &str) -> Self {
        Self::new(name, line.split_whitespace())
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    pub fn env(mut self, name: &'static str, value: &'static str) -> Self {
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
pub fn hex(name: &str, options: &[&str], content: &[u8]) -> String {
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

/// What ours prints, which must succeed without a word on standard error.
pub fn printed(bench: &Bench, call: &Call) -> Vec<u8> {
    let deed = bench.deed(Whose::Ours, call);
    assert!(
        deed.status == (Some(0), None) && deed.stderr.is_empty(),
        "{call}\n{deed:?}"
    );
    deed.stdout
}

/// A generator that gives the same every time.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % bound as u64) as usize
    }
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}
