//! Verifying: are the files that checksum files list what the lists say, and what else is there?

mod chosen;
mod forms;
mod lists;
mod plan;
mod same_name;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::algorithm::Algorithm;
use crate::error::SpecError;
use crate::event::Sink;
use crate::job::common::Common;
use crate::job::inline::Start;
use crate::job::{Job, JobSpec, Priority, RunOn};
use crate::manifest::Format;
use crate::selection::Selection;
pub use chosen::are_all_listed;

/// What to verify and how.
#[derive(Clone, Debug)]
pub struct CheckSpec {
    /// The checksum files. Several lists of the same files make one reading of each file.
    pub lists: Vec<CheckList>,
    /// What format they are in; `None`: each is recognised by its content.
    pub format: Option<Format>,
    /// What algorithm lines are of that do not say; `None`: as the length of the digest and the
    /// name of the list have it.
    pub algorithm: Option<Algorithm>,
    /// The folder that names in the lists start from; `None`: each list's own folder, and for what
    /// comes through a pipe the current one.
    pub base: Option<PathBuf>,
    /// Of the files that the lists name, only these, as an earlier job's results call them; `None`:
    /// all. A folder stands for what lies below it. A list that is among them is gone through whole.
    pub only: Option<Arc<HashSet<PathBuf>>>,
    /// What becomes of files that no list names.
    pub unlisted: Unlisted,
    /// Which of these count.
    pub selection: Selection,
    /// How many workers, from 1 to [`JobSpec::MAX_WORKERS`].
    pub workers: usize,
    /// How the workers stand against the rest of the machine.
    pub priority: Priority,
    /// See [`JobSpec::file_limit`].
    pub file_limit: Option<Duration>,
}

/// One of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckList {
    /// A file. What is called `-` is a file like any other here.
    File(PathBuf),
    /// What comes through the standard input of this process; results call it `-`.
    StandardInput,
}

impl CheckList {
    /// What results call it.
    #[must_use]
    pub fn name(&self) -> &Path {
        match self {
            Self::File(path) => path,
            Self::StandardInput => Path::new("-"),
        }
    }
}

/// What becomes of files in the folders of the lists that no list names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unlisted {
    /// Nobody looks for them.
    #[default]
    Ignored,
    /// They are [`New`](crate::Verdict::New). Where a listed file is missing, they are read too, to see
    /// whether it has moved.
    Reported,
    /// They are read, and those with the content of a listed file are
    /// [`Duplicate`](crate::Verdict::Duplicate).
    Read,
}

impl Job {
    /// Starts verifying; everything there is to say goes to `sink`. A list that cannot be read at
    /// all is a [`Unreadable`](crate::Verdict::Unreadable) of its own name.
    ///
    /// # Errors
    /// A job that makes no sense, or a system that gives no thread.
    pub fn check(spec: CheckSpec, run_on: RunOn, sink: Sink) -> Result<Self, SpecError> {
        JobSpec::check_workers(spec.workers)?;
        if spec.lists.is_empty() {
            return Err(SpecError::NoPaths);
        }
        let common = Common::default();
        let (workers, priority, file_limit) = (spec.workers, spec.priority, spec.file_limit);
        // The files lie where their lists do, unless it is said where.
        let listed = spec.lists.iter().filter_map(|list| match list {
            CheckList::File(path) => Some(path.clone()),
            CheckList::StandardInput => None,
        });
        let roots = match &spec.base {
            Some(base) => vec![base.clone()],
            None => listed.collect(),
        };
        let start = Start::new(
            plan::Verify::new(spec.unlisted),
            lists::Listed::new(spec, common.clone()),
            roots,
            common,
            workers,
            priority,
            file_limit,
        );
        Self::launch(start, run_on, sink)
    }
}
