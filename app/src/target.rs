//! What the chosen paths are: a file, checksum files, these with what they name, anything else. To know that, a disk is asked,
//! so each question has a thread of its own: one that waits for a network folder that is gone holds
//! up no later question, as it would in a queue. The latest answer counts.
#![expect(
    clippy::disallowed_methods,
    reason = "the disk is asked by a thread that was made for it"
)]

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, unbounded};
use workers::manifest::detect;

use crate::session::Wake;

/// What the chosen paths are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The answer is on its way.
    Unknown,
    /// One file, which is no checksum file.
    File,
    /// One or more checksum files, and nothing else.
    Lists,
    /// Checksum files, and beside them only what they name.
    Named(Named),
    /// Folders, several things, something that is not there, nothing at all.
    Other,
}

/// What was chosen together, as `image.iso` and `image.iso.sha256`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) lists: Vec<PathBuf>,
    /// Files that the lists name, and folders in which some of those are.
    pub(crate) files: Arc<HashSet<PathBuf>>,
}

/// What can be done with what is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    Hash,
    /// Only with checksum files.
    Verify,
    Duplicates,
    /// With another.
    Compare,
}

impl Aim {
    /// Whether the window's own thread can do it. That way is for the comparison of the three;
    /// whatever else there is to do would keep the window for longer than its limit says.
    pub(crate) const fn can_freeze(self) -> bool {
        matches!(self, Self::Hash)
    }
}

/// The latest question and its answer.
pub(crate) struct Targets {
    sender: Sender<(u64, Target)>,
    answers: Receiver<(u64, Target)>,
    question: u64,
    target: Target,
    /// How many of the paths have names that checksum files have.
    names: Names,
    wake: Wake,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    OfLists,
    /// Some do, some do not.
    Both,
    Others,
}

impl Targets {
    pub(crate) fn new(wake: Wake) -> Self {
        let (sender, answers) = unbounded();
        Self {
            sender,
            answers,
            question: 0,
            target: Target::Other,
            names: Names::Others,
            wake,
        }
    }

    /// Asks what these paths are. Returns at once.
    pub(crate) fn ask(&mut self, paths: &[PathBuf]) {
        self.question += 1;
        let like_lists = |path: &PathBuf| detect::is_called_like_a_list(path);
        self.names = match paths.iter().filter(|path| like_lists(path)).count() {
            0 => Names::Others,
            n if n == paths.len() => Names::OfLists,
            _ => Names::Both,
        };
        self.target = Target::Other;
        if paths.len() != 1 && self.names == Names::Others {
            return;
        }
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        let (question, paths) = (self.question, paths.to_vec());
        let asked = std::thread::Builder::new()
            .name("what is it".to_owned())
            .spawn(move || {
                // The window may be gone by now.
                let _ = sender.send((question, find_out(&paths)));
                wake();
            });
        // Without a thread nobody finds out, and it is hashed as ever.
        if asked.is_ok() {
            self.target = Target::Unknown;
        }
    }

    /// Takes the answer, if it has come. Never waits.
    pub(crate) fn poll(&mut self) {
        while let Ok((question, target)) = self.answers.try_recv() {
            if question == self.question {
                self.target = target;
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn get(&self) -> &Target {
        &self.target
    }

    /// Whether it must be known first what the paths are, before something is done with them.
    pub(crate) fn is_open(&self) -> bool {
        self.target == Target::Unknown && self.names != Names::Others
    }

    /// Whether they are files.
    pub(crate) fn are_files(&self) -> bool {
        matches!(self.target, Target::File | Target::Lists)
    }

    /// Whether they are checksum files; until that is known, whether they are called so.
    pub(crate) fn are_lists(&self) -> bool {
        match self.target {
            Target::Lists => true,
            Target::Unknown => self.names == Names::OfLists,
            Target::File | Target::Named(_) | Target::Other => false,
        }
    }

    /// Whether they say what they should be, so that they can be verified.
    pub(crate) fn can_be_verified(&self) -> bool {
        self.are_lists() || self.named().is_some()
    }

    /// Checksum files with what they name, if that is what they are.
    pub(crate) fn named(&self) -> Option<&Named> {
        match &self.target {
            Target::Named(named) => Some(named),
            _ => None,
        }
    }
}

fn find_out(paths: &[PathBuf]) -> Target {
    let (lists, others): (Vec<PathBuf>, Vec<PathBuf>) = paths
        .iter()
        .cloned()
        .partition(|path| detect::is_list(path));
    if others.is_empty() {
        return Target::Lists;
    }
    if !lists.is_empty() && workers::are_all_listed(&lists, &others) {
        let files = Arc::new(others.into_iter().collect());
        return Target::Named(Named { lists, files });
    }
    match paths {
        [only] if std::fs::metadata(only).is_ok_and(|there| there.is_file()) => Target::File,
        _ => Target::Other,
    }
}
