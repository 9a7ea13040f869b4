//! Text at a place: one line, cut to a width, and known to screen readers.

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{
    Align2, Color32, FontId, Galley, Rect, Response, Role, Ui, WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
};

use workers::shown;

use crate::widgets::announce;

/// Which part of a text that is too long is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    End,
    /// The middle of the folders; the file's name stays.
    Path,
}

/// A path as people read it: from `base` on if it lies below, and never able to mislead.
pub(crate) fn short(path: &Path, base: &Path) -> String {
    shown(path.strip_prefix(base).unwrap_or(path))
}

/// Lays out one line of at most `width` points.
pub(crate) fn layout(
    ui: &Ui,
    text: &str,
    font: &FontId,
    color: Color32,
    width: f32,
    cut: Cut,
) -> Arc<Galley> {
    match cut {
        Cut::End => one_line(ui, text.to_owned(), font, color, width),
        Cut::Path => {
            let whole = ui
                .painter()
                .layout_no_wrap(text.to_owned(), font.clone(), color);
            if whole.size().x <= width {
                return whole;
            }
            one_line(ui, shorten_path(ui, text, font, width), font, color, width)
        }
    }
}

fn one_line(ui: &Ui, text: String, font: &FontId, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text, font.clone(), color);
    job.wrap = TextWrapping::truncate_at_width(width.max(1.0));
    ui.painter().layout_job(job)
}

/// Leaves out folders from the middle. Estimated from the width of the whole, then corrected:
/// measuring every candidate would cost more than drawing.
fn shorten_path(ui: &Ui, text: &str, font: &FontId, width: f32) -> String {
    let separator = if text.contains('/') {
        '/'
    } else {
        std::path::MAIN_SEPARATOR
    };
    let (folders, name) = text.rsplit_once(separator).unwrap_or(("", text));
    let tail = format!("…{separator}{name}");
    let measure = |text: &str| self::width(ui, text, font);
    let room = width - measure(&tail);
    if room <= 0.0 || folders.is_empty() {
        return tail;
    }
    let all: Vec<char> = folders.chars().collect();
    let mut keep = (all.len() as f32 * room / measure(folders).max(1.0)) as usize;
    loop {
        keep = keep.min(all.len());
        let candidate: String = all[..keep].iter().collect::<String>() + &tail;
        if keep == 0 || measure(&candidate) <= width {
            return candidate;
        }
        keep -= 1 + keep / 32;
    }
}

/// Paints one line inside `rect`, aligned to it, and lets screen readers know it.
pub(crate) fn put(
    ui: &mut Ui,
    rect: Rect,
    align: Align2,
    text: &str,
    font: &FontId,
    color: Color32,
) -> Response {
    put_cut(ui, rect, align, text, font, color, Cut::End)
}

/// As [`put`]; the whole text is in the tooltip when it had to be cut.
pub(crate) fn put_cut(
    ui: &mut Ui,
    rect: Rect,
    align: Align2,
    text: &str,
    font: &FontId,
    color: Color32,
    cut: Cut,
) -> Response {
    let galley = layout(ui, text, font, color, rect.width(), cut);
    let shown = align.align_size_within_rect(galley.size(), rect);
    let was_cut = galley.elided || galley.text() != text;
    ui.painter().galley(shown.min, galley, color);

    let response = announce(ui, shown.intersect(rect), || {
        WidgetInfo::labeled(Role::Label, true, text)
    });
    if was_cut {
        response.on_hover_text(text)
    } else {
        response
    }
}

/// Paints several pieces one after another on one line; gives where the last one ends.
pub(crate) fn run(ui: &mut Ui, rect: Rect, gap: f32, pieces: &[(&str, FontId, Color32)]) -> f32 {
    let mut x = rect.left();
    for (text, font, color) in pieces {
        if text.is_empty() || x >= rect.right() {
            continue;
        }
        let place = Rect::from_min_max(pos2(x, rect.top()), rect.max);
        // Larger and smaller type share a baseline, which centres would not.
        let galley = layout(ui, text, font, *color, place.width(), Cut::End);
        let baseline = rect.center().y + BASELINE;
        let at = pos2(x, baseline - ascent(&galley));
        let shown = Rect::from_min_size(at, galley.size());
        ui.painter().galley(at, galley, *color);

        announce(ui, shown, || WidgetInfo::labeled(Role::Label, true, *text));
        x = shown.right() + gap;
    }
    x - gap
}

/// How wide a text is on one line, in points.
pub(crate) fn width(ui: &Ui, text: &str, font: &FontId) -> f32 {
    ui.painter()
        .layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER)
        .size()
        .x
}

/// Paints one piece on two lines, the first of which is `first` and the second `apart` points below
/// it; cuts what does not fit on them.
pub(crate) fn rows(ui: &mut Ui, first: Rect, apart: f32, piece: (&str, FontId, Color32)) {
    let (text, font, color) = piece;
    let mut job = LayoutJob::simple(text.to_owned(), font, color, first.width());
    job.wrap.max_rows = 2;
    for section in &mut job.sections {
        section.format.line_height = Some(apart);
    }
    let galley = ui.painter().layout_job(job);
    let baseline = first.center().y + BASELINE;
    let at = pos2(first.left(), baseline - ascent(&galley));
    let shown = Rect::from_min_size(at, galley.size());
    let was_cut = galley.elided;
    ui.painter().galley(at, galley, color);
    let response = announce(ui, shown, || WidgetInfo::labeled(Role::Label, true, text));
    if was_cut {
        response.on_hover_text(text);
    }
}

/// From the top of a text down to the baseline of its first line.
fn ascent(galley: &Galley) -> f32 {
    let glyph = galley.rows.first().and_then(|row| row.row.glyphs.first());
    glyph.map_or(0.0, |glyph| glyph.pos.y)
}

/// From the middle of a line down to its baseline, for 13-point type.
const BASELINE: f32 = 4.5;
