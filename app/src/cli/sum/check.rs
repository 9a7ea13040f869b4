//! `--check`: lists are read, the files in them digested and compared, and what came of it is
//! said where and in the order in which coreutils says it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, StdinLock};

use workers::manifest::gnu;

use super::console::{Console, reason};
use super::getopt::os_string;
use super::input::Input;
use super::listed::{Lines, Listed};
use super::options::{Check, Report};
use super::print::escape_into;
use super::program::Program;

/// Checks the files of all these lists; says whether every list was good.
pub(super) fn run<'a>(
    program: Program,
    check: Check,
    lists: impl IntoIterator<Item = &'a OsStr>,
    console: &mut Console,
) -> bool {
    let mut checker = Checker {
        check,
        lines: Lines::new(program, check.family),
        input: Input::new(),
        console,
    };
    let mut good = true;
    for list in lists {
        good &= checker.list(list);
    }
    checker.input.close(checker.console) && good
}

struct Checker<'a> {
    check: Check,
    lines: Lines,
    input: Input,
    console: &'a mut Console,
}

/// The original does not say why.
const READ_ERROR: &str = "read error";

/// What was in one list.
#[derive(Default)]
struct Tally {
    understood: u64,
    not_understood: u64,
    matching: u64,
    mismatching: u64,
    unreadable: u64,
}

enum Source {
    Stdin(StdinLock<'static>),
    File(BufReader<File>),
}

impl Source {
    fn line(&mut self, line: &mut Vec<u8>) -> io::Result<usize> {
        line.clear();
        match self {
            Self::Stdin(stdin) => stdin.read_until(b'\n', line),
            Self::File(file) => file.read_until(b'\n', line),
        }
    }
}

impl Checker<'_> {
    fn list(&mut self, list: &OsStr) -> bool {
        let Some((mut source, label)) = self.open(list) else {
            return false;
        };
        let mut tally = Tally::default();
        let mut line = Vec::new();
        let mut number: u64 = 0;
        loop {
            match source.line(&mut line) {
                Ok(0) => break,
                Ok(_) => {}
                Err(_) => {
                    self.console.complain(label, READ_ERROR);
                    return false;
                }
            }
            number += 1;
            let Some(text) = gnu::content(&line) else {
                continue;
            };
            // A list on standard input cannot list standard input.
            let listed = self.lines.read(text).filter(|listed| match source {
                Source::Stdin(_) => listed.name != b"-",
                Source::File(_) => true,
            });
            match listed {
                Some(listed) => self.file(&listed, &mut tally),
                None => {
                    tally.not_understood += 1;
                    if self.check.report == Report::Warn {
                        let what = self.lines.label();
                        let why = format!("{number}: improperly formatted {what} checksum line");
                        self.console.complain(label, &why);
                    }
                }
            }
        }
        self.conclude(&tally, label)
    }

    /// A list and its name in messages; what is in the way of opening it has been said.
    fn open<'l>(&mut self, list: &'l OsStr) -> Option<(Source, &'l [u8])> {
        const STDIN: &[u8] = b"standard input";
        if list == "-" {
            let stdin = self.input.stdin();
            if stdin.is_err() {
                self.console.complain(STDIN, READ_ERROR);
            }
            return Some((Source::Stdin(stdin.ok()?), STDIN));
        }
        let name = list.as_encoded_bytes();
        #[expect(
            clippy::disallowed_methods,
            reason = "a filter in a script; no window is there to wait for it"
        )]
        match File::open(list) {
            Ok(file) => Some((Source::File(BufReader::new(file)), name)),
            Err(error) => {
                self.console.complain(name, &reason(&error));
                None
            }
        }
    }

    fn file(&mut self, listed: &Listed, tally: &mut Tally) {
        tally.understood += 1;
        let mut hasher = listed.digest.hasher();
        let file = os_string(listed.name.clone());
        match self.input.digest(&file, &mut *hasher) {
            Err(error) if self.check.ignore_missing && error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                self.console.complain(&listed.name, &reason(&error));
                tally.unreadable += 1;
                self.tell(&listed.name, "FAILED open or read");
            }
            Ok((digest, _)) if listed.matches(&digest) => {
                tally.matching += 1;
                if self.check.report != Report::Quiet {
                    self.tell(&listed.name, "OK");
                }
            }
            Ok(_) => {
                tally.mismatching += 1;
                self.tell(&listed.name, "FAILED");
            }
        }
    }

    fn tell(&mut self, name: &[u8], verdict: &str) {
        if self.check.report == Report::Status {
            return;
        }
        let mut line = Vec::with_capacity(name.len() + verdict.len() + 3);
        if name.contains(&b'\n') {
            line.push(b'\\');
            escape_into(name, &mut line);
        } else {
            line.extend_from_slice(name);
        }
        line.extend_from_slice(format!(": {verdict}\n").as_bytes());
        self.console.print(&line);
    }

    fn conclude(&mut self, tally: &Tally, label: &[u8]) -> bool {
        if tally.understood == 0 {
            self.console
                .complain(label, "no properly formatted checksum lines found");
        } else if self.check.report != Report::Status {
            self.warn(
                tally.not_understood,
                "line is improperly formatted",
                "lines are improperly formatted",
            );
            self.warn(
                tally.unreadable,
                "listed file could not be read",
                "listed files could not be read",
            );
            self.warn(
                tally.mismatching,
                "computed checksum did NOT match",
                "computed checksums did NOT match",
            );
            if self.check.ignore_missing && tally.matching == 0 {
                self.console.complain(label, "no file was verified");
            }
        }
        tally.matching > 0
            && tally.mismatching == 0
            && tally.unreadable == 0
            && !(self.check.strict && tally.not_understood > 0)
    }

    fn warn(&mut self, count: u64, one: &str, several: &str) {
        let what = match count {
            0 => return,
            1 => one,
            _ => several,
        };
        self.console
            .say(format!("WARNING: {count} {what}").as_bytes());
    }
}
