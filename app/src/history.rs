//! What died during a job, how and why: the newest, so that a drill of any length fits.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use workers::{Cause, Fate, FilesInHand, WorkerEvent, shown};

use crate::format::{count, counted, duration, moment};

/// So many are kept. With the ten files that each names, some 500 KB.
const KEPT: usize = 500;

/// The incidents of one job.
#[derive(Clone, Default)]
pub(crate) struct History {
    /// Oldest first. Shared, so that a copy for another thread costs next to nothing.
    incidents: VecDeque<Arc<Incident>>,
    /// How many there were in all.
    total: u32,
}

/// A worker came to an end that was not the job's.
#[derive(Clone, Debug)]
pub(crate) struct Incident {
    /// Counted from 0 over the whole job.
    pub(crate) number: u32,
    /// Since the job's start.
    pub(crate) at: Duration,
    /// Its place, counted from 0.
    pub(crate) worker: usize,
    pub(crate) pid: Option<u32>,
    pub(crate) what: What,
    pub(crate) files: FilesInHand,
    /// When another one was at work in its place, and its process id.
    pub(crate) replaced: Option<(Duration, Option<u32>)>,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Died { how: String, cause: Cause },
    Panicked { how: String },
    StartFailed { reason: String, given_up: bool },
}

impl History {
    /// Notes what is to be remembered of an event.
    pub(crate) fn note(&mut self, worker: usize, at: Duration, event: &WorkerEvent) {
        let (pid, what, files) = match event {
            WorkerEvent::Replaced { pid } => return self.replaced(worker, at, *pid),
            // That its worker died of it follows.
            WorkerEvent::GaveUp { .. } => return,
            WorkerEvent::Died {
                pid,
                how,
                cause,
                files,
            } => (
                *pid,
                What::Died {
                    how: how.clone(),
                    cause: *cause,
                },
                files.clone(),
            ),
            WorkerEvent::Panicked { pid, how, files } => {
                (*pid, What::Panicked { how: how.clone() }, files.clone())
            }
            WorkerEvent::StartFailed {
                pid,
                reason,
                given_up,
            } => (
                *pid,
                What::StartFailed {
                    reason: reason.clone(),
                    given_up: *given_up,
                },
                FilesInHand::default(),
            ),
        };
        if self.incidents.len() == KEPT {
            self.incidents.pop_front();
        }
        self.incidents.push_back(Arc::new(Incident {
            number: self.total,
            at,
            worker,
            pid,
            what,
            files,
            replaced: None,
        }));
        self.total += 1;
    }

    fn replaced(&mut self, worker: usize, at: Duration, pid: Option<u32>) {
        let latest = self
            .incidents
            .iter_mut()
            .rev()
            .find(|incident| incident.worker == worker);
        if let Some(incident) = latest {
            Arc::make_mut(incident).replaced.get_or_insert((at, pid));
        }
    }

    /// How many there were.
    pub(crate) fn total(&self) -> u32 {
        self.total
    }

    /// How many of them are kept.
    pub(crate) fn kept(&self) -> usize {
        self.incidents.len()
    }

    /// The newest is at position 0.
    pub(crate) fn get(&self, position: usize) -> Option<&Incident> {
        let index = self.incidents.len().checked_sub(position + 1)?;
        self.incidents.get(index).map(Arc::as_ref)
    }

    /// In words how many there were, and how many of them are kept.
    pub(crate) fn summary(&self) -> String {
        let all = counted(u64::from(self.total), "incident", "incidents");
        if self.kept() < self.total as usize {
            format!(
                "{all}; the newest {} are kept, and {} before them are not",
                count(self.kept() as u64),
                count(u64::from(self.total) - self.kept() as u64)
            )
        } else {
            all
        }
    }

    /// As text, oldest first: those that are `wanted`.
    pub(crate) fn text(&self, wanted: impl Fn(u32) -> bool) -> String {
        let mut out = String::new();
        let missing = u64::from(self.total) - self.kept() as u64;
        for incident in self.incidents.iter().filter(|i| wanted(i.number)) {
            if missing > 0 && out.is_empty() {
                let before = counted(missing, "earlier incident is", "earlier incidents are");
                let _ = writeln!(out, "{before} not kept");
            }
            incident.write(&mut out);
        }
        out
    }
}

impl Incident {
    /// How it ended.
    pub(crate) fn how(&self) -> String {
        match &self.what {
            What::Died { how, .. } => how.clone(),
            What::Panicked { how } => format!("lives, but dropped its files: {how}"),
            What::StartFailed {
                reason,
                given_up: false,
            } => reason.clone(),
            What::StartFailed {
                reason,
                given_up: true,
            } => format!("{reason}; no other is tried"),
        }
    }

