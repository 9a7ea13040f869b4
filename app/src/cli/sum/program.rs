//! The programs whose part this one takes: by which name it is called, and what each says of
//! itself.

use std::ffi::OsStr;
use std::path::Path;

use workers::Algorithm;

use super::algorithms::{Family, NAMES};
use super::options::Id;

/// One of coreutils' checksum programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// `cksum`, which has every algorithm.
    Cksum,
    /// A program of one family, such as `sha256sum`.
    One(Family),
}

const PROGRAMS: &[(&str, Program)] = &[
    ("cksum", Program::Cksum),
    ("md5sum", Program::One(Family::One(Algorithm::Md5))),
    ("sha1sum", Program::One(Family::One(Algorithm::Sha1))),
    ("sha224sum", Program::One(Family::One(Algorithm::Sha224))),
    ("sha256sum", Program::One(Family::One(Algorithm::Sha256))),
    ("sha384sum", Program::One(Family::One(Algorithm::Sha384))),
    ("sha512sum", Program::One(Family::One(Algorithm::Sha512))),
    ("b2sum", Program::One(Family::Blake2b)),
];

impl Program {
    /// The program that this executable was called as: by the last part of the name it was
    /// called by, without the `.exe` of Windows.
    pub(super) fn called(name: &OsStr) -> Option<Self> {
        let file = Path::new(name).file_name()?.to_str()?;
        let file = match file
            .len()
            .checked_sub(4)
            .and_then(|at| file.split_at_checked(at))
        {
            Some((stem, end)) if end.eq_ignore_ascii_case(".exe") => stem,
            _ => file,
        };
        let same = |name: &str| {
            // File names of Windows have no case.
            name == file || (cfg!(windows) && name.eq_ignore_ascii_case(file))
        };
        PROGRAMS
            .iter()
            .find(|(name, _)| same(name))
            .map(|(_, program)| *program)
    }

    /// What `--help` prints.
    pub(super) fn help(self, called: &str) -> String {
        let what = match self {
            Self::Cksum => "Print checksums of files, or check files against a list of them.\n\
                            The algorithm is POSIX's CRC unless -a names another."
                .to_owned(),
            Self::One(family) => format!(
                "Print {} checksums of files, or check files against a list of them.",
                family.tag()
            ),
        };
        let mut text = format!(
            "Usage: {called} [OPTION]... [FILE]...\n{what}\n\n\
             Without FILE, or where FILE is -, standard input is read.\n\n"
        );
        let mut line = |id: Id, option: &str, lines: &[&str]| {
            if !id.is_of(self) {
                return;
            }
            let mut option = option;
            for line in lines {
                text.push_str(&format!("  {option:<22} {line}\n"));
                option = "";
            }
        };
        let names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
        let half = names.len() / 2;
        line(
            Id::Algorithm,
            "-a, --algorithm=NAME",
            &[
                "the algorithm:",
                &format!("{},", names[..half].join(", ")),
                &names[half..].join(", "),
            ],
        );
        line(
            Id::Length,
            "-l, --length=BITS",
            &match self {
                Self::Cksum => vec![
                    "length of the digest: for blake2b a multiple of 8",
                    "up to 512; for sha2 and sha3 224, 256, 384 or 512",
                ],
                Self::One(_) => vec!["length of the digest, a multiple of 8 up to 512"],
            },
        );
        line(Id::Binary, "-b, --binary", &["mark names with an asterisk"]);
        line(
            Id::Text,
            "-t, --text",
            &[
                "mark names with a space (the default); all the same,",
                "every byte is read as it is",
            ],
        );
        let tag = match self {
            Self::Cksum => "lines as BSD has them: SHA256 (name) = digest (the default)",
            Self::One(_) => "lines as BSD has them: SHA256 (name) = digest",
        };
        line(Id::Tag, "    --tag", &[tag]);
        line(
            Id::Untagged,
            "    --untagged",
            &["lines with the digest first, then the name"],
        );
        line(
            Id::Base64,
            "    --base64",
            &["digests in base64, not in hexadecimal"],
        );
        line(
            Id::Raw,
            "    --raw",
            &["the digest's own bytes and nothing else, of one file"],
        );
        line(
            Id::Zero,
            "-z, --zero",
            &["end lines with NUL and escape nothing in names"],
        );
        line(Id::Debug, "    --debug", &["say how the CRC is computed"]);
        line(
            Id::Check,
            "-c, --check",
            &["read lists from FILE and check the files in them"],
        );
        text.push_str("\nWith --check only:\n");
        let mut line =
            |option: &str, what: &str| text.push_str(&format!("  {option:<22} {what}\n"));
        line("    --ignore-missing", "pass over files that are not there");
        line("    --quiet", "do not print OK for each file");
        line("    --status", "print nothing; the exit status tells");
        line(
            "    --strict",
            "fail if a line of the list is not understood",
        );
        line("-w, --warn", "say which lines are not understood");
        text.push('\n');
        let mut line = |option: &str, what: &str| {
            text.push_str(&format!("  {option:<22} {what}\n"));
        };
        line("    --help", "print this and end");
        line("    --version", "print the version and end");
        text.push_str(
            "\nExit status: 0 all well; 1 a file that could not be read or does not match, or wrong usage.\n",
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, PROGRAMS, Program};
    use std::ffi::OsStr;

    #[test]
    fn a_program_is_known_by_the_last_part_of_its_name() {
        for (name, program) in PROGRAMS {
            for called in [
                (*name).to_owned(),
                format!("/usr/bin/{name}"),
                format!("{name}.exe"),
                format!("./{name}.EXE"),
            ] {
                assert_eq!(Program::called(OsStr::new(&called)), Some(*program));
            }
        }
        for called in ["thawsum", "sha256sum.old", "mysha256sum", "", "/", "sum"] {
            assert_eq!(Program::called(OsStr::new(called)), None, "{called}");
        }
        assert_eq!(
            Program::called(OsStr::new("b2sum")),
            Some(Program::One(Family::Blake2b))
        );
    }
}
