//! What is chosen, and what is to be done with it.

use std::path::{Path, PathBuf};

use super::{Session, absolute, expand, shown_home};
use crate::expectation::ExpectedField;
use crate::target::Aim;
use crate::wish::{OtherSide, Wish};

impl Session {
    /// What pressing the button does with what is chosen.
    pub(crate) fn aim(&self) -> Aim {
        match &self.wish {
            Some(Wish::Hash) => Aim::Hash,
            Some(Wish::Duplicates) => Aim::Duplicates,
            Some(Wish::Compare(_)) => Aim::Compare,
            None if self.targets.can_be_verified() => Aim::Verify,
            None => Aim::Hash,
        }
    }

    /// With what the chosen one is to be compared.
    pub(crate) fn other_side(&self) -> Option<&OtherSide> {
        match &self.wish {
            Some(Wish::Compare(other)) => Some(other),
            _ => None,
        }
    }

    /// Whether the button has all that it needs.
    pub(crate) fn is_ready(&self) -> bool {
        let other = self.other_side().is_none_or(|other| other.path.is_some());
        other && !self.chosen.is_empty()
    }

    pub(super) fn set_aim(&mut self, aim: Aim) {
        if aim == self.aim() {
            return;
        }
        // Of two that were chosen together the second is the other side, and comes back when
        // they are not to be compared after all.
        if let Some(Wish::Compare(OtherSide {
            path: Some(path), ..
        })) = self.wish.take()
        {
            let mut all = std::mem::take(&mut self.chosen);
            all.push(path);
            self.use_paths(&all);
        }
        self.wish = match aim {
            Aim::Hash if self.targets.can_be_verified() => Some(Wish::Hash),
            Aim::Hash | Aim::Verify => None,
            Aim::Duplicates => Some(Wish::Duplicates),
            Aim::Compare => {
                let other = match self.chosen.len() {
                    2 => self.chosen.pop(),
                    _ => None,
                };
                self.targets.ask(&self.chosen);
                let other = other.map(other_side).unwrap_or_default();
                self.other_target.ask(other.path.as_slice());
                Some(Wish::Compare(other))
            }
        };
    }

    /// Whether a checksum file says with what files are hashed, so that nobody else needs to.
    pub(crate) fn lists_decide(&self) -> bool {
        match self.aim() {
            Aim::Verify => true,
            Aim::Compare => self.targets.are_lists() || self.other_target.are_lists(),
            Aim::Hash | Aim::Duplicates => false,
        }
    }

    /// What was dropped, picked in a dialog or named on the command line.
    pub(super) fn use_paths(&mut self, paths: &[PathBuf]) {
        let paths: Vec<PathBuf> = paths.iter().map(|path| absolute(path)).collect();
        let empty =
            !self.chosen.is_empty() && self.other_side().is_some_and(|other| other.path.is_none());
        match (self.aim(), paths.as_slice()) {
            (_, []) => {}
            // The side that is still open is the one that it is for.
            (Aim::Compare, [only]) if empty => self.use_other(only),
            (Aim::Compare, [left, right]) => {
                self.path_text = shown_home(left);
                self.choose(vec![left.clone()]);
                self.use_other(right);
            }
            (_, [first, ..]) => {
                self.path_text = shown_home(first);
                self.choose(paths);
            }
        }
    }

    /// The second side of a comparison.
    pub(super) fn use_other(&mut self, path: &Path) {
        self.compare_with(other_side(absolute(path)));
    }

    pub(super) fn type_other(&mut self, text: String) {
        let path = expand(&text);
        self.compare_with(OtherSide { text, path });
    }

    fn compare_with(&mut self, other: OtherSide) {
        self.other_target.ask(other.path.as_slice());
        self.wish = Some(Wish::Compare(other));
    }

    pub(super) fn choose(&mut self, paths: Vec<PathBuf>) {
        self.targets.ask(&paths);
        self.chosen = paths;
        self.wish = match self.wish.take() {
            // Whoever looks for duplicates looks for them in the next folder too, but a checksum
            // file is brought along to be verified.
            Some(Wish::Duplicates) if !self.targets.are_lists() => Some(Wish::Duplicates),
            Some(Wish::Compare(other)) if self.chosen.len() < 2 => Some(Wish::Compare(other)),
            _ => None,
        };
        // It was about another file.
        self.expected = ExpectedField::default();
    }
}

fn other_side(path: PathBuf) -> OtherSide {
    OtherSide {
        text: shown_home(&path),
        path: Some(path),
    }
}
