//! What the desktop is told of the job: how far it is, and that a long one has ended while the user
//! looked at something else.

use std::time::{Duration, Instant};

use eframe::egui::{Context, UserAttentionType, ViewportCommand};
use workers::Ending;

use crate::desktop::{Desktop, Note};
use crate::format::{bytes, counted, duration};
use crate::job::{Finished, JobState};
use crate::session::Session;

/// Progress of a job that is over sooner would only flicker.
const SHOW_PROGRESS_AFTER: Duration = Duration::from_secs(2);

/// Follows the job. Told of every frame, it acts when something changes.
#[derive(Default)]
pub(crate) struct Attention {
    state: State,
    /// The last that was shown, per cent.
    progress: Option<u8>,
    /// `None`: nobody is told but the window's own entry in the taskbar.
    desktop: Option<Desktop>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Quiet,
    Busy {
        since: Instant,
    },
    /// The user has been called and has not come.
    Calling,
}

/// What to do about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Call,
    Stop,
}

/// What one frame finds.
#[derive(Clone, Copy, Debug)]
struct Seen {
    busy: bool,
    looked_at: bool,
    /// The user ended it, and knows.
    cancelled: bool,
    /// How long a job must take to be worth a call; `None`: none is.
    limit: Option<Duration>,
}

impl State {
    fn step(&mut self, seen: Seen, now: Instant) -> Option<Act> {
        match *self {
            Self::Busy { .. } if seen.busy => None,
            Self::Quiet | Self::Calling if seen.busy => {
                let called = *self == Self::Calling;
                *self = Self::Busy { since: now };
                called.then_some(Act::Stop)
            }
            Self::Busy { since } => {
                let took = now.saturating_duration_since(since);
                let long = seen.limit.is_some_and(|limit| took >= limit);
                if long && !seen.looked_at && !seen.cancelled {
                    *self = Self::Calling;
                    Some(Act::Call)
                } else {
                    *self = Self::Quiet;
                    None
                }
            }
            Self::Calling if seen.looked_at => {
                *self = Self::Quiet;
                Some(Act::Stop)
            }
            Self::Quiet | Self::Calling => None,
        }
    }
}

impl Attention {
    /// Tells this desktop too.
    pub(crate) fn of(desktop: Desktop) -> Self {
        Self {
            desktop: Some(desktop),
            ..Self::default()
        }
    }

    /// Looks at the job. Never waits.
    pub(crate) fn advance(&mut self, ctx: &Context, session: &Session) {
        let now = Instant::now();
        let finished = match &session.job {
            JobState::Finished(finished) => Some(finished),
            _ => None,
        };
        let seen = Seen {
            busy: matches!(
                session.job,
                JobState::Running(_) | JobState::Freezing { .. }
            ),
            // A system that does not tell is one where nobody is called.
            looked_at: ctx.input(|input| input.viewport().focused.unwrap_or(true)),
            cancelled: finished.is_some_and(|it| it.summary.ending == Ending::Cancelled),
            limit: session
                .settings
                .call_after_s
                .map(|seconds| Duration::from_secs(seconds.into())),
        };
        match self.state.step(seen, now) {
            Some(Act::Call) => {
                ask(ctx, UserAttentionType::Informational);
                if let (Some(desktop), Some(finished)) = (&self.desktop, finished) {
                    desktop.notify(note(finished, session.job.word()));
                }
            }
            // X11 leaves it to the program to take the request back.
            Some(Act::Stop) => ask(ctx, UserAttentionType::Reset),
            None => {}
        }
        self.show_progress(&session.job, now);
    }

    fn show_progress(&mut self, job: &JobState, now: Instant) {
        let Some(desktop) = &self.desktop else {
            return;
        };
        let long = matches!(self.state, State::Busy { since }
            if now.saturating_duration_since(since) >= SHOW_PROGRESS_AFTER);
        let progress = match job {
            // Before the scan is done nobody knows how much there is.
            JobState::Running(running) if long && running.totals.scan_done => {
                Some((running.share().clamp(0.0, 1.0) * 100.0) as u8)
            }
            _ => None,
        };
        if progress != self.progress {
            self.progress = progress;
            desktop.progress(progress);
        }
    }
}

fn ask(ctx: &Context, what: UserAttentionType) {
    ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(what));
}

fn note(finished: &Finished, word: &str) -> Note {
    let summary = &finished.summary;
    let mut body = format!(
        "{}, {} in {}.",
        counted(summary.counts.total(), "file", "files"),
        bytes(summary.bytes),
        duration(summary.wall)
    );
    if summary.counts.any_wrong() {
        body.push_str(" Some files need a look.");
    }
    Note {
        title: format!("{}: {}", finished.title.what, word.to_lowercase()),
        body,
    }
}

#[cfg(test)]
mod tests {
    use super::{Act, Seen, State};
    use std::time::{Duration, Instant};

    const AWAY: Seen = Seen {
        busy: false,
        looked_at: false,
        cancelled: false,
        limit: Some(Duration::from_secs(10)),
    };

    /// What happens at the end of a job that took so many seconds.
    fn at_the_end(seconds: u64, seen: Seen) -> Option<Act> {
        let mut state = State::default();
        let start = Instant::now();
        assert_eq!(state.step(Seen { busy: true, ..AWAY }, start), None);
        state.step(seen, start + Duration::from_secs(seconds))
    }

    #[test]
    fn a_long_job_that_ends_while_nobody_looks_calls() {
        assert_eq!(at_the_end(11, AWAY), Some(Act::Call));
    }

    #[test]
    fn nobody_is_called_without_need() {
        assert_eq!(at_the_end(9, AWAY), None);
        let looked_at = Seen {
            looked_at: true,
            ..AWAY
        };
        assert_eq!(at_the_end(11, looked_at), None);
        let cancelled = Seen {
            cancelled: true,
            ..AWAY
        };
        assert_eq!(at_the_end(11, cancelled), None);
        let never = Seen {
            limit: None,
            ..AWAY
        };
        assert_eq!(at_the_end(11, never), None);
        assert_eq!(State::default().step(AWAY, Instant::now()), None);
    }

    #[test]
    fn a_call_is_made_once_and_ends_when_somebody_looks() {
        let mut state = State::default();
        let now = Instant::now();
        let later = now + Duration::from_secs(60);
        state.step(Seen { busy: true, ..AWAY }, now);
        assert_eq!(state.step(AWAY, later), Some(Act::Call));
        assert_eq!(state.step(AWAY, later), None);
        let looked_at = Seen {
            looked_at: true,
            ..AWAY
        };
        assert_eq!(state.step(looked_at, later), Some(Act::Stop));
        assert_eq!(state.step(looked_at, later), None);
        assert_eq!(state.step(AWAY, later), None);
    }

    #[test]
    fn a_new_job_ends_the_call_for_the_last_one() {
        let mut state = State::Calling;
        let busy = Seen { busy: true, ..AWAY };
        assert_eq!(state.step(busy, Instant::now()), Some(Act::Stop));
    }
}
