//! Saving a list or the runs: what is to be saved, where, as what, and how it went. The work is
//! done by a thread of its own.

mod carried;

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crossbeam_channel::{Receiver, bounded};
use workers::Algorithm;
use workers::manifest::{Entry, Format, ListWriter};

use crate::algorithms::labels;
use crate::format::counted;
use crate::report::{Report, ReportFormat};
use crate::results::{Row, Snapshot};
use crate::runs::{self, Run};
use crate::save::{self, Existing};
pub(crate) use carried::{Carried, Choice};

/// What is to be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SaveWhat {
    /// The results, as a checksum list.
    List,
    /// What a verification has shown.
    Report,
    /// The figures of the runs.
    Runs,
}

impl SaveWhat {
    /// The formats it can be saved in, by the names that people read.
    pub(crate) fn formats(self) -> Vec<&'static str> {
        match self {
            Self::List => Format::ALL.iter().map(|format| format.label()).collect(),
            Self::Report => ReportFormat::ALL.map(ReportFormat::label).to_vec(),
            Self::Runs => vec!["CSV", "JSON"],
        }
    }

    /// The format that is offered first: of a list, the first that holds everything.
    pub(crate) fn usual_format(self, hashed: &[Algorithm]) -> usize {
        let holds_all = |format: &Format| Carried::by(*format, hashed) == Carried::All;
        match self {
            Self::List => Format::ALL.iter().position(holds_all).unwrap_or(0),
            Self::Report | Self::Runs => 0,
        }
    }

    /// The name of the file, made of `stem` unless the format prescribes another.
    pub(crate) fn file_name(
        self,
        stem: &OsStr,
        format: usize,
        algorithms: &[Algorithm],
    ) -> OsString {
        let prescribed = match self {
            Self::List => Format::ALL
                .get(format)
                .and_then(|format| format.file_name(algorithms)),
            Self::Report | Self::Runs => None,
        };
        prescribed.map_or_else(
            || {
                let mut name = stem.to_owned();
                name.push(".");
                name.push(self.extension(format, algorithms));
                name
            },
            OsString::from,
        )
    }

    pub(crate) fn extension(self, format: usize, algorithms: &[Algorithm]) -> String {
        match self {
            Self::List => Format::ALL
                .get(format)
                .unwrap_or(&Format::GNU)
                .extension(algorithms),
            Self::Report => ReportFormat::ALL
                .get(format)
                .unwrap_or(&ReportFormat::Text)
                .extension()
                .to_owned(),
            Self::Runs => if format == 0 { "csv" } else { "json" }.to_owned(),
        }
    }
}

/// The save panel.
pub(crate) struct Saving {
    pub(crate) what: SaveWhat,
    /// Index into [`SaveWhat::formats`].
    pub(crate) format: usize,
    pub(crate) path: String,
    /// What the files of a list were hashed with.
    pub(crate) hashed: Arc<[Algorithm]>,
    /// What becomes of them where a list can be of one alone.
    pub(crate) choice: Choice,
    /// The job is not done, or did not get to its end.
    pub(crate) partial: bool,
    pub(crate) stage: Stage,
}

impl Saving {
    /// The format of a list; `None` for anything else.
    pub(crate) fn list_format(&self) -> Option<Format> {
        match self.what {
            SaveWhat::List => Format::ALL.get(self.format).copied(),
            SaveWhat::Report | SaveWhat::Runs => None,
        }
    }

    /// What each list will be of; of a report or the runs, everything.
    pub(crate) fn lists(&self) -> Vec<Vec<Algorithm>> {
        match self.list_format() {
            Some(format) => Carried::by(format, &self.hashed).lists(&self.hashed, self.choice),
            None => vec![self.hashed.to_vec()],
        }
    }

    /// What the file is of that is named in the panel.
    pub(crate) fn algorithms(&self) -> Vec<Algorithm> {
        self.lists().into_iter().next().unwrap_or_default()
    }

    /// The files that will be written, as far as their names are known.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let path = Path::new(&self.path);
        match self.list_format() {
            Some(format) => carried::files(path, format, &self.lists()),
            None => vec![path.to_owned()],
        }
    }
}

pub(crate) enum Stage {
    Editing,
    /// The path was fine but a file of that name is there.
    AskToReplace,
    Failed(String),
    Writing(Receiver<Outcome>),
}

pub(crate) enum Outcome {
    Saved(String),
    Taken,
    Failed(String),
}

