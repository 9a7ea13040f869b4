//! The options in words: for `--help`, and as a definition that completions and the manual page are
//! made from.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, Command, ValueHint};

use super::algorithms::{Family, NAMES};
use super::options::{FLAGS, Id};
use super::program::Program;

/// In the order in which help lists them.
const GENERAL: &[Id] = &[
    Id::Algorithm,
    Id::Length,
    Id::Binary,
    Id::Text,
    Id::Tag,
    Id::Untagged,
    Id::Base64,
    Id::Raw,
    Id::Zero,
    Id::Debug,
    Id::Check,
];

/// Those that mean something while lists are checked.
const CHECKING: &[Id] = &[
    Id::IgnoreMissing,
    Id::Quiet,
    Id::Status,
    Id::Strict,
    Id::Warn,
];

const LAST: &[Id] = &[Id::Help, Id::Version];

pub(super) const EXIT_STATUS: &str = "0 all well; 1 a file that could not be read or does not \
                                      match, or wrong usage.";

/// What `--help` prints.
pub(super) fn text(program: Program, called: &str) -> String {
    let mut text = format!(
        "Usage: {called} [OPTION]... [FILE]...\n{}\n\n\
         Without FILE, or where FILE is -, standard input is read.\n\n",
        about(program).join("\n"),
    );
    list(&mut text, program, GENERAL);
    text.push_str("\nWith --check only:\n");
    list(&mut text, program, CHECKING);
    text.push('\n');
    list(&mut text, program, LAST);
    text.push_str(&format!("\nExit status: {EXIT_STATUS}\n"));
    text
}

/// `thawsum sum` as clap would have it. Nothing is parsed with it (see `getopt.rs`).
pub(super) fn definition() -> Command {
    let program = Program::Cksum;
    let arguments = [GENERAL, CHECKING, LAST].concat().into_iter().map(|id| {
        let (long, short, _) = flag(id);
        let mut argument = Arg::new(long)
            .long(long)
            .help(explained(program, id).join(" "));
        if let Some(short) = short {
            argument = argument.short(char::from(short));
        }
        match value_name(id) {
            None => argument.action(ArgAction::SetTrue),
            Some(name) => {
                argument = argument.value_name(name);
                if id == Id::Algorithm {
                    let names = NAMES.iter().map(|(name, _)| *name);
                    // The explanation names them already.
                    argument = argument
                        .value_parser(PossibleValuesParser::new(names))
                        .hide_possible_values(true);
                }
                argument
            }
        }
    });
    Command::new(super::NAME)
        .disable_help_flag(true)
        .args(arguments)
        .arg(
            Arg::new("file")
                .value_name("FILE")
                .num_args(0..)
                .value_hint(ValueHint::FilePath)
                .help("Files to sum; without one, or where one is -, standard input is read"),
        )
}

fn about(program: Program) -> Vec<String> {
    match program {
        Program::Cksum => vec![
            "Print checksums of files, or check files against a list of them.".to_owned(),
            "The algorithm is POSIX's CRC unless -a names another.".to_owned(),
        ],
        Program::One(family) => vec![format!(
            "Print {} checksums of files, or check files against a list of them.",
            family.tag()
        )],
    }
}

fn list(text: &mut String, program: Program, ids: &[Id]) {
    for &id in ids.iter().filter(|id| id.is_of(program)) {
        let (long, short, _) = flag(id);
        let short = short.map_or("    ".to_owned(), |s| format!("-{}, ", char::from(s)));
        let value = value_name(id).map_or(String::new(), |name| format!("={name}"));
        let mut option = format!("{short}--{long}{value}");
        for line in explained(program, id) {
            text.push_str(&format!("  {option:<22} {line}\n"));
            option.clear();
        }
    }
}

/// The line of [`FLAGS`]; `FLAGS` has one for every `Id`, as a test holds.
fn flag(id: Id) -> (&'static str, Option<u8>, Id) {
    FLAGS
        .iter()
        .copied()
        .find(|flag| flag.2 == id)
        .unwrap_or(("", None, id))
}

const fn value_name(id: Id) -> Option<&'static str> {
    match id {
        Id::Algorithm => Some("NAME"),
        Id::Length => Some("BITS"),
        _ => None,
    }
}

/// What an option does, in lines of help.
fn explained(program: Program, id: Id) -> Vec<String> {
    let lines: &[&str] = match id {
        Id::Algorithm => {
            let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
            let (some, rest) = names.split_at(names.len() / 2);
            return vec![
                "the algorithm:".to_owned(),
                format!("{},", some.join(", ")),
                rest.join(", "),
            ];
        }
        Id::Length if program == Program::One(Family::Blake2b) => {
            &["length of the digest, a multiple of 8 up to 512"]
        }
        Id::Length => &[
            "length of the digest: for blake2b a multiple of 8",
            "up to 512; for sha2 and sha3 224, 256, 384 or 512",
        ],
        Id::Binary => &["mark names with an asterisk"],
        Id::Text => &[
            "mark names with a space (the default); all the same,",
            "every byte is read as it is",
        ],
        Id::Tag if program == Program::Cksum => {
            &["lines as BSD has them: SHA256 (name) = digest (the default)"]
        }
        Id::Tag => &["lines as BSD has them: SHA256 (name) = digest"],
        Id::Untagged => &["lines with the digest first, then the name"],
        Id::Base64 => &["digests in base64, not in hexadecimal"],
        Id::Raw => &["the digest's own bytes and nothing else, of one file"],
        Id::Zero => &["end lines with NUL and escape nothing in names"],
        Id::Debug => &["say how the CRC is computed"],
        Id::Check => &["read lists from FILE and check the files in them"],
        Id::IgnoreMissing => &["pass over files that are not there"],
        Id::Quiet => &["do not print OK for each file"],
        Id::Status => &["print nothing; the exit status tells"],
        Id::Strict => &["fail if a line of the list is not understood"],
        Id::Warn => &["say which lines are not understood"],
        Id::Help => &["print this and end"],
        Id::Version => &["print the version and end"],
    };
    lines.iter().map(|&line| line.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::{CHECKING, FLAGS, GENERAL, LAST, definition};

    #[test]
    fn every_option_is_explained_once_and_defined_as_it_is_taken() {
        let listed = [GENERAL, CHECKING, LAST].concat();
        assert_eq!(listed.len(), FLAGS.len());
        let definition = definition();
        for (long, short, id) in FLAGS {
            assert_eq!(listed.iter().filter(|one| *one == id).count(), 1, "{long}");
            let argument = definition
                .get_arguments()
                .find(|argument| argument.get_long() == Some(long))
                .expect("it is defined");
            assert_eq!(argument.get_short(), short.map(char::from), "{long}");
            assert_eq!(
                argument.get_action().takes_values(),
                id.takes_value(),
                "{long}"
            );
            assert!(argument.get_help().is_some(), "{long}");
        }
    }
}
