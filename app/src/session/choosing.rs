//! What is chosen, and what is to be done with it.

use std::path::PathBuf;

use super::{Session, absolute, shown_home};
use crate::expectation::ExpectedField;
use crate::target::Aim;
use crate::wish::Wish;

impl Session {
    /// What pressing the button does with what is chosen.
    pub(crate) fn aim(&self) -> Aim {
        match &self.wish {
            Some(Wish::Hash) => Aim::Hash,
            Some(Wish::Duplicates) => Aim::Duplicates,
            None if self.targets.are_lists() => Aim::Verify,
            None => Aim::Hash,
        }
    }

    pub(super) fn set_aim(&mut self, aim: Aim) {
        self.wish = match aim {
            Aim::Hash if self.targets.are_lists() => Some(Wish::Hash),
            Aim::Hash | Aim::Verify => None,
            Aim::Duplicates => Some(Wish::Duplicates),
        };
    }

    pub(super) fn use_paths(&mut self, paths: &[PathBuf]) {
        let Some(first) = paths.first() else {
            return;
        };
        self.path_text = shown_home(first);
        self.choose(paths.iter().map(|path| absolute(path)).collect());
    }

    pub(super) fn choose(&mut self, paths: Vec<PathBuf>) {
        self.targets.ask(&paths);
        self.chosen = paths;
        self.wish = match self.wish.take() {
            // Whoever looks for duplicates looks for them in the next folder too, but a checksum
            // file is brought along to be verified.
            Some(Wish::Duplicates) if !self.targets.are_lists() => Some(Wish::Duplicates),
            _ => None,
        };
        // It was about another file.
        self.expected = ExpectedField::default();
    }
}
