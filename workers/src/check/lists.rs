//! What the lists name, and what is there: the scan of a job that verifies.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use indexmap::IndexMap;

use super::chosen::Chosen;
use super::forms::Forms;
use super::{CheckList, CheckSpec, Unlisted, same_name};
use crate::algorithm::Algorithm;
use crate::event::Guess;
use crate::job::Links;
use crate::job::common::Common;
use crate::listed::{Expected, Lists, announce, plain};
use crate::manifest::read::{self, with_slashes};
use crate::tasks::identity::{Identity, identity};
use crate::tasks::walk::{self, Seen, Walk, skip_reason};
use crate::verdict::{FileResult, Note, Verdict};

/// What the scan comes upon.
pub(super) enum Found {
    /// The lists have been read. Comes before what they name.
    Read {
        /// With what the listed files are to be hashed.
        algorithms: Arc<[Algorithm]>,
        guesses: Arc<[Guess]>,
    },
    /// A listed file that is there.
    Listed {
        path: PathBuf,
        seen: Seen,
        expected: Expected,
        /// How its path differs from the listed one, if that is worth a word.
        note: Option<Note>,
    },
    /// A listed file that is not.
    Missing { path: PathBuf, expected: Expected },
    /// A file that no list names.
    Extra { path: PathBuf, seen: Seen },
    /// A path or a line that has its verdict already.
    Settled(FileResult),
    /// Nothing, or a folder: whoever drives the scan looks up.
    Folder,
}

/// Goes through the lists, then through the files that they name, then through their folders.
pub(super) struct Listed {
    spec: CheckSpec,
    common: Common,
    stage: Stage,
}

enum Stage {
    Unread,
    Named(Box<Named>),
    Folders { walk: Box<Walk>, known: Known },
}

/// The listed files are being looked at.
struct Named {
    /// The entry that is next.
    next: usize,
    /// Verdicts on the lists themselves.
    settled: std::vec::IntoIter<FileResult>,
    /// Of the listed files only these, by the names that an earlier job found them under.
    only: Option<Chosen>,
    known: Known,
    forms: Forms,
    /// Where to look for what no list names.
    folders: Vec<PathBuf>,
}

impl Named {
    fn next(&mut self, unlisted: Unlisted) -> Option<Found> {
        if let Some(result) = self.settled.next() {
            return Some(Found::Settled(result));
        }
        let (path, expected) = self.known.listed.get_index_mut(self.next)?;
        self.next += 1;
        if self.only.as_ref().is_some_and(|only| !only.has(path)) {
            return Some(Found::Folder);
        }
        let (path, expected) = (path.clone(), std::mem::take(expected));
        let Self { known, forms, .. } = self;
        let found = look(path, expected, |path| {
            // Two files whose names differ only by form are two: one that is listed itself is not
            // taken for the other.
            let other = forms.other(path)?;
            (!known.listed.contains_key(&other) && !known.names.contains(&other)).then_some(other)
        });
        match &found {
            Found::Listed { path, note, .. } if note.is_some() || unlisted != Unlisted::Ignored => {
                known.add(path);
            }
            // It may be there under another name than the listed one.
            Found::Settled(FileResult { path, .. }) if !known.listed.contains_key(path) => {
                known.add(path);
            }
            _ => {}
        }
        Some(found)
    }
}

/// What is no news in a folder.
#[derive(Default)]
struct Known {
    /// What the lists say. An entry that has been looked at is left with its name alone.
    listed: IndexMap<PathBuf, Expected>,
    names: HashSet<PathBuf>,
    /// What is listed may be spelled another way there, or be a link to it.
    files: HashSet<Identity>,
}

impl Known {
    fn add(&mut self, path: &Path) {
        if !self.listed.contains_key(path) {
            self.names.insert(plain(path));
        }
        self.files.extend(identity(path));
    }

    /// Notes a name; gives whether nobody has come upon it yet.
    fn is_new_name(&mut self, path: &Path) -> bool {
        !self.listed.contains_key(path) && self.names.insert(path.to_owned())
    }

    /// Whether nobody has come upon this file yet.
    fn is_news(&mut self, path: &Path) -> bool {
        self.is_new_name(path) && identity(path).is_none_or(|file| !self.files.contains(&file))
    }
}

impl Listed {
    pub(super) fn new(spec: CheckSpec, common: Common) -> Self {
        Self {
            spec,
            common,
            stage: Stage::Unread,
        }
    }

    fn read_lists(&mut self) -> Found {
        let files = |list: &'_ CheckList| match list {
            CheckList::File(path) => Some(path.clone()),
            CheckList::StandardInput => None,
        };
        announce(self.spec.lists.iter().filter_map(files), &self.common);
        let as_told = read::Expected {
            format: self.spec.format,
            algorithm: self.spec.algorithm,
        };
        let mut lists = Lists::default();
        let mut known = Known::default();
        let mut folders: Vec<PathBuf> = Vec::new();
        for list in &self.spec.lists {
            let base = self.spec.base.as_deref().unwrap_or(own_folder(list));
            if let CheckList::File(path) = list {
                known.add(path);
            }
            if !folders.iter().any(|folder| folder == base) {
                folders.push(base.to_owned());
            }
            match list {
                CheckList::File(path) => lists.read(path, base, &as_told, &self.common),
                CheckList::StandardInput => {
                    let stdin = io::stdin().lock();
                    lists.read_from(stdin, list.name(), base, &as_told, &self.common);
                }
            }
        }
        self.common.totals.lists.end();
        let algorithms = lists.algorithms();
        if self.spec.lists.len() > 1 {
            same_name::merge(&mut lists.entries, &lists.named_by);
        }
        known.listed = lists.entries;
        let only = self
            .spec
            .only
            .clone()
            // What a list that could not be read says is not known yet.
            .filter(|only| {
                let mut lists = self.spec.lists.iter();
                !lists.any(|list| only.contains(list.name()))
            });
        self.stage = Stage::Named(Box::new(Named {
            next: 0,
            settled: lists.settled.into_iter(),
            only: only.map(|only| Chosen::new(&*only)),
            known,
            forms: Forms::default(),
            folders,
        }));
        Found::Read {
            algorithms: algorithms.into(),
            guesses: lists.guesses.into(),
        }
    }
}

