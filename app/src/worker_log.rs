//! A worker's log as it is shown: read now and then while somebody looks, and never waited for.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use workers::{JobLog, LineSource, LogTail};

use crate::format::moment;

/// It is read no more often than this: nobody reads faster, and its writers have the lock.
const EVERY: Duration = Duration::from_millis(200);
/// So much of its end is shown, bytes. The whole is copied by another thread.
const SHOWN: usize = 64 * 1024;

/// The log of one worker, as far as it was read.
pub(crate) struct WorkerLog {
    pub(crate) worker: usize,
    pub(crate) tail: LogTail,
    /// Grows with every reading that found something new.
    pub(crate) version: u64,
    /// What of the job's log was there when it was read last, and when that was.
    seen: Option<(u64, Instant)>,
}

impl WorkerLog {
    pub(crate) fn of(worker: usize) -> Self {
        Self {
            worker,
            tail: LogTail::default(),
            version: 0,
            seen: None,
        }
    }

    /// Reads what is new, if it is time. Says after how long to come again, if something is left
    /// to be read.
    pub(crate) fn refresh(&mut self, log: &JobLog, now: Instant) -> Option<Duration> {
        let changes = log.changes();
        if let Some((seen, at)) = self.seen {
            if seen == changes {
                return None;
            }
            let age = now.saturating_duration_since(at);
            if age < EVERY {
                return Some(EVERY - age);
            }
        }
        // Somebody writes at this moment: what was read last stays until next time.
        let Some(tail) = log.try_tail(self.worker, SHOWN) else {
            return Some(EVERY / 4);
        };
        self.seen = Some((changes, now));
        if tail != self.tail || self.version == 0 {
            self.tail = tail;
            self.version += 1;
        }
        None
    }
}

/// When a line was, in a column of its own.
pub(crate) fn time(at: Duration) -> String {
    format!("{:>8}  ", moment(at))
}

/// The whole log as text, for the clipboard.
pub(crate) fn text(tail: &LogTail) -> String {
    let mut out = String::new();
    if tail.cut {
        out.push_str("Earlier lines are not kept.\n");
    }
    for line in &tail.lines {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}{}{}", time(line.at), mark(line.source), line.text);
    }
    out
}

/// Tells what was noted about a worker from what it printed, in text without colours.
pub(crate) fn mark(source: LineSource) -> &'static str {
    match source {
        LineSource::Printed => "",
        LineSource::Noted => "– ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use workers::LogLine;

    #[test]
    fn a_log_as_text_tells_what_was_printed_from_what_was_noted() {
        let line = |ms, source, text: &str| LogLine {
            at: Duration::from_millis(ms),
            source,
            text: text.to_owned(),
        };
        let tail = LogTail {
            lines: vec![
                line(42, LineSource::Noted, "started, process 7"),
                line(73_000, LineSource::Printed, "oh dear"),
            ],
            cut: true,
        };
        assert_eq!(
            text(&tail),
            "Earlier lines are not kept.\n0:00.042  – started, process 7\n1:13.000  oh dear\n"
        );
    }
}
