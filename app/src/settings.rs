//! What is kept between starts, in one JSON file in the user's configuration folder. Loaded
//! before the window opens; saved by a thread of its own, whole or not at all.
#![expect(
    clippy::disallowed_methods,
    reason = "read before the window opens, written by a thread, waited for after it has closed"
)]

use std::io;
use std::path::{Path, PathBuf};

use crossbeam_channel::{Sender, unbounded};
use serde::{Deserialize, Serialize};
use workers::Unlisted;

use crate::algorithms::Algorithms;
use crate::files::Typed;
use crate::save;
use crate::way::Way;

/// Recent folders that are kept.
const RECENT: usize = 8;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    #[serde(rename = "algorithm")]
    pub(crate) algorithms: Algorithms,
    pub(crate) way: Way,
    /// `None`: one a core.
    pub(crate) workers: Option<usize>,
    pub(crate) follow_links: bool,
    /// Which files count, the last that could be understood.
    pub(crate) files: Typed,
    /// What becomes of files that no list names, when lists are verified.
    pub(crate) unlisted: Unlisted,
    /// Seconds for which a job may freeze the window; `None`: as long as it takes.
    pub(crate) freeze_limit_s: Option<u32>,
    /// Seconds that one file may take in a pool of processes; `None`: as long as it takes.
    pub(crate) file_limit_s: Option<u32>,
    /// Seconds after which a job is long enough to call the user when it ends; `None`: none is.
    pub(crate) call_after_s: Option<u32>,
    pub(crate) theme: Theme,
    /// 1.0 is the system's own size.
    pub(crate) scale: f32,
    /// The pulse runs without a job too.
    pub(crate) pulse_always: bool,
    #[serde(serialize_with = "only_text")]
    pub(crate) recent: Vec<PathBuf>,
    pub(crate) window: Option<WindowPlace>,
}

