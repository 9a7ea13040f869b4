//! Systems on which a program cannot ask the window of another as the desktop does: macOS tells nobody.

use std::convert::Infallible;
use std::time::Duration;

use super::CannotAsk;

pub(super) fn has_display() -> bool {
    true
}

pub(super) struct Window(Infallible);

pub(super) struct Question<'a>(&'a Infallible);

impl Window {
    pub(super) fn of_process(_pid: u32) -> Result<Self, CannotAsk> {
        Err(CannotAsk::NoWay)
    }

    pub(super) fn move_to_half(&self, _right: bool) -> Result<(), CannotAsk> {
        match self.0 {}
    }

    pub(super) fn ask(&self) -> Result<Question<'_>, CannotAsk> {
        match self.0 {}
    }
}

impl Question<'_> {
    pub(super) fn answered_within(&self, _limit: Duration) -> Result<Option<Duration>, CannotAsk> {
        match *self.0 {}
    }
}
