//! Rows of files that were hashed: a column for each algorithm as far as there is room, and all of
//! their digests in the tooltip.

use std::path::Path;

use workers::{Algorithm, Digest, FileResult, Verdict, shown};

use super::results::row;
use crate::theme::{self, Palette};
use crate::widgets::table::{Cell, ColumnSpec, Row, Width};
use crate::widgets::text::Cut;

/// Of a digit of 12-point monospace type, in points; a little more than it takes.
const DIGIT: f32 = 7.3;
/// Digits that are enough to tell one digest from another, and as many as a column has room for at
/// most. A digest that is longer than that is shortened to the ends that people compare by eye.
const FEWEST: usize = 13;
const MOST: usize = 32;
const LONG: usize = 29;
/// Bytes of a digest in one line of a tooltip, which would break it anywhere.
const LINE: usize = 16;
/// What a path needs before a further digest gets a column.
const PATH: f32 = 210.0;

/// The columns of digests.
pub(super) struct Columns {
    shown: usize,
    /// What stands above the last one, which stands for those that have no column.
    last: String,
    digits: usize,
}

impl Columns {
    /// As many as `room` points have place for, with `gap` between two.
    pub(super) fn fit(algorithms: &[Algorithm], room: f32, gap: f32) -> Self {
        let one = FEWEST as f32 * DIGIT + gap;
        let fit = ((room - PATH) / one).max(1.0) as usize;
        let shown = algorithms.len().min(fit);
        let each = (room - PATH) / shown.max(1) as f32 - gap;
        let last = algorithms.get(shown.saturating_sub(1));
        let last = last.map_or("Digest", |algorithm| algorithm.label());
        let rest = algorithms.len().saturating_sub(shown);
        Self {
            shown,
            last: match rest {
                0 => last.to_owned(),
                n => format!("{last} + {n}"),
            },
            digits: ((each / DIGIT) as usize).clamp(FEWEST, MOST),
        }
    }

    /// Each with the byte of a row's digests at which its own begins.
    pub(super) fn specs<'a>(
        &'a self,
        algorithms: &'a [Algorithm],
    ) -> impl Iterator<Item = (ColumnSpec<'a>, usize)> {
        let mut next = 0;
        let shown = algorithms.iter().take(self.shown).enumerate();
        shown.map(move |(index, algorithm)| {
            let from = next;
            next += algorithm.digest_len();
            let spec = ColumnSpec {
                title: match index + 1 == self.shown {
                    true => &self.last,
                    false => algorithm.label(),
                },
                width: Width::Points(self.digits_of(*algorithm) as f32 * DIGIT),
                right: false,
            };
            (spec, from)
        })
    }

    fn digits_of(&self, algorithm: Algorithm) -> usize {
        (2 * algorithm.digest_len()).clamp(FEWEST, self.digits)
    }
}

/// A file that was hashed with these algorithms.
pub(super) fn hashed(
    palette: &Palette,
    key: u32,
    result: &FileResult,
    base: &Path,
    algorithms: &[Algorithm],
    columns: &Columns,
) -> Row {
    let digests: Vec<String> = result
        .verdict
        .each_digest(algorithms)
        .map(|(_, digest)| shorten(&digest.to_string(), columns.digits))
        .collect();
    let (detail, color) = match &result.verdict {
        Verdict::Hashed(_) | Verdict::Verified(_) => {
            let named = algorithms.iter().zip(&digests);
            let named: Vec<String> = named
                .map(|(algorithm, digest)| format!("{} {digest}", algorithm.label()))
                .collect();
            match &*digests {
                [one] => (one.clone(), palette.dim),
                _ => (named.join(", "), palette.dim),
            }
        }
        Verdict::Skipped(why) => (why.text().to_owned(), palette.dim),
        other => (
            other.reason().unwrap_or_default().into_owned(),
            palette.text,
        ),
    };
    let hover = match result.verdict.reason() {
        Some(why) => format!("{}\n{why}", shown(&result.path)),
        None => with_digests(result, algorithms),
    };
    let detail = (detail, theme::mono(), color);
    let mut row = row(palette, key, result, base, hover, detail);
    if algorithms.len() > 1 {
        let cell = |text: String| Cell {
            text,
            font: theme::mono(),
            color,
            cut: Cut::End,
        };
        // What there is to say in place of digests runs on over the empty cells.
        let first = match digests.is_empty() {
            true => row.cells.get(2).map(|cell| cell.text.clone()),
            false => None,
        };
        let mut texts: Vec<String> = first.into_iter().chain(digests).collect();
        texts.resize(columns.shown, String::new());
        row.cells.splice(2..3, texts.into_iter().map(cell));
    }
    row
}

/// The path, and below it every digest in full.
pub(super) fn with_digests(result: &FileResult, algorithms: &[Algorithm]) -> String {
    let mut text = shown(&result.path);
    for (algorithm, Digest(digest)) in result.verdict.each_digest(algorithms) {
        text.push('\n');
        text.push_str(algorithm.label());
        for part in digest.chunks(LINE) {
            text.push('\n');
            text.push_str(&Digest(part).to_string());
        }
    }
    text
}

/// Both ends of a digest that is longer than `room`.
fn shorten(hex: &str, room: usize) -> String {
    if hex.len() <= room {
        return hex.to_owned();
    }
    let ends = room.min(LONG) - 1;
    let head = ends * 4 / 7;
    format!("{}…{}", &hex[..head], &hex[hex.len() - (ends - head)..])
}
