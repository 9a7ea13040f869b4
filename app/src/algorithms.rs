//! The algorithms that files are hashed with: one as a rule, several where somebody wants several
//! lists of one reading.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use workers::{Algorithm, Strength};

/// One or more algorithms, in the order of [`Algorithm::ALL`] whatever order they were chosen in:
/// columns, lists and the clipboard then always have the same one first, and never a weak one
/// before a strong one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub(crate) struct Algorithms(Arc<[Algorithm]>);

impl Default for Algorithms {
    fn default() -> Self {
        Self::one(Algorithm::Sha256)
    }
}

impl Deref for Algorithms {
    type Target = [Algorithm];

    fn deref(&self) -> &[Algorithm] {
        &self.0
    }
}

/// Room for the names of two algorithms that many people use.
const SHORT: usize = 16;

impl Algorithms {
    pub(crate) fn one(algorithm: Algorithm) -> Self {
        Self([algorithm].into())
    }

    /// `None` for none.
    pub(crate) fn of(some: &[Algorithm]) -> Option<Self> {
        let of_table = Algorithm::ALL.iter().filter(|one| some.contains(one));
        let all: Arc<[Algorithm]> = of_table.copied().collect();
        (!all.is_empty()).then_some(Self(all))
    }

    /// With this one too, or without it. The last one stays.
    #[must_use]
    pub(crate) fn toggled(&self, algorithm: Algorithm) -> Self {
        let mut all = self.0.to_vec();
        if self.contains(&algorithm) {
            all.retain(|&one| one != algorithm);
        } else {
            all.push(algorithm);
        }
        Self::of(&all).unwrap_or_else(|| self.clone())
    }

    /// The one that comes first. Where only one is of use, it is this.
    pub(crate) fn first(&self) -> Algorithm {
        self.0.first().copied().unwrap_or(Algorithm::Sha256)
    }

    pub(crate) fn shared(&self) -> Arc<[Algorithm]> {
        self.0.clone()
    }

    /// In at most [`SHORT`] characters or so, for places without room for all names.
    pub(crate) fn in_short(&self) -> String {
        match &*self.0 {
            [one] => one.label().to_owned(),
            [one, other] if one.label().len() + other.label().len() + 2 <= SHORT => labels(self),
            [one, rest @ ..] => format!("{} + {}", one.label(), rest.len()),
            [] => String::new(),
        }
    }

    /// As [`caution_of`] all of them.
    pub(crate) fn caution(&self) -> Option<&'static str> {
        caution_of(self)
    }
}

/// What a match by none but these would not show; `None` if one of them is strong.
pub(crate) fn caution_of(algorithms: &[Algorithm]) -> Option<&'static str> {
    let strengths = algorithms.iter().map(|one| one.strength());
    caution(strengths.max_by_key(|strength| match strength {
        Strength::Accident => 0,
        Strength::Weak => 1,
        Strength::Strong => 2,
    })?)
}

/// What an algorithm of this strength does not protect against.
pub(crate) const fn caution(strength: Strength) -> Option<&'static str> {
    match strength {
        Strength::Strong => None,
        Strength::Weak => Some("finds accidents, is no protection against tampering"),
        Strength::Accident => Some("finds accidents only"),
    }
}

/// All names, one after another.
pub(crate) fn labels(algorithms: &[Algorithm]) -> String {
    let labels: Vec<&str> = algorithms.iter().map(|one| one.label()).collect();
    labels.join(", ")
}

/// As the settings have it. One alone is its name, as it was when there was never more than one.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "the algorithm is neither a name that is known nor a list of such names"
)]
enum Kept {
    One(Algorithm),
    Several(Vec<Algorithm>),
}

impl From<Kept> for Algorithms {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::One(one) => Self::one(one),
            Kept::Several(some) => Self::of(&some).unwrap_or_default(),
        }
    }
}

impl From<Algorithms> for Kept {
    fn from(algorithms: Algorithms) -> Self {
        match &*algorithms {
            [one] => Self::One(*one),
            some => Self::Several(some.to_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Algorithm::{Blake3, Crc32, Md5, Sha256};

    fn read(text: &str) -> Algorithms {
        serde_json::from_str(text).expect("algorithms")
    }

    #[test]
    fn one_is_kept_as_its_name_and_several_as_a_list() {
        for (text, algorithms) in [
            (r#""md5""#, Algorithms::one(Md5)),
            (r#"["sha256","blake3"]"#, read(r#"["blake3","sha256"]"#)),
        ] {
            assert_eq!(read(text), algorithms);
            assert_eq!(serde_json::to_string(&algorithms).expect("text"), text);
        }
        // By hand, none can be chosen; there is always one.
        assert_eq!(read("[]"), Algorithms::default());
        assert!(serde_json::from_str::<Algorithms>(r#"["rot13"]"#).is_err());
    }

    #[test]
    fn they_are_in_the_tables_order_and_the_last_one_stays() {
        let two = Algorithms::one(Md5).toggled(Blake3).toggled(Sha256);
        assert_eq!(*two, [Sha256, Blake3, Md5]);
        assert_eq!(two.in_short(), "SHA-256 + 2");
        let less = two.toggled(Sha256);
        assert_eq!(less.in_short(), "BLAKE3, MD5");
        let one = less.toggled(Md5);
        assert_eq!(one.in_short(), "BLAKE3");
        assert_eq!(one.toggled(Blake3), one);
    }

    #[test]
    fn a_strong_one_makes_up_for_weak_ones() {
        let weak = Algorithms::one(Crc32);
        assert_eq!(weak.caution(), Some("finds accidents only"));
        let weak = weak.toggled(Md5);
        assert!(weak.caution().expect("a caution").contains("tampering"));
        assert_eq!(weak.toggled(Sha256).caution(), None);
    }
}
