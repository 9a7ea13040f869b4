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
pub(crate) struct Notices(std::collections::VecDeque<Notice>);

const KEPT: usize = 20;

impl Notices {
    pub(crate) fn say(&mut self, tone: Tone, text: impl Into<String>) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(Notice {
            tone,
            text: text.into(),
            at: Instant::now(),
        });
    }

    pub(crate) fn latest(&self) -> Option<&Notice> {
        self.0.back()
    }

    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.0.iter()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
