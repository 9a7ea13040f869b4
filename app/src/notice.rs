//! Short messages about what happened, for the line at the bottom of the window.

use std::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Info,
    Warning,
    Error,
}

#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) tone: Tone,
    pub(crate) text: String,
    pub(crate) at: Instant,
}

/// The last few, newest last.
#[derive(Default)]
pub(crate) struct Notices {
    all: std::collections::VecDeque<Notice>,
    /// How many of them are about what is over.
    retired: usize,
}

const KEPT: usize = 20;

impl Notices {
    pub(crate) fn say(&mut self, tone: Tone, text: impl Into<String>) {
        if self.all.len() == KEPT {
            self.all.pop_front();
            self.retired = self.retired.saturating_sub(1);
        }
        self.all.push_back(Notice {
            tone,
            text: text.into(),
            at: Instant::now(),
        });
    }

    /// The latest that is not about what is over.
    pub(crate) fn latest(&self) -> Option<&Notice> {
        self.all.iter().skip(self.retired).next_back()
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.all.iter()
    }

    /// Something new begins: what was said so far is history.
    pub(crate) fn retire(&mut self) {
        self.retired = self.all.len();
    }
}
