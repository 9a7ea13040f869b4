//! What a format of lists holds of what files were hashed with: everything, some of it, or one
//! algorithm a list.

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

    /// What the list will be of. `choice` decides where only one can be; of what a format cannot
    /// hold at all, the attempt to write it says why.
    pub(crate) fn algorithms(
        &self,
        hashed: &[Algorithm],
        choice: Option<Algorithm>,
    ) -> Vec<Algorithm> {
        match self {
            Self::All | Self::Nothing => hashed.to_vec(),
            Self::Only(some) => some.clone(),
            Self::OneOf(some) => {
                let choice = choice.filter(|choice| some.contains(choice));
                choice.or(some.first().copied()).into_iter().collect()
            }
        }
    }
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
        let of = |format: &str, choice| by(format, &two).algorithms(&two, choice);
        assert_eq!(of("gnu", None), [Sha256]);
        assert_eq!(of("gnu", Some(Md5)), [Md5]);
        assert_eq!(of("gnu", Some(Blake3)), [Sha256]);
        assert_eq!(of("json", Some(Md5)), two);
    }
}