impl Iterator for Listed {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        match &mut self.stage {
            Stage::Unread => Some(self.read_lists()),
            Stage::Named(named) => {
                if let Some(found) = named.next(self.spec.unlisted) {
                    return Some(found);
                }
                if self.spec.unlisted == Unlisted::Ignored {
                    return None;
                }
                let folders = std::mem::take(&mut named.folders)
                    .into_iter()
                    .map(|folder| {
                        if folder.as_os_str().is_empty() {
                            PathBuf::from(".")
                        } else {
                            folder
                        }
                    })
                    .collect();
                let walk = Walk::new(folders, Links::Skip, self.spec.selection.clone());
                self.stage = Stage::Folders {
                    walk: Box::new(walk),
                    known: std::mem::take(&mut named.known),
                };
                Some(Found::Folder)
            }
            Stage::Folders { walk, known } => Some(match walk.next()? {
                walk::Found::Folder => Found::Folder,
                walk::Found::LeftOut(path) => {
                    // What is listed was verified, whatever it is called.
                    let left_out = known.is_new_name(&plain(&path));
                    self.common
                        .left_out
                        .fetch_add(u64::from(left_out), Ordering::Relaxed);
                    Found::Folder
                }
                walk::Found::File { path, seen } => {
                    let path = plain(&path);
                    // Two bases, one within the other, come upon a file twice.
                    if known.is_news(&path) {
                        Found::Extra { path, seen }
                    } else {
                        Found::Folder
                    }
                }
                walk::Found::Settled(mut result) => {
                    let path = plain(&result.path);
                    if known.is_new_name(&path) {
                        // Named as its neighbours are; but the folder itself has no other name.
                        if !path.as_os_str().is_empty() {
                            result.path = path;
                        }
                        Found::Settled(result)
                    } else {
                        Found::Folder
                    }
                }
            }),
        }
    }
}

/// The folder that a list's names start from. What comes through a pipe (`/dev/stdin`, `/dev/fd/63`)
/// lies in no folder with its files; its names start from where the program is.
fn own_folder(list: &CheckList) -> &Path {
    let CheckList::File(list) = list else {
        return Path::new("");
    };
    match std::fs::metadata(list) {
        Ok(meta) if !meta.is_file() => Path::new(""),
        _ => list.parent().unwrap_or(Path::new("")),
    }
}

/// Looks for a listed file: by its name, by the other reading of that, then by the `other_form` of
/// either.
fn look(
    path: PathBuf,
    expected: Expected,
    mut other_form: impl FnMut(&Path) -> Option<PathBuf>,
) -> Found {
    let mut there = std::fs::metadata(&path);
    let mut at = None;
    let mut note = None;
    if there.as_ref().is_err_and(is_missing) {
        // From a system where that is what stands between folders.
        let slashed = with_slashes(&path);
        let mut try_at = |other: Option<PathBuf>, why| {
            if let Some(other) = other
                && let Ok(meta) = std::fs::metadata(&other)
            {
                there = Ok(meta);
                at = Some(other);
                note = why;
            }
            at.is_some()
        };
        let form = Some(Note::ListedInOtherForm);
        let _ = try_at(slashed.clone(), None)
            || try_at(other_form(&path), form)
            || try_at(slashed.and_then(|path| other_form(&path)), form);
    }
    let path = at.unwrap_or(path);
    let settled = |path, size, verdict: Verdict| {
        Found::Settled(FileResult {
            path,
            size,
            verdict: verdict.noted(note),
        })
    };
    match there {
        Ok(meta) if meta.is_file() => {
            let mut found = Expected::default();
            found.extend(Some(meta.len()), std::iter::empty());
            match expected.difference(&found) {
                Some(mismatch) => {
                    let disagreement = expected.disagreement(&mismatch, &found);
                    let verdict = Verdict::Failed(Box::new(mismatch)).noted(disagreement);
                    settled(path, meta.len(), verdict)
                }
                None => Found::Listed {
                    path,
                    seen: Seen::from(&meta),
                    expected,
                    note,
                },
            }
        }
        Ok(meta) if meta.is_dir() => {
            settled(path, 0, Verdict::Unreadable("is a folder".to_owned()))
        }
        Ok(meta) => {
            let why = skip_reason(meta.file_type()).text();
            settled(path, 0, Verdict::Unreadable(why.to_owned()))
        }
        Err(error) if is_missing(&error) => Found::Missing { path, expected },
        Err(error) => settled(path, 0, Verdict::Unreadable(error.to_string())),
    }
}

/// A file whose folder is missing, or is no folder any more, is missing too.
fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}
