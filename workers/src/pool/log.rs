//! What worker processes print, by task and by worker, and what is noted about them. Everything
//! that goes to a worker's standard output or error is read as it comes, so that nobody ever waits
//! for a reader, and the latest is kept.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};

use crate::name::harmless;

/// Bytes kept of everything that a pool's workers print.
const KEPT: usize = 8 * 1024 * 1024;
/// Bytes of one worker's output that are kept or dropped together.
const CHUNK: usize = 64 * 1024;

/// What a worker writes around the output of a task, see [`Marks`].
const BEGIN: &str = "\u{1}thawsum task ";

/// Output that comes this much later than what is before it is kept apart, so that its time is
/// told apart as well.
const APART: Duration = Duration::from_millis(500);

/// Kept by the pool, written by the readers of its workers' output.
#[derive(Clone)]
pub(crate) struct Log(Arc<Shared>);

struct Shared {
    /// Lines are dated from here.
    begun: Instant,
    kept: Mutex<Kept>,
    ended: Condvar,
    /// Grows with everything that is added: who has seen this number has seen everything.
    changes: AtomicU64,
}

#[derive(Default)]
struct Kept {
    chunks: VecDeque<Chunk>,
    bytes: usize,
    /// Something older had to make room.
    dropped: bool,
    /// Tasks whose end was seen, so that whoever asks need not wait. The latest only.
    ended: VecDeque<u64>,
}

struct Chunk {
    worker: usize,
    kind: Kind,
    at: Instant,
    text: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Printed { task: Option<u64> },
    Noted,
}

/// Where a line of a worker's log comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineSource {
    /// The worker printed it, to standard output or standard error.
    Printed,
    /// It was noted about the worker: that it started, ended, and how.
    Noted,
}

/// A line of a worker's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// When, since the beginning.
    pub at: Duration,
    /// Who says so.
    pub source: LineSource,
    /// Without the line's end. Control characters are written as escapes.
    pub text: String,
}

/// The end of a worker's log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogTail {
    /// Oldest first.
    pub lines: Vec<LogLine>,
    /// Something is not here: there is more before it, or there may have been, and it had to make
    /// room.
    pub cut: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self::since(Instant::now())
    }
}

impl Log {
    /// A log whose lines are dated from then on.
    pub(crate) fn since(begun: Instant) -> Self {
        Self(Arc::new(Shared {
            begun,
            kept: Mutex::default(),
            ended: Condvar::new(),
            changes: AtomicU64::new(0),
        }))
    }

    /// Notes something about a worker that happened then, in one line.
    pub(crate) fn note(&self, worker: usize, at: Instant, line: &str) {
        self.add(worker, Kind::Noted, at, format!("{line}\n").as_bytes());
    }

    fn print(&self, worker: usize, task: Option<u64>, text: &[u8]) {
        self.add(worker, Kind::Printed { task }, Instant::now(), text);
    }

    fn add(&self, worker: usize, kind: Kind, at: Instant, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let mut kept = self.lock();
        kept.bytes += text.len();
        match kept.chunks.back_mut() {
            Some(last)
                if last.worker == worker
                    && last.kind == kind
                    && kind != Kind::Noted
                    && last.text.len() < CHUNK
                    && at.saturating_duration_since(last.at) < APART =>
            {
                last.text.extend_from_slice(text);
            }
            _ => {
                kept.bytes += size_of::<Chunk>();
                // Whoever notes something may have heard of it late.
                let place = kept.chunks.partition_point(|chunk| chunk.at <= at);
                let chunk = Chunk {
                    worker,
                    kind,
                    at,
                    text: text.to_owned(),
                };
                kept.chunks.insert(place, chunk);
            }
        }
        while kept.bytes > KEPT && kept.chunks.len() > 1 {
            if let Some(oldest) = kept.chunks.pop_front() {
                kept.bytes -= oldest.text.len() + size_of::<Chunk>();
                kept.dropped = true;
            }
        }
        drop(kept);
        self.0.changes.fetch_add(1, Ordering::Release);
    }

    fn ended(&self, task: u64) {
        let mut kept = self.lock();
        if kept.ended.len() == 4096 {
            kept.ended.pop_front();
        }
        kept.ended.push_back(task);
        self.0.ended.notify_all();
    }

    /// What a task has printed. Its output comes by another pipe than what it prints, so this
    /// waits a little for the end of that.
    pub(crate) fn of_task(&self, task: u64, patience: Duration) -> String {
        let until = Instant::now() + patience;
        let mut kept = self.lock();
        while !kept.ended.contains(&task)
            && let Some(left) = until.checked_duration_since(Instant::now())
        {
            kept = match self.0.ended.wait_timeout(kept, left) {
                Ok((kept, _)) => kept,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        let of_task = Kind::Printed { task: Some(task) };
        text(kept.chunks.iter().filter(|chunk| chunk.kind == of_task))
    }

    /// What the workers in one place have printed.
    pub(crate) fn of_worker(&self, worker: usize) -> String {
        let printed = |chunk: &&Chunk| chunk.worker == worker && chunk.kind != Kind::Noted;
        text(self.lock().chunks.iter().filter(printed))
    }

    /// A number that grows with everything that is added. Never waits.
    pub(crate) fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::Acquire)
    }

