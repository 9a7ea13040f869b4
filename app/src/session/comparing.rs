//! How a comparison comes about. What its sides are, folders or checksum files, only a disk knows,
//! and it is asked by a thread that was made for it.
#![expect(
    clippy::disallowed_methods,
    reason = "the disk is asked by a thread that was made for it"
)]

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use crossbeam_channel::bounded;
use workers::manifest::detect;
use workers::{CompareSpec, Job, Priority, Side, shown};

use super::Session;
use super::starting::Waiting;
use crate::notice::Tone;
use crate::work::{Comparison, Work};

/// What stands on one side.
enum Kind {
    Folder,
    List,
    File,
}

impl Session {
    /// Finds out what the sides are; [`Session::compare`] follows.
    pub(super) fn look_at_sides(&mut self) {
        let right = self.other_side().and_then(|other| other.path.clone());
        let (Some(left), Some(right)) = (self.chosen.first().cloned(), right) else {
            return;
        };
        self.settings.remember(&right);
        self.settings_file.keep(&self.settings);
        let guess = [guess(&left), guess(&right)];
        let (sender, found) = bounded(1);
        let wake = self.wake.clone();
        let spawned = std::thread::Builder::new()
            .name("what is it".to_owned())
            .spawn(move || {
                // The window may be gone by now.
                let _ = sender.send(sides(left, right));
                wake();
            });
        match spawned {
            Ok(_) => {
                self.waiting = Some(Waiting::Sides {
                    since: Instant::now(),
                    guess,
                    found,
                });
            }
            Err(error) => self
                .notices
                .say(Tone::Error, format!("The job could not start: {error}.")),
        }
    }

    pub(super) fn compare(&mut self, [left, right]: [Side; 2]) {
        let (way, run_on) = self.in_background();
        let comparison = Comparison {
            paths: [path(&left), path(&right)],
            algorithm: self.settings.algorithms.first(),
            begun: SystemTime::now(),
        };
        let spec = CompareSpec {
            left,
            right,
            algorithm: comparison.algorithm,
            selection: self.selection(),
            workers: self.workers(),
            priority: Priority::Background,
            file_limit: self.file_limit(),
        };
        let title = self.title(way, Work::Compare(comparison));
        self.launch(title, |sink| Job::compare(spec, run_on, sink));
    }
}

fn path(side: &Side) -> PathBuf {
    match side {
        Side::Folder(path) | Side::List(path) => path.clone(),
    }
}

/// What a side is by its name, for a disk that does not answer.
fn guess(path: &Path) -> Side {
    if detect::is_called_like_a_list(path) {
        Side::List(path.to_owned())
    } else {
        Side::Folder(path.to_owned())
    }
}

/// What the two sides are, or in a sentence why they cannot be compared.
fn sides(left: PathBuf, right: PathBuf) -> Result<[Side; 2], String> {
    let kinds = (kind(&left)?, kind(&right)?);
    let side = |kind: &Kind, path| match kind {
        Kind::List => Side::List(path),
        // One file is a folder with nothing in it but itself.
        Kind::Folder | Kind::File => Side::Folder(path),
    };
    match &kinds {
        (Kind::File, Kind::File) => {}
        (Kind::File, _) => return Err(alone(&left)),
        (_, Kind::File) => return Err(alone(&right)),
        _ => {}
    }
    Ok([side(&kinds.0, left), side(&kinds.1, right)])
}

fn kind(path: &Path) -> Result<Kind, String> {
    match std::fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Ok(Kind::Folder),
        Ok(_) if detect::is_list(path) => Ok(Kind::List),
        Ok(_) => Ok(Kind::File),
        Err(error) => Err(format!("{} cannot be compared: {error}.", shown(path))),
    }
}

fn alone(path: &Path) -> String {
    format!(
        "{} is a file, and no checksum file: it can be compared with another file only.",
        shown(path)
    )
}
