//! Files and folders that the desktop hands to the window while it is open.

use std::path::{Path, PathBuf};

use workers::shown;

use super::Session;
use crate::job::JobState;
use crate::notice::Tone;

impl Session {
    /// A window that has nothing to lose starts on them at once, as it would on those of its command
    /// line. One that shows what came of a job takes them as if they had been dropped on it: that is
    /// gone when the next one starts, which somebody else than a click in a file manager has to want.
    /// Nor are they taken while a job runs, and the window says so: nobody saw it refuse them.
    pub(crate) fn open(&mut self, paths: &[PathBuf]) {
        let Some(what) = named(paths) else {
            return;
        };
        if self.job.is_busy() || self.is_starting() {
            let text = format!(
                "A job is running, so {what} was not opened. Open it again when the job is done."
            );
            self.notices.say(Tone::Warning, text);
        } else if self.saving.is_some() {
            let text = format!(
                "{what} was not opened. Save first, or close the panel, and open it again."
            );
            self.notices.say(Tone::Warning, text);
        } else if matches!(self.job, JobState::Idle) {
            self.start_on(paths, None);
        } else {
            self.use_paths(paths);
            let text = format!("{what} is chosen. Start, and it takes the place of what is shown.");
            self.notices.say(Tone::Info, text);
        }
    }
}

/// The first by its name, and how many there are beside it.
fn named(paths: &[PathBuf]) -> Option<String> {
    let (first, others) = paths.split_first()?;
    let name = shown(first.file_name().map_or(first.as_path(), Path::new));
    Some(match others.len() {
        0 => name,
        more => format!("{name} (with {more} more)"),
    })
}
