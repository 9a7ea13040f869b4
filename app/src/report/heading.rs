//! The first lines of a report: what was asked, of which files, with what.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use workers::{Unlisted, shown};

use crate::work::{Comparison, Scope, Verification, Work};

/// What a report says of its job before it comes to the files.
pub(super) struct Heading {
    /// The first line.
    pub(super) title: &'static str,
    /// The key of the job in JSON.
    pub(super) key: &'static str,
    pub(super) begun: SystemTime,
    /// What it was about.
    pub(super) subject: Vec<Line>,
    /// How it was done.
    pub(super) terms: Vec<Line>,
}

/// One thing that is said, to people and to programs.
pub(super) struct Line {
    pub(super) label: &'static str,
    pub(super) text: Vec<String>,
    /// Its key in JSON and what stands there.
    pub(super) json: (&'static str, serde_json::Value),
}

impl Line {
    fn paths(label: &'static str, key: &'static str, paths: &[PathBuf]) -> Self {
        let text: Vec<String> = paths.iter().map(|path| shown(path)).collect();
        Self {
            label,
            json: (key, text.clone().into()),
            text,
        }
    }

    fn path(label: &'static str, key: &'static str, path: &Path) -> Self {
        Self::term(label, &shown(path), key, &shown(path))
    }

    fn term(label: &'static str, text: &str, key: &'static str, value: &str) -> Self {
        Self {
            label,
            text: vec![text.to_owned()],
            json: (key, value.into()),
        }
    }
}

impl Heading {
    /// `None` for work that is saved as a checksum list.
    pub(super) fn of(work: &Work) -> Option<Self> {
        match work {
            Work::Hash { .. } => None,
            Work::Verify(verification) => Some(of_verification(verification)),
            Work::Duplicates(search) => Some(Self {
                title: "Report of a search for duplicates",
                key: "duplicates",
                begun: search.begun,
                subject: vec![Line::paths("Searched", "searched", &search.roots)],
                terms: Vec::new(),
            }),
            Work::Compare(Comparison {
                paths: [left, right],
                begun,
                ..
            }) => Some(Self {
                title: "Report of a comparison",
                key: "comparison",
                begun: *begun,
                subject: vec![
                    Line::path("Left", "left", left),
                    Line::path("Right", "right", right),
                ],
                terms: Vec::new(),
            }),
        }
    }
}

fn of_verification(verification: &Verification) -> Heading {
    let (scope, scope_name) = match verification.scope {
        Scope::All => ("everything that is listed", "all"),
        Scope::Chosen => ("only what was chosen beside the list", "chosen"),
        Scope::Again => (
            "only what was not as listed in the run before",
            "failed_before",
        ),
    };
    let unlisted = match verification.unlisted {
        Unlisted::Ignored => "not looked for",
        Unlisted::Reported => "reported as new",
        Unlisted::Read => "read, to find duplicates of listed files",
    };
    Heading {
        title: "Report of a verification",
        key: "verification",
        begun: verification.begun,
        subject: vec![Line::paths("Checksum file", "lists", &verification.lists)],
        terms: vec![
            Line::term("Scope", scope, "scope", scope_name),
            Line {
                label: "Other files",
                text: vec![unlisted.to_owned()],
                json: (
                    "unlisted",
                    serde_json::to_value(verification.unlisted).unwrap_or_default(),
                ),
            },
        ],
    }
}