/// Everything that is needed to write, without the window.
pub(crate) enum Content {
    List {
        rows: Snapshot,
        format: Format,
        /// With what the rows were hashed, and what of that each list is to be of.
        hashed: Arc<[Algorithm]>,
        lists: Vec<Vec<Algorithm>>,
    },
    Report {
        report: Report,
        format: ReportFormat,
    },
    Runs {
        runs: Vec<Run>,
        json: bool,
    },
}

/// Starts writing; `wake` is called when it is done.
pub(crate) fn start(
    content: Content,
    path: PathBuf,
    existing: Existing,
    wake: Arc<dyn Fn() + Send + Sync>,
) -> Stage {
    let (sender, outcome) = bounded(1);
    let spawned = std::thread::Builder::new()
        .name("save".to_owned())
        .spawn(move || {
            // The panel may have been closed meanwhile.
            let _ = sender.send(write(&content, &path, existing));
            wake();
        });
    match spawned {
        Ok(_) => Stage::Writing(outcome),
        Err(error) => Stage::Failed(format!("no thread could be started to save: {error}")),
    }
}

fn write(content: &Content, path: &Path, existing: Existing) -> Outcome {
    let result = match content {
        Content::List {
            rows,
            format,
            hashed,
            lists,
        } => return write_lists(rows, *format, hashed, lists, path, existing),
        Content::Report { report, format } => {
            save::whole(path, existing, |out| report.write(*format, out))
                .map(|()| {
                    let files = counted(report.rows.len() as u64, "line", "lines");
                    format!("a report of {files}")
                })
                .map_err(Trouble::Save)
        }
        Content::Runs { runs, json } => save::whole(path, existing, |out| {
            if *json {
                runs::write_json(runs, out)
            } else {
                runs::write_csv(runs, out)
            }
        })
        .map(|()| counted(runs.len() as u64, "run", "runs"))
        .map_err(Trouble::Save),
    };
    match result {
        Ok(what) => Outcome::Saved(format!("Saved {what} as {}.", workers::shown(path))),
        Err(Trouble::Save(error)) if error.is_taken() => Outcome::Taken,
        Err(error) => Outcome::Failed(error.to_string()),
    }
}

#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Save(#[from] save::SaveError),
    #[error(transparent)]
    CannotCarry(#[from] workers::manifest::CannotWrite),
}

/// All of them or none, as far as a system can: everything is written before the first gets its
/// name. One that is there already is seen before anything is written.
fn write_lists(
    rows: &Snapshot,
    format: Format,
    hashed: &[Algorithm],
    lists: &[Vec<Algorithm>],
    path: &Path,
    existing: Existing,
) -> Outcome {
    let files = carried::files(path, format, lists);
    if existing == Existing::Keep && files.iter().any(|file| save::is_there(file)) {
        return Outcome::Taken;
    }
    let (mut prepared, mut what) = (Vec::new(), String::new());
    for (algorithms, file) in lists.iter().zip(&files) {
        match prepare_list(rows, format, hashed, algorithms, file, existing) {
            Ok((list, words)) => {
                prepared.push(list);
                what = words;
            }
            Err(error) => return Outcome::Failed(error.to_string()),
        }
    }
    let mut saved = Vec::new();
    for (list, file) in prepared.into_iter().zip(&files) {
        match list.put_in_place() {
            Ok(()) => saved.push(workers::shown(file)),
            Err(error) if saved.is_empty() && error.is_taken() => return Outcome::Taken,
            Err(error) if saved.is_empty() => return Outcome::Failed(error.to_string()),
            Err(error) => {
                let saved = saved.join(" and ");
                return Outcome::Failed(format!("{error}. Saved before that: {saved}"));
            }
        }
    }
    Outcome::Saved(format!("Saved {what} as {}.", saved.join(" and ")))
}

/// A list that has yet to get its name, and what it holds, in words.
fn prepare_list(
    rows: &Snapshot,
    format: Format,
    with: &[Algorithm],
    algorithms: &[Algorithm],
    path: &Path,
    existing: Existing,
) -> Result<(save::Prepared, String), Trouble> {
    let hashed = rows.by_path(|row| row.digests().is_some());
    // A list that lies above its files names them from where it lies, so that both can be moved
    // together; any other list needs the full paths.
    let folder = path.parent().filter(|folder| {
        !folder.as_os_str().is_empty() && hashed.rows().all(|row| row.path().starts_with(folder))
    });
    let name = |row: &Row<'_>| -> PathBuf {
        let path = row.path();
        match folder.and_then(|folder| path.strip_prefix(folder).ok()) {
            Some(name) => name.to_owned(),
            None => path,
        }
    };
    format.check(algorithms, [])?;
    // The names as they will stand in the list: BagIt carries `data/x` and not `/home/me/bag/data/x`.
    for row in hashed.rows() {
        format.check_path(&name(&row))?;
    }
    let prepared = save::prepare(path, existing, |out| -> io::Result<()> {
        let mut list = ListWriter::new(format, algorithms, out)?;
        let mut digests = Vec::new();
        for row in hashed.rows() {
            let path = name(&row);
            carried::pick(&row.unpack(), with, algorithms, &mut digests);
            list.entry(&Entry {
                path: &path,
                size: row.size(),
                digests: &digests,
            })?;
        }
        list.finish().map(drop)
    })?;
    let how = if folder.is_some() {
        "with paths from its folder on"
    } else {
        "with full paths"
    };
    // Several of a file are said to be of files, or there would seem to be too few of them.
    let what = match algorithms {
        [_] => counted(hashed.len() as u64, "checksum", "checksums"),
        several => format!(
            "{} of {}",
            labels(several),
            counted(hashed.len() as u64, "file", "files")
        ),
    };
    Ok((prepared, format!("{what} {how}")))
}

