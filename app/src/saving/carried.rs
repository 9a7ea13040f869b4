//! What a format of lists holds of what files were hashed with: everything, some of it, or one
//! algorithm a list.

use std::path::{Path, PathBuf};

use workers::manifest::Format;
use workers::{Algorithm, FileResult};

/// What of several algorithms a list of one format can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    All,
    /// These together; the others have no place in it.
    Only(Vec<Algorithm>),
    /// Any of these, but one alone.
    OneOf(Vec<Algorithm>),
    Nothing,
}

/// What is to be saved where a list can be of one algorithm alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    /// A list for each, so that nothing is lost unless somebody wants to.
    #[default]
    Each,
    One(Algorithm),
}

impl Carried {
    pub(crate) fn by(format: Format, hashed: &[Algorithm]) -> Self {
        let holds = |some: &[Algorithm]| format.check(some, []).is_ok();
        if holds(hashed) {
            return Self::All;
        }
        let alone = hashed.iter().copied().filter(|&one| holds(&[one]));
        let some: Vec<Algorithm> = alone.collect();
        match &*some {
            [] => Self::Nothing,
            _ if holds(&some) => Self::Only(some),
            _ => Self::OneOf(some),
        }
    }

    /// What each list will be of; there is always one. Of what a format cannot hold at all, the
    /// attempt to write it says why.
    pub(crate) fn lists(&self, hashed: &[Algorithm], choice: Choice) -> Vec<Vec<Algorithm>> {
        match self {
            Self::All | Self::Nothing => vec![hashed.to_vec()],
            Self::Only(some) => vec![some.clone()],
            Self::OneOf(some) => match choice {
                Choice::One(one) if some.contains(&one) => vec![vec![one]],
                Choice::One(_) | Choice::Each => some.iter().map(|&one| vec![one]).collect(),
            },
        }
    }
}

/// Where each of several lists goes: the first as it is called, the others beside it.
pub(crate) fn files(first: &Path, format: Format, lists: &[Vec<Algorithm>]) -> Vec<PathBuf> {
    let own = lists.first().map(|first| format.extension(first));
    let other = |list: &Vec<Algorithm>| match format.file_name(list) {
        Some(name) => first.with_file_name(name),
        None if first
            .extension()
            .is_some_and(|is| own.as_deref() == is.to_str()) =>
        {
            first.with_extension(format.extension(list))
        }
        None => {
            let mut name = first.as_os_str().to_owned();
            name.push(".");
            name.push(format.extension(list));
            name.into()
        }
    };
    let others = lists.iter().skip(1).map(other);
    std::iter::once(first.to_owned()).chain(others).collect()
}

/// Puts the digests of a row by some of the algorithms that it was hashed with one after another.
pub(super) fn pick(
    row: &FileResult,
    hashed: &[Algorithm],
    wanted: &[Algorithm],
    out: &mut Vec<u8>,
) {
    out.clear();
    for (algorithm, digest) in row.verdict.each_digest(hashed) {
        if wanted.contains(&algorithm) {
            out.extend_from_slice(digest.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Algorithm::{Blake3, Crc32, Md5, Sha256};

    fn by(format: &str, hashed: &[Algorithm]) -> Carried {
        Carried::by(format.parse().expect("a format"), hashed)
    }

    #[test]
    fn what_a_format_holds_of_several_algorithms() {
        let three = [Sha256, Blake3, Md5];
        for format in ["bsd", "csv", "json"] {
            assert_eq!(by(format, &three), Carried::All);
        }
        for format in ["gnu", "bagit"] {
            assert_eq!(by(format, &three), Carried::OneOf(three.to_vec()));
            assert_eq!(by(format, &[Blake3]), Carried::All);
        }
        assert_eq!(by("hashdeep", &three), Carried::Only(vec![Sha256, Md5]));
        assert_eq!(by("sfv", &three), Carried::Nothing);
        assert_eq!(by("sfv", &[Md5, Crc32]), Carried::Only(vec![Crc32]));
    }

    #[test]
    fn a_choice_counts_where_there_is_one() {
        let two = [Sha256, Md5];
        let of = |format: &str, choice| by(format, &two).lists(&two, choice);
        assert_eq!(of("gnu", Choice::Each), [[Sha256], [Md5]]);
        assert_eq!(of("gnu", Choice::One(Md5)), [[Md5]]);
        assert_eq!(of("gnu", Choice::One(Blake3)), [[Sha256], [Md5]]);
        assert_eq!(of("json", Choice::One(Md5)), [two]);
    }

    #[test]
    fn further_lists_are_called_after_the_first() {
        let lists = [vec![Sha256], vec![Md5]];
        let second = |first: &str, format: &str| {
            let format = format.parse().expect("a format");
            files(first.as_ref(), format, &lists).pop().expect("two")
        };
        for (first, format, name) in [
            ("a/b.c.sha256", "gnu", "a/b.c.md5"),
            ("a/SHA256SUMS", "gnu", "a/SHA256SUMS.md5"),
            ("a/manifest-sha256.txt", "bagit", "a/manifest-md5.txt"),
        ] {
            assert_eq!(second(first, format), PathBuf::from(name));
        }
    }
}
