//! What a view may ask for. Views push commands; only the session changes state.

use std::path::PathBuf;

use workers::{Algorithm, Unlisted};

use crate::algorithms::Algorithms;
use crate::files::Typed;
use crate::lab::controls::Chosen;
use crate::query::Query;
use crate::saving::{Choice, SaveWhat};
use crate::settings::Theme;
use crate::target::Aim;
use crate::way::Way;

/// One wish of the user's.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    /// Hash what is in the path field, or verify it if it is a checksum file.
    Start,
    /// Verify once more what was wrong.
    VerifyAgain,
    /// Verify once more, with lines that do not name their algorithm taken to be of this one.
    VerifyAs(Algorithm),
    /// What to do with what is chosen.
    SetAim(Aim),
    /// Yes, freeze the window.
    ConfirmFreeze,
    /// No, do not.
    DeclineFreeze,
    Pause,
    Resume,
    Cancel,
    KillWorker(usize),
    /// Give up the file that a worker hangs on.
    SkipFile(usize),
    /// The fault drill.
    SetDrill(bool),

    /// Show what died, and why.
    OpenHistory,
    /// Show the log of a worker, by its place.
    OpenLog(usize),
    CloseSheet,
    /// Choose which files count.
    OpenFiles,
    SetFiles(Typed),
    /// All files count.
    ResetFiles,
    /// Copy these incidents, by their numbers; all if there is none.
    CopyIncidents(Vec<u32>),
    /// Copy all of a worker's log.
    CopyLog(usize),

    TypePath(String),
    UsePaths(Vec<PathBuf>),
    ChooseFolder,
    ChooseFiles,
    ChooseList,
    ForgetRecent,

    /// The second side of a comparison.
    TypeOther(String),
    ChooseOtherFolder,
    ChooseOtherFile,

    SetAlgorithms(Algorithms),
    SetUnlisted(Unlisted),
    /// What the chosen file's digest should be.
    TypeExpected(String),
    /// Which algorithm that is of, where several have digests as long.
    SetExpectedAlgorithm(Algorithm),
    SetWay(Way),
    SetWorkers(Option<usize>),
    SetFollowLinks(bool),
    SetFreezeLimit(Option<u32>),
    SetFileLimit(Option<u32>),
    SetCallAfter(Option<u32>),
    SetTheme(Theme),
    SetScale(f32),
    SetPulseAlways(bool),

    Ask(Query),
    /// Copy these rows, by their numbers, as lines of a list.
    CopyRows(Vec<u32>),
    /// Copy the digests of these rows by this algorithm, and nothing else.
    CopyDigests(Vec<u32>, Algorithm),

    OpenSave(SaveWhat),
    EditSavePath(String),
    SetSaveFormat(usize),
    /// What becomes of several algorithms where a list can be of one alone.
    SetSaveChoice(Choice),
    BrowseSave,
    Save,
    ReplaceExisting,
    CloseSave,

    /// Open the page of an experiment, by its place in the list.
    OpenExperiment(usize),
    /// Run an experiment of the lab, by its place in the list, with these settings.
    RunExperiment(usize, Chosen),
    StopExperiment,
    /// Show the lab alone, over the whole screen, in larger type.
    SetLecture(bool),

    ClearRuns,
    DismissNotice,
}