/// Rows as lines of a list, for the clipboard: GNU's, or where there are several algorithms BSD's,
/// which name theirs.
pub(crate) fn lines<'a>(rows: impl Iterator<Item = Row<'a>>, algorithms: &[Algorithm]) -> String {
    let format = match algorithms {
        [_] => Format::GNU,
        _ => Format::BSD,
    };
    let mut text = Vec::new();
    for row in rows {
        let row = row.unpack();
        match row.verdict.digests() {
            Some(digests) => {
                let entry = Entry {
                    path: &row.path,
                    size: row.size,
                    digests,
                };
                // Writing to memory does not fail.
                if let Ok(mut list) = ListWriter::new(format, algorithms, &mut text) {
                    let _ = list.entry(&entry);
                }
            }
            None => {
                let why = row.verdict.reason().unwrap_or_default();
                let _ = writeln!(text, "# {}: {why}", workers::shown(&row.path));
            }
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// The digests of rows by one of the algorithms that they were hashed with, a line each. A file
/// that was not read has none.
pub(crate) fn digests<'a>(
    rows: impl Iterator<Item = Row<'a>>,
    algorithms: &[Algorithm],
    wanted: Algorithm,
) -> String {
    let of = |row: Row<'a>| {
        let verdict = row.unpack().verdict;
        let mut each = verdict.each_digest(algorithms);
        let found = each.find(|(algorithm, _)| *algorithm == wanted);
        found.map(|(_, digest)| digest.to_string())
    };
    let lines: Vec<String> = rows.filter_map(of).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{Existing, Outcome, SaveWhat, write_lists};
    use crate::results::Results;
    use workers::manifest::Format;
    use workers::{Algorithm, FileResult, Verdict};

    #[test]
    fn of_several_lists_none_is_saved_if_one_cannot_be() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut results = Results::default();
        results.append(vec![FileResult {
            path: folder.path().join("photo.jpg"),
            size: 1,
            verdict: Verdict::Hashed([[1; 32], [2; 32]].concat().into()),
        }]);
        let both = [Algorithm::Sha256, Algorithm::Blake3];
        let lists = both.map(|one| vec![one]);
        let save = || {
            let (rows, path) = (results.snapshot(), folder.path().join("all.sha256"));
            write_lists(&rows, Format::GNU, &both, &lists, &path, Existing::Replace)
        };
        // Nothing can be written in its place.
        let second = folder.path().join("all.blake3");
        std::fs::create_dir(&second).expect("a folder in the way");
        let Outcome::Failed(why) = save() else {
            panic!("a folder was written to");
        };
        assert!(why.contains("all.blake3 could not be saved"), "{why}");
        assert!(!why.contains("before that"), "{why}");
        let left = std::fs::read_dir(folder.path()).expect("the folder");
        assert_eq!(left.count(), 1, "something was left behind");

        std::fs::remove_dir(&second).expect("out of the way");
        assert!(matches!(save(), Outcome::Saved(_)));
        let names = ["all.sha256", "all.blake3"].map(|name| folder.path().join(name));
        assert!(names.iter().all(|name| name.is_file()));
    }

    #[test]
    fn a_list_is_called_as_its_format_prescribes_or_after_its_folder() {
        let name = |format: &str| {
            let place = Format::ALL.iter().position(|f| f.name() == format);
            let place = place.expect("it is known");
            SaveWhat::List.file_name("photos".as_ref(), place, &[Algorithm::Sha3_256])
        };
        assert_eq!(name("gnu"), "photos.sha3-256");
        assert_eq!(name("json"), "photos.json");
        assert_eq!(name("bagit"), "manifest-sha3256.txt");
    }
}
