//! `thawsum sum`, and this executable called by the name of one of coreutils' checksum programs:
//! `cksum`, `md5sum`, `sha256sum` and so on. A script that calls those finds the same output,
//! messages and exit statuses, held against coreutils 9.1.
//!
//! It is a filter: one file after another, on the thread that was called, and no folder is
//! walked. Messages of `thawsum sum` begin with `thawsum sum: ` where the original has its name.
//!
//! Where it deliberately differs: `cksum` of a directory is an error here with every algorithm
//! (9.1 prints a CRC of nothing), `cksum --check` takes no shortened SHA-2 (9.1 compares as much
//! of it as is there), `--help`, `--version` and `--debug` are in words of our own,
//! and options and algorithms of later versions are there (see `options.rs`).

mod algorithms;
mod check;
mod console;
mod getopt;
mod help;
mod inherited;
mod input;
mod legacy;
mod listed;
mod options;
mod print;
mod program;
mod quote;

use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

use self::console::{Console, reason};
use self::input::Input;
use self::options::{Print, Refusal, Request, Sum};
use self::program::Program;
use self::quote::Charset;
use super::status;
pub(super) use inherited::stdin_is_open;

/// The name of the subcommand.
pub(super) const NAME: &str = "sum";

/// Runs, if the command line asks for it: by the executable's name, or by the subcommand. Before
/// clap sees the arguments, because `--` and everything else in them means what `getopt_long`
/// says it means.
pub(super) fn called() -> Option<ExitCode> {
    let mut arguments = std::env::args_os();
    let name = arguments.next()?;
    let mut arguments: Vec<OsString> = arguments.collect();
    if let Some(program) = Program::called(&name) {
        return Some(run(program, name, arguments));
    }
    if arguments.first().is_some_and(|first| first == NAME) {
        arguments.remove(0);
        let name = format!("{} {NAME}", env!("CARGO_PKG_NAME"));
        return Some(run(Program::Cksum, name.into(), arguments));
    }
    None
}

/// What `thawsum help sum` shows.
pub(super) fn help() -> String {
    help::text(Program::Cksum, "thawsum sum")
}

/// The subcommand's options, for what is made from the definition of the command line.
pub(super) fn definition() -> clap::Command {
    help::definition()
}

pub(super) const EXIT_STATUS: &str = help::EXIT_STATUS;

fn run(program: Program, name: OsString, arguments: Vec<OsString>) -> ExitCode {
    crate::console::attach();
    #[cfg(unix)]
    inherited::end_with_the_reader();
    let mut console = Console::new(name, Charset::of_the_user());
    let good = match options::parse(program, arguments, &console) {
        Ok(request) => carry_out(program, request, &mut console),
        Err(refusal) => {
            refuse(&refusal, &mut console);
            false
        }
    };
    if console.close() && good {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(status::WRONG)
    }
}

fn refuse(refusal: &Refusal, console: &mut Console) {
    for message in &refusal.messages {
        console.say(message);
    }
    for line in &refusal.list {
        console.say_without_name(line);
    }
    if refusal.hint {
        let hint = [
            b"Try '",
            console.program(),
            b" --help' for more information.",
        ]
        .concat();
        console.say_without_name(&hint);
    }
}

fn carry_out(program: Program, request: Request, console: &mut Console) -> bool {
    let named = |operands: Vec<OsString>| {
        if operands.is_empty() {
            vec!["-".into()]
        } else {
            operands
        }
    };
    match request {
        Request::Help => {
            let called = String::from_utf8_lossy(console.program()).into_owned();
            console.print(help::text(program, &called).as_bytes());
            true
        }
        Request::Version => {
            let called = String::from_utf8_lossy(console.program()).into_owned();
            let version = env!("CARGO_PKG_VERSION");
            let text = format!(
                "{called} (Thawsum) {version}\nIts behaviour is held against GNU coreutils 9.1.\n"
            );
            console.print(text.as_bytes());
            true
        }
        Request::Check(check, operands) => {
            let lists = named(operands);
            check::run(
                program,
                check,
                lists.iter().map(OsString::as_os_str),
                console,
            )
        }
        Request::Print(print, operands) => {
            let show_names = !operands.is_empty();
            print_all(print, &named(operands), show_names, console)
        }
    }
}

fn print_all(print: Print, files: &[OsString], show_names: bool, console: &mut Console) -> bool {
    if print.debug && print.sum == Sum::Counted(algorithms::Counted::Crc) {
        console.say(b"using tables, eight bytes at a time");
    }
    let mut hasher = match print.sum {
        Sum::Counted(counted) => counted.hasher(),
        Sum::Digest(digest) => digest.hasher(),
    };
    let mut input = Input::new();
    let mut good = true;
    for file in files {
        let name = OsStr::as_encoded_bytes(file);
        match input.digest(file, &mut *hasher) {
            Ok((sum, length)) => console.print(&match print.sum {
                Sum::Counted(kind) => {
                    let shown = show_names.then_some(name);
                    print::counted(kind, &sum, length, shown, print.style, print.end)
                }
                Sum::Digest(kind) => print::digest(kind, &sum, name, print.style, print.end),
            }),
            Err(error) => {
                console.complain(name, &reason(&error));
                good = false;
            }
        }
    }
    input.close(console) && good
}
