//! Two windows of this program side by side, on the same folder: one hashes on the thread that
//! draws it, one in a pool of processes. Each is a process of its own, because one event loop that
//! is stuck is stuck for all windows of its process.
#![expect(
    clippy::disallowed_methods,
    reason = "the experiment and its children wait on threads of their own"
)]

mod watch;

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, bounded};
use serde::Deserialize;
use serde_json::{Value, json};
use workers::process::{Leashed, Status};

use watch::Watched;

use crate::lab::Experiment;
use crate::lab::answers::find_display;
use crate::lab::children::{Heard, Part};
use crate::lab::context::{Failure, Lab};
use crate::lab::controls::Control;
use crate::lab::folder::{Content, Folder, Made};
use crate::lab::outcome::{Cell, Column, Outcome, Table, Unit};
use crate::lab::part::Role;
use crate::lab::trace::Kind;
use crate::meter::pulse::INTERVAL;

const FOLDER: Control = Control::folder("folder", "Folder");
const SIZE: Control = Control::number("size", "Size if made", "MiB", (1, 1_048_576), 3_072);

/// A run that has not ended by then is taken to hang.
const PATIENCE: Duration = Duration::from_secs(600);
/// The window gives itself back after so long; its settings say so by themselves.
const FREEZE_LIMIT_S: f64 = crate::settings::FREEZE_LIMIT_S as f64;
/// A window is asked only so often, and the first question may come that late into its silence. A
/// run that is not many times as long cannot show for how much of it the window was silent.
const LONG_ENOUGH: Duration = INTERVAL.saturating_mul(10);

pub(crate) struct Freeze;

impl Experiment for Freeze {
    fn name(&self) -> &'static str {
        "freeze"
    }

    fn title(&self) -> &'static str {
        "Freeze"
    }

    fn sentences(&self) -> &'static str {
        "Two windows of this program open side by side and hash the same folder: one does the work on the thread that draws it, the other gives it to a pool of processes. The first answers nobody until it is done, or for ten seconds; the second goes on as if nothing were the matter."
    }

    fn look_for(&self) -> &'static [&'static str] {
        &[
            "Move, click and type in both windows while they work: one of them takes no notice.",
            "A desktop asks a window now and then whether it is there; after about five seconds of silence it says 'not responding'.",
            "The pool's workers stand back behind every window, the frozen one too: they may be done later, and nobody minds.",
        ]
    }

    fn controls(&self) -> &'static [Control] {
        &[FOLDER, SIZE]
    }

    fn picture_title(&self) -> &'static str {
        "Which window answered when"
    }

    fn legend(&self) -> &'static [(Kind, &'static str)] {
        &[
            (Kind::Work, "answers"),
            (Kind::Wait, "does not answer"),
            (Kind::Stuck, "a desktop says 'not responding'"),
        ]
    }

    fn run(&self, lab: &Lab) -> Result<Outcome, Failure> {
        find_display()?;
        let made = Made {
            files: 64,
            bytes: lab.get(&SIZE).saturating_mul(1024 * 1024),
            content: Content::Holes,
        };
        let folder = Folder::chosen_or_made(lab, &FOLDER, &made)?;
        let failed = |source| Failure::File {
            path: std::env::temp_dir(),
            source,
        };
        let pictures = tempfile::tempdir().map_err(failed)?;
        let mut windows = [
            Window::open(&ON_ITS_THREAD, folder.path(), pictures.path())?,
            Window::open(&IN_PROCESSES, folder.path(), pictures.path())?,
        ];
        for window in &mut windows {
            window.watch(lab)?;
        }
        let begun = Instant::now();
        while windows.iter().any(|window| window.watcher.is_some()) {
            if begun.elapsed() > PATIENCE {
                return Err(Failure::Silent {
                    part: "a window",
                    limit: PATIENCE,
                });
            }
            for window in &mut windows {
                window.look()?;
            }
            lab.sleep(Duration::from_millis(20))?;
        }
        let [frozen, responsive] = windows.map(Window::figures);
        Ok(outcome(&folder, &frozen?, &responsive?))
    }

    fn parts(&self) -> &'static [Role] {
        &[Role {
            name: "watch",
            run: watch::watch,
        }]
    }
}

/// One of the two.
struct Side {
    way: &'static str,
    words: &'static str,
    is_right: bool,
}

const ON_ITS_THREAD: Side = Side {
    way: "ui",
    words: "on the window's own thread",
    is_right: false,
};
const IN_PROCESSES: Side = Side {
    way: "processes",
    words: "in a pool of processes",
    is_right: true,
};

/// A window of this program, in a process of its own.
struct Window {
    side: &'static Side,
    leash: Leashed,
    /// What it prints: its figures.
    printed: Receiver<String>,
    complained: Receiver<String>,
    /// Its standard input; its end means nothing to it.
    _stdin: std::process::ChildStdin,
    /// Asks the window whether it answers, until it has ended.
    watcher: Option<Part>,
    watched: Watched,
    status: Option<Status>,
}

/// What came of a window.
struct Seen {
    side: &'static Side,
    figures: Figures,
    watched: Watched,
}

/// What a window says of its run.
#[derive(Clone, Debug, Deserialize)]
struct Figures {
    ending: String,
    files: u64,
    bytes: u64,
    wall_s: f64,
    worst_stall_ms: Option<f64>,
    p99_latency_ms: Option<f64>,
    frames: u64,
}