    /// Who asked for it: somebody, or something that somebody turned on.
    pub(crate) fn asked(&self) -> Option<&'static str> {
        match self.what {
            What::Died { cause, .. } => match cause {
                Cause::Unasked => None,
                Cause::Kill => Some("kill"),
                Cause::Drill => Some("fault drill"),
                Cause::Skip => Some("skip file"),
                Cause::FileLimit => Some("time limit"),
            },
            What::Panicked { .. } | What::StartFailed { .. } => None,
        }
    }

    /// What it had in hand, in one line; paths as `short` has them.
    pub(crate) fn files(&self, short: impl Fn(&Path) -> String) -> String {
        let total = self.files.total();
        match self.files.named() {
            [] => "none in hand".to_owned(),
            [(file, fate)] if total == 1 => format!("{}: {}", short(file), words(*fate)),
            _ => {
                let fates: Vec<_> = Fate::ALL
                    .into_iter()
                    .filter(|&fate| self.files.count(fate) > 0)
                    .collect();
                let all = format!("{} files", count(total as u64));
                match fates.as_slice() {
                    [fate] => format!("{all}: {}", words(*fate)),
                    fates => {
                        let parts: Vec<String> = fates
                            .iter()
                            .map(|&fate| {
                                format!("{} {}", count(self.files.count(fate) as u64), words(fate))
                            })
                            .collect();
                        format!("{all}: {}", parts.join(", "))
                    }
                }
            }
        }
    }

    /// The files by name, a line each, and how many are not named. What became of a file is said
    /// where it is not the same for all, which [`Self::files`] says.
    pub(crate) fn file_lines(&self, short: impl Fn(&Path) -> String) -> Vec<String> {
        let total = self.files.total();
        let alike = total > 1 && Fate::ALL.iter().any(|&f| self.files.count(f) == total);
        let mut lines: Vec<String> = self
            .files
            .named()
            .iter()
            .map(|(file, fate)| match alike {
                true => short(file),
                false => format!("{}: {}", short(file), words(*fate)),
            })
            .collect();
        let more = total - self.files.named().len();
        if more > 0 {
            lines.push(format!("and {} more", count(more as u64)));
        }
        lines
    }

    /// What became of its place.
    pub(crate) fn place(&self) -> String {
        match (&self.replaced, &self.what) {
            (Some((at, pid)), _) => {
                let after = duration(at.saturating_sub(self.at));
                let by = pid.map_or_else(String::new, |pid| format!(" by process {pid}"));
                format!("replaced{by} after {after}")
            }
            (None, What::Panicked { .. }) => "it works on".to_owned(),
            (None, _) => "not replaced".to_owned(),
        }
    }

    /// Which worker it was.
    pub(crate) fn who(&self) -> String {
        let worker = self.worker + 1;
        match self.pid {
            Some(pid) => format!("worker {worker}, process {pid}"),
            None => format!("worker {worker}"),
        }
    }

    fn write(&self, out: &mut String) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}  {}: {}", moment(self.at), self.who(), self.how());
        let _ = writeln!(out, "  asked for by: {}", self.asked().unwrap_or("nobody"));
        let _ = writeln!(out, "  files: {}", self.files(shown));
        if self.files.total() > 1 {
            for line in self.file_lines(shown) {
                let _ = writeln!(out, "    {line}");
            }
        }
        let _ = writeln!(out, "  {}", self.place());
    }
}

/// What became of a file, in words.
fn words(fate: Fate) -> &'static str {
    match fate {
        Fate::Requeued => "went to others",
        Fate::TriedAlone => "tried again, alone",
        Fate::SetAside => "set aside",
        Fate::Skipped => "skipped",
        Fate::TimedOut => "took too long",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use workers::{Cause, FilesInHand, WorkerEvent};

    use super::{History, KEPT};

    fn died(pid: u32, cause: Cause) -> WorkerEvent {
        WorkerEvent::Died {
            pid: Some(pid),
            how: "was killed (SIGKILL)".to_owned(),
            cause,
            files: FilesInHand::default(),
        }
    }

    #[test]
    fn the_newest_are_kept_and_the_others_are_counted() {
        let mut history = History::default();
        for pid in 0..KEPT as u32 + 1234 {
            let at = Duration::from_millis(u64::from(pid));
            history.note(pid as usize % 4, at, &died(pid, Cause::Drill));
        }
        assert_eq!(history.kept(), KEPT);
        assert_eq!(history.total(), KEPT as u32 + 1234);
        assert_eq!(
            history.get(0).expect("the newest").pid,
            Some(KEPT as u32 + 1233)
        );
        assert_eq!(history.get(KEPT - 1).expect("the oldest kept").number, 1234);
        assert!(history.get(KEPT).is_none());
        assert_eq!(
            history.summary(),
            "1,734 incidents; the newest 500 are kept, and 1,234 before them are not"
        );
        assert!(
            history.text(|_| true).starts_with(
                "1,234 earlier incidents are not kept\n0:01.234  worker 3, process 1234"
            )
        );
    }

    #[test]
    fn an_incident_as_text_says_when_who_how_why_what_it_held_and_what_came_after() {
        let mut history = History::default();
        let at = Duration::from_secs(73);
        history.note(1, at, &died(4813, Cause::Kill));
        let after = at + Duration::from_millis(12);
        history.note(1, after, &WorkerEvent::Replaced { pid: Some(4822) });
        history.note(0, after, &WorkerEvent::Replaced { pid: Some(1) });
        assert_eq!(
            history.text(|_| true),
            "1:13.000  worker 2, process 4813: was killed (SIGKILL)\n  asked for by: kill\n  \
             files: none in hand\n  replaced by process 4822 after 12 ms\n"
        );
        assert_eq!(history.text(|number| number > 0), "");
    }

    #[test]
    fn a_worker_that_cannot_be_started_says_when_nobody_tries_any_more() {
        let mut history = History::default();
        let failed = WorkerEvent::StartFailed {
            pid: None,
            reason: "could not be started: no memory".to_owned(),
            given_up: true,
        };
        history.note(0, Duration::from_millis(42), &failed);
        assert_eq!(
            history.text(|_| true),
            "0:00.042  worker 1: could not be started: no memory; no other is tried\n  \
             asked for by: nobody\n  files: none in hand\n  not replaced\n"
        );
    }
}
