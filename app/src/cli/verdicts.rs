//! Verdicts as the command line prints them: a line a file, sorted by path, and the last word on
//! standard error.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Value, json};
use workers::{
    BadPattern, Digest, Ending, FileResult, Mismatch, Selection, SortedResults, Summary, Verdict,
    VerdictKind, shown,
};

use super::output::summary_json;
use super::{status, work};
use crate::format::{bytes, count, counted, duration};
use crate::json_path::json_path;

/// Why there are no verdicts, or not all of them were printed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error("{}: {source}", shown(path))]
    Side { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    #[error(transparent)]
    Work(#[from] work::Failure),
    #[error("the verdicts could not be printed: {0}")]
    Print(#[source] io::Error),
}

/// Ends a subcommand: what went wrong goes to standard error.
pub(super) fn exit(ended: Result<u8, Failure>) -> ExitCode {
    let failure = match ended {
        Ok(code) => return ExitCode::from(code),
        Err(failure) => failure,
    };
    eprintln!("thawsum: {failure}");
    ExitCode::from(match failure {
        Failure::Side { .. } | Failure::Pattern(_) => status::USAGE,
        Failure::Work(failure) => failure.status(),
        Failure::Print(_) => status::WRONG,
    })
}

/// How the rows are printed.
pub(super) struct Rows {
    /// Rows of this kind are what everybody hopes for, and are left out.
    pub(super) hidden: Option<VerdictKind>,
    /// A JSON object a line: each file, then the summary.
    pub(super) json: bool,
}

impl Rows {
    pub(super) fn print(
        &self,
        summary: &Summary,
        selection: &Selection,
        mut results: SortedResults,
    ) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(1 << 16, io::stdout().lock());
        results.try_for_each(|result| -> io::Result<()> {
            let kind = result.verdict.kind();
            if self.hidden == Some(kind) {
                return Ok(());
            }
            if self.json {
                return writeln!(out, "{}", as_json(result));
            }
            let (word, path) = (wording(kind), shown(&result.path));
            match result.verdict.reason() {
                Some(why) if !says_it_all(&result.verdict) => {
                    writeln!(out, "{path}: {word}: {why}")
                }
                _ => writeln!(out, "{path}: {word}"),
            }
        })?;
        if self.json {
            writeln!(
                out,
                "{}",
                json!({"summary": summary_json(summary, selection)})
            )?;
        }
        out.flush()
    }
}

/// Whether the word needs no reason beside it.
fn says_it_all(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Missing | Verdict::New | Verdict::Same | Verdict::OnlyLeft | Verdict::OnlyRight
    )
}

/// What a script needs is a field of its own, so that it need not take the reason apart.
fn as_json(result: &FileResult) -> Value {
    let mut value = json!({
        "verdict": result.verdict.kind().name(),
        "size": result.size,
        "reason": result.verdict.reason(),
    });
    let name = |value: &mut Value, key: &str, path: &Path| {
        let (text, hex) = json_path(path);
        value[key] = text.into();
        if let Some(hex) = hex {
            value[format!("{key}_hex")] = hex.into();
        }
    };
    name(&mut value, "path", &result.path);
    let (mismatch, [first, second]) = match result.verdict.bare() {
        Verdict::Moved(other) | Verdict::Duplicate(other) => {
            name(&mut value, "other_path", other);
            return value;
        }
        Verdict::Failed(mismatch) => (mismatch, ["expected", "found"]),
        Verdict::Different(mismatch) => (mismatch, ["left", "right"]),
        _ => return value,
    };
    match &**mismatch {
        Mismatch::Digest {
            algorithm,
            expected,
            found,
            all: _,
        } => {
            value["algorithm"] = algorithm.name().into();
            value[first] = Digest(expected).to_string().into();
            value[second] = Digest(found).to_string().into();
        }
        Mismatch::Size { expected, found } => {
            value["algorithm"] = "size".into();
            value[first] = expected.to_string().into();
            value[second] = found.to_string().into();
        }
    }
    value
}

/// The word for a verdict. Those that `sha256sum` has are as it writes them.
pub(crate) fn wording(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Ok => "OK",
        VerdictKind::Failed => "FAILED",
        VerdictKind::Missing => "MISSING",
        VerdictKind::Moved => "MOVED",
        VerdictKind::New => "NEW",
        VerdictKind::Duplicate => "DUPLICATE",
        VerdictKind::Unreadable => "UNREADABLE",
        VerdictKind::ChangedWhileReading => "CHANGED WHILE READING",
        VerdictKind::Crashed => "CRASHED",
        VerdictKind::TimedOut => "TIMED OUT",
        VerdictKind::Skipped => "SKIPPED",
        VerdictKind::BadLine => "BAD LINE",
        VerdictKind::Same => "SAME",
        VerdictKind::Different => "DIFFERENT",
        VerdictKind::OnlyLeft => "ONLY ON THE LEFT",
        VerdictKind::OnlyRight => "ONLY ON THE RIGHT",
    }
}

/// Says how it went on standard error; gives the exit status. `nothing`: what to say where there
/// was nothing to give a verdict on.
pub(super) fn conclude(summary: &Summary, nothing: &str) -> u8 {
    match &summary.ending {
        Ending::Completed => {}
        Ending::Cancelled => {
            eprintln!(
                "thawsum: interrupted; {} of {} had their verdict",
                count(summary.counts.total()),
                counted(summary.found, "file", "files"),
            );
            return status::INTERRUPTED;
        }
        Ending::Failed(why) => {
            eprintln!(
                "thawsum: the job could not go on: {why}; {} have no verdict",
                counted(summary.not_reached, "file", "files")
            );
            return status::WRONG;
        }
    }
    let parts: Vec<String> = VerdictKind::ALL
        .into_iter()
        .filter(|&kind| summary.counts.get(kind) > 0)
        .map(|kind| format!("{} {}", count(summary.counts.get(kind)), wording(kind)))
        .collect();
    let mut parts = match parts.is_empty() {
        true => nothing.to_owned(),
        false => parts.join(", "),
    };
    if summary.left_out > 0 {
        parts.push_str(&format!(
            "; {} left out by choice",
            counted(summary.left_out, "file or folder", "files and folders")
        ));
    }
    eprintln!(
        "thawsum: {parts} ({} read in {})",
        bytes(summary.bytes),
        duration(summary.wall)
    );
    if summary.counts.any_wrong() {
        status::WRONG
    } else {
        0
    }
}
