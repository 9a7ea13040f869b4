//! The programs whose part this one takes, each known by the name it is called by.

use std::ffi::OsStr;
use std::path::Path;

use workers::Algorithm;

use super::algorithms::Family;

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
