//! Which files count, as the session has it: what is typed comes in, jobs take it along.

use workers::{Selection, Unlisted};

use super::{Session, Sheet};
use crate::files::{Files, Mistake, Typed};
use crate::notice::Tone;
use crate::target::Aim;
use crate::work::Work;

impl Session {
    /// Tells what of the choice that was kept could not be understood.
    pub(super) fn tell_dropped(&mut self, mistakes: &[Mistake]) {
        for mistake in mistakes {
            let text = format!(
                "Which files count is as you left it, but for one thing in the settings that cannot be understood: {}.",
                mistake.why
            );
            self.notices.say(Tone::Warning, text);
        }
    }

    /// Whether what counts can be changed just now: what runs or is about to was begun with it.
    pub(crate) fn can_choose_files(&self) -> bool {
        !self.job.is_busy() && !self.is_starting()
    }

    /// Why it makes no difference which files count, if it makes none.
    pub(crate) fn all_count(&self) -> Option<&'static str> {
        match self.aim() {
            Aim::Verify if self.targets.named().is_some() => {
                Some("What is chosen beside the checksum file is verified as far as it is listed.")
            }
            Aim::Verify if self.settings.unlisted == Unlisted::Ignored => Some(
                "Every listed file is verified. Which files count matters when those that are not listed are looked for.",
            ),
            Aim::Hash | Aim::Duplicates if self.targets.are_files() => Some(
                "A file that you name always counts. What counts below a folder can be chosen.",
            ),
            _ => None,
        }
    }

    pub(super) fn open_files(&mut self) {
        if self.can_choose_files() {
            self.sheet = Some(Sheet::Files);
        }
    }

    pub(super) fn set_files(&mut self, typed: Typed) {
        if !self.can_choose_files() {
            return;
        }
        self.files.set(typed);
        // What is half typed is not for the next start.
        if self.files.selection().is_ok() {
            self.settings.files = self.files.typed().clone();
        }
    }

    pub(super) fn reset_files(&mut self) {
        self.set_files(Typed::default());
        self.settings.follow_links = false;
    }

    /// Whether a job can be started with what was typed, if that `matters` to it; if not, says why
    /// and shows where.
    pub(super) fn knows_what_counts(&mut self, matters: bool) -> bool {
        let Err(mistakes) = self.files.selection() else {
            return true;
        };
        if !matters {
            return true;
        }
        let why = mistakes.first().map(|mistake| mistake.why.to_string());
        let text = format!(
            "Nothing was started, because it is not clear which files count: {}.",
            why.unwrap_or_default()
        );
        self.notices.say(Tone::Warning, text);
        self.sheet = Some(Sheet::Files);
        false
    }

    pub(super) fn selection(&self) -> Selection {
        self.files.selection().cloned().unwrap_or_default()
    }

    /// What counts for the next job. What makes no difference to it is not said of it.
    pub(super) fn files_for(&self, work: &Work) -> Files {
        let makes_none = match work {
            Work::Hash { .. } | Work::Duplicates(_) => self.targets.are_files(),
            Work::Verify(verification) => verification.unlisted == Unlisted::Ignored,
            Work::Compare(_) => false,
        };
        if makes_none {
            return Files::default();
        }
        Files {
            selection: self.selection(),
            follow_links: matches!(work, Work::Hash { .. }) && self.settings.follow_links,
        }
    }

    /// What counts, for the button that says so.
    pub(crate) fn files_now(&self) -> Files {
        Files {
            selection: self.selection(),
            follow_links: self.aim() == Aim::Hash && self.settings.follow_links,
        }
    }
}
