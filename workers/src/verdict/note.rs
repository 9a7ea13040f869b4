//! What there is to know of a file beside its verdict.

use serde::{Deserialize, Serialize};

/// Something to know beside a [`Verdict`](super::Verdict).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Note {
    /// It was found under its listed name in another Unicode form, such as the decomposed one that
    /// macOS writes.
    ListedInOtherForm,
    /// The two sides of a comparison have its name in different Unicode forms.
    FormsDiffer,
    /// The lists say two different things of it, so that it cannot be right by all of them.
    ListsDisagree {
        /// Another line has what is there.
        one_is_met: bool,
    },
}

impl Note {
    /// The note in a few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::ListedInOtherForm => "its name is listed in another Unicode form",
            Self::FormsDiffer => "the Unicode forms of its name differ between the sides",
            Self::ListsDisagree { one_is_met: true } => {
                "the lists disagree about it: another line fits"
            }
            Self::ListsDisagree { one_is_met: false } => {
                "the lists disagree about it, and no line fits"
            }
        }
    }
}