/// JSON is text. A path that is not is left out, or nothing could be saved for its sake.
fn only_text<S: serde::Serializer>(paths: &[PathBuf], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(paths.iter().filter(|path| path.to_str().is_some()))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Where the window was, in points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct WindowPlace {
    pub(crate) position: Option<(f32, f32)>,
    pub(crate) size: (f32, f32),
    pub(crate) maximized: bool,
}

pub(crate) const FREEZE_LIMIT_S: u32 = 10;
/// What a file may take once somebody wants a limit, seconds.
pub(crate) const FILE_LIMIT_S: u32 = 60;
/// What is a long job, seconds.
pub(crate) const CALL_AFTER_S: u32 = 10;
pub(crate) const SCALES: std::ops::RangeInclusive<f32> = 0.75..=2.5;

impl Default for Settings {
    fn default() -> Self {
        Self {
            algorithms: Algorithms::default(),
            way: Way::default(),
            workers: None,
            follow_links: false,
            files: Typed::default(),
            unlisted: Unlisted::Ignored,
            freeze_limit_s: Some(FREEZE_LIMIT_S),
            file_limit_s: None,
            call_after_s: Some(CALL_AFTER_S),
            theme: Theme::default(),
            scale: 1.0,
            pulse_always: false,
            recent: Vec::new(),
            window: None,
        }
    }
}

impl Settings {
    pub(crate) fn remember(&mut self, path: &Path) {
        self.recent.retain(|known| known != path);
        self.recent.insert(0, path.to_owned());
        self.recent.truncate(RECENT);
    }

    /// Values that a hand-edited file may have put out of bounds.
    fn within_bounds(mut self) -> Self {
        if !self.scale.is_finite() {
            self.scale = 1.0;
        }
        self.scale = self.scale.clamp(*SCALES.start(), *SCALES.end());
        self.workers = self
            .workers
            .map(|n| n.clamp(1, workers::JobSpec::MAX_WORKERS));
        self.freeze_limit_s = self.freeze_limit_s.map(|s| s.clamp(1, 3600));
        self.file_limit_s = self.file_limit_s.map(|s| s.clamp(1, 24 * 3600));
        self.call_after_s = self.call_after_s.map(|s| s.min(24 * 3600));
        self.recent.truncate(RECENT);
        if let Some(place) = &mut self.window {
            let sane = |v: f32, low: f32, high: f32| {
                if v.is_finite() {
                    v.clamp(low, high)
                } else {
                    low
                }
            };
            place.size = (
                sane(place.size.0, 640.0, 16_000.0),
                sane(place.size.1, 420.0, 16_000.0),
            );
            place.position = place
                .position
                .filter(|(x, y)| x.is_finite() && y.is_finite());
        }
        self
    }
}

/// The file, and the thread that writes it.
pub(crate) struct SettingsFile {
    saved: Settings,
    writes: Option<Sender<Settings>>,
    writer: Option<std::thread::JoinHandle<()>>,
}

impl SettingsFile {
    /// Loads the settings; the text, if any, is for the user. A file that cannot be understood
    /// is put aside, not overwritten: somebody may want to mend it.
    pub(crate) fn load(path: Option<PathBuf>) -> (Self, Settings, Option<String>) {
        let Some(path) = path else {
            let note = "This system names no folder for settings; they will not be kept.";
            return (
                Self::idle(Settings::default()),
                Settings::default(),
                Some(note.to_owned()),
            );
        };
        let (settings, note) = match read(&path) {
            Ok(settings) => (settings, None),
            Err(Unread {
                note,
                replace: true,
            }) => (Settings::default(), Some(note)),
            Err(Unread {
                note,
                replace: false,
            }) => {
                let note = format!("{note} Changes will not be kept.");
                return (
                    Self::idle(Settings::default()),
                    Settings::default(),
                    Some(note),
                );
            }
        };
        let (writes, inbox) = unbounded::<Settings>();
        let writer = std::thread::Builder::new()
            .name("settings".to_owned())
            .spawn(move || {
                while let Ok(mut settings) = inbox.recv() {
                    while let Ok(newer) = inbox.try_recv() {
                        settings = newer;
                    }
                    if let Err(error) = write(&path, &settings) {
                        eprintln!("thawsum: {error}");
                    }
                }
            })
            .ok();
        let file = Self {
            saved: settings.clone(),
            writes: Some(writes),
            writer,
        };
        (file, settings, note)
    }

    /// Settings that are neither read nor kept.
    pub(crate) fn none() -> (Self, Settings, Option<String>) {
        (Self::idle(Settings::default()), Settings::default(), None)
    }

    fn idle(saved: Settings) -> Self {
        Self {
            saved,
            writes: None,
            writer: None,
        }
    }

    /// Saves if anything changed; returns at once.
    pub(crate) fn keep(&mut self, settings: &Settings) {
        if self.saved != *settings {
            self.saved.clone_from(settings);
            if let Some(writes) = &self.writes {
                // A writer that ended has said why.
                let _ = writes.send(settings.clone());
            }
        }
    }

    /// Waits for the last write. Only for the end of the program.
    pub(crate) fn finish(&mut self) {
        self.writes = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Where the settings are; `THAWSUM_CONFIG` names another folder.
pub(crate) fn default_path() -> Option<PathBuf> {
    let folder = match std::env::var_os("THAWSUM_CONFIG") {
        Some(folder) => PathBuf::from(folder),
        None => directories::ProjectDirs::from("org", "Thawsum", "thawsum")?
            .config_dir()
            .to_owned(),
    };
    Some(folder.join("settings.json"))
}

/// Why there are no settings, and whether the file may be replaced.
struct Unread {
    note: String,
    replace: bool,
}

fn read(path: &Path) -> Result<Settings, Unread> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Settings::default()),
        Err(error) => {
            return Err(Unread {
                note: format!(
                    "The settings could not be read ({}: {error}). Everything is as on the first day.",
                    workers::shown(path)
                ),
                replace: false,
            });
        }
    };
    match serde_json::from_slice::<Settings>(&text) {
        Ok(settings) => Ok(settings.within_bounds()),
        Err(error) => {
            let aside = path.with_extension("json.damaged");
            let moved = std::fs::rename(path, &aside);
            let kept = match &moved {
                Ok(()) => format!("the damaged file is kept as {}", workers::shown(&aside)),
                Err(error) => format!("and it could not be put aside: {error}"),
            };
            Err(Unread {
                note: format!(
                    "The settings file is damaged ({error}); {kept}. Everything is as on the first day."
                ),
                replace: moved.is_ok(),
            })
        }
    }
}

fn write(path: &Path, settings: &Settings) -> Result<(), save::SaveError> {
    if let Some(folder) = path.parent() {
        // If this fails, so does the save, with a better message.
        let _ = std::fs::create_dir_all(folder);
    }
    save::whole(path, save::Existing::Replace, |out| {
        serde_json::to_writer_pretty(&mut *out, settings)?;
        out.write_all(b"\n")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_as_they_were_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/settings.json");
        let (mut file, mut settings, note) = SettingsFile::load(Some(path.clone()));
        assert_eq!((&settings, note), (&Settings::default(), None));
        settings.theme = Theme::Light;
        settings.remember(Path::new("/photos"));
        file.keep(&settings);
        file.finish();
        assert_eq!(SettingsFile::load(Some(path)).1, settings);
    }

    #[test]
    fn a_damaged_file_is_put_aside_and_said_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        std::fs::write(&path, "{\"scale\": ").unwrap();
        let (_file, settings, note) = SettingsFile::load(Some(path.clone()));
        assert_eq!(settings, Settings::default());
        assert!(note.unwrap().contains("damaged"));
        assert!(path.with_extension("json.damaged").exists());
    }

    #[test]
    fn values_out_of_bounds_are_brought_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.json");
        std::fs::write(&path, r#"{"scale": 99, "workers": 0, "unknown": 1}"#).unwrap();
        let (_file, settings, _) = SettingsFile::load(Some(path));
        assert_eq!(settings.workers, Some(1));
        assert!(settings.scale <= 2.5);
    }
}
