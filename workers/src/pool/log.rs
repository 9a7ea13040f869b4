//! What worker processes print, by task. Everything that goes to a worker's standard output or
//! error is read as it comes, so that nobody ever waits for a reader, and the latest is kept.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Bytes kept of everything that a pool's workers print.
const KEPT: usize = 8 * 1024 * 1024;
/// Bytes of one worker's output that are kept or dropped together.
const CHUNK: usize = 64 * 1024;

/// What a worker writes around the output of a task, see [`Marks`].
const BEGIN: &str = "\u{1}thawsum task ";

/// Kept by the pool, written by the readers of its workers' output.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<(Mutex<Kept>, Condvar)>);

#[derive(Default)]
struct Kept {
    chunks: VecDeque<Chunk>,
    bytes: usize,
    /// Tasks whose end was seen, so that whoever asks need not wait. The latest only.
    ended: VecDeque<u64>,
}

struct Chunk {
    worker: usize,
    task: Option<u64>,
    text: Vec<u8>,
}

impl Log {
    fn add(&self, worker: usize, task: Option<u64>, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let mut kept = self.lock();
        kept.bytes += text.len();
        match kept.chunks.back_mut() {
            Some(last) if last.worker == worker && last.task == task && last.text.len() < CHUNK => {
                last.text.extend_from_slice(text);
            }
            _ => {
                kept.bytes += size_of::<Chunk>();
                kept.chunks.push_back(Chunk {
                    worker,
                    task,
                    text: text.to_owned(),
                });
            }
        }
        while kept.bytes > KEPT && kept.chunks.len() > 1 {
            if let Some(oldest) = kept.chunks.pop_front() {
                kept.bytes -= oldest.text.len() + size_of::<Chunk>();
            }
        }
    }

    fn ended(&self, task: u64) {
        let mut kept = self.lock();
        if kept.ended.len() == 4096 {
            kept.ended.pop_front();
        }
        kept.ended.push_back(task);
        self.0.1.notify_all();
    }

    /// What a task has printed. Its output comes by another pipe than what it prints, so this
    /// waits a little for the end of that.
    pub(crate) fn of_task(&self, task: u64, patience: Duration) -> String {
        let until = Instant::now() + patience;
        let mut kept = self.lock();
        while !kept.ended.contains(&task)
            && let Some(left) = until.checked_duration_since(Instant::now())
        {
            kept = match self.0.1.wait_timeout(kept, left) {
                Ok((kept, _)) => kept,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        text(kept.chunks.iter().filter(|chunk| chunk.task == Some(task)))
    }

    /// What the workers in one place have printed.
    pub(crate) fn of_worker(&self, worker: usize) -> String {
        text(self.lock().chunks.iter().filter(|c| c.worker == worker))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        log.add(self.worker, self.task, bytes);
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
