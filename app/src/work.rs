//! What a job is for: one variant a kind of job, with what its rows are about.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use workers::{Algorithm, FileResult, Unlisted};

use crate::algorithms::Algorithms;
use crate::expectation::Expectation;

/// The work of one run.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Files and folders get their digests.
    Hash {
        roots: Vec<PathBuf>,
        algorithms: Algorithms,
        /// What the one file should have.
        expected: Option<Expectation>,
    },
    /// Files are held against what checksum files say.
    Verify(Verification),
    /// Files are looked for that have the same content.
    Duplicates(Search),
    /// Two sides are held against each other.
    Compare(Comparison),
}

/// What is compared, by what, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    /// The left side and the right: folders, checksum files, or two files.
    pub(crate) paths: [PathBuf; 2],
    pub(crate) algorithm: Algorithm,
    pub(crate) begun: SystemTime,
}

/// Where duplicates are looked for, by what, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Search {
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) algorithm: Algorithm,
    pub(crate) begun: SystemTime,
}

/// What is verified, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Verification {
    pub(crate) lists: Vec<PathBuf>,
    /// What lines are of that do not name their algorithm; `None`: it is recognised, or guessed.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) unlisted: Unlisted,
    pub(crate) scope: Scope,
    pub(crate) begun: SystemTime,
}

/// How much of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    All,
    /// What was chosen together with them.
    Chosen,
    /// What was wrong in the run before.
    Again,
}

impl Work {
    /// What it is doing, as a word that others are put after.
    pub(crate) const fn doing(&self) -> &'static str {
        match self {
            Self::Hash { .. } => "Hashing",
            Self::Verify(_) => "Verifying",
            Self::Duplicates(_) => "Comparing contents",
            Self::Compare(_) => "Comparing",
        }
    }

    /// What has been done to a file that is done with.
    pub(crate) const fn done(&self) -> &'static str {
        match self {
            Self::Hash { .. } => "hashed",
            Self::Verify(_) => "verified",
            Self::Duplicates(_) | Self::Compare(_) => "compared",
        }
    }

    /// The name of its kind in exports.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Hash { .. } => "hash",
            Self::Verify(_) => "verify",
            Self::Duplicates(_) => "duplicates",
            Self::Compare(_) => "compare",
        }
    }

    /// What was chosen for it.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Hash { roots, .. } => roots,
            Self::Verify(verification) => &verification.lists,
            Self::Duplicates(search) => &search.roots,
            Self::Compare(comparison) => &comparison.paths,
        }
    }

    /// Where the paths of its rows are shown from: with one root, its own name is where reading
    /// begins, and with lists in one folder the names as the lists have them; else all is shown.
    pub(crate) fn base(&self) -> PathBuf {
        let folder = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
        match self {
            Self::Hash { roots, .. } | Self::Duplicates(Search { roots, .. }) => {
                match roots.as_slice() {
                    [root] => folder(root),
                    _ => PathBuf::new(),
                }
            }
            // Paths of a comparison are those within its sides already.
            Self::Compare(_) => PathBuf::new(),
            Self::Verify(Verification { lists, .. }) => {
                let first = lists.first().map(|list| folder(list)).unwrap_or_default();
                if lists.iter().all(|list| folder(list) == first) {
                    first
                } else {
                    PathBuf::new()
                }
            }
        }
    }

    /// What the one file should have.
    pub(crate) const fn expected(&self) -> Option<&Expectation> {
        match self {
            Self::Hash { expected, .. } => expected.as_ref(),
            Self::Verify(_) | Self::Duplicates(_) | Self::Compare(_) => None,
        }
    }

    /// Turns the result of a file of which something was expected into the verdict on it.
    pub(crate) fn judge(&self, row: &mut FileResult) {
        if let Self::Hash {
            algorithms,
            expected: Some(expected),
            ..
        } = self
        {
            expected.judge(algorithms, row);
        }
    }

    /// Whether it answers a question, which is then said large. Hashing alone does not.
    pub(crate) const fn has_outcome(&self) -> bool {
        !matches!(self, Self::Hash { .. })
    }

    /// With what its files are hashed, where that was chosen and no list has said it.
    pub(crate) fn algorithms(&self) -> Option<Arc<[Algorithm]>> {
        match self {
            Self::Hash { algorithms, .. } => Some(algorithms.shared()),
            Self::Duplicates(search) => Some([search.algorithm].into()),
            // With a list it is compared by what that has.
            Self::Verify(_) | Self::Compare(_) => None,
        }
    }

    /// What it is doing before it reads files, once it has read its lists.
    pub(crate) const fn preparing(&self) -> &'static str {
        match self {
            Self::Hash { .. } | Self::Duplicates(_) | Self::Compare(_) => "Scanning",
            Self::Verify(_) => "Looking for the files",
        }
    }
}