    /// The end of what there is of the workers in one place, at most so many bytes.
    pub(crate) fn tail(&self, worker: usize, bytes: usize) -> LogTail {
        self.tail_of(self.lock(), worker, bytes)
    }

    /// The same, or `None` if somebody holds the lock at this moment.
    pub(crate) fn try_tail(&self, worker: usize, bytes: usize) -> Option<LogTail> {
        match self.0.kept.try_lock() {
            Ok(kept) => Some(self.tail_of(kept, worker, bytes)),
            Err(TryLockError::Poisoned(kept)) => {
                Some(self.tail_of(kept.into_inner(), worker, bytes))
            }
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn tail_of(&self, kept: MutexGuard<'_, Kept>, worker: usize, bytes: usize) -> LogTail {
        let mut cut = kept.dropped;
        let mut left = bytes;
        let mut broken = false;
        let mut pieces = Vec::new();
        for chunk in kept.chunks.iter().rev().filter(|c| c.worker == worker) {
            if left == 0 {
                cut = true;
                break;
            }
            let skipped = chunk.text.len().saturating_sub(left);
            broken |= skipped > 0;
            left -= chunk.text.len() - skipped;
            pieces.push((chunk.at, chunk.kind, chunk.text[skipped..].to_owned()));
        }
        // Lines are made when the readers of the workers' output can go on.
        drop(kept);
        let mut lines = Lines {
            begun: self.0.begun,
            done: Vec::new(),
            open: None,
        };
        for (at, kind, text) in pieces.iter().rev() {
            lines.add(*at, *kind, text);
        }
        let mut lines = lines.finish();
        if broken && lines.len() > 1 {
            // Half a line says something else than the whole.
            lines.remove(0);
        }
        LogTail {
            lines,
            cut: cut || broken,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lines made of pieces that end anywhere.
struct Lines {
    begun: Instant,
    done: Vec<LogLine>,
    open: Option<(Instant, Vec<u8>)>,
}

impl Lines {
    fn add(&mut self, at: Instant, kind: Kind, text: &[u8]) {
        if kind == Kind::Noted {
            self.close(LineSource::Printed);
        }
        for piece in text.split_inclusive(|&byte| byte == b'\n') {
            let (_, line) = self.open.get_or_insert_with(|| (at, Vec::new()));
            line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.close(match kind {
                    Kind::Printed { .. } => LineSource::Printed,
                    Kind::Noted => LineSource::Noted,
                });
            }
        }
    }

    fn close(&mut self, source: LineSource) {
        if let Some((at, line)) = self.open.take() {
            let line = line.strip_suffix(b"\n").unwrap_or(&line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            self.done.push(LogLine {
                at: at.saturating_duration_since(self.begun),
                source,
                text: harmless(line),
            });
        }
    }

    fn finish(mut self) -> Vec<LogLine> {
        self.close(LineSource::Printed);
        self.done
    }
}

fn text<'a>(chunks: impl Iterator<Item = &'a Chunk>) -> String {
    let bytes: Vec<u8> = chunks
        .flat_map(|chunk| chunk.text.iter().copied())
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The lines that tell where a task's output begins and ends. They hold a number that the worker
/// was given and no task knows, so that what is printed is not taken for one by accident.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marks(pub(crate) u64);

impl Marks {
    pub(crate) fn begin(self, task: u64) -> String {
        format!("{BEGIN}{:016x} + {task:016x}\n", self.0)
    }
    pub(crate) fn end(self, task: u64) -> String {
        format!("{BEGIN}{:016x} - {task:016x}\n", self.0)
    }

    fn prefix(self) -> String {
        format!("{BEGIN}{:016x} ", self.0)
    }
}

/// Reads a worker's standard error to its end; gives the last line.
pub(crate) fn keep(
    mut errors: impl Read,
    worker: usize,
    marks: Option<Marks>,
    log: &Log,
) -> String {
    let mut parser = Parser {
        worker,
        prefix: marks.map(|marks| marks.prefix().into_bytes()),
        pending: Vec::new(),
        task: None,
        last: Vec::new(),
    };
    let mut buffer = vec![0; 16 * 1024];
    loop {
        match errors.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => parser.take(&buffer[..read], log),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    parser.finish(log)
}

/// Longer lines than this are cut where a death quotes them.
const LAST_LINE: usize = 400;

struct Parser {
    worker: usize,
    prefix: Option<Vec<u8>>,
    pending: Vec<u8>,
    task: Option<u64>,
    /// The end of what was printed.
    last: Vec<u8>,
}

impl Parser {
    /// "+ " or "- ", sixteen digits, a line's end.
    const REST: usize = 19;

    fn take(&mut self, bytes: &[u8], log: &Log) {
        let Some(prefix) = self.prefix.clone() else {
            self.print(bytes, log);
            return;
        };
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while let Some(at) = rest.iter().position(|&byte| byte == prefix[0]) {
            self.print(&rest[..at], log);
            rest = &rest[at..];
            let known = rest.len().min(prefix.len());
            if rest[..known] != prefix[..known] {
                self.print(&rest[..1], log);
                rest = &rest[1..];
            } else if rest.len() < prefix.len() + Self::REST {
                // A mark that has not come whole.
                self.pending = rest.to_owned();
                return;
            } else {
                let (mark, after) = rest[prefix.len()..].split_at(Self::REST);
                self.heed(mark, log);
                rest = after;
            }
        }
        self.print(rest, log);
    }

    fn heed(&mut self, mark: &[u8], log: &Log) {
        let task = std::str::from_utf8(&mark[2..18])
            .ok()
            .and_then(|digits| u64::from_str_radix(digits, 16).ok());
        if mark[0] == b'+' {
            self.task = task;
        } else {
            self.task = None;
            if let Some(task) = task {
                log.ended(task);
            }
        }
    }

    fn print(&mut self, bytes: &[u8], log: &Log) {
        log.print(self.worker, self.task, bytes);
        self.last.extend_from_slice(bytes);
        let surplus = self.last.len().saturating_sub(4 * LAST_LINE);
        self.last.drain(..surplus);
    }

    fn finish(mut self, log: &Log) -> String {
        let pending = std::mem::take(&mut self.pending);
        self.print(&pending, log);
        if let Some(task) = self.task {
            log.ended(task);
        }
        let text = String::from_utf8_lossy(&self.last);
        let line = text.lines().rev().find(|line| !line.trim().is_empty());
        line.unwrap_or_default().chars().take(LAST_LINE).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{CHUNK, KEPT, LineSource, Log, LogTail, Marks, keep};

    fn texts(tail: &LogTail) -> Vec<(LineSource, &str)> {
        tail.lines
            .iter()
            .map(|line| (line.source, line.text.as_str()))
            .collect()
    }

    #[test]
    fn a_workers_log_is_what_it_printed_and_what_was_noted_in_order() {
        use LineSource::{Noted, Printed};
        let log = Log::since(Instant::now());
        log.note(0, Instant::now(), "started");
        keep(&b"one\r\ntw"[..], 0, None, &log);
        keep(&b"another's\n"[..], 1, None, &log);
        keep(&b"o\n\x1b[31mred\nno end"[..], 0, None, &log);
        log.note(0, Instant::now(), "ended");
        let tail = log.tail(0, usize::MAX);
        assert_eq!(
            texts(&tail),
            [
                (Noted, "started"),
                (Printed, "one"),
                (Printed, "two"),
                (Printed, "\\u{1b}[31mred"),
                (Printed, "no end"),
                (Noted, "ended"),
            ]
        );
        assert!(!tail.cut);
        assert_eq!(log.of_worker(0), "one\r\ntwo\n\u{1b}[31mred\nno end");
    }

    #[test]
    fn what_is_noted_late_stands_where_it_happened() {
        let log = Log::default();
        let then = Instant::now();
        keep(&b"said\n"[..], 0, None, &log);
        log.note(0, then, "before that");
        let tail = log.tail(0, usize::MAX);
        assert_eq!(texts(&tail)[0], (LineSource::Noted, "before that"));
        assert_eq!(texts(&tail).len(), 2);
    }

    #[test]
    fn marks_of_tasks_are_in_nobodys_log() {
        let log = Log::default();
        let marks = Marks(7);
        let printed = format!("{}said\n{}", marks.begin(3), marks.end(3));
        keep(printed.as_bytes(), 0, Some(marks), &log);
        assert_eq!(texts(&log.tail(0, 1000)), [(LineSource::Printed, "said")]);
    }

    #[test]
    fn only_the_end_of_a_long_log_is_given_and_that_it_was_cut_is_said() {
        let log = Log::default();
        for n in 0..1000 {
            keep(format!("line {n:03}\n").as_bytes(), 0, None, &log);
        }
        let tail = log.tail(0, 25);
        assert_eq!(
            texts(&tail),
            [
                (LineSource::Printed, "line 998"),
                (LineSource::Printed, "line 999"),
            ]
        );
        assert!(tail.cut);
        let whole = log.tail(0, usize::MAX);
        assert_eq!((whole.lines.len(), whole.cut), (1000, false));
    }

    #[test]
    fn what_is_kept_is_bounded_and_what_made_room_is_said() {
        let log = Log::default();
        let page = vec![b'x'; CHUNK];
        for _ in 0..(KEPT / CHUNK + 20) {
            keep(page.as_slice(), 0, None, &log);
        }
        assert!(log.of_worker(0).len() <= KEPT);
        assert!(log.tail(0, usize::MAX).cut);
    }

    #[test]
    fn a_log_in_somebodys_hands_is_not_waited_for() {
        let log = Log::default();
        let before = log.changes();
        log.note(0, Instant::now(), "something");
        assert!(log.changes() > before);
        let held = log.lock();
        assert_eq!(log.try_tail(0, 1000), None);
        drop(held);
        assert!(log.try_tail(0, 1000).is_some());
    }
}
