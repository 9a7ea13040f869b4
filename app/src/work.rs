//! What a job is for: one variant a kind of job, with what its rows are about.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use workers::{Algorithm, Unlisted};

use crate::expectation::Expectation;

/// The work of one run.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// Files and folders get their digests.
    Hash {
        roots: Vec<PathBuf>,
        algorithm: Algorithm,
        /// What the one file should have.
        expected: Option<Expectation>,
    },
    /// Files are held against what checksum files say.
    Verify(Verification),
}

/// What is verified, and since when.
#[derive(Clone, Debug)]
pub(crate) struct Verification {
    pub(crate) lists: Vec<PathBuf>,
    pub(crate) unlisted: Unlisted,
    pub(crate) scope: Scope,
    pub(crate) begun: SystemTime,
}

/// How much of the lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    All,
    /// What was wrong in the run before.
    Again,
}

impl Work {
    /// What it is doing, as a word that others are put after.
    pub(crate) const fn doing(&self) -> &'static str {
        match self {
            Self::Hash { .. } => "Hashing",
            Self::Verify(_) => "Verifying",
        }
    }

    /// What has been done to a file that is done with.
    pub(crate) const fn done(&self) -> &'static str {
        match self {
            Self::Hash { .. } => "hashed",
            Self::Verify(_) => "verified",
        }
    }

    /// The name of its kind in exports.
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Hash { .. } => "hash",
            Self::Verify(_) => "verify",
        }
    }

    /// What was chosen for it.
    pub(crate) fn paths(&self) -> &[PathBuf] {
        match self {
            Self::Hash { roots, .. } => roots,
            Self::Verify(verification) => &verification.lists,
        }
    }

    /// Where the paths of its rows are shown from: with one root, its own name is where reading
    /// begins, and with lists in one folder the names as the lists have them; else all is shown.
    pub(crate) fn base(&self) -> PathBuf {
        let folder = |path: &Path| path.parent().unwrap_or(Path::new("")).to_owned();
        match self {
            Self::Hash { roots, .. } => match roots.as_slice() {
                [root] => folder(root),
                _ => PathBuf::new(),
            },
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
            Self::Verify(_) => None,
        }
    }

    pub(crate) const fn verification(&self) -> Option<&Verification> {
        match self {
            Self::Verify(verification) => Some(verification),
            Self::Hash { .. } => None,
        }
    }
}
