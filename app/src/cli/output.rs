//! What the command line says on standard error: the progress line and the summary.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use workers::instructions::{Choice, Rate};
use workers::{Ending, Selection, Summary, TotalsNow, VerdictKind};

use crate::format::{bytes, count, counted, duration, rate, time_left};
use crate::json_path::json_path;

/// One line that overwrites itself.
pub(super) struct ProgressLine {
    started: Instant,
    shown: Option<Instant>,
}

impl ProgressLine {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            shown: None,
        }
    }

    pub(super) fn show(&mut self, totals: TotalsNow) {
        if !self.is_due() {
            return;
        }
        let elapsed = self.started.elapsed();
        if let Some(lists) = totals.lists {
            let share = match lists.share() {
                Some(share) => format!("{:.0} %, ", (share * 100.0).floor()),
                None => String::new(),
            };
            let lines = counted(lists.lines, "line", "lines");
            let elapsed = duration(elapsed);
            self.put(&format!("reading the list: {share}{lines} · {elapsed}"));
            return;
        }
        let more = if totals.scan_done {
            ""
        } else {
            " found so far"
        };
        let left = match totals.left {
            Some(left) => format!(" · {}", time_left(left)),
            None => String::new(),
        };
        let line = format!(
            "{} of {} files{more} · {} of {} · {} · {}{left}",
            count(totals.done_files),
            count(totals.found_files),
            bytes(totals.done_bytes),
            bytes(totals.found_bytes),
            rate(totals.done_bytes, elapsed),
            duration(elapsed),
        );
        self.put(&line);
    }

    /// What has been read of a stream, of which nobody knows how long it is.
    pub(super) fn show_stream(&mut self, done_bytes: u64) {
        if self.is_due() {
            let elapsed = self.started.elapsed();
            self.put(&format!(
                "standard input: {} · {} · {}",
                bytes(done_bytes),
                rate(done_bytes, elapsed),
                duration(elapsed)
            ));
        }
    }

    /// How much of something has been done, of 1.
    pub(super) fn show_share(&mut self, doing: &str, share: f64) {
        if self.is_due() {
            let percent = (share * 100.0).floor();
            let elapsed = duration(self.started.elapsed());
            self.put(&format!("{doing}: {percent:.0} % · {elapsed}"));
        }
    }

    /// Ten times a second, which is all that anybody can read.
    fn is_due(&mut self) -> bool {
        let just_now = |at: Instant| at.elapsed() < Duration::from_millis(100);
        let is_due = !self.shown.is_some_and(just_now);
        if is_due {
            self.shown = Some(Instant::now());
        }
        is_due
    }

    fn put(&self, line: &str) {
        // A progress line that cannot be shown is no reason to stop working.
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
    }

    pub(super) fn clear(&mut self) {
        if self.shown.take().is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}

/// What was measured, bytes a second on one core, and what is used from how many files at once.
fn instructions_json(choice: &Choice) -> Value {
    let kernel = |rate: &Rate| {
        json!({
            "instructions": rate.instructions.name(),
            "files_at_once": rate.lanes,
        })
    };
    let measured = choice.rates.iter().map(|rate| {
        let mut measured = kernel(rate);
        measured["bytes_per_second"] = rate.bytes_per_second.round().into();
        measured
    });
    let used = choice.steps().into_iter().map(|(from, rate)| {
        let mut used = kernel(rate);
        used["from"] = from.into();
        used
    });
    json!({
        "measured": measured.collect::<Vec<_>>(),
        "used": used.collect::<Vec<_>>(),
    })
}

/// The summary as one JSON object on one line, with what was chosen to count.
pub(super) fn summary_json(summary: &Summary, selection: &Selection) -> Value {
    let mut verdicts = Map::new();
    for kind in VerdictKind::ALL {
        verdicts.insert(kind.name().to_owned(), summary.counts.get(kind).into());
    }
    let workers: Vec<Value> = summary
        .workers
        .iter()
        .map(|worker| json!({"files": worker.files, "bytes": worker.bytes, "restarts": worker.restarts}))
        .collect();
    let (ending, reason) = match &summary.ending {
        Ending::Completed => ("completed", None),
        Ending::Cancelled => ("cancelled", None),
        Ending::Failed(why) => ("failed", Some(why)),
    };
    let restarts: u32 = summary.workers.iter().map(|worker| worker.restarts).sum();
    json!({
        "ending": ending,
        "reason": reason,
        "files": summary.found,
        "bytes": summary.bytes,
        "seconds": summary.wall.as_secs_f64(),
        "cpu_seconds": summary.cpu.map(|cpu| cpu.as_secs_f64()),
        "verdicts": verdicts,
        "not_reached": summary.not_reached,
        "left_out": summary.left_out,
        "medium": summary.medium.name(),
        "selection": selection,
        "algorithms": summary.algorithms.iter().map(|one| one.name()).collect::<Vec<_>>(),
        "instructions": summary.instructions.iter().map(|(algorithm, choice)| {
            (algorithm.name().to_owned(), instructions_json(choice))
        }).collect::<Map<_, _>>(),
        "guesses": summary.guesses.iter().map(|guess| json!({
            "list": json_path(&guess.list).0,
            "candidates": guess.candidates.iter().map(|one| one.name()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "forecast": summary.forecast.map(|made| json!({
            "after_seconds": made.after.as_secs_f64(),
            "said_seconds": made.said.as_secs_f64(),
            "took_seconds": made.took.as_secs_f64(),
        })),
        "worker_restarts": restarts,
        "workers": workers,
        "drill": {
            "killed": summary.damage.killed,
            "crashed": summary.damage.crashed,
            "stopped": summary.damage.stopped,
        },
    })
}
