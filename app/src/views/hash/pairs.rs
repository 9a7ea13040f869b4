//! Rows of the results that are about two files: a duplicate and what it is the same as, a file on
//! one side of a comparison and its counterpart.

use std::path::Path;

use workers::{Digest, FileResult, Mismatch, Verdict, VerdictKind, shown};

use super::results::{both, ends, row, with_notes};
use crate::format::{bytes, count, counted};
use crate::groups::Group;
use crate::theme::{self, Palette};
use crate::widgets::table::{Cell, Row};
use crate::widgets::text::{self, Cut};
use crate::work::Comparison;

/// A file of a comparison: how the sides differ.
pub(super) fn compared(
    palette: &Palette,
    key: u32,
    result: &FileResult,
    comparison: &Comparison,
) -> Row {
    let [left, right] = &comparison.paths;
    let (detail, whole) = match result.verdict.bare() {
        Verdict::Same => both("the same on both"),
        Verdict::OnlyLeft => (
            "not on the right".to_owned(),
            format!("on the left alone, in\n{}", shown(left)),
        ),
        Verdict::OnlyRight => (
            "not on the left".to_owned(),
            format!("on the right alone, in\n{}", shown(right)),
        ),
        Verdict::Moved(to) => (
            format!("on the right {}", shown(to)),
            format!("is on the right\n{}", shown(to)),
        ),
        Verdict::Different(mismatch) => match &**mismatch {
            Mismatch::Size { expected, found } => both(&format!(
                "left {}, right {}",
                counted(*expected, "byte", "bytes"),
                count(*found)
            )),
            Mismatch::Digest {
                algorithm,
                expected,
                found,
                all: _,
            } => {
                let (expected, found) = (Digest(expected).to_string(), Digest(found).to_string());
                let label = algorithm.label();
                (
                    format!("left {}, right {}", ends(&expected), ends(&found)),
                    format!("{label} on the left\n{expected}\n{label} on the right\n{found}"),
                )
            }
        },
        other => both(&other.reason().unwrap_or_default()),
    };
    let (detail, whole) = (with_notes(result, detail), with_notes(result, whole));
    let path = match &*result.path {
        // Two files are compared, and their folders are no part of that.
        only if only == left => Path::new(left.file_name().unwrap_or_default()),
        path => path,
    };
    let font = match result.verdict.bare() {
        Verdict::Different(_) => theme::mono(),
        _ => theme::body(),
    };
    let color = match result.verdict.kind() {
        VerdictKind::Same => palette.dim,
        _ => palette.text,
    };
    let shown_as = FileResult {
        path: path.to_owned(),
        ..result.clone()
    };
    let hover = format!("{}\n{whole}", shown(&result.path));
    row(
        palette,
        key,
        &shown_as,
        Path::new(""),
        hover,
        (detail, font, color),
    )
}

/// A file that could go, with the one that it is the same as and what their group wastes.
pub(super) fn duplicate(
    palette: &Palette,
    key: u32,
    result: &FileResult,
    base: &Path,
    group: Option<Group>,
    wide: bool,
) -> Row {
    let path = shown(&result.path);
    let (detail, hover) = match &result.verdict {
        Verdict::Duplicate(of) => (
            text::short(of, base),
            format!("{path}\nhas the content of\n{}", shown(of)),
        ),
        other => {
            let why = other.reason().unwrap_or_default().into_owned();
            let hover = format!("{path}\n{why}");
            (why, hover)
        }
    };
    let wastes = match group {
        Some(Group { copies, bytes: all }) if wide && copies > 1 => {
            format!("{}, {} copies", bytes(all), count(copies))
        }
        Some(Group { bytes: all, .. }) => bytes(all),
        None => "–".to_owned(),
    };
    let hover = match group {
        Some(Group { copies, bytes: all }) => format!(
            "{hover}\n{} of that file, {} in all",
            counted(copies, "copy", "copies"),
            bytes(all)
        ),
        None => hover,
    };
    let mut row = row(
        palette,
        key,
        result,
        base,
        hover,
        (detail, theme::body(), palette.text),
    );
    row.name = format!("{}, group wastes {wastes}", row.name);
    let cell = Cell {
        text: wastes,
        font: theme::body(),
        color: palette.text,
        cut: Cut::End,
    };
    if let (Verdict::Duplicate(_), Some(of)) = (&result.verdict, row.cells.get_mut(2)) {
        of.cut = Cut::Path;
    }
    row.cells.insert(3, cell);
    row
}