impl Window {
    fn open(side: &'static Side, folder: &Path, pictures: &Path) -> Result<Self, Failure> {
        let failed = |source| Failure::Start {
            part: side.words,
            source,
        };
        // A name that begins with a hyphen would be taken for an option.
        let folder = std::path::absolute(folder).map_err(failed)?;
        let mut arguments: Vec<OsString> = ["--run-on", side.way, "--algorithm", "sha512"]
            .map(OsString::from)
            .to_vec();
        arguments.extend(["--size".into(), "640x600".into(), "--picture".into()]);
        arguments.push(pictures.join(format!("{}.png", side.way)).into());
        arguments.push(folder.into());
        // The thread of the experiment lives as long as its windows may.
        let (leash, pipes) = Leashed::spawn(arguments).map_err(failed)?;
        let printed = read_all(pipes.stdout).map_err(Failure::Thread)?;
        let complained = read_all(pipes.stderr).map_err(Failure::Thread)?;
        Ok(Self {
            side,
            leash,
            printed,
            complained,
            _stdin: pipes.stdin,
            watcher: None,
            watched: Watched::default(),
            status: None,
        })
    }

    /// Has somebody ask it whether it answers.
    fn watch(&mut self, lab: &Lab) -> Result<(), Failure> {
        let whom = json!({
            "pid": self.leash.id(),
            "right": self.side.is_right,
            "name": self.side.words,
        });
        self.watcher = Some(lab.children().start("watch", &whom)?);
        Ok(())
    }

    /// Takes in what its watcher said, and whether it has ended.
    fn look(&mut self) -> Result<(), Failure> {
        let Some(watcher) = &self.watcher else {
            return Ok(());
        };
        while let Some(heard) = watcher.hear(Duration::ZERO)? {
            match heard {
                Heard::Said(value) | Heard::Done(value) => self.watched.take_in(&value),
                // Without it, it is unknown what a desktop would say; the rest is known.
                Heard::GaveUp(reason) | Heard::Nonsense(reason) => {
                    self.watched.unknown.get_or_insert(reason);
                }
                Heard::Gone(_) => break,
            }
        }
        if let Some(status) = self.leash.ended() {
            self.status = Some(status);
            self.watcher = None;
        }
        Ok(())
    }

    fn figures(self) -> Result<Seen, Failure> {
        // Both end with the process.
        let printed = self.printed.recv().unwrap_or_default();
        let complaint = self.complained.recv().unwrap_or_default();
        let figures = printed
            .lines()
            .find_map(|line| serde_json::from_str(line).ok());
        match (figures, self.status) {
            (Some(figures), _) => Ok(Seen {
                side: self.side,
                figures,
                watched: self.watched,
            }),
            (None, status) => Err(Failure::Died {
                part: self.side.words,
                status: status.unwrap_or(Status::Unknown("it was not waited for".to_owned())),
                complaint,
            }),
        }
    }
}

/// Reads a pipe to its end, on a thread of its own, so that nobody has to wait at it.
fn read_all(mut pipe: impl Read + Send + 'static) -> std::io::Result<Receiver<String>> {
    let (all, read) = bounded(1);
    std::thread::Builder::new()
        .name("lab window".to_owned())
        .spawn(move || {
            let mut bytes = Vec::new();
            // What was read until it broke is what there is.
            let _ = pipe.read_to_end(&mut bytes);
            let _ = all.send(String::from_utf8_lossy(&bytes).into_owned());
        })?;
    Ok(read)
}

fn outcome(folder: &Folder, frozen: &Seen, responsive: &Seen) -> Outcome {
    let mut table = Table::new(vec![
        Column::new("", Unit::Words),
        Column::new("took", Unit::Seconds),
        Column::new("longest stall", Unit::Seconds),
        Column::new("99 % of answers within", Unit::Seconds),
        Column::new("frames", Unit::Count),
        Column::new("longest silence", Unit::Seconds),
        Column::new("what a desktop says", Unit::Words),
    ]);
    let milliseconds =
        |number: Option<f64>| number.map_or(Cell::Nothing, |ms| Cell::Number(ms / 1e3));
    for seen in [frozen, responsive] {
        let figures = &seen.figures;
        table.row([
            Cell::text(seen.side.words),
            Cell::Number(figures.wall_s),
            milliseconds(figures.worst_stall_ms),
            milliseconds(figures.p99_latency_ms),
            Cell::count(figures.frames),
            seen.watched.longest.map_or(Cell::Nothing, Cell::time),
            Cell::text(seen.watched.verdict()),
        ]);
    }
    let mut outcome = Outcome {
        tables: vec![table],
        ..Outcome::default()
    };
    outcome.fact("own_thread", frozen.json());
    outcome.fact("processes", responsive.json());
    outcome.check(
        "both windows have hashed the folder to the end",
        [frozen, responsive]
            .iter()
            .all(|seen| seen.figures.ending == "completed"),
    );
    // In somebody's own folder, a file may well change meanwhile.
    if folder.is_own() {
        let read = |seen: &Seen| (seen.figures.files, seen.figures.bytes);
        outcome.check(
            "both have hashed the same files",
            read(frozen) == read(responsive),
        );
    }
    let busy = frozen.figures.wall_s.min(FREEZE_LIMIT_S);
    let told = frozen.figures.worst_stall_ms;
    if let Some(stall) = told.filter(|_| busy >= LONG_ENOUGH.as_secs_f64()) {
        outcome.check(
            "the first was silent for at least half of the time it hashed on its own thread",
            stall / 1e3 >= busy / 2.0,
        );
    }
    outcome
}

impl Seen {
    fn json(&self) -> Value {
        json!({
            "files": self.figures.files,
            "bytes": self.figures.bytes,
            "seconds": self.figures.wall_s,
            "worst_stall_ms": self.figures.worst_stall_ms,
            "p99_latency_ms": self.figures.p99_latency_ms,
            "frames": self.figures.frames,
            "answers": self.watched.answers,
            "longest_silence_s": self.watched.longest.map(|time| time.as_secs_f64()),
            "verdict": self.watched.verdict(),
        })
    }
}
